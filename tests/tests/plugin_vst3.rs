//! What Steinberg's validator and pluginval ask of a VST3, asked by a host of our own; and what no host should do.

use octant_dsp::settings::{Law, Mode, Sidechain};
use octant_dsp::{Engine, Settings, params};
use octant_tests::random::Random;
use octant_tests::side_by_side::{RATE_HZ, Rows, bits, noise, number, pieces, sizes};
use octant_tests::system::vst3::{Careless, Instance, Param};
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
        assert!(instance.arrange([width, 0, width]), "a sidechain that is off");
        for refused in [[other; 3], [width, width, other], [width, other, width], [width, 6, width]] {
            assert!(!instance.arrange(refused), "{refused:?}");
        }
        assert_eq!(instance.bus(true, 0), Some(channels as i32), "a refusal changes nothing");
    });
}

#[test]
fn instances_live_through_everything() {
    each(|instance, channels| {
        let mut random = Random::named("vst3");
        for round in 0..3 {
            instance.restart();
            for (rate_hz, frames) in
                [(44_100.0, 64), (1_234.567_8, 1024), (1_234_567.8, 64), (96_000.0, 64), (22_050.0, 16)]
            {
                assert!(instance.start(rate_hz, frames), "round {round}");
                let (mut main, mut side) = (rows(channels, &mut random), rows(channels, &mut random));
                // The last of the rates announces shorter blocks than come.
                assert!(instance.process(&mut main, &mut side, &[]) && finite(&main));
                instance.stop();
            }
        }
    });
}

/// While sound is processed the framework takes values with the sound only; the host reads what it wrote all the same,
/// until the sound brings another value or a state comes.
#[test]
fn a_host_reads_what_it_wrote() {
    each(|instance, channels| {
        let (params, state) = (instance.params(), instance.save());
        let first = |wanted: fn(&&Param) -> bool| params.iter().find(wanted).expect("one of these");
        let (bypass, smooth) = (first(|param| param.bypass), first(|param| param.steps == 0));
        assert!(instance.start(48_000.0, 64));
        let mut random = Random::named("told");
        let mut play = |changes: &[(u32, f64)]| {
            let (mut main, mut side) = (rows(channels, &mut random), rows(channels, &mut random));
            assert!(instance.process(&mut main, &mut side, changes));
        };
        for (param, value) in [(bypass, 1.0), (smooth, 0.125)] {
            assert!(instance.set(param.id, value));
            assert_eq!(instance.value(param.id), value);
            play(&[]);
            assert_eq!(instance.value(param.id), value, "the change is on its way");
            play(&[(param.id, value)]);
            assert_eq!(instance.value(param.id), value);
            play(&[(param.id, param.fresh)]);
            assert_eq!(instance.value(param.id), param.fresh, "automation");
            assert!(instance.set(param.id, value) && instance.load(&state));
            assert_eq!(instance.value(param.id), param.fresh, "a state");
        }
        for strange in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
            instance.set(smooth.id, strange);
            assert_eq!(instance.value(smooth.id), smooth.fresh);
        }
        instance.stop();
    });
}

/// And if the sound ends before the change has come with it, the plugin has it all the same: in its state, and in the sound
/// that begins anew.
#[test]
fn what_a_host_wrote_outlives_the_end_of_the_sound() {
    for end in [Instance::stop, Instance::break_off] {
        each(|instance, channels| {
            let params = instance.params();
            let mut smooth = params.iter().filter(|param| param.steps == 0);
            let mut next = || smooth.next().expect("enough of them");
            let (param, moved, back, later) = (next(), next(), next(), next());
            assert!(instance.start(48_000.0, 64));
            assert!([param, moved, back].iter().all(|param| instance.set(param.id, 0.125)));
            // Automation that came later has the last word, even if it leads back to where it began.
            for changes in [[(moved.id, 0.75), (back.id, 0.125)], [(moved.id, 0.75), (back.id, back.fresh)]] {
                assert!(instance.process(&mut [], &mut [], &changes));
            }
            end(instance);
            assert!(instance.set(later.id, 0.25));
            let values = |one: &Instance| [param, moved, back, later].map(|param| one.value(param.id));
            let expected = [0.125, 0.75, back.fresh, 0.25];
            let loaded = Instance::new(if channels == 2 { 0 } else { 1 });
            assert!(loaded.load(&instance.save()));
            for one in [instance, &loaded] {
                assert_eq!(values(one), expected);
            }
            assert!(instance.start(48_000.0, 64));
            let mut random = Random::named("afterwards");
            assert!(instance.process(&mut rows(channels, &mut random), &mut rows(channels, &mut random), &[]));
            assert_eq!(values(instance), expected);
            instance.stop();
        });
    }
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

/// Where every knob stands for these settings.
fn places(settings: &Settings) -> Vec<(u32, f64)> {
    params::all().map(|row| (number(&row.id()), row.param.to_normalised(row.get(settings)))).collect()
}

/// Linear bands that do nothing but the second, which is soloed; their crossovers move by so much.
fn linear(moved: f64) -> Settings {
    let mut settings = Settings { mode: Mode::Linear, linear_taps: 8192, ..Settings::default() };
    settings.crossovers_hz.iter_mut().for_each(|hz| *hz = (*hz * moved).round().min(20_000.0));
    settings.band.iter_mut().for_each(|band| band.above.law = Law::Off);
    settings.band[1].solo = true;
    settings
}

/// A new latency takes another activation. Not every host makes one because of a latency; with buses every one does. From
/// inside the host's own calls the latency only has to be read: there a host that activated once more would hang.
#[test]
fn a_new_latency_asks_for_another_activation() {
    let instance = Instance::new(0);
    let lookahead = params::find("lookahead").expect("the table has it");
    let change = |ms: f64| [(number(&lookahead.id()), lookahead.param.to_normalised(ms))];
    let play = |changes: &[(u32, f64)]| {
        let (mut main, mut side) = (vec![vec![0.0; FRAMES]; 2], vec![vec![0.0; FRAMES]; 2]);
        assert!(instance.process(&mut main, &mut side, changes));
    };
    assert!(instance.start(RATE_HZ, 64));
    play(&[]);
    assert_eq!((instance.asked(), instance.latency()), ([false, false], 0));
    // On an audio thread; the framework asks on another one, as soon as it comes to it.
    std::thread::scope(|threads| drop(threads.spawn(|| play(&change(5.0)))));
    let asked = (0..6000).map(|_| instance.asked()).find(|asked| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        *asked != [false, false]
    });
    assert_eq!((asked, instance.latency()), (Some([true, true]), 0));
    instance.stop();
    assert!(instance.start(RATE_HZ, 64));
    assert_eq!((instance.asked(), instance.latency()), ([true, false], 240));
    // On the thread that made the instance the framework asks at once.
    play(&change(10.0));
    assert_eq!((instance.asked(), instance.latency()), ([true, false], 240));
    instance.stop();
}

/// A bounce as hosts do it: set up once, after having been set up for playing. It is what the engine makes off line.
#[test]
fn a_bounce_waits_for_filters() {
    const CHANGE: usize = 4800;
    let instance = Instance::new(0);
    places(&linear(1.0)).into_iter().for_each(|(id, place)| assert!(instance.set(id, place)));
    assert!(instance.start(RATE_HZ, 512));
    instance.stop();
    assert!(instance.start_bounce(RATE_HZ, 512));
    let main: Rows = noise("bounce", 2, 5 * CHANGE);
    let mut heard = main.clone();
    pieces(&mut heard, &sizes(480, main[0].len()), |at, piece| {
        let changes = if at == CHANGE { places(&linear(1.5)) } else { Vec::new() };
        let mut rows: Rows = piece.iter().map(|row| row.to_vec()).collect();
        let mut side = vec![vec![0.0; rows[0].len()]; 2];
        assert!(instance.process(&mut rows, &mut side, &changes));
        piece.iter_mut().zip(&rows).for_each(|(row, heard)| row.copy_from_slice(heard));
    });
    instance.stop();
    let mut engine = Engine::new(RATE_HZ, 2, &linear(1.0)).expect("valid");
    engine.set_offline(true);
    let mut expected = main;
    pieces(&mut expected, &[CHANGE, 4 * CHANGE], |at, piece| {
        if at == CHANGE {
            engine.set(&linear(1.5)).expect("valid");
        }
        engine.process(piece, &[]);
    });
    assert!(bits(&heard) == bits(&expected));
}

/// What is missing is silence, and where nothing can be put nothing is processed.
#[test]
fn careless_hosts_get_what_they_can() {
    for (index, channels) in [(0, 2), (1, 1)] {
        let mut random = Random::named("careless");
        let (main, side) = (rows(channels, &mut random), rows(channels, &mut random));
        let silence = vec![vec![0.0f32; FRAMES]; channels];
        let played = |main: &Rows, side: &Rows, how: Option<Careless>| {
            let instance = Instance::new(index);
            // Every band listens to the sidechain, in mono and in stereo.
            let mut settings = Settings::default();
            settings.band.iter_mut().for_each(|band| {
                (band.sidechain, band.above.threshold_db) = (Sidechain::External, -60.0);
            });
            places(&settings).into_iter().for_each(|(id, place)| assert!(instance.set(id, place)));
            assert!(instance.start(RATE_HZ, 64));
            let (mut main, mut side) = (main.clone(), side.clone());
            let good = match how {
                Some(how) => instance.process_as(how, &mut main, &mut side),
                None => instance.process(&mut main, &mut side, &[]),
            };
            instance.stop();
            (good, bits(&main))
        };
        let whole = played(&main, &side, None);
        let without_side = played(&main, &silence, None);
        assert_ne!(whole, without_side, "the sidechain is heard");
        let untouched = bits(&main);
        for (how, expected) in [
            (Careless::SidechainOff, &without_side),
            (Careless::OneInput, &without_side),
            (Careless::InputOff, &played(&silence, &side, None)),
            (Careless::NoInput, &played(&silence, &silence, None)),
            (Careless::OutputOff, &(true, untouched.clone())),
            (Careless::NoOutput, &(true, untouched.clone())),
            (Careless::Double, &(false, untouched.clone())),
            (Careless::Backwards, &(true, untouched)),
        ] {
            assert!(played(&main, &side, Some(how)) == *expected, "{how:?}, {channels} channels");
        }
        // One channel serves both, and of one none is left.
        let narrow = if channels == 2 { vec![side[0].clone(); 2] } else { silence };
        let expected = played(&main, &narrow, None);
        assert!(played(&main, &side, Some(Careless::NarrowSidechain)) == expected, "{channels} channels");
    }
    let instance = Instance::new(0);
    let process = || instance.process(&mut rows(2, &mut Random::new(1)), &mut [], &[]);
    assert!(!process(), "nothing was set up");
    assert!(!instance.set_up(RATE_HZ, -1) && instance.set_up(RATE_HZ, 64) && !process(), "nothing was activated");
}
