//! Small files that a crash leaves whole: either as they were or as they were to be.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Replaces `path` by `contents`; when this returns, they are on the disk.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Replaces `path` by `contents` without waiting for the disk: they survive the process, however it ends, and may be
/// lost with the machine.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    std::fs::write(&temporary, contents)?;
    std::fs::rename(&temporary, path)
}

/// The text of `path`, if it exists.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
