use crate::layout_tests::{sample, texts};
use crate::{InvoiceDocument, RenderError, Template, missing_characters, render};

/// A PNG of one red pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0,
    0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 8, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0, 0, 3, 1, 1, 0,
    0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

#[test]
fn texts_that_look_like_code_are_printed_as_they_are() {
    let page = texts(&sample("hostile")).join(" ");
    // A line may end at any space.
    let page: String = page.chars().filter(|c| !c.is_whitespace()).collect();
    for text in [
        "#import\"@preview/evil:1.0.0\":*#{panic()}#read(\"/etc/passwd\")",
        "*bold*_italic_`raw````rustfn```$x^2$=heading-list<label>@ref//comment/**/",
        "\"quotes\"'single'\\backslash\\n\\u{41}]});#]~-----...",
        "</ram:Name>&<![CDATA[]]><!---->&amp;",
        "#panic()",
        "#setpage(width:1pt)=Noheading",
        "overridetxetdesrever",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("Wort").count(), 2500);
}

#[test]
fn characters_without_a_font_are_named() {
    assert_eq!(missing_characters(&sample("scripts")).into_iter().collect::<String>(), "\u{1f680}");
    assert!(texts(&sample("scripts")).join(" ").contains("no font has: \u{fffd}"));
}

#[test]
fn a_template_reaches_nothing_but_the_invoice() {
    for code in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../etc/passwd\")",
        "#image(\"https://example.com/x.png\")",
        "#import \"@preview/cetz:0.3.0\"",
        "#include \"other.typ\"",
        "#pdf.attach(\"/etc/passwd\")",
    ] {
        let result = render(&sample("simple"), &Template::new(code));
        assert!(matches!(result, Err(RenderError::Template(_))), "{code}: {result:?}");
    }
}

#[test]
fn a_fault_of_a_template_is_told_with_its_line() {
    let error = render(&sample("simple"), &Template::new("one\n\n#nothing")).unwrap_err();
    assert_eq!(error.to_string(), "the template does not compile: line 3: unknown variable: nothing");
}

#[test]
fn a_template_sees_the_invoices_date_as_today() {
    let template =
        Template::new("#assert(datetime.today().display() == \"2026-03-31\", message: datetime.today().display())");
    render(&sample("simple"), &template).unwrap();
}

#[test]
fn a_logo_is_shown_and_a_broken_one_is_left_out() {
    let with_logo = |logo: &[u8]| InvoiceDocument { logo: Some(logo.to_vec()), ..sample("simple") };
    let without = render(&sample("simple"), Template::standard()).unwrap();
    assert_ne!(render(&with_logo(PIXEL), Template::standard()).unwrap(), without);
    for broken in [b"".as_slice(), b"no image", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", &PIXEL[..40]] {
        assert!(render(&with_logo(broken), Template::standard()).unwrap() == without, "{broken:?}");
    }
}

#[test]
fn a_link_that_is_no_web_address_is_not_offered() {
    for url in ["", "javascript:alert(1)", "file:///etc/passwd", &format!("https://x.example/{}", "x".repeat(3000))] {
        let document = InvoiceDocument { pay_url: Some(url.to_owned()), ..sample("simple") };
        render(&document, Template::standard()).unwrap();
        assert!(!texts(&document).join(" ").contains("Pay online"), "{url}");
    }
}
