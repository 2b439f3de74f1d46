//! What `cargo xtask bench rival` runs: `rival_cost FILE` plays Octant (the bundle that `OCTANT_CLAP` names) and LSP's
//! multiband compressor (FILE) turn and turn about: 48 kHz, blocks of 64, eight bands that compress, the same crossovers.
//! One line of JSON: the rival's version; per way of splitting the latency in frames and ns per frame, the fastest turn.

use octant_tests::random::Random;
use octant_tests::system::raw::{Library, Plugin};
use octant_tests::system::raw_block::{Block, Event, Status};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

const FRAMES: usize = 64;
/// Blocks of one turn: many partitions of any convolution, yet short enough to be left alone by the system.
const TURN: usize = 400;
const TURNS: usize = 60;

/// A parameter's name and its value, as a text or as the plugin counts.
enum Wish {
    Text(String, String),
    Plain(String, f64),
}

fn text(name: impl Into<String>, text: impl Into<String>) -> Wish {
    Wish::Text(name.into(), text.into())
}

fn plain(name: impl Into<String>, value: f64) -> Wish {
    Wish::Plain(name.into(), value)
}

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
    fn new(library: &'a Library, id: &str, name: &'static str, wishes: &[Wish]) -> Self {
        let plugin = library.plugin(id, true).unwrap_or_else(|| panic!("{name}: no {id}"));
        let params = plugin.params();
        let event = |wish: &Wish| {
            let (Wish::Text(wanted, _) | Wish::Plain(wanted, _)) = wish;
            let param = params.iter().find(|param| param.name == *wanted);
            let param = param.unwrap_or_else(|| panic!("{name}: no parameter {wanted}"));
            let value = match wish {
                Wish::Text(_, text) => plugin.parse(param.id, text).unwrap_or_else(|| panic!("{wanted}: {text}")),
                Wish::Plain(_, value) => *value,
            };
            Event::value(0, param.id, param.cookie, value)
        };
        let events: Vec<Event> = wishes.iter().map(event).collect();
        plugin.flush(&events);
        assert!(plugin.start(48_000.0, FRAMES as u32), "{name}: it starts");
        let mut player = Self {
            name,
            block: Block::new(2, FRAMES),
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

fn octant<'a>(library: &'a Library, name: &'static str, mode: &str) -> Player<'a> {
    let mut wishes = vec![text("Mode", mode), text("Filter length", "4096"), text("Bands", "8")];
    let hz = octant_dsp::params::default_crossovers_hz(8);
    wishes.extend((1..).zip(hz).map(|(n, hz)| text(format!("Crossover {n}"), format!("{hz} Hz"))));
    for band in 1..=8 {
        wishes.push(text(format!("Band {band} above threshold"), "-36 dB"));
        wishes.push(text(format!("Band {band} above ratio"), "3:1"));
    }
    Player::new(library, "audio.octant.octant", name, &wishes)
}

fn rival<'a>(library: &'a Library, name: &'static str, mode: f64) -> Player<'a> {
    let mut wishes = vec![plain("Compressor mode", mode)];
    let graphs = ["Input FFT graph enable Left", "Input FFT graph enable Right"].into_iter();
    let graphs = graphs.chain(["Output FFT graph enable Left", "Output FFT graph enable Right"]);
    wishes.extend(graphs.map(|name| plain(name, 0.0)));
    for (n, hz) in (1..).zip(octant_dsp::params::default_crossovers_hz(8)) {
        wishes.push(plain(format!("Compression band enable {n}"), 1.0));
        wishes.push(plain(format!("Split frequency {n}"), *hz));
    }
    for band in 0..8 {
        wishes.push(plain(format!("Attack threshold {band}"), 10f64.powf(-36.0 / 20.0)));
        wishes.push(plain(format!("Ratio {band}"), 3.0));
    }
    Player::new(library, "in.lsp-plug.mb_compressor_stereo", name, &wishes)
}

fn main() {
    let file = std::env::args().nth(1).expect("it goes: rival_cost FILE");
    let ours = Library::shipped();
    let theirs = Library::open(Path::new(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut players = [
        octant(&ours, "octant lr", "lr"),
        octant(&ours, "octant transparent", "transparent"),
        octant(&ours, "octant linear", "linear"),
        rival(&theirs, "lsp classic", 0.0),
        rival(&theirs, "lsp modern", 1.0),
        rival(&theirs, "lsp linear", 2.0),
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
