//! Payment methods: names that customers and billings refer to.

use domain::FieldErrors;
use domain::payment_method::{PaymentMethod, PaymentMethodName};
use serde::Serialize;
use utoipa::ToSchema;

use super::things::Thing;
use crate::wire::{body, optional, required};

/// Payment methods, as messages name them.
pub const PAYMENT_METHOD: Thing = Thing::new("Payment method", &[]);

body! {
    /// A payment method.
    PaymentMethodBody {
        /// Its name.
        required name: PaymentMethodName,
    }
}

impl PaymentMethodBody {
    /// The name of the method to be made.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_new(self) -> Result<PaymentMethodName, FieldErrors> {
        let Self { name } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "name", name).ok_or(errors)
    }

    /// The name to be changed to.
    ///
    /// # Errors
    /// It is wrong.
    pub fn into_patch(self) -> Result<Option<PaymentMethodName>, FieldErrors> {
        let Self { name } = self;
        let mut errors = FieldErrors::new();
        let name = optional(&mut errors, "name", name);
        errors.into_result().map(|()| name)
    }
}

/// A payment method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PaymentMethod)]
pub struct PaymentMethodJson {
    /// Its number in the organisation.
    pub id: u64,
    /// Its name.
    pub name: String,
}

impl From<&PaymentMethod> for PaymentMethodJson {
    fn from(method: &PaymentMethod) -> Self {
        let PaymentMethod { number, name, meta: _ } = method;
        Self { id: *number, name: name.to_string() }
    }
}
