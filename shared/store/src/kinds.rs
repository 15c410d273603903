//! What an item is, as its key tells.

use crate::keys::{self, Part};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Attribute,
    Category,
    Client,
    Contact,
    CatalogueItem,
    Lead,
    Pipeline,
    Webhook,
    PriceTier,
    Service,
    Supplier,
    FollowUp,
    Expense,
    PaymentMethod,
    Invoice,
    Part(Part),
    Organisation,
    Member,
    /// What is known about a payment intent of Stripe's.
    StripeIntent,
    /// Whose another object of Stripe's is.
    StripeOwner,
    /// Markers, counters, credentials, deliveries and what else is no object of the books.
    Other,
}

impl Kind {
    /// What stands under a key.
    pub fn of(pk: &str, sk: &str) -> Self {
        if pk.starts_with("STRIPE#") {
            return if sk == "INTENT" { Self::StripeIntent } else { Self::StripeOwner };
        }
        match keys::place_of(pk) {
            Some("") if sk == "ORG" => Self::Organisation,
            Some(place) => Self::in_place(place, sk),
            None => Self::Other,
        }
    }

    /// What was deleted, by its sort key in the trash.
    pub fn of_trash(sk: &str) -> Self {
        let mut words = sk.splitn(2, '#');
        match (words.next(), words.next()) {
            (Some(place), Some(rest)) => Self::in_place(place, rest),
            (Some(_) | None, _) => Self::Other,
        }
    }

    fn in_place(place: &str, sk: &str) -> Self {
        // What the children's marker of a deleted parent stands under is no id.
        if matches!(sk, "!" | "~") {
            return Self::Other;
        }
        match place.split('#').next().unwrap_or_default() {
            "ATTRIBUTE" => Self::Attribute,
            "CATEGORY" => Self::Category,
            "CLIENT" => Self::Client,
            "CONTACT" => Self::Contact,
            "ITEM" => Self::CatalogueItem,
            "LEAD" => Self::Lead,
            "PIPELINE" => Self::Pipeline,
            "WEBHOOK" => Self::Webhook,
            "TIER" => Self::PriceTier,
            "SERVICE" => Self::Service,
            "SUPPLIER" => Self::Supplier,
            "FOLLOWUP" => Self::FollowUp,
            "EXPENSE" => Self::Expense,
            "PAYMENT-METHOD" => Self::PaymentMethod,
            "MEMBER" => Self::Member,
            "INVOICE" => Part::of(sk).map_or(Self::Invoice, Self::Part),
            _ => Self::Other,
        }
    }

    /// What an export calls it; none for what is no part of one.
    pub const fn exported_as(self) -> Option<&'static str> {
        Some(match self {
            Self::Attribute => "attribute",
            Self::Category => "category",
            Self::Client => "client",
            Self::Contact => "contact",
            Self::CatalogueItem => "catalogue_item",
            Self::Lead => "lead",
            Self::Pipeline => "pipeline",
            Self::Webhook => "webhook",
            Self::PriceTier => "price_tier",
            Self::Service => "service",
            Self::Supplier => "supplier",
            Self::FollowUp => "follow_up",
            Self::Expense => "expense",
            Self::PaymentMethod => "payment_method",
            Self::Invoice => "invoice",
            Self::Part(Part::Line) => "invoice_line_item",
            Self::Part(Part::Payment) => "payment",
            Self::Part(Part::Refund) => "refund",
            Self::Part(Part::History) => "status_change",
            Self::Part(Part::Link) => "payment_link",
            Self::Part(Part::Comment) => "comment",
            Self::Part(Part::Attachment) => "attachment",
            Self::Organisation => "organization",
            Self::Member => "user",
            Self::StripeIntent | Self::StripeOwner | Self::Other => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "ORG#0192f0c1-2345-7abc-8def-000000000001";

    #[test]
    fn a_key_tells_what_stands_under_it() {
        let table = [
            (ORG.to_owned(), "ORG", Kind::Organisation),
            (ORG.to_owned(), "APIKEYS", Kind::Other),
            (format!("{ORG}#MEMBER"), "00000000000000000001", Kind::Member),
            (format!("{ORG}#CLIENT"), "c", Kind::Client),
            (format!("{ORG}#TIER#i"), "t", Kind::PriceTier),
            (format!("{ORG}#TIER#i"), "!", Kind::Other),
            (format!("{ORG}#INVOICE"), "i", Kind::Invoice),
            (format!("{ORG}#INVOICE"), "i#LINE#l", Kind::Part(Part::Line)),
            (format!("{ORG}#INVOICE"), "i#~COMMENT#c", Kind::Part(Part::Comment)),
            (format!("{ORG}#INVOICE"), "i#~ATTACHMENT#a", Kind::Part(Part::Attachment)),
            (format!("{ORG}#UNIQUE#SKU"), "x", Kind::Other),
            ("STRIPE#pi_1".to_owned(), "INTENT", Kind::StripeIntent),
            ("STRIPE#plink_1".to_owned(), "OWNER", Kind::StripeOwner),
            ("USER#u".to_owned(), "USER", Kind::Other),
        ];
        for (pk, sk, expected) in table {
            assert_eq!(Kind::of(&pk, sk), expected, "{pk} {sk}");
        }
        assert_eq!(Kind::of_trash("INVOICE#i#PAYMENT#p"), Kind::Part(Part::Payment));
        assert_eq!(Kind::of_trash("FOLLOWUP#service#f"), Kind::FollowUp);
    }
}
