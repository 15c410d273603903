//! Changes of the table's stream that were given up.

use domain::Tenant;
use jiff::Timestamp;
use serde::Serialize;

use crate::queue::Message;

/// A change of the table's stream that its reader has given up, in the form in which Lambda reports one. Lambda names
/// the shard as well; a function does not know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamFailure {
    request_context: StreamReader,
    #[serde(rename = "DDBStreamBatchInfo")]
    batch: StreamBatch,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamReader {
    function_arn: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamBatch {
    stream_arn: String,
    start_sequence_number: String,
    end_sequence_number: String,
    batch_size: u32,
    approximate_arrival_of_first_record: Timestamp,
}

impl StreamFailure {
    /// Names the change by its place in the stream.
    #[must_use]
    pub fn new(function_arn: &str, stream_arn: &str, sequence_number: &str, at: Timestamp) -> Self {
        Self {
            request_context: StreamReader { function_arn: function_arn.to_owned() },
            batch: StreamBatch {
                stream_arn: stream_arn.to_owned(),
                start_sequence_number: sequence_number.to_owned(),
                end_sequence_number: sequence_number.to_owned(),
                batch_size: 1,
                approximate_arrival_of_first_record: at,
            },
        }
    }
}

impl Message for StreamFailure {
    fn group(&self) -> Option<Tenant> {
        None
    }
}
