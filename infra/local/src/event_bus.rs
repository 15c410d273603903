//! EventBridge: takes events of AWS's services to the queues that the template's rules name.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use serde_json::Value;

use crate::template::{EventRule, Template};

/// The default bus.
#[derive(Debug, Clone)]
pub struct EventBus {
    rules: Vec<EventRule>,
    queues: Vec<(String, String)>,
    sqs: Client,
}

impl EventBus {
    /// A bus with the template's rules.
    pub(crate) fn new(template: &Template, sqs: Client) -> Self {
        let url = |id: &String| template.queue_urls.get(id).cloned();
        let queues = template.queues.iter().filter_map(|queue| Some((queue.arn.clone(), url(&queue.logical_id)?)));
        Self { rules: template.event_rules.clone(), queues: queues.collect(), sqs }
    }

    /// Takes an event where its rules say.
    pub(crate) async fn publish(&self, event: &Value) {
        for rule in self.rules.iter().filter(|rule| rule.pattern.matches(event)) {
            let urls = self.queues.iter().filter(|(arn, _)| rule.queues.contains(arn)).map(|(_, url)| url);
            for url in urls {
                let sent = self.sqs.send_message().queue_url(url).message_body(event.to_string()).send().await;
                if let Err(error) = sent {
                    tracing::error!(url, error = %DisplayErrorContext(error), "an event did not reach its queue");
                }
            }
        }
    }
}
