//! Rewrites the items of a table that are of an earlier form, a page at a time.
//!
//! How far it came is in a file after every page, so it can end at any moment and goes on from there. A
//! page that was not noted is read again, and what it rewrote is of the present form by then.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{FORM, Position, Segment, Store, StoreError};

/// What is to be rewritten, and how fast.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The table's name, which the file of the run names too.
    pub table: String,
    /// The part of the table.
    pub segment: Segment,
    /// How many items are read at a time.
    pub page: u32,
    /// How many items are read in a second at most, and so rewritten.
    pub per_second: u32,
    /// Where it stands how far the run has come.
    pub file: PathBuf,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The table.
    pub table: String,
    /// The form that items are brought to.
    pub form: u32,
    /// The part of the table.
    pub segment: Segment,
    /// The last item that was looked at; none at the start.
    pub position: Option<Position>,
    /// Whether all was looked at.
    pub is_finished: bool,
    /// How many items were looked at.
    pub seen: u64,
    /// How many of them were rewritten.
    pub rewritten: u64,
    /// How many were left alone, because somebody else kept changing them. Another run finds them.
    pub contended: u64,
}

/// Why a run ended early. It can be started again.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of the run.
    #[error("{file}: {why}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Run {
    fn of(plan: &Plan) -> Self {
        let Plan { table, segment, page: _, per_second: _, file: _ } = plan;
        Self {
            table: table.clone(),
            form: FORM,
            segment: *segment,
            position: None,
            is_finished: false,
            seen: 0,
            rewritten: 0,
            contended: 0,
        }
    }

    /// The run that a plan's file tells of, or a new one.
    ///
    /// # Errors
    /// The file cannot be read, or is about another run.
    pub fn resume(plan: &Plan) -> Result<Self, Stopped> {
        let wrong = |why: String| Stopped::File { file: plan.file.clone(), why };
        let text = match fs::read_to_string(&plan.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::of(plan)),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let run: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let planned = Self::of(plan);
        if (&run.table, run.form, run.segment) != (&planned.table, planned.form, planned.segment) {
            return Err(wrong(
                "it tells of a run over another table, form or segment; remove it or name another".into(),
            ));
        }
        Ok(run)
    }

    /// Writes it all or not at all.
    fn save(&self, file: &Path) -> Result<(), Stopped> {
        let wrong = |error: io::Error| Stopped::File { file: file.to_owned(), why: error.to_string() };
        let text = serde_json::to_string_pretty(self).map_err(|error| wrong(error.into()))?;
        let new = file.with_extension("new");
        fs::write(&new, text).and_then(|()| fs::rename(&new, file)).map_err(wrong)
    }
}

/// Rewrites what a plan names from where its file says, and tells of every page.
///
/// # Errors
/// [`Stopped`]; what was rewritten until then is noted.
pub async fn rewrite(store: &Store, plan: &Plan, mut tell: impl FnMut(&Run)) -> Result<Run, Stopped> {
    let mut run = Run::resume(plan)?;
    while !run.is_finished {
        let page = store.rewrite_page(plan.segment, run.position.take(), plan.page).await?;
        run.seen += page.seen;
        run.rewritten += page.rewritten;
        run.contended += page.contended;
        run.is_finished = page.next.is_none();
        run.position = page.next;
        run.save(&plan.file)?;
        tell(&run);
        if !run.is_finished {
            let share = f64::from(u32::try_from(page.seen).unwrap_or(u32::MAX)) / f64::from(plan.per_second.max(1));
            tokio::time::sleep(Duration::from_secs_f64(share)).await;
        }
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(file: PathBuf) -> Plan {
        Plan { table: "books".into(), segment: Segment::WHOLE, page: 10, per_second: 10, file }
    }

    #[test]
    fn a_run_goes_on_from_its_file_and_from_no_other_runs() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path().join("run.json"));
        let new = Run::resume(&plan).unwrap();
        assert_eq!((new.seen, new.is_finished), (0, false));
        let later = Run { seen: 40, rewritten: 7, ..new };
        later.save(&plan.file).unwrap();
        assert_eq!(Run::resume(&plan).unwrap(), later);
        let others = [
            Plan { table: "others".into(), ..plan.clone() },
            Plan { segment: Segment { number: 1, of: 2 }, ..plan.clone() },
        ];
        for other in others {
            assert!(Run::resume(&other).unwrap_err().to_string().contains("another table"));
        }
        fs::write(&plan.file, "{").unwrap();
        assert!(Run::resume(&plan).is_err(), "a file that cannot be read is not taken for none");
    }
}
