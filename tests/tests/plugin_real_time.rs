//! The whole plugin under watch while its host does everything at once: parameters and whole presets with the blocks,
//! states loaded and saved meanwhile, resets, hostile samples. `cargo xtask validate` runs it over the shipped bundle.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use octant_dsp::settings::{Law, Mode};
use octant_dsp::{Settings, params, preset};
use octant_tests::random::Random;
use octant_tests::side_by_side::number;
use octant_tests::signals;
use octant_tests::system::raw::{Library, Param, Plugin};
use octant_tests::system::raw_block::{Block, Event, Side, Status, transport};
use octant_tests::system::vst3::Instance;
use octant_tests::system::watch::{Counts, Watch, place};
use octant_tests::tools;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const LONGEST: usize = 512;
const IDS: [(&str, usize); 2] = [("audio.octant.octant", 2), ("audio.octant.octant-mono", 1)];

fn watch(test: &str) -> Watch {
    let watch = Watch::new();
    if let Some(error) = watch.blind() {
        let why = format!("this kernel does not show system calls ({error}); the rest is watched");
        if watch.kernel_lacks_dispatch() {
            println!("SKIPPED in part, {test}: {why}");
        } else {
            tools::skip(test, &why);
        }
    }
    watch
}

/// The events that set every parameter as a preset has it.
fn whole(settings: &Settings, known: &[Param]) -> Vec<Event> {
    let event = |row: params::ParamRef| {
        let param = known.iter().find(|param| param.name == row.name()).expect("a parameter for each row");
        let place = row.param.to_normalised(row.get(settings));
        let value = if param.stepped { place * (param.range[1] - param.range[0]) } else { place };
        Event::value(0, param.id, param.cookie, value)
    };
    params::all().map(event).collect()
}

/// What the audio thread does to the plugin, and what it saw.
#[derive(Default, Debug)]
struct Seen {
    /// Blocks that did something forbidden, and what they did together.
    violations: usize,
    allocations: u64,
    system_calls: u64,
    first: Option<(usize, Counts, Vec<String>)>,
    /// Events, whole presets, resets.
    did: [usize; 3],
}

fn audio_thread(
    plugin: &Plugin<'_>,
    (channels, strange_sides): (usize, bool),
    blocks: usize,
    seed: u64,
    presets: &[Vec<Event>],
) -> Seen {
    let watch = watch("audio thread");
    let mut random = Random::new(seed);
    let known = plugin.params();
    const LOOP: usize = 4096;
    let rows: Vec<Vec<f32>> = (0..4).map(|_| signals::hostile_row(LOOP + LONGEST, &mut random)).collect();
    let mut block = Block::new(channels, LONGEST);
    let mut seen = Seen::default();
    for number in 0..blocks {
        block.frames = match random.whole(0..60) {
            0 => random.whole(64..LONGEST + 1),
            1..6 => random.whole(17..64),
            _ => random.whole(1..17),
        } as u32;
        let (frames, at) = (block.frames as usize, random.whole(0..LOOP));
        block.in_place = random.chance(0.5);
        let main = if block.in_place { &mut block.output } else { &mut block.input };
        for (row, source) in main.iter_mut().zip(&rows) {
            row[..frames].copy_from_slice(&source[at..at + frames]);
        }
        for (row, source) in block.side.iter_mut().zip(&rows[2..]) {
            row[..frames].copy_from_slice(&source[at..at + frames]);
        }
        let whole = !strange_sides || random.chance(0.9);
        block.side_as = if whole { Side::Whole } else { random.one_of(&[Side::Null, Side::Channels(0)]) };
        block.transport = random.chance(0.8).then(|| transport(0, random.bits() as u32, 120.0, random.bits() as i64));
        block.events.clear();
        if number % 1000 == 500 {
            block.events.extend_from_slice(&presets[random.whole(0..presets.len())]);
            seen.did[1] += 1;
        } else if number % 4 == 0 {
            for _ in 0..random.whole(1..5) {
                let param = &known[random.whole(0..known.len())];
                // Bypassed all the time, or with a latency that lets no mode come, nothing else would be seen.
                if !["Bypass", "Hold latency", "Filter length"].contains(&&param.name[..]) || random.chance(0.1) {
                    let [low, high, _] = param.range;
                    let value = random.between(low, high);
                    let value = if param.stepped { value.round() } else { value };
                    let time = random.whole(0..frames) as u32;
                    block.events.push(Event::value(time, param.id, param.cookie, value));
                }
            }
            block.events.sort_by_key(Event::time);
            seen.did[0] += block.events.len();
        }
        let reset = random.chance(0.005);
        seen.did[2] += usize::from(reset);
        let (status, counts) = watch.during(|| {
            if reset {
                plugin.reset();
            }
            plugin.process(&mut block)
        });
        assert_ne!(status, Status::Error, "block {number}");
        assert!(block.heard().flatten().all(|x| x.is_finite() && !x.is_subnormal()), "block {number}");
        if counts != Counts::NONE {
            seen.violations += 1;
            seen.allocations += counts.allocations;
            seen.system_calls += counts.system_calls;
            seen.first.get_or_insert_with(|| (number, counts, place()));
        }
    }
    seen
}

/// Runs so many blocks in `parts` audio threads, one after the other, each at another rate, while this thread loads and
/// saves states.
fn run(library: &Library, (id, channels): (&str, usize), thread_check: bool, blocks: usize, parts: usize) -> Vec<Seen> {
    let plugin = library.plugin(id, thread_check).expect("an instance");
    let known = plugin.params();
    // Every mode; with the latency held each of them comes at once.
    let modes = [Mode::Linear, Mode::Lr, Mode::Transparent].into_iter().cycle();
    let in_mode = |(preset, mode): (&preset::Factory, Mode)| {
        let settings = preset.preset().expect("valid").settings;
        whole(&Settings { mode, linear_taps: 1024, hold_latency: true, ..settings }, &known)
    };
    let presets: Vec<Vec<Event>> = preset::factory().iter().zip(modes).map(in_mode).collect();
    let late = Settings { lookahead_ms: 20.0, linear_taps: 4096, hold_latency: true, ..Settings::default() };
    let late = whole(&late, &known);
    let states: Vec<Vec<u8>> = presets
        .iter()
        .map(|preset| {
            plugin.flush(preset);
            plugin.save(usize::MAX).expect("a state")
        })
        .collect();
    let (mut random, strange_sides) = (Random::named(id), library.silent());
    (0..parts)
        .map(|part| {
            plugin.flush(&late);
            assert!(plugin.start([48_000.0, 44_100.0, 96_000.0, 192_000.0][part % 4], LONGEST as u32));
            let (done, plugin, presets) = (AtomicBool::new(false), &plugin, &presets);
            let (mut loads, mut saves) = (0, 0);
            let seen = std::thread::scope(|threads| {
                let audio = threads.spawn(|| {
                    struct Done<'a>(&'a AtomicBool);
                    impl Drop for Done<'_> {
                        fn drop(&mut self) {
                            self.0.store(true, Relaxed);
                        }
                    }
                    let _done = Done(&done);
                    audio_thread(plugin, (channels, strange_sides), blocks / parts, part as u64, presets)
                });
                while !done.load(Relaxed) {
                    if random.chance(0.3) {
                        assert!(plugin.load(&states[random.whole(0..states.len())], usize::MAX));
                        loads += 1;
                    } else {
                        let state = plugin.save(usize::MAX).expect("a state");
                        assert!(state.len() > 1000);
                        saves += 1;
                    }
                    let param = &known[random.whole(0..known.len())];
                    let text = plugin.text(param.id, random.between(param.range[0], param.range[1])).expect("a text");
                    assert!(plugin.parse(param.id, &text).is_some(), "{text}");
                    plugin.poll();
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                audio.join().expect("the audio thread")
            });
            plugin.stop();
            assert!(
                loads > 0 && saves > 0 && seen.did.iter().all(|count| *count > 0),
                "{loads} {saves} {:?}",
                seen.did
            );
            seen
        })
        .collect()
}

/// A host that says which thread is which: nothing forbidden happens, neither ours nor the framework's.
fn no_violation(library: &Library, blocks: usize) {
    for plugin in IDS {
        for (part, seen) in run(library, plugin, true, blocks, 4).iter().enumerate() {
            assert_eq!(seen.violations, 0, "{plugin:?}, part {part}: {seen:#?}");
        }
    }
}

#[test]
fn no_violation_in_the_linked_plugin() {
    no_violation(&Library::linked(), 40_000);
}

/// All modes in turn, with crossovers that move, and the thread that makes filters: each mode is really heard, and what
/// is heard tells which it is.
#[test]
fn no_violation_while_modes_and_filters_come_and_go() {
    const FRAMES: usize = 64;
    const BLOCKS: usize = 150;
    let watch = watch("no_violation_while_modes_and_filters_come_and_go");
    let library = Library::shipped();
    let plugin = library.plugin(IDS[0].0, true).expect("an instance");
    let known = plugin.params();
    let mut settings = Settings { linear_taps: 1024, hold_latency: true, ..Settings::default() };
    settings.band.iter_mut().for_each(|band| band.above.law = Law::Off);
    plugin.flush(&whole(&settings, &known));
    assert!(plugin.start(48_000.0, FRAMES as u32));
    let late = plugin.latency() as usize;
    assert!(late > 500);
    let mut random = Random::named("modes");
    let mut block = Block::new(2, FRAMES);
    let mut played = vec![0.0f32; late];
    // Nothing is changed in the last blocks of each mode: largest difference from the input there.
    for mode in [Mode::Lr, Mode::Linear, Mode::Transparent, Mode::Linear, Mode::Lr, Mode::Transparent] {
        settings.mode = mode;
        let mut apart = 0.0f32;
        for number in 0..BLOCKS {
            block.events.clear();
            if number == 0 {
                block.events = whole(&settings, &known);
            } else if number % 10 == 0 && number < 80 {
                settings.crossovers_hz[1] = random.between(300.0, 3000.0).round();
                block.events = whole(&settings, &known);
            }
            block.input.iter_mut().flatten().for_each(|x| *x = 0.5 * random.bipolar());
            played.extend_from_slice(&block.input[0]);
            let (status, counts) = watch.during(|| plugin.process(&mut block));
            assert_ne!(status, Status::Error);
            assert_eq!(counts, Counts::NONE, "{mode:?}, block {number}: {:?}", place());
            let at = played.len() - FRAMES - late;
            if number >= BLOCKS - 10 {
                let rows = block.output[0].iter().zip(&played[at..at + FRAMES]);
                apart = rows.map(|(heard, played)| (heard - played).abs()).fold(apart, f32::max);
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let expected = match mode {
            Mode::Lr => 0.01..2.0,
            Mode::Linear => 1.0e-9..1.0e-6,
            Mode::Transparent => 0.0..1.0e-12,
        };
        assert!(expected.contains(&apart), "{mode:?}: {apart}");
    }
    plugin.stop();
}

/// A VST3 that has bounced plays: its filters come when they come, and nobody waits for them.
#[test]
fn what_is_played_after_a_bounce_waits_for_nothing() {
    let watch = watch("what_is_played_after_a_bounce_waits_for_nothing");
    let instance = Instance::new(0);
    let linear = Settings { mode: Mode::Linear, linear_taps: 32_768, ..Settings::default() };
    let place =
        |settings: &Settings, row: params::ParamRef| (number(&row.id()), row.param.to_normalised(row.get(settings)));
    params::all().for_each(|row| {
        let (id, place) = place(&linear, row);
        assert!(instance.set(id, place));
    });
    let (mut main, mut side) = (vec![vec![0.1f32; 512]; 2], vec![vec![0.0f32; 512]; 2]);
    assert!(instance.start_bounce(48_000.0, 512) && instance.process(&mut main, &mut side, &[]));
    instance.stop();
    assert!(instance.start(48_000.0, 512));
    let row = params::find("xover1").expect("a crossover");
    for turn in 0..10 {
        let mut moved = linear;
        moved.crossovers_hz[0] *= 1.0 + f64::from(turn) / 10.0;
        assert!(instance.process(&mut main, &mut side, &[place(&moved, row)]));
        for block in 0..40 {
            let (good, counts) = watch.during(|| instance.process(&mut main, &mut side, &[]));
            assert!(good);
            assert_eq!(counts, Counts::NONE, "turn {turn}, block {block}: {:?}", octant_tests::system::watch::place());
        }
    }
    instance.stop();
}

/// Half a million blocks of each plugin.
#[test]
#[ignore = "needs the built bundle"]
fn no_violation_in_a_million_blocks_of_the_bundle() {
    std::env::var_os("OCTANT_CLAP").expect("OCTANT_CLAP names the bundle; cargo xtask validate sets it");
    no_violation(&Library::shipped(), 500_000);
}

/// A host that does not say which thread is which makes the framework ask the standard library, which makes a record
/// of each thread that it does not know: in the first block with a changed parameter, once for each audio thread.
#[test]
fn what_the_framework_does_without_the_hosts_thread_check() {
    for (part, seen) in run(&Library::shipped(), IDS[0], false, 40_000, 4).iter().enumerate() {
        println!("without thread-check, thread {part}: {} blocks, {} allocations", seen.violations, seen.allocations);
        assert!(seen.violations <= 1, "{seen:?}");
        assert_eq!(seen.system_calls, 0, "{seen:?}");
    }
}

/// The watch sees into the library: what it does outside of `process` is counted.
#[test]
fn canaries_inside_the_library_are_caught() {
    let watch = watch("canaries_inside_the_library_are_caught");
    let library = Library::shipped();
    let plugin = library.plugin(IDS[0].0, true).expect("an instance");
    let (state, counts) = watch.during(|| plugin.save(usize::MAX));
    // The host itself has one growing vector.
    assert!(state.is_some() && counts.allocations > 100 && counts.releases > 100, "{counts:?}");
    let (_, counts) = watch.during(|| plugin.start(48_000.0, 64));
    assert!(counts.allocations > 2, "{counts:?}");
    if watch.blind().is_none() {
        let foreign = br#"{"version":"9.9.9","params":{},"fields":{}}"#;
        let state = [&(foreign.len() as u64).to_le_bytes(), &foreign[..]].concat();
        let (_, counts) = watch.during(|| plugin.load(&state, usize::MAX));
        assert_eq!((counts.system_calls, counts.system_call), (1, libc::SYS_write), "the line of the log: {counts:?}");
    }
    // A block longer than announced makes the framework's copy of the sidechain grow.
    let mut block = Block::new(2, 4096);
    let (status, counts) = watch.during(|| plugin.process(&mut block));
    assert!(status != Status::Error && counts.allocations > 0, "{counts:?}");
    let (_, counts) = watch.during(|| plugin.process(&mut block));
    assert_eq!(counts, Counts::NONE, "and then no more");
    plugin.stop();
}
