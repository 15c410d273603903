//! Writes sample invoices: `cargo run -p documents --example samples -- <directory>`
//!
//! Each is a PDF, with the texts that a person wrote (`.json`), and the electronic invoice (`.xml`) where there is one.
//! infra/scripts/check-facturx holds the invoices against the standard, and check-pdf-text what is copied out of the PDFs
//! against the texts.

use std::error::Error;
use std::path::Path;

use documents::{InvoiceDocument, Template, facturx, missing_characters, render};

mod invoices;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("samples <directory>")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    for (name, invoice) in invoices::all() {
        std::fs::write(directory.join(format!("{name}.pdf")), render(&invoice, Template::standard())?)?;
        std::fs::write(directory.join(format!("{name}.json")), serde_json::to_string(&written(&invoice))?)?;
        let electronic = match facturx::xml(&invoice) {
            Some(xml) => {
                std::fs::write(directory.join(format!("{name}.xml")), xml)?;
                "with Factur-X".to_owned()
            }
            None => {
                let missing: Vec<_> = invoice.einvoice().missing.iter().map(ToString::to_string).collect();
                format!("without Factur-X: {missing:?}")
            }
        };
        println!("{name}: {electronic}; characters without a font: {:?}", missing_characters(&invoice));
    }
    Ok(())
}

/// What a person wrote on the invoice.
fn written(invoice: &InvoiceDocument) -> Vec<&str> {
    let parties = [&invoice.seller, &invoice.customer];
    let parties =
        parties.into_iter().flat_map(|party| [&party.name, &party.address.street, &party.address.city, &party.email]);
    let texts = [&invoice.number, &invoice.title, &invoice.description, &invoice.terms, &invoice.notes];
    let lines = invoice.lines.iter().map(|line| &line.description);
    texts.into_iter().chain(parties).chain(lines).map(String::as_str).collect()
}
