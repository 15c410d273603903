//! Everything that a template can see: itself, the invoice's data, the logo, the QR code, the fonts.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};

use crate::fonts::FONTS;

/// How an invoice looks: the text of a Typst file.
#[derive(Debug, Clone)]
pub struct Template(Source);

impl Template {
    /// A template of its own. Faults show when it is used.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Source::new(IDS.template, text.into()))
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        self.0.text()
    }

    /// The template that comes with the product: template/invoice.typ.
    #[must_use]
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Template> = LazyLock::new(|| Template::new(include_str!("../template/invoice.typ")));
        &STANDARD
    }
}

/// The names by which the files are known in there. Typst keeps each name for good, so they are made once.
struct Ids {
    main: FileId,
    template: FileId,
    data: FileId,
    logo: FileId,
    qr: FileId,
    attachment: FileId,
}

static IDS: LazyLock<Ids> = LazyLock::new(|| {
    let id = |name: &str| {
        let path = VirtualPath::new(name).expect("the names below are relative and plain");
        RootedPath::new(VirtualRoot::Project, path).intern()
    };
    Ids {
        main: id("main.typ"),
        template: id("invoice.typ"),
        data: id("invoice.json"),
        logo: id("logo"),
        qr: id("qr.svg"),
        attachment: id("factur-x.xml"),
    }
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// The attachment is not the template's business, so that no template can forget it.
static MAIN: LazyLock<Source> = LazyLock::new(|| Source::new(IDS.main, "#include \"invoice.typ\"\n".to_owned()));
static MAIN_WITH_ATTACHMENT: LazyLock<Source> = LazyLock::new(|| {
    let attach = "#pdf.attach(\"factur-x.xml\", relationship: \"alternative\", mime-type: \"text/xml\", \
                  description: \"The invoice as Factur-X (EN 16931)\")\n";
    Source::new(IDS.main, format!("{}{attach}", MAIN.text()))
});

/// One invoice's files.
pub(crate) struct InvoiceWorld {
    pub(crate) template: Template,
    pub(crate) data: Bytes,
    pub(crate) logo: Option<Bytes>,
    pub(crate) qr: Option<Bytes>,
    pub(crate) attachment: Option<Bytes>,
    pub(crate) today: Option<Datetime>,
}

impl InvoiceWorld {
    /// The faults with their lines, in one text.
    pub(crate) fn describe(&self, faults: &[SourceDiagnostic]) -> String {
        let describe = |fault: &SourceDiagnostic| {
            let line = self.range(fault.span).and_then(|range| self.template.0.lines().byte_to_line(range.start));
            line.map_or_else(|| fault.message.to_string(), |line| format!("line {}: {}", line + 1, fault.message))
        };
        faults.iter().map(describe).collect::<Vec<_>>().join("; ")
    }
}

impl World for InvoiceWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        IDS.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == IDS.main {
            let main: &Source = if self.attachment.is_some() { &MAIN_WITH_ATTACHMENT } else { &MAIN };
            Ok(main.clone())
        } else if id == IDS.template {
            Ok(self.template.0.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let file = if id == IDS.data {
            Some(&self.data)
        } else if id == IDS.logo {
            self.logo.as_ref()
        } else if id == IDS.qr {
            self.qr.as_ref()
        } else if id == IDS.attachment {
            self.attachment.as_ref()
        } else {
            None
        };
        file.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    /// The day of the invoice: the same invoice is the same document on any day.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
