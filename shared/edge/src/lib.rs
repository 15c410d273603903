//! HTTP: credentials, contract choice, error rendering, paging, limits.
//!
//! A function hands its routes to [`service`], which gives every answer its request id, its log
//! line and the form of the contract in use. Handlers take what they need as arguments:
//! [`Caller`], [`Id`], [`IfMatch`], [`Listing`], [`JsonBody`], [`SentBody`], [`Upload`]. They fail with [`Failure`].

mod address;
mod answer;
mod body;
mod caller;
mod contract;
mod cookie;
mod credential;
mod disposition;
mod etag;
pub mod events;
mod failure;
mod form;
mod idempotency;
mod ids;
pub mod lambda;
pub mod log;
pub mod metrics;
mod paging;
mod rate;
mod scope;
mod service;
mod site;
mod source;
#[cfg(test)]
mod testing;
mod upload;

pub use address::BaseUrl;
pub use answer::{json, no_content};
pub use body::{JsonBody, MAX_BODY, OptionalBody, read, read_object};
pub use caller::Caller;
pub use contract::Contract;
pub use cookie::{reset_token, session_ended, session_id, session_opened, with_reset_token};
pub use etag::{IfMatch, object};
pub use failure::{Failure, InWords, rendered};
pub use form::{SentBody, read_sent, read_sent_object};
pub use ids::{Id, Ids};
pub use paging::Listing;
pub use service::{Routes, catch_all_service, service, service_by_contract};
pub use site::is_same_origin;
pub use source::Source;
pub use upload::{AttachedFile, MAX_FILE, Upload};
