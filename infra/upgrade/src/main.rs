//! `tributary-upgrade`: rewrites the items of earlier forms in a table, while the deployment runs.

use std::path::PathBuf;
use std::process::ExitCode;

use app::aws::sdk_config;
use clap::Parser;
use store::{FORM, Segment, Store};
use tributary_upgrade::{Plan, Run, rewrite};

/// Rewrites the items of earlier forms in a table, in place and while the deployment runs. It can be
/// ended at any moment, and goes on from where its file says when it is started again.
#[derive(Debug, Parser)]
#[command(name = "tributary-upgrade")]
struct Options {
    /// The table's name: the stack's output TableName.
    #[arg(long)]
    table: String,
    /// Another address of DynamoDB, such as the local cloud's.
    #[arg(long)]
    endpoint: Option<String>,
    /// Which part of the table, so that several runs can share it: 0/4, 1/4, 2/4 and 3/4.
    #[arg(long, default_value = "0/1", value_parser = segment)]
    segment: Segment,
    /// How many items are read at a time.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    page: u32,
    /// How many items are read in a second at most.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    per_second: u32,
    /// Where it is written how far the run has come.
    #[arg(long, default_value = "upgrade.json")]
    file: PathBuf,
}

fn segment(text: &str) -> Result<Segment, String> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((number, of)) if number < of => Ok(Segment { number, of }),
        Some(_) | None => Err("a segment is a number and how many there are, such as 0/4".into()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Options { table, endpoint, segment, page, per_second, file } = Options::parse();
    let config = sdk_config().await;
    let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&config);
    dynamodb.set_endpoint_url(endpoint);
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb.build()), &table);
    let plan = Plan { table, segment, page, per_second, file };
    match rewrite(&store, &plan, |run| println!("{}", told(run))).await {
        Ok(run) if run.contended == 0 => {
            println!("All items that were seen are of form {FORM}.");
            ExitCode::SUCCESS
        }
        Ok(run) => {
            println!("{} items kept changing. Remove {} and run again.", run.contended, plan.file.display());
            ExitCode::FAILURE
        }
        Err(stopped) => {
            eprintln!("{stopped}\nStart again to go on.");
            ExitCode::FAILURE
        }
    }
}

fn told(run: &Run) -> String {
    let Run { seen, rewritten, contended, .. } = run;
    format!("{seen} items seen, {rewritten} rewritten, {contended} left for another run")
}
