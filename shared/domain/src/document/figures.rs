//! The sums, calculated by the standard's rules. Numbers such as BT-106 are the standard's.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{DocumentLine, InvoiceDocument};
use crate::invoice::TaxCategory;
use crate::money::Currency;

/// The sums of the whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// BT-106: the lines' amounts.
    pub lines: Decimal,
    /// BT-107: the discount on the whole.
    pub allowance: Decimal,
    /// The category of the discount. The standard has no discount after tax: it is stated as an allowance that bears no
    /// tax, which leaves the tax as it is.
    pub allowance_category: Category,
    /// BT-109: the total without tax.
    pub net: Decimal,
    /// BT-110: the tax.
    pub tax: Decimal,
    /// BT-112: the total with tax.
    pub gross: Decimal,
    /// BT-113: what was paid.
    pub paid: Decimal,
    /// BT-115: what is due.
    pub due: Decimal,
    /// BG-23: the sums by rate and category.
    pub taxes: Vec<TaxGroup>,
}

/// The sums of one category and rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxGroup {
    /// BT-118.
    pub category: Category,
    /// BT-119.
    pub rate: Decimal,
    /// BT-116.
    pub base: Decimal,
    /// BT-117.
    pub tax: Decimal,
}

/// A category of VAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Taxed at a rate.
    Standard,
    /// Not taxed.
    Untaxed(TaxCategory),
}

impl Category {
    /// That of a line; none, where nothing says why it bears no tax.
    #[must_use]
    pub fn of(line: &DocumentLine) -> Option<Self> {
        if line.tax_rate.is_zero() { line.tax_category.map(Self::Untaxed) } else { Some(Self::Standard) }
    }

    /// Its code in UNTDID 5305.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::Untaxed(category) => category.as_str(),
        }
    }
}

impl Figures {
    /// The sums of a document whose lines all have a category.
    pub(super) fn new(document: &InvoiceDocument) -> Option<Self> {
        let mut groups = BTreeMap::<(Decimal, Category), (Decimal, Decimal)>::new();
        for line in &document.lines {
            let (base, tax) = groups.entry((line.tax_rate.normalize(), Category::of(line)?)).or_default();
            *base += line.amount;
            *tax += line.tax;
        }
        let (lines, tax) = groups.values().fold((Decimal::ZERO, Decimal::ZERO), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        // What is out of scope stands with nothing else.
        let all_out = document.lines.iter().all(|line| line.tax_category == Some(TaxCategory::OutOfScope));
        let untaxed = if all_out { TaxCategory::OutOfScope } else { TaxCategory::Exempt };
        let allowance_category = Category::Untaxed(untaxed);
        let allowance = document.totals.discount;
        if !allowance.is_zero() {
            groups.entry((Decimal::ZERO, allowance_category)).or_default().0 -= allowance;
        }
        let group = |((rate, category), (base, tax))| TaxGroup { category, rate, base, tax };
        let (net, paid) = (lines - allowance, document.totals.paid);
        let gross = net + tax;
        let taxes = groups.into_iter().map(group).collect();
        Some(Self { lines, allowance, allowance_category, net, tax, gross, paid, due: gross - paid, taxes })
    }

    /// Whether they are the sums that the document states.
    pub(super) fn are_those_of(&self, document: &InvoiceDocument) -> bool {
        let totals = &document.totals;
        [totals.subtotal, totals.tax, totals.total, totals.balance] == [self.lines, self.tax, self.gross, self.due]
            && document.lines.iter().all(|line| adds_up(line, document.currency))
    }
}

/// BT-138 and BT-136 of a line: its amount before the discount, and the discount.
#[must_use]
pub fn line_allowance(line: &DocumentLine, currency: Currency) -> (Decimal, Decimal) {
    let full = line.quantity * line.unit_price;
    let full = full.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointAwayFromZero);
    (full, full - line.amount)
}

/// Whether the line's discount explains the difference between its amount and quantity times price.
fn adds_up(line: &DocumentLine, currency: Currency) -> bool {
    let (full, allowance) = line_allowance(line, currency);
    let half_a_unit = Decimal::new(5, currency.minor_digits() + 1);
    // Both ends are rounded.
    (allowance - full * line.discount / Decimal::ONE_HUNDRED).abs() <= half_a_unit * Decimal::TWO
        && (allowance.is_zero() || !line.discount.is_zero())
}

/// BR-CO-17, with the tolerance of one unit that its official test has: taxes are rounded per line here.
pub(super) fn is_share(group: &TaxGroup) -> bool {
    let share = (group.base.abs() * group.rate / Decimal::ONE_HUNDRED).round_dp(2);
    if group.rate.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).is_zero() {
        return group.tax.abs() < Decimal::new(5, 1);
    }
    (group.tax.abs() - share).abs() < Decimal::ONE
}
