//! A function's bootstrap as a process of its own, as an instance in Lambda is one.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;
use crate::runtime_api::RuntimeApi;

/// Where this machine may keep its certificates in one file, as `SSL_CERT_FILE` has it in Lambda.
const BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// A running bootstrap. Dropping it ends it.
#[derive(Debug)]
pub struct Bootstrap {
    process: u32,
    _child: Child,
}

/// How much memory a process has, in kilobytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident now.
    pub resident: u64,
    /// Resident at the most, so far.
    pub peak: u64,
}

impl Bootstrap {
    /// Starts a bootstrap with nothing but these variables and those of Lambda. Each line that it prints is given to
    /// `line`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(
        program: &Path,
        api: &RuntimeApi,
        variables: &BTreeMap<String, String>,
        line: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, Failure> {
        let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut command = Command::new(program);
        command.env_clear().envs(variables).envs([
            ("AWS_LAMBDA_RUNTIME_API", api.address()),
            ("AWS_LAMBDA_FUNCTION_NAME", &name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &name),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("RUST_LOG", "info"),
        ]);
        if let Some(bundle) = BUNDLES.into_iter().find(|bundle| Path::new(bundle).exists()) {
            command.env("SSL_CERT_FILE", bundle);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        let process = child.id().ok_or("the bootstrap ended at once")?;
        if let Some(output) = child.stdout.take() {
            tokio::spawn(async move {
                let mut lines = BufReader::new(output).lines();
                while let Ok(Some(text)) = lines.next_line().await {
                    line(&text);
                }
            });
        }
        Ok(Self { process, _child: child })
    }

    /// The time that all its threads were on a processor.
    ///
    /// # Errors
    /// The process has ended.
    pub fn processor_time(&self) -> Result<Duration, Failure> {
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.process))? {
            // A thread may end between the two looks.
            let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
            nanoseconds += text.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// How much memory it has.
    ///
    /// # Errors
    /// The process has ended.
    pub fn memory(&self) -> Result<Memory, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next()).ok_or("no such line in its status")?;
            Ok::<u64, Failure>(number.parse()?)
        };
        Ok(Memory { resident: kilobytes("VmRSS")?, peak: kilobytes("VmHWM")? })
    }
}
