//! How a customer's profile is kept.

use domain::client::{CustomerCode, Phone, Profile};
use domain::money::{Balance, Price};
use domain::text::{LongText, ShortText};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProfileBody {
    phone: Option<Phone>,
    code: Option<CustomerCode>,
    address: Option<LongText>,
    open_balance: Balance,
    credit_limit: Price,
    payment_method: Option<u64>,
    loyalty_points: u32,
    referred_by: Option<ShortText>,
    notes: LongText,
    is_active: bool,
}

/// Of a client that was kept before there were profiles.
impl Default for ProfileBody {
    fn default() -> Self {
        (&Profile::default()).into()
    }
}

impl From<&Profile> for ProfileBody {
    #[rustfmt::skip]
    fn from(profile: &Profile) -> Self {
        let Profile {
            phone, code, address, open_balance, credit_limit, payment_method, loyalty_points, referred_by, notes,
            is_active,
        } = profile.clone();
        Self {
            phone, code, address, open_balance, credit_limit, payment_method, loyalty_points, referred_by, notes,
            is_active,
        }
    }
}

impl From<ProfileBody> for Profile {
    #[rustfmt::skip]
    fn from(body: ProfileBody) -> Self {
        let ProfileBody {
            phone, code, address, open_balance, credit_limit, payment_method, loyalty_points, referred_by, notes,
            is_active,
        } = body;
        Self {
            phone, code, address, open_balance, credit_limit, payment_method, loyalty_points, referred_by, notes,
            is_active,
        }
    }
}
