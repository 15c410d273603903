//! Billings, as they are asked for: invoices that name parties, products and payment methods by their numbers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::catalogue::CatalogueItem;
use crate::id::ItemId;
use crate::invoice::{Customer, CustomerPatch, InvoiceNumber, NewLine, SentTotals, StatusRequest};
use crate::numbered::NumberOrName;
use crate::patch::Patch;
use crate::text::LongText;

/// The products that the items of a billing can name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Products {
    /// Those that there are, by number.
    pub there: BTreeMap<u64, CatalogueItem>,
    /// Those that the billing sells and that show no number any more, with the number that they had.
    pub gone: BTreeMap<ItemId, Option<u64>>,
}

/// A billing to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBilling {
    /// Its invoice number.
    pub number: InvoiceNumber,
    /// The status that it starts with.
    pub status: StatusRequest,
    /// When it is issued; today, if not given.
    pub issue_date: Option<Date>,
    /// When it is to be paid by.
    pub due_date: Option<Date>,
    /// The payment method.
    pub payment_method: Option<NumberOrName>,
    /// The number of the party.
    pub party: Option<u64>,
    /// What it says of the customer.
    pub customer: Customer,
    /// Notes.
    pub notes: LongText,
    /// Its totals as sent.
    pub totals: SentTotals,
    /// How much is paid already.
    pub paid_amount: Option<Decimal>,
    /// Its items.
    pub items: Vec<NewLine>,
}

/// A change of a billing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BillingPatch {
    /// Its invoice number.
    pub number: Option<InvoiceNumber>,
    /// The status that is written.
    pub status: Option<StatusRequest>,
    /// When it was issued.
    pub issue_date: Option<Date>,
    /// When it is to be paid by.
    pub due_date: Patch<Date>,
    /// The payment method.
    pub payment_method: Patch<NumberOrName>,
    /// The number of the party.
    pub party: Patch<u64>,
    /// What it says of the customer.
    pub customer: CustomerPatch,
    /// Notes.
    pub notes: Option<LongText>,
    /// Its totals as sent.
    pub totals: SentTotals,
    /// How much is paid.
    pub paid_amount: Option<Decimal>,
    /// Its items, instead of those before.
    pub items: Option<Vec<NewLine>>,
}
