//! Keeping results beside the source: figures without machine, compiler and commit say nothing.

use super::{Results, Verdict};
use crate::project;
use anyhow::{Context, Result};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

/// Writes assets/bench/engine.json and engine.md.
pub fn write(results: &Results) -> Result<()> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let circumstances = [
        ("cpu", project::cpu()),
        ("rustc", project::version("rustc")),
        ("cc", project::version(&compiler)),
        ("valgrind", project::version("valgrind")),
        ("commit", project::commit()),
    ];
    let directory = project::root().join("assets/bench");
    std::fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    keep(&directory.join("engine.json"), &document(results, &circumstances))?;
    keep(&directory.join("engine.md"), &page(results, &circumstances))
}

fn keep(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("recorded {}", project::shown(path));
    Ok(())
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn document(results: &Results, circumstances: &[(&str, String)]) -> String {
    let costs: Vec<_> = results
        .costs
        .iter()
        .map(|(trial, cost)| {
            json!({
                "mode": trial.mode.name(),
                "bands": trial.bands,
                "frames_per_block": trial.frames,
                "kernels": trial.kernels.name(),
                "everything": trial.everything,
                "silence": trial.silence,
                "kernel_instructions_per_frame": rounded(cost.kernels),
                "engine_instructions_per_frame": rounded(cost.engine),
            })
        })
        .collect();
    let verdicts: Vec<_> = results
        .verdicts
        .iter()
        .map(|verdict| {
            json!({
                "what": verdict.what,
                "measured": rounded(verdict.measured),
                "limit": verdict.limit,
                "holds": verdict.holds(),
            })
        })
        .collect();
    let machine: serde_json::Map<_, _> =
        circumstances.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    format!("{:#}\n", json!({ "machine": machine, "costs": costs, "limits": verdicts }))
}

fn page(results: &Results, circumstances: &[(&str, String)]) -> String {
    let mut page = String::from("# What the engine costs\n\nWritten by `cargo xtask bench engine --record`.\n\n");
    for (name, value) in circumstances {
        let _ = writeln!(page, "- {name}: {value}");
    }
    page.push_str("\nInstructions per stereo frame at 48 kHz, 24 dB/oct, mode `lr` unless another is named, counted by callgrind:\n\n");
    page.push_str("| trial | kernels | whole engine |\n|---|---:|---:|\n");
    for (trial, cost) in &results.costs {
        let _ = writeln!(page, "| {trial} | {:.1} | {:.1} |", cost.kernels, cost.engine);
    }
    page.push_str("\n| limit | measured | allowed | |\n|---|---:|---:|---|\n");
    for Verdict { what, measured, limit, decimals } in &results.verdicts {
        let holds = if measured <= limit { "holds" } else { "**missed**" };
        let _ = writeln!(page, "| {what} | {measured:.decimals$} | {limit} | {holds} |");
    }
    page
}
