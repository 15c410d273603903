//! Builds the bootstraps.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// The function that does nothing.
pub const HELLO: &str = "tributary-hello";

/// Builds the release bootstraps of these functions for this machine, and that of [`HELLO`], and says where they are.
///
/// # Errors
/// They do not compile.
pub fn bootstraps(functions: &[String]) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).args(["build", "--locked", "--release", "--bins"]);
    for package in functions.iter().map(String::as_str).chain([HELLO]) {
        command.args(["-p", package]);
    }
    if !command.status()?.success() {
        return Err("the bootstraps do not compile".into());
    }
    target_directory(&cargo)
}

fn target_directory(cargo: &std::ffi::OsStr) -> Result<PathBuf, Failure> {
    let mut command = Command::new(cargo);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    let output = command.args(["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let directory = metadata["target_directory"].as_str().ok_or("cargo does not say where it builds")?;
    Ok(Path::new(directory).join("release"))
}
