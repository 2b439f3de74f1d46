//! The plugin beside the engine: the same sound, and the same settings at the same frames.

use crate::random::Random;
use crate::system::clap::{Info, Instance};
use octant_dsp::params::{self, ParamRef};
use octant_dsp::{Engine, Preset, Settings, preset};
use std::collections::BTreeMap;

/// Sample rate unless another is named.
pub const RATE_HZ: f64 = 48_000.0;

/// Samples of each channel.
pub type Rows = Vec<Vec<f32>>;

/// Noise that is loud and soft by turns, the same for the same name.
pub fn noise(name: &str, channels: usize, frames: usize) -> Rows {
    let mut random = Random::named(name);
    (0..channels)
        .map(|_| (0..frames).map(|n| random.bipolar() * if (n / 2000) % 2 == 0 { 0.5 } else { 0.01 }).collect())
        .collect()
}

/// The number by which hosts know the parameter of an id; it must never change.
pub fn number(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) & !(1 << 31)
}

fn value(row: &ParamRef, info: &Info, settings: &Settings) -> (u32, f64) {
    let place = row.param.to_normalised(row.get(settings));
    (info.id, if info.stepped { place * (info.range[1] - info.range[0]) } else { place })
}

/// What a host sends to set every parameter.
pub fn events(infos: &BTreeMap<String, Info>, settings: &Settings) -> Vec<(u32, f64)> {
    params::all().map(|row| value(&row, &infos[&row.name()], settings)).collect()
}

/// Cuts rows at the same places; each piece comes with its first frame.
pub fn pieces(rows: &mut Rows, sizes: &[usize], mut each: impl FnMut(usize, &mut [&mut [f32]])) {
    let mut at = 0;
    for &size in sizes {
        let mut piece: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[at..at + size]).collect();
        each(at, &mut piece);
        at += size;
    }
    assert_eq!(at, rows[0].len());
}

/// What a fresh engine makes of it in one block.
pub fn by_engine(settings: &Settings, main: &Rows, sidechain: &Rows) -> Rows {
    let mut engine = Engine::new(RATE_HZ, main.len(), settings).expect("valid");
    let mut rows = main.clone();
    let mut piece: Vec<&mut [f32]> = rows.iter_mut().map(|row| &mut row[..]).collect();
    let sidechain: Vec<&[f32]> = sidechain.iter().map(|row| &row[..]).collect();
    engine.process(&mut piece, &sidechain);
    rows
}

/// What a started plugin makes of it in blocks of these sizes; the first comes with events.
pub fn by_plugin(
    instance: &mut Instance,
    main: &Rows,
    sidechain: &Rows,
    sizes: &[usize],
    first: &[(u32, f64)],
) -> Rows {
    let (mut rows, mut events) = (main.clone(), first);
    pieces(&mut rows, sizes, |at, piece| {
        let side: Vec<&[f32]> = sidechain.iter().map(|row| &row[at..at + piece[0].len()]).collect();
        instance.process(piece, &side, events);
        events = &[];
    });
    rows
}

/// `frames` in blocks of one size, and what is left.
pub fn sizes(block: usize, frames: usize) -> Vec<usize> {
    let mut sizes = vec![block; frames / block];
    sizes.push(frames % block);
    sizes.retain(|size| *size > 0);
    sizes
}

/// Ways to cut `frames` into blocks, each with its name.
pub fn ways(frames: usize) -> Vec<(String, Vec<usize>)> {
    let mut ways: Vec<_> = [1, 17, 64, 480, 512, 4096].map(|block| (block.to_string(), sizes(block, frames))).into();
    let mut random = Random::named("blocks").pieces(frames, 900);
    random.retain(|size| *size > 0);
    ways.push(("random".into(), random));
    ways
}

/// What is compared: every bit.
pub fn bits(rows: &Rows) -> Vec<Vec<u32>> {
    rows.iter().map(|row| row.iter().map(|sample| sample.to_bits()).collect()).collect()
}

/// A factory preset.
pub fn factory(slug: &str) -> Preset {
    preset::find_factory(slug).expect("a factory preset").preset().expect("valid")
}
