//! The bundles as they ship, in hosts.

use crate::{bundle, project, shell};
use anyhow::Result;
use std::process::{Command, ExitCode};

/// Makes the bundles, runs the tests that load them, and tries every bit flip of fifty states.
pub fn run() -> Result<ExitCode> {
    let hosted = shell::perform(prepare()?)?;
    // Minutes, so not among the tests.
    let damage = ["test", "--locked", "--package", "octant-tests", "--test", "plugin_state_damage", "--", "--ignored"];
    let whole = shell::attempt("cargo", &damage)?;
    Ok(if hosted && whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes the bundles, as they ship, and gives the command that runs the tests which load them.
pub fn prepare() -> Result<Command> {
    bundle::make(false)?;
    let mut command = shell::command("cargo", &["test", "--locked", "--package", "octant-tests"]);
    // One after another: some weigh the memory of the process.
    for test in ["plugin_bundle", "plugin_conformance", "plugin_crowd", "plugin_real_time"] {
        command.args(["--test", test]);
    }
    command.args(["--", "--include-ignored", "--test-threads=1", "--nocapture"]);
    command.env("OCTANT_CLAP", project::target_dir()?.join("bundled/Octant.clap"));
    Ok(command)
}
