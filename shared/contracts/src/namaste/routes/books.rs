//! What is sold, to and by whom, and for how much: products, parties, expenses, billing.

use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::namaste::accounts::MessageJson;
use crate::namaste::billing::{BillingBody, BillingJson, ChangedBillingJson, WholeBillingJson};
use crate::namaste::expenses::{ChangedExpenseJson, ExpenseBody, ExpenseJson};
use crate::namaste::paging::page_of;
use crate::namaste::parties::{ChangedPartyJson, Kind, PartyBody, PartyJson, WholePartyJson};
use crate::namaste::payment_methods::{PaymentMethodBody, PaymentMethodJson};
use crate::namaste::products::{
    ChangedProductJson, ProductBody, ProductCategoryBody, ProductCategoryJson, ProductJson,
};
use crate::openapi::{Schemas, one, one_of, partial};
use crate::routes::{Method, Parameter, ParameterKind, Route, Shape, parameter};

const PAGE: Parameter = parameter("page", "The page of the list, of ten rows; 1, if left out.", ParameterKind::Number);
const SHOWN: Parameter = parameter("id", "The one that is shown instead of the list.", ParameterKind::Number);
const NAMED: &[Parameter] =
    &[Parameter { required: true, ..parameter("id", "The one that is meant.", ParameterKind::Number) }];
const LIST_OR_ONE: &[Parameter] = &[PAGE, SHOWN];
const PARTIES_OR_ONE: &[Parameter] =
    &[PAGE, parameter("category_type", "Those of this kind.", ParameterKind::Word(&Kind::WORDS)), SHOWN];

/// A page of a list, or the one that `?id=` names.
fn page_or_one<Row: ToSchema, One: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let either = [page_of::<Row>(schemas), one::<One>(schemas)];
    let name = format!("{}PageOrOne", Row::name());
    one_of(schemas, &name, "A page, or with `id` the one object.", either)
}

const fn listed(path: &'static str, operation: &'static str, summary: &'static str, answer: Shape) -> Route {
    Route::list(path, operation, summary, answer).by(LIST_OR_ONE).guarded()
}

const fn changed(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    body: Shape,
    answer: Shape,
) -> Route {
    Route::put(path, operation, summary, body, answer).by(NAMED)
}

const fn deleted(path: &'static str, operation: &'static str, summary: &'static str) -> Route {
    Route { method: Method::Delete, ..Route::act(path, operation, summary, one::<MessageJson>).by(NAMED).guarded() }
}

const PRODUCTS_PATH: &str = "/api/products";
const CATEGORIES_PATH: &str = "/api/product-categories";
const METHODS_PATH: &str = "/api/payment-methods";
const PARTIES_PATH: &str = "/api/parties";
const EXPENSES_PATH: &str = "/api/expenses";
const BILLING_PATH: &str = "/api/billing";

pub const PRODUCTS: &[Route] = &[
    listed(PRODUCTS_PATH, "list_products", "List products, or show one", page_or_one::<ProductJson, ProductJson>)
        .under("products"),
    Route::create(PRODUCTS_PATH, "create_product", "Make a product", one::<ProductBody>, one::<ChangedProductJson>)
        .under("products"),
    changed(PRODUCTS_PATH, "update_product", "Change a product", partial::<ProductBody>, one::<ChangedProductJson>)
        .under("products"),
    deleted(PRODUCTS_PATH, "delete_product", "Delete a product").under("products"),
    listed(
        CATEGORIES_PATH,
        "list_product_categories",
        "List product categories, or show one",
        page_or_one::<ProductCategoryJson, ProductCategoryJson>,
    )
    .under("products"),
    changed(
        CATEGORIES_PATH,
        "update_product_category",
        "Rename a product category",
        partial::<ProductCategoryBody>,
        one::<ProductCategoryJson>,
    )
    .under("products"),
    deleted(CATEGORIES_PATH, "delete_product_category", "Delete a product category").under("products"),
    Route::create(
        CATEGORIES_PATH,
        "create_product_category",
        "Make a product category",
        one::<ProductCategoryBody>,
        one::<ProductCategoryJson>,
    )
    .under("products"),
];

pub const PARTIES: &[Route] = &[
    listed(PARTIES_PATH, "list_parties", "List parties, or show one", page_or_one::<PartyJson, WholePartyJson>)
        .by(PARTIES_OR_ONE)
        .under("parties"),
    Route::create(
        PARTIES_PATH,
        "create_party",
        "Make a customer or a supplier",
        one::<PartyBody>,
        one::<ChangedPartyJson>,
    )
    .under("parties"),
    changed(PARTIES_PATH, "update_party", "Change a party", partial::<PartyBody>, one::<ChangedPartyJson>)
        .under("parties"),
    deleted(PARTIES_PATH, "delete_party", "Delete a party without billings").under("parties"),
];

pub const EXPENSES: &[Route] = &[
    listed(EXPENSES_PATH, "list_expenses", "List expenses, or show one", page_or_one::<ExpenseJson, ExpenseJson>)
        .under("expenses"),
    Route::create(EXPENSES_PATH, "create_expense", "Make an expense", one::<ExpenseBody>, one::<ChangedExpenseJson>)
        .under("expenses"),
    changed(EXPENSES_PATH, "update_expense", "Change an expense", partial::<ExpenseBody>, one::<ChangedExpenseJson>)
        .under("expenses"),
    deleted(EXPENSES_PATH, "delete_expense", "Delete an expense").under("expenses"),
];

pub const BILLING: &[Route] = &[
    listed(
        BILLING_PATH,
        "list_billings",
        "List billings, or show one with its items",
        page_or_one::<BillingJson, WholeBillingJson>,
    )
    .under("billing"),
    Route::create(BILLING_PATH, "create_billing", "Make a billing", one::<BillingBody>, one::<ChangedBillingJson>)
        .under("billing"),
    changed(BILLING_PATH, "update_billing", "Change a billing", partial::<BillingBody>, one::<ChangedBillingJson>)
        .under("billing"),
    deleted(BILLING_PATH, "delete_billing", "Delete a billing").under("billing"),
    listed(
        METHODS_PATH,
        "list_payment_methods",
        "List payment methods, or show one",
        page_or_one::<PaymentMethodJson, PaymentMethodJson>,
    )
    .under("billing"),
    changed(
        METHODS_PATH,
        "update_payment_method",
        "Rename a payment method",
        partial::<PaymentMethodBody>,
        one::<PaymentMethodJson>,
    )
    .under("billing"),
    deleted(METHODS_PATH, "delete_payment_method", "Delete a payment method").under("billing"),
    Route::create(
        METHODS_PATH,
        "create_payment_method",
        "Make a payment method",
        one::<PaymentMethodBody>,
        one::<PaymentMethodJson>,
    )
    .under("billing"),
];
