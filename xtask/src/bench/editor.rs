//! What the window costs: that of the CLAP as it ships, on an X server that draws in software.

use super::{Verdict, record, show};
use crate::{bundle, features, project, setup};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::process::{Command, ExitCode};

/// Measures the window and compares it with its limits; `record` keeps the result in assets/bench.
pub fn run(record: bool) -> Result<ExitCode> {
    if cfg!(not(target_os = "linux")) {
        bail!("the window is measured under Xvfb, which only Linux has");
    }
    if !setup::for_windows()? {
        bail!("windows cannot be opened without the tools named above");
    }
    let bundles = bundle::make(false)?;
    let clap = bundles.iter().find(|path| path.extension().is_some_and(|ending| ending == "clap"));
    let clap = clap.context("no CLAP among the bundles")?;
    // The host need not be optimised: nothing of it is counted.
    let cost = features::example("editor_cost", &["--bin", "window_host"])?;
    println!("\nabout a minute …");
    let mut command = Command::new(cost);
    command.arg(project::target_dir()?.join("debug/window_host")).env("OCTANT_CLAP", clap);
    let output = command.output().context("the host could not be started")?;
    if !output.status.success() {
        bail!("the host of the window failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let figures: Value = serde_json::from_slice(&output.stdout).context("the host gave no JSON")?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("no figure {name}"));
    let verdict = |what, name: &str, limit, decimals| -> Result<Verdict> {
        Ok(Verdict { what, measured: figure(name)?, limit, decimals })
    };
    let verdicts = vec![
        verdict("closed, % of a core", "closed", 0.0, 2)?,
        verdict("moving without the rasteriser, % of a core", "moving", 8.0, 2)?,
        verdict("still, with everything, % of a core", "still", 1.0, 2)?,
        verdict("opening until it is seen, ms", "open_ms", 300.0, 1)?,
        verdict("files left by 20 windows", "files", 0.0, 0)?,
        verdict("threads left by 20 windows", "threads", 0.0, 0)?,
        verdict("memory left by 20 windows, MiB", "mib", 2.0, 2)?,
    ];
    println!("\nthe software rasteriser beside it: {:.1} % of a core", figure("rasteriser")?);
    println!("the first window of a process: {:.0} ms", figure("first_ms")?);
    let all_hold = show(&verdicts);
    if record {
        record::write("editor", &json!({ "figures": figures }), &page(&figures), &verdicts)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn page(figures: &Value) -> String {
    format!(
        "# What the window costs\n\nWritten by `cargo xtask bench editor --record`: the CLAP as it ships, 760 x 420 \
         pixels at 30 frames per second under Xvfb, bursts of noise through four bands, threads of the window, the meters \
         and the analysis together. Mesa's software rasteriser, which a graphics card takes over elsewhere, costs {} % of a \
         core beside it (the difference to a run with GALLIUM_NOOP=1). The first window of a process is seen after {} ms, \
         the median of nine is below. What 20 windows leave is not ours: baseview 0.4.2 keeps the keymap of every window \
         (54 KiB each, as valgrind shows), Mesa the rest.\n",
        figures["rasteriser"], figures["first_ms"]
    )
}
