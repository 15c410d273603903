//! Normalising, comparing and bounding text.

use super::*;

/// Texts that differ in nothing that a reader sees, and the one that is kept.
const SAME: [(&str, &[&str]); 5] = [
    ("Café", &["Cafe\u{301}", "Caf\u{ad}é", "\u{feff}Café", "Ca\u{200b}f\u{2060}é\u{a0}", "\u{2003}Café\u{85}"]),
    ("INV-1", &["INV\u{200b}-1", "\u{202e}INV-1\u{202c}", "\u{2066}INV-1\u{2069}", "\u{200e}INV-1\u{200f}\u{61c}"]),
    ("각", &["\u{1100}\u{1161}\u{11a8}", "\u{1100}\u{200b}\u{1161}\u{11a8}"]),
    ("👩\u{200d}💻", &[" 👩\u{200d}💻\u{feff}"]),
    ("می\u{200c}خواهم", &["\u{200f}می\u{200c}خواهم\u{200b}"]),
];

#[test]
fn text_is_composed_trimmed_and_freed_of_what_only_hides_in_it() {
    for (kept, sent) in SAME {
        assert_eq!(normalised(kept), kept);
        for text in sent {
            assert_eq!(normalised(text), kept, "{text:?}");
            assert_eq!(Name::parse(text).map(Name::into_string), Ok(kept.to_owned()), "{text:?}");
        }
    }
}

#[test]
fn normalising_and_comparing_twice_change_nothing() {
    let ranges =
        [0..0x3200, 0xac00..0xac80, 0xf900..0x1_0000, 0x1_d100..0x1_d480, 0x2_f800..0x2_f880, 0xe_0000..0xe_0200];
    for c in ranges.into_iter().flatten().filter_map(char::from_u32) {
        for text in [format!("{c}"), format!("a{c}\u{301}b"), format!("\u{200b}{c} ")] {
            for form in [normalised, unique_key, folded, compatible] {
                let once = form(&text);
                assert_eq!(form(&once), once, "{:x} in {text:?}", u32::from(c));
            }
        }
    }
}

#[test]
fn text_without_a_visible_character_is_blank() {
    let invisible = [
        "",
        " \t\n",
        "\u{a0}\u{2003}\u{3000}",
        "\u{200b}",
        "\u{200d}",
        "\u{200c} \u{200d}",
        "\u{301}",
        "\u{115f}",
        "\u{1160}",
        "\u{3164}",
        "\u{ffa0}",
        "\u{34f}",
        "\u{fe0f}",
        "\u{e0041}",
        "\u{2800}",
        "\u{180e}",
        "\u{202e}\u{feff}",
    ];
    for text in invisible {
        assert_eq!(Name::parse(text), Err(TextError::Blank), "{text:?}");
        assert_eq!(ShortText::parse(text), Ok(ShortText::default()), "{text:?}");
    }
    for text in ["٫", "-", "ɐ", "☃\u{fe0f}", "क\u{94d}\u{200d}ष"] {
        assert!(Name::parse(text).is_ok(), "{text:?}");
    }
}

#[test]
fn unique_values_are_compared_by_what_a_reader_sees() {
    let same = [
        ("INV-2026-001", "ＩＮＶ－２０２６－００１"),
        ("INV-2026-001", "INV\u{200d}-2026-001"),
        ("INV-2026-001", "INV-2026\u{34f}-001"),
        ("ﬁ-1", "fi-1"),
        ("①", "1"),
        ("é", "e\u{200d}\u{301}"),
        ("a b", "a\u{a0}b"),
        ("x\u{3164}", "x"),
    ];
    for (one, other) in same {
        assert_eq!(unique_key(one), unique_key(other), "{one:?} {other:?}");
    }
    for (one, other) in [("a", "A"), ("e", "é"), ("SKU-1", "SKU-01"), ("а", "a")] {
        assert_ne!(unique_key(one), unique_key(other), "{one:?} {other:?}");
    }
    for (one, other) in [("Müller", "mu\u{308}LLER"), ("ＡＤＡ", "ada"), ("ΟΔΟΣ", "οδος"), ("K", "\u{212a}")]
    {
        assert_eq!(folded(one), folded(other), "{one:?} {other:?}");
    }
    for ascii in ["INV-2026-001", "ada@example.com", "a b", "{x}"] {
        assert_eq!(unique_key(ascii), ascii, "what is kept under ASCII keys stays where it is");
    }
}

#[test]
fn every_character_of_a_password_counts() {
    assert_eq!(compatible("Pa\u{308}ssword"), compatible("Pässword"));
    assert_eq!(compatible("ﬁsh①"), "fish1");
    for (one, other) in [("pass", "PASS"), ("pass", "pass "), ("pass", "pa\u{200b}ss")] {
        assert_ne!(compatible(one), compatible(other));
    }
}

#[test]
fn a_truth_value_is_read_in_any_case() {
    assert_eq!([" True", "1", "TRUE"].map(parse_bool), [Some(true); 3]);
    assert_eq!(["false ", "0", "False"].map(parse_bool), [Some(false); 3]);
    assert_eq!(["", "2", "yes", "null", "truе"].map(parse_bool), [None; 5]);
}

#[test]
fn a_name_is_trimmed_and_bounded() {
    assert_eq!(Name::parse("  Acme \n").map(Name::into_string), Ok("Acme".to_owned()));
    assert_eq!(Name::parse(" \t"), Err(TextError::Blank));
    assert_eq!(Name::parse(&"é".repeat(255)).map(|n| n.as_str().chars().count()), Ok(255));
    assert_eq!(Name::parse(&"e\u{301}".repeat(255)).map(|n| n.as_str().chars().count()), Ok(255));
    assert_eq!(Name::parse(&"é".repeat(256)), Err(TextError::TooLong(255)));
    assert_eq!(Name::parse("a\0b"), Err(TextError::Control));
    assert_eq!(Name::parse("é\u{7f}b"), Err(TextError::Control));
}

#[test]
fn what_an_earlier_release_kept_stays_readable() {
    let kept = |json: &str| serde_json::from_str::<Name>(json).map(|name| name.as_str().to_owned()).unwrap();
    assert_eq!(kept("\"\u{200b}\""), "\u{200b}");
    assert_eq!(kept("\"Cafe\u{301}\""), "Cafe\u{301}");
}

#[test]
fn an_address_that_could_carry_a_header_is_refused() {
    for bad in ["", "a", "a@b", "a@b..c", "@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "a@b.c,d@e.f", "a@@b.c"] {
        assert_eq!(Email::parse(bad), Err(TextError::Email), "{bad:?}");
    }
    for good in ["m.lopez@example.com", "a+b@c-d.example", "O'Neil@example.co.uk"] {
        assert!(Email::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn an_address_is_compared_without_what_hides_in_it() {
    let address = Email::parse("\u{200b}Ada@Bu\u{308}cher.example\u{feff}").unwrap();
    assert_eq!((address.as_str(), address.folded().as_str()), ("Ada@Bücher.example", "ada@bücher.example"));
}
