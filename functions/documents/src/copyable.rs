//! Pages from which a reader copies what was written.
//!
//! Long words break at characters that were put in for it ([`BREAK`]). Typst takes them for text, so a reader would copy
//! them, and a search would not find the word. Once the lines are broken, they are taken out again.

use std::ops::Range;

use ecow::EcoVec;
use typst::layout::{Abs, Em, Frame, FrameItem, Point};
use typst::text::TextItem;
use typst_layout::PagedDocument;

use crate::text::BREAK;

/// The document with text that can be copied and found.
pub(crate) fn copyable(mut document: PagedDocument) -> PagedDocument {
    let mut pages = EcoVec::from(document.pages());
    for page in pages.make_mut() {
        mend_frame(&mut page.frame);
    }
    let info = std::mem::take(document.info_mut());
    PagedDocument::new(pages, info)
}

fn mend_frame(frame: &mut Frame) {
    let items = frame.items().cloned().collect::<Vec<_>>();
    frame.clear();
    let mut mended: Vec<(Point, FrameItem)> = Vec::with_capacity(items.len());
    for (at, mut item) in items {
        match &mut item {
            FrameItem::Group(group) => mend_frame(&mut group.frame),
            FrameItem::Text(text) => {
                if text.text.contains(BREAK) {
                    take_breaks_out(text);
                }
                if let Some((start, FrameItem::Text(line))) = mended.last_mut()
                    && goes_on(*start, line, at, text)
                {
                    append(line, text, start.y - at.y);
                    continue;
                }
            }
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => {}
        }
        mended.push((at, item));
    }
    frame.push_multiple(mended);
}

/// Whether a text goes on with a line. Typst divides a line at each mark that is raised or lowered, as over Thai
/// consonants, and viewers then put the mark elsewhere.
fn goes_on(start: Point, line: &TextItem, at: Point, next: &TextItem) -> bool {
    let alike =
        line.font == next.font && line.size == next.size && line.fill == next.fill && line.stroke == next.stroke;
    let follows = (start.x + line.width()).approx_eq(at.x) && (start.y - at.y).abs() <= line.size;
    let fits = line.text.len() + next.text.len() <= usize::from(u16::MAX);
    let has_marks = line.glyphs.iter().any(|glyph| glyph.y_offset != Em::zero());
    alike && line.lang == next.lang && follows && fits && (has_marks || begins_with_mark(line, next))
}

/// Whether a text begins with a mark over the last letter of the line. It has the text of both.
fn begins_with_mark(line: &TextItem, next: &TextItem) -> bool {
    let (Some(letter), Some(mark)) = (line.glyphs.last(), next.glyphs.first()) else { return false };
    mark.x_advance == Em::zero() && next.text[bytes(&mark.range)] == line.text[bytes(&letter.range)]
}

/// Appends a text that is `lift` above the line.
fn append(line: &mut TextItem, next: &TextItem, lift: Abs) {
    let lift = Em::from_abs(lift, line.size);
    if begins_with_mark(line, next) {
        let letter = line.glyphs.last().map_or(0, |glyph| glyph.range.start);
        line.text.truncate(letter.into());
    }
    let start = line.text.len() as u16;
    line.text.push_str(&next.text);
    line.glyphs.extend(next.glyphs.iter().cloned().map(|mut glyph| {
        glyph.range = start + glyph.range.start..start + glyph.range.end;
        glyph.y_offset += lift;
        // Viewers sort what is not on the line from left to right: right of the next letter's edge, if by a hair, a mark
        // would come after it.
        if lift != Em::zero() && glyph.x_advance == Em::zero() {
            glyph.x_offset = glyph.x_offset.min(Em::zero());
        }
        glyph
    }));
}

fn bytes(range: &Range<u16>) -> Range<usize> {
    range.start.into()..range.end.into()
}

/// Takes the characters out, with their glyphs, which have no width.
fn take_breaks_out(item: &mut TextItem) {
    // Where each byte of the text moves to.
    let mut moved: Vec<u16> = Vec::with_capacity(item.text.len() + 1);
    let mut kept = 0;
    for character in item.text.chars() {
        moved.extend(std::iter::repeat_n(kept, character.len_utf8()));
        kept += if character == BREAK { 0 } else { character.len_utf8() as u16 };
    }
    moved.push(kept);
    let at = |offset: u16| moved[usize::from(offset)];
    item.glyphs.retain_mut(|glyph| {
        glyph.range = at(glyph.range.start)..at(glyph.range.end);
        !glyph.range.is_empty()
    });
    item.text = item.text.chars().filter(|character| *character != BREAK).collect();
}
