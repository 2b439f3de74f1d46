//! A hundred instances on two threads sound like one alone.

use octant_tests::random::Random;
use octant_tests::system::raw::{Library, Plugin};
use octant_tests::system::raw_block::{Block, Event, Status};

const INSTANCES: usize = 100;
/// Settings that occur among the instances.
const KINDS: u64 = 5;
const FRAMES: usize = 64;

/// An instance with the settings of its kind, started.
fn make(library: &Library, kind: u64) -> Plugin<'_> {
    let plugin = library.plugin("audio.octant.octant", true).expect("an instance");
    let mut random = Random::new(kind);
    let scrambled = |param: octant_tests::system::raw::Param| {
        let value = random.between(param.range[0], param.range[1]);
        let value = if param.stepped { value.round() } else { value };
        // Bypass and mutes would make kinds alike.
        let quiet = param.name == "Bypass" || param.name.ends_with("Mute");
        Event::value(0, param.id, param.cookie, if quiet { 0.0 } else { value })
    };
    let events: Vec<Event> = plugin.params().into_iter().map(scrambled).collect();
    plugin.flush(&events);
    assert!(plugin.start(48_000.0, FRAMES as u32));
    plugin
}

/// A few blocks more of what the instance plays, mixed into a sum of bits.
fn play(plugin: &Plugin<'_>, block: &mut Block, number: usize, sum: &mut u64) {
    // Every instance hears the same.
    let mut random = Random::new(number as u64);
    block.input.iter_mut().chain(&mut block.side).flatten().for_each(|x| *x = random.bipolar());
    assert_ne!(plugin.process(block), Status::Error);
    for x in block.heard().flatten() {
        *sum = (*sum ^ u64::from(x.to_bits())).wrapping_mul(0x0100_0000_01b3);
    }
}

fn alone(library: &Library, kind: u64, blocks: usize) -> u64 {
    let (plugin, mut block, mut sum) = (make(library, kind), Block::new(2, FRAMES), 0);
    (0..blocks).for_each(|number| play(&plugin, &mut block, number, &mut sum));
    plugin.stop();
    sum
}

#[test]
fn a_hundred_instances_on_two_threads_sound_like_one() {
    // Longer than the longest latency, that of the linear mode.
    const BLOCKS: usize = 400;
    let library = Library::shipped();
    let expected: Vec<u64> = (0..KINDS).map(|kind| alone(&library, kind, BLOCKS)).collect();
    assert!((1..expected.len()).all(|kind| expected[kind] != expected[kind - 1]), "kinds differ");
    let all: Vec<Plugin<'_>> = (0..INSTANCES as u64).map(|index| make(&library, index % KINDS)).collect();
    let heard: Vec<u64> = std::thread::scope(|threads| {
        // Instances take turns block by block, as in a host, and neighbours are on different threads.
        let work = |first: usize| {
            let all = &all;
            move || {
                let (mut block, mut sums) = (Block::new(2, FRAMES), vec![0; INSTANCES]);
                for number in 0..BLOCKS {
                    for index in (first..INSTANCES).step_by(2) {
                        play(&all[index], &mut block, number, &mut sums[index]);
                    }
                }
                sums
            }
        };
        let (even, odd) = (threads.spawn(work(0)), threads.spawn(work(1)));
        let (even, odd) = (even.join().expect("a thread"), odd.join().expect("a thread"));
        even.iter().zip(&odd).map(|(even, odd)| even | odd).collect()
    });
    for (index, sum) in heard.iter().enumerate() {
        assert_eq!(*sum, expected[index % KINDS as usize], "instance {index}");
    }
    all.iter().for_each(Plugin::stop);
}
