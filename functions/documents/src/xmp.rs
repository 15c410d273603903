//! The metadata by which readers know that a PDF carries Factur-X.
//!
//! Typst writes the metadata of PDF/A, but takes no further properties. So they are put into what it has written: the
//! metadata are the last stream of the file, uncompressed, and the table of offsets is plain.

use std::ops::Range;

const PROPERTIES: &str = concat!(
    "<rdf:Description rdf:about=\"\" xmlns:fx=\"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\">",
    "<fx:DocumentType>INVOICE</fx:DocumentType>",
    "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
    "<fx:Version>1.0</fx:Version>",
    "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
    "</rdf:Description>",
);

macro_rules! property {
    ($name:literal, $description:literal) => {
        concat!(
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>",
            $name,
            "</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>",
            "<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>",
            $description,
            "</pdfaProperty:description></rdf:li>",
        )
    };
}

/// PDF/A wants every property explained that it does not know.
const SCHEMA: &str = concat!(
    "<rdf:li rdf:parseType=\"Resource\">",
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>",
    "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>",
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>",
    property!("DocumentFileName", "The name of the embedded XML document"),
    property!("DocumentType", "The type of the hybrid document in capital letters, e.g. INVOICE"),
    property!("Version", "The version of the standard that applies to the embedded XML document"),
    property!("ConformanceLevel", "The conformance level of the embedded XML document"),
    "</rdf:Seq></pdfaSchema:property></rdf:li>",
);

/// The PDF with the properties of Factur-X, or nothing if it is not built as expected.
pub(crate) fn declare_facturx(pdf: &[u8]) -> Option<Vec<u8>> {
    let table = Table::find(pdf)?;
    // From the end, where they are.
    let object = table.offsets(pdf)?.into_iter().rev().find_map(|offset| metadata_stream(pdf, offset))?;
    let metadata = str::from_utf8(&pdf[object.stream.clone()]).ok()?;
    let metadata = with_facturx(metadata)?;
    let length = metadata.len().to_string();

    let mut result = Vec::with_capacity(pdf.len() + metadata.len());
    result.extend_from_slice(&pdf[..object.length.start]);
    result.extend_from_slice(length.as_bytes());
    result.extend_from_slice(&pdf[object.length.end..object.stream.start]);
    result.extend_from_slice(metadata.as_bytes());
    result.extend_from_slice(&pdf[object.stream.end..table.entries.start]);
    let added = (length.len() + metadata.len()) - (object.length.len() + object.stream.len());
    for entry in pdf[table.entries.clone()].chunks(ENTRY) {
        result.extend_from_slice(&moved(entry, object.stream.start, added)?);
    }
    result.extend_from_slice(&pdf[table.entries.end..table.start_digits.start]);
    result.extend_from_slice((table.start + added).to_string().as_bytes());
    result.extend_from_slice(&pdf[table.start_digits.end..]);
    Some(result)
}

/// The length of an entry in the table: ten digits, five digits, a letter, the end of the line.
const ENTRY: usize = 20;

/// The table of offsets.
struct Table {
    start: usize,
    start_digits: Range<usize>,
    entries: Range<usize>,
}

impl Table {
    fn find(pdf: &[u8]) -> Option<Self> {
        let digits_start = find_last(pdf, b"startxref\n")? + b"startxref\n".len();
        let start_digits = digits_start..digits_start + digits(&pdf[digits_start..]);
        let start = number(&pdf[start_digits.clone()])?;
        let rest = pdf.get(start..)?.strip_prefix(b"xref\n0 ")?;
        let count = number(&rest[..digits(rest)])?;
        let first = pdf.len() - rest.len() + digits(rest);
        let first = first + pdf[first..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let entries = first..first + count * ENTRY;
        pdf.get(entries.clone())?;
        Some(Self { start, start_digits, entries })
    }

    /// Where the objects are.
    fn offsets(&self, pdf: &[u8]) -> Option<Vec<usize>> {
        let used = pdf[self.entries.clone()].chunks(ENTRY).filter(|entry| entry[17] == b'n');
        used.map(|entry| number(&entry[..10])).collect()
    }
}

/// An entry, with its offset moved where it lies behind what has grown.
fn moved(entry: &[u8], grown: usize, added: usize) -> Option<Vec<u8>> {
    let offset = number(&entry[..10])?;
    let moved = if entry[17] == b'n' && offset > grown { offset + added } else { offset };
    Some([format!("{moved:010}").as_bytes(), &entry[10..]].concat())
}

struct MetadataStream {
    length: Range<usize>,
    stream: Range<usize>,
}

fn metadata_stream(pdf: &[u8], offset: usize) -> Option<MetadataStream> {
    const START: &[u8] = b"stream\n";
    const LONGEST_HEAD: usize = 200;
    let object = pdf.get(offset..)?;
    let object = &object[..object.len().min(LONGEST_HEAD)];
    let head = &object[..find(object, START)? + START.len()];
    // A dictionary of the stream itself: another object's end would come before the next stream.
    if find(head, b"/Type/Metadata").or(find(head, b"/Type /Metadata")).is_none() || find(head, b"endobj").is_some() {
        return None;
    }
    let length = offset + find(head, b"/Length ")? + b"/Length ".len();
    let length = length..length + digits(&pdf[length..]);
    let start = offset + head.len();
    let stream = start..start + number(&pdf[length.clone()])?;
    pdf.get(stream.clone())?;
    Some(MetadataStream { length, stream })
}

fn with_facturx(metadata: &str) -> Option<String> {
    const BAG: &str = "<pdfaExtension:schemas><rdf:Bag>";
    let bag = metadata.find(BAG)? + BAG.len();
    let end = metadata.rfind("</rdf:RDF>").filter(|end| *end > bag)?;
    Some([&metadata[..bag], SCHEMA, &metadata[bag..end], PROPERTIES, &metadata[end..]].concat())
}

fn number(digits: &[u8]) -> Option<usize> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn find_last(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).rposition(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout_tests::sample;
    use crate::{Template, render};

    fn metadata(pdf: &[u8]) -> String {
        let table = Table::find(pdf).unwrap();
        let found = table.offsets(pdf).unwrap().into_iter().find_map(|offset| metadata_stream(pdf, offset)).unwrap();
        String::from_utf8(pdf[found.stream].to_vec()).unwrap()
    }

    #[test]
    fn the_electronic_invoice_is_declared_and_attached() {
        let pdf = render(&sample("simple"), Template::standard()).unwrap();
        let metadata = metadata(&pdf);
        for expected in [
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>B</pdfaid:conformance>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
            "<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
            "<xmp:CreateDate>2026-03-31T00:00:00+00:00</xmp:CreateDate>",
        ] {
            assert!(metadata.contains(expected), "{expected}: {metadata}");
        }
        assert_eq!(metadata.matches("<pdfaExtension:schemas>").count(), 1);
        assert!(find(&pdf, b"/AFRelationship/Alternative").or(find(&pdf, b"/AFRelationship /Alternative")).is_some());
        assert!(find(&pdf, b"factur-x.xml").is_some());
    }

    #[test]
    fn every_object_is_where_the_table_says() {
        for name in ["simple", "foreign"] {
            let pdf = render(&sample(name), Template::standard()).unwrap();
            let table = Table::find(&pdf).unwrap();
            let offsets = table.offsets(&pdf).unwrap();
            assert!(offsets.len() > 20);
            for (index, offset) in offsets.into_iter().enumerate() {
                assert!(pdf[offset..].starts_with(format!("{} 0 obj", index + 1).as_bytes()), "{name}: {}", index + 1);
            }
            assert!(pdf[table.start..].starts_with(b"xref"));
        }
    }

    #[test]
    fn a_plain_invoice_declares_nothing() {
        let pdf = render(&sample("foreign"), Template::standard()).unwrap();
        let metadata = metadata(&pdf);
        assert!(metadata.contains("<pdfaid:part>3</pdfaid:part>") && !metadata.contains("factur-x"), "{metadata}");
        assert!(find(&pdf, b"factur-x.xml").is_none());
    }

    #[test]
    fn what_is_no_pdf_is_refused() {
        for bytes in [b"".as_slice(), b"startxref\n9\n%%EOF", b"xref\n0 9\nstartxref\n0\n%%EOF", b"startxref\nx"] {
            assert_eq!(declare_facturx(bytes), None);
        }
    }
}
