//! Lines and totals: the sums, and whether they may change.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Invoice, MAX_LINES};
use crate::error::{Error, FieldErrors};
use crate::id::LineId;
use crate::invoice::header::{Totals, TotalsSource};
use crate::invoice::input::SentTotals;
use crate::invoice::line::{Line, NewLine};
use crate::invoice::status::{Cause, Status};
use crate::money::{Currency, Money, MoneyError};
use crate::record::{Meta, Moment, NewId};

impl Invoice {
    pub(super) fn push_line(&mut self, id: LineId, new: NewLine, moment: Moment<'_>) -> Result<(), Error> {
        if self.lines.len() >= MAX_LINES {
            return Err(Error::rule(format!("An invoice has no more than {MAX_LINES} lines.")));
        }
        let currency = self.header.currency;
        let NewLine { item, description, kind, figures, tax_category, attributes } = new;
        let position = self.header.next_position;
        let (subtotal, tax) = (Money::zero(currency), Money::zero(currency));
        let meta = Meta::new(moment);
        let mut line =
            Line { id, position, item, description, kind, figures, tax_category, subtotal, tax, attributes, meta };
        line.compute(currency)?;
        self.header.next_position += 1;
        self.header.totals.source = TotalsSource::Lines;
        self.lines.insert(id, line);
        self.changes.lines.insert(id);
        Ok(())
    }

    pub(super) fn lines_changed(&mut self, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let before = self.header.totals.total;
        self.header.totals.source = TotalsSource::Lines;
        self.total_up()?;
        self.money_changed(before)?;
        self.settle(Cause::Totals, moment, new_id)?;
        self.header.meta.touch(moment.at);
        Ok(())
    }

    /// Whether the money may change: not once it is over, and not the total that was paid.
    pub(super) fn money_changed(&self, total_before: Money) -> Result<(), Error> {
        self.still_open("The lines and totals cannot change on an invoice that is")?;
        // Nobody paid what was over zero: that may come to something.
        let was_paid = self.header.status == Status::Paid && self.header.amount_paid.is_positive();
        if was_paid && self.header.totals.total != total_before {
            return Err(Error::rule("The total of a paid invoice cannot change."));
        }
        Ok(())
    }

    /// Sums the lines and applies the totals that were sent, as far as they stand.
    pub(super) fn take_totals(&mut self, sent: SentTotals) -> Result<(), Error> {
        self.sum_lines()?;
        if !sent.is_empty() {
            let mut errors = FieldErrors::new();
            self.header.totals = match self.lines.is_empty() || (sent.over_lines && sent.names_a_sum()) {
                true => self.standing(sent, &mut errors),
                false => self.beside_lines(sent, &mut errors),
            };
            errors.into_result()?;
        }
        self.total_up()
    }

    /// The totals when those that were sent stand.
    fn standing(&self, sent: SentTotals, errors: &mut FieldErrors) -> Totals {
        let SentTotals { subtotal, tax, own_tax, discount, total, over_lines: _ } = sent;
        let mut totals = self.header.totals;
        let tax_of_lines = if self.lines.is_empty() { None } else { totals.tax.checked_subtract(totals.own_tax).ok() };
        totals.source = TotalsSource::Sent;
        totals.discount = amount(errors, "discount", discount, totals.discount);
        totals.own_tax = amount(errors, "own_tax", own_tax, totals.own_tax);
        let tax_unsent = match (own_tax, tax_of_lines) {
            (None, _) => totals.tax,
            (Some(_), None) => totals.own_tax,
            (Some(_), Some(of_lines)) => of_lines.checked_add(totals.own_tax).unwrap_or(totals.tax),
        };
        totals.subtotal = amount(errors, "subtotal", subtotal, totals.subtotal);
        totals.tax = amount(errors, "tax_amount", tax, tax_unsent);
        if totals.own_tax.amount() > totals.tax.amount() {
            totals.own_tax = totals.tax;
        }
        let added_up = totals.added_up().unwrap_or(totals.total);
        totals.total = amount(errors, "total", total, added_up);
        totals
    }

    /// The totals when the lines have the say in their sums: discount and own tax are beside them.
    fn beside_lines(&self, sent: SentTotals, errors: &mut FieldErrors) -> Totals {
        let before = self.header.totals;
        let discount = amount(errors, "discount", sent.discount, before.discount);
        let own_tax = amount(errors, "own_tax", sent.own_tax, before.own_tax);
        let mut totals = Totals { discount, own_tax, ..before };
        // Sums that were sent over the lines are not taken from the lines below.
        if totals != before {
            let of_lines = before.tax.checked_subtract(before.own_tax);
            totals.tax = of_lines.and_then(|of_lines| of_lines.checked_add(own_tax)).unwrap_or(before.tax);
            totals.total = totals.added_up().unwrap_or(before.total);
        }
        totals
    }

    /// Sums the lines where there are any to sum, and refuses a discount above what it is taken
    /// from.
    pub(super) fn total_up(&mut self) -> Result<(), Error> {
        self.sum_lines()?;
        let totals = self.header.totals;
        let gross = totals.subtotal.checked_add(totals.tax).map_err(|e| Error::rule(e.to_string()))?;
        if totals.discount.amount() > gross.amount() {
            return Err(Error::field("discount", "The discount cannot be more than the subtotal and the tax."));
        }
        Ok(())
    }

    fn sum_lines(&mut self) -> Result<(), Error> {
        let overflow = |e: MoneyError| Error::rule(e.to_string());
        let currency = self.header.currency;
        self.header.sole_line = match self.lines.len() {
            1 => self.lines.values().next().map(|line| (line.figures.quantity, line.figures.unit_price)),
            _ => None,
        };
        let totals = &mut self.header.totals;
        if totals.source == TotalsSource::Lines {
            totals.subtotal = Money::sum(self.lines.values().map(|line| line.subtotal), currency).map_err(overflow)?;
            let lines_tax = Money::sum(self.lines.values().map(|line| line.tax), currency).map_err(overflow)?;
            totals.tax = lines_tax.checked_add(totals.own_tax).map_err(overflow)?;
            totals.total = totals.added_up().map_err(overflow)?;
        }
        Ok(())
    }

    /// Takes the same figures in another currency.
    pub(super) fn relabel(&mut self, currency: Currency, now: Timestamp) -> Result<(), Error> {
        if !self.payments.is_empty() {
            return Err(Error::field("currency", "The currency of an invoice with payments cannot change."));
        }
        // Whoever pays by it pays in the currency that it was made in.
        if self.header.payment_link.is_some() {
            return Err(Error::field("currency", "The currency of an invoice with a payment link cannot change."));
        }
        let wrong = |e: MoneyError| Error::field("currency", e.to_string());
        let totals = &mut self.header.totals;
        if totals.source == TotalsSource::Lines {
            // What the lines add up to is summed anew below; rounded cents must not stand in the way.
            let zero = Money::zero(currency);
            (totals.subtotal, totals.tax, totals.total) = (zero, zero, zero);
        }
        for amount in
            [&mut totals.subtotal, &mut totals.tax, &mut totals.own_tax, &mut totals.discount, &mut totals.total]
        {
            *amount = amount.relabelled(currency).map_err(wrong)?;
        }
        self.header.amount_paid = Money::zero(currency);
        self.header.currency = currency;
        for line in self.lines.values_mut() {
            line.compute(currency).map_err(|errors| errors.renamed(|_| "currency".to_owned()))?;
            line.meta.touch(now);
            self.changes.lines.insert(line.id);
        }
        Ok(())
    }
}

/// An amount that was sent, in the currency of the one that it takes the place of.
fn amount(errors: &mut FieldErrors, field: &str, sent: Option<Decimal>, current: Money) -> Money {
    match sent {
        None => current,
        Some(amount) if amount < Decimal::ZERO => {
            errors.add(field, MoneyError::Negative.to_string());
            current
        }
        Some(amount) => errors.take(field, Money::exact(amount, current.currency())).unwrap_or(current),
    }
}
