//! Hosts that are crates: clack for CLAP, vst3-host for VST3. `cargo xtask test` runs them too.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control};
use crate::tally::Tally;
use crate::{features, setup, shell};
use anyhow::Result;
use std::process::Command;

/// A host with the command that runs it, or why it cannot run here.
pub type Host = (&'static str, Result<Command, &'static str>);

/// The commands that run the hosts.
pub fn commands(ground: &Ground) -> [Host; 2] {
    let test = |targets: &[&str]| {
        let mut command = features::workspace(&["test"], &["--no-fail-fast"]);
        command.args(targets.iter().flat_map(|target| ["--test", target]));
        // One after another: some weigh the memory of the process.
        command.args(["--", "--include-ignored", "--test-threads=1", "--show-output"]);
        command.env("OCTANT_CLAP", &ground.clap).env("OCTANT_VST3", &ground.vst3);
        command.env("OCTANT_REFERENCE", &ground.reference);
        if let Some(path) = control("vst3") {
            command.env("OCTANT_CONTROL_VST3", path);
        }
        command
    };
    let clap = test(&["editor_window", "plugin_bundle", "plugin_conformance", "plugin_crowd", "plugin_real_time"]);
    let vst3 = test(&["vst3"]);
    let linkable = setup::has_xcb();
    [
        ("clack-host (CLAP)", Ok(clap)),
        ("vst3-host (VST3)", if linkable { Ok(vst3) } else { Err("libxcb is missing (Debian: libxcb1-dev)") }),
    ]
}

/// Runs them.
pub fn check(ground: &Ground, table: &mut Table) -> Result<()> {
    for (host, command) in commands(ground) {
        let outcome = match command {
            Err(reason) => Outcome::NotRun(reason.to_owned()),
            Ok(command) => {
                let tally = Tally::default();
                let good = shell::watch(command, &|line| tally.read(line))?;
                let count = tally.count();
                let words = format!("{} tests passed, {} failed", count.passed, count.failed);
                if good && count.passed > 0 { Outcome::Passed(words) } else { Outcome::Failed(words) }
            }
        };
        table.add(host, "sound, states, many blocks; as octant render", outcome);
    }
    if control("vst3").is_none() {
        table.add("vst3-host (VST3)", CONTROL, Outcome::NotRun("zam-plugins is missing".to_owned()));
    }
    Ok(())
}

/// Tries every bit flip of fifty states: minutes, so not among the tests.
pub fn check_damage(table: &mut Table) -> Result<()> {
    let mut command = features::workspace(&["test"], &["--test", "plugin_state_damage"]);
    command.args(["--", "--ignored"]);
    let refused = shell::perform(command)?;
    let outcome = if refused { Outcome::Passed("all refused".into()) } else { Outcome::Failed("see above".into()) };
    table.add("in this process", "every bit flip of fifty states", outcome);
    Ok(())
}
