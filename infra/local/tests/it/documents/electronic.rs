//! The electronic invoice inside the document.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::*;

/// The electronic invoice that a PDF carries, if it carries one.
fn attached(pdf: &[u8]) -> Option<String> {
    let starts = pdf.windows(7).enumerate().filter(|(_, window)| *window == b"stream\n").map(|(at, _)| at + 7);
    let texts = starts.filter_map(|at| {
        let mut bytes = Vec::new();
        ZlibDecoder::new(&pdf[at..]).read_to_end(&mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    });
    texts.into_iter().find(|text| text.contains("CrossIndustryInvoice"))
}

/// What stands in the elements of a name, in their order.
fn values(xml: &str, name: &str) -> Vec<String> {
    let opening = format!("<{name}");
    let parts = xml.split(&opening).skip(1);
    parts.map(|part| part.split_once('>').unwrap().1.split_once('<').unwrap().0.to_owned()).collect()
}

impl Office {
    /// Makes an invoice in bottlecrm that says who invoices whom, and adds a taxed line in crm.
    async fn complete(&self) -> String {
        let body = json!({
            "invoice_title": "Web Development Services",
            "invoice_number": "INV-2026-042",
            "name": "Café Étoile",
            "email": "compta@etoile.example",
            "quantity": 80,
            "rate": "125.00",
            "currency": "EUR",
            "due_date": "2026-12-31",
            "from_address": {
                "name": "Nordlicht GmbH", "address_line": "Speicherstadt 14", "city": "Hamburg", "postcode": "20457",
                "country": "Germany", "vat_id": "DE123456789"
            },
            "to_address": {"street": "12, rue de l'Église", "city": "Paris", "postcode": "75011", "country": "fr"}
        });
        let made = self.bottlecrm(Method::POST, "/api/invoices/", body.to_string()).await.expect(201);
        let invoice = made["id"].as_str().unwrap().to_owned();
        let line = json!({"description": "Hosting", "quantity": "12.00", "unit_price": "29.90", "tax_rate": "19.00"});
        let path = format!("/api/invoices/{invoice}/line-items/");
        self.tributary.post(&self.owner, &path, line).await.expect(201);
        invoice
    }

    /// What crm and bottlecrm say of an invoice's electronic invoice.
    async fn einvoice(&self, invoice: &str) -> Value {
        let path = format!("/api/invoices/{invoice}/");
        let in_crm = self.tributary.get(&self.owner, &path).await.expect(200)["einvoice"].clone();
        assert_eq!(self.show(invoice).await["einvoice"], in_crm);
        in_crm
    }

    /// Says of the line of quantity and rate why it bears no tax.
    async fn explain(&self, invoice: &str, category: &str) -> Answer {
        let path = format!("/api/invoices/{invoice}/line-items/");
        let lines = self.tributary.get(&self.owner, &path).await.expect(200);
        let line = format!("{path}{}/", lines[0]["id"].as_str().unwrap());
        self.tributary.patch(&self.owner, &line, json!({"tax_category": category})).await
    }

    async fn set(&self, invoice: &str, fields: Value) {
        self.tributary.patch(&self.owner, &format!("/api/invoices/{invoice}/"), fields).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_says_enough_carries_itself_for_machines_with_the_books_figures() {
    let office = Office::open().await;
    let invoice = office.complete().await;
    let lacks = json!({"state": "incomplete", "missing": ["line_items[0].tax_category"]});
    assert_eq!(office.einvoice(&invoice).await, lacks);
    assert_eq!(office.explain(&invoice, "exempt").await.expect(200)["tax_category"], "E");
    assert_eq!(office.einvoice(&invoice).await, json!({"state": "ready", "missing": []}));
    assert_eq!(attached(&office.document(&invoice).await), None, "a draft demands nothing");
    office.set(&invoice, json!({"status": "sent"})).await;
    let path = format!("/api/invoices/{invoice}/payments/");
    let payment = json!({"amount": "1000.00", "method": "bank_transfer"});
    office.tributary.post(&office.owner, &path, payment).await.expect(201);

    assert_eq!(office.einvoice(&invoice).await, json!({"state": "attached", "missing": []}));
    let document = office.document(&invoice).await;
    assert!(says(&document, "factur-x.xml") && says(&document, "EN 16931"), "it is not declared");
    let xml = attached(&document).expect("no electronic invoice");
    // 80 × 125.00 without tax, and 12 × 29.90 with 19 per cent: 358.80 and 68.17.
    assert_eq!(values(&xml, "ram:TaxBasisTotalAmount"), ["10358.80"]);
    assert_eq!(values(&xml, "ram:TaxTotalAmount"), ["68.17"]);
    assert_eq!(values(&xml, "ram:GrandTotalAmount"), ["10426.97"]);
    assert_eq!(values(&xml, "ram:TotalPrepaidAmount"), ["1000.00"]);
    assert_eq!(values(&xml, "ram:DuePayableAmount"), ["9426.97"]);
    assert_eq!(values(&xml, "ram:InvoiceCurrencyCode"), ["EUR"]);
    assert_eq!(values(&xml, "ram:ExemptionReason"), ["Exempt from tax"]);
    assert_eq!(values(&xml, "ram:CountryID"), ["DE", "FR"]);
    for text in ["INV-2026-042", "Nordlicht GmbH", "DE123456789", "Café Étoile", "20457", "Hosting", "20261231"] {
        assert!(xml.contains(text), "{text}: {xml}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_says_too_little_is_a_pdf_alone() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({"status": "sent"})).await;
    assert_eq!(attached(&office.document(&invoice).await), None);
    let einvoice = office.einvoice(&invoice).await;
    assert_eq!(einvoice["state"], "incomplete");
    for field in ["due_date", "from_address.country", "from_address.vat_id", "to_address.country", "line_items"] {
        assert!(einvoice["missing"].as_array().unwrap().contains(&json!(field)), "{field}: {einvoice}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_line_without_tax_has_a_category_and_a_rate_ends_it() {
    let office = Office::open().await;
    let invoice = office.complete().await;
    let path = format!("/api/invoices/{invoice}/line-items/");
    let line = json!({
        "description": "Advice", "quantity": "1", "unit_price": "5", "tax_rate": "0", "tax_category": "AE"
    });
    let made = office.tributary.post(&office.owner, &path, line.clone()).await.expect(201);
    assert_eq!(made["tax_category"], "AE");
    let missing = office.einvoice(&invoice).await["missing"].clone();
    assert_eq!(missing, json!(["line_items[0].tax_category", "to_address.vat_id"]));
    for (field, value) in [("tax_rate", "19"), ("tax_category", "X")] {
        let mut wrong = line.clone();
        wrong[field] = json!(value);
        let answer = office.tributary.post(&office.owner, &path, wrong).await.expect(400);
        assert!(answer["tax_category"].is_array(), "{answer}");
    }
    let line = format!("{path}{}/", made["id"].as_str().unwrap());
    let taxed = office.tributary.patch(&office.owner, &line, json!({"tax_rate": "7"})).await.expect(200);
    assert_eq!(taxed["tax_category"], Value::Null);
    office.tributary.patch(&office.owner, &line, json!({"tax_category": "O"})).await.expect(400);
}
