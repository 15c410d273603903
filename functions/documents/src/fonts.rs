//! The fonts, which are part of the binary. fonts/README.md says where they come from and what they cover.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

macro_rules! font {
    ($file:literal) => {
        include_bytes!(concat!("../fonts/", $file)).as_slice()
    };
}

const FILES: &[&[u8]] = &[
    font!("NotoSans-Regular.ttf"),
    font!("NotoSans-Bold.ttf"),
    font!("NotoSansArabic-Bold.ttf"),
    font!("NotoSansArabic-Regular.ttf"),
    font!("NotoSansArmenian-Regular.ttf"),
    font!("NotoSansBengali-Regular.ttf"),
    font!("NotoSansCJKkr-Regular-hangul.otf"),
    font!("NotoSansDevanagari-Bold.ttf"),
    font!("NotoSansDevanagari-Regular.ttf"),
    font!("NotoSansEthiopic-Regular.ttf"),
    font!("NotoSansGeorgian-Regular.ttf"),
    font!("NotoSansGujarati-Regular.ttf"),
    font!("NotoSansGurmukhi-Regular.ttf"),
    font!("NotoSansHebrew-Bold.ttf"),
    font!("NotoSansHebrew-Regular.ttf"),
    font!("NotoSansKannada-Regular.ttf"),
    font!("NotoSansKhmer-Regular.ttf"),
    font!("NotoSansLao-Regular.ttf"),
    font!("NotoSansMalayalam-Regular.ttf"),
    font!("NotoSansMath-Regular-symbols.ttf"),
    font!("NotoSansMyanmar-Regular.ttf"),
    font!("NotoSansOriya-Regular.ttf"),
    font!("NotoSansSinhala-Regular.ttf"),
    font!("NotoSansSymbols2-Regular-symbols.ttf"),
    font!("NotoSansTamil-Regular.ttf"),
    font!("NotoSansTelugu-Regular.ttf"),
    font!("NotoSansThai-Bold.ttf"),
    font!("NotoSansThai-Regular.ttf"),
    font!("DroidSansFallbackFull.ttf"),
];

/// The fonts and the book by which Typst chooses among them.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
    /// A bit for each character up to [`LAST`].
    covered: Vec<u64>,
}

/// The end of the planes that the fonts have characters of.
const LAST: u32 = 0x3_ffff;

/// Read once, by the first document.
pub(crate) static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let fonts: Vec<Font> = FILES.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
    let mut covered = vec![0; LAST as usize / 64 + 1];
    for character in fonts.iter().flat_map(|font| font.info().coverage.iter()).filter(|character| *character <= LAST) {
        covered[character as usize / 64] |= 1 << (character % 64);
    }
    Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, covered }
});

/// Whether one of the fonts has the character.
pub(crate) fn cover(character: char) -> bool {
    let character = u32::from(character);
    FONTS.covered.get(character as usize / 64).is_some_and(|bits| bits >> (character % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font_and_only_those_of_the_main_family_come_first() {
        assert_eq!(FONTS.fonts.len(), FILES.len());
        let family = |index: usize| FONTS.fonts[index].info().family.as_str().to_owned();
        assert_eq!((family(0), family(1)), ("Noto Sans".to_owned(), "Noto Sans".to_owned()));
    }

    #[test]
    fn each_script_that_is_promised_has_its_letters() {
        let scripts = "aßł αω бя ٣ عربي עברית नमस्ते বাংলা தமிழ் తెలుగు ગુજરાતી ਪੰਜਾਬੀ ಕನ್ನಡ മലയാളം ଓଡ଼ିଆ සිංහල ไทย \
                       ລາວ ខ្មែរ မြန်မာ አማርኛ Հայերեն ქართული 日本語 中文 한국어 €₹₺₽₿ ✓★→≤∞";
        let missing: String = scripts.chars().filter(|c| !c.is_whitespace() && !cover(*c)).collect();
        assert_eq!(missing, "");
    }
}
