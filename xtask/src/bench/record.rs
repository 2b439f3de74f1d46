//! Keeping results beside the source: figures without machine, compiler and commit say nothing.

use super::trial::{Cost, Trial};
use super::{Results, Verdict};
use crate::project;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

/// Writes assets/bench/engine.json and engine.md.
pub fn engine(results: &Results) -> Result<()> {
    write("engine", &json!({ "costs": costs(results) }), &page(results), &results.verdicts)
}

/// Writes `name`.json and `name`.md in assets/bench: machine, `document` and limits; a page that begins with its title.
pub fn write(name: &str, document: &Value, page: &str, verdicts: &[Verdict]) -> Result<()> {
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
    let machine: Map<_, _> = circumstances.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut whole = Map::from_iter([("machine".to_owned(), Value::Object(machine))]);
    whole.extend(document.as_object().cloned().unwrap_or_default());
    whole.insert("limits".to_owned(), limits(verdicts));
    keep(&directory.join(format!("{name}.json")), &format!("{:#}\n", Value::Object(whole)))?;

    let (title, rest) = page.split_once("\n\n").unwrap_or((page, ""));
    let mut page = format!("{title}\n\n");
    for (name, value) in &circumstances {
        let _ = writeln!(page, "- {name}: {value}");
    }
    let _ = write!(page, "\n{rest}\n| limit | measured | allowed | |\n|---|---:|---:|---|\n");
    for Verdict { what, measured, limit, decimals } in verdicts {
        let holds = if measured <= limit { "holds" } else { "**missed**" };
        let _ = writeln!(page, "| {what} | {measured:.decimals$} | {limit} | {holds} |");
    }
    keep(&directory.join(format!("{name}.md")), &page)
}

fn keep(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("recorded {}", project::shown(path));
    Ok(())
}

/// Three decimals are enough for everyone.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn costs(results: &Results) -> Vec<Value> {
    let cost = |(trial, cost): &(Trial, Cost)| {
        json!({
            "mode": trial.mode.name(),
            "slope_db_per_oct": trial.slope,
            "bands": trial.bands,
            "frames_per_block": trial.frames,
            "kernels": trial.kernels.name(),
            "everything": trial.everything,
            "silence": trial.silence,
            "kernel_instructions_per_frame": rounded(cost.kernels),
            "engine_instructions_per_frame": rounded(cost.engine),
        })
    };
    results.costs.iter().map(cost).collect()
}

fn limits(verdicts: &[Verdict]) -> Value {
    let limit = |verdict: &Verdict| {
        json!({
            "what": verdict.what,
            "measured": rounded(verdict.measured),
            "limit": verdict.limit,
            "holds": verdict.holds(),
        })
    };
    verdicts.iter().map(limit).collect()
}

fn page(results: &Results) -> String {
    let mut page = String::from("# What the engine costs\n\nWritten by `cargo xtask bench engine --record`.\n");
    page.push_str(
        "\nInstructions per stereo frame at 48 kHz, 24 dB/oct, mode `lr` unless named, counted by callgrind:\n\n",
    );
    page.push_str("| trial | kernels | whole engine |\n|---|---:|---:|\n");
    for (trial, cost) in &results.costs {
        let _ = writeln!(page, "| {trial} | {:.1} | {:.1} |", cost.kernels, cost.engine);
    }
    page
}
