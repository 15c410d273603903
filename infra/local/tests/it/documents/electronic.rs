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
                "country": "DE", "vat_id": "DE123456789"
            },
            "to_address": {"street": "12, rue de l'Église", "city": "Paris", "postcode": "75011", "country": "FR"}
        });
        let made = self.bottlecrm(Method::POST, "/api/invoices/", body.to_string()).await.expect(201);
        let invoice = made["id"].as_str().unwrap().to_owned();
        let line = json!({"description": "Hosting", "quantity": "12.00", "unit_price": "29.90", "tax_rate": "19.00"});
        let path = format!("/api/invoices/{invoice}/line-items/");
        self.tributary.post(&self.owner, &path, line).await.expect(201);
        invoice
    }

    async fn set(&self, invoice: &str, fields: Value) {
        self.tributary.patch(&self.owner, &format!("/api/invoices/{invoice}/"), fields).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_says_enough_carries_itself_for_machines_with_the_books_figures() {
    let office = Office::open().await;
    let invoice = office.complete().await;
    assert_eq!(attached(&office.document(&invoice).await), None, "a draft demands nothing");
    office.set(&invoice, json!({"status": "sent"})).await;
    let path = format!("/api/invoices/{invoice}/payments/");
    let payment = json!({"amount": "1000.00", "method": "bank_transfer"});
    office.tributary.post(&office.owner, &path, payment).await.expect(201);

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
    for text in ["INV-2026-042", "Nordlicht GmbH", "DE123456789", "Café Étoile", "20457", "Hosting", "20261231"] {
        assert!(xml.contains(text), "{text}: {xml}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_says_too_little_is_a_pdf_alone() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({"status": "sent"})).await;
    assert_eq!(attached(&office.document(&invoice).await), None);
}
