//! `cargo run -p tributary-cost -- table` and `… cold-start`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use lambda_runtime::tracing::subscriber;
use tributary_cost::crowd::Size;
use tributary_cost::measure::{self, How};
use tributary_cost::prices::Prices;
use tributary_cost::table::Table;
use tributary_cost::{Failure, build, cold_start, first_answer, report};

/// What is logged, unless RUST_LOG says otherwise. The embedded DynamoDB warns of every condition that fails.
const DEFAULT_LOG: &str = "error,dynoxide=off";

/// Measures what calls cost and how fast functions start.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes infra/cost.json and infra/COST.md anew
    Table {
        /// Measures processor time and memory too: builds the release bootstraps and runs them
        #[arg(long)]
        bootstraps: bool,
        /// Where the bootstraps are, in place of building them
        #[arg(long, value_name = "DIRECTORY", conflicts_with = "bootstraps")]
        bootstraps_in: Option<PathBuf>,
        /// How many invoices the large organisation has
        #[arg(long, default_value_t = 100_000)]
        large: usize,
    },
    /// Writes infra/COST.md from infra/cost.json and infra/prices.toml
    Report,
    /// Starts every bootstrap with the environment that the template gives it, and an event
    FirstAnswer {
        /// Where the bootstraps are
        #[arg(value_name = "DIRECTORY")]
        directory: PathBuf,
    },
    /// Starts every release bootstrap beside one that does nothing
    ColdStart {
        /// Where the bootstraps are, in place of building them
        #[arg(long, value_name = "DIRECTORY")]
        bootstraps_in: Option<PathBuf>,
        /// How often each is started
        #[arg(long, default_value_t = 41)]
        times: usize,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| subscriber::EnvFilter::new(DEFAULT_LOG));
    subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Arguments::parse().what {
        What::Table { bootstraps, bootstraps_in, large } => table(bootstraps, bootstraps_in, large).await,
        What::Report => write_report(),
        What::FirstAnswer { directory } => first_answer::faults(&directory).await,
        What::ColdStart { bootstraps_in, times } => start(bootstraps_in, times).await,
    };
    match done {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("tributary-cost: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn built() -> Result<PathBuf, Failure> {
    build::bootstraps(&cold_start::functions().await?)
}

async fn table(build: bool, directory: Option<PathBuf>, large: usize) -> Result<Vec<String>, Failure> {
    let directory = if build { Some(built().await?) } else { directory };
    let sizes = [Size { invoices: 1_000, others: 40 }, Size { invoices: large, others: 200 }];
    let mut both = Vec::new();
    for size in sizes {
        let started = Instant::now();
        let how = How { size, times: if directory.is_some() { 5 } else { 3 }, bootstraps: directory.as_deref() };
        let measured = measure::all(how).await?;
        println!("{} invoices: {:.0?}", size.invoices, started.elapsed());
        for (key, call) in measured.calls.iter().filter(|(_, call)| !call.cost.same_units(&call.most)) {
            println!("    {key} does not cost the same each time: {:?} and {:?}", call.cost, call.most);
        }
        both.push(measured);
    }
    let (Some(of_large), Some(of_small)) = (both.pop(), both.pop()) else {
        return Err("two sizes are measured".into());
    };
    let mut table = Table::of(of_small, of_large)?;
    table.processor = directory.is_some().then(|| format!("release bootstraps on {}", processor()));
    if let Ok(earlier) = Table::read() {
        table.remember(&earlier);
    }
    table.write()?;
    write_report()?;
    let hidden = table.rows.iter().flat_map(|row| {
        let grown = row.hidden_growth().into_iter();
        grown.map(|what| format!("{} grows with the data: {what}", row.key))
    });
    Ok(hidden.collect())
}

/// What this machine computes with.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

fn write_report() -> Result<Vec<String>, Failure> {
    std::fs::write(Table::file("COST.md"), report::markdown(&Table::read()?, &Prices::read()?))?;
    Ok(vec![])
}

async fn start(directory: Option<PathBuf>, times: usize) -> Result<Vec<String>, Failure> {
    let directory = match directory {
        Some(directory) => directory,
        None => built().await?,
    };
    let (lines, faults) = cold_start::lines(&cold_start::measure(&directory, times).await?);
    lines.iter().for_each(|line| println!("{line}"));
    Ok(faults)
}
