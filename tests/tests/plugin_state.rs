//! States: what is saved comes back, what is damaged changes nothing.

use octant_tests::random::Random;
use octant_tests::system::clap::{Instance, linked};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn values(instance: &mut Instance) -> BTreeMap<String, f64> {
    let infos = instance.infos();
    infos.into_iter().map(|(name, info)| (name, instance.value(info.id))).collect()
}

fn scramble(instance: &mut Instance, seed: u64) {
    let mut random = Random::new(seed);
    let event = |info: &octant_tests::system::clap::Info, random: &mut Random| {
        let value = random.between(info.range[0], info.range[1]);
        (info.id, if info.stepped { value.round() } else { value })
    };
    let events: Vec<_> = instance.infos().values().map(|info| event(info, &mut random)).collect();
    instance.flush(&events);
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/golden/state")
}

fn instance() -> Instance {
    Instance::new(&linked(), "audio.octant.octant")
}

#[test]
fn a_state_brings_every_value_back_exactly() {
    for seed in 0..20 {
        let mut saved = instance();
        scramble(&mut saved, seed);
        let state = saved.save();
        let mut loaded = instance();
        assert!(loaded.load(&state));
        assert_eq!(values(&mut loaded), values(&mut saved));
        assert_eq!(loaded.save(), state, "and the same state again");
        // Into one that is something else, active and playing.
        scramble(&mut loaded, seed + 1000);
        loaded.start(48_000.0, 64);
        assert!(loaded.load(&state));
        assert_eq!(values(&mut loaded), values(&mut saved));
    }
}

/// Frames the framework's document as CLAP hosts keep it.
fn framed(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes(), json].concat()
}

/// A damaged state may be whole in effect (white space, a figure written otherwise); then it brings what it held. Else
/// everything stays. Never anything between.
fn all_or_nothing(loaded: &mut Instance, damaged: &[u8], held: &BTreeMap<String, f64>, what: &str) {
    scramble(loaded, 77);
    let before = values(loaded);
    loaded.load(damaged);
    let after = values(loaded);
    assert!(after == before || after == *held, "{what}");
}

#[test]
fn truncations_change_nothing() {
    let mut saved = instance();
    scramble(&mut saved, 3);
    let (state, held) = (saved.save(), values(&mut saved));
    let mut loaded = instance();
    for length in (0..state.len()).step_by(if cfg!(debug_assertions) { 997 } else { 61 }) {
        all_or_nothing(&mut loaded, &state[..length], &held, &format!("{length} bytes"));
        if length >= 8 {
            all_or_nothing(&mut loaded, &framed(&state[8..length]), &held, &format!("{length} bytes, framed"));
        }
    }
}

#[test]
fn bit_flips_change_nothing_or_nothing_that_matters() {
    let mut loaded = instance();
    let mut random = Random::named("flips");
    for seed in 0..50 {
        let mut saved = instance();
        scramble(&mut saved, seed);
        let (state, held) = (saved.save(), values(&mut saved));
        for _ in 0..8 {
            let mut damaged = state.clone();
            let (byte, bit) = (random.whole(8..state.len()), random.whole(0..8));
            damaged[byte] ^= 1 << bit;
            all_or_nothing(&mut loaded, &damaged, &held, &format!("state {seed}, byte {byte}, bit {bit}"));
        }
    }
}

#[test]
fn foreign_states_change_nothing() {
    let mut loaded = instance();
    scramble(&mut loaded, 5);
    let before = values(&mut loaded);
    let mut random = Random::named("noise");
    let noise: Vec<u8> = (0..1 << 20).map(|_| random.bits() as u8).collect();
    let foreign = br#"{"version":"9.9.9","params":{"mix":{"f32":0.25},"b1_mute":{"bool":true}},"fields":{}}"#;
    let empty = br#"{"version":"","params":{"mix":{"f32":0.25}},"fields":{"octant":"{}"}}"#;
    for state in [vec![], noise.clone(), framed(&noise), framed(foreign), framed(empty), framed(b"null"), framed(b"[]")]
    {
        loaded.load(&state);
        assert_eq!(values(&mut loaded), before);
    }
}

/// One file per release; each must load for ever.
#[test]
fn states_of_every_release_load() {
    let directory = golden();
    let mut files: Vec<_> = std::fs::read_dir(&directory).expect("golden states").flatten().collect();
    files.sort_by_key(|entry| entry.file_name());
    let states: Vec<_> = files.iter().filter(|entry| entry.path().extension().is_some_and(|e| e == "json")).collect();
    assert!(!states.is_empty());
    for entry in states {
        let json = std::fs::read(entry.path()).expect("readable");
        let mut loaded = instance();
        assert!(loaded.load(&framed(&json)), "{}", entry.path().display());
        // What it holds, as texts: the same for ever, however values are kept.
        let infos = loaded.infos();
        let texts: String = infos
            .iter()
            .map(|(name, info)| {
                let value = loaded.value(info.id);
                format!("{name}: {}\n", loaded.text(info.id, value))
            })
            .collect();
        let expected = entry.path().with_extension("txt");
        if std::env::var_os("OCTANT_RECORD").is_some() {
            std::fs::write(&expected, &texts).expect("written");
        }
        assert_eq!(texts, std::fs::read_to_string(&expected).expect("texts beside the state"));
    }
}

/// Writes the golden states of this version; to be run once for each release, by hand.
#[test]
#[ignore = "writes files"]
fn record_states_of_this_version() {
    let directory = golden();
    std::fs::create_dir_all(&directory).expect("made");
    let mut fresh = instance();
    let mut scrambled = instance();
    scramble(&mut scrambled, 1);
    for (name, instance) in [("fresh", &mut fresh), ("scrambled", &mut scrambled)] {
        let path = directory.join(format!("{}-{name}.json", env!("CARGO_PKG_VERSION")));
        std::fs::write(path, &instance.save()[8..]).expect("written");
    }
}
