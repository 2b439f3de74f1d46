//! Everything moves: no block split may change a bit, changes act on their grid, ramps end where they should.

mod common;

use common::*;
use octant_dsp::Engine;
use octant_dsp::ffi::Kernels;
use octant_dsp::meter::Reading;
use octant_dsp::params;
use octant_dsp::settings::{BandSettings, Detector, Law, Mode, Settings, Sidechain, Slope};

const RATE_HZ: f64 = 48_000.0;

/// How a block is cut: the n-th piece has so many frames.
type Split = fn(&mut Random) -> usize;

/// Every way of a host to cut a stream.
const SPLITS: [(&str, Split); 6] = [
    ("1", |_| 1),
    ("17", |_| 17),
    ("64", |_| 64),
    ("480", |_| 480),
    ("4096", |_| 4096),
    ("random", |random| 1 + random.either(0.3, 900, 40)),
];

/// Settings and the frame before which a host announces them.
type Script = Vec<(usize, Settings)>;

/// What came out, and what the meters say.
#[derive(Debug)]
struct Take {
    audio: Audio,
    readings: Vec<Option<Reading>>,
}

/// Plays `input` in pieces; a piece ends where the script goes on.
fn perform(engine: &mut Engine, input: &Audio, side: &Audio, script: &Script, split: Split) -> Take {
    let (frames, mut random) = (input[0].len(), Random(9));
    let mut audio = vec![Vec::new(); input.len()];
    let (mut at, mut next) = (0, 0);
    while at < frames {
        while next < script.len() && script[next].0 <= at {
            set(engine, &script[next].1);
            next += 1;
        }
        let until = script.get(next).map_or(frames, |event| event.0.min(frames));
        let to = until.min(at + split(&mut random));
        let piece = |rows: &Audio| rows.iter().map(|row| row[at..to].to_vec()).collect::<Audio>();
        for (row, heard) in audio.iter_mut().zip(play_with(engine, &piece(input), &piece(side))) {
            row.extend(heard);
        }
        at = to;
    }
    Take { audio, readings: engine.meters().iter().map(|meter| meter.take()).collect() }
}

fn assert_same(
    kernels: Kernels,
    channels: usize,
    side: &Audio,
    first: &Settings,
    script: &Script,
    frames: usize,
    what: &str,
) {
    let input: Audio = (0..channels).map(|channel| programme(70 + channel as u64, RATE_HZ, frames)).collect();
    let take = |split| {
        let mut engine = Engine::with_kernels(kernels, RATE_HZ, channels, first).expect("valid settings");
        perform(&mut engine, &input, side, script, split)
    };
    let whole = take(|_| usize::MAX / 2);
    assert!(whole.audio.iter().flatten().all(|x| x.is_finite()) && rms(wide(&whole.audio[0])) > 1e-4, "{what}");
    for (name, split) in SPLITS {
        let cut = take(split);
        assert_same_bits(&cut.audio, &whole.audio, &format!("{what}, blocks of {name}"));
        assert_eq!(cut.readings, whole.readings, "{what}, blocks of {name}: meters");
    }
}

/// Moves a handful of parameters, any of them, to anywhere.
fn shake(settings: &mut Settings, random: &mut Random, structure_too: bool) {
    let all: Vec<_> = params::all().collect();
    for _ in 0..1 + random.below(24) {
        let row = &all[random.below(all.len())];
        if structure_too || row.param.change != params::Change::Structure {
            row.set_clamped(settings, row.param.from_normalised(random.unit()));
        }
    }
    if settings.mode == Mode::Linear {
        settings.mode = Mode::Transparent;
    }
}

/// A script that moves everything; structure now and then.
fn everything(seed: u64, first: &Settings, frames: usize) -> Script {
    let mut random = Random(seed);
    let (mut at, mut settings, mut script) = (0, *first, Vec::new());
    loop {
        at += 1 + random.either(0.5, 150, 1800);
        if at >= frames {
            return script;
        }
        let structure_too = random.unit() < 0.4;
        shake(&mut settings, &mut random, structure_too);
        if !structure_too || random.unit() < 0.7 {
            // Mostly audible, mostly the slope under test.
            settings.slope = first.slope;
            settings.band.iter_mut().for_each(|band| band.mute = false);
        }
        settings.bypass &= random.unit() < 0.2;
        script.push((at, settings));
    }
}

/// Eight busy bands, all different.
fn busy(slope: Slope, lookahead_ms: f64) -> Settings {
    let mut settings = settings(8, BandSettings::default());
    (settings.slope, settings.lookahead_ms) = (slope, lookahead_ms);
    for (index, band) in settings.band.iter_mut().enumerate() {
        band.above = section(Law::Compress, -40.0, 4.0);
        band.below = section([Law::Expand, Law::Compress, Law::Off][index % 3], -55.0, 2.0);
        band.detector = [Detector::Peak, Detector::Rms, Detector::Smooth][index % 3];
        band.link_percent = 25.0 * (index % 5) as f64;
        band.auto_release = index % 2 == 1;
        band.hold_ms = [0.0, 3.0][index % 2];
        band.hysteresis_db = [0.0, 0.0, 3.0][index % 3];
        band.lookahead_ms = 0.4 * index as f64;
        band.sidechain = [Sidechain::Internal, Sidechain::External][(index / 2) % 2];
        (band.attack_ms, band.release_ms) = (0.3 * (index + 1) as f64, 20.0);
    }
    settings
}

#[test]
fn no_block_split_changes_a_bit_while_everything_moves() {
    let frames = 16_000;
    let sides: [Audio; 3] = [Vec::new(), vec![programme(80, RATE_HZ, frames)], stereo_noise(81, 0.4, frames)];
    let mut seed = 100;
    for slope in SLOPES {
        for channels in [1, 2] {
            for side in &sides[..1 + channels] {
                for lookahead_ms in [0.0, 1.7] {
                    seed += 1;
                    let first = busy(slope, lookahead_ms);
                    let what = format!(
                        "{slope:?}, {channels} channels, {} of sidechain, look-ahead {lookahead_ms} ms, seed {seed}",
                        side.len()
                    );
                    assert_same(
                        Kernels::best(),
                        channels,
                        side,
                        &first,
                        &everything(seed, &first, frames),
                        frames,
                        &what,
                    );
                }
            }
        }
    }
}

#[test]
fn no_block_split_changes_a_bit_with_any_kernels() {
    for (seed, kernels) in (200..).zip(Kernels::all()) {
        let first = busy(Slope::Db24, 1.0);
        let script = everything(seed, &first, 4000);
        assert_same(kernels, 2, &stereo_noise(82, 0.4, 4000), &first, &script, 4000, kernels.isa().name());
    }
}

/// One change and its way back, over and over, at odd frames.
fn to_and_fro(a: &Settings, b: &Settings, frames: usize) -> Script {
    (0..).map(|k| (501 + 1777 * k, if k % 2 == 0 { *b } else { *a })).take_while(|(at, _)| *at < frames).collect()
}

#[test]
fn no_block_split_changes_a_bit_when_machinery_comes_and_goes() {
    // Each of these lets the engine start or stop parts of itself, at frames that must not depend on the blocks.
    let plain = settings(
        4,
        BandSettings { above: section(Law::Compress, -40.0, 4.0), release_ms: 5.0, attack_ms: 0.5, ..idle_band() },
    );
    let with = |edit: fn(&mut BandSettings)| {
        let mut new = plain;
        edit(&mut new.band[1]);
        new
    };
    let pairs = [
        ("link", with(|b| b.link_percent = 0.0)),
        ("hold", with(|b| b.hold_ms = 4.0)),
        ("hysteresis", with(|b| (b.hysteresis_db, b.below) = (4.0, section(Law::Expand, -30.0, 4.0)))),
        ("auto release", with(|b| b.auto_release = true)),
        ("below on", with(|b| b.below = section(Law::Compress, -30.0, 4.0))),
        ("above off", with(|b| b.above = OFF)),
        ("law", with(|b| b.above = section(Law::Expand, -40.0, 1.5))),
        ("rms", with(|b| b.detector = Detector::Rms)),
        ("smooth", with(|b| b.detector = Detector::Smooth)),
        ("external", with(|b| b.sidechain = Sidechain::External)),
        ("listen external", with(|b| (b.sidechain, b.listen) = (Sidechain::External, true))),
        ("listen", with(|b| b.listen = true)),
        ("solo", with(|b| b.solo = true)),
        ("mute", with(|b| b.mute = true)),
        ("band bypass", with(|b| b.bypass = true)),
        ("make-up", with(|b| b.auto_makeup = true)),
        ("bypass", Settings { bypass: true, ..plain }),
        ("delta", Settings { delta: true, ..plain }),
        ("gains", Settings { input_gain_db: 6.0, output_gain_db: -6.0, mix_percent: 40.0, ..plain }),
        ("crossovers", Settings { crossovers_hz: [300.0, 2000.0, 9000.0, 0.0, 0.0, 0.0, 0.0], ..plain }),
        ("bands", Settings { bands: 5, ..plain }),
        ("slope", Settings { slope: Slope::Db12, ..plain }),
    ];
    let frames = 6000;
    for (name, other) in pairs {
        for lookahead_ms in [0.0, 1.0] {
            let (a, b) = (Settings { lookahead_ms, ..plain }, Settings { lookahead_ms, ..other });
            let side = stereo_noise(83, 0.4, frames);
            assert_same(Kernels::best(), 2, &side, &a, &to_and_fro(&a, &b, frames), frames, name);
        }
    }
}

#[test]
fn the_gain_trace_does_not_depend_on_blocks_either() {
    let (frames, first) = (12_000, busy(Slope::Db24, 1.0));
    let mut script = everything(300, &first, frames);
    for (_, settings) in &mut script {
        settings.bands = 8;
    }
    let input = [programme(84, RATE_HZ, frames), programme(85, RATE_HZ, frames)];
    let run = |block: usize| {
        let mut engine = engine(RATE_HZ, 2, &first);
        let (mut at, mut next, mut trace) = (0, 0, vec![Vec::new(); 16]);
        while at < frames {
            while next < script.len() && script[next].0 <= at {
                set(&mut engine, &script[next].1);
                next += 1;
            }
            let to = script.get(next).map_or(frames, |event| event.0).min(at + block);
            let (_, gains) =
                play_traced(&mut engine, &input.iter().map(|row| row[at..to].to_vec()).collect(), &Vec::new());
            trace.iter_mut().zip(gains.into_iter().flatten()).for_each(|(row, gain)| row.extend(gain));
            at = to;
        }
        trace
    };
    let whole = run(frames);
    for block in [1, 64, 333] {
        assert_same_bits(&run(block), &whole, &format!("trace, blocks of {block}"));
    }
}

#[test]
fn a_change_between_two_points_of_the_grid_acts_at_the_next_multiple_of_16() {
    let (before, after) = (settings(4, idle_band()), Settings { output_gain_db: -12.0, ..settings(4, idle_band()) });
    let input = stereo_noise(86, 0.5, 400);
    let heard =
        |at: usize| perform(&mut engine(RATE_HZ, 2, &before), &input, &Vec::new(), &vec![(at, after)], |_| 400).audio;
    let plain = perform(&mut engine(RATE_HZ, 2, &before), &input, &Vec::new(), &Vec::new(), |_| 400).audio;
    for point in [48, 64, 208] {
        let on_grid = heard(point);
        for at in point - 15..point {
            assert_same_bits(&heard(at), &on_grid, &format!("set at {at}"));
        }
        assert_eq!(on_grid[0][..point], plain[0][..point], "before frame {point}");
        assert!(on_grid[0][point..point + 4] != plain[0][point..point + 4], "nothing happened at {point}");
        assert!(heard(point + 1) != on_grid);
    }
    // The last of several changes between two points counts.
    let script = vec![(33, Settings { output_gain_db: 20.0, mix_percent: 3.0, ..before }), (40, after)];
    let last = perform(&mut engine(RATE_HZ, 2, &before), &input, &Vec::new(), &script, |_| 400).audio;
    assert_same_bits(&last, &heard(48), "the last change wins");
}
