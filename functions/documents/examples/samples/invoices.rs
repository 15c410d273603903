//! Sample invoices.

use documents::{DocumentLine, DocumentPayment, DocumentTotals, InvoiceDocument, Party, PostalAddress};
use domain::invoice::{Figures, Status, TaxCategory};
use domain::money::{Currency, Percent, Price, Quantity};
use jiff::civil::date;
use rust_decimal::Decimal;

/// The samples by name. The first is an invoice as most are.
pub fn all() -> Vec<(&'static str, InvoiceDocument)> {
    vec![
        ("simple", simple()),
        ("rates", rates()),
        ("two-pages", lines(26)),
        ("long", lines(200)),
        ("scripts", scripts()),
        ("right-to-left", right_to_left()),
        ("long-words", long_words()),
        ("overpaid", overpaid()),
        ("exempt", without_tax(TaxCategory::Exempt)),
        ("reverse-charge", without_tax(TaxCategory::ReverseCharge)),
        ("out-of-scope", out_of_scope()),
        ("categories", categories()),
        (
            "unknown-category",
            totalled(InvoiceDocument { lines: vec![line("Advice", "1", "80", "0", "0")], ..simple() }, "0", "0"),
        ),
        ("hostile", hostile()),
        ("foreign", foreign()),
        ("empty", totalled(InvoiceDocument { lines: Vec::new(), ..simple() }, "0", "0")),
    ]
}

fn simple() -> InvoiceDocument {
    let document = InvoiceDocument {
        id: "0198f3a2-7c1e-7d40-9b1f-3a52c1d0e4f7".to_owned(),
        number: "INV-2026-0042".to_owned(),
        title: "Website relaunch, March 2026".to_owned(),
        description: "As agreed on 3 March 2026.".to_owned(),
        status: Status::Sent,
        issue_date: date(2026, 3, 31),
        due_date: Some(date(2026, 4, 30)),
        currency: currency("EUR"),
        seller: Party {
            name: "Nordlicht Studio GmbH".to_owned(),
            address: address("Speicherstadt 14", "20457", "Hamburg", "DE"),
            email: "billing@nordlicht.example".to_owned(),
            phone: "+49 40 5550 1234".to_owned(),
            vat_id: "DE123456789".to_owned(),
            ..Party::default()
        },
        logo: None,
        customer: Party {
            name: "Café Étoile S.à r.l.".to_owned(),
            address: address("12, rue de l'Église\n2e étage", "75011", "Paris", "FR"),
            email: "compta@etoile.example".to_owned(),
            vat_id: "FR12345678901".to_owned(),
            ..Party::default()
        },
        lines: vec![
            line("Design of four page templates", "1", "2400", "0", "19"),
            line("Implementation, hours", "37.5", "95", "0", "19"),
            line("Hosting, per month", "12", "29.90", "0", "19"),
        ],
        totals: DocumentTotals::default(),
        payments: Vec::new(),
        terms: "Net 30 days. Please quote the invoice number.".to_owned(),
        notes: "Thank you for your business.".to_owned(),
        pay_url: Some("https://pay.nordlicht.example/i/5Jq0vT2mXw8c".to_owned()),
    };
    totalled(document, "0", "0")
}

/// Several rates, discounts on lines and on the whole, roundings, payments, a refund.
fn rates() -> InvoiceDocument {
    let lines = vec![
        line("Consulting", "2.5", "99.99", "10", "19"),
        line("Printed guide", "3", "12.35", "0", "7"),
        untaxed("Books", "1", "49", TaxCategory::ZeroRated),
        line("Small parts", "333", "0.01", "33.33", "7.7"),
        line("Sample, free of charge", "1", "100", "100", "19"),
        line("", "0.01", "0.49", "0", "0.3"),
    ];
    let payments = vec![
        payment((2026, 4, 2), "Bank transfer", "150.00"),
        payment((2026, 4, 9), "Card", "20.00"),
        payment((2026, 4, 11), "Refund", "-5.50"),
    ];
    let document = InvoiceDocument { lines, payments, status: Status::PartiallyPaid, ..simple() };
    totalled(document, "25.50", "0")
}

fn lines(count: u32) -> InvoiceDocument {
    let line = |index: u32| {
        let description = match index % 4 {
            0 => format!("Article {index}: steel bracket, galvanised, with two bolts"),
            1 => format!(
                "Article {index}: installation on site, travel included, by appointment in the second week of the month"
            ),
            2 => format!("Article {index}"),
            _ => format!("Article {index}: maintenance"),
        };
        let price = Decimal::new(i64::from(index * 7919 % 100_000 + 5), 2).to_string();
        let discount = if index.is_multiple_of(5) { "5" } else { "0" };
        line(
            &description,
            &(index % 9 + 1).to_string(),
            &price,
            discount,
            if index.is_multiple_of(3) { "7" } else { "19" },
        )
    };
    totalled(InvoiceDocument { lines: (1..=count).map(line).collect(), ..simple() }, "0", "0")
}

fn scripts() -> InvoiceDocument {
    let lines = [
        "Ελληνικά: συμβουλευτικές υπηρεσίες",
        "Кириллица: консультационные услуги, «Весна»",
        "עברית: שירותי ייעוץ 2026",
        "العربية: خدمات استشارية ٢٠٢٦",
        "हिन्दी: परामर्श सेवाएँ",
        "বাংলা, தமிழ், తెలుగు, ગુજરાતી, ਪੰਜਾਬੀ, ಕನ್ನಡ, മലയാളം, සිංහල",
        "ไทย: บริการให้คำปรึกษาด้านเทคโนโลยีสารสนเทศและการสื่อสารสำหรับธุรกิจ",
        "日本語：コンサルティングサービス、中文：咨询服务，한국어: 컨설팅 서비스",
        "Հայերեն, ქართული, አማርኛ, ខ្មែរ, ລາວ, မြန်မာ",
        "Tiếng Việt, Čeština, Türkçe, Română, Íslenska; ½ ✓ → ≤ ★ 5 m² €",
        "Emoji that no font has: 🚀",
    ];
    let customer = Party { name: "東京コーヒー株式会社".to_owned(), ..simple().customer };
    let lines = lines.iter().map(|text| line(text, "1", "10", "0", "19")).collect();
    totalled(InvoiceDocument { lines, customer, status: Status::Overdue, ..simple() }, "0", "0")
}

/// Hebrew and Arabic, with numbers and Latin words in them, and Latin texts with them inside.
fn right_to_left() -> InvoiceDocument {
    let lines = vec![
        line(
            "ייעוץ עסקי (IT), 3 שעות בתאריך 12.3.2026, כולל נסיעה לתל אביב ופגישת סיכום במשרד הלקוח",
            "3",
            "450",
            "0",
            "18",
        ),
        line("خدمات استشارية: تصميم موقع إلكتروني وتطوير تطبيق للهواتف، المرحلة ٢ من ٣ (UX)", "1", "2400", "10", "18"),
        line("Translation of \"שלום עולם\" and \"مرحبا بالعالم\" (2 pages)", "2", "80", "0", "18"),
        line("12 × אירוח אתרים", "12", "29.90", "0", "18"),
    ];
    let seller = Party {
        name: "סטודיו צפון בע\"מ".to_owned(),
        address: address("שדרות רוטשילד 45, קומה 3", "6578403", "תל אביב-יפו", "IL"),
        email: "billing@tzafon.example".to_owned(),
        phone: "+972 3 555 1234".to_owned(),
        vat_id: "IL514321987".to_owned(),
        ..Party::default()
    };
    let customer = Party {
        name: "شركة النور للتجارة (ذ.م.م)".to_owned(),
        address: address("شارع الملك فيصل 12\nالطابق الثاني", "11183", "عمّان", "JO"),
        email: "accounts@alnoor.example".to_owned(),
        ..Party::default()
    };
    let document = InvoiceDocument {
        title: "שדרוג האתר, מרץ 2026".to_owned(),
        description: "כפי שסוכם ב-3 במרץ 2026 (בדוא\"ל).\nAs agreed by mail.".to_owned(),
        lines,
        seller,
        customer,
        terms: "שוטף + 30. נא לציין את מספר החשבונית INV-2026-0042 בהעברה.".to_owned(),
        notes: "شكرًا لتعاملكم معنا! يرجى التواصل معنا على billing@tzafon.example لأي استفسار.\n\nתודה רבה!\nThank you."
            .to_owned(),
        ..simple()
    };
    totalled(document, "0", "0")
}

/// Words that no column holds, of letters, figures and signs.
fn long_words() -> InvoiceDocument {
    let lines = vec![
        line("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "1", "1", "0", "19"),
        line(
            "https://example.com/a/very/long/path/that/goes/on/and/on?with=queries&and=more#fragment",
            "1",
            "1",
            "0",
            "19",
        ),
        line("SKU-0000-1111-2222-3333-4444-5555-6666-7777-8888-9999-AAAA-BBBB-CCCC-DDDD", "1", "1", "0", "19"),
        line("การให้คำปรึกษาด้านเทคโนโลยีสารสนเทศและการสื่อสารสำหรับธุรกิจขนาดกลางและขนาดย่อมในประเทศไทย", "1", "1", "0", "19"),
        line("ภาษาไทยไม่มีช่องว่างระหว่างคำ ดังนั้นจึงต้องตัดคำ น้ำดื่ม ที่นี่ ก็ดี ปี่พาทย์ ผู้ซื้อ", "1", "1", "0", "19"),
        line("本公司为客户提供信息技术咨询服务以及软件开发与系统集成服务并收取相应费用特此说明", "1", "1", "0", "19"),
        line("والاستشاراتوالاستراتيجياتوالاستثمارات", "1", "1", "0", "19"),
        line(&"0123456789".repeat(20), "1", "1", "0", "19"),
    ];
    let notes = format!("iban{}end\nsoft\u{ad}hyphen and zero\u{200b}width", "DE02120300000000202051".repeat(12));
    totalled(InvoiceDocument { lines, notes, ..simple() }, "0", "0")
}

/// More was paid than is owed.
fn overpaid() -> InvoiceDocument {
    let payments = vec![payment((2026, 4, 2), "Bank transfer", "8000.00")];
    totalled(InvoiceDocument { payments, status: Status::Paid, ..simple() }, "0", "0")
}

/// Lines that bear no tax for one reason, less a discount.
fn without_tax(category: TaxCategory) -> InvoiceDocument {
    let lines = vec![untaxed("Insurance broking", "2", "350", category), untaxed("Advice", "1.5", "80", category)];
    totalled(InvoiceDocument { lines, ..simple() }, "20", "0")
}

/// Outside of the scope of VAT, nobody is named by a VAT identifier.
fn out_of_scope() -> InvoiceDocument {
    let mut document = without_tax(TaxCategory::OutOfScope);
    document.seller.vat_id.clear();
    document.seller.registration = "HRB 98765".to_owned();
    document.customer.vat_id.clear();
    document
}

/// All categories that can stand together, and countries by their names.
fn categories() -> InvoiceDocument {
    let lines = vec![
        line("Consulting", "1", "1000", "0", "19"),
        untaxed("Books", "3", "20", TaxCategory::ZeroRated),
        untaxed("Course", "1", "250", TaxCategory::Exempt),
        untaxed("Installation abroad", "4", "90", TaxCategory::ReverseCharge),
    ];
    let mut document = InvoiceDocument { lines, ..simple() };
    document.seller.address.country = "Deutschland".to_owned();
    document.customer.address.country = "France".to_owned();
    totalled(document, "15", "0")
}

/// Texts that would be code, if they were spliced into code.
fn hostile() -> InvoiceDocument {
    let lines = vec![
        line("#import \"@preview/evil:1.0.0\": * #{ panic() } #read(\"/etc/passwd\")", "1", "1", "0", "19"),
        line(
            "*bold* _italic_ `raw` ```rust fn``` $x^2$ = heading - list <label> @ref // comment /* */",
            "1",
            "1",
            "0",
            "19",
        ),
        line("\"quotes\" 'single' \\backslash \\n \\u{41} ] } ) ; #] ~ -- --- ...", "1", "1", "0", "19"),
        line("</ram:Name> & <![CDATA[ ]]> <!-- --> &amp; \u{0}\u{1}\u{b}\u{fffe}", "1", "1", "0", "19"),
        line(&"Wort".repeat(2500), "1", "1", "0", "19"),
        line(&"ש".repeat(300), "99999999", "99999.99", "0", "19"),
        line("override \u{202e}txet desrever\u{202c}\nnew line\r\nanother", "1", "1", "0", "19"),
    ];
    let mut document = InvoiceDocument { lines, notes: "#set page(width: 1pt)\n= No heading".to_owned(), ..simple() };
    document.number = "#panic()".to_owned();
    document.customer.name = "A".repeat(500);
    document.seller.name = format!("[#{{}}] {}", "B".repeat(300));
    totalled(document, "0", "0")
}

/// A seller without a VAT identifier, a tax of its own, a currency without minor unit, a void invoice.
fn foreign() -> InvoiceDocument {
    let seller = Party {
        name: "Blue Harbor LLC".to_owned(),
        address: PostalAddress { region: "Maine".to_owned(), ..address("5 Wharf Street", "04101", "Portland", "US") },
        ..Party::default()
    };
    let lines = vec![line("Lobster traps", "1200", "1450", "0", "0")];
    let document = InvoiceDocument { seller, lines, currency: currency("JPY"), status: Status::Void, ..simple() };
    totalled(InvoiceDocument { due_date: None, pay_url: None, title: String::new(), ..document }, "1000", "95700")
}

fn line(description: &str, quantity: &str, unit_price: &str, discount: &str, tax_rate: &str) -> DocumentLine {
    DocumentLine {
        description: description.to_owned(),
        quantity: decimal(quantity),
        unit_price: decimal(unit_price),
        discount: decimal(discount),
        tax_rate: decimal(tax_rate),
        tax_category: None,
        amount: Decimal::ZERO,
        tax: Decimal::ZERO,
    }
}

fn untaxed(description: &str, quantity: &str, unit_price: &str, category: TaxCategory) -> DocumentLine {
    DocumentLine { tax_category: Some(category), ..line(description, quantity, unit_price, "0", "0") }
}

/// The document with the amounts that the books would give its lines, and the sums of them.
fn totalled(mut document: InvoiceDocument, discount: &str, own_tax: &str) -> InvoiceDocument {
    for line in &mut document.lines {
        let figures = Figures {
            quantity: Quantity::new(line.quantity).expect("a quantity"),
            unit_price: Price::new(line.unit_price).expect("a price"),
            discount: Percent::new(line.discount).expect("a discount"),
            tax_rate: Percent::new(line.tax_rate).expect("a rate"),
        };
        line.amount = figures.subtotal(document.currency).expect("an amount").amount();
        line.tax = figures.tax(document.currency).expect("an amount").amount();
    }
    let (discount, own_tax) = (decimal(discount), decimal(own_tax));
    let subtotal: Decimal = document.lines.iter().map(|line| line.amount).sum();
    let tax = document.lines.iter().map(|line| line.tax).sum::<Decimal>() + own_tax;
    let paid: Decimal = document.payments.iter().map(|payment| payment.amount).sum();
    let total = subtotal + tax - discount;
    document.totals = DocumentTotals { subtotal, discount, tax, own_tax, total, paid, balance: total - paid };
    document
}

fn payment((year, month, day): (i16, i8, i8), method: &str, amount: &str) -> DocumentPayment {
    DocumentPayment { date: date(year, month, day), method: method.to_owned(), amount: decimal(amount) }
}

fn address(street: &str, postcode: &str, city: &str, country: &str) -> PostalAddress {
    let [street, postcode, city, country] = [street, postcode, city, country].map(str::to_owned);
    PostalAddress { street, postcode, city, region: String::new(), country }
}

fn currency(code: &str) -> Currency {
    code.parse().expect("a currency")
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a number")
}
