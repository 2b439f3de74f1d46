//! The bundled demo audio: a groove of four bars, computed from nothing but this source, that grows from soft to loud
//! and loops without a seam. Mathematical functions come from `libm`, so every machine writes the same bytes.

mod song;
mod voices;
mod wav;

use crate::project;
use anyhow::{Context, Result};

/// Sample rate of the groove.
pub const RATE_HZ: f64 = 48_000.0;

/// The loudest sample, −1 dBFS.
const PEAK: f64 = 0.891_250_938;

/// Writes assets/demo/groove.wav.
pub fn write() -> Result<()> {
    let path = project::root().join("assets/demo/groove.wav");
    let mut mix = song::play();
    let loudest = mix.iter().flatten().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
    for sample in mix.iter_mut().flatten() {
        *sample *= PEAK / loudest;
    }
    let file = wav::sixteen_bit(&mix);
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    std::fs::write(&path, &file).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}: {:.2} s, {} bytes", project::shown(&path), mix.len() as f64 / RATE_HZ, file.len());
    Ok(())
}
