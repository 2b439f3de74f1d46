//! The engine against a float64 model: output and gain trace of stored cases, within the errors that each case allows,
//! with every table of kernels, and the same bits for every block size.

use std::fs;
use std::path::{Path, PathBuf};

use octant_dsp::ffi::Kernels;
use octant_dsp::settings::{Mode, Slope};
use octant_dsp::{Engine, Preset};
use serde_json::Value;

/// Block sizes; the first is judged, the others must equal it.
const BLOCKS: [usize; 6] = [64, 1, 17, 480, 4096, 100_000];

struct Case {
    name: String,
    preset: Preset,
    rate_hz: u32,
    input: Vec<Vec<f32>>,
    sidechain: Vec<Vec<f32>>,
    expected: Expected,
}

struct Expected {
    rows: Vec<Vec<f32>>,
    rms: f64,
    peak: f64,
    gain_stride: usize,
    gains_db: Vec<f32>,
    allowed_db: Vec<f32>,
}

/// Output of a rendering, in line with its input.
#[derive(Clone, PartialEq)]
struct Rendered {
    rows: Vec<Vec<f32>>,
    /// Frame × band × channel.
    gains_db: Vec<f32>,
}

/// What a rendering is off by, in words; as shares of what is allowed.
#[derive(Debug, Default)]
struct Verdict {
    failures: Vec<String>,
    rms: f64,
    peak: f64,
    gain_db: f64,
}

fn wav(path: &Path) -> (u32, Vec<Vec<f32>>) {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    assert_eq!(spec.sample_format, hound::SampleFormat::Float, "{}", path.display());
    let samples: Result<Vec<f32>, _> = reader.samples::<f32>().collect();
    let samples = samples.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let channels = usize::from(spec.channels);
    let row = |channel| samples.iter().skip(channel).step_by(channels).copied().collect();
    (spec.sample_rate, (0..channels).map(row).collect())
}

fn floats(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (floats, rest) = bytes.as_chunks();
    assert!(rest.is_empty(), "{}", path.display());
    floats.iter().copied().map(f32::from_le_bytes).collect()
}

impl Case {
    fn read(directory: &Path) -> Self {
        let name = directory.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let text =
            |file: &str| fs::read_to_string(directory.join(file)).unwrap_or_else(|e| panic!("{name}/{file}: {e}"));
        let preset = Preset::from_json(&text("preset.json")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (rate_hz, input) = wav(&directory.join("in.wav"));
        let side = directory.join("sc.wav");
        let sidechain = if side.exists() { wav(&side).1 } else { Vec::new() };
        let head: Value = serde_json::from_str(&text("expected.json")).expect("JSON");
        let number = |key: &str| head[key].as_f64().unwrap_or_else(|| panic!("{name}: {key} is missing"));
        let expected = Expected {
            rows: wav(&directory.join("expected.wav")).1,
            rms: number("rms"),
            peak: number("peak"),
            gain_stride: number("gain_stride") as usize,
            gains_db: floats(&directory.join("expected.gain.f32")),
            allowed_db: floats(&directory.join("expected.tolerance.f32")),
        };
        Self { name, preset, rate_hz, input, sidechain, expected }
    }

    /// All cases of a mode, in the order of their names.
    fn of(mode: &str, at_least: usize) -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/golden").join(mode);
        let entries = fs::read_dir(&directory).expect("the golden vectors");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a case").path()).collect();
        paths.sort();
        assert!(paths.len() >= at_least, "{} cases of {mode}: some are missing", paths.len());
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Modes and their cases.
    fn by_mode() -> [(Mode, Vec<Self>); 3] {
        [
            (Mode::Lr, Self::of("lr", 20)),
            (Mode::Transparent, Self::of("transparent", 12)),
            (Mode::Linear, Self::of("linear", 12)),
        ]
    }

    /// All cases of all modes.
    fn all() -> Vec<Self> {
        Self::by_mode().into_iter().flat_map(|(_, cases)| cases).collect()
    }

    fn width(&self) -> usize {
        self.preset.settings.bands * self.input.len()
    }

    /// Renders in blocks and takes the latency off.
    fn render(&self, kernels: Kernels, block: usize) -> Rendered {
        let channels = self.input.len();
        let mut engine =
            Engine::with_kernels(kernels, f64::from(self.rate_hz), channels, &self.preset.settings).expect("settings");
        let latency = engine.latency_samples();
        let frames = self.input[0].len();
        let total = frames + latency;
        let lengthen = |row: &Vec<f32>| {
            let mut row = row.clone();
            row.resize(total, 0.0);
            row
        };
        let mut rows: Vec<Vec<f32>> = self.input.iter().map(lengthen).collect();
        let sidechain: Vec<Vec<f32>> = self.sidechain.iter().map(lengthen).collect();
        let mut gains_db = vec![0.0; total * self.width()];
        for start in (0..total).step_by(block) {
            let end = total.min(start + block);
            let mut main: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[start..end]).collect();
            let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[start..end]).collect();
            let trace = &mut gains_db[start * self.width()..end * self.width()];
            engine.process_traced(&mut main, &side, trace);
        }
        for row in &mut rows {
            row.drain(..latency);
        }
        gains_db.drain(..latency * self.width());
        Rendered { rows, gains_db }
    }

    fn judge(&self, rendered: &Rendered) -> Verdict {
        let Self { expected, .. } = self;
        let mut verdict = Verdict::default();
        let frames = self.input[0].len();
        assert!(expected.rows.iter().chain(&rendered.rows).all(|row| row.len() == frames), "{}: lengths", self.name);
        assert_eq!(expected.rows.len(), rendered.rows.len(), "{}: channels", self.name);
        if rendered.rows.iter().flatten().any(|x| !x.is_finite()) {
            verdict.failures.push("the output is not finite".into());
            return verdict;
        }
        let pairs = rendered.rows.iter().flatten().zip(expected.rows.iter().flatten());
        let errors: Vec<f64> = pairs.map(|(found, wanted)| f64::from(*found) - f64::from(*wanted)).collect();
        let rms = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
        let peak = errors.iter().fold(0.0, |peak: f64, error| peak.max(error.abs()));
        (verdict.rms, verdict.peak) = (rms / expected.rms, peak / expected.peak);
        if rms > expected.rms {
            verdict.failures.push(format!("rms error {rms:e}, allowed {:e}", expected.rms));
        }
        if peak > expected.peak {
            verdict.failures.push(format!("peak error {peak:e}, allowed {:e}", expected.peak));
        }
        let thinned = rendered.gains_db.chunks_exact(self.width()).step_by(expected.gain_stride).flatten();
        assert_eq!(frames.div_ceil(expected.gain_stride) * self.width(), expected.gains_db.len(), "{}", self.name);
        for (index, (found, wanted)) in thinned.zip(&expected.gains_db).enumerate() {
            let (error, allowed) = ((found - wanted).abs(), expected.allowed_db[index]);
            verdict.gain_db = verdict.gain_db.max(f64::from(error));
            // Not "greater than": a NaN is no gain.
            let fits = error <= allowed;
            if !fits {
                let (frame, lane) = (index / self.width() * expected.gain_stride, index % self.width());
                let (band, channel) = (lane / self.input.len() + 1, lane % self.input.len() + 1);
                verdict.failures.push(format!(
                    "gain of band {band} channel {channel} frame {frame}: {found} dB, expected {wanted} ± {allowed}"
                ));
                break;
            }
        }
        verdict
    }
}

#[test]
fn every_case_with_every_table() {
    let mut failures = Vec::new();
    for case in Case::all() {
        for kernels in Kernels::all() {
            let isa = kernels.isa().name();
            let rendered = case.render(kernels, BLOCKS[0]);
            let verdict = case.judge(&rendered);
            println!(
                "{:40} {isa:8} rms {:3.0} % and peak {:3.0} % of what is allowed, gain {:.6} dB",
                case.name,
                100.0 * verdict.rms,
                100.0 * verdict.peak,
                verdict.gain_db
            );
            failures.extend(verdict.failures.iter().map(|failure| format!("{} with {isa}: {failure}", case.name)));
            for block in &BLOCKS[1..] {
                if case.render(kernels, *block) != rendered {
                    failures.push(format!("{} with {isa}: blocks of {block} change the output", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_cases_cover_slopes_bands_rates_and_channels() {
    for (mode, cases) in Case::by_mode() {
        let has = |what: &str, test: &dyn Fn(&Case) -> bool| {
            assert!(cases.iter().any(test), "no case of {mode:?} with {what}")
        };
        assert!(cases.iter().all(|case| case.preset.settings.mode == mode));
        for slope in [Slope::Db12, Slope::Db24, Slope::Db48] {
            has(&format!("{slope:?}"), &|case| case.preset.settings.slope == slope);
        }
        for bands in 1..=8 {
            has(&format!("{bands} bands"), &|case| case.preset.settings.bands == bands);
        }
        for rate in [44_100, 48_000, 96_000, 192_000] {
            has(&format!("{rate} Hz"), &|case| case.rate_hz == rate);
        }
        for channels in [1, 2] {
            has(&format!("{channels} channels"), &|case| case.input.len() == channels);
            has(&format!("a sidechain of {channels} channels"), &|case| case.sidechain.len() == channels);
        }
    }
}

/// Canary: small mistakes are outside of what the cases allow.
#[test]
fn small_mistakes_are_judged_as_such() {
    for case in Case::all() {
        let right = case.render(Kernels::best(), 64);
        let fails = |change: &dyn Fn(&mut Rendered)| {
            let mut wrong = right.clone();
            change(&mut wrong);
            !case.judge(&wrong).failures.is_empty()
        };
        // A twentieth of a dB too loud.
        assert!(
            fails(&|wrong| wrong.rows.iter_mut().flatten().for_each(|x| *x *= 1.006)),
            "{}: the level is not judged",
            case.name
        );
        assert!(
            fails(&|wrong| wrong.gains_db.iter_mut().for_each(|db| *db += 0.2)),
            "{}: the gains are not judged",
            case.name
        );
        assert!(fails(&|wrong| wrong.rows[0][7] = f32::NAN), "{}: not finite", case.name);
        assert!(fails(&|wrong| wrong.rows[0].rotate_right(1)), "{}: one frame late", case.name);
    }
}
