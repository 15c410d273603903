//! The table for people: `infra/COST.md`.

use std::fmt::Write;

use crate::prices::Prices;
use crate::prose::filled;
use crate::table::{Cost, Key, Row, Table};

/// How long a line is at most, but for those of tables.
pub const WIDTH: usize = 120;

const HEAD: &str = "\
# What calls cost

Made by `cargo run -p tributary-cost -- table`; do not edit. `infra/cost.json` is the same table for the test that holds
every call to it, `infra/prices.toml` has the prices.

Each call is made in the local cloud, through its gateway, on objects of its own, and measured by the line that it writes
to the log. `a → b` is in an organisation of SMALL invoices and in one of LARGE, with SMALL_OTHERS and LARGE_OTHERS at
least of KINDS; where there is one figure, it is the same in both. Lists are asked for ten rows, where the client can say
how many, and are as long as the contract has them elsewhere. The credential is remembered by the warm instance; one that
is not costs one round trip and one read unit more, a password more than that.

- **trips** are round trips to DynamoDB, **read** and **write** the units that it bills. It reads consistently, and
  writes of more than one item are transactions, which cost twice.
- **also** is what other services are asked. Lists of files in S3 are billed, and counted, as writes; deletions are free.
- **CPU** is the time of a processor in milliseconds, PROCESSOR. It says where time goes; on Lambda's processors it is
  another figure.
- **$** is dollars for a million calls: the call itself, its route through the gateway, and Lambda's time at the
  function's memory, which is the CPU at the share of a processor that comes with the memory, and the waits of
  `prices.toml`. Logs, storage and data transfer are not in it. Nor are the waits for Stripe, where a payment link is
  made or retired, and for the receiver of a webhook, as long as these take: Lambda bills them as its own work, and a
  second of them is SECOND dollars for a million calls at 512 MB.
";

/// What there are many of beside the invoices.
const KINDS: &str = "clients, contacts, services, leads and pipelines, catalogue items and their categories, expenses, \
                     payment methods and members";

const GROWS: &str = "
## What grows with the data

Of all calls above these alone, where there are more invoices or more of the other kinds; a test fails where another one
does. An answer still grows with what it shows whole: an invoice with its lines, payments and comments, a catalogue item
with its price tiers. So do what an organisation has few of, and is read whole, such as its webhooks by the change that
they may listen for; the sweep, by what is overdue; and a later page of namaste's lists, by what was deleted before.

";

const VARIES: &str = "
## What varies

A test lets these cost twice as much.

";

/// Writes the table.
#[must_use]
pub fn markdown(table: &Table, prices: &Prices) -> String {
    let processor = match &table.processor {
        Some(how) => format!("measured with {how}"),
        None => "not measured yet".to_owned(),
    };
    let text = HEAD
        .replace("SMALL_OTHERS", &thousands(table.others.0))
        .replace("LARGE_OTHERS", &thousands(table.others.1))
        .replace("SMALL", &thousands(table.invoices.0))
        .replace("LARGE", &thousands(table.invoices.1))
        .replace("PROCESSOR", &processor)
        .replace("KINDS", KINDS)
        .replace("SECOND", &format!("{:.2}", prices.million_seconds(512)));
    let mut text = filled(&text, WIDTH);
    let mut section = None;
    for row in &table.rows {
        if section != Some(heading(row)) {
            section = Some(heading(row));
            let columns =
                "| call | trips | read | write | also | CPU | $ |\n| --- | --- | --- | --- | --- | --- | --- |";
            line(&mut text, format_args!("\n## {}\n\n{columns}", heading(row)));
        }
        line(&mut text, format_args!("{}", shown(table, prices, row)));
    }
    add_reasons(&mut text, GROWS, table.rows.iter().map(|row| (&row.key, row.grows.as_deref())));
    add_reasons(&mut text, VARIES, table.rows.iter().map(|row| (&row.key, row.varies.as_deref())));
    add_functions(&mut text, table);
    text
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(text, "{what}").expect("a String takes every text");
}

/// The part of the table that a row stands in.
fn heading(row: &Row) -> &str {
    match (row.key.contract.as_str(), is_request(&row.key)) {
        ("", true) => "Beside the contracts",
        ("", false) => "Triggers",
        (contract, _) => contract,
    }
}

fn is_request(key: &Key) -> bool {
    key.path.starts_with('/') || key.path.starts_with('$')
}

fn shown(table: &Table, prices: &Prices, row: &Row) -> String {
    let Row { key, function, grows: _, varies: _, small, large } = row;
    let memory = table.functions.get(function).map_or(0, |function| function.memory_mb);
    let dollars = |cost: &Cost| format!("{:.2}", prices.million(cost, memory, is_request(key)));
    let milliseconds = |cost: &Cost| cost.processor_ms.map_or_else(|| "–".to_owned(), |time| format!("{time:.1}"));
    let case = if key.case.is_empty() { String::new() } else { format!(", {}", key.case) };
    let both = |show: &dyn Fn(&Cost) -> String| {
        let (small, large) = (show(small), show(large));
        if small == large { small } else { format!("{small} → {large}") }
    };
    let cells = [
        format!("`{} {}`{case}", key.method, key.path),
        both(&|cost| cost.round_trips.to_string()),
        both(&|cost| units(cost.read_units)),
        both(&|cost| units(cost.write_units)),
        both(&also),
        both(&milliseconds),
        both(&dollars),
    ];
    format!("| {} |", cells.join(" | "))
}

fn units(units: f64) -> String {
    format!("{units}")
}

fn also(cost: &Cost) -> String {
    let asked = [("SQS", cost.sqs), ("SES", cost.mails), ("S3 writes", cost.s3_writes), ("S3 reads", cost.s3_reads)];
    let asked = asked.into_iter().filter(|(_, count)| *count > 0);
    asked.map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

/// Adds the rows that have a reason, each with its own.
fn add_reasons<'a>(text: &mut String, head: &str, rows: impl Iterator<Item = (&'a Key, Option<&'a str>)>) {
    let rows = rows.filter_map(|(key, why)| Some(format!("- {key}: {}.\n", why?)));
    text.push_str(&filled(&format!("{head}{}", rows.collect::<String>()), WIDTH));
}

fn add_functions(text: &mut String, table: &Table) {
    line(text, format_args!("\n## Functions\n"));
    line(
        text,
        format_args!(
            "Resident memory at the most, in any of the calls above, in megabytes of the machine that ran them.\n"
        ),
    );
    line(text, format_args!("| function | memory in the template | resident at the most |\n| --- | --- | --- |"));
    for (name, function) in &table.functions {
        let peak = function.peak_mb.map_or_else(|| "–".to_owned(), |peak| peak.to_string());
        line(text, format_args!("| `{name}` | {} | {peak} |", function.memory_mb));
    }
}

fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 400, 1_000, 100_000].map(thousands), ["7", "400", "1,000", "100,000"]);
    }
}
