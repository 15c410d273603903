//! Businesses, which are organisations, and their API keys.

use domain::FieldErrors;
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::text::Name;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::SentCurrency;
use super::ids::BusinessKey;
use super::{given, needed};
use crate::openapi::one;
use crate::routes::Route;
use crate::wire::body;

body! {
    /// A business to be opened. Whoever opens it owns it.
    BusinessBody {
        /// Its name.
        required name: Name,
        /// Its currency; USD, if left out.
        optional currency: SentCurrency,
    }
}

impl BusinessBody {
    /// The name and the currency.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<(Name, Currency), FieldErrors> {
        let Self { name, currency } = self;
        let mut errors = FieldErrors::new();
        let name = needed(&mut errors, "name", name);
        let currency = given(&mut errors, "currency", currency).map_or(Currency::USD, |SentCurrency(code)| code);
        match name {
            Some(name) if errors.is_empty() => Ok((name, currency)),
            Some(_) | None => Err(errors),
        }
    }
}

/// A business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Business)]
pub struct BusinessJson {
    /// The business.
    pub business_id: BusinessKey,
    /// Its name.
    pub name: String,
    /// Its currency.
    pub currency: &'static str,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl From<&Organisation> for BusinessJson {
    fn from(organisation: &Organisation) -> Self {
        let Organisation { id, name, currency, owner: _, created_at } = organisation;
        Self {
            business_id: BusinessKey(*id),
            name: name.as_str().to_owned(),
            currency: currency.code(),
            created_at: *created_at,
        }
    }
}

/// A business that was just opened.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OpenedBusiness)]
pub struct OpenedBusinessJson {
    /// The business.
    pub business_id: BusinessKey,
    /// Its name.
    pub name: String,
    /// Its currency.
    pub currency: &'static str,
    /// Its API key, `pk_…:sk_…`. It is shown this once.
    pub api_key: String,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl OpenedBusinessJson {
    /// The business, with the whole of its first API key.
    #[must_use]
    pub fn new(organisation: &Organisation, api_key: String) -> Self {
        let BusinessJson { business_id, name, currency, created_at } = organisation.into();
        Self { business_id, name, currency, api_key, created_at }
    }
}

/// The businesses of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BusinessList)]
pub struct BusinessListJson {
    /// The businesses, oldest first.
    pub businesses: Vec<BusinessJson>,
    /// How many there are.
    pub count: usize,
}

impl BusinessListJson {
    /// Shows some businesses.
    #[must_use]
    pub fn new(organisations: &[Organisation]) -> Self {
        Self { businesses: organisations.iter().map(BusinessJson::from).collect(), count: organisations.len() }
    }
}

/// An API key that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ApiKeyJson {
    /// The key, `pk_…:sk_…`. It is shown this once.
    pub api_key: String,
    /// When it was made.
    pub created_at: Timestamp,
}

const LIST: &str = "/api/businesses";
const KEYS: &str = "/api/businesses/{id}/api-keys";
const KEY: &str = "/api/businesses/{id}/api-keys/{public_key}";

/// The routes of businesses.
pub const BUSINESSES: &[Route] = &[
    Route::create(
        LIST,
        "create_business",
        "Open a business; its API key is shown this once",
        one::<BusinessBody>,
        one::<OpenedBusinessJson>,
    )
    .plain()
    .under("businesses"),
    Route::read(LIST, "list_businesses", "List the businesses that the caller owns", one::<BusinessListJson>)
        .plain()
        .under("businesses"),
    Route {
        status: 201,
        ..Route::act(KEYS, "create_api_key", "Make another API key; it is shown this once", one::<ApiKeyJson>)
            .under("businesses")
    },
    Route::delete(KEY, "delete_api_key", "Delete an API key, named by its public part").plain().under("businesses"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::id::{OrganisationId, UserId};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn sent(json: Value) -> Result<(Name, Currency), FieldErrors> {
        parse_object::<BusinessBody>(json.to_string().as_bytes()).unwrap().into_new()
    }

    #[test]
    fn a_business_needs_a_name_and_takes_five_currencies() {
        assert_eq!(sent(json!({"name": "Acme"})).unwrap().1, Currency::USD);
        assert_eq!(sent(json!({"name": "Acme", "currency": "CAD"})).unwrap().1.code(), "CAD");
        for (wrong, field) in [
            (json!({}), "name"),
            (json!({"name": null}), "name"),
            (json!({"name": " "}), "name"),
            (json!({"name": "Acme", "currency": "JPY"}), "currency"),
            (json!({"name": "Acme", "currency": 1}), "currency"),
        ] {
            let errors = sent(wrong.clone()).unwrap_err();
            assert_eq!(errors.iter().map(|(name, _)| name).collect::<Vec<_>>(), [field], "{wrong}");
        }
    }

    #[test]
    fn a_business_is_shown_by_its_prefixed_id() {
        let organisation = Organisation {
            id: OrganisationId::new(Uuid::from_u128(0xabc)),
            name: Name::parse("Acme").unwrap(),
            currency: Currency::USD,
            owner: UserId::new(Uuid::nil()),
            created_at: "2024-02-15T10:00:00Z".parse().unwrap(),
        };
        let shown = json!({
            "business_id": "biz_00000000000000000000000000000abc", "name": "Acme", "currency": "USD",
            "created_at": "2024-02-15T10:00:00Z"
        });
        let list = serde_json::to_value(BusinessListJson::new(std::slice::from_ref(&organisation))).unwrap();
        assert_eq!(list, json!({"businesses": [shown], "count": 1}));
        let opened = serde_json::to_value(OpenedBusinessJson::new(&organisation, "pk_1:sk_2".into())).unwrap();
        assert_eq!((&opened["api_key"], &opened["name"]), (&json!("pk_1:sk_2"), &json!("Acme")));
    }
}
