//! The binary, started as a person starts it, and what it prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, Remote};

/// How long a line may take that has been printed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A local cloud in a process of its own.
pub struct Process {
    pub remote: Remote,
    child: Child,
    lines: Receiver<String>,
    /// What was read so far.
    pub log: Vec<Value>,
}

impl Process {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// As [`Process::start`], with environment variables.
    pub fn start_with(variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tributary-local"));
        command.envs(variables.iter().copied());
        command.args(["--port", "0", "--ephemeral"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut greeting = std::iter::from_fn(|| lines.recv_timeout(PATIENCE).ok());
        let base_url = greeting.find_map(|line| line.strip_prefix("Tributary listens on ").map(str::to_owned));
        let remote = Remote::at(&base_url.expect("the process did not say where it listens"));
        Self { remote, child, lines, log: Vec::new() }
    }

    /// The variables of its environment.
    pub fn environment(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/environ", self.child.id())).unwrap()
    }

    /// The line of the log that has something.
    #[track_caller]
    pub fn line(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(line) = self.log.iter().find(|line| is_it(line)) {
            return line.clone();
        }
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the log has no such line");
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            self.log.push(line.clone());
            if is_it(&line) {
                return line;
            }
        }
    }

    /// The line of an answer's request.
    #[track_caller]
    pub fn line_of(&mut self, answer: &Answer) -> Value {
        let id = answer.header("x-request-id").expect("an answer without X-Request-Id").to_owned();
        self.line(|line| line["request_id"] == id.as_str())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
