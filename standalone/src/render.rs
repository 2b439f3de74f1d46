//! Renders one file: source → engine → sink, aligned and of equal length.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use octant_dsp::{Engine, Settings, preset};

use crate::console::Console;
use crate::error::Failure;
use crate::plan::{Job, Output, ReportKind, ReportTarget};
use crate::report::{Report, Summary};
use crate::sample::count_non_finite;
use crate::sink::{self, Container};
use crate::source::{self, Input, Source, StreamShape};
use crate::staging::{self, OutputFile};
use crate::trace::TraceSink;

/// Largest block that the engine is handed at once; longer host blocks come in pieces, which changes no bit.
pub const MAX_BLOCK_FRAMES: usize = 1 << 16;

/// Frames that are read and written at once: enough to make the cost of a system call vanish, few enough to stay in
/// the second-level cache.
const ROUND_FRAMES: usize = 1 << 14;

/// What all jobs share.
pub struct Options<'a> {
    /// What the processor shall do.
    pub settings: &'a Settings,
    /// Preset as it was named, for titles.
    pub preset: Option<&'a str>,
    /// Preset or option that the settings are from, for messages; None for defaults, which nobody chose.
    pub origin: Option<&'a str>,
    /// What has been said of the settings: files of one rate have nothing new to say.
    pub told: Mutex<BTreeSet<String>>,
    /// The external sidechain.
    pub sidechain: Option<&'a Input>,
    /// Frames per call of the engine.
    pub block_frames: usize,
    /// Existing outputs may be replaced.
    pub overwrite: bool,
    /// Messages go here.
    pub console: &'a Console,
}

/// What a finished job was.
pub struct Rendered {
    /// Length of the audio.
    pub audio_seconds: f64,
    /// Time that it took.
    pub wall_seconds: f64,
    /// The output is complete, but some input held NaN or infinities.
    pub repaired: bool,
}

/// Renders one job. The outputs appear only if all of them are complete.
pub fn render(job: &Job, options: &Options<'_>) -> Result<Rendered, Failure> {
    let begun = Instant::now();
    let console = options.console;
    let mut main = source::open(&job.input)?;
    let shape = main.shape();
    let mut sidechain = options.sidechain.map(|input| Sidechain::open(input, &job.input, shape)).transpose()?;
    let mut engine = Engine::new(f64::from(shape.sample_rate_hz), shape.channels, options.settings)
        .map_err(|e| Failure::settings(format!("{}: {e}", job.input.name())))?;
    engine.set_offline(true);
    warn_of_settings(options, shape.sample_rate_hz);

    let file = match &job.output {
        Output::Stdout => OutputFile::stdout()?,
        Output::Path(path) => OutputFile::create(path, options.overwrite)?,
    };
    let mut audio = sink::create(file, job.container, shape, job.style, main.chunks())?;
    let mut trace = job.trace.as_deref().map(|path| TraceSink::create(path, options.overwrite)).transpose()?;
    let mut report = (!job.reports.is_empty())
        .then(|| Report::new(f64::from(shape.sample_rate_hz), shape.channels, options.settings, shape.frames))
        .map(|report| report.with_title(&title(&job.input, options.preset)));
    let bands = engine.bands();

    let bar = console.bar(&job.input.name(), shape.frames);
    let mut rounds = Rounds::new(
        engine,
        shape.channels,
        options.block_frames,
        trace.is_some() || report.is_some(),
        report.is_some(),
    );
    let outcome = loop {
        match rounds.next(main.as_mut(), sidechain.as_mut()) {
            Ok(Some(round)) => {
                let rendered = audio.write(&round.output);
                let traced = trace.as_mut().map_or(Ok(()), |trace| trace.write(round.gains_db));
                if let Err(failure) = rendered.and(traced) {
                    break Err(failure);
                }
                if let Some(report) = &mut report {
                    report.add(&round.input, &round.output, round.gains_db);
                }
                bar.inc(round.output[0].len() as u64);
            }
            Ok(None) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    bar.finish_and_clear();
    outcome?;
    if rounds.frames == 0 {
        return Err(Failure::input(format!(
            "{}: holds no audio (0 frames); at least one frame is needed",
            job.input.name()
        )));
    }

    let epilogue = main.finish()?;
    let finished = audio.finish(&epilogue.chunks)?;
    let mut outputs = vec![finished.file];
    if let Some(trace) = trace {
        outputs.extend(trace.finish(shape.sample_rate_hz, bands, shape.channels)?);
    }
    let summary = report.map(Report::finish);
    if let Some(summary) = &summary {
        outputs.extend(write_reports(summary, &job.reports, options.overwrite)?);
    }
    staging::commit(outputs)?;
    if let Some(summary) = &summary {
        print_reports(summary, &job.reports)?;
    }

    for warning in epilogue.warnings.iter().chain(&finished.warnings) {
        console.warning(warning);
    }
    warn_non_finite(console, &job.input, rounds.non_finite);
    if let (Some(sidechain), Some(input)) = (&sidechain, options.sidechain) {
        warn_non_finite(console, input, sidechain.non_finite);
    }
    if finished.clipped > 0 {
        let float = if job.container == Container::Flac { "a .wav with --format f32" } else { "--format f32" };
        console.warning(&format!(
            "{}: {} samples clipped at full scale; lower the level with --set out_gain=-3 or write {float}",
            job.output.name(),
            finished.clipped
        ));
    }
    Ok(Rendered {
        audio_seconds: rounds.frames as f64 / f64::from(shape.sample_rate_hz),
        wall_seconds: begun.elapsed().as_secs_f64(),
        repaired: rounds.non_finite + sidechain.as_ref().map_or(0, |sidechain| sidechain.non_finite) > 0,
    })
}

/// Title of a report: the file's name without its directories, and the preset's.
fn title(input: &Input, preset: Option<&str>) -> String {
    let last =
        |path: &str| Path::new(path).file_name().map_or_else(|| path.to_owned(), |n| n.to_string_lossy().into_owned());
    match preset {
        Some(preset) => format!("{} · {}", last(&input.name()), last(preset)),
        None => last(&input.name()),
    }
}

/// Tells what of the settings the processor changes at this rate.
fn warn_of_settings(options: &Options<'_>, rate_hz: u32) {
    let Some(origin) = options.origin else { return };
    for sentence in preset::warnings(options.settings, f64::from(rate_hz)) {
        let sentence = format!("{origin}, at {rate_hz} Hz: {sentence}");
        if options.told.lock().unwrap_or_else(PoisonError::into_inner).insert(sentence.clone()) {
            options.console.warning(&sentence);
        }
    }
}

fn warn_non_finite(console: &Console, input: &Input, count: u64) {
    if count > 0 {
        console.warning(&format!(
            "{}: {count} samples are NaN or infinite and were processed as silence; check how the file was made",
            input.name()
        ));
    }
}

fn write_reports(summary: &Summary, targets: &[ReportTarget], overwrite: bool) -> Result<Vec<OutputFile>, Failure> {
    let mut files = Vec::new();
    for target in targets {
        let Some(path) = &target.path else { continue };
        let mut file = OutputFile::create(path, overwrite)?;
        file.write(report_text(summary, target.kind).as_bytes())?;
        files.push(file);
    }
    Ok(files)
}

fn print_reports(summary: &Summary, targets: &[ReportTarget]) -> Result<(), Failure> {
    use std::io::Write;
    for _ in targets.iter().filter(|target| target.path.is_none()) {
        std::io::stdout()
            .write_all(summary.to_terminal_text().as_bytes())
            .map_err(|e| Failure::writing("standard output", &e))?;
    }
    Ok(())
}

fn report_text(summary: &Summary, kind: ReportKind) -> String {
    let mut text = match kind {
        ReportKind::Json => summary.to_json(),
        ReportKind::Svg => summary.to_svg(),
        ReportKind::Text => summary.to_text(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The external sidechain, cut or padded with silence to the length of the main input.
struct Sidechain {
    source: Box<dyn Source>,
    rows: Vec<Vec<f32>>,
    ended: bool,
    non_finite: u64,
}

impl Sidechain {
    fn open(input: &Input, main: &Input, shape: StreamShape) -> Result<Self, Failure> {
        let source = source::open(input)?;
        let own = source.shape();
        if own.sample_rate_hz != shape.sample_rate_hz {
            return Err(Failure::input(format!(
                "{}: the sidechain has {} Hz, {} has {} Hz; resample one of them",
                input.name(),
                own.sample_rate_hz,
                main.name(),
                shape.sample_rate_hz
            )));
        }
        if own.channels != 1 && own.channels != shape.channels {
            return Err(Failure::input(format!(
                "{}: the sidechain has {} channels, {} has {}; it needs one or as many",
                input.name(),
                own.channels,
                main.name(),
                shape.channels
            )));
        }
        Ok(Self { source, rows: vec![Vec::new(); own.channels], ended: false, non_finite: 0 })
    }

    /// The next `frames` frames.
    fn advance(&mut self, frames: usize) -> Result<(), Failure> {
        let mut filled = 0;
        for row in &mut self.rows {
            row.resize(frames, 0.0);
        }
        if !self.ended {
            let mut rows: Vec<&mut [f32]> = self.rows.iter_mut().map(Vec::as_mut_slice).collect();
            filled = self.source.read(&mut rows)?;
            self.ended = filled < frames;
        }
        for row in &mut self.rows {
            self.non_finite += count_non_finite(&row[..filled]);
            row[filled..].fill(0.0);
        }
        Ok(())
    }
}

/// Drives the engine in rounds of many frames, each cut into host blocks.
struct Rounds {
    engine: Engine,
    block_frames: usize,
    /// Frames of audio read so far.
    frames: u64,
    non_finite: u64,
    ended: bool,
    /// Silence that still has to follow the input so that its last frame comes out.
    tail: usize,
    /// Output frames still to be dropped: they came before the first frame of the input.
    lead: usize,
    main: Vec<Vec<f32>>,
    gains_db: Vec<f32>,
    wants_gains: bool,
    /// The input as it was, late by the latency; kept only for the report.
    dry: Option<Vec<Vec<f32>>>,
}

/// One round's aligned result.
struct Round<'a> {
    input: Vec<&'a [f32]>,
    output: Vec<&'a [f32]>,
    gains_db: &'a [f32],
}

impl Rounds {
    fn new(engine: Engine, channels: usize, block_frames: usize, wants_gains: bool, wants_input: bool) -> Self {
        let latency = engine.latency_samples();
        let block_frames = block_frames.clamp(1, MAX_BLOCK_FRAMES);
        let round_frames = block_frames * (ROUND_FRAMES / block_frames).max(1);
        Self {
            block_frames,
            frames: 0,
            non_finite: 0,
            ended: false,
            tail: latency,
            lead: latency,
            main: vec![vec![0.0; round_frames]; channels],
            gains_db: Vec::new(),
            wants_gains,
            // Silence in front of the input: what the engine's output shows before its latency is over.
            dry: wants_input.then(|| vec![vec![0.0; latency]; channels]),
            engine,
        }
    }

    /// Reads, processes, aligns. `None` at the end.
    fn next(
        &mut self,
        source: &mut dyn Source,
        mut sidechain: Option<&mut Sidechain>,
    ) -> Result<Option<Round<'_>>, Failure> {
        let round_frames = self.main[0].len();
        let (frames, skip) = loop {
            let mut rows: Vec<&mut [f32]> = self.main.iter_mut().map(Vec::as_mut_slice).collect();
            let filled = if self.ended { 0 } else { source.read(&mut rows)? };
            self.ended |= filled < round_frames;
            self.frames += filled as u64;
            let silence = (round_frames - filled).min(self.tail);
            self.tail -= silence;
            let frames = filled + silence;
            if frames == 0 {
                return Ok(None);
            }
            for row in &mut self.main {
                self.non_finite += count_non_finite(&row[..filled]);
                row[filled..frames].fill(0.0);
            }
            if let Some(dry) = &mut self.dry {
                let handed_out = dry[0].len().saturating_sub(self.engine.latency_samples());
                for (dry, row) in dry.iter_mut().zip(&self.main) {
                    dry.drain(..handed_out);
                    dry.extend_from_slice(&row[..frames]);
                }
            }
            if let Some(sidechain) = &mut sidechain {
                sidechain.advance(frames)?;
            }
            self.process(frames, sidechain.as_deref());
            let skip = frames.min(self.lead);
            self.lead -= skip;
            if skip < frames {
                break (frames, skip);
            }
        };
        let width = self.engine.bands() * self.engine.channels();
        let gains_db = if self.wants_gains { &self.gains_db[skip * width..frames * width] } else { &[] };
        Ok(Some(Round {
            input: self.dry.iter().flatten().map(|row| &row[skip..frames]).collect(),
            output: self.main.iter().map(|row| &row[skip..frames]).collect(),
            gains_db,
        }))
    }

    /// Hands the round to the engine in host blocks.
    fn process(&mut self, frames: usize, sidechain: Option<&Sidechain>) {
        let width = self.engine.bands() * self.engine.channels();
        if self.wants_gains {
            self.gains_db.resize(frames * width, 0.0);
        }
        let mut begin = 0;
        while begin < frames {
            let end = (begin + self.block_frames).min(frames);
            // Two channels at most, so that rows need no allocation per block.
            let key = sidechain.map_or([&[][..]; 2], |sidechain| {
                [0, 1].map(|channel| sidechain.rows.get(channel).map_or(&[][..], |row| &row[begin..end]))
            });
            let key = &key[..sidechain.map_or(0, |sidechain| sidechain.rows.len())];
            let mut rows = self.main.iter_mut().map(|row| &mut row[begin..end]);
            let mut main: [&mut [f32]; 2] = [rows.next().unwrap_or_default(), rows.next().unwrap_or_default()];
            let main = &mut main[..self.engine.channels()];
            if self.wants_gains {
                self.engine.process_traced(main, key, &mut self.gains_db[begin * width..end * width]);
            } else {
                self.engine.process(main, key);
            }
            begin = end;
        }
    }
}
