//! What every route and trigger costs, measured in the local cloud, and how fast functions start.
//!
//! [`table`] is what is known, [`measure`] makes it anew, [`report`] writes it for people.

pub mod bootstrap;
pub mod build;
pub mod call;
pub mod cold_start;
pub mod crowd;
pub mod first_answer;
pub mod functions;
pub mod measure;
pub mod prices;
mod prose;
pub mod reading;
pub mod relay;
pub mod report;
pub mod runtime_api;
pub mod scenarios;
pub mod scene;
pub mod table;
pub mod triggers;

/// Why a measurement was not made: the text is for the person who started it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
