//! Images of objects: which are taken, and what they are called where they are kept.

use uuid::Uuid;

use crate::actor::Model;
use crate::error::Error;
use crate::id::{ClientId, ItemId, LeadId, ServiceId};

/// How many images one object has at most: its item, with all else that it holds, ends at 400 KB.
pub const MAX_IMAGES: usize = 100;

/// The field of a form that an image comes in.
pub const FIELD: &str = "file";

/// A kind of image that every browser shows, and that carries no script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    Png,
    Jpeg,
    Gif,
    Webp,
}

impl ImageKind {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Gif, Self::Webp];

    /// The kind by the content's first bytes: what the client calls a file proves nothing.
    ///
    /// # Errors
    /// It is none of these kinds.
    pub fn of(content: &[u8]) -> Result<Self, Error> {
        let kind = match content {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Webp,
            _ => return Err(Error::field(FIELD, "Upload a PNG, JPEG, GIF or WebP image.")),
        };
        Ok(kind)
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }
}

/// An object that can have images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictured {
    /// A service.
    Service(ServiceId),
    /// A client.
    Client(ClientId),
    /// A lead.
    Lead(LeadId),
    /// A catalogue item.
    CatalogueItem(ItemId),
}

impl Pictured {
    /// What a permission to change it is about.
    #[must_use]
    pub const fn model(self) -> Model {
        match self {
            Self::Service(_) => Model::Service,
            Self::Client(_) => Model::Client,
            Self::Lead(_) => Model::Lead,
            Self::CatalogueItem(_) => Model::CatalogueItem,
        }
    }

    /// What the keys of its images begin with.
    #[must_use]
    pub fn prefix(self) -> String {
        format!("images/{}/{}/", self.collection(), self.id().hyphenated())
    }

    /// The object that a collection and an id in it name.
    fn named(collection: &str, id: &str) -> Option<Self> {
        match collection {
            "services" => id.parse().ok().map(Self::Service),
            "clients" => id.parse().ok().map(Self::Client),
            "leads" => id.parse().ok().map(Self::Lead),
            "catalogue" => id.parse().ok().map(Self::CatalogueItem),
            _ => None,
        }
    }

    const fn collection(self) -> &'static str {
        match self {
            Self::Service(_) => "services",
            Self::Client(_) => "clients",
            Self::Lead(_) => "leads",
            Self::CatalogueItem(_) => "catalogue",
        }
    }

    const fn id(self) -> Uuid {
        match self {
            Self::Service(id) => id.uuid(),
            Self::Client(id) => id.uuid(),
            Self::Lead(id) => id.uuid(),
            Self::CatalogueItem(id) => id.uuid(),
        }
    }
}

/// Where an image is kept. Nobody can guess one: the image's own id is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageKey {
    of: Pictured,
    id: Uuid,
    kind: ImageKind,
}

/// The URL of an image with a path, below the address of the API.
#[must_use]
pub fn url(base_url: &str, path: &str) -> String {
    format!("{base_url}/files/{path}")
}

impl ImageKey {
    /// The key of a new image.
    #[must_use]
    pub const fn new(of: Pictured, id: Uuid, kind: ImageKind) -> Self {
        Self { of, id, kind }
    }

    /// The key that a collection, an object's id and a file's name make up, if they make one up exactly.
    #[must_use]
    pub fn parse(collection: &str, id: &str, file: &str) -> Option<Self> {
        let of = Pictured::named(collection, id)?;
        let (name, extension) = file.split_once('.')?;
        let kind = ImageKind::ALL.into_iter().find(|kind| kind.extension() == extension)?;
        let key = Self { of, id: Uuid::try_parse(name).ok()?, kind };
        // One image has one spelling.
        (key.path() == format!("images/{collection}/{id}/{file}")).then_some(key)
    }

    /// What the image is of.
    #[must_use]
    pub const fn of(&self) -> Pictured {
        self.of
    }

    /// The path. None is the beginning of another at a slash: all have four words.
    #[must_use]
    pub fn path(&self) -> String {
        let Self { of, id, kind } = self;
        format!("images/{}/{}/{id}.{}", of.collection(), of.id(), kind.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_first_bytes() {
        let kinds = [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), ImageKind::Png),
            (b"\xff\xd8\xff\xe0", ImageKind::Jpeg),
            (b"GIF87a..", ImageKind::Gif),
            (b"GIF89a", ImageKind::Gif),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", ImageKind::Webp),
        ];
        for (content, kind) in kinds {
            assert_eq!(ImageKind::of(content), Ok(kind));
            // One byte less than what tells the kind tells nothing.
            let tells = match kind {
                ImageKind::Png => 8,
                ImageKind::Jpeg => 3,
                ImageKind::Gif => 6,
                ImageKind::Webp => 12,
            };
            assert!(ImageKind::of(&content[..tells - 1]).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn what_is_no_image_is_refused_under_the_field() {
        for content in [b"".as_slice(), b"<svg/>", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"GIF88a", b"png"] {
            let refused = ImageKind::of(content).unwrap_err();
            assert_eq!(refused, Error::field("file", "Upload a PNG, JPEG, GIF or WebP image."));
        }
    }

    #[test]
    fn a_key_reads_back_and_nothing_else_is_one() {
        let (object, image) = ("0192f0c1-2345-7abc-8def-0123456789ab", "0192f0c1-2345-7abc-8def-0123456789ac");
        for collection in ["services", "clients", "leads", "catalogue"] {
            for extension in ["png", "jpg", "gif", "webp"] {
                let file = format!("{image}.{extension}");
                let key = ImageKey::parse(collection, object, &file).unwrap();
                assert_eq!(key.path(), format!("images/{collection}/{object}/{file}"));
            }
        }
        let file = format!("{image}.png");
        let upper = file.to_uppercase();
        for (collection, id, file) in [
            ("invoices", object, file.as_str()),
            ("clients", "..", &file),
            ("clients", "", &file),
            ("clients", object, image),
            ("clients", object, "x.png"),
            ("clients", object, &upper),
            ("clients", object, &format!("{image}.svg")),
            ("clients", object, &format!("{file}.png")),
            ("clients", &object.to_uppercase(), &file),
        ] {
            assert_eq!(ImageKey::parse(collection, id, file), None, "{collection}/{id}/{file}");
        }
    }
}
