//! What every host is compared with: one input, presets as places of knobs, and what `octant render` made of them.
//!
//! It lies in a directory that `cargo xtask validate` makes: `input.wav` and `sidechain.wav` (48 kHz, stereo, float),
//! `presets.tsv` with a line for each preset (its name, whether it listens to the sidechain, its latency in frames), and
//! for each preset `NAME.tsv` with a line for each parameter (name and place 0 … 1), `NAME.json` and the rendered `NAME.wav`.
//!
//! `tests` has the host for VST3; `scripts` has the hosts that are no crates: see `xtask/src/validate`.

use std::io;
use std::path::{Path, PathBuf};

/// Sample rate of everything.
pub const RATE_HZ: u32 = 48_000;
/// Class of the plugin for stereo in the VST3.
pub const STEREO_CLASS: &str = "4F6374616E744D756C746962616E6453";
/// Class of the one for one channel.
pub const MONO_CLASS: &str = "4F6374616E744D756C746962616E644D";
/// The most that may differ where a host touches the signal, dB below full scale.
const NULL_DB: f64 = -140.0;

/// Samples of each channel.
pub type Rows = Vec<Vec<f32>>;

/// One preset.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of the preset.
    pub name: String,
    /// Whether a band listens to the sidechain.
    pub listens: bool,
    /// Frames by which the processor is late; the rendered file is not.
    pub latency: usize,
    /// Name of each parameter and its place on the knob's way, 0 … 1.
    pub places: Vec<(String, f64)>,
    /// What `octant render` made of the input.
    pub rendered: Rows,
}

/// Everything in the directory.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What goes in.
    pub input: Rows,
    /// What bands may listen to.
    pub sidechain: Rows,
    /// The presets.
    pub cases: Vec<Case>,
}

impl Reference {
    /// Reads a directory.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut cases = Vec::new();
        for [name, listens, latency] in table(&directory.join("presets.tsv"))? {
            let places = table(&directory.join(format!("{name}.tsv")))?
                .into_iter()
                .map(|[name, place]| Ok((name, number(&place)?)))
                .collect::<io::Result<_>>()?;
            let rendered = read_wav(&directory.join(format!("{name}.wav")))?;
            cases.push(Case { name, listens: listens == "1", latency: number(&latency)?, places, rendered });
        }
        let input = read_wav(&directory.join("input.wav"))?;
        Ok(Self { input, sidechain: read_wav(&directory.join("sidechain.wav"))?, cases })
    }

    /// The directory that `OCTANT_REFERENCE` names.
    pub fn given() -> Self {
        Self::read(&given("OCTANT_REFERENCE")).expect("a directory made by cargo xtask validate")
    }

    /// The presets of these names.
    pub fn named(&self, names: &[&str]) -> Vec<&Case> {
        let find = |name: &&str| self.cases.iter().find(|case| case.name == *name);
        names.iter().map(|name| find(name).unwrap_or_else(|| panic!("no preset {name}"))).collect()
    }

    /// Input and sidechain, each followed by as much silence as the preset is late.
    pub fn signals(&self, case: &Case) -> [Rows; 2] {
        let padded = |row: &Vec<f32>| row.iter().copied().chain(std::iter::repeat_n(0.0, case.latency)).collect();
        [&self.input, &self.sidechain].map(|rows| rows.iter().map(padded).collect())
    }
}

/// The path in an environment variable that `cargo xtask validate` sets.
pub fn given(variable: &str) -> PathBuf {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is set by cargo xtask validate")).into()
}

/// Ways to cut `frames` into blocks of at most 4096, each with its name.
pub fn ways(frames: usize) -> Vec<(String, Vec<usize>)> {
    let mut ways: Vec<_> = [1, 17, 64, 480, 512, 4096].map(|block| (block.to_string(), even(block, frames))).into();
    // A linear congruential generator (Knuth, MMIX); half the blocks are short.
    let (mut state, mut left, mut random) = (1u64, frames, Vec::new());
    while left > 0 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let longest = if state >> 63 == 0 { 64 } else { 4096 };
        let size = (1 + ((state >> 33) % longest) as usize).min(left);
        random.push(size);
        left -= size;
    }
    ways.push(("random".into(), random));
    ways
}

/// `frames` in blocks of one size, and what remains.
pub fn even(block: usize, frames: usize) -> Vec<usize> {
    let mut sizes = vec![block; frames / block];
    sizes.extend(Some(frames % block).filter(|rest| *rest > 0));
    sizes
}

/// The first sample of `heard`, which is late by `latency` frames, that has other bits than `rendered`, in words.
pub fn same_bits(heard: &Rows, rendered: &Rows, latency: usize) -> Result<(), String> {
    if heard.len() != rendered.len() {
        return Err(format!("{} channels instead of {}", heard.len(), rendered.len()));
    }
    for (channel, (heard, rendered)) in heard.iter().zip(rendered).enumerate() {
        let heard = heard.get(latency..).unwrap_or_default();
        if heard.len() != rendered.len() {
            return Err(format!("{} frames instead of {}", heard.len(), rendered.len()));
        }
        let other = heard.iter().zip(rendered).position(|(a, b)| a.to_bits() != b.to_bits());
        if let Some(frame) = other {
            let (heard, rendered) = (heard[frame], rendered[frame]);
            return Err(format!("channel {channel}, frame {frame}: {heard:e} instead of {rendered:e}"));
        }
    }
    Ok(())
}

/// What `heard` differs from `expected` by, in words: nothing, or a null that is deep enough. An error if it is not.
pub fn difference(heard: &Rows, expected: &Rows) -> Result<String, String> {
    let Err(words) = same_bits(heard, expected, 0) else { return Ok("bit for bit".to_owned()) };
    let same_shape = heard.len() == expected.len() && heard.iter().zip(expected).all(|(a, b)| a.len() == b.len());
    let pairs = heard.iter().flatten().zip(expected.iter().flatten());
    // Not `max`: it would pass over a NaN.
    let worst = pairs
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs())
        .fold(0.0, |worst, distance| if distance <= worst { worst } else { distance });
    let null_db = 20.0 * worst.log10();
    if same_shape && null_db <= NULL_DB {
        Ok(format!("null {null_db:.1} dB"))
    } else {
        Err(format!("{words}; null {null_db:.1} dB"))
    }
}

fn table<const COLUMNS: usize>(path: &Path) -> io::Result<Vec<[String; COLUMNS]>> {
    let row = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().map_err(|_| io::Error::other(format!("{}: not {COLUMNS} columns: {line}", path.display())))
    };
    let text = std::fs::read_to_string(path).map_err(|error| at(path, &error))?;
    text.lines().map(row).collect()
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other(format!("{text} is no number")))
}

/// The samples of a WAV file of floats or of 16 bits.
pub fn read_wav(path: &Path) -> io::Result<Rows> {
    let mut reader = hound::WavReader::open(path).map_err(|error| at(path, &error))?;
    let spec = reader.spec();
    let samples: Result<Vec<f32>, hound::Error> = match (spec.sample_format, spec.bits_per_sample) {
        (hound::SampleFormat::Float, 32) => reader.samples().collect(),
        (hound::SampleFormat::Int, 16) => reader.samples::<i16>().map(|x| Ok(f32::from(x?) / 32_768.0)).collect(),
        _ => Err(hound::Error::Unsupported),
    };
    let samples = samples.map_err(|error| at(path, &error))?;
    let channels = usize::from(spec.channels);
    Ok((0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect())
}

fn at(path: &Path, error: &dyn std::error::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_and_one_frame_are_noticed() {
        let rendered = vec![vec![0.5f32, -0.25, 0.125]];
        assert_eq!(same_bits(&vec![vec![9.0, 0.5, -0.25, 0.125]], &rendered, 1), Ok(()));
        assert!(same_bits(&vec![vec![9.0, 0.5, -0.25]], &rendered, 1).is_err(), "a frame is missing");
        let mut other = rendered.clone();
        other[0][2] = f32::from_bits(other[0][2].to_bits() ^ 1);
        assert!(same_bits(&other, &rendered, 0).is_err_and(|words| words.contains("frame 2")));
    }

    #[test]
    fn nulls_are_deep_enough_or_not() {
        let expected = vec![vec![0.5f32, -0.25]];
        let by = |distance: f32| difference(&vec![vec![0.5, -0.25 + distance]], &expected);
        assert_eq!(by(0.0).as_deref(), Ok("bit for bit"));
        assert!(by(3.0e-8).is_ok_and(|words| words.starts_with("null -15")), "{:?}", by(3.0e-8));
        assert!(by(3.0e-7).is_err() && by(f32::NAN).is_err());
        assert!(difference(&vec![vec![0.5]], &expected).is_err());
    }

    #[test]
    fn every_way_covers_every_frame() {
        for (name, sizes) in ways(10_000) {
            assert_eq!(sizes.iter().sum::<usize>(), 10_000, "{name}");
            assert!(sizes.iter().all(|size| (1..=4096).contains(size)), "{name}");
        }
    }
}
