//! Writes sample invoices: `cargo run -p documents --example samples -- <directory>`
//!
//! Each is a PDF, and beside it the electronic invoice where there is one. infra/scripts/check-facturx holds them against
//! the standard.

use std::error::Error;
use std::path::Path;

use documents::{Template, facturx, missing_characters, render};

mod invoices;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("samples <directory>")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    for (name, invoice) in invoices::all() {
        std::fs::write(directory.join(format!("{name}.pdf")), render(&invoice, Template::standard())?)?;
        let electronic = match facturx::xml(&invoice) {
            Ok(xml) => {
                std::fs::write(directory.join(format!("{name}.xml")), xml)?;
                "with Factur-X".to_owned()
            }
            Err(obstacle) => format!("without Factur-X: {obstacle}"),
        };
        println!("{name}: {electronic}; characters without a font: {:?}", missing_characters(&invoice));
    }
    Ok(())
}
