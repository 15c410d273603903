//! Pages from which a reader copies what was written.
//!
//! Long words break at characters that were put in for it ([`BREAK`]). Typst takes them for text, so a reader would copy
//! them, and a search would not find the word. Once the lines are broken, they are taken out again.

use ecow::EcoVec;
use typst::layout::{Frame, FrameItem};
use typst::text::TextItem;
use typst_layout::PagedDocument;

use crate::text::BREAK;

/// The document without places to break.
pub(crate) fn without_breaks(mut document: PagedDocument) -> PagedDocument {
    if !document.pages().iter().any(|page| has_breaks(&page.frame)) {
        return document;
    }
    let mut pages = EcoVec::from(document.pages());
    for page in pages.make_mut() {
        take_out_of_frame(&mut page.frame);
    }
    let info = std::mem::take(document.info_mut());
    PagedDocument::new(pages, info)
}

fn has_breaks(frame: &Frame) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => has_breaks(&group.frame),
        FrameItem::Text(text) => text.text.contains(BREAK),
        FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => false,
    })
}

fn take_out_of_frame(frame: &mut Frame) {
    frame.retain(|item| {
        match item {
            FrameItem::Group(group) if has_breaks(&group.frame) => take_out_of_frame(&mut group.frame),
            FrameItem::Text(text) if text.text.contains(BREAK) => take_out_of_text(text),
            _ => {}
        }
        true
    });
}

/// Takes the characters out, with their glyphs, which have no width.
fn take_out_of_text(item: &mut TextItem) {
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
