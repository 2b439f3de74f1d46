//! What threads per band are worth: `octant learn` on one thread against one thread per band, taking turns in one run.

use super::{Verdict, record, show};
use crate::{project, shell};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Turns that each way gets; the median ratio counts.
const TURNS: usize = 7;
/// How often the groove is heard: a minute and a half, so that starting the program weighs nothing.
const REPEATS: usize = 10;

/// Time with a thread per band, in parts of the time on one thread: median, least and most of all turns.
struct Ratio {
    bands: usize,
    median: f64,
    least: f64,
    most: f64,
}

/// Measures the ratio by band count; `record` keeps the result in assets/bench.
pub fn run(record: bool) -> Result<ExitCode> {
    shell::run("cargo", &["build", "--release", "--locked", "--quiet", "--package", "octant"])?;
    let program = project::target_dir()?.join("release/octant");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\noctant learn, the groove {REPEATS} times, {cores} cores");
    println!("time with a thread per band ÷ time on one thread    median   least … most of {TURNS} turns");
    let mut found = Vec::new();
    for bands in [1, 2, 4, 8] {
        let mut ratios = Vec::with_capacity(TURNS);
        for _ in 0..TURNS {
            ratios.push(seconds(&program, bands, false)? / seconds(&program, bands, true)?);
        }
        ratios.sort_by(f64::total_cmp);
        let (least, median, most) = (ratios[0], ratios[TURNS / 2], ratios[TURNS - 1]);
        let plural = if bands == 1 { "band" } else { "bands" };
        println!("  {:<50} {median:>6.2}   {least:.2} … {most:.2}", format!("{bands} {plural}"));
        found.push(Ratio { bands, median, least, most });
    }
    // One band has nothing to share out.
    let verdicts: Vec<Verdict> = found.iter().filter_map(verdict).collect();
    let all_hold = show(&verdicts);
    if record {
        let ratios: Vec<Value> = found.iter().map(told).collect();
        record::write("learn", &json!({ "cores": cores, "ratios": ratios }), &page(&found, cores), &verdicts)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verdict(ratio: &Ratio) -> Option<Verdict> {
    let what = match ratio.bands {
        2 => "2 bands: time with threads ÷ without",
        4 => "4 bands: time with threads ÷ without",
        8 => "8 bands: time with threads ÷ without",
        _ => return None,
    };
    Some(Verdict { what, measured: ratio.median, limit: 1.0, decimals: 2 })
}

fn told(ratio: &Ratio) -> Value {
    let [median, least, most] = [ratio.median, ratio.least, ratio.most].map(record::rounded);
    json!({ "bands": ratio.bands, "median": median, "least": least, "most": most })
}

fn page(found: &[Ratio], cores: usize) -> String {
    let mut page = format!(
        "# What threads are worth to `octant learn`\n\nWritten by `cargo xtask bench learn --record`: the groove of the demo, \
         {REPEATS} times, on {cores} cores. Time with one thread per band, in parts of the time on one thread; both took \
         turns in one run, {TURNS} times.\n\n| bands | median | least | most |\n|---:|---:|---:|---:|\n"
    );
    for Ratio { bands, median, least, most } in found {
        let _ = writeln!(page, "| {bands} | {median:.2} | {least:.2} | {most:.2} |");
    }
    page
}

fn seconds(program: &Path, bands: usize, alone: bool) -> Result<f64> {
    let groove = project::root().join("assets/demo/groove.wav");
    let mut command = Command::new(program);
    command.args(["learn", "--bands", &bands.to_string()]).args([&groove; REPEATS]);
    if alone {
        command.args(["--threads", "1"]);
    }
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    if !status.with_context(|| format!("{} could not be started", program.display()))?.success() {
        bail!("octant learn failed; try it by hand: octant learn {}", project::shown(&groove));
    }
    Ok(begun.elapsed().as_secs_f64())
}
