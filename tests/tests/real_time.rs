//! The audio thread under watch: 100,000 blocks with parameters moving, and not one allocation, release, lock, wait or
//! system call. Each class has a canary. x86-64 Linux.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use octant_dsp::Engine;
use octant_dsp::ffi::{Isa, Kernels};
use octant_dsp::health::HealthMeter;
use octant_dsp::settings::{Channels, Detector, Law, Mode, Settings, Sidechain, Slope, Target};
use octant_dsp::tap::{Slot, Switch};
use octant_tests::random::Random;
use octant_tests::signals;
use octant_tests::system::watch::{Counts, Misdeed, Watch, in_fp_mode, misbehave};
use octant_tests::tools;

/// A watch that sees everything; None where the kernel cannot show system calls and nobody insists.
fn watch(test: &str) -> Watch {
    let watch = Watch::new();
    if let Some(error) = watch.blind() {
        let why =
            format!("this kernel does not show system calls (Syscall User Dispatch: {error}); the rest is watched");
        if watch.kernel_lacks_dispatch() {
            println!("SKIPPED in part, {test}: {why}");
        } else {
            tools::skip(test, &why);
        }
    }
    watch
}

/// Turns one knob, or several, of all that there are.
fn turn(settings: &mut Settings, random: &mut Random) {
    let index = random.whole(0..8);
    let band = &mut settings.band[index];
    match random.whole(0..25) {
        0 => band.above.threshold_db = random.between(-60.0, 0.0),
        1 => band.below.threshold_db = random.between(-80.0, -20.0),
        2 => band.above.ratio = random.between(1.0, 100.0),
        3 => band.above.law = random.one_of(&[Law::Off, Law::Compress, Law::Expand]),
        4 => band.below.law = random.one_of(&[Law::Off, Law::Compress, Law::Expand]),
        5 => band.gain_db = random.between(-24.0, 24.0),
        6 => settings.crossovers_hz[index.min(6)] = random.between(20.0, 20_000.0),
        7 => (band.mute, band.solo) = (random.chance(0.2), random.chance(0.2)),
        8 => band.listen = random.chance(0.2),
        9 => band.detector = random.one_of(&[Detector::Peak, Detector::Rms, Detector::Smooth]),
        10 => band.link_percent = random.one_of(&[0.0, 35.0, 100.0]),
        11 => (band.attack_ms, band.release_ms) = (random.between(0.05, 50.0), random.between(1.0, 5000.0)),
        12 => (band.hold_ms, band.hysteresis_db) = (random.one_of(&[0.0, 5.0]), random.one_of(&[0.0, 6.0])),
        13 => (band.auto_release, band.auto_makeup) = (random.chance(0.5), random.chance(0.5)),
        14 => band.sidechain = random.one_of(&[Sidechain::Internal, Sidechain::External]),
        15 => (band.mix_percent, band.bypass) = (random.between(0.0, 100.0), random.chance(0.2)),
        16 => (settings.input_gain_db, settings.output_gain_db) = (random.between(-12.0, 6.0), 0.0),
        17 => (settings.mix_percent, settings.delta) = (random.between(0.0, 100.0), random.chance(0.2)),
        18 => settings.bypass = random.chance(0.3),
        19 => settings.slope = random.one_of(&[Slope::Db12, Slope::Db24, Slope::Db48]),
        20 => settings.bands = random.whole(1..9),
        23 => {
            settings.mode = random.one_of(&[Mode::Lr, Mode::Transparent, Mode::Linear]);
            settings.linear_taps = random.one_of(&[1024, 2048]);
        }
        21 => band.channels = random.one_of(&[Channels::Stereo, Channels::MidSide]),
        22 => band.target = random.one_of(&[Target::Both, Target::First, Target::Second]),
        _ => (band.lookahead_ms, settings.lookahead_ms) = (random.between(0.0, 5.0), random.between(0.0, 5.0)),
    }
}

/// Mostly small blocks, some of a few hundred frames.
fn block_frames(random: &mut Random) -> usize {
    match random.whole(0..50) {
        0 => random.whole(128..513),
        1..10 => random.whole(32..128),
        _ => random.whole(1..33),
    }
}

/// Runs an engine for so many blocks, everything moving, and watches `set`, `process` and now and then `restart`, while
/// somebody begins to listen, reads slots late or not at all, and leaves; and the clock, which tells how long it took.
fn run(kernels: Kernels, channels: usize, blocks: usize, watch: &Watch) {
    const LOOP: usize = 4096;
    let mut random = Random::new(2);
    // The held latency is that of the linear mode, so every mode may come at any time.
    let mut settings = Settings { lookahead_ms: 5.0, hold_latency: true, linear_taps: 2048, ..Settings::default() };
    let mut engine = Engine::with_kernels(kernels, 48_000.0, channels, &settings).expect("valid settings");
    let input: Vec<Vec<f32>> = (0..4).map(|_| signals::hostile_row(LOOP + 512, &mut random)).collect();
    let (mut left, mut right) = ([0.0f32; 512], [0.0f32; 512]);
    let workshop = engine.workshop();
    let (mut structures, mut restarts, mut served) = (0, 0, 0);
    let switch = Arc::new(Switch::default());
    let mut tap = engine.tap(3, &switch);
    let (mut opening, mut openings, mut slots) = (0, 0, 0);
    let health = engine.health();
    for block in 0..blocks {
        let frames = block_frames(&mut random);
        let at = random.whole(0..LOOP);
        left[..frames].copy_from_slice(&input[0][at..at + frames]);
        right[..frames].copy_from_slice(&input[1][at..at + frames]);
        let side = [&input[2][at..at + frames], &input[3][at..at + frames]];
        let change = block % 4 == 0;
        if change {
            let before = (settings.mode, settings.slope, settings.bands);
            turn(&mut settings, &mut random);
            structures += usize::from(before != (settings.mode, settings.slope, settings.bands));
        }
        let restart = random.chance(0.002);
        restarts += usize::from(restart);
        let sides = random.whole(0..3);
        if block % 64 == 0 {
            if random.chance(0.6) {
                tap.provide(Slot::new);
                (opening, openings) = (switch.open(), openings + 1);
            } else {
                switch.close();
            }
        }
        if random.chance(0.03) {
            while tap.read(opening, |_| slots += 1) {}
        }
        let (result, counts) = watch.during(|| {
            let begun = Instant::now();
            let result = if change { engine.set(&settings) } else { Ok(()) };
            if restart {
                engine.restart();
            }
            if channels == 2 {
                engine.process(&mut [&mut left[..frames], &mut right[..frames]], &side[..sides]);
            } else {
                engine.process(&mut [&mut left[..frames]], &side[..sides.min(1)]);
            }
            HealthMeter::add_block(&health, begun.elapsed().as_secs_f64(), frames as f64 / 48_000.0);
            result
        });
        assert_eq!(result, Ok(()));
        // What another thread would do, whenever it comes to it.
        served += usize::from(random.chance(0.1) && workshop.serve());
        assert_eq!(counts, Counts::NONE, "block {block} of {kernels:?}, {frames} frames, {settings:?}");
        let rows = [&left[..frames], &right[..frames]];
        assert!(rows[..channels].iter().all(|row| row.iter().all(|x| x.is_finite())), "block {block}");
    }
    assert!(structures > blocks / 200 && restarts > 0, "{structures} changes of structure, {restarts} restarts");
    assert!(served > blocks / 500, "{served} orders of filters");
    let health = health.read();
    assert_eq!(health.non_finite_blocks, 0);
    assert!(openings > blocks / 200 && slots > 0, "{openings} openings, {slots} slots");
    assert!(health.non_finite_inputs > 0 && health.worst_share > 0.0, "{health:?}");
    assert!(health.dropped_slots > 0, "some slots were missing: {health:?}");
}

#[test]
fn a_hundred_thousand_blocks_without_a_violation() {
    let watch = watch("a_hundred_thousand_blocks_without_a_violation");
    run(Kernels::best(), 2, 100_000, &watch);
}

#[test]
fn every_table_and_mono() {
    let watch = watch("every_table_and_mono");
    for kernels in Kernels::all() {
        let blocks = if kernels.isa() == Isa::Scalar { 2_000 } else { 10_000 };
        run(kernels, 1, blocks, &watch);
        run(kernels, 2, blocks, &watch);
    }
}

#[test]
fn canaries_in_c_are_caught() {
    let watch = watch("canaries_in_c_are_caught");
    let none = Counts::NONE;
    for (misdeed, expected) in [
        (Misdeed::Malloc, Counts { allocations: 1, ..none }),
        (Misdeed::Calloc, Counts { allocations: 1, ..none }),
        (Misdeed::Realloc, Counts { allocations: 1, ..none }),
        (Misdeed::Aligned, Counts { allocations: 1, ..none }),
        (Misdeed::Free, Counts { releases: 1, ..none }),
        (Misdeed::Lock, Counts { locks: 1, ..none }),
    ] {
        assert_eq!(watch.during(|| misbehave(misdeed)).1, expected, "{misdeed:?}");
    }
    // Waiting asks the kernel, too.
    assert_eq!(watch.during(|| misbehave(Misdeed::Wait)).1.waits, 1);
    if watch.blind().is_none() {
        for (misdeed, number) in [(Misdeed::GetParent, libc::SYS_getppid), (Misdeed::WriteNothing, libc::SYS_write)] {
            let expected = Counts { system_calls: 1, system_call: number, ..none };
            assert_eq!(watch.during(|| misbehave(misdeed)).1, expected, "{misdeed:?}");
        }
    }
    assert_eq!(watch.during(|| ()).1, none, "nothing is nothing, afterwards too");
}

#[test]
fn canaries_in_rust_are_caught() {
    let watch = watch("canaries_in_rust_are_caught");
    let (boxed, counts) = watch.during(|| black_box(Box::new([0.5f32; 100])));
    assert_eq!(counts.allocations, 1, "{counts:?}");
    assert_eq!(watch.during(|| drop(boxed)).1.releases, 1);
    let mut row = Vec::with_capacity(1);
    row.push(0.5f32);
    assert!(watch.during(|| black_box(&mut row).extend([1.0; 99])).1.allocations > 0);
    assert!(watch.during(|| black_box(format!("{} dB", row.len()))).1.allocations > 0);

    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let (outcome, counts) = watch.during(|| catch_unwind(|| panic!("{}", black_box("in the audio thread"))));
    std::panic::set_hook(quiet);
    assert!(outcome.is_err() && counts.allocations > 0, "{counts:?}");

    if watch.blind().is_some() {
        return;
    }
    let (_, counts) = watch.during(|| std::thread::sleep(Duration::from_nanos(1)));
    assert_eq!(counts.system_calls, 1, "a sleep: {counts:?}");
    let (_, counts) = watch.during(|| println!("a line of a log"));
    // The harness may keep the line in memory instead; that allocates.
    assert_ne!(counts, Counts::NONE, "a line of a log");
    let (_, counts) = watch.during(std::thread::yield_now);
    assert_eq!(counts.system_calls, 1, "{counts:?}");
}

/// A lock of Rust's own makes no system call as long as nobody else holds it; here somebody does.
#[test]
fn waiting_for_a_lock_is_caught() {
    let watch = watch("waiting_for_a_lock_is_caught");
    if watch.blind().is_some() {
        return;
    }
    let (lock, held) = (Arc::new(Mutex::new(0)), Arc::new(Barrier::new(2)));
    let other = std::thread::spawn({
        let (lock, held) = (Arc::clone(&lock), Arc::clone(&held));
        move || {
            let _guard = lock.lock();
            held.wait();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    held.wait();
    let (_, counts) = watch.during(|| drop(lock.lock()));
    assert_eq!((counts.system_calls, counts.system_call), (1, libc::SYS_futex), "{counts:?}");
    other.join().expect("the other thread");
}

/// An engine around which something goes wrong in one block of many.
#[test]
fn one_bad_block_among_many_is_caught() {
    let watch = watch("one_bad_block_among_many_is_caught");
    let mut engine = Engine::new(48_000.0, 2, &Settings::default()).expect("valid settings");
    let (mut left, mut right) = ([0.25f32; 64], [0.25f32; 64]);
    let mut caught = Vec::new();
    for block in 0..1000 {
        let (_, counts) = watch.during(|| {
            if block == 700 {
                drop(black_box(left.to_vec()));
            }
            engine.process(&mut [&mut left, &mut right], &[]);
        });
        if counts != Counts::NONE {
            caught.push((block, counts.allocations, counts.releases));
        }
    }
    assert_eq!(caught, [(700, 1, 1)]);
}

#[test]
fn the_floating_point_mode_is_left_as_it_was() {
    /// All exceptions masked, round to nearest.
    const USUAL: u32 = 0x1f80;
    let names = ["usual", "flushing", "rounding down", "rounding up", "towards zero", "flags up"];
    let modes = [USUAL, USUAL | 0x8040, USUAL | 0x2000, USUAL | 0x4000, USUAL | 0x6000, USUAL | 0x003f];
    for kernels in Kernels::all() {
        for (name, mode) in names.into_iter().zip(modes) {
            let mut settings = Settings::default();
            let mut engine = Engine::with_kernels(kernels, 48_000.0, 2, &settings).expect("valid settings");
            for frames in [0, 1, 63, 64, 500] {
                let mut rows = [vec![1.0e-39f32; frames], vec![0.3; frames]];
                settings.band[0].gain_db += 1.0;
                let ([left, right], settings) = (&mut rows, &settings);
                let (_, after) =
                    in_fp_mode(mode, || engine.set(settings).map(|()| engine.process(&mut [left, right], &[])));
                assert_eq!(after, mode, "{kernels:?}, {name}, {frames} frames");
            }
            // A panic on the way (rows of unequal length) must not leave it behind either.
            let quiet = std::panic::take_hook();
            std::panic::set_hook(Box::new(|_| ()));
            let (outcome, after) = in_fp_mode(mode, || {
                catch_unwind(AssertUnwindSafe(|| engine.process(&mut [&mut [0.0; 3][..], &mut [0.0; 4][..]], &[])))
            });
            std::panic::set_hook(quiet);
            assert!(outcome.is_err() && after == mode, "{kernels:?}, {name}, after a panic");
        }
    }
    // Canary: work that leaves another mode is seen.
    let (_, after) = in_fp_mode(USUAL, || std::mem::forget(octant_dsp::ffi::DenormalsOff::new()));
    assert_eq!(after, USUAL | 0x8040);
}
