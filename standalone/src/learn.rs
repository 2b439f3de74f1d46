//! Learns a preset from programme: crossovers in the gaps of its spectrum, thresholds from the levels of its bands.
//!
//! Two passes over all files. The first averages the long-term [`spectrum`], and [`crossovers`] are placed in it. The second
//! splits the audio into bands; one thread per band measures [`levels`], and [`advice`] makes settings of them. Memory
//! does not grow with the length of the audio.

mod advice;
mod crossovers;
mod json;
mod levels;
mod listen;
mod overshoot;
mod picture;
mod programme;
mod spectrum;
mod table;

use std::path::{Path, PathBuf};

use octant_dsp::split::{Rows, Splitter};
use octant_dsp::{Preset, Settings};

use crate::console::Console;
use crate::error::{EXIT_REPAIRED, Failure};
use crate::outputs;
use crate::plan::{ReportKind, ReportTarget, report_target};
use crate::report::bands::{self, Band};
use crate::report::spectrum::SpectrumMeter;
use crate::source::Input;
use crate::staging::{self, OutputFile};
use advice::Advice;
use levels::BandMeter;
use listen::Blocks;
use programme::{BLOCK_FRAMES, Programme};
use spectrum::{ChannelMeter, LongTerm};

/// Less sound than this says nothing about a programme, seconds.
const LEAST_SECONDS: f64 = 1.0;
/// The engine's crossovers stay below this part of the sample rate.
const HIGHEST_PER_RATE: f64 = 0.45;
/// Highest crossover, Hz.
const HIGHEST_HZ: f64 = 20_000.0;

/// What the user asked for.
pub struct Request<'a> {
    /// Files as named.
    pub inputs: &'a [PathBuf],
    /// Bands of the preset, 1 … 8.
    pub bands: usize,
    /// Preset file; `None`: standard output.
    pub output: Option<&'a Path>,
    /// Pictures and figures as named.
    pub reports: &'a [PathBuf],
    /// Threads that measure, beside the one that reads; 1: everything on one thread; `None`: one per band.
    pub threads: Option<usize>,
    /// Existing outputs may be replaced.
    pub overwrite: bool,
}

/// Everything that was learnt.
pub struct Learnt {
    /// Names of the files, without their directories.
    files: Vec<String>,
    seconds: f64,
    long_term: LongTerm,
    crossovers_hz: Vec<f64>,
    bands: Vec<Advice>,
}

impl Learnt {
    /// Bands with their edges; the uppermost ends at half of the lowest sample rate.
    fn places(&self) -> Vec<Band> {
        bands::of(&self.settings(), 2.0 * self.long_term.highest_hz(), 2)
    }

    fn settings(&self) -> Settings {
        advice::settings(&self.crossovers_hz, &self.bands)
    }

    fn title(&self) -> String {
        match self.files.as_slice() {
            [one] => one.clone(),
            [first, others @ ..] => format!("{first} and {} more", others.len()),
            [] => String::new(),
        }
    }

    fn preset(&self, name: &str) -> Preset {
        Preset {
            name: name.to_owned(),
            comment: format!(
                "Learnt from {}, {:.0} s. Crossovers lie in gaps of the long-term spectrum, thresholds at each band's median \
                 level, and the gain of a band gives back what is taken away on average. More effect: lower \
                 thresholds (b#_above_thr) by 3 dB.",
                self.title(),
                self.seconds
            ),
            tags: vec!["learnt".into()],
            settings: self.settings(),
            ..Preset::default()
        }
    }
}

/// Learns, writes, and returns the exit code.
pub fn learn(request: &Request<'_>, console: &Console) -> Result<u8, Failure> {
    let inputs = inputs(request.inputs)?;
    let reports = reports(request)?;
    check_outputs(request, &reports)?;
    let (learnt, non_finite) = study(&inputs, request.bands, request.threads, console)?;

    let name = match request.output.and_then(Path::file_stem) {
        Some(stem) => stem.to_string_lossy().into_owned(),
        None => format!("Learnt from {}", learnt.title()),
    };
    let preset = learnt.preset(&name).to_json();
    let mut files = Vec::new();
    let mut write = |path: &Path, text: &str| -> Result<(), Failure> {
        let mut file = OutputFile::create(path, request.overwrite)?;
        file.write(text.as_bytes())?;
        files.push(file);
        Ok(())
    };
    if let Some(path) = request.output {
        write(path, &preset)?;
    }
    for report in &reports {
        let Some(path) = &report.path else { continue };
        let text = match report.kind {
            ReportKind::Json => json::write(&learnt),
            ReportKind::Svg => picture::draw(&learnt),
            ReportKind::Text => table::write(&learnt),
        };
        write(path, &text)?;
    }
    staging::commit(files)?;
    if request.output.is_none() {
        print(&preset)?;
    }
    for _ in reports.iter().filter(|report| report.path.is_none()) {
        print(&table::write(&learnt))?;
    }
    if let (true, Some(output)) = (console.is_terminal(), request.output) {
        console.say(&format!("{} → {}: {} bands", learnt.title(), output.display(), learnt.bands.len()));
    }
    Ok(if non_finite { EXIT_REPAIRED } else { 0 })
}

fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| Failure::writing("standard output", &e))
}

/// Files only: each is read twice.
fn inputs(arguments: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    arguments
        .iter()
        .map(|argument| {
            let input = Input::from_argument(argument);
            if input == Input::Stdin || staging::is_device(argument) {
                return Err(Failure::usage(format!(
                    "{}: can be read only once, and learning reads twice; name a file",
                    input.name()
                )));
            }
            Ok(input)
        })
        .collect()
}

/// Reports as named; without any, a preset file gets its picture beside it.
fn reports(request: &Request<'_>) -> Result<Vec<ReportTarget>, Failure> {
    if let (true, Some(preset)) = (request.reports.is_empty(), request.output) {
        return Ok(vec![ReportTarget { kind: ReportKind::Svg, path: Some(preset.with_extension("svg")) }]);
    }
    let reports: Vec<_> = request.reports.iter().map(|path| report_target(path, None)).collect::<Result<_, _>>()?;
    if request.output.is_none() && reports.iter().any(|report| report.path.is_none()) {
        return Err(Failure::usage(
            "--report -: standard output carries the preset already; name a preset file with -o, or a file for the report",
        ));
    }
    Ok(reports)
}

fn check_outputs(request: &Request<'_>, reports: &[ReportTarget]) -> Result<(), Failure> {
    if let Some(path) = request.output
        && !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        && !staging::is_device(path)
        && !path.is_dir()
    {
        return Err(Failure::usage(format!("-o {}: the name of a preset must end in .json", path.display())));
    }
    let read: Vec<&PathBuf> = request.inputs.iter().collect();
    let written = request.output.map(Path::to_owned).into_iter();
    let written = written.chain(reports.iter().filter_map(|report| report.path.clone())).collect();
    outputs::check(&read, written, request.overwrite, None)
}

/// Both passes. Tells warnings; the second value says whether NaN or infinities were found.
fn study(inputs: &[Input], count: usize, threads: Option<usize>, console: &Console) -> Result<(Learnt, bool), Failure> {
    let mut long_term = LongTerm::default();
    let mut non_finite = false;
    for input in inputs {
        let mut programme = Programme::open(input, console)?;
        survey(&mut programme, &mut long_term, threads.unwrap_or(usize::MAX))?;
        for warning in programme.finish()? {
            console.warning(&warning);
        }
        if programme.non_finite > 0 {
            non_finite = true;
            console.warning(&format!(
                "{}: {} samples are NaN or infinite and count as silence; check how the file was made",
                input.name(),
                programme.non_finite
            ));
        }
        if !programme.sounds && inputs.len() > 1 {
            console.warning(&format!("{}: holds only silence and teaches nothing", input.name()));
        }
    }
    let highest_hz = HIGHEST_HZ.min(HIGHEST_PER_RATE * 2.0 * long_term.highest_hz());
    let crossovers_hz = crossovers::place(&long_term.levels_db(), count - 1, highest_hz);
    let cut = advice::cut(&crossovers_hz);
    let places = bands::of(&cut, 2.0 * long_term.highest_hz(), 2);
    let mut meters: Vec<BandMeter> = places.iter().map(|band| advice::meter(band.low_hz, band.high_hz)).collect();
    for input in inputs {
        let mut programme = Programme::open(input, console)?;
        measure(&mut programme, &cut, &mut meters, threads.unwrap_or(usize::MAX))?;
    }
    let bands: Vec<Advice> =
        places.iter().zip(meters).map(|(band, meter)| advice::band(band.low_hz, band.high_hz, meter.heard)).collect();
    check_enough(inputs, &bands)?;
    let files = inputs.iter().map(|input| last_part(&input.name())).collect();
    Ok((Learnt { files, seconds: long_term.seconds(), long_term, crossovers_hz, bands }, non_finite))
}

/// First pass over a file: the spectrum, one thread per channel.
fn survey(programme: &mut Programme, long_term: &mut LongTerm, threads: usize) -> Result<(), Failure> {
    let shape = programme.shape();
    let rate_hz = f64::from(shape.sample_rate_hz);
    let mut channels: Vec<ChannelMeter> =
        (0..shape.channels).map(|_| ChannelMeter(SpectrumMeter::new(rate_hz, 1))).collect();
    let mut blocks: Blocks<[Vec<f32>; 2]> =
        Blocks { blocks: Default::default(), parts: |rows| rows.iter().map(|row| [row.as_slice(), &[]]).collect() };
    listen::listen(&mut blocks, &mut channels, threads, |rows| programme.read(rows))?;
    long_term.add(channels, rate_hz, programme.frames as f64 / rate_hz);
    Ok(())
}

/// Second pass over a file: the bands, one thread each.
fn measure(
    programme: &mut Programme,
    settings: &Settings,
    meters: &mut [BandMeter],
    threads: usize,
) -> Result<(), Failure> {
    let rate_hz = f64::from(programme.shape().sample_rate_hz);
    for meter in meters.iter_mut() {
        meter.begin(rate_hz);
    }
    let mut splitter = Splitter::new(rate_hz, 1, settings);
    let mut rows: [Vec<f32>; 2] = Default::default();
    let mut blocks: Blocks<Rows> = Blocks {
        blocks: [Rows::new(BLOCK_FRAMES), Rows::new(BLOCK_FRAMES)],
        parts: |rows| rows.bands().into_iter().map(|band| [&*band.left, &*band.right]).collect(),
    };
    listen::listen(&mut blocks, meters, threads, |split| {
        let more = programme.read(&mut rows)?;
        splitter.split_into([&rows[0], &rows[1]], split);
        Ok(more)
    })
}

/// Silence teaches nothing, and neither does a click.
fn check_enough(inputs: &[Input], bands: &[Advice]) -> Result<(), Failure> {
    // Levels are noted once a millisecond.
    let longest = bands.iter().map(|band| band.histogram.active().total()).max().unwrap_or(0) as f64 / 1000.0;
    let (names, verb) = match inputs {
        [one] => (one.name(), "holds"),
        [first, others @ ..] => (format!("{} and {} more", first.name(), others.len()), "hold"),
        [] => (String::new(), "holds"),
    };
    if longest == 0.0 {
        return Err(Failure::input(format!(
            "{names}: {verb} only silence; a preset can be learnt from sound, at least {LEAST_SECONDS} s of it"
        )));
    }
    if longest < LEAST_SECONDS {
        return Err(Failure::input(format!(
            "{names}: {verb} {longest:.2} s of sound, too little to learn from; at least {LEAST_SECONDS} s are needed"
        )));
    }
    Ok(())
}

fn last_part(path: &str) -> String {
    let last = Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    last.chars().filter(|c| !c.is_control()).collect()
}
