//! Marks overdue invoices by schedule.

use app::sweep::SweepReport;
use app::{App, Error};
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use store::meter::Meter;

/// Sweeps once, whatever the schedule's event says, and logs what it did and what it cost.
///
/// # Errors
/// The sweep's: the schedule tries again then.
pub async fn handle(app: App, event: LambdaEvent<Value>) -> Result<SweepReport, lambda_runtime::Error> {
    let meter = Meter::default();
    let swept = meter.scope(app.sweep()).await;
    let reading = meter.reading();
    let line = json!({
        "level": if swept.is_ok() { "INFO" } else { "ERROR" },
        "request_id": event.context.request_id,
        "function": "sweep",
        "report": swept.as_ref().ok(),
        "error": swept.as_ref().err().map(Error::to_string),
        "round_trips": reading.round_trips,
        "read_units": reading.read_units,
        "write_units": reading.write_units,
    });
    edge::log::write(&line.to_string());
    Ok(swept?)
}
