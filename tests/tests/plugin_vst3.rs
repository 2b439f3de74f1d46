//! What Steinberg's validator and pluginval ask of a VST3, asked by a host of our own; and what no host should do.

use octant_tests::random::Random;
use octant_tests::system::vst3::Instance;
use std::collections::BTreeSet;

const FRAMES: usize = 64;

fn rows(channels: usize, random: &mut Random) -> Vec<Vec<f32>> {
    (0..channels).map(|_| (0..FRAMES).map(|_| random.bipolar()).collect()).collect()
}

fn finite(rows: &[Vec<f32>]) -> bool {
    rows.iter().flatten().all(|x| x.is_finite() && !x.is_subnormal())
}

fn each(mut test: impl FnMut(&Instance, usize)) {
    for (index, channels) in [(0, 2), (1, 1)] {
        test(&Instance::new(index), channels);
    }
}

#[test]
fn parameters_are_as_the_validator_wants_them() {
    each(|instance, _| {
        let (params, units) = (instance.params(), instance.units());
        let ids: BTreeSet<u32> = params.iter().map(|param| param.id).collect();
        assert!(ids.len() == params.len() && ids.iter().all(|id| *id < 1 << 31));
        assert_eq!(units.iter().collect::<BTreeSet<_>>().len(), units.len());
        assert_eq!(params.iter().filter(|param| param.bypass).count(), 1);
        for param in &params {
            // The root is a unit without being listed.
            let known = param.unit == 0 || units.contains(&param.unit);
            assert!(param.steps >= 0 && (0.0..=1.0).contains(&param.fresh) && known, "{param:?}");
            assert!(!param.bypass || param.automatable);
            assert!((instance.value(param.id) - param.fresh).abs() < 1e-6, "{param:?}");
            for step in 0..=20 {
                let value = f64::from(step) / 20.0;
                let settled = instance.through_text(param.id, value).expect("its own text");
                assert_eq!(instance.through_text(param.id, settled), Some(settled), "{param:?} {value}");
                let plain = instance.through_plain(param.id, value);
                assert!(param.steps > 0 || (plain - value).abs() < 1e-6, "{param:?} {value} {plain}");
            }
        }
    });
}

#[test]
fn buses_are_what_they_say() {
    each(|instance, channels| {
        let (width, other) = (channels as u32, 3 - channels as u32);
        for index in 0..2 {
            assert_eq!(instance.bus(false, index), Some(channels as i32));
        }
        assert_eq!(instance.bus(true, 0), Some(channels as i32));
        for index in [2, 3, 100, i32::MAX] {
            assert_eq!((instance.bus(false, index), instance.bus(true, index)), (None, None));
        }
        assert!(instance.arrange([width; 3]));
        assert!(!instance.arrange([other; 3]) && !instance.arrange([width, width, other]));
        assert_eq!(instance.bus(true, 0), Some(channels as i32), "a refusal changes nothing");
    });
}

#[test]
fn instances_live_through_everything() {
    each(|instance, channels| {
        let mut random = Random::named("vst3");
        for round in 0..3 {
            instance.restart();
            for (rate_hz, frames) in [(44_100.0, 64), (48_000.0, 1024), (96_000.0, 64), (22_050.0, 16)] {
                assert!(instance.start(rate_hz, frames), "round {round}");
                let (mut main, mut side) = (rows(channels, &mut random), rows(channels, &mut random));
                // The last of the rates announces shorter blocks than come.
                assert!(instance.process(&mut main, &mut side, &[]) && finite(&main));
                instance.stop();
            }
        }
    });
}

/// Hosts send changes without audio, in a block of nothing.
#[test]
fn changes_without_audio_arrive() {
    each(|instance, _| {
        assert!(instance.start(48_000.0, 64));
        let params = instance.params();
        let param = params.iter().find(|param| param.steps == 0 && param.automatable).expect("a smooth parameter");
        assert!(instance.process(&mut [], &mut [], &[(param.id, 0.75)]));
        assert_eq!(instance.value(param.id), 0.75);
        instance.stop();
    });
}

#[test]
fn states_bring_every_value_and_the_bypass_back() {
    for (index, channels) in [(0, 2), (1, 1)] {
        let (saved, loaded) = (Instance::new(index), Instance::new(index));
        let (params, mut random) = (saved.params(), Random::new(channels));
        let changes: Vec<(u32, f64)> = params.iter().map(|param| (param.id, random.unit())).collect();
        assert!(saved.start(48_000.0, 64) && saved.process(&mut [], &mut [], &changes));
        let state = saved.save();
        assert!(loaded.load(&state));
        for param in &params {
            assert_eq!(loaded.value(param.id), saved.value(param.id), "{param:?}");
        }
        assert_eq!(loaded.save(), state, "the same bytes again");
        for damaged in [&state[..0], &state[..state.len() / 2], b"null", b"{}"] {
            loaded.load(damaged);
            assert_eq!(loaded.save(), state);
        }
        saved.stop();
    }
}

#[test]
fn wild_values_and_a_missing_sidechain_leave_the_output_finite() {
    each(|instance, channels| {
        let (params, mut random) = (instance.params(), Random::named("wild"));
        let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 2.0, 1.0e300, 0.5];
        assert!(instance.start(48_000.0, 64));
        for block in 0..300 {
            let changes: Vec<(u32, f64)> =
                (0..10).map(|_| (params[random.whole(0..params.len())].id, random.one_of(&wild))).collect();
            let (mut main, mut side) = (rows(channels, &mut random), rows(channels, &mut random));
            // Unoptimised, the framework writes to the log for each block without a sidechain.
            let given = if block % 50 == 7 { 0 } else { channels };
            assert!(instance.process(&mut main, &mut side[..given], &changes) && finite(&main), "block {block}");
        }
        // What no number was set to is at an end of its way, and the state that holds it loads.
        let state = instance.save();
        let fresh: Vec<(u32, f64)> = params.iter().map(|param| (param.id, param.fresh)).collect();
        assert!(instance.process(&mut [], &mut [], &fresh) && instance.load(&state));
        assert!(params.iter().all(|param| (0.0..=1.0).contains(&instance.value(param.id))));
        let mut main = rows(channels, &mut random);
        assert!(instance.process(&mut main, &mut rows(channels, &mut random), &[]) && finite(&main));
        instance.stop();
    });
}
