//! The transparent and the linear mode in a host: the engine's bits, latencies that are kept, and filters that come from
//! the plugin's own thread while it plays.

use octant_dsp::linear::linear_latency;
use octant_dsp::settings::{BandSettings, Law, Mode, Section, Settings, Slope};
use octant_dsp::{Engine, params};
use octant_tests::side_by_side::{RATE_HZ, Rows, bits, events, factory, noise, pieces, sizes, ways};
use octant_tests::system::clap::{Instance, linked};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const STEREO: &str = "audio.octant.octant";
const MONO: &str = "audio.octant.octant-mono";

/// Settings, and the frame from which on they are wanted.
type Script<'a> = [(usize, Settings)];

/// Frames of each part of a script.
fn parts(script: &Script<'_>, frames: usize) -> Vec<usize> {
    let ends = script.iter().skip(1).map(|(at, _)| *at).chain([frames]);
    script.iter().zip(ends).map(|((at, _), end)| end - at).collect()
}

/// What the engine makes of a script, off line, each part in one block.
fn expected(script: &Script<'_>, main: &Rows, sidechain: &Rows) -> Rows {
    let mut engine = Engine::new(RATE_HZ, main.len(), &script[0].1).expect("valid");
    engine.set_offline(true);
    let (mut rows, mut wanted) = (main.clone(), script.iter());
    pieces(&mut rows, &parts(script, main[0].len()), |at, piece| {
        engine.set(&wanted.next().expect("one per part").1).expect("valid");
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        engine.process(piece, &side);
    });
    rows
}

/// An instance with these settings, activated.
fn started(id: &str, settings: &Settings, rate_hz: f64, offline: bool) -> Instance {
    let mut instance = Instance::new(&linked(), id);
    let events = events(&instance.infos(), settings);
    instance.flush(&events);
    instance.render(offline);
    instance.start(rate_hz, 4096);
    instance
}

/// What a started plugin makes of a script, with all parameters as events of the first block of each part. Between two
/// blocks the host may sleep.
fn heard(
    instance: &mut Instance,
    script: &Script<'_>,
    main: &Rows,
    sidechain: &Rows,
    cut: impl Fn(usize) -> Vec<usize>,
    sleep: impl Fn(usize) -> Duration,
) -> Rows {
    let infos = instance.infos();
    let (mut rows, mut wanted) = (main.clone(), script.iter().peekable());
    let blocks: Vec<usize> = parts(script, main[0].len()).into_iter().flat_map(cut).collect();
    pieces(&mut rows, &blocks, |at, piece| {
        let new = wanted.next_if(|(from, _)| *from == at).map_or(Vec::new(), |(_, new)| events(&infos, new));
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, &new);
        std::thread::sleep(sleep(at));
    });
    assert!(wanted.next().is_none());
    rows
}

fn at_once(_: usize) -> Duration {
    Duration::ZERO
}

/// Long enough for any machine to make filters within their lead of 16 blocks.
fn leisurely(_: usize) -> Duration {
    Duration::from_millis(20)
}

fn restarts(instance: &Instance) -> u32 {
    instance.requests.restarts.load(Relaxed)
}

/// A factory preset in another mode.
fn preset_in(mode: Mode, slug: &str) -> Settings {
    Settings { mode, linear_taps: 1024, ..factory(slug).settings }
}

/// The same with every crossover a third of an octave higher.
fn moved(settings: &Settings) -> Settings {
    let mut moved = *settings;
    moved.crossovers_hz.iter_mut().for_each(|hz| *hz = (*hz * 1.26).round().min(20_000.0));
    moved
}

/// Bands that are at work all the time, and nothing in their way.
fn busy(mode: Mode, linear_taps: u32) -> Settings {
    let band = BandSettings {
        above: Section { law: Law::Compress, threshold_db: -40.0, ratio: 4.0, range_db: 60.0 },
        attack_ms: 1.0,
        ..BandSettings::default()
    };
    Settings { mode, linear_taps, bands: 4, band: [band; 8], ..Settings::default() }
}

#[test]
fn blocks_of_any_size_give_the_engines_bits_in_every_mode() {
    const FRAMES: usize = 9000;
    for (id, channels) in [(STEREO, 2), (MONO, 1)] {
        for (mode, slug, slope) in [
            (Mode::Transparent, "up-down-eight", Slope::Db24),
            (Mode::Transparent, "master-mid-side", Slope::Db48),
            (Mode::Linear, "up-down-eight", Slope::Db24),
            (Mode::Linear, "kick-ducks-bass", Slope::Db12),
            (Mode::Linear, "master-mid-side", Slope::Db48),
        ] {
            let first = Settings { slope, ..preset_in(mode, slug) };
            let mut last = moved(&moved(&first));
            last.band[0].solo = true;
            let script = [(0, first), (3000, moved(&first)), (6000, last)];
            let (main, sidechain) = (noise("main", channels, FRAMES), noise("sidechain", channels, FRAMES));
            let expected = bits(&expected(&script, &main, &sidechain));
            assert_ne!(expected, bits(&main));
            for way in 0..ways(FRAMES).len() {
                let mut instance = started(id, &first, RATE_HZ, true);
                let cut = |frames| ways(frames).swap_remove(way).1;
                let heard = heard(&mut instance, &script, &main, &sidechain, cut, at_once);
                let name = &ways(FRAMES)[way].0;
                assert!(bits(&heard) == expected, "{id}, {mode:?}, {slug}, blocks of {name}");
            }
        }
    }
}

/// What every restart and every promise is about, mode by mode.
#[test]
fn modes_taps_and_lookahead_ask_for_a_restart_and_get_their_latency_with_it() {
    let base = Settings { lookahead_ms: 2.0, ..busy(Mode::Lr, 2048) };
    let linear = Settings { mode: Mode::Linear, ..base };
    let late = |taps| linear_latency(taps, RATE_HZ) as u32;
    let changes = [
        ("lr to linear", base, linear, Some(96 + late(2048))),
        ("linear to lr", linear, base, Some(96)),
        ("transparent to linear", Settings { mode: Mode::Transparent, ..base }, linear, Some(96 + late(2048))),
        ("linear to transparent", linear, Settings { mode: Mode::Transparent, ..base }, Some(96)),
        ("longer filters", linear, Settings { linear_taps: 4096, ..linear }, Some(96 + late(4096))),
        ("shorter filters", linear, Settings { linear_taps: 1024, ..linear }, Some(96 + late(1024))),
        ("more look-ahead", linear, Settings { lookahead_ms: 4.0, ..linear }, Some(192 + late(2048))),
        ("less look-ahead", linear, Settings { lookahead_ms: 0.0, ..linear }, Some(late(2048))),
        ("lr to transparent", base, Settings { mode: Mode::Transparent, ..base }, None),
        ("filters that are not used", base, Settings { linear_taps: 8192, ..base }, None),
        ("hold", base, Settings { hold_latency: true, ..base }, Some(96 + late(2048))),
        ("hold no more", Settings { hold_latency: true, ..base }, base, Some(96)),
        ("hold what is late", linear, Settings { hold_latency: true, ..linear }, None),
        ("steeper", linear, Settings { slope: Slope::Db48, ..linear }, None),
        ("fewer bands", linear, Settings { bands: 2, ..linear }, None),
    ];
    let (main, sidechain) = (noise("main", 2, 24_000), noise("sidechain", 2, 24_000));
    for (name, from, to, latency) in changes {
        let mut instance = started(STEREO, &from, RATE_HZ, true);
        let (before, asked) = (instance.latency(), restarts(&instance));
        let script = [(0, from), (6000, to)];
        let sound = heard(&mut instance, &script, &main, &sidechain, |frames| sizes(500, frames), at_once);
        assert_eq!(instance.latency(), before, "{name}: until the restart the promise holds");
        assert_eq!(restarts(&instance) - asked, u32::from(latency.is_some()), "{name}");
        // Until then the old structure runs; what needs no other latency is faded to.
        assert!(bits(&sound) == bits(&expected(&script, &main, &sidechain)), "{name}");
        if let Some(latency) = latency {
            let old = Settings { mode: from.mode, linear_taps: from.linear_taps, lookahead_ms: 2.0, ..to };
            assert!(bits(&sound) == bits(&expected(&[(0, from), (6000, old)], &main, &sidechain)), "{name}: too early");
            instance.stop();
            instance.start(RATE_HZ, 4096);
            assert_eq!(instance.latency(), latency, "{name}");
            let script = [(0, to)];
            let sound = heard(&mut instance, &script, &main, &sidechain, |frames| sizes(500, frames), at_once);
            assert!(bits(&sound) == bits(&expected(&script, &main, &sidechain)), "{name}, after the restart");
        }
    }
}

#[test]
fn held_latency_is_one_number_and_nothing_restarts() {
    let lr = Settings { hold_latency: true, lookahead_ms: 3.0, ..busy(Mode::Lr, 2048) };
    let held = 144 + linear_latency(2048, RATE_HZ) as u32;
    let (linear, transparent) =
        (Settings { mode: Mode::Linear, ..lr }, Settings { mode: Mode::Transparent, slope: Slope::Db12, ..lr });
    let shorter = Settings { linear_taps: 1024, bands: 6, ..linear };
    let script =
        [lr, linear, transparent, lr, transparent, linear, shorter, Settings { lookahead_ms: 1.0, ..shorter }, lr];
    let script: Vec<(usize, Settings)> = (0..).step_by(12_000).zip(script).collect();
    let frames = 12_000 * script.len();
    let (main, sidechain) = (noise("main", 2, frames), noise("sidechain", 2, frames));
    let expected = bits(&expected(&script, &main, &sidechain));
    for (mode, block) in [(Mode::Lr, 512), (Mode::Transparent, 17), (Mode::Linear, 480)] {
        // The same latency whatever it begins with.
        assert_eq!(started(STEREO, &Settings { mode, ..lr }, RATE_HZ, true).latency(), held, "{mode:?}");
        let mut instance = started(STEREO, &lr, RATE_HZ, true);
        let asked = restarts(&instance);
        let sound = heard(&mut instance, &script, &main, &sidechain, |frames| sizes(block, frames), at_once);
        assert!(bits(&sound) == expected, "blocks of {block}");
        assert_eq!((instance.latency(), restarts(&instance)), (held, asked));
    }
}

/// The plugin's own thread makes filters meanwhile. Given the time to make them, what is heard is what is heard off line.
#[test]
fn crossovers_moved_in_real_time_are_heard_when_the_engine_says_so() {
    const TAPS: u32 = 8192;
    let mut first = busy(Mode::Linear, TAPS);
    first.band.iter_mut().for_each(|band| band.above.law = Law::Off);
    first.band[1].solo = true;
    let mut moved = first;
    moved.crossovers_hz[1] = 3000.0;
    let at = 12_800;
    let script = [(0, first), (at, moved)];
    let tone = |n: usize| (0.5 * (std::f64::consts::TAU * 2000.0 * n as f64 / RATE_HZ).sin()) as f32;
    let main: Rows = vec![(0..at + 6400).map(tone).collect(); 2];
    let silence: Rows = vec![vec![0.0; main[0].len()]; 2];
    let mut instance = started(STEREO, &first, RATE_HZ, false);
    let sleep = |n: usize| if (at..at + 1100).contains(&n) { leisurely(n) } else { Duration::ZERO };
    let sound = heard(&mut instance, &script, &main, &silence, |frames| sizes(64, frames), sleep);
    assert!(bits(&sound) == bits(&expected(&script, &main, &silence)));
    let peak = |from: usize, to: usize| sound[0][from..to].iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let (before, after) = (peak(at - 2400, at), peak(at + 2352, at + 2400));
    assert!(before < 0.1 && after > 0.3, "{before} before, {after} just before 50 ms have passed");
}

/// Crossovers, bands, modes and a reset while filters are on their way, block by block in real time.
#[test]
fn filters_on_their_way_never_come_to_the_wrong_place() {
    let linear = Settings { hold_latency: true, ..busy(Mode::Linear, 1024) };
    let twice = moved(&moved(&linear));
    let scripts: [(&str, Vec<(usize, Settings)>); 5] = [
        ("two rebuilds in flight", vec![(0, linear), (6400, moved(&linear)), (6464, twice)]),
        (
            "the mode is left, and taken up again",
            vec![
                (0, linear),
                (6400, moved(&linear)),
                (6464, Settings { mode: Mode::Lr, ..twice }),
                (14_400, Settings { mode: Mode::Linear, ..twice }),
            ],
        ),
        (
            "left before it began",
            vec![
                (0, Settings { mode: Mode::Lr, ..linear }),
                (6400, linear),
                (6464, Settings { mode: Mode::Transparent, ..twice }),
            ],
        ),
        ("other bands", vec![(0, linear), (6400, moved(&linear)), (6464, Settings { bands: 7, ..twice })]),
        ("another slope, and back", {
            let steep = Settings { slope: Slope::Db48, ..moved(&linear) };
            vec![(0, linear), (6400, moved(&linear)), (6464, steep), (7104, linear), (14_400, twice)]
        }),
    ];
    let frames = 22_400;
    let (main, sidechain) = (noise("main", 2, frames), noise("sidechain", 2, frames));
    for (name, script) in scripts {
        let mut instance = started(STEREO, &script[0].1, RATE_HZ, false);
        let busy_time = |n: usize| script.iter().skip(1).any(|(at, _)| (*at..at + 3200).contains(&n));
        let sleep = |n: usize| if busy_time(n) { Duration::from_millis(12) } else { Duration::ZERO };
        let sound = heard(&mut instance, &script, &main, &sidechain, |frames| sizes(64, frames), sleep);
        assert!(bits(&sound) == bits(&expected(&script, &main, &sidechain)), "{name}");
    }
}

/// The host starts again at another rate while filters are being made: they go with the old engine.
#[test]
fn a_rate_change_during_a_rebuild_leaves_nothing_behind() {
    let settings = busy(Mode::Linear, 16_384);
    let moved = moved(&settings);
    let mut instance = started(STEREO, &settings, RATE_HZ, false);
    let infos = instance.infos();
    let (main, sidechain) = (noise("main", 2, 48_000), noise("sidechain", 2, 48_000));
    let mut block = [[0.25f32; 512]; 2];
    let [left, right] = &mut block;
    for (rate_hz, wanted) in [(96_000.0, moved), (44_100.0, settings), (48_000.0, moved)] {
        instance.process(&mut [left, right], &[&[0.0; 512], &[0.0; 512]], &events(&infos, &wanted));
        // The order is out; whether it is being worked on, nobody knows.
        instance.stop();
        instance.start(rate_hz, 4096);
        assert_eq!(instance.latency() as usize, linear_latency(16_384, rate_hz));
        let mut engine = Engine::new(rate_hz, 2, &wanted).expect("valid");
        let mut by_engine = main.clone();
        pieces(&mut by_engine, &[48_000], |_, piece| {
            engine.process(piece, &sidechain.iter().map(|row| &row[..]).collect::<Vec<_>>());
        });
        let mut by_plugin = main.clone();
        pieces(&mut by_plugin, &sizes(512, 48_000), |at, piece| {
            let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
            instance.process(piece, &side, &[]);
        });
        assert!(bits(&by_plugin) == bits(&by_engine), "{rate_hz} Hz");
    }
}

/// A session is recalled while it plays: the state brings the linear mode.
#[test]
fn a_state_with_the_linear_mode_comes_while_playing() {
    let (main, sidechain) = (noise("main", 2, 24_000), noise("sidechain", 2, 24_000));
    for hold_latency in [false, true] {
        let first = Settings { hold_latency, ..busy(Mode::Lr, 2048) };
        let second = Settings { hold_latency, slope: Slope::Db48, ..moved(&busy(Mode::Linear, 2048)) };
        let state = started(STEREO, &second, RATE_HZ, true).save();
        let mut instance = started(STEREO, &first, RATE_HZ, true);
        let asked = restarts(&instance);
        let mut sound = main.clone();
        pieces(&mut sound, &sizes(500, 24_000), |at, piece| {
            if at == 6000 {
                assert!(instance.load(&state));
            }
            let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
            instance.process(piece, &side, &[]);
        });
        assert!(bits(&sound) == bits(&expected(&[(0, first), (6000, second)], &main, &sidechain)), "{hold_latency}");
        assert_eq!(restarts(&instance) - asked, u32::from(!hold_latency));
        instance.stop();
        instance.render(true);
        instance.start(RATE_HZ, 4096);
        assert_eq!(instance.latency() as usize, linear_latency(2048, RATE_HZ));
        let script = [(0, second)];
        let sound = heard(&mut instance, &script, &main, &sidechain, |frames| sizes(512, frames), at_once);
        assert!(bits(&sound) == bits(&expected(&script, &main, &sidechain)), "after the restart");
        // And what it is saved as is what was loaded.
        let infos = instance.infos();
        let row = params::find("mode").expect("the table has a mode");
        assert_eq!(instance.value(infos[&row.name()].id), 2.0);
    }
}
