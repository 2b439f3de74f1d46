//! What CLAP's validator asks of a plugin, asked by a host of our own, over the linked plugin or the shipped bundle.

use octant_tests::random::Random;
use octant_tests::signals;
use octant_tests::system::raw::{Library, Param, Plugin};
use octant_tests::system::raw_block::{Block, Event, Side, Status, transport};
use std::collections::BTreeSet;
use std::ffi::CStr;
use std::sync::atomic::Ordering::Relaxed;

const IDS: [(&str, usize); 2] = [("audio.octant.octant", 2), ("audio.octant.octant-mono", 1)];
const FRAMES: usize = 512;

fn each(mut test: impl FnMut(&Plugin<'_>, usize)) {
    let library = Library::shipped();
    for (id, channels) in IDS {
        test(&library.plugin(id, true).expect("an instance"), channels);
    }
}

fn noise(block: &mut Block, random: &mut Random) {
    block.input.iter_mut().chain(&mut block.side).flatten().for_each(|x| *x = random.bipolar());
    if block.in_place {
        block.output.clone_from(&block.input);
    }
}

/// Processes and looks at everything that a block can have wrong.
fn checked(plugin: &Plugin<'_>, block: &mut Block) -> Status {
    const UNWRITTEN: u32 = 0x7fc0_1234;
    let frames = block.frames as usize;
    for row in &mut block.output {
        let from = if block.in_place { frames } else { 0 };
        row[from..].fill(f32::from_bits(UNWRITTEN));
    }
    let bits = |rows: &[Vec<f32>]| rows.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>();
    let before = (bits(&block.input), bits(&block.side));
    let status = plugin.process(block);
    assert_ne!(status, Status::Error);
    assert!(block.heard().flatten().all(|x| x.is_finite() && !x.is_subnormal()), "finite, normal and written");
    let after_the_end = block.output.iter().flat_map(|row| &row[frames..]);
    assert!(after_the_end.copied().all(|x| x.to_bits() == UNWRITTEN), "nothing beyond the block is touched");
    assert_eq!((bits(&block.input), bits(&block.side)), before, "input is left alone");
    assert!(!block.sent.disordered && (block.sent.events == 0 || block.sent.last_time < block.frames));
    assert_eq!(block.output_constant, 0, "nothing is said to be constant");
    status
}

fn scrambled(params: &[Param], random: &mut Random, time: u32, bounds: bool) -> Vec<Event> {
    let event = |param: &Param| {
        let [low, high, _] = param.range;
        let value = if bounds { random.one_of(&[low, high]) } else { random.between(low, high) };
        let value = if param.stepped { value.round() } else { value };
        let cookie = if random.chance(0.5) { param.cookie } else { 0 };
        Event::value(time, param.id, cookie, value)
    };
    params.iter().filter(|param| param.automatable).map(event).collect()
}

#[test]
fn the_library_says_what_its_instances_say() {
    let library = Library::shipped();
    let descriptors = library.descriptors();
    assert_eq!(descriptors.len(), IDS.len());
    assert!(library.plugin("audio.octant.none", true).is_none() && !library.has_factory(c"clap.nonsense"));
    for (descriptor, (id, channels)) in descriptors.iter().zip(IDS) {
        let plugin = library.plugin(id, true).expect("an instance");
        assert_eq!((&plugin.descriptor(), descriptor.texts[0].as_str()), (descriptor, id));
        assert!(descriptor.texts.iter().all(|text| !text.trim().is_empty()), "{descriptor:?}");
        let features: BTreeSet<&str> = descriptor.features.iter().map(String::as_str).collect();
        assert_eq!(features.len(), descriptor.features.len(), "no feature twice");
        assert!(features.contains("audio-effect") && features.contains(["mono", "stereo"][channels - 1]));
        // Main, then the sidechain; 64 bits are not offered; input and output share memory where the host likes.
        let (inputs, outputs) = (plugin.ports(true), plugin.ports(false));
        assert_eq!((inputs.len(), outputs.len()), (2, 1));
        assert!(inputs.iter().chain(&outputs).all(|port| port[1] == channels as u32 && port[2] & 0b1110 == 0));
        assert_eq!((inputs[0][3], outputs[0][3]), (outputs[0][0], inputs[0][0]));
        assert!(!plugin.offers(c"clap.note-ports") || plugin.offers(c"clap.params"));
        assert!(!plugin.offers(c"clap.nonsense"));
    }
}

#[test]
fn fresh_values_are_the_defaults_and_numbers_are_unique() {
    each(|plugin, _| {
        let params = plugin.params();
        let ids: BTreeSet<u32> = params.iter().map(|param| param.id).collect();
        assert_eq!(ids.len(), params.len());
        for param in &params {
            let [low, high, fresh] = param.range;
            assert!(low < high && (low..=high).contains(&fresh), "{param:?}");
            assert_eq!(plugin.value(param.id), Some(fresh), "{param:?}");
        }
        // The first number beyond the last crashes the framework; no validator asks for it.
        assert!(!plugin.describes(params.len() as u32 + 1) && !plugin.describes(u32::MAX));
        let strange = (0..).find(|id| !ids.contains(id)).expect("a number");
        assert_eq!((plugin.value(strange), plugin.text(strange, 0.5), plugin.parse(strange, "1")), (None, None, None));
    });
}

/// value → text → value → text → value, on a grid over the whole way.
#[test]
fn conversions_settle_after_one_turn() {
    each(|plugin, _| {
        for param in plugin.params() {
            let [low, high, _] = param.range;
            for step in 0..=100 {
                let value = low + (high - low) * f64::from(step) / 100.0;
                let text = plugin.text(param.id, value).expect("a text");
                let back = plugin.parse(param.id, &text).unwrap_or_else(|| panic!("{} {text}", param.name));
                let again = plugin.text(param.id, back).expect("a text");
                assert_eq!(text, again, "{} {value}", param.name);
                assert_eq!(plugin.parse(param.id, &again), Some(back), "{} {value}", param.name);
            }
        }
    });
}

#[test]
fn flushed_and_processed_events_do_the_same_with_or_without_cookies() {
    let library = Library::shipped();
    for (id, channels) in IDS {
        let set = |processed: bool, cookies: bool| {
            let plugin = library.plugin(id, true).expect("an instance");
            let fresh = plugin.values();
            let mut events = scrambled(&plugin.params(), &mut Random::new(1), 0, false);
            for event in &mut events {
                if let (Event::Value(event), false) = (event, cookies) {
                    event.cookie = std::ptr::null_mut();
                }
            }
            if processed {
                assert!(plugin.start(44_100.0, FRAMES as u32));
                let mut block = Block::new(channels, FRAMES);
                block.events = events;
                checked(&plugin, &mut block);
                plugin.poll();
                plugin.stop();
            } else {
                assert!(!plugin.flush(&events).disordered);
            }
            let values = plugin.values();
            assert_ne!(values, fresh);
            values
        };
        let expected = set(false, true);
        for (processed, cookies) in [(false, false), (true, true), (true, false)] {
            assert_eq!(set(processed, cookies), expected);
        }
    }
}

#[test]
fn events_for_others_change_nothing() {
    each(|plugin, channels| {
        let (params, fresh) = (plugin.params(), plugin.values());
        assert!(plugin.start(44_100.0, FRAMES as u32));
        let mut block = Block::new(channels, FRAMES);
        for (index, param) in params.iter().enumerate() {
            block.events.push(Event::foreign_value(index as u32, param.id, param.range[1]));
        }
        block.events.push(Event::note(400, true, 60));
        block.events.push(Event::midi(401, [0xb0, 7, 127]));
        block.events.push(Event::value(402, 4_000_000_000, 0, 1.0));
        block.events.push(Event::note(403, false, 60));
        checked(plugin, &mut block);
        plugin.stop();
        assert_eq!(plugin.values(), fresh);
    });
}

#[test]
fn states_come_back_in_pieces_of_any_size_and_are_the_same_bytes() {
    let library = Library::shipped();
    for (id, _) in IDS {
        for (seed, pieces) in [(1, [usize::MAX, usize::MAX]), (2, [23, 17]), (3, [1, 1])] {
            let (expected, state) = {
                let plugin = library.plugin(id, true).expect("an instance");
                plugin.flush(&scrambled(&plugin.params(), &mut Random::new(seed), 0, false));
                (plugin.values(), plugin.save(pieces[0]).expect("a state"))
            };
            let plugin = library.plugin(id, true).expect("an instance");
            assert!(plugin.load(&state, pieces[1]));
            plugin.poll();
            assert!(plugin.host.rescans.load(Relaxed) > 0, "the host is told to read the values");
            assert_eq!(plugin.values(), expected);
            assert_eq!(plugin.save(usize::MAX).as_ref(), Some(&state));
            assert!(!plugin.load(&[], usize::MAX), "nothing is no state");
            let noise: Vec<u8> = (0..1 << 20).map(|_| Random::new(seed).bits() as u8).collect();
            assert!(!plugin.load(&noise, 4096));
            assert_eq!(plugin.values(), expected);
        }
    }
}

#[test]
fn rates_and_block_sizes_of_every_kind() {
    each(|plugin, channels| {
        let mut random = Random::named("rates");
        for rate_hz in
            [8_000.0, 44_100.0, 96_000.0, 384_000.0, 768_000.0, 1_234.567_8, 12_345.678, 45_678.901, 123_456.78]
        {
            assert!(plugin.start(rate_hz, FRAMES as u32), "{rate_hz}");
            let mut block = Block::new(channels, FRAMES);
            for _ in 0..5 {
                noise(&mut block, &mut random);
                checked(plugin, &mut block);
            }
            plugin.stop();
        }
        for longest in [1, 10, 17, 256, 1536, 2027, 16_384] {
            assert!(plugin.start(44_100.0, longest as u32));
            let mut block = Block::new(channels, longest);
            for turn in 0..6 {
                block.in_place = turn % 2 == 1;
                block.frames = if turn < 2 { longest } else { random.whole(1..longest + 1) } as u32;
                noise(&mut block, &mut random);
                checked(plugin, &mut block);
            }
            plugin.reset();
            checked(plugin, &mut block);
            plugin.stop();
        }
    });
}

#[test]
fn tails_end_within_what_was_promised() {
    each(|plugin, channels| {
        assert!(plugin.start(44_100.0, FRAMES as u32));
        let mut block = Block::new(channels, FRAMES);
        noise(&mut block, &mut Random::named("tail"));
        checked(plugin, &mut block);
        let tail = plugin.tail() as usize;
        assert!(tail > 0 && tail < 44_100 * 60);
        block.input.iter_mut().chain(&mut block.side).flatten().for_each(|x| *x = 0.0);
        block.constant = true;
        for _ in 0..tail.div_ceil(FRAMES) {
            checked(plugin, &mut block);
        }
        checked(plugin, &mut block);
        assert!(block.heard().flatten().all(|x| x.abs() < 1e-6));
        plugin.stop();
    });
}

/// Everything at once, at random: what the validator calls a fuzzer.
#[test]
fn a_host_at_random_for_a_while() {
    let rounds = if std::env::var_os("OCTANT_CLAP").is_some() { 50 } else { 4 };
    let library = Library::shipped();
    // A host need not have every extension.
    let hosts: [&[&CStr]; 3] = [&[], &[c"clap.params", c"clap.latency"], &[c"clap.gui", c"clap.latency"]];
    for ((id, channels), (host, lacks)) in
        IDS.iter().flat_map(|id| hosts.iter().enumerate().map(move |host| (*id, host)))
    {
        let plugin = &library.plugin_without(id, lacks).expect("an instance");
        let mut random = Random::new((10 * host + channels) as u64);
        let params = plugin.params();
        let mut kept = plugin.save(usize::MAX).expect("a state");
        for _ in 0..rounds {
            let rate_hz = if random.chance(0.2) { random.between(1_000.0, 200_000.0) } else { 48_000.0 };
            let longest = random.one_of(&[1, 64, 100, 512, 2048]);
            assert!(plugin.start(rate_hz, longest as u32));
            let mut block = Block::new(channels, longest);
            for _ in 0..random.whole(1..60) {
                let frames = random.whole(1..longest + 1);
                (block.frames, block.in_place) = (frames as u32, random.chance(0.5));
                // Without optimisation the framework writes to the log for each strange sidechain.
                let silent = !cfg!(debug_assertions) || std::env::var_os("OCTANT_CLAP").is_some();
                let strange = silent && random.chance(0.1);
                block.side_as = if strange { random.one_of(&[Side::Null, Side::Channels(0)]) } else { Side::Whole };
                let gain = 10f32.powf(random.between(-6.0, 1.0) as f32);
                for row in block.input.iter_mut().chain(&mut block.side) {
                    *row = if random.chance(0.1) {
                        signals::hostile_row(longest, &mut random)
                    } else {
                        signals::row(longest, &mut random)
                    };
                    row.iter_mut().for_each(|x| *x *= gain);
                }
                if block.in_place {
                    block.output.clone_from(&block.input);
                }
                block.transport =
                    random.chance(0.9).then(|| transport(0, random.bits() as u32, f64::NAN, random.bits() as i64));
                block.events.clear();
                if random.chance(0.3) {
                    let (time, bounds) = (random.whole(0..frames) as u32, random.chance(0.3));
                    block.events.extend(scrambled(&params, &mut random, time, bounds));
                }
                for _ in 0..random.whole(0..6) {
                    let (time, param) = (random.whole(0..frames) as u32, &params[random.whole(0..params.len())]);
                    let wild = random.one_of(&[f64::NAN, f64::INFINITY, -1.0e300, -0.1, 0.3, 1.7, 1.0e9]);
                    block.events.push(match random.whole(0..4) {
                        0 => Event::value(time, param.id, param.cookie, wild),
                        1 => Event::modulation(time, param.id, -1, wild),
                        2 => Event::modulation(time, param.id, 3, 0.0),
                        _ => Event::transport(time, random.bits() as u32, wild, random.bits() as i64),
                    });
                }
                block.events.sort_by_key(Event::time);
                checked(plugin, &mut block);
                match random.whole(0..40) {
                    0 => plugin.reset(),
                    1 => kept = plugin.save(random.whole(1..5000)).expect("a state"),
                    2 => assert!(plugin.load(&kept, random.whole(1..5000))),
                    3 => drop(plugin.load(&kept[..random.whole(0..kept.len())], 100)),
                    4..14 => plugin.poll(),
                    14 | 15 => assert!(plugin.render(random.chance(0.5))),
                    _ => {}
                }
                if plugin.host.restarts.swap(0, Relaxed) > 0 && random.chance(0.8) {
                    break;
                }
            }
            plugin.stop();
            if random.chance(0.2) {
                plugin.flush(&scrambled(&params, &mut random, 0, false));
            }
        }
    }
}
