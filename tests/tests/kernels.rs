//! Every kernel of every table against the oracle in plain Rust.
//!
//! Tables with fused multiply-add give its bits; the baseline rounds twice and stays within a tolerance per field.

use octant_dsp::ffi::{DenormalsOff, Isa, Kernels};
use octant_tests::cases::{self, Bench, Case};
use octant_tests::outcome::Outcome;
use octant_tests::panics;
use octant_tests::place::Place;
use octant_tests::random::Random;
use octant_tests::signals::{LENGTHS, LONG};

#[path = "support/misfits.rs"]
mod misfits;

fn oracle() -> Kernels {
    Kernels::of(Isa::Scalar).expect("the oracle runs everywhere")
}

/// Tables in C that this processor runs.
fn tables() -> Vec<Kernels> {
    Kernels::all().into_iter().filter(|kernels| kernels.isa() != Isa::Scalar).collect()
}

/// Compares as strictly as the table allows.
fn judge(isa: Isa, found: &Outcome, wanted: &Outcome) -> Result<(), String> {
    match isa {
        Isa::Baseline => found.close_to(wanted),
        Isa::V3 | Isa::Neon | Isa::Scalar => found.same_bits(wanted),
    }
}

/// Runs `check` for every case and reports all that fail.
fn for_all(check: impl Fn(&Case) -> Vec<String>) {
    let _denormals_off = DenormalsOff::new();
    let failures: Vec<String> = cases::all().iter().flat_map(check).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn against_oracle(case: &Case, frames: usize) -> Vec<String> {
    let wanted = case.run_whole(oracle(), frames);
    let tables = tables().into_iter();
    let failures = tables.filter_map(|kernels| {
        let found = case.run_whole(kernels, frames);
        let isa = kernels.isa();
        let error = judge(isa, &found, &wanted).err()?;
        Some(format!("{} of {}, {frames} frames: {error}", case.name, isa.name()))
    });
    failures.collect()
}

#[test]
fn every_table_gives_what_the_oracle_gives() {
    assert_eq!(cases::all().len(), 99, "the forms of the 59 entries of the table");
    for_all(|case| {
        let lengths = LENGTHS.iter().filter(|&&frames| frames <= case.longest);
        lengths.flat_map(|&frames| against_oracle(case, frames)).collect()
    });
}

#[test]
fn a_million_frames_in_one_call() {
    for_all(|case| if case.longest >= LONG { against_oracle(case, LONG) } else { Vec::new() });
}

#[test]
fn a_call_in_pieces_gives_the_same_bits() {
    const FRAMES: usize = 1000;
    for_all(|case| {
        let mut random = Random::named(&case.name);
        let tables = Kernels::all().into_iter();
        let failures = tables.filter_map(|kernels| {
            let whole = case.run_whole(kernels, FRAMES);
            (0..6).find_map(|attempt| {
                let pieces = random.pieces(FRAMES, [3, 9, 17, 64, 100, 500][attempt]);
                let bench = Bench { kernels, place: Place::Heap, frames: FRAMES, pieces: &pieces };
                let error = case.run(&bench).same_bits(&whole).err()?;
                Some(format!("{} of {} in pieces {pieces:?}: {error}", case.name, kernels.isa().name()))
            })
        });
        failures.collect()
    });
}

/// Canary: one bit of any field, and one field too few, must be noticed and named.
#[test]
fn a_single_wrong_bit_is_found_in_every_field() {
    let _denormals_off = DenormalsOff::new();
    for case in cases::all() {
        let wanted = case.run_whole(oracle(), 65);
        for field in 0..wanted.0.len() {
            let mut found = wanted.clone();
            assert!(found.disturb(field, 0), "{case:?}: field {field} is empty");
            let error = found.same_bits(&wanted).expect_err("one bit differs");
            assert!(error.contains(wanted.0[field].name) && error.contains("frame 0, lane 0"), "{error}");
        }
        let fewer = Outcome(wanted.0[1..].to_vec());
        assert!(fewer.same_bits(&wanted).is_err(), "{case:?}");
    }
}

/// Canary: a thousandth too loud, or a hundredth of a dB, is more than the baseline may be off.
#[test]
fn a_small_error_is_more_than_the_tolerance() {
    let _denormals_off = DenormalsOff::new();
    let mut judged = 0;
    for case in cases::all() {
        let wanted = case.run_whole(oracle(), 8192.min(case.longest));
        for field in 0..wanted.0.len() {
            let mut found = wanted.clone();
            if found.worsen(field) {
                let error = found.close_to(&wanted).expect_err("an error beyond the tolerance");
                assert!(error.contains(wanted.0[field].name), "{case:?}: {error}");
                judged += 1;
            }
        }
    }
    assert!(judged > 100, "{judged} fields");
}

#[test]
fn lengths_that_do_not_fit_panic_before_c_is_entered() {
    let methods = misfits::methods();
    let names: Vec<&str> = methods.iter().map(|method| method.name).collect();
    assert_eq!(names, over_c(include_str!("../../dsp-c/src/ffi.rs")), "every method, and no other");
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let mut failures = Vec::new();
    for (kernels, method) in Kernels::all().into_iter().flat_map(|kernels| methods.iter().map(move |m| (kernels, m))) {
        let said = |numbers: &[usize]| panics::words_of(|| (method.call)(kernels, numbers));
        let wrong = |numbers: &&Vec<usize>| {
            let refused = |words: &String| words.starts_with("assertion failed") || words.contains(" values for ");
            !said(numbers).as_ref().is_some_and(refused)
        };
        failures.extend(said(&method.fitting).map(|words| format!("{} of {kernels:?}: {words}", method.name)));
        let misfits = method.misfits.iter().filter(wrong);
        failures.extend(misfits.map(|numbers| format!("{} of {kernels:?} takes {numbers:?}", method.name)));
    }
    std::panic::set_hook(quiet);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Names of the methods in a source that lead to the table in C.
fn over_c(source: &str) -> Vec<&str> {
    let functions = source.split("pub fn ").skip(1).filter(|function| function.contains("= self.table else"));
    functions.filter_map(|function| function.split('(').next()).collect()
}
