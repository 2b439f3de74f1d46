//! Filters that play, that are worn, that nobody needs any more: the memory of all of them comes back. One test only, for
//! the heap of the whole process is counted. x86-64 Linux.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use octant_dsp::Engine;
use octant_dsp::settings::{Mode, Settings, Slope};
use octant_tests::random::Random;
use octant_tests::side_by_side::events;
use octant_tests::system::clap::{Instance, linked};
use octant_tests::system::watch::live_blocks;

fn linear() -> Settings {
    Settings { mode: Mode::Linear, linear_taps: 1024, hold_latency: true, lookahead_ms: 2.0, ..Settings::default() }
}

/// Whatever needs other filters, or none.
fn turn(settings: &mut Settings, random: &mut Random) {
    match random.whole(0..8) {
        0 => settings.mode = random.one_of(&[Mode::Lr, Mode::Transparent, Mode::Linear]),
        1 => settings.linear_taps = random.one_of(&[1024, 2048, 4096]),
        2 => settings.slope = random.one_of(&[Slope::Db12, Slope::Db24, Slope::Db48]),
        3 => settings.bands = random.whole(1..9),
        _ => settings.crossovers_hz[random.whole(0..7)] = random.between(20.0, 20_000.0),
    }
}

/// An engine whose filters come and go, late or never, and which ends at any moment.
fn engine_life(seed: u64) {
    let mut random = Random::new(seed);
    let mut settings = linear();
    let mut engine = Engine::new(48_000.0, 2, &settings).expect("valid");
    let workshop = engine.workshop();
    let (mut left, mut right) = (vec![0.1f32; 700], vec![0.2f32; 700]);
    for _ in 0..random.whole(10..200) {
        if random.chance(0.4) {
            turn(&mut settings, &mut random);
            engine.set(&settings).expect("valid");
        }
        if random.chance(0.05) {
            engine.restart();
        }
        let frames = random.whole(0..700);
        engine.process(&mut [&mut left[..frames], &mut right[..frames]], &[]);
        if random.chance(0.4) {
            workshop.serve();
        }
    }
}

/// Blocks that an engine holds when so many moves of a crossover are done and everything has come to rest.
fn after_moves(moves: usize) -> i64 {
    let mut settings = linear();
    let mut engine = Engine::new(48_000.0, 2, &settings).expect("valid");
    let workshop = engine.workshop();
    let (mut left, mut right) = (vec![0.1f32; 960], vec![0.2f32; 960]);
    for number in 0..moves + 20 {
        if number < moves {
            settings.crossovers_hz[1] = 900.0 + number as f64;
            engine.set(&settings).expect("valid");
        }
        engine.process(&mut [&mut left, &mut right], &[]);
        workshop.serve();
    }
    live_blocks()
}

/// A plugin that is stopped, started at another rate or destroyed with filters on their way.
fn plugin_life(seed: u64) {
    let mut random = Random::new(seed);
    let mut settings = linear();
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    instance.flush(&events(&infos, &settings));
    for _ in 0..random.whole(1..6) {
        instance.start(random.one_of(&[44_100.0, 48_000.0, 96_000.0]), 512);
        for _ in 0..random.whole(1..40) {
            turn(&mut settings, &mut random);
            let (mut left, mut right) = ([0.1f32; 512], [0.2f32; 512]);
            let side = [0.0; 512];
            instance.process(&mut [&mut left, &mut right], &[&side, &side], &events(&infos, &settings));
            if random.chance(0.2) {
                std::thread::sleep(std::time::Duration::from_millis(6));
            }
        }
        instance.stop();
    }
}

#[test]
fn nothing_is_left_behind() {
    for (name, life, count) in [("an engine", engine_life as fn(u64), 300), ("a plugin", plugin_life, 30)] {
        // What is made once for the whole process.
        (0..5).for_each(life);
        let before = live_blocks();
        for seed in 0..count {
            life(seed);
            assert_eq!(live_blocks() - before, 0, "{name}, life {seed}");
        }
    }
    let (few, many) = (after_moves(3), after_moves(100));
    assert_eq!(few, many, "what plays does not grow");

    // Canary: one box that nobody drops.
    let before = live_blocks();
    std::mem::forget(std::hint::black_box(Box::new(0.5f32)));
    assert_eq!(live_blocks() - before, 1);
}
