//! The built bundle, loaded as a host loads it; `cargo xtask validate` makes it and says where it lies.

use octant_dsp::{Engine, Settings};
use octant_tests::random::Random;
use octant_tests::system::clap::{Instance, built};
use std::path::PathBuf;

const FRAMES: usize = 4096;

fn bundle() -> PathBuf {
    std::env::var_os("OCTANT_CLAP").expect("OCTANT_CLAP names the bundle; cargo xtask validate sets it").into()
}

fn noise(channels: usize) -> Vec<Vec<f32>> {
    let mut random = Random::named("bundle");
    (0..channels).map(|_| (0..FRAMES).map(|_| random.bipolar()).collect()).collect()
}

fn bits(rows: &[Vec<f32>]) -> Vec<u32> {
    rows.iter().flatten().map(|sample| sample.to_bits()).collect()
}

#[test]
#[ignore = "needs the built bundle"]
fn both_plugins_sound_like_the_engine() {
    let entry = built(&bundle()).expect("loads");
    for (id, channels) in [("audio.octant.octant", 2), ("audio.octant.octant-mono", 1)] {
        let mut expected = noise(channels);
        let mut engine = Engine::new(48_000.0, channels, &Settings::default()).expect("valid");
        engine.process(&mut expected.iter_mut().map(|row| &mut row[..]).collect::<Vec<_>>(), &[]);
        let mut heard = noise(channels);
        let mut instance = Instance::new(&entry, id);
        instance.start(48_000.0, FRAMES as u32);
        let silence = vec![vec![0.0; FRAMES]; channels];
        let side: Vec<&[f32]> = silence.iter().map(|row| &row[..]).collect();
        instance.process(&mut heard.iter_mut().map(|row| &mut row[..]).collect::<Vec<_>>(), &side, &[]);
        assert!(bits(&heard) == bits(&expected), "{id}");
    }
}

#[test]
#[ignore = "needs the built bundle"]
fn states_of_the_bundle_and_of_the_source_are_the_same() {
    let mut instance = Instance::new(&built(&bundle()).expect("loads"), "audio.octant.octant");
    let state = instance.save();
    assert_eq!(state, Instance::new(&octant_tests::system::clap::linked(), "audio.octant.octant").save());
    assert!(instance.load(&state));
}

/// Memory of this process that is not shared with files.
#[cfg(target_os = "linux")]
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).expect("RssAnon");
    line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("a number")
}

#[test]
#[ignore = "needs the built bundle"]
#[cfg(target_os = "linux")]
fn a_thousand_loads_leave_nothing() {
    let turn = || {
        let entry = built(&bundle()).expect("loads");
        let mut instance = Instance::new(&entry, "audio.octant.octant");
        instance.start(48_000.0, 512);
    };
    (0..50).for_each(|_| turn());
    let before = resident_kib();
    (0..1000).for_each(|_| turn());
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 512, "{grown} KiB more after a thousand loads");
    println!("{grown} KiB more after a thousand loads");
}

#[test]
#[ignore = "needs the built bundle"]
#[cfg(target_os = "linux")]
fn an_instance_needs_little_memory() {
    let entry = built(&bundle()).expect("loads");
    let make = || {
        let mut instance = Instance::new(&entry, "audio.octant.octant");
        instance.start(48_000.0, 512);
        instance
    };
    let first = make();
    let before = resident_kib();
    let many: Vec<Instance> = (0..100).map(|_| make()).collect();
    let each = resident_kib().saturating_sub(before) / many.len() as u64;
    drop((first, many));
    assert!(each <= 4096, "{each} KiB per instance");
    println!("{each} KiB per instance");
}
