//! One way of running the engine, and what a frame costs in it.

use super::callgrind;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// Which build of the kernels runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kernels {
    /// For every x86-64.
    Baseline,
    /// For x86-64-v3: AVX2 and fused multiply-add.
    V3,
}

impl Kernels {
    /// As the program takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::V3 => "v3",
        }
    }
}

/// How the signal is split.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The Linkwitz-Riley tree.
    Lr,
    /// Dynamic shelves.
    Transparent,
    /// Symmetric filters of 4096 taps.
    Linear,
}

impl Mode {
    /// As the program takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lr => "lr",
            Self::Transparent => "transparent",
            Self::Linear => "linear",
        }
    }
}

/// One way of running the engine.
#[derive(Clone, Copy)]
pub struct Trial {
    /// How the signal is split.
    pub mode: Mode,
    /// Steepness, dB per octave.
    pub slope: u32,
    /// Bands in use.
    pub bands: u32,
    /// Frames per block.
    pub frames: u64,
    /// Both sections, unlinked, mid/side, look-ahead per band …
    pub everything: bool,
    /// Digital silence instead of music.
    pub silence: bool,
    /// Which build of the kernels runs.
    pub kernels: Kernels,
}

/// Instructions per stereo frame.
#[derive(Clone, Copy)]
pub struct Cost {
    /// Everything.
    pub engine: f64,
    /// The C kernels alone.
    pub kernels: f64,
}

impl Trial {
    /// What the limits speak of: eight compressing bands in blocks of 64.
    pub const USUAL: Self = Self {
        mode: Mode::Lr,
        slope: 24,
        bands: 8,
        frames: 64,
        everything: false,
        silence: false,
        kernels: Kernels::V3,
    };

    /// Counts by callgrind. Two lengths are run and subtracted: starting and setting up cost nothing that way.
    pub fn count(&self, program: &Path) -> Result<Cost> {
        // Frames, not blocks, are what both lengths share among all trials.
        let (short, long) = (12_800 / self.frames, 76_800 / self.frames);
        let first = self.profile(program, short)?;
        let second = self.profile(program, long)?;
        let frames = ((long - short) * self.frames) as f64;
        let per_frame = |after: u64, before: u64| after.saturating_sub(before) as f64 / frames;
        Ok(Cost { engine: per_frame(second.all, first.all), kernels: per_frame(second.kernels, first.kernels) })
    }

    fn profile(&self, program: &Path, blocks: u64) -> Result<callgrind::Profile> {
        let file = program.with_file_name("block_cost.callgrind");
        let output = shell::command("valgrind", &["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(program)
            .args(self.arguments(blocks))
            .output()
            .context("valgrind could not be started")?;
        if !output.status.success() {
            bail!("valgrind on block_cost failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        callgrind::read(&text)
    }

    /// The words that make the program run this trial.
    pub fn arguments(&self, blocks: u64) -> Vec<String> {
        let numbers = [self.slope.to_string(), self.bands.to_string(), self.frames.to_string(), blocks.to_string()];
        let [slope, bands, frames, blocks] = numbers.each_ref().map(String::as_str);
        let mut words: Vec<String> = ["--mode", self.mode.name(), "--taps", "4096", "--slope", slope, "--bands", bands]
            .into_iter()
            .chain(["--frames", frames, "--blocks", blocks, "--kernels", self.kernels.name()])
            .map(str::to_owned)
            .collect();
        let switches = [("--everything", self.everything), ("--silence", self.silence)];
        words.extend(switches.iter().filter(|(_, on)| *on).map(|(word, _)| (*word).to_owned()));
        words
    }

    fn seconds(&self, program: &Path, blocks: u64) -> Result<f64> {
        let mut command = std::process::Command::new(program);
        command.args(self.arguments(blocks)).stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let status = command.status().with_context(|| format!("{} could not be started", program.display()))?;
        if !status.success() {
            bail!("block_cost {} failed", self.arguments(blocks).join(" "));
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.bands == 1 { "band" } else { "bands" };
        write!(f, "{} {plural}, blocks of {}, {}", self.bands, self.frames, self.kernels.name())?;
        if self.mode != Mode::Lr {
            write!(f, ", {}", self.mode.name())?;
        }
        if self.slope != Self::USUAL.slope {
            write!(f, ", {} dB", self.slope)?;
        }
        if self.everything {
            write!(f, ", everything on")?;
        }
        if self.silence {
            write!(f, ", silence")?;
        }
        Ok(())
    }
}

/// Time of one trial over that of another: both take turns in one run, and the median turn counts.
pub fn time_ratio(program: &Path, slow: Trial, fast: Trial) -> Result<f64> {
    const TURNS: usize = 9;
    const BLOCKS: u64 = 60_000;
    let mut ratios = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        let [slow, fast] = [slow, fast]
            .map(|trial| -> Result<f64> { Ok(trial.seconds(program, BLOCKS)? - trial.seconds(program, 1)?) });
        ratios.push(slow? / fast?);
    }
    ratios.sort_by(f64::total_cmp);
    Ok(ratios[TURNS / 2])
}

/// Memory of an engine, MiB; None where the system does not say.
pub fn memory_mib(program: &Path, trial: Trial) -> Result<Option<f64>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let words = trial.arguments(200);
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--memory"]).collect();
    let text = shell::output(&program.display().to_string(), &words)?;
    let number = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Ok(Some(number.with_context(|| format!("block_cost --memory said {}", text.trim()))?))
}
