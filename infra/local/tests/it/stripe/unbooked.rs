//! The line by which an alarm finds money that is on no invoice.

use std::io::Write;
use std::sync::{Arc, Mutex};

use lambda_runtime::tracing::subscriber::filter::{LevelFilter, Targets};
use lambda_runtime::tracing::subscriber::util::SubscriberInitExt;
use serde_json::Value;
use tributary_local::template::EMBEDDED;

use super::{Sale, Shop};

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// On one thread, so that all that happens is logged there.
#[tokio::test]
async fn the_filter_of_the_alarm_matches_its_line_and_no_other() {
    let log = Log::default();
    let writer = log.clone();
    let targets = Targets::new().with_default(LevelFilter::INFO);
    let subscriber = edge::log::lines(targets, true, move || writer.clone());
    let _guard = subscriber.set_default();
    let shop = Shop::open().await;
    let booked = shop.invoice("100.00").await;
    shop.tell(&Sale::of(&shop, &booked, "a", 10_000).intent()).await;
    let gone = shop.invoice("100.00").await;
    shop.tributary.delete(&shop.user, &format!("/api/invoices/{gone}/")).await.expect(204);
    shop.tell(&Sale::of(&shop, &gone, "b", 10_000).intent()).await;

    // A pattern in quotes is a text that the line has.
    let patterns = EMBEDDED.lines().filter_map(|line| line.trim().strip_prefix("FilterPattern: "));
    let patterns: Vec<_> = patterns.map(|pattern| pattern.trim_matches('\'').trim_matches('"')).collect();
    assert_eq!(patterns, ["stripe_unbooked"]);
    let lines = log.lines();
    let matched: Vec<_> = lines.iter().filter(|line| line.to_string().contains(patterns[0])).collect();
    assert_eq!(matched.len(), 1, "{lines:#?}");
    assert_eq!((&matched[0]["level"], &matched[0]["fields"]["units"]), (&"ERROR".into(), &10_000.into()));
    for line in &lines {
        assert!(line["timestamp"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{line}");
        assert!(line["level"].is_string(), "{line}");
    }
}
