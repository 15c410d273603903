//! A new invoice that says what another one says.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Invoice;
use crate::invoice::details::{Details, StripeRefs};
use crate::invoice::header::{Header, Totals, TotalsSource};
use crate::invoice::input::{NewInvoice, NewNumber, SentTotals};
use crate::invoice::line::{Line, NewLine};
use crate::invoice::status::{Status, StatusRequest};
use crate::record::NewExtras;

impl Invoice {
    /// A draft of today with the details, lines, discount and attributes of this invoice, under the
    /// next number of the series, and as long to pay. What happened to this invoice stays with it:
    /// payments, Stripe's objects, tasks and notes.
    #[must_use]
    pub fn duplicate(&self, today: Date) -> NewInvoice {
        let Header { details, issue_date, due_date, currency, totals, extras, .. } = &self.header;
        let days = due_date.map(|due| issue_date.duration_until(due).as_hours() / 24);
        NewInvoice {
            number: NewNumber::Series,
            details: Details { stripe: StripeRefs::default(), ..details.clone() },
            client_by_email: None,
            status: StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] },
            issue_date: Some(today),
            due_date: days.map(|days| today.saturating_add(days.days())),
            currency: *currency,
            totals: sent_as(totals),
            lines: self.lines().into_iter().map(new_line).collect(),
            paid_amount: None,
            extras: NewExtras { attributes: extras.attributes.clone(), ..NewExtras::default() },
            attributes_bind: false,
        }
    }
}

fn sent_as(totals: &Totals) -> SentTotals {
    let Totals { source, subtotal, tax, own_tax, discount, total } = *totals;
    let beside_lines =
        SentTotals { own_tax: Some(own_tax.amount()), discount: Some(discount.amount()), ..SentTotals::default() };
    match source {
        TotalsSource::Lines => beside_lines,
        TotalsSource::Sent => SentTotals {
            subtotal: Some(subtotal.amount()),
            tax: Some(tax.amount()),
            total: Some(total.amount()),
            over_lines: true,
            ..beside_lines
        },
    }
}

fn new_line(line: &Line) -> NewLine {
    let Line {
        id: _,
        position: _,
        item,
        description,
        kind,
        figures,
        tax_category,
        subtotal: _,
        tax: _,
        attributes,
        meta: _,
    } = line;
    NewLine {
        item: *item,
        description: description.clone(),
        kind: *kind,
        figures: *figures,
        tax_category: *tax_category,
        attributes: attributes.clone(),
    }
}
