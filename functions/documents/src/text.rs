//! Texts made fit for print.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use crate::InvoiceDocument;
use crate::fonts;

/// What fits into every column, in widths of a small letter. Longer words get places to break: Typst finds none in them.
const FITTING: usize = 28;
/// A part of a word that is left whole between two signs at which an address is broken.
const PART: usize = 20;
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The text without control characters, with the replacement character where no font has the character, and with
/// places to break in words that are too long for a column.
pub(crate) fn printable(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.trim().replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push(' '),
            _ if is_invisible(character) => {}
            _ if fonts::cover(character) => cleaned.push(character),
            _ => cleaned.push(char::REPLACEMENT_CHARACTER),
        }
    }
    let mut broken = String::with_capacity(cleaned.len());
    for word in cleaned.split_inclusive([' ', '\n']) {
        push_breakable(&mut broken, word);
    }
    broken
}

/// The characters of the document for which no font is there; they are printed as the replacement character.
#[must_use]
pub fn missing_characters(document: &InvoiceDocument) -> BTreeSet<char> {
    let InvoiceDocument { number, title, description, seller, customer, lines, payments, terms, notes, .. } = document;
    let parties = [seller, customer].into_iter().flat_map(|party| {
        let address = &party.address;
        let lines = [&address.street, &address.postcode, &address.city, &address.region, &address.country];
        [&party.name, &party.email, &party.phone, &party.vat_id].into_iter().chain(lines)
    });
    [number, title, description, terms, notes]
        .into_iter()
        .chain(parties)
        .chain(lines.iter().map(|line| &line.description))
        .chain(payments.iter().map(|payment| &payment.method))
        .flat_map(|text| text.chars())
        .filter(|character| !character.is_whitespace() && !is_invisible(*character) && !fonts::cover(*character))
        .collect()
}

/// Control characters, marks that turn the direction of what follows, variation selectors and tags: nothing is printed
/// for them, and PDF/A forbids some.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}' | '\u{2060}'..='\u{206f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
        || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{fff0}'..='\u{fffb}')
}

/// Breaks after signs, as in `accounting@` `example.com`, so that what a reader copies has few of them; where there are
/// no signs, anywhere.
fn push_breakable(to: &mut String, word: &str) {
    if width(word) <= FITTING {
        to.push_str(word);
        return;
    }
    for part in word.split_inclusive(['@', '.', '/', '-', '_', '?', '&', '=', ',', ';', ':']) {
        if width(part) <= PART {
            to.push_str(part);
            to.push(ZERO_WIDTH_SPACE);
            continue;
        }
        for grapheme in part.graphemes(true) {
            to.push_str(grapheme);
            to.push(ZERO_WIDTH_SPACE);
        }
    }
}

/// About how wide it is, in small letters.
fn width(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii_lowercase() || character.is_ascii_digit() { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in ["Beratung, 3 Stunden", "Ολυμπία", "Чай и кофе", "שלום עולם", "नमस्ते", "日本語", "한국어", "₹ € ✓ →"]
        {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn control_and_direction_characters_are_dropped() {
        assert_eq!(printable("a\0b\u{7}c\u{202e}d\u{feff}e\u{2066}f\u{fe0f}"), "abcdef");
        assert_eq!(printable(" one\r\ntwo\tthree\rfour\n"), "one\ntwo three\nfour");
    }

    #[test]
    fn a_character_without_a_font_is_replaced_visibly() {
        assert_eq!(printable("rocket \u{1f680}!"), "rocket \u{fffd}!");
        assert!(fonts::cover(char::REPLACEMENT_CHARACTER));
    }

    #[test]
    fn only_long_words_get_places_to_break() {
        for word in ["Donaudampfschifffahrt", "billing@nordlicht.example", "https://example.com/pay"] {
            assert_eq!(printable(word), word);
        }
        let long = printable(&format!("see {} there", "x".repeat(100)));
        assert_eq!(long.replace(ZERO_WIDTH_SPACE, ""), format!("see {} there", "x".repeat(100)));
        assert!(long.matches(ZERO_WIDTH_SPACE).count() >= 100);
        assert!(printable(&"W".repeat(20)).contains(ZERO_WIDTH_SPACE));
    }

    #[test]
    fn an_address_is_broken_after_its_signs() {
        let address = printable("accounts.payable@subsidiary.example.com");
        assert_eq!(address.replace(ZERO_WIDTH_SPACE, "|"), "accounts.|payable@|subsidiary.|example.|com|");
    }

    #[test]
    fn no_letter_of_latin_greek_or_cyrillic_is_missing() {
        for block in [0x20..0x7f_u32, 0xa0..0x250, 0x386..0x3e2, 0x400..0x530, 0x1e00..0x1f00] {
            for character in block.filter_map(char::from_u32) {
                let unassigned = matches!(character, '\u{38b}' | '\u{38d}' | '\u{3a2}');
                assert!(unassigned || fonts::cover(character), "{character:?}");
            }
        }
    }
}
