//! Where things lie, and what this machine is.

use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
pub fn target_dir() -> Result<PathBuf> {
    let metadata = shell::output("cargo", &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata gave no JSON")?;
    let directory = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(directory.into())
}

/// A path as people type it: relative to the root where possible.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The processor's name.
pub fn cpu() -> String {
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    linux
        .or_else(|| {
            shell::output("sysctl", &["-n", "machdep.cpu.brand_string"]).ok().map(|name| name.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// The first line of what a program says about its version.
pub fn version(program: &str) -> String {
    shell::output(program, &["--version"])
        .ok()
        .and_then(|text| text.lines().next().map(str::to_owned))
        .unwrap_or_else(|| format!("{program}: unknown version"))
}

/// The commit that is checked out; marked if files differ from it, other records of benchmarks aside.
pub fn commit() -> String {
    let Ok(hash) = shell::output("git", &["rev-parse", "--short=12", "HEAD"]) else {
        return "not committed".into();
    };
    let looked_at = ["status", "--porcelain", "--untracked-files=no", "--", ":!assets/bench"];
    let changed = shell::output("git", &looked_at).unwrap_or_default();
    let mark = if changed.trim().is_empty() { "" } else { " and changes" };
    format!("{}{mark}", hash.trim())
}
