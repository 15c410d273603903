//! Calls that the clock makes.

mod expression;

use std::sync::Arc;
use std::time::Duration;

use app::ports::Clock;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::LocalClock;
use crate::function::{FunctionError, Invoker, request_id};
use crate::services::{ACCOUNT, REGION};
use crate::template::{AsyncRetries, EventKind, Function, Template};

pub use expression::{Cron, Expression, ExpressionError};

/// The pause before a failed call is tried again. Lambda waits a minute, then two.
const PAUSE: Duration = Duration::from_secs(1);

/// A function and the schedule that calls it.
#[derive(Debug, Clone)]
pub(crate) struct ScheduledCall {
    /// The function's group.
    pub(crate) group: String,
    name: String,
    function_arn: String,
    expression: Expression,
    input: Option<String>,
    is_scheduler: bool,
    retries: AsyncRetries,
}

impl ScheduledCall {
    /// Every schedule of the template.
    pub(crate) fn all(template: &Template) -> Vec<Self> {
        template.functions.iter().flat_map(Self::of).collect()
    }

    /// The event for a call due at `due`.
    pub(crate) fn event(&self, clock: &dyn Clock, due: Timestamp) -> Value {
        let time = due.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let id = request_id(clock);
        if let Some(input) = &self.input {
            let input = input
                .replace("<aws.scheduler.scheduled-time>", &time)
                .replace("<aws.scheduler.schedule-arn>", &self.arn())
                .replace("<aws.scheduler.execution-id>", &id)
                .replace("<aws.scheduler.attempt-number>", "1");
            // An input that is not JSON reaches the function as a text.
            return serde_json::from_str(&input).unwrap_or(Value::String(input));
        }
        json!({
            "version": "0",
            "id": id,
            "detail-type": "Scheduled Event",
            "source": if self.is_scheduler { "aws.scheduler" } else { "aws.events" },
            "account": ACCOUNT,
            "time": time,
            "region": REGION,
            "resources": [self.arn()],
            // The Scheduler sends the detail as a text.
            "detail": if self.is_scheduler { json!("{}") } else { json!({}) },
        })
    }

    /// Calls the function whenever the clock has passed a due time after `since`: once, however many it has passed.
    pub(crate) async fn run(
        self,
        since: Timestamp,
        invoker: Invoker,
        sqs: aws_sdk_sqs::Client,
        clock: Arc<LocalClock>,
    ) {
        let mut after = since;
        while let Some(due) = self.expression.next_after(after) {
            clock.reached(due).await;
            // Taken before the call: what falls due while it runs is another call.
            after = clock.now();
            self.call(&invoker, &sqs, self.event(&*clock, due), &clock).await;
        }
    }

    fn of(function: &Function) -> impl Iterator<Item = Self> {
        function.events.iter().filter_map(|event| {
            let EventKind::Schedule(schedule) = &event.kind else { return None };
            Some(Self {
                group: function.group.clone(),
                name: format!("{}{}", function.logical_id, event.name),
                function_arn: function.arn.clone(),
                expression: schedule.expression.clone(),
                input: schedule.input.clone(),
                is_scheduler: schedule.is_scheduler,
                retries: function.retries.clone(),
            })
        })
    }

    fn arn(&self) -> String {
        let Self { name, is_scheduler, .. } = self;
        if *is_scheduler {
            format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")
        } else {
            format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")
        }
    }

    async fn call(&self, invoker: &Invoker, sqs: &aws_sdk_sqs::Client, event: Value, clock: &LocalClock) {
        let mut attempt = 0;
        loop {
            let Err(error) = invoker.invoke(&self.group, event.clone()).await else { return };
            if attempt == self.retries.attempts {
                return self.report(sqs, &event, &error, clock).await;
            }
            attempt += 1;
            tokio::time::sleep(PAUSE * attempt).await;
        }
    }

    /// Tells the failure queue, if there is one, as Lambda does.
    async fn report(&self, sqs: &aws_sdk_sqs::Client, event: &Value, error: &FunctionError, clock: &LocalClock) {
        tracing::error!(function = self.group, %error, "the schedule's call failed for good");
        let Some(queue) = self.retries.on_failure.as_deref().and_then(|arn| arn.rsplit(':').next()) else { return };
        let report = json!({
            "version": "1.0",
            "timestamp": clock.now(),
            "requestContext": {
                "requestId": request_id(clock),
                "functionArn": format!("{}:$LATEST", self.function_arn),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": self.retries.attempts + 1,
            },
            "requestPayload": event,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": error.to_string()},
        });
        let sent = async {
            let url = sqs.get_queue_url().queue_name(queue).send().await?.queue_url;
            sqs.send_message().set_queue_url(url).message_body(report.to_string()).send().await?;
            Ok::<_, aws_sdk_sqs::Error>(())
        };
        if let Err(error) = sent.await {
            tracing::error!(queue, %error, "the failure queue did not take the report");
        }
    }
}
