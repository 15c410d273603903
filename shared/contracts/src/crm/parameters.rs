//! Query parameters of the lists, as data.

use crate::routes::{Parameter, ParameterKind, parameter};

const LIMIT: Parameter =
    parameter("limit", "How many rows a page has: 1 to 1000, and 1000 if left out.", ParameterKind::Limit(1000));
const CURSOR: Parameter =
    parameter("cursor", "Where the page starts, as the `Link` of the page before says.", ParameterKind::Text);

/// What every list takes.
pub const PAGE: &[Parameter] = &[LIMIT, CURSOR];

/// What the clients can be narrowed to.
pub const CLIENT_QUERY: &[Parameter] =
    &[parameter("name", "A part of the name, in any case.", ParameterKind::Text), LIMIT, CURSOR];

/// What the contacts can be narrowed to.
pub const CONTACT_QUERY: &[Parameter] = &[
    parameter("client", "Those of this client.", ParameterKind::Id),
    parameter("is_primary", "The primary ones, or the others.", ParameterKind::Flag),
    parameter("first_name", "Those with exactly this first name.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

/// What the services can be narrowed to.
pub const SERVICE_QUERY: &[Parameter] =
    &[parameter("client", "Those of this client.", ParameterKind::Id), LIMIT, CURSOR];

/// What the leads can be narrowed to.
pub const LEAD_QUERY: &[Parameter] = &[
    parameter("responsible", "Those that this user looks after.", ParameterKind::Number),
    parameter("stage", "Those in exactly this stage.", ParameterKind::Text),
    parameter("pipeline", "Those of this pipeline.", ParameterKind::Id),
    parameter("pipeline_id", "The same as `pipeline`.", ParameterKind::Id),
    parameter("name", "A part of the name, in any case.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

/// What the categories can be narrowed to.
pub const CATEGORY_QUERY: &[Parameter] = &[
    parameter("name", "A part of the name, in any case.", ParameterKind::Text),
    parameter("parent", "Those right under this category; `null` for those at the top.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

/// What the catalogue items can be narrowed to.
pub const ITEM_QUERY: &[Parameter] = &[
    parameter("category", "Those of this category.", ParameterKind::Id),
    parameter("type", "Those of this kind.", ParameterKind::Word(&["product", "service", "subscription"])),
    parameter("is_active", "Those that are for sale, or the others.", ParameterKind::Flag),
    parameter("sku", "The one with exactly this stock-keeping unit.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

/// What the invoices can be narrowed to.
pub const INVOICE_QUERY: &[Parameter] = &[
    parameter("client", "Those of this client.", ParameterKind::Id),
    parameter("status", "Those shown with this word.", ParameterKind::Word(&super::invoice_status::WORDS)),
    parameter("currency", "Those in this currency.", ParameterKind::Text),
    parameter("invoice_number", "The one with exactly this number.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];
