//! Every route and trigger is in the table, costs what the table says, and costs it however much there is.

use std::collections::BTreeSet;

use tributary_cost::Failure;
use tributary_cost::crowd::Size;
use tributary_cost::measure::{self, How, Measured};
use tributary_cost::prices::Prices;
use tributary_cost::report;
use tributary_cost::table::{Row, Table};
use tributary_local::template::{EventKind, Route};
use tributary_local::{Cloud, Options, registry};

const ANEW: &str = "`cargo run -p tributary-cost -- table` makes the table anew";

#[tokio::test(flavor = "multi_thread")]
async fn every_route_and_trigger_of_the_template_is_in_the_table() {
    let table = Table::read().unwrap();
    assert_eq!(table.differences(&measure::entries()), [] as [String; 0], "{ANEW}");
    let cloud = Cloud::start(Options::ephemeral(), registry::build).await.unwrap();
    let rows: BTreeSet<&str> = table.rows.iter().map(|row| row.key.path.as_str()).collect();
    for function in &cloud.template().functions {
        for event in &function.events {
            let served = match &event.kind {
                // The same paths with a slash at their ends.
                EventKind::Http(Route::Path { path, .. }) if path.ends_with("/{proxy+}") => continue,
                EventKind::Http(Route::Path { path, .. }) => path.as_str(),
                EventKind::Http(Route::Default) => "$default",
                _ => function.group.as_str(),
            };
            assert!(rows.contains(served), "{served} has no row");
        }
    }
    cloud.shutdown().await;
}

#[test]
fn nothing_in_the_table_grows_but_what_says_so() {
    for row in Table::read().unwrap().rows {
        assert_eq!(row.hidden_growth(), [] as [String; 0], "{}", row.key);
    }
}

#[test]
fn the_document_is_the_table_with_the_prices() {
    let document = std::fs::read_to_string(Table::file("COST.md")).unwrap();
    let made = report::markdown(&Table::read().unwrap(), &Prices::read().unwrap());
    assert_eq!(document, made, "`cargo run -p tributary-cost -- report` writes it anew");
    let long = made.lines().find(|line| !line.starts_with('|') && line.chars().count() > report::WIDTH);
    assert_eq!(long, None);
}

async fn measured(invoices: usize, others: usize) -> Result<Measured, Failure> {
    measure::all(How { size: Size { invoices, others }, times: 2, bootstraps: None }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_costs_more_than_the_table_allows_or_more_where_there_is_more_data() {
    let table = Table::read().unwrap();
    // In the small one every list that an index answers has a whole page. The large one is no larger than the table's
    // small one, whose costs then hold for what grows too.
    let (few, many) = tokio::try_join!(measured(80, 15), measured(400, 40)).unwrap();
    assert!(many.size.invoices <= table.invoices.0 && many.size.others <= table.others.0, "{ANEW}");
    let now = Table::of(few, many).unwrap();
    let mut faults = Vec::new();
    for row @ Row { key, .. } in &now.rows {
        faults.extend(row.hidden_growth().into_iter().map(|what| format!("{key} grows with the data: {what}")));
        let Some(known) = table.row(key) else { continue };
        for cost in [&row.small, &row.large] {
            faults.extend(known.exceeded_by(cost).into_iter().map(|what| format!("{key}: {what}")));
        }
    }
    assert_eq!(faults, [] as [String; 0], "if that is meant to be, {ANEW}");
}
