//! What threads per band are worth: `octant learn` on one thread against one thread per band, taking turns in one run.

use crate::{project, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Turns that each way gets; the median ratio counts.
const TURNS: usize = 7;
/// How often the groove is heard: a minute and a half, so that starting the program weighs nothing.
const REPEATS: usize = 10;

/// Prints the ratio by band count.
pub fn run() -> Result<ExitCode> {
    shell::run("cargo", &["build", "--release", "--locked", "--quiet", "--package", "octant"])?;
    let program = project::target_dir()?.join("release/octant");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\noctant learn, the groove {REPEATS} times, {cores} cores");
    println!("time on one thread ÷ time with a thread per band    median   least … most of {TURNS} turns");
    for bands in [1, 2, 4, 8] {
        let mut ratios = Vec::with_capacity(TURNS);
        for _ in 0..TURNS {
            ratios.push(seconds(&program, bands, true)? / seconds(&program, bands, false)?);
        }
        ratios.sort_by(f64::total_cmp);
        let (least, median, most) = (ratios[0], ratios[TURNS / 2], ratios[TURNS - 1]);
        let plural = if bands == 1 { "band" } else { "bands" };
        println!("  {:<50} {median:>6.2}   {least:.2} … {most:.2}", format!("{bands} {plural}"));
    }
    Ok(ExitCode::SUCCESS)
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
