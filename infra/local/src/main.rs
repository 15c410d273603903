//! `cargo run`: starts the local cloud.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;

use clap::Parser;
use lambda_runtime::tracing::subscriber;
use tributary_local::{Cloud, Options, StripeAccount, demo, registry};

/// What is logged, unless RUST_LOG says otherwise. The embedded DynamoDB warns of every 400, and a condition that fails
/// is everyday business.
const DEFAULT_LOG: &str = "warn,dynoxide=error";

/// How many lines of the log may wait to be printed.
const LINES_WAITING: usize = 10_000;

/// Runs the whole product on this machine, without an AWS account.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where everything is kept
    #[arg(long, default_value = ".local")]
    data_dir: PathBuf,
    /// Keep nothing
    #[arg(long)]
    ephemeral: bool,
    /// An origin whose pages may call it, such as https://app.example; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| subscriber::EnvFilter::new(DEFAULT_LOG));
    subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    edge::lambda::ignore_missing_certificates();
    print_aside();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tributary-local: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the log of requests from a thread of its own: a pipe that is full, or that nobody reads any more, holds up no
/// request. What finds no room then is not printed.
fn print_aside() {
    let (sender, lines) = mpsc::sync_channel::<String>(LINES_WAITING);
    std::thread::spawn(move || {
        let mut output = std::io::stdout();
        for line in lines {
            if writeln!(output, "{line}").is_err() {
                return;
            }
        }
    });
    edge::log::redirect(move |line| drop(sender.try_send(line.to_owned())));
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { port, data_dir, ephemeral, allow_origin: allowed_origins } = arguments;
    let stripe = StripeAccount::read(|name| std::env::var(name).ok());
    let options = Options { port, data_dir, ephemeral, stripe, allowed_origins, ..Options::default() };
    let cloud = Cloud::start(options, registry::build).await?;
    let (app, mailer) = (registry::app(cloud.environment()), registry::mailer(cloud.environment()));
    let credentials = demo::seed(&app, &mailer, &cloud).await?;
    let text = |name: &str| credentials[name].as_str().unwrap_or_default().to_owned();
    let (stripe, password) = (text("stripe_api_base"), text("password"));
    let requests = demo::requests(cloud.base_url(), &credentials);
    // Whoever reads the greeting may ask for them at once.
    cloud.handle().set_credentials(credentials);
    greet(cloud.base_url(), &stripe, &password, &requests);
    ended().await;
    cloud.shutdown().await;
    Ok(())
}

/// Says where everything is, and how to call it.
fn greet(base_url: &str, stripe: &str, password: &str, requests: &[(&str, String)]) {
    let requests: String = requests.iter().map(|(contract, curl)| format!("\n{contract}:\n  {curl}\n")).collect();
    // It may be that nobody reads it.
    let _ = writeln!(
        std::io::stdout(),
        "Tributary listens on {base_url}\n\n  \
         reference    {base_url}/docs\n  \
         credentials  {base_url}/_local/credentials\n  \
         mailbox      {base_url}/_local/mailbox\n  \
         Stripe       {stripe}\n  \
         demo         user demo, password {password}\n{requests}"
    );
}

/// Waits for Ctrl-C or, where there is one, a request to terminate.
async fn ended() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without a handler, the signal ends the process by itself.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}
