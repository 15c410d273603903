use typst::layout::{Frame, FrameItem, Point};
use typst_layout::PagedDocument;

use crate::{InvoiceDocument, Template, render, samples, typeset};

pub(crate) fn sample(name: &str) -> InvoiceDocument {
    samples::all().into_iter().find(|(sample, _)| *sample == name).unwrap().1
}

fn pages(document: &InvoiceDocument) -> PagedDocument {
    let world = typeset::world(document, Template::standard(), None, None).unwrap();
    typeset::pages(&world).unwrap()
}

/// The texts of each page, in the order of the template, without places to break.
pub(crate) fn texts(document: &InvoiceDocument) -> Vec<String> {
    let text = |frame: &Frame| {
        let mut pieces = Vec::new();
        walk(frame, Point::zero(), &mut |_, _, text| pieces.push(text.to_owned()));
        pieces.join(" ").replace('\u{200b}', "")
    };
    pages(document).pages().iter().map(|page| text(&page.frame)).collect()
}

fn walk(frame: &Frame, origin: Point, each: &mut impl FnMut(Point, f64, &str)) {
    for (position, item) in frame.items() {
        match item {
            FrameItem::Group(group) => walk(&group.frame, origin + *position, each),
            FrameItem::Text(text) => each(origin + *position, text.width().to_pt(), &text.text),
            _ => {}
        }
    }
}

#[test]
fn two_hundred_lines_fill_several_pages_that_each_repeat_the_header_and_count_themselves() {
    let document = sample("long");
    let pages = texts(&document);
    assert!((5..=14).contains(&pages.len()), "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("Description") && page.contains("Unit price"), "page {index}: {page}");
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())), "page {index}: {page}");
    }
    let all = pages.join(" ");
    for number in 1..=200 {
        assert!(all.contains(&format!("Article {number}")), "line {number}");
    }
    assert!(pages.last().unwrap().contains("Amount due"));
}

#[test]
fn nothing_runs_over_the_margins_whatever_the_texts_are() {
    for (name, document) in samples::all() {
        for page in pages(&document).pages() {
            let right = page.frame.width().to_pt() - 15.0;
            walk(&page.frame, Point::zero(), &mut |position, width, text| {
                let (start, end) = (position.x.to_pt(), position.x.to_pt() + width);
                assert!(start > 15.0 && end < right, "{name}: {start} to {end}: {text}");
                assert!(position.y < page.frame.height(), "{name}: {text}");
            });
        }
    }
}

#[test]
fn the_sums_the_payments_and_the_way_to_pay_are_printed() {
    let document = sample("rates");
    let page = texts(&document).join(" ");
    let shown = |value| crate::format::money(value, document.currency);
    for expected in [
        "Partially paid".to_owned(),
        "31 March 2026".to_owned(),
        "30 April 2026".to_owned(),
        shown(document.totals.subtotal),
        shown(document.totals.total),
        shown(document.totals.balance),
        "-25.50 EUR".to_owned(),
        "-5.50 EUR".to_owned(),
        "33.33%".to_owned(),
        "Bank transfer".to_owned(),
        "VAT ID DE123456789".to_owned(),
    ] {
        assert!(page.contains(&expected), "{expected}: {page}");
    }
    assert!(page.replace(' ', "").contains("https://pay.nordlicht.example/i/5Jq0vT2mXw8c"), "{page}");
    assert!(!page.contains("Other tax"), "{page}");
}

#[test]
fn an_invoice_without_lines_says_so() {
    let pages = texts(&sample("empty"));
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("This invoice has no lines.") && pages[0].contains("0.00 EUR"), "{pages:?}");
}

#[test]
fn a_tax_of_its_own_and_a_currency_without_cents_are_printed() {
    let page = texts(&sample("foreign")).join(" ");
    for expected in ["Void", "1,740,000 JPY", "Other tax", "95,700 JPY", "-1,000 JPY", "1,834,700 JPY", "Maine"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("Date due"), "{page}");
}

#[test]
fn money_is_asked_for_while_it_is_owed() {
    use domain::invoice::Status;

    let asks = |change: fn(&mut InvoiceDocument)| {
        let mut document = sample("simple");
        change(&mut document);
        let page = texts(&document).join(" ");
        (page.contains("Amount due"), page.contains("Pay online"))
    };
    assert_eq!(asks(|_| {}), (true, true));
    assert_eq!(asks(|invoice| invoice.totals.balance = 0.into()), (true, false));
    assert_eq!(asks(|invoice| invoice.status = Status::Void), (false, false));
    assert_eq!(asks(|invoice| invoice.status = Status::Refunded), (false, false));
}

#[test]
fn the_same_invoice_gives_the_same_bytes_in_any_thread() {
    let first = render(&sample("rates"), Template::standard()).unwrap();
    let other = render(&sample("simple"), Template::standard()).unwrap();
    let again = std::thread::spawn(|| render(&sample("rates"), Template::standard()).unwrap()).join().unwrap();
    assert_ne!(first, other);
    assert!(first == again, "the bytes differ");
}

#[test]
fn a_template_of_its_own_is_used() {
    let template =
        Template::new("#let i = json(\"invoice.json\")\n#set page(paper: \"us-letter\")\nRechnung #i.number");
    let world = typeset::world(&sample("simple"), &template, None, None).unwrap();
    let pages = typeset::pages(&world).unwrap();
    assert_eq!(pages.pages().len(), 1);
    let pdf = render(&sample("simple"), &template).unwrap();
    assert_ne!(pdf, render(&sample("simple"), Template::standard()).unwrap());
}
