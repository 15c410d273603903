//! From the invoice to pages, and from pages to a PDF.

use jiff::civil::Date;
use typst::foundations::{Bytes, Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::copyable::copyable;
use crate::data::Data;
use crate::world::InvoiceWorld;
use crate::{InvoiceDocument, RenderError, Template, qr, xmp};

/// For how many documents Typst remembers what it has calculated. What all invoices have in common stays by being used;
/// the rest of an invoice would only fill the memory.
const REMEMBERED_DOCUMENTS: usize = 1;

/// Whether the bytes begin like an image of a kind that can be set.
pub(crate) fn is_image(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    webp || [b"\x89PNG".as_slice(), b"\xff\xd8\xff", b"GIF8"].iter().any(|magic| bytes.starts_with(magic))
}

/// The PDF, with the attachment where there is one.
pub(crate) fn pdf(
    document: &InvoiceDocument,
    template: &Template,
    logo: Option<&[u8]>,
    attachment: Option<String>,
) -> Result<Vec<u8>, RenderError> {
    let world = world(document, template, logo, attachment)?;
    let bytes = pages(&world).and_then(|pages| export(document, &world, &pages));
    typst::comemo::evict(REMEMBERED_DOCUMENTS);
    let bytes = bytes?;
    if world.attachment.is_some() { xmp::declare_facturx(&bytes).ok_or(RenderError::Metadata) } else { Ok(bytes) }
}

/// What the template sees of the invoice.
pub(crate) fn world(
    document: &InvoiceDocument,
    template: &Template,
    logo: Option<&[u8]>,
    attachment: Option<String>,
) -> Result<InvoiceWorld, RenderError> {
    let qr = document.link_to_pay().and_then(qr::svg);
    let data = serde_json::to_string(&Data::new(document, logo.is_some(), qr.is_some()))?;
    Ok(InvoiceWorld {
        template: template.clone(),
        data: Bytes::from_string(data),
        logo: logo.map(|bytes| Bytes::new(bytes.to_vec())),
        qr: qr.map(Bytes::from_string),
        attachment: attachment.map(Bytes::from_string),
        today: day(document.issue_date).as_ref().and_then(date_alone),
    })
}

/// The pages.
pub(crate) fn pages(world: &InvoiceWorld) -> Result<PagedDocument, RenderError> {
    let pages = typst::compile::<PagedDocument>(world).output;
    pages.map(copyable).map_err(|faults| RenderError::Template(world.describe(&faults)))
}

fn export(document: &InvoiceDocument, world: &InvoiceWorld, pages: &PagedDocument) -> Result<Vec<u8>, RenderError> {
    let standards =
        PdfStandards::new(&[PdfStandard::A_3b]).map_err(|error| RenderError::Export(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(document.id.clone()),
        creator: Smart::Custom(Some("Tributary".to_owned())),
        timestamp: day(document.issue_date).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(pages, &options).map_err(|faults| RenderError::Export(world.describe(&faults)))
}

fn date_alone(midnight: &Datetime) -> Option<Datetime> {
    Datetime::from_ymd(midnight.year()?, midnight.month()?, midnight.day()?)
}

/// Midnight of the day.
fn day(date: Date) -> Option<Datetime> {
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    Datetime::from_ymd_hms(date.year().into(), month, day, 0, 0, 0)
}
