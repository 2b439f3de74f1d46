//! Octant beside the strongest free multiband compressor, LSP's: both as CLAP, in one host, turn and turn about.

use super::{Verdict, record, show};
use crate::{bundle, project, shell};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Where Linux keeps CLAPs, and what names another place.
const PLACES: [&str; 3] = ["/usr/lib/clap", "/usr/local/lib/clap", "/usr/lib64/clap"];
const VARIABLE: &str = "OCTANT_LSP_CLAP";
const FILE: &str = "lsp-plugins.clap";

/// Ways of splitting, in the order of the page.
const WAYS: [&str; 6] = ["octant lr", "octant transparent", "octant linear", "lsp classic", "lsp modern", "lsp linear"];

/// Measures; `record` keeps the result in assets/bench.
pub fn run(record: bool) -> Result<ExitCode> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let file = named.or_else(|| PLACES.iter().map(|place| PathBuf::from(place).join(FILE)).find(|file| file.exists()));
    let Some(file) = file else {
        bail!("no {FILE} in {}: install LSP's CLAP, 1.2.21 or later, or name it by {VARIABLE}", PLACES.join(", "));
    };
    let bundles = bundle::make(false)?;
    let clap = bundles.iter().find(|path| path.extension().is_some_and(|ending| ending == "clap"));
    let clap = clap.context("no CLAP among the bundles")?;
    // The host need not be optimised: next to nothing of it is timed.
    shell::run("cargo", &["build", "--locked", "--quiet", "--package", "octant-tests", "--example", "rival_cost"])?;
    let program = project::target_dir()?.join("debug/examples/rival_cost");
    let output =
        Command::new(program).arg(&file).env("OCTANT_CLAP", clap).output().context("the host does not start")?;
    if !output.status.success() {
        bail!("the host of both failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let told: Value = serde_json::from_slice(&output.stdout).context("the host gave no JSON")?;
    let version = told["version"].as_str().context("no version")?;
    let figure =
        |way: &str, name: &str| told["ways"][way][name].as_f64().with_context(|| format!("no {name} of {way}"));
    println!("\neight bands that compress, 48 kHz, blocks of 64                latency   ns per frame");
    println!("  (LSP's plugin calls itself {version})");
    let mut page = format!(
        "# Beside LSP's multiband compressor\n\nWritten by `cargo xtask bench rival --record`: both as CLAP in one process, turn \
         and turn about, the fastest turn counts. 48 kHz, blocks of 64, eight bands that compress, the same crossovers, no \
         graphs; linear with 4096 taps. LSP's plugin calls itself {version}.\n\n| way of splitting | latency, frames | ns per frame |\n|---|---:|---:|\n"
    );
    for way in WAYS {
        let (latency, ns) = (figure(way, "latency")?, figure(way, "ns_per_frame")?);
        println!("  {way:<58} {latency:>8} {ns:>14.1}");
        let _ = writeln!(page, "| {way} | {latency} | {ns:.1} |");
    }
    let time = |way: &str| figure(way, "ns_per_frame");
    let ratio = |what, ours, theirs, limit| -> Result<Verdict> {
        Ok(Verdict { what, measured: time(ours)? / time(theirs)?, limit, decimals: 3 })
    };
    let verdicts = [
        ratio("linear ÷ LSP's Linear Phase, time", "octant linear", "lsp linear", 0.45)?,
        ratio("transparent ÷ LSP's Modern, time", "octant transparent", "lsp modern", 0.45)?,
        ratio("lr ÷ LSP's Classic, time", "octant lr", "lsp classic", 0.45)?,
        Verdict {
            what: "latency of linear, frames",
            measured: figure("octant linear", "latency")?,
            limit: 3072.0,
            decimals: 0,
        },
    ];
    let all_hold = show(&verdicts);
    if record {
        record::write("rival", &json!({ "rival": version, "ways": told["ways"] }), &page, &verdicts)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
