//! Counting what the engine costs: instructions under callgrind, never a clock, except where one build is compared
//! with another in the same run.

mod callgrind;
mod editor;
pub mod learn;
pub mod live;
mod plugin;
mod record;
pub mod rival;
mod trial;
mod worst;

use crate::{project, setup, shell};
use anyhow::{Result, bail};
use std::process::ExitCode;
use trial::{Cost, Kernels, Mode, Trial};

pub use editor::run as editor;
pub use plugin::run as plugin;

/// One requirement: what was measured, and the most that it may be.
pub struct Verdict {
    /// What is compared.
    pub what: &'static str,
    /// The measured figure.
    pub measured: f64,
    /// The largest figure allowed.
    pub limit: f64,
    /// Decimals worth showing.
    pub decimals: usize,
}

impl Verdict {
    fn holds(&self) -> bool {
        self.measured <= self.limit
    }
}

/// Everything that was measured.
pub struct Results {
    /// Instructions per stereo frame.
    pub costs: Vec<(Trial, Cost)>,
    /// The requirements.
    pub verdicts: Vec<Verdict>,
}

/// Measures the engine and compares it with its limits; `record` keeps the result in assets/bench.
pub fn engine(record: bool) -> Result<ExitCode> {
    if cfg!(not(target_arch = "x86_64")) {
        bail!("the limits are those of x86-64; on this machine nothing can be compared with them");
    }
    if !setup::for_counting()? {
        bail!("instructions cannot be counted without the tools named above");
    }
    shell::run(
        "cargo",
        &["build", "--release", "--locked", "--quiet", "--package", "octant-dsp", "--example", "block_cost"],
    )?;
    let program = project::target_dir()?.join("release/examples/block_cost");

    let usual = Trial::USUAL;
    let transparent = Trial { mode: Mode::Transparent, ..usual };
    let linear = Trial { mode: Mode::Linear, ..usual };
    let trials = [
        usual,
        Trial { frames: 32, ..usual },
        Trial { frames: 1024, ..usual },
        Trial { bands: 4, ..usual },
        Trial { bands: 2, ..usual },
        Trial { bands: 1, ..usual },
        Trial { everything: true, ..usual },
        Trial { silence: true, ..usual },
        Trial { kernels: Kernels::Baseline, ..usual },
        transparent,
        Trial { everything: true, ..transparent },
        Trial { slope: 12, ..transparent },
        Trial { slope: 48, ..transparent },
        linear,
        Trial { everything: true, ..linear },
    ];
    println!("\ninstructions per stereo frame, 48 kHz, 24 dB           kernels     whole engine");
    let mut costs = Vec::new();
    for trial in trials {
        let cost = trial.count(&program)?;
        println!("  {:<50} {:>8.1} {:>16.1}", trial.to_string(), cost.kernels, cost.engine);
        costs.push((trial, cost));
    }
    let baseline = Trial { kernels: Kernels::Baseline, ..usual };
    let time_ratio = trial::time_ratio(&program, baseline, usual)?;
    let linear_time_ratio = trial::time_ratio(&program, linear, usual)?;
    let worst = |trial| worst::ratio(&program, trial, &["--moving", "--structure", "--audition"]);
    let [worst_lr, worst_transparent, worst_linear] = [worst(usual)?, worst(transparent)?, worst(linear)?];
    let memory = [usual, transparent, linear].map(|trial| trial::memory_mib(&program, trial));
    let engine = |index: usize| costs[index].1.engine;
    let fewer = costs[3..6].iter().map(|(_, cost)| cost.engine).fold(0.0, f64::max);
    let mut verdicts = vec![
        Verdict { what: "kernels, instructions per frame", measured: costs[0].1.kernels, limit: 235.0, decimals: 1 },
        Verdict { what: "engine, instructions per frame", measured: engine(0), limit: 280.0, decimals: 1 },
        Verdict { what: "everything on ÷ usual", measured: engine(6) / engine(0), limit: 2.2, decimals: 3 },
        Verdict { what: "costliest of 1, 2, 4 bands ÷ 8 bands", measured: fewer / engine(0), limit: 1.0, decimals: 3 },
        Verdict { what: "blocks of 32 ÷ blocks of 1024", measured: engine(1) / engine(2), limit: 1.15, decimals: 3 },
        Verdict { what: "silence ÷ music", measured: engine(7) / engine(0), limit: 1.05, decimals: 3 },
        Verdict { what: "worst block ÷ median block at rest", measured: worst_lr, limit: 3.0, decimals: 2 },
        Verdict { what: "transparent, instructions per frame", measured: engine(9), limit: 660.0, decimals: 1 },
        Verdict { what: "transparent, worst block ÷ median", measured: worst_transparent, limit: 3.0, decimals: 2 },
        Verdict { what: "linear ÷ lr, time", measured: linear_time_ratio, limit: 7.0, decimals: 2 },
        Verdict { what: "linear, worst block ÷ median", measured: worst_linear, limit: 3.0, decimals: 2 },
        Verdict { what: "baseline ÷ x86-64-v3, time", measured: time_ratio, limit: 2.5, decimals: 2 },
    ];
    let names = ["memory, lr, MiB", "memory, transparent, MiB", "memory, linear with 4096 taps, MiB"];
    for (what, mib) in names.into_iter().zip(memory) {
        verdicts.extend(mib?.map(|measured| Verdict { what, measured, limit: 4.0, decimals: 2 }));
    }
    let all_hold = show(&verdicts);
    if record {
        record::engine(&Results { costs, verdicts })?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows the requirements; whether all hold.
fn show(verdicts: &[Verdict]) -> bool {
    println!("\nlimits                                                measured            limit");
    for verdict in verdicts {
        println!(
            "  {:<50} {:>8.*} {:>16}   {}",
            verdict.what,
            verdict.decimals,
            verdict.measured,
            verdict.limit,
            if verdict.holds() { "holds" } else { "MISSED" }
        );
    }
    verdicts.iter().all(Verdict::holds)
}
