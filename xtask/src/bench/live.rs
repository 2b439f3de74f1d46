//! What matching the clocks of two devices costs `octant live`.

use super::{Verdict, record, show};
use crate::{features, project, shell};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::{Command, ExitCode};

/// Measures and compares with the limit; `record` keeps the result in assets/bench.
pub fn run(record: bool) -> Result<ExitCode> {
    if !features::of_octant().contains(&"live") {
        bail!("octant live cannot be built here: it needs pkg-config and libasound2-dev");
    }
    let words = ["build", "--release", "--locked", "--quiet", "--package", "octant", "--features", "live"];
    shell::run("cargo", &[&words[..], &["--example", "live_cost"]].concat())?;
    let program = project::target_dir()?.join("release/examples/live_cost");
    let output = Command::new(program).output().context("the example could not be started")?;
    if !output.status.success() {
        bail!("the example failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let figures: Value = serde_json::from_slice(&output.stdout).context("the example gave no JSON")?;
    let verdict = |what, name: &str, limit| -> Result<Verdict> {
        let measured = figures[name].as_f64().with_context(|| format!("no figure {name}"))?;
        Ok(Verdict { what, measured, limit, decimals: 3 })
    };
    let verdicts = vec![
        verdict("drift corrector, % of a core", "corrector", 1.0)?,
        verdict("from callback to callback, two clocks, % of a core", "passage_two_clocks", 1.5)?,
        verdict("from callback to callback, one clock, % of a core", "passage_one_clock", 0.5)?,
    ];
    let all_hold = show(&verdicts);
    if record {
        let page = "# What two clocks cost\n\nWritten by `cargo xtask bench live --record`: 48 kHz, stereo, blocks of 256, \
                    the best of nine runs over five seconds of sound each.\n";
        record::write("live", &json!({ "figures": figures }), page, &verdicts)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
