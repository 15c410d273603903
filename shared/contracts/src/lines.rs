//! Lists of lines that take the place of an invoice's lines.

use domain::id::{ItemId, LineId};
use domain::invoice::Line;

/// What a sent line says about the line that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    /// The line that it names.
    pub line: Option<LineId>,
    /// The catalogue item that it sells.
    pub item: Option<ItemId>,
}

/// The line that each of the sent ones stands for: the one that it names, else one that sells the same catalogue item.
/// No line is stood for twice.
pub(crate) fn stood_for<'a>(before: &[&'a Line], sent: &[Named]) -> Vec<Option<&'a Line>> {
    let mut free = before.to_vec();
    let mut take = |is: &dyn Fn(&Line) -> bool| free.iter().position(|line| is(line)).map(|at| free.remove(at));
    let named: Vec<_> = sent.iter().map(|sent| take(&|line| sent.line == Some(line.id))).collect();
    let rest = |(named, sent): (Option<&'a Line>, &Named)| {
        named.or_else(|| take(&|line| sent.item.is_some() && sent.item == line.item))
    };
    named.into_iter().zip(sent).map(rest).collect()
}
