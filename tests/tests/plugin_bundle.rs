//! The built bundle, loaded as a host loads it; `cargo xtask validate` makes it and says where it lies.

use octant_dsp::{Engine, Settings};
use octant_hosts::{Case, RATE_HZ, Reference, Rows, even, given, same_bits, ways};
use octant_tests::random::Random;
use octant_tests::system::clap::{Instance, built};
use std::path::PathBuf;

const FRAMES: usize = 4096;

fn bundle() -> PathBuf {
    given("OCTANT_CLAP")
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

/// An instance with the state of one whose parameters were set, as a session brings it back.
fn recalled(case: &Case) -> Instance {
    let entry = built(&bundle()).expect("loads");
    let mut first = Instance::new(&entry, "audio.octant.octant");
    first.turn(case.places.iter().map(|(name, place)| (&name[..], *place)));
    let mut instance = Instance::new(&entry, "audio.octant.octant");
    assert!(instance.load(&first.save()), "{}", case.name);
    instance
}

fn is_octant_render(reference: &Reference, case: &Case, name: &str, sizes: &[usize]) {
    let mut instance = recalled(case);
    instance.start(f64::from(RATE_HZ), FRAMES as u32);
    assert_eq!(instance.latency() as usize, case.latency, "{}", case.name);
    let [main, sidechain] = reference.signals(case);
    let mut heard: Rows = vec![Vec::new(); main.len()];
    let mut at = 0;
    for &size in sizes {
        let mut piece: Vec<Vec<f32>> = main.iter().map(|row| row[at..at + size].to_vec()).collect();
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + size]).collect();
        instance.process(&mut piece.iter_mut().map(|row| &mut row[..]).collect::<Vec<_>>(), &side, &[]);
        heard.iter_mut().zip(piece).for_each(|(heard, piece)| heard.extend(piece));
        at += size;
    }
    let same = same_bits(&heard, &case.rendered, case.latency);
    assert_eq!(same, Ok(()), "{}, blocks of {name}", case.name);
}

#[test]
#[ignore = "needs the built bundle"]
fn every_preset_is_octant_render() {
    let reference = Reference::given();
    for case in &reference.cases {
        let sizes = even(512, reference.input[0].len() + case.latency);
        is_octant_render(&reference, case, "512", &sizes);
    }
}

#[test]
#[ignore = "needs the built bundle"]
fn blocks_of_any_size_are_octant_render() {
    let reference = Reference::given();
    for case in reference.named(&["up-down-eight", "master-mid-side", "kick-ducks-bass", "loudness-ceiling"]) {
        for (name, sizes) in ways(reference.input[0].len() + case.latency) {
            is_octant_render(&reference, case, &name, &sizes);
        }
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
