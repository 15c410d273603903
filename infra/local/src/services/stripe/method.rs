//! The ways to pay that the page takes: test cards, and a bank debit that settles later.

use serde_json::{Value, json};

use super::shape::shaped;

/// How a customer pays.
#[derive(Debug, Clone)]
pub(super) enum Method {
    /// By card.
    Card(Card),
    /// By a debit of a bank account, which succeeds or fails later.
    BankDebit {
        /// Which of the two.
        succeeds: bool,
    },
}

/// A card as it was typed in, with digits alone.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) number: String,
    pub(super) month: i8,
    pub(super) year: i16,
}

/// What the card's bank says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The payment is taken.
    Approved,
    /// The customer must confirm first.
    Authenticate,
    /// The payment is refused.
    Declined(Decline),
}

/// Why a payment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decline {
    pub(super) code: &'static str,
    pub(super) decline_code: Option<&'static str>,
    pub(super) message: &'static str,
}

/// The customer did not authenticate.
pub(super) const NOT_AUTHENTICATED: Decline = Decline {
    code: "payment_intent_authentication_failure",
    decline_code: None,
    message: "We are unable to authenticate your payment method. Please choose a different payment method and try \
              again.",
};

/// A bank debit that came back.
pub(super) const DEBIT_FAILED: Decline = Decline {
    code: "payment_method_bank_account_blocked",
    decline_code: None,
    message: "The customer's bank account could not be debited.",
};

/// The test card whose refunds fail later.
const REFUND_FAILS: &str = "4000000000005126";

impl Card {
    /// What the test cards are for. Another number is a real card, which a test account declines.
    pub(super) fn verdict(&self) -> Verdict {
        let (code, decline_code, message) = match self.number.as_str() {
            "4242424242424242" | REFUND_FAILS => return Verdict::Approved,
            "4000002500003155" => return Verdict::Authenticate,
            "4000000000000002" => ("card_declined", "generic_decline", "Your card was declined."),
            "4000000000009995" => ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
            "4000000000000069" => ("expired_card", "expired_card", "Your card has expired."),
            _ => (
                "card_declined",
                "live_mode_test_card",
                "Your card was declined. This is a test, and the card is none of the test cards.",
            ),
        };
        Verdict::Declined(Decline { code, decline_code: Some(decline_code), message })
    }

    fn last4(&self) -> &str {
        self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl Method {
    /// The type of payment method, and what is known of it.
    pub(super) fn details(&self) -> (&'static str, Value) {
        match self {
            Self::Card(card) => {
                let fields = json!({ "last4": card.last4(), "exp_month": card.month, "exp_year": card.year });
                ("card", shaped("card", fields))
            }
            Self::BankDebit { .. } => {
                let details = json!({
                    "account_holder_type": "individual",
                    "account_type": "checking",
                    "bank_name": "STRIPE TEST BANK",
                    "fingerprint": "5Ih3tfpwdqcLMKtO",
                    "last4": "6789",
                    "mandate": null,
                    "payment_reference": null,
                    "routing_number": "110000000",
                });
                ("us_bank_account", details)
            }
        }
    }

    /// Whether refunds of this payment fail after a while.
    pub(super) fn refund_fails(&self) -> bool {
        matches!(self, Self::Card(card) if card.number == REFUND_FAILS)
    }
}
