//! Runs the engine over N blocks of deterministic, music-like signal and nothing else: what to put under callgrind.
//!
//! Two runs with different N differ by exactly the blocks between them:
//!
//! ```text
//! valgrind --tool=callgrind block_cost --mode lr --bands 8 --frames 64 --blocks 1000
//! ```

use std::process::ExitCode;
use std::sync::Arc;

use octant_dsp::ffi::{Isa, Kernels};
use octant_dsp::linear::Workshop;
use octant_dsp::params::default_crossovers_hz;
use octant_dsp::settings::{Channels, Detector, Law, Settings, Slope};
use octant_dsp::tap::{Slot, Switch};
use octant_dsp::{Engine, params};

const RATE_HZ: f64 = 48_000.0;

const USAGE: &str = "usage: block_cost [--mode lr|transparent|linear] [--taps 1024 … 32768] [--bands 1 … 8] [--frames N] \
[--blocks N] [--slope 12|24|48] [--everything] [--silence] [--moving] [--structure] [--audition] [--tap] [--listening] \
[--kernels baseline|v3|neon|scalar] [--time] [--memory]";

struct Options {
    settings: Settings,
    frames: usize,
    blocks: usize,
    everything: bool,
    silence: bool,
    moving: bool,
    structure: bool,
    audition: bool,
    tap: bool,
    listening: bool,
    kernels: Kernels,
    time: bool,
    memory: bool,
}

fn options() -> Result<Options, String> {
    let mut settings = Settings { bands: 8, ..Settings::default() };
    let mut o = Options {
        settings,
        frames: 64,
        blocks: 1000,
        everything: false,
        silence: false,
        moving: false,
        structure: false,
        audition: false,
        tap: false,
        listening: false,
        kernels: Kernels::best(),
        time: false,
        memory: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse::<usize>().map_err(|_| format!("{word}: {text} is not a number"));
        match word.as_str() {
            "--mode" => {
                let mode = params::find("mode").expect("the table has a mode");
                mode.set_from_text(&mut settings, &value()?).map_err(|error| error.to_string())?;
            }
            "--bands" => {
                settings.bands = number(value()?)?;
                if !(1..=8).contains(&settings.bands) {
                    return Err(format!("--bands: {} is outside 1 … 8", settings.bands));
                }
            }
            "--taps" => {
                let taps = params::find("taps").expect("the table has filter lengths");
                taps.set_from_text(&mut settings, &value()?).map_err(|error| error.to_string())?;
            }
            "--slope" => {
                let slope = params::find("slope").expect("the table has a slope");
                slope.set_from_text(&mut settings, &value()?).map_err(|error| error.to_string())?;
            }
            "--frames" => o.frames = number(value()?)?.max(1),
            "--blocks" => o.blocks = number(value()?)?,
            "--everything" => o.everything = true,
            "--silence" => o.silence = true,
            "--moving" => o.moving = true,
            "--structure" => o.structure = true,
            "--audition" => o.audition = true,
            "--tap" => o.tap = true,
            "--listening" => (o.tap, o.listening) = (true, true),
            "--time" => o.time = true,
            "--memory" => o.memory = true,
            "--kernels" => {
                let name = value()?;
                let family =
                    [Isa::Baseline, Isa::V3, Isa::Neon, Isa::Scalar].into_iter().find(|isa| isa.name() == name);
                let family = family.ok_or(format!("--kernels: {name} is none of baseline, v3, neon, scalar"))?;
                o.kernels = Kernels::of(family).ok_or(format!("this processor has no {name}"))?;
            }
            _ => return Err(format!("unknown option {word}")),
        }
    }
    // The default layout of a number of bands is part of the setting that is measured.
    let layout = default_crossovers_hz(settings.bands);
    settings.crossovers_hz[..layout.len()].copy_from_slice(layout);
    for (index, band) in settings.band.iter_mut().enumerate() {
        band.above.threshold_db = -36.0;
        band.above.ratio = 3.0;
        if o.everything {
            band.below.law = Law::Compress;
            band.below.threshold_db = -45.0;
            band.link_percent = 30.0;
            band.detector = Detector::Smooth;
            band.channels = Channels::MidSide;
            band.lookahead_ms = 0.5 * index as f64;
        }
    }
    if o.everything {
        settings.lookahead_ms = 5.0;
    }
    o.settings = settings;
    Ok(o)
}

/// Frames of music before it repeats: short, so that making it costs next to nothing.
const LOOP_FRAMES: usize = 2048;

/// A chord, a beat and noise, the same every time; `frames` longer than the loop, so that every block is one slice.
fn music(frames: usize) -> [Vec<f32>; 2] {
    // Rotating phasors instead of a sine per frame. Whole periods per loop: no click where it repeats.
    let mut phasors: Vec<[f64; 4]> = [2.0, 5.0, 7.0, 12.0, 19.0, 42.0, 112.0, 337.0]
        .map(|periods| {
            let turn = std::f64::consts::TAU * periods / LOOP_FRAMES as f64;
            [1.0, 0.0, libm::cos(turn), libm::sin(turn)]
        })
        .into();
    let (mut noise, mut decay) = (1u32, 0.0);
    let mut rows = [Vec::new(), Vec::new()];
    for n in 0..LOOP_FRAMES {
        decay = if n % (LOOP_FRAMES / 2) == 0 { 1.0 } else { decay * 0.998 };
        let mut chord = 0.0;
        for [re, im, cos, sin] in &mut phasors {
            (*re, *im) = (*re * *cos - *im * *sin, *re * *sin + *im * *cos);
            chord += *im * 0.06;
        }
        let kick = phasors[0][1] * decay * 0.4;
        for (row, side) in rows.iter_mut().zip([0.9, 1.1]) {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = (f64::from(noise >> 8) / f64::from(1 << 24) - 0.5) * 0.2 * decay;
            row.push((side * chord + kick + hiss) as f32);
        }
    }
    for row in &mut rows {
        for n in 0..frames {
            row.push(row[n]);
        }
    }
    rows
}

/// Where the loop stops playing when silence is measured.
const SILENT_AFTER_BLOCKS: usize = 100;

/// Blocks between two changes of structure: a fade and some rest.
const STRUCTURE_BLOCKS: usize = 100;

/// Another preset altogether: slope, number of bands, every crossover and threshold.
fn changed_structure(settings: &Settings, step: usize) -> Settings {
    let mut other = *settings;
    if step.is_multiple_of(2) {
        other.slope = Slope::Db48;
        other.bands = settings.bands.max(2) - 1;
        for (index, band) in other.band.iter_mut().enumerate() {
            band.above.threshold_db = -20.0 - index as f64;
            band.release_ms = 250.0;
            other.crossovers_hz[index.min(6)] = 100.0 * (index + 1) as f64;
        }
    }
    other
}

/// What a host's audio thread does in a block, a function of its own so that profilers can tell blocks apart.
#[inline(never)]
fn one_block(engine: &mut Engine, new: Option<&Settings>, left: &mut [f32], right: &mut [f32]) {
    if let Some(settings) = new {
        engine.set(settings).expect("settings of the table");
    }
    engine.process(&mut [left, right], &[]);
}

/// Another thread's work, a function of its own so that profilers can leave it out.
#[inline(never)]
fn other_thread(workshop: &Workshop) {
    workshop.serve();
}

fn run(o: &Options) -> Result<(), String> {
    let mut engine = Engine::with_kernels(o.kernels, RATE_HZ, 2, &o.settings).map_err(|error| error.to_string())?;
    let switch = Arc::new(Switch::default());
    let mut tap = o.tap.then(|| engine.tap(64, &switch));
    let opening = if o.listening { switch.open() } else { 0 };
    if let Some(tap) = &mut tap {
        tap.provide(Slot::new);
    }
    let workshop = engine.workshop();
    let [left, right] = music(o.frames);
    let (mut l, mut r) = (vec![0.0f32; o.frames], vec![0.0f32; o.frames]);
    let mut settings = o.settings;
    let mut at = 0;
    let mut times_ns = Vec::with_capacity(if o.time { o.blocks } else { 0 });
    for block in 0..o.blocks {
        if o.silence && block >= SILENT_AFTER_BLOCKS {
            l.fill(0.0);
            r.fill(0.0);
        } else {
            l.copy_from_slice(&left[at..at + o.frames]);
            r.copy_from_slice(&right[at..at + o.frames]);
            at = (at + o.frames) % LOOP_FRAMES;
        }
        if o.moving {
            settings.crossovers_hz[3] = if block % 2 == 0 { 900.0 } else { 1100.0 };
            settings.band[2].gain_db = (block % 5) as f64;
        }
        if o.structure && block % STRUCTURE_BLOCKS == STRUCTURE_BLOCKS / 2 {
            settings = changed_structure(&o.settings, block / STRUCTURE_BLOCKS);
        }
        if o.audition && block % STRUCTURE_BLOCKS == STRUCTURE_BLOCKS / 2 {
            let on = (block / STRUCTURE_BLOCKS).is_multiple_of(2);
            (settings.band[2].solo, settings.band[5].listen) = (on, on);
        }
        let start = o.time.then(std::time::Instant::now);
        let new = o.moving || (o.structure || o.audition) && block % STRUCTURE_BLOCKS == STRUCTURE_BLOCKS / 2;
        one_block(&mut engine, new.then_some(&settings), &mut l, &mut r);
        // Slots go back at once: the next blocks find free ones.
        while tap.as_mut().is_some_and(|tap| tap.read(opening, |_| ())) {}
        if let Some(start) = start {
            times_ns.push(start.elapsed().as_nanos());
        }
        other_thread(&workshop);
    }
    if o.time && !times_ns.is_empty() {
        times_ns.sort_unstable();
        println!("{:.3} ns per frame, median block", times_ns[times_ns.len() / 2] as f64 / o.frames as f64);
    }
    // The result must be used, or the compiler may leave out the work.
    std::hint::black_box((&l, &r));
    Ok(())
}

/// Memory of this process that is not shared with files, KiB. Linux.
fn resident_kib() -> Result<usize, String> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|error| format!("/proc/self/status: {error}"))?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("RssAnon:")).and_then(|rest| rest.split_whitespace().next());
    line.and_then(|kib| kib.parse().ok()).ok_or_else(|| "/proc/self/status: no RssAnon".to_owned())
}

/// What an engine keeps after so many blocks, on an average of several: all its memory has been touched then.
fn memory(o: &Options) -> Result<(), String> {
    const ENGINES: usize = 16;
    let before = resident_kib()?;
    let mut engines = Vec::with_capacity(ENGINES);
    for _ in 0..ENGINES {
        let mut engine = Engine::with_kernels(o.kernels, RATE_HZ, 2, &o.settings).map_err(|error| error.to_string())?;
        let (mut left, mut right) = (vec![0.25f32; o.frames], vec![0.25f32; o.frames]);
        for _ in 0..o.blocks {
            one_block(&mut engine, None, &mut left, &mut right);
        }
        engines.push(engine);
    }
    println!("{:.3} MiB per engine", (resident_kib()?.saturating_sub(before)) as f64 / 1024.0 / ENGINES as f64);
    std::hint::black_box(&engines);
    Ok(())
}

fn main() -> ExitCode {
    match options().and_then(|o| if o.memory { memory(&o) } else { run(&o) }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("block_cost: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
