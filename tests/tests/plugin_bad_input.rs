//! What a careless host may do to the plugin: the output stays finite, and what comes next is right.

use octant_tests::random::Random;
use octant_tests::system::clap::{Instance, linked};

const FRAMES: usize = 256;

fn process(instance: &mut Instance, random: &mut Random, wild: bool, events: &[(u32, f64)]) -> Vec<Vec<f32>> {
    let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1.0e-40, -1.0e-44];
    let mut sample = || if wild && random.chance(0.1) { random.one_of(&strange) } else { random.bipolar() };
    let mut row = || (0..FRAMES).map(|_| sample()).collect::<Vec<f32>>();
    let (mut main, side) = ([row(), row()], [row(), row()]);
    let mut rows: Vec<&mut [f32]> = main.iter_mut().map(|row| &mut row[..]).collect();
    let side: Vec<&[f32]> = side.iter().map(|row| &row[..]).collect();
    instance.process(&mut rows, &side, events);
    main.into()
}

fn finite(rows: &[Vec<f32>]) -> bool {
    rows.iter().flatten().all(|sample| sample.is_finite() && (*sample == 0.0 || sample.is_normal()))
}

#[test]
fn wild_samples_and_values_leave_the_output_finite() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos: Vec<_> = instance.infos().into_values().collect();
    let mut random = Random::named("wild");
    instance.start(48_000.0, FRAMES as u32);
    let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0e300, -1.0e300, -1.0, 2.0, 0.5];
    for _ in 0..400 {
        let events: Vec<_> = (0..20).map(|_| (infos[random.whole(0..infos.len())].id, random.one_of(&wild))).collect();
        assert!(finite(&process(&mut instance, &mut random, true, &events)));
    }
    // Numbers that do not exist are no one's parameter.
    assert!(finite(&process(&mut instance, &mut random, true, &[(12_345, 0.5), (0, 1.0)])));
    for info in &infos {
        let [min, max, _] = info.range;
        let value = instance.value(info.id);
        assert!(value.is_nan() || (min - 1e-6..=max + 1e-6).contains(&value), "{info:?} {value}");
    }
    // And from here on all is as in a fresh instance.
    let fresh: Vec<_> = infos.iter().map(|info| (info.id, info.range[2])).collect();
    process(&mut instance, &mut random, false, &fresh);
    instance.stop();
    instance.start(48_000.0, FRAMES as u32);
    let mut other = Instance::new(&linked(), "audio.octant.octant");
    other.start(48_000.0, FRAMES as u32);
    let mut again = random.clone();
    let bits = |rows: Vec<Vec<f32>>| rows.concat().iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
    let heard = bits(process(&mut instance, &mut random, false, &[]));
    assert!(heard == bits(process(&mut other, &mut again, false, &[])));
}

/// A value that is no number must not spoil the state that a host saves.
#[test]
fn a_state_saved_after_a_wild_value_loads() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    let (gain, mix) = (infos["Input gain"].id, infos["Mix"].id);
    instance.flush(&[(gain, f64::NAN), (mix, 0.25)]);
    let state = instance.save();
    let mut loaded = Instance::new(&linked(), "audio.octant.octant");
    assert!(loaded.load(&state), "{}", String::from_utf8_lossy(&state[..400]));
    assert_eq!((loaded.value(mix), loaded.value(gain)), (0.25, 0.5));
}

#[test]
fn rates_change_and_impossible_ones_are_refused() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let mut random = Random::named("rates");
    // Fractions and rates outside the engine's are what validators try.
    for rate_hz in [44_100.0, 8_000.0, 768_000.0, 192_000.0, 1_000.0, 1_234.567_8, 12_345.678, 1_234_567.8, 48_000.0] {
        instance.start(rate_hz, FRAMES as u32);
        assert!(finite(&process(&mut instance, &mut random, false, &[])));
        instance.stop();
    }
    for rate_hz in [0.0, -1.0, 999.0, 2.1e6, f64::NAN] {
        assert!(!instance.try_start(rate_hz, FRAMES as u32), "{rate_hz}");
    }
    assert!(instance.try_start(48_000.0, FRAMES as u32));
    assert!(finite(&process(&mut instance, &mut random, false, &[])));
}

/// Blocks longer than announced: the framework allocates for the sidechain then; the sound is right.
#[test]
fn longer_blocks_than_announced_are_processed() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    instance.start(48_000.0, 16);
    let mut random = Random::named("long");
    let mut again = random.clone();
    let heard = process(&mut instance, &mut random, false, &[]);
    let mut other = Instance::new(&linked(), "audio.octant.octant");
    other.start(48_000.0, FRAMES as u32);
    assert!(heard == process(&mut other, &mut again, false, &[]));
}
