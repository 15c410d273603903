//! What the store can fail with.

use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};

/// Values that are unique, each in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// A username, in the deployment.
    Username,
    /// An e-mail address, in the deployment.
    Email,
    /// A stock-keeping unit, in the organisation.
    Sku,
    /// An invoice number, in the organisation.
    InvoiceNumber,
    /// The address by which a client is found, in the organisation.
    ClientEmail,
    /// An attribute's name, per entity in the organisation.
    AttributeName,
    /// The quantity from which a price tier holds, per item.
    TierQuantity,
    /// A follow-up's id, in the organisation.
    FollowUpId,
    /// A Stripe charge, in the organisation.
    Charge,
    /// An event of Stripe's, in the deployment.
    StripeEvent,
    /// A product's name, in the organisation, where it has to be unique.
    ProductName,
    /// A customer's phone number, in the organisation.
    CustomerPhone,
    /// A customer's code, in the organisation.
    CustomerCode,
    /// A supplier's code, in the organisation.
    SupplierCode,
}

/// A failure of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed what this write was decided on; load, decide and try again.
    #[error("lost a race")]
    Raced,
    /// Another object has the value.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// What the write refers to, or changes in place, is not there.
    #[error("what the write needs is not there")]
    Missing,
    /// An item would pass 400 KB, or a transaction 4 MB.
    #[error("too large to be kept")]
    TooLarge,
    /// The change touches more items than one transaction takes.
    #[error("too many items for one commit")]
    TooManyItems,
    /// An item that does not read as what its key says.
    #[error("corrupt item: {0}")]
    Corrupt(String),
    /// An item collection would pass 10 GB.
    #[error("an item collection is full: {0}")]
    CollectionFull(String),
    /// DynamoDB throttled the call until the deadline came. Nothing was written.
    #[error("DynamoDB throttled the call: {0}")]
    Throttled(String),
    /// DynamoDB did not answer, or refused to work.
    #[error("DynamoDB: {0}")]
    Unavailable(String),
}

impl StoreError {
    /// An item that cannot be read.
    pub(crate) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

/// Whether DynamoDB's words are about a size: "Item size has exceeded the maximum allowed size", "Item
/// size to update has exceeded…", "Transaction request size exceeds…".
pub(crate) fn names_a_size(message: Option<&str>) -> bool {
    let message = message.unwrap_or_default().to_lowercase();
    message.contains("size") && message.contains("exceed")
}

/// Maps what the SDK reports, once the errors that mean something were taken out.
pub(crate) fn unavailable<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: std::error::Error + aws_sdk_dynamodb::error::ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    use aws_sdk_dynamodb::error::ProvideErrorMetadata;
    match error.code() {
        Some("ValidationException") if names_a_size(error.message()) => StoreError::TooLarge,
        Some(code @ "ItemCollectionSizeLimitExceededException") => StoreError::CollectionFull(code.to_owned()),
        Some(code) if THROTTLED.contains(&code) => StoreError::Throttled(DisplayErrorContext(error).to_string()),
        Some(_) | None => StoreError::Unavailable(DisplayErrorContext(error).to_string()),
    }
}

/// DynamoDB's words for a call that may be repeated as it is, of a call and of an operation in a transaction.
pub(crate) const THROTTLED: [&str; 5] = [
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "ThrottlingException",
];
