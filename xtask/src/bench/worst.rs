//! The costliest block: counted block by block, while parameters, crossovers and the structure change.

use super::trial::Trial;
use crate::shell;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;

/// Blocks of one run: enough for two changes of structure, each with its fade.
const BLOCKS: u64 = 260;

/// Blocks at the beginning that start the program or meet empty caches of the system loader.
const FIRST_BLOCKS: usize = 2;

/// Costliest block of a trial while something changes (`changes` are what the program calls it), over the median block
/// at rest.
pub fn ratio(program: &Path, trial: Trial, changes: &[&str]) -> Result<f64> {
    let mut at_rest = blocks(program, trial, &[])?;
    at_rest.sort_unstable();
    let median = at_rest[at_rest.len() / 2];
    let mut worst = at_rest[at_rest.len() - 1];
    for change in changes {
        worst = blocks(program, trial, &[change])?.into_iter().fold(worst, u64::max);
    }
    Ok(worst as f64 / median as f64)
}

/// Instructions of each block; what other threads would do between two blocks is not among them.
fn blocks(program: &Path, trial: Trial, more: &[&str]) -> Result<Vec<u64>> {
    let directory = program.with_file_name("block_cost.blocks");
    if directory.exists() {
        fs::remove_dir_all(&directory).with_context(|| format!("{} cannot be emptied", directory.display()))?;
    }
    fs::create_dir(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let profile = directory.join("block");
    // Every call of these functions starts a new part of the profile.
    let parts = ["--dump-before=*one_block*", "--dump-before=*other_thread*"];
    let output = shell::command("valgrind", &["--tool=callgrind", "--quiet"])
        .args(parts)
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .args(trial.arguments(BLOCKS))
        .args(more)
        .output()
        .context("valgrind could not be started")?;
    if !output.status.success() {
        bail!("valgrind on block_cost failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let mut costs = Vec::new();
    // Parts are numbered from 1; the first is the program's start, then blocks and other threads take turns.
    for part in (2..=2 * BLOCKS).step_by(2) {
        let file = directory.join(format!("block.{part}"));
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals:")).and_then(|sum| sum.trim().parse().ok());
        costs.push(total.with_context(|| format!("{} has no sum", file.display()))?);
    }
    fs::remove_dir_all(&directory).with_context(|| format!("{} cannot be removed", directory.display()))?;
    ensure!(costs.len() > FIRST_BLOCKS, "no block was counted");
    Ok(costs.split_off(FIRST_BLOCKS))
}
