//! Texts made fit for print.
//!
//! Typst breaks lines in a time that is linear in the text only if a line fills up. So nothing without ink reaches it in
//! any number: invisible characters are left out, and spaces, joiners and combining marks come in runs of [`RUN`] at most.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use serde::Serialize;
use typst::text::is_default_ignorable;
use unicode_bidi::Direction;
use unicode_segmentation::UnicodeSegmentation;

use crate::InvoiceDocument;
use crate::fonts;

/// What fits into every column, in widths of a small letter. Longer words get places to break: Typst finds none in them.
const FITTING: usize = 28;
/// A part of a word that is left whole between two signs at which an address is broken.
const PART: usize = 20;
/// After how many letters a word without signs may be broken. Each place costs the shaping of a line.
const STRIDE: usize = 4;
/// How many characters may follow one another without taking room: more are no text.
const RUN: usize = 16;
/// The one that Typst breaks lines with.
static SEGMENTER: LazyLock<LineSegmenterBorrowed> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));
/// Marks a place to break. [`crate::copyable`] takes it out of the pages again.
pub(crate) const BREAK: char = '\u{200b}';

/// A line that a person wrote, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TextLine {
    pub(crate) text: String,
    /// Whether it reads from right to left: its first letter does.
    rtl: bool,
}

impl TextLine {
    fn new(line: &str) -> Self {
        Self { rtl: unicode_bidi::get_base_direction(line) == Direction::Rtl, text: breakable(line) }
    }
}

/// The lines of a text without control and invisible characters, with the replacement character where no font has the
/// character, and with places to break in words that are too long for a column. An empty line stands alone.
pub(crate) fn lines(text: &str) -> Vec<TextLine> {
    let text = text.trim().replace("\r\n", "\n");
    let mut lines = Vec::new();
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line = clean(line);
        let line = line.trim_end();
        // Leading empty lines are left out, and of several the first stays.
        let follows_text = lines.last().is_some_and(|last: &TextLine| !last.text.is_empty());
        if !line.is_empty() || follows_text {
            lines.push(TextLine::new(line));
        }
    }
    if lines.last().is_some_and(|last| last.text.is_empty()) {
        lines.pop();
    }
    lines
}

/// A text in one line.
pub(crate) fn line(text: &str) -> String {
    lines(text).into_iter().map(|line| line.text).collect::<Vec<_>>().join(" ")
}

/// The characters of the document for which no font is there; they are printed as the replacement character.
#[must_use]
pub fn missing_characters(document: &InvoiceDocument) -> BTreeSet<char> {
    let InvoiceDocument { number, title, description, seller, customer, lines, payments, terms, notes, .. } = document;
    let parties = [seller, customer].into_iter().flat_map(|party| {
        let address = &party.address;
        let lines = [&address.street, &address.postcode, &address.city, &address.region, &address.country];
        let of_party = [&party.name, &party.email, &party.phone, &party.vat_id, &party.registration];
        of_party.into_iter().chain(lines)
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

/// A line without what is not printed.
fn clean(line: &str) -> String {
    let visible = |character: &char| is_joiner(*character) || !is_invisible(*character);
    let line: String =
        line.chars().map(|character| if character == '\t' { ' ' } else { character }).filter(visible).collect();
    let mut cleaned = String::with_capacity(line.len());
    let mut spaces = 0;
    for grapheme in line.graphemes(true) {
        let is_space = grapheme.chars().all(|character| character.is_whitespace() || is_joiner(character));
        spaces = if is_space { spaces + 1 } else { 0 };
        if spaces <= RUN {
            // A joiner stands between letters, once.
            let joins = |index: usize, character: char| index > 0 && !is_space || !is_joiner(character);
            let kept = grapheme.chars().enumerate().filter(|(index, character)| joins(*index, *character));
            cleaned.extend(
                kept.take(RUN)
                    .map(|(_, character)| if shown(character) { character } else { char::REPLACEMENT_CHARACTER }),
            );
        }
    }
    cleaned
}

/// Whether it is printed as it is.
fn shown(character: char) -> bool {
    character.is_whitespace() || is_joiner(character) || fonts::cover(character)
}

/// Scripts of India and Arabic are written with them.
const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Control characters, marks that turn the direction of what follows, soft hyphens, variation selectors, fillers and
/// tags: nothing is printed for them, and PDF/A forbids some.
fn is_invisible(character: char) -> bool {
    character.is_control() || is_default_ignorable(character) || matches!(character, '\u{fff0}'..='\u{fffb}')
}

/// The line with places to break where Typst has none for too long.
fn breakable(line: &str) -> String {
    let mut broken = String::with_capacity(line.len());
    for word in line.split_inclusive(' ') {
        if width(word) <= FITTING {
            broken.push_str(word);
            continue;
        }
        let mut start = 0;
        for end in SEGMENTER.segment_str(word).filter(|end| *end > 0) {
            push_breakable(&mut broken, &word[start..end]);
            start = end;
        }
    }
    broken
}

/// Breaks after signs, as in `accounting@` `example.com`; where there are no signs, anywhere.
fn push_breakable(to: &mut String, word: &str) {
    if width(word) <= FITTING {
        to.push_str(word);
        return;
    }
    for part in word.split_inclusive(['@', '.', '/', '-', '_', '?', '&', '=', ',', ';', ':']) {
        if width(part) <= PART {
            to.push_str(part);
            to.push(BREAK);
            continue;
        }
        for (index, grapheme) in part.graphemes(true).enumerate() {
            if index > 0 && index % STRIDE == 0 {
                to.push(BREAK);
            }
            to.push_str(grapheme);
        }
        to.push(BREAK);
    }
}

/// About how wide it is, in small letters.
fn width(text: &str) -> usize {
    let is_narrow = |character: char| character.is_lowercase() || character.is_ascii_digit();
    text.chars().map(|character| if is_narrow(character) { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        lines(text).into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "Beratung, 3 Stunden",
            "Ολυμπία",
            "Чай и кофе",
            "שָׁלוֹם עולם",
            "می‌خواهم خدمات مشاوره",
            "नमस्ते क्‍ष",
            "日本語",
            "한국어",
            "₹ € ✓ →",
            "a  b\u{a0}c\u{2009}d",
        ] {
            assert_eq!(printed(text), text);
        }
    }

    #[test]
    fn text_that_breaks_by_itself_gets_no_places_to_break() {
        let thai = "บริการให้คำปรึกษาด้านเทคโนโลยีสารสนเทศและการสื่อสารสำหรับธุรกิจ";
        let chinese = "本公司为客户提供信息技术咨询服务以及软件开发与系统集成服务并收取相应费用";
        let korean = "정보통신기술컨설팅서비스및소프트웨어개발용역대금";
        for text in [thai, chinese, korean, "see https://example.com/pay", "Donaudampfschifffahrt"] {
            assert!(!printed(text).contains(BREAK), "{text}");
        }
    }

    #[test]
    fn control_and_invisible_characters_are_dropped() {
        assert_eq!(
            printed("a\0b\u{7}c\u{202e}d\u{feff}e\u{2066}f\u{fe0f}g\u{ad}h\u{200b}i\u{2060}j\u{200e}k"),
            "abcdefghijk"
        );
        assert_eq!(printed(" one\r\ntwo\tthree\rfour\n"), "one\ntwo three\nfour");
        assert_eq!(printed("\n\na\n\n\n\nb\n \n"), "a\n\nb");
        assert_eq!(lines("\u{ad}\u{3164} \n\u{200d}"), []);
    }

    #[test]
    fn what_takes_no_room_is_cut_short() {
        for (character, kept) in
            [('\u{301}', RUN), ('\u{200d}', RUN), ('\u{2009}', RUN + 2), (' ', RUN + 2), ('\u{3000}', RUN + 2)]
        {
            let text = format!("a{}b", character.to_string().repeat(5000));
            assert!(printed(&text).replace(BREAK, "").chars().count() <= kept + 1, "{character:?}");
        }
        for (pattern, most) in [(" \u{200d}", 40), ("\u{2003}\u{200c}\u{2009}", 40), ("\u{200d}\u{301}", 40)] {
            let printed = printed(&format!("a{}b", pattern.repeat(5000)));
            assert!(printed.replace(BREAK, "").chars().count() <= most, "{pattern:?}");
        }
    }

    #[test]
    fn a_line_reads_in_the_direction_of_its_first_letter() {
        let rtl = |text: &str| lines(text).iter().map(|line| line.rtl).collect::<Vec<_>>();
        assert_eq!(rtl("Advice\nשירותי ייעוץ (IT)\n12: خدمات\n2026"), [false, true, true, false]);
        assert_eq!(rtl("IT: שירותי ייעוץ"), [false]);
    }

    #[test]
    fn a_character_without_a_font_is_replaced_visibly() {
        assert_eq!(printed("rocket \u{1f680}!"), "rocket \u{fffd}!");
        assert!(fonts::cover(char::REPLACEMENT_CHARACTER));
    }

    #[test]
    fn only_long_words_get_places_to_break() {
        for word in ["Donaudampfschifffahrt", "billing@nordlicht.example", "https://example.com/pay"] {
            assert_eq!(printed(word), word);
        }
        let long = printed(&format!("see {} there", "x".repeat(100)));
        assert_eq!(long.replace(BREAK, ""), format!("see {} there", "x".repeat(100)));
        assert!(long.matches(BREAK).count() >= 25);
        assert!(printed(&"W".repeat(20)).contains(BREAK));
    }

    #[test]
    fn an_address_is_broken_after_its_signs() {
        let address = printed("accounts.payable@subsidiary.example.com");
        assert_eq!(address.replace(BREAK, "|"), "accounts.|payable@|subsidiary.|example.|com|");
    }

    #[test]
    fn no_letter_of_latin_greek_or_cyrillic_is_missing() {
        for block in [0x20..0x7f_u32, 0xa0..0x250, 0x386..0x3e2, 0x400..0x530, 0x1e00..0x1f00] {
            for character in block.filter_map(char::from_u32).filter(|character| *character != '\u{ad}') {
                let unassigned = matches!(character, '\u{38b}' | '\u{38d}' | '\u{3a2}');
                assert!(unassigned || fonts::cover(character), "{character:?}");
            }
        }
    }
}
