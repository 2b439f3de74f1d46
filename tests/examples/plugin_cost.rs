//! What `cargo xtask bench plugin` runs: the bundle that `OCTANT_CLAP` names, else the linked plugin.
//!
//! `plugin_cost blocks N`: N blocks and nothing else, to be run under callgrind; 48 kHz, 64 frames, eight bands, each
//! compressing. `plugin_cost figures`: one line of JSON with times in ms and memory in KiB.

use octant_tests::random::Random;
use octant_tests::system::raw::{Library, Plugin};
use octant_tests::system::raw_block::{Block, Event};
use std::time::Instant;

const FRAMES: usize = 64;
const ID: &str = "audio.octant.octant";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["blocks", count] => blocks(count.parse().expect("a number of blocks")),
        ["figures"] => figures(),
        _ => panic!("it goes: plugin_cost blocks N, or: plugin_cost figures"),
    }
}

fn eight_bands(plugin: &Plugin<'_>) {
    let params = plugin.params();
    let named = |name: &str| params.iter().find(|param| param.name == name).expect("a parameter").id;
    let mut events = vec![Event::value(0, named("Bands"), 0, 7.0)];
    for (index, hz) in octant_dsp::params::default_crossovers_hz(8).iter().enumerate() {
        let id = named(&format!("Crossover {}", index + 1));
        events.push(Event::value(0, id, 0, plugin.parse(id, &format!("{hz} Hz")).expect("a frequency")));
    }
    plugin.flush(&events);
}

fn blocks(count: usize) {
    let library = Library::shipped();
    let plugin = library.plugin(ID, true).expect("an instance");
    eight_bands(&plugin);
    assert!(plugin.start(48_000.0, FRAMES as u32));
    let mut random = Random::named("cost");
    let mut block = Block::new(2, FRAMES);
    block.in_place = true;
    for _ in 0..count {
        block.output.iter_mut().flatten().for_each(|x| *x = random.bipolar());
        plugin.process(&mut block);
    }
    plugin.stop();
}

/// Median of several runs, in ms.
fn milliseconds(mut work: impl FnMut()) -> f64 {
    const RUNS: usize = 31;
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// Memory of this process that is not shared with files; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn figures() {
    // What a host does when it looks for plugins, unloading included.
    let scan = milliseconds(|| assert_eq!(Library::shipped().descriptors().len(), 2));
    let library = Library::shipped();
    let make = || {
        let plugin = library.plugin(ID, true).expect("an instance");
        assert!(plugin.start(48_000.0, 512));
        plugin
    };
    let instantiate = milliseconds(|| drop(library.plugin(ID, true)));
    let ready = milliseconds(|| make().stop());
    let before = resident_kib();
    let many: Vec<_> = (0..100).map(|_| make()).collect();
    let memory = resident_kib().saturating_sub(before) as f64 / many.len() as f64;
    many.iter().for_each(Plugin::stop);
    println!(
        "{{\"scan_ms\": {scan:.3}, \"instantiate_ms\": {instantiate:.3}, \"ready_ms\": {ready:.3}, \
         \"memory_kib\": {memory:.0}}}"
    );
}
