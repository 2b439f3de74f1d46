//! What `cargo xtask bench rival` runs: `rival_cost FILE` plays Octant (the bundle that `OCTANT_CLAP` names) and LSP's
//! multiband compressor (FILE) turn and turn about: 48 kHz, blocks of 64, eight bands that compress, the same crossovers.
//! One line of JSON: the rival's version; per way of splitting the latency in frames and ns per frame, the fastest turn.

use octant_tests::random::Random;
use octant_tests::system::raw::{Library, Plugin};
use octant_tests::system::raw_block::{Block, Event, Side, Status};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

const FRAMES: usize = 64;
/// Blocks of one turn: many partitions of any convolution, yet short enough to be left alone by the system.
const TURN: usize = 400;
const TURNS: usize = 60;

/// A plugin in one way of splitting, and what it has cost.
struct Player<'a> {
    name: &'static str,
    plugin: Plugin<'a>,
    block: Block,
    random: Random,
    latency: u32,
    fastest_ns: f64,
}

impl<'a> Player<'a> {
    fn new(library: &'a Library, id: &str, name: &'static str, wishes: &[(String, String)], side_as: Side) -> Self {
        let plugin = library.plugin(id, true).unwrap_or_else(|| panic!("{name}: no {id}"));
        let params = plugin.params();
        let event = |(wanted, text): &(String, String)| {
            let param = params.iter().find(|param| param.name == *wanted);
            let param = param.unwrap_or_else(|| panic!("{name}: no parameter {wanted}"));
            let value = plugin.parse(param.id, text).unwrap_or_else(|| panic!("{name}: {wanted} cannot be {text}"));
            Event::value(0, param.id, param.cookie, value)
        };
        let events: Vec<Event> = wishes.iter().map(event).collect();
        plugin.flush(&events);
        assert!(plugin.start(48_000.0, FRAMES as u32), "{name}: it starts");
        let mut player = Self {
            name,
            block: Block { side_as, ..Block::new(2, FRAMES) },
            random: Random::named("rivals"),
            latency: 0,
            fastest_ns: f64::INFINITY,
            plugin,
        };
        // Settings that come with the first blocks, fades, filters that are made meanwhile.
        player.turn();
        player.latency = player.plugin.latency();
        player.fastest_ns = f64::INFINITY;
        player
    }

    fn turn(&mut self) {
        let mut seconds = 0.0;
        for _ in 0..TURN {
            self.block.input.iter_mut().flatten().for_each(|x| *x = 0.5 * self.random.bipolar());
            let begun = Instant::now();
            let status = self.plugin.process(&mut self.block);
            seconds += begun.elapsed().as_secs_f64();
            assert_ne!(status, Status::Error, "{}", self.name);
        }
        assert!(self.block.heard().flatten().any(|x| *x != 0.0), "{}: silence", self.name);
        self.fastest_ns = self.fastest_ns.min(1e9 * seconds / (TURN * FRAMES) as f64);
    }
}

/// The name of a parameter and the text of its value.
fn wish(name: impl Into<String>, text: impl Into<String>) -> (String, String) {
    (name.into(), text.into())
}

fn octant<'a>(library: &'a Library, name: &'static str, mode: &str) -> Player<'a> {
    // Bands begin as compressors: 2:1 from -24 dB.
    let mut wishes = vec![wish("Mode", mode), wish("Filter length", "4096"), wish("Bands", "8")];
    let hz = octant_dsp::params::default_crossovers_hz(8);
    wishes.extend((1..).zip(hz).map(|(n, hz)| wish(format!("Crossover {n}"), format!("{hz} Hz"))));
    Player::new(library, "audio.octant.octant", name, &wishes, Side::Whole)
}

fn rival<'a>(library: &'a Library, name: &'static str, mode: &str) -> Player<'a> {
    let mut wishes = vec![wish("Compressor mode", mode)];
    for graph in ["Input FFT graph enable", "Output FFT graph enable"] {
        wishes.extend(["Left", "Right"].map(|side| wish(format!("{graph} {side}"), "off")));
    }
    for (n, hz) in (1..).zip(octant_dsp::params::default_crossovers_hz(8)) {
        wishes.push(wish(format!("Compression band enable {n}"), "on"));
        wishes.push(wish(format!("Split frequency {n}"), format!("{hz} Hz")));
    }
    for band in 0..8 {
        wishes.push(wish(format!("Attack threshold {band}"), "-24 dB"));
        wishes.push(wish(format!("Ratio {band}"), "2.00"));
    }
    Player::new(library, "in.lsp-plug.mb_compressor_stereo", name, &wishes, Side::Absent)
}

fn main() {
    let file = std::env::args().nth(1).expect("it goes: rival_cost FILE");
    let ours = Library::shipped();
    let theirs = Library::open(Path::new(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut players = [
        octant(&ours, "octant lr", "lr"),
        octant(&ours, "octant transparent", "transparent"),
        octant(&ours, "octant linear", "linear"),
        rival(&theirs, "lsp classic", "Classic"),
        rival(&theirs, "lsp modern", "Modern"),
        rival(&theirs, "lsp linear", "Linear Phase"),
    ];
    for _ in 0..TURNS {
        players.iter_mut().for_each(Player::turn);
    }
    let told = |player: &Player<'_>| json!({ "latency": player.latency, "ns_per_frame": player.fastest_ns });
    let ways: serde_json::Map<String, Value> = players.iter().map(|p| (p.name.to_owned(), told(p))).collect();
    let version = players[5].plugin.descriptor().texts[3].clone();
    println!("{}", json!({ "version": version, "ways": ways }));
    players.iter().for_each(|player| player.plugin.stop());
}
