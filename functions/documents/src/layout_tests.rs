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

/// The texts of each page, in the order of the template.
pub(crate) fn texts(document: &InvoiceDocument) -> Vec<String> {
    let text = |frame: &Frame| {
        let mut pieces = Vec::new();
        walk(frame, Point::zero(), &mut |_, _, text| pieces.push(text.to_owned()));
        pieces.join(" ")
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
        "-164.50 EUR".to_owned(),
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
    for expected in ["Cancelled", "1,740,000 JPY", "Other tax", "95,700 JPY", "-1,000 JPY", "1,834,700 JPY", "Maine"] {
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
    assert_eq!(asks(|invoice| invoice.totals.balance = (-1).into()), (false, false));
    assert_eq!(asks(|invoice| invoice.status = Status::Void), (false, false));
    assert_eq!(asks(|invoice| invoice.status = Status::Refunded), (false, false));
}

#[test]
fn overpayment_is_called_so() {
    let page = texts(&sample("overpaid")).join(" ");
    assert!(page.contains("Overpaid") && page.contains("477.65 EUR") && !page.contains("-477.65"), "{page}");
}

/// Where a text that a person wrote begins: the left or the right edge of what is printed of it.
#[test]
fn lines_begin_at_the_side_from_which_they_are_read() {
    let document = sample("right-to-left");
    let pages = pages(&document);
    let frame = &pages.pages()[0].frame;
    let mut lines: Vec<(f64, f64, String)> = Vec::new();
    walk(frame, Point::zero(), &mut |position, width, text| {
        lines.push((position.x.to_pt(), position.x.to_pt() + width, text.to_owned()));
    });
    let (left, right) = (56.0, frame.width().to_pt() - 57.5);
    let edges = |part: &str| {
        let (start, end, _) = lines.iter().find(|(_, _, text)| text.contains(part)).unwrap_or_else(|| panic!("{part}"));
        (*start < left + 5.0, *end > right - 5.0)
    };
    assert_eq!(edges("שדרוג"), (false, true), "the title");
    assert_eq!(edges("תודה"), (false, true), "a Hebrew note");
    assert_eq!(edges("Thank you"), (true, false), "an English note");
    assert_eq!(edges("As agreed"), (true, false), "an English description");
}

/// What is copied out of the PDF is what was written: nothing is put in.
#[test]
fn the_printed_texts_are_the_written_texts() {
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    for (name, document) in samples::all().into_iter().filter(|(name, _)| !matches!(*name, "scripts" | "hostile")) {
        let page = squeeze(&texts(&document).concat());
        let written = document.lines.iter().map(|line| &line.description);
        let written = written.chain([&document.number, &document.title, &document.customer.address.city]);
        // Runs of one direction are printed one after the other; within, letters are in their order.
        for text in written.filter(|_| name != "right-to-left") {
            let whole = squeeze(text);
            assert!(page.contains(&whole), "{name}: {whole}: {page}");
        }
        assert!(!page.contains(['\u{200b}', '\u{ad}', '\u{202a}', '\u{202b}', '\u{202c}']), "{name}");
    }
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
fn the_fingerprint_is_another_one_when_anything_is_that_the_bytes_depend_on() {
    let document = sample("simple");
    let of = |document: &InvoiceDocument| crate::fingerprint(document, Template::standard()).unwrap();
    assert_eq!(of(&document), of(&sample("simple")));
    let changes: [fn(&mut InvoiceDocument); 6] = [
        |invoice| invoice.id.push('1'),
        |invoice| invoice.notes.push('!'),
        |invoice| invoice.logo = Some(b"\x89PNG".to_vec()),
        |invoice| invoice.seller.address.country = "AT".to_owned(),
        |invoice| invoice.pay_url = Some("https://pay.example/2".to_owned()),
        |invoice| invoice.status = domain::invoice::Status::Overdue,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut other = sample("simple");
        change(&mut other);
        assert_ne!(of(&other), of(&document), "{index}");
    }
    assert_ne!(crate::fingerprint(&document, &Template::new("#set page()")).unwrap(), of(&document));
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
