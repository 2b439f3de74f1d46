//! The plugin's sound is the engine's, bit for bit, however the host cuts its blocks.

use octant_dsp::{Engine, Settings, params, preset};
use octant_tests::random::Random;
use octant_tests::side_by_side::{RATE_HZ, Rows, bits, by_engine, by_plugin, events, factory, pieces, sizes, ways};
use octant_tests::system::clap::{Instance, linked};

const FRAMES: usize = 12_000;

fn noise(name: &str, channels: usize) -> Rows {
    octant_tests::side_by_side::noise(name, channels, FRAMES)
}

#[test]
fn blocks_of_any_size_give_the_engines_bits() {
    for (id, channels) in [("audio.octant.octant", 2), ("audio.octant.octant-mono", 1)] {
        for slug in ["up-down-eight", "kick-ducks-bass", "master-mid-side"] {
            let settings = factory(slug).settings;
            let (main, sidechain) = (noise("main", channels), noise("sidechain", channels));
            let expected = bits(&by_engine(&settings, &main, &sidechain));
            assert_ne!(expected, bits(&main));
            for (name, sizes) in ways(FRAMES) {
                let mut instance = Instance::new(&linked(), id);
                let events = events(&instance.infos(), &settings);
                instance.flush(&events);
                instance.start(RATE_HZ, 4096);
                let heard = by_plugin(&mut instance, &main, &sidechain, &sizes, &[]);
                assert!(bits(&heard) == expected, "{id}, {slug}, blocks of {name}");
            }
        }
    }
}

/// What a preset says is what the engine gets, to the last digit, though hosts hold places in single precision.
#[test]
fn every_factory_preset_arrives_exactly() {
    for factory in preset::factory() {
        let settings = factory.preset().expect("valid").settings;
        let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
        let expected = bits(&by_engine(&settings, &main, &sidechain));
        let mut instance = Instance::new(&linked(), "audio.octant.octant");
        let events = events(&instance.infos(), &settings);
        instance.flush(&events);
        instance.start(RATE_HZ, 512);
        let heard = by_plugin(&mut instance, &main, &sidechain, &sizes(500, FRAMES), &[]);
        assert!(bits(&heard) == expected, "{}", factory.slug);
    }
}

/// Some hosts send everything with the first block only.
#[test]
fn settings_that_come_with_the_first_block_act_at_once() {
    let settings = factory("up-down-eight").settings;
    let settings = Settings { lookahead_ms: 0.0, ..settings };
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let expected = bits(&by_engine(&settings, &main, &sidechain));
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let events = events(&instance.infos(), &settings);
    instance.start(RATE_HZ, 512);
    let heard = by_plugin(&mut instance, &main, &sidechain, &sizes(512, FRAMES), &events);
    assert!(bits(&heard) == expected);
    instance.reset();
    let again = by_plugin(&mut instance, &main, &sidechain, &sizes(512, FRAMES), &[]);
    assert!(bits(&again) == expected, "after a reset");
}

/// Automation at block starts: the same changes in the engine, at the same frames.
#[test]
fn automation_is_the_engines() {
    let mut settings = factory("mastering-glue").settings;
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let mut random = Random::named("automation");
    let sizes = sizes(240, FRAMES);
    let steps: Vec<Settings> = sizes
        .iter()
        .map(|_| {
            for row in params::all().filter(|row| row.param.automatable() && row.id() != "bypass") {
                if random.chance(0.02) {
                    // Figures as people and presets have them.
                    let plain = row.param.from_normalised(random.unit());
                    let text = row.param.text(plain);
                    row.set_clamped(&mut settings, row.param.parse(&text).expect("its own text"));
                }
            }
            settings
        })
        .collect();
    let mut engine = Engine::new(RATE_HZ, 2, &steps[0]).expect("valid");
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    instance.flush(&events(&infos, &steps[0]));
    instance.start(RATE_HZ, 240);
    let (mut expected, mut heard) = (main.clone(), main);
    let mut wanted = steps.iter();
    pieces(&mut expected, &sizes, |at, piece| {
        engine.set(wanted.next().expect("one per block")).expect("valid");
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        engine.process(piece, &side);
    });
    let mut wanted = steps.iter();
    pieces(&mut heard, &sizes, |at, piece| {
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, &events(&infos, wanted.next().expect("one per block")));
    });
    assert!(bits(&heard) == bits(&expected));
}

/// A state loaded between two blocks is a change of settings like any other: whole, and faded by the engine.
#[test]
fn a_state_loaded_while_playing_is_the_engines_change() {
    let (first, second) = (factory("mastering-glue").settings, factory("up-down-eight").settings);
    let (main, sidechain) = (noise("main", 2), noise("sidechain", 2));
    let mut other = Instance::new(&linked(), "audio.octant.octant");
    let infos = other.infos();
    other.flush(&events(&infos, &second));
    let state = other.save();
    let changed = Settings { lookahead_ms: first.lookahead_ms, ..second };
    let mut engine = Engine::new(RATE_HZ, 2, &first).expect("valid");
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    instance.flush(&events(&infos, &first));
    instance.start(RATE_HZ, 500);
    let (mut expected, mut heard) = (main.clone(), main);
    pieces(&mut expected, &sizes(500, FRAMES), |at, piece| {
        if at == 5000 {
            engine.set(&changed).expect("valid");
        }
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        engine.process(piece, &side);
    });
    pieces(&mut heard, &sizes(500, FRAMES), |at, piece| {
        if at == 5000 {
            assert!(instance.load(&state));
        }
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, &[]);
    });
    assert!(bits(&heard) == bits(&expected));
}

#[test]
fn the_latency_changes_with_a_restart_only() {
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    let lookahead = |ms: f64| vec![(infos["Look-ahead"].id, ms / 20.0)];
    instance.flush(&lookahead(5.0));
    let restarts = |instance: &Instance| instance.requests.restarts.load(std::sync::atomic::Ordering::Relaxed);
    instance.start(RATE_HZ, 512);
    assert_eq!(instance.latency(), 240);
    // The framework itself asks for one when the first activation brings a latency.
    let before = restarts(&instance);
    let mut impulse = vec![vec![0.0; 512]; 2];
    impulse[0][0] = 1.0;
    let silence = vec![vec![0.0; 512]; 2];
    let mut run = |instance: &mut Instance, events: &[(u32, f64)]| {
        let side: Vec<&[f32]> = silence.iter().map(|row| &row[..]).collect();
        let mut rows: Vec<&mut [f32]> = impulse.iter_mut().map(|row| &mut row[..]).collect();
        instance.process(&mut rows, &side, events);
    };
    run(&mut instance, &lookahead(10.0));
    assert_eq!((restarts(&instance) - before, instance.latency()), (1, 240));
    run(&mut instance, &lookahead(10.0));
    assert_eq!(restarts(&instance) - before, 1, "asked once");
    assert!(instance.tail().is_some_and(|tail| tail > 240));
    instance.stop();
    instance.start(RATE_HZ, 512);
    assert_eq!(instance.latency(), 480);
    let before = restarts(&instance);
    run(&mut instance, &[(infos["Hold latency"].id, 1.0)]);
    assert_eq!((restarts(&instance) - before, instance.latency()), (1, 480), "to hold it, it has to be longer");
    run(&mut instance, &lookahead(1.0));
    assert_eq!((restarts(&instance) - before, instance.latency()), (1, 480), "held");
}
