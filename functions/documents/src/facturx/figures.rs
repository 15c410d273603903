//! The sums, calculated by the standard's rules and held against the invoice's own.

use domain::money::Currency;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Obstacle;
use crate::{DocumentLine, InvoiceDocument, TaxTotal};

/// The sums of the whole document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Figures {
    /// BT-106: the lines' amounts.
    pub(super) lines: Decimal,
    /// BT-107: the discount on the whole.
    pub(super) allowance: Decimal,
    /// BT-109: the total without tax.
    pub(super) net: Decimal,
    /// BT-110: the tax.
    pub(super) tax: Decimal,
    /// BT-112: the total with tax.
    pub(super) gross: Decimal,
    /// BT-113: what was paid.
    pub(super) paid: Decimal,
    /// BT-115: what is due.
    pub(super) due: Decimal,
    /// BG-23: the sums by category and rate.
    pub(super) taxes: Vec<TaxGroup>,
}

/// The sums of one category and rate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TaxGroup {
    /// BT-118.
    pub(super) category: Category,
    /// BT-119.
    pub(super) rate: Decimal,
    /// BT-116.
    pub(super) base: Decimal,
    /// BT-117.
    pub(super) tax: Decimal,
}

/// The categories of tax that invoices have here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    /// Taxed at a rate.
    Standard,
    /// Taxed at zero per cent.
    Zero,
    /// A discount after tax.
    Exempt,
}

impl Category {
    /// That of a line.
    pub(super) fn of(rate: Decimal) -> Self {
        if rate.is_zero() { Self::Zero } else { Self::Standard }
    }

    /// Its code in UNTDID 5305.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::Zero => "Z",
            Self::Exempt => "E",
        }
    }
}

impl Figures {
    /// # Errors
    /// What the standard's arithmetic rules refuse.
    pub(super) fn new(document: &InvoiceDocument) -> Result<Self, Obstacle> {
        let totals = &document.totals;
        if document.lines.is_empty() {
            return Err(Obstacle::NoLines);
        }
        if document.lines.iter().any(|line| line.unit_price.is_sign_negative() && !line.unit_price.is_zero()) {
            return Err(Obstacle::NegativePrice);
        }
        if !totals.own_tax.is_zero() {
            return Err(Obstacle::TaxWithoutRate);
        }
        let by_rate = document.tax_by_rate();
        let lines: Decimal = by_rate.iter().map(|sum| sum.base).sum();
        let tax: Decimal = by_rate.iter().map(|sum| sum.tax).sum();
        let net = lines - totals.discount;
        let gross = net + tax;
        let due = gross - totals.paid;
        let stated = [totals.subtotal, totals.tax, totals.total, totals.balance];
        if stated != [lines, tax, gross, due] || document.lines.iter().any(|line| !adds_up(line, document.currency)) {
            return Err(Obstacle::Sums);
        }
        if !by_rate.iter().all(is_share) {
            return Err(Obstacle::TaxRounding);
        }
        let mut taxes: Vec<TaxGroup> = by_rate
            .into_iter()
            .map(|TaxTotal { rate, base, tax }| TaxGroup { category: Category::of(rate), rate, base, tax })
            .collect();
        if !totals.discount.is_zero() {
            let base = -totals.discount;
            taxes.push(TaxGroup { category: Category::Exempt, rate: Decimal::ZERO, base, tax: Decimal::ZERO });
        }
        Ok(Self { lines, allowance: totals.discount, net, tax, gross, paid: totals.paid, due, taxes })
    }
}

/// BT-138 and BT-136 of a line: its amount before the discount, and the discount.
pub(super) fn line_allowance(line: &DocumentLine, currency: Currency) -> (Decimal, Decimal) {
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
fn is_share(sum: &TaxTotal) -> bool {
    let share = (sum.base.abs() * sum.rate / Decimal::ONE_HUNDRED).round_dp(2);
    if sum.rate.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).is_zero() {
        return sum.tax.abs() < Decimal::new(5, 1);
    }
    (sum.tax.abs() - share).abs() < Decimal::ONE
}
