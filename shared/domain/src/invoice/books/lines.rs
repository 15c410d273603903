//! Lines that change together, with the currency and the totals that come with them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Invoice;
use crate::attributes::Attributes;
use crate::error::{Error, FieldErrors};
use crate::id::LineId;
use crate::invoice::header::TotalsSource;
use crate::invoice::input::{LinesChange, SentTotals, SoleLine};
use crate::invoice::line::{Figures, Line, LineKind, NewLine};
use crate::money::{Currency, Percent, Quantity};
use crate::record::{Moment, NewId};

impl Invoice {
    /// Takes another currency, other lines and the totals that were sent, in this order. Says
    /// whether a line changed. The status follows when all that was asked for is done.
    pub(super) fn reprice(
        &mut self,
        currency: Option<Currency>,
        lines: Option<LinesChange>,
        totals: SentTotals,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<bool, Error> {
        let currency = currency.filter(|currency| *currency != self.header.currency);
        if currency.is_none() && lines.is_none() && totals.is_empty() {
            return Ok(false);
        }
        let before = self.header.totals;
        let mut replaced = BTreeMap::new();
        if let Some(LinesChange::Replace(_)) = &lines {
            // Lines that go away need not fit the new currency.
            replaced = std::mem::take(&mut self.lines);
            self.header.totals.source = TotalsSource::Lines;
        }
        if let Some(currency) = currency {
            self.relabel(currency, moment.at)?;
        }
        let lines_changed = match lines {
            None => false,
            Some(LinesChange::Replace(new)) => {
                let changed = self.replace_lines(replaced, new, moment, new_id)?;
                // Lines that come back as they were leave sums that were sent over them, unless new ones could have come.
                if !changed && !totals.over_lines && currency.is_none() {
                    self.header.totals.source = before.source;
                }
                changed
            }
            Some(LinesChange::Sole(sole)) => self.change_sole_line(sole, moment, new_id)?,
        };
        self.take_totals(totals)?;
        if lines_changed || self.header.totals != before {
            self.money_changed(before.total)?;
        }
        Ok(lines_changed)
    }

    /// Puts lines in the places of those before. A line keeps the id of its place, so that what did
    /// not change is not written, and what did is an update.
    fn replace_lines(
        &mut self,
        before: BTreeMap<LineId, Line>,
        new: Vec<NewLine>,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<bool, Error> {
        let mut before: Vec<Line> = before.into_values().collect();
        before.sort_by_key(|line| (line.position, line.id));
        let (mut errors, mut changed) = (FieldErrors::new(), false);
        let mut places = before.into_iter();
        for (index, new) in new.into_iter().enumerate() {
            let Some(line) = places.next() else {
                let pushed = self.push_line(LineId::new(new_id()), new, moment);
                errors.gather(pushed.map_err(|error| error.within(&place(index))))?;
                changed = true;
                continue;
            };
            let put = line.clone().put(new, self.header.currency, moment.at).map_err(Error::from);
            let Some(put) = errors.gather(put.map_err(|error| error.within(&place(index))))? else { continue };
            if put != line {
                self.changes.lines.insert(line.id);
                changed = true;
            }
            self.lines.insert(line.id, put);
        }
        errors.into_result()?;
        for surplus in places {
            self.changes.lines.remove(&surplus.id);
            self.changes.removed_lines.push(surplus);
            changed = true;
        }
        Ok(changed)
    }

    /// Changes the figures of the only line, or makes it.
    fn change_sole_line(&mut self, sole: SoleLine, moment: Moment<'_>, new_id: NewId<'_>) -> Result<bool, Error> {
        let SoleLine { quantity, unit_price, description } = sole;
        if self.lines.len() > 1 {
            return self.shows_as_one(quantity, unit_price.map(|price| price.value()));
        }
        let Some(line) = self.lines.values_mut().next() else {
            let unit_price = unit_price.ok_or_else(|| Error::field("unit_price", "This field is required."))?;
            let quantity = match quantity {
                Some(quantity) => quantity,
                None => Quantity::new(Decimal::ONE).map_err(|e| Error::field("quantity", e.to_string()))?,
            };
            let figures = Figures { quantity, unit_price, discount: Percent::ZERO, tax_rate: Percent::ZERO };
            let (kind, attributes) = (LineKind::default(), Attributes::default());
            let new = NewLine { item: None, description, kind, figures, tax_category: None, attributes };
            self.push_line(LineId::new(new_id()), new, moment)?;
            return Ok(true);
        };
        let figures = Figures {
            quantity: quantity.unwrap_or(line.figures.quantity),
            unit_price: unit_price.unwrap_or(line.figures.unit_price),
            ..line.figures
        };
        if figures == line.figures {
            return Ok(false);
        }
        line.figures = figures;
        line.compute(self.header.currency)?;
        line.meta.touch(moment.at);
        self.changes.lines.insert(line.id);
        self.header.totals.source = TotalsSource::Lines;
        Ok(true)
    }

    /// Several lines look like one of quantity 1 at the subtotal: what says just that changes
    /// nothing, and nothing else can be said of them.
    fn shows_as_one(&self, quantity: Option<Quantity>, unit_price: Option<Decimal>) -> Result<bool, Error> {
        let same_quantity = quantity.is_none_or(|quantity| quantity.value() == Decimal::ONE);
        if !same_quantity {
            return Err(Error::field("quantity", SEVERAL_LINES));
        }
        if unit_price.is_some_and(|price| price != self.header.totals.subtotal.amount()) {
            return Err(Error::field("unit_price", SEVERAL_LINES));
        }
        Ok(false)
    }
}

/// How errors name a line among those that are sent together.
pub(super) fn place(index: usize) -> String {
    format!("lines[{index}]")
}

const SEVERAL_LINES: &str = "An invoice of several lines has no quantity and price of its own.";

impl Line {
    /// The line with what is put in its place; unchanged, down to its version, if that is the same.
    fn put(self, new: NewLine, currency: Currency, now: Timestamp) -> Result<Self, FieldErrors> {
        let before = self.clone();
        let NewLine { item, description, kind, figures, tax_category, attributes } = new;
        let mut line = Self { item, description, kind, figures, tax_category, attributes, ..self };
        line.compute(currency)?;
        if line != before {
            line.meta.touch(now);
        }
        Ok(line)
    }
}
