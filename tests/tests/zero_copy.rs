//! The pointer that the caller passes is the pointer that C reads and writes: every single access to the caller's rows
//! is recorded, with its address and the function that made it. x86-64 Linux.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "support/symbols.rs"]
mod symbols;

use std::collections::BTreeSet;
use std::sync::Arc;

use octant_dsp::Engine;
use octant_dsp::ffi::{Basis, Isa, Kernels, Steps};
use octant_dsp::settings::{Channels, Settings, Slope};
use octant_dsp::tap::{Slot, Switch};
use octant_tests::random::Random;
use octant_tests::signals;
use octant_tests::system::faults::{Access, WatchedRow, record};
use symbols::{C_LIBRARY, Symbols};

/// Tables in C that this processor runs.
fn tables() -> Vec<Kernels> {
    Kernels::all().into_iter().filter(|kernels| kernels.isa() != Isa::Scalar).collect()
}

/// Functions that read and that wrote a row, with every address.
#[derive(Debug, Default)]
struct Accesses {
    readers: BTreeSet<String>,
    writers: BTreeSet<String>,
    /// But for reads of the C library, which copies.
    read: Vec<usize>,
    written: Vec<usize>,
}

/// Sorts the accesses to one row, which `reader` should read.
fn of_row(accesses: &[Access], row: &WatchedRow, symbols: &Symbols, reader: &str) -> Accesses {
    let bytes = row.samples().as_ptr_range();
    let (start, end) = (bytes.start as usize, bytes.end as usize);
    let mut of_row = Accesses::default();
    // The compiler makes a memcpy of what a kernel does with its last frames, fewer than a vector: those count as C.
    let last_frames = start + row.samples().len() / 8 * 32;
    for access in accesses.iter().filter(|access| (start..end).contains(&access.address)) {
        let mut name = symbols.name(access.instruction).to_owned();
        if name == C_LIBRARY && access.writes == 0 && access.address >= last_frames {
            name = reader.to_owned();
        }
        if access.writes == 1 {
            of_row.writers.insert(name);
            of_row.written.push(access.address - start);
        } else {
            if name != C_LIBRARY {
                of_row.read.push(access.address - start);
            }
            of_row.readers.insert(name);
        }
    }
    of_row
}

/// Whether a row was read by the named function, written by the other, everywhere and by nothing else. One read is not
/// of C: the engine looks whether the last sample of a block is finite. With look-ahead it also keeps the input of the
/// last frames, for bypass; and a tap keeps input and output for those who listen.
fn judge(accesses: &Accesses, frames: usize, keeps_input: bool, reader: &str, writer: &str) -> Result<(), String> {
    let last = (frames - 1) * size_of::<f32>();
    let kept = |name: &str| keeps_input && name == C_LIBRARY;
    let foreign: Vec<_> = accesses.readers.iter().filter(|name| *name != reader && !kept(name)).collect();
    let only_c_writes = accesses.writers.iter().all(|name| name == writer);
    if !accesses.readers.contains(reader) || foreign.iter().any(|name| name.starts_with("oct_")) {
        return Err(format!("read by {:?} instead of {reader}", accesses.readers));
    }
    if foreign.len() > 1 || (foreign.len() == 1 && accesses.read.last() != Some(&last)) {
        return Err(format!("read by {:?} beside {reader}", foreign));
    }
    if accesses.writers.is_empty() || !only_c_writes {
        return Err(format!("written by {:?} instead of {writer}", accesses.writers));
    }
    // Vectors of eight floats from the first sample on; the last frames, fewer than eight, in whatever portions.
    let read: BTreeSet<usize> = accesses.read.iter().copied().collect();
    if let Some(missing) = (0..frames).step_by(8).map(|frame| frame * 4).find(|address| !read.contains(address)) {
        return Err(format!("byte {missing} of the row was never read in place"));
    }
    let written: BTreeSet<usize> = accesses.written.iter().copied().collect();
    if let Some(missing) = (0..frames).map(|frame| frame * 4).find(|address| !written.contains(address)) {
        return Err(format!("byte {missing} of the row was never written in place"));
    }
    Ok(())
}

/// Runs blocks of an engine on watched rows and judges both of them.
fn judge_engine(
    kernels: Kernels,
    settings: &Settings,
    frames: usize,
    offset: usize,
    listening: bool,
    writer: &str,
    process: impl Fn(&mut Engine, [&mut [f32]; 2]),
) -> Result<(), String> {
    let symbols = Symbols::of_this_program();
    let mut random = Random::new(frames as u64);
    let mut row = || WatchedRow::new(&signals::row(frames, &mut random), offset);
    let mut rows = [row(), row()];
    let mut engine = Engine::with_kernels(kernels, 48_000.0, 2, settings).expect("valid settings");
    let switch = Arc::new(Switch::default());
    let mut tap = engine.tap(40, &switch);
    let opening = listening.then(|| {
        tap.provide(Slot::new);
        switch.open()
    });
    // Until the look-ahead is filled, the output is plain silence.
    let mut before = [vec![0.0; 4096], vec![0.0; 4096]];
    let [left, right] = &mut before;
    engine.process(&mut [left, right], &[]);
    let accesses = record(&mut rows, |rows| process(&mut engine, rows));
    let prefix = format!("oct_{}_", kernels.isa().name());
    for row in &rows {
        let reader = format!("{prefix}interleave");
        let accesses = of_row(&accesses, row, &symbols, &reader);
        let keeps_input = listening || settings.lookahead_ms > 0.0;
        judge(&accesses, frames, keeps_input, &reader, &format!("{prefix}{writer}"))?;
    }
    let heard = opening.is_some_and(|opening| tap.read(opening, |_| ()));
    if heard != listening { Err(format!("slots were filled: {heard}")) } else { Ok(()) }
}

fn in_place(engine: &mut Engine, [left, right]: [&mut [f32]; 2]) {
    engine.process(&mut [left, right], &[]);
}

#[test]
fn the_engine_works_in_the_callers_rows() {
    let mut unlinked = Settings { slope: Slope::Db48, ..Settings::default() };
    unlinked.band[1].link_percent = 0.0;
    let mut mid_side = Settings { slope: Slope::Db12, ..unlinked };
    mid_side.band[2].channels = Channels::MidSide;
    let look_ahead = Settings { lookahead_ms: 3.0, ..Settings::default() };
    for kernels in tables() {
        for (settings, writer) in [
            (Settings::default(), "up24_narrow"),
            (unlinked, "up48_wide"),
            (mid_side, "up12_mid_side"),
            (look_ahead, "up24_narrow"),
        ] {
            for (frames, offset, listening) in
                [(64, 0, false), (500, 1, false), (1, 3, false), (1500, 1021, false), (500, 0, true), (1, 7, true)]
            {
                let outcome = judge_engine(kernels, &settings, frames, offset, listening, writer, in_place);
                assert_eq!(
                    outcome,
                    Ok(()),
                    "{kernels:?}, {writer}, {frames} frames, {offset} floats into a page, listening: {listening}"
                );
            }
        }
    }
}

/// Canary: an engine that works on a copy of the rows gives the same sound, and is found out.
#[test]
fn a_hidden_copy_is_found_out() {
    fn copying(engine: &mut Engine, rows: [&mut [f32]; 2]) {
        let mut copies = [rows[0].to_vec(), rows[1].to_vec()];
        let [left, right] = &mut copies;
        engine.process(&mut [left, right], &[]);
        for (row, copy) in rows.into_iter().zip(&copies) {
            row.copy_from_slice(copy);
        }
    }
    /// Only the way back is a copy.
    fn copying_back(engine: &mut Engine, rows: [&mut [f32]; 2]) {
        let input = [rows[0].to_vec(), rows[1].to_vec()];
        let [left, right] = rows;
        engine.process(&mut [&mut *left, &mut *right], &[]);
        left.copy_from_slice(&input[0]);
    }
    for kernels in tables() {
        for process in [copying, copying_back] {
            let outcome = judge_engine(kernels, &Settings::default(), 500, 0, false, "up24_narrow", process);
            assert!(outcome.is_err(), "{kernels:?}: a copy went unnoticed");
        }
    }
}

#[test]
fn kernels_read_and_write_the_very_slice() {
    const FRAMES: usize = 27;
    let symbols = Symbols::of_this_program();
    let mut random = Random::new(9);
    for kernels in tables() {
        let prefix = format!("oct_{}_", kernels.isa().name());
        for offset in [0, 1, 7, 1000] {
            let mut row = || WatchedRow::new(&signals::row(FRAMES, &mut random), offset);
            let mut rows = [row(), row(), row()];
            let mut pairs = [[0.0; 2]; FRAMES];
            let accesses = record(&mut rows, |[l, r, gain]| {
                kernels.interleave(l, r, Steps::moving(gain), &mut pairs);
            });
            let name = format!("{prefix}interleave");
            for row in &rows {
                let of_row = of_row(&accesses, row, &symbols, &name);
                assert!(of_row.readers.iter().eq([&name]), "{:?}", of_row.readers);
                assert!(of_row.writers.is_empty());
                let read: BTreeSet<usize> = of_row.read.iter().copied().collect();
                // The last three frames may come in one read.
                for address in [0, 32, 64, 96] {
                    assert!(read.contains(&address), "{name} never read byte {address}: {read:?}");
                }
            }
            let accesses = record(&mut rows, |[l, r, gain]| {
                kernels.finish(Basis::Stereo, &pairs, Steps::held(&0.0), Steps::moving(gain), l, r);
            });
            let name = format!("{prefix}finish_stereo");
            let [l, r, gain] = rows.each_ref().map(|row| of_row(&accesses, row, &symbols, &name));
            for functions in [&l.readers, &l.writers, &r.readers, &r.writers, &gain.readers] {
                assert!(functions.iter().eq([&name]), "{functions:?}");
            }
            assert!(gain.writers.is_empty());
            for row in [l, r] {
                let written: BTreeSet<usize> = row.written.iter().copied().collect();
                for address in [0, 32, 64, 96] {
                    assert!(written.contains(&address), "{name} never wrote byte {address}: {written:?}");
                }
            }
            assert!(accesses.iter().all(|access| {
                rows.iter().any(|row| row.samples().as_ptr_range().contains(&(access.address as *const f32)))
            }));
        }
    }
}
