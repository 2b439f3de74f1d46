//! Blocks through the plugin and nothing else, to be run under callgrind: `plugin_cost [BLOCKS]`.
//!
//! Count what happens inside the framework's `process`: 48 kHz, 64 frames, eight bands, each compressing.

use octant_tests::random::Random;
use octant_tests::system::clap::{Instance, linked};

const FRAMES: usize = 64;

fn main() {
    let blocks = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1000);
    let mut instance = Instance::new(&linked(), "audio.octant.octant");
    let infos = instance.infos();
    let mut events = vec![(infos["Bands"].id, 7.0)];
    let layout = octant_dsp::params::default_crossovers_hz(8);
    events.extend(layout.iter().enumerate().map(|(index, hz)| {
        let info = &infos[&format!("Crossover {}", index + 1)];
        (info.id, instance.parse(info.id, &format!("{hz} Hz")).expect("a frequency"))
    }));
    instance.flush(&events);
    instance.start(48_000.0, FRAMES as u32);
    let mut random = Random::named("cost");
    let side = vec![0.0; FRAMES];
    for _ in 0..blocks {
        let mut rows = [0; 2].map(|_| (0..FRAMES).map(|_| random.bipolar()).collect::<Vec<f32>>());
        let mut rows: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[..]).collect();
        instance.process(&mut rows, &[&side, &side], &[]);
    }
}
