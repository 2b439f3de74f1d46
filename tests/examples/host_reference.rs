//! Writes what hosts are compared with to the directory that is named; `cargo xtask validate` renders the rest.

use octant_dsp::params::{self, ParamRef};
use octant_dsp::settings::{Mode, Settings, Sidechain};
use octant_dsp::{Engine, Preset, preset};
use octant_hosts::{RATE_HZ, Rows};
use octant_tests::random::Random;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Frames of the input, at least.
const FRAMES: usize = 48_000;

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("it goes: host_reference DIRECTORY");
        return ExitCode::FAILURE;
    };
    match write(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}

fn write(directory: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(directory)?;
    write_wav(&directory.join("input.wav"), &bursts("input"))?;
    write_wav(&directory.join("sidechain.wav"), &bursts("sidechain"))?;
    let mut list = String::new();
    for (name, settings) in presets()? {
        let latency = Engine::new(f64::from(RATE_HZ), 2, &settings)?.latency_samples();
        let listens = settings.band[..settings.bands].iter().any(|band| band.sidechain != Sidechain::Internal);
        let place = |row: ParamRef| format!("{}\t{}\n", row.name(), row.param.to_normalised(row.get(&settings)));
        std::fs::write(directory.join(format!("{name}.tsv")), params::all().map(place).collect::<String>())?;
        std::fs::write(directory.join(format!("{name}.json")), Preset { settings, ..Preset::default() }.to_json())?;
        list += &format!("{name}\t{}\t{latency}\n", u8::from(listens));
    }
    std::fs::write(directory.join("presets.tsv"), list)?;
    Ok(())
}

/// The factory presets, and one of them in the modes that none of them has.
fn presets() -> Result<Vec<(String, Settings)>, Box<dyn Error>> {
    let mut presets = Vec::new();
    for factory in preset::factory() {
        presets.push((factory.slug.to_owned(), factory.preset()?.settings));
    }
    let base = preset::find_factory("up-down-eight").ok_or("no preset to begin with")?.preset()?.settings;
    presets.push(("mode-transparent".to_owned(), Settings { mode: Mode::Transparent, lookahead_ms: 0.0, ..base }));
    presets.push(("mode-linear".to_owned(), Settings { mode: Mode::Linear, linear_taps: 2048, ..base }));
    Ok(presets)
}

/// Noise in stretches of different loudness.
fn bursts(name: &str) -> Rows {
    let mut random = Random::named(name);
    let mut rows = vec![Vec::new(); 2];
    while rows[0].len() < FRAMES {
        let level = 10f64.powf(random.between(-3.0, 0.0)) as f32;
        for _ in 0..random.whole(200..6000).min(FRAMES - rows[0].len()) {
            rows.iter_mut().for_each(|row| row.push(level * random.bipolar()));
        }
    }
    rows
}

fn write_wav(path: &Path, rows: &Rows) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE_HZ,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for frame in 0..rows[0].len() {
        for row in rows {
            writer.write_sample(row[frame])?;
        }
    }
    writer.finalize()
}
