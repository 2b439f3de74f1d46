//! Plays a file through the CLAP in a host and compares the output with a rendered file: play_clap CLAP PRESET IN RENDERED
//!
//! PRESET is the name of a factory preset or a file.

use octant_dsp::{Preset, params, preset};
use octant_hosts::{RATE_HZ, Rows, even, read_wav, same_bits};
use octant_tests::system::clap::{Instance, built};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Frames of a block, as many DAWs have it.
const BLOCK: usize = 512;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [clap, name, input, rendered] = &words[..] else {
        eprintln!("it goes: play_clap CLAP PRESET IN RENDERED");
        return ExitCode::FAILURE;
    };
    match compare(clap, name, input, rendered) {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{clap}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(clap: &str, name: &str, input: &str, rendered: &str) -> Result<String, Box<dyn Error>> {
    let preset = match preset::find_factory(name) {
        Some(factory) => factory.preset()?,
        None => Preset::from_bytes(&std::fs::read(name)?)?,
    };
    let settings = preset.settings;
    let mut heard = read_wav(Path::new(input))?;
    let rendered = read_wav(Path::new(rendered))?;
    let mut instance = Instance::new(&built(Path::new(clap))?, "audio.octant.octant");
    let places: Vec<(String, f64)> =
        params::all().map(|row| (row.name(), row.param.to_normalised(row.get(&settings)))).collect();
    instance.turn(places.iter().map(|(name, place)| (&name[..], *place)));
    instance.start(f64::from(RATE_HZ), BLOCK as u32);
    let late = instance.latency() as usize;
    let frames = heard[0].len();
    heard.iter_mut().for_each(|row| row.resize(frames + late, 0.0));
    let silence: Rows = vec![vec![0.0; BLOCK]; heard.len()];
    let mut at = 0;
    for size in even(BLOCK, frames + late) {
        let side: Vec<&[f32]> = silence.iter().map(|row| &row[..size]).collect();
        instance.process(&mut heard.iter_mut().map(|row| &mut row[at..at + size]).collect::<Vec<_>>(), &side, &[]);
        at += size;
    }
    same_bits(&heard, &rendered, late).map_err(|words| format!("not what octant render makes: {words}"))?;
    Ok(format!("loaded, {frames} frames in blocks of {BLOCK}: bit for bit what octant render made of them"))
}
