//! The bundles as they ship, in hosts.

use crate::{bundle, project, shell};
use anyhow::Result;
use std::process::ExitCode;

/// Makes the bundles and runs the tests that load them.
pub fn run() -> Result<ExitCode> {
    bundle::make(false)?;
    let clap = project::target_dir()?.join("bundled/Octant.clap");
    let mut command = shell::command("cargo", &["test", "--release", "--locked", "--package", "octant-tests"]);
    // One after another: some weigh the memory of the process.
    command.args(["--test", "plugin_bundle", "--", "--ignored", "--test-threads=1", "--nocapture"]);
    command.env("OCTANT_CLAP", clap);
    Ok(if shell::perform(command)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
