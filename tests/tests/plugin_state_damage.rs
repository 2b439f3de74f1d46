//! Damaged states, one after the other until none is left: every truncation and every bit flip of fifty states.
//!
//! What reads a state is a function of its document alone, so it is tried without an instance: the framework's map goes
//! in as the host kept it and comes out as what the plugin will be set to. `tests/plugin_state.rs` shows on samples
//! that an instance then does just that.

use nice_plug::prelude::PluginState;
use octant_dsp::params::{self, Kind, ParamRef};
use octant_dsp::preset;
use octant_tests::random::Random;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const STATES: u64 = 50;

/// States as different as hosts have them: from nothing touched to everything turned, with the slots, the history, the
/// editor's size and the unknown keys that some have. Without the length that CLAP hosts keep before them.
fn states() -> Vec<Vec<u8>> {
    let presets = preset::factory();
    (0..STATES)
        .map(|seed| {
            let mut random = Random::new(seed);
            let touched = seed as f64 / (STATES - 1) as f64;
            let turned = |row: ParamRef| {
                let (param, turned) = (row.param, random.chance(touched));
                let plain = if turned { param.from_normalised(random.unit()) } else { param.default() };
                let value = match param.kind {
                    Kind::Float { .. } => Value::from(f64::from(param.to_normalised(plain) as f32)),
                    Kind::Integer { .. } | Kind::Choice { .. } => Value::from(plain as i32),
                    Kind::Switch { .. } => Value::from(plain >= 0.5),
                };
                (row.id(), value)
            };
            let values: Map<String, Value> = params::all().map(turned).collect();
            let mut contents = Map::from_iter([("params".to_owned(), Value::Object(values))]);
            contents.insert("active".into(), ["A", "B", "C", "D"][seed as usize % 4].into());
            let slots = ["A", "B", "C", "D"].iter().enumerate().map(|(index, slot)| {
                let preset = presets[(seed as usize + index) % presets.len()].preset().expect("valid");
                ((*slot).to_owned(), serde_json::from_str(&preset.to_json()).expect("JSON"))
            });
            contents.insert("slots".into(), Value::Object(slots.collect()));
            if seed % 3 == 0 {
                let steps: Vec<Value> = (0..seed % 7)
                    .map(|step| json!({ "label": "Gain", "changes": { "b1_gain": [step, step + 1] } }))
                    .collect();
                contents.insert("undo".into(), json!({ "done": steps, "undone": [] }));
                contents.insert("editor".into(), json!({ "width": 1000 + seed, "height": 700 }));
            }
            if seed % 5 == 0 {
                contents.insert("of_a_later_version".into(), json!(["\"quoted\"", "ünïcode 🎚", seed, null, 1.0e-9]));
            }
            let document = plugin::state::seal(contents).to_string();
            let mut state = with_document(document);
            plugin::state::filter(&mut state);
            assert!(!state.params.is_empty(), "whole");
            serde_json::to_vec(&state).expect("JSON")
        })
        .collect()
}

fn with_document(document: String) -> PluginState {
    let fields = [(plugin::state::FIELD.to_owned(), document)].into();
    PluginState { version: "0.1.0".into(), params: BTreeMap::new(), fields }
}

/// What the plugin would be set to: nothing, or values by id.
fn read(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut state: PluginState = serde_json::from_slice(bytes).ok()?;
    plugin::state::filter(&mut state);
    assert_eq!(state.params.is_empty(), state.fields.is_empty(), "all or nothing");
    if state.params.is_empty() {
        return None;
    }
    Some(state.params.into_iter().map(|(id, value)| (id, format!("{value:?}"))).collect())
}

/// A damaged state changes nothing, or brings exactly what it held: white space, a figure written otherwise, a part that
/// is not used. Never anything between. Gives how many brought it.
fn all_or_nothing(state: &[u8], damaged: impl Iterator<Item = Vec<u8>>) -> usize {
    let held = read(state).expect("a whole state");
    let mut brought = 0;
    for (number, damaged) in damaged.enumerate() {
        if let Some(values) = read(&damaged) {
            assert!(values == held, "damage {number}");
            brought += 1;
        }
    }
    brought
}

/// Runs `work` for every number below `count`, on all processors; gives the sum.
fn shared(count: usize, work: impl Fn(usize) -> usize + Sync) -> usize {
    let (next, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    if number >= count {
                        break;
                    }
                    sum.fetch_add(work(number), Relaxed);
                }
            });
        }
    });
    sum.into_inner()
}

/// Our document inside a state.
fn document(state: &[u8]) -> String {
    let state: PluginState = serde_json::from_slice(state).expect("whole");
    state.fields[plugin::state::FIELD].clone()
}

/// Whether anything would be set from a document.
fn taken(document: String) -> bool {
    let mut state = with_document(document);
    plugin::state::filter(&mut state);
    !state.params.is_empty()
}

#[test]
fn no_truncation_of_fifty_documents_is_taken() {
    let documents: Vec<String> = states().iter().map(|state| document(state)).collect();
    assert!(documents.iter().all(|document| taken(document.clone())));
    let brought = shared(documents.len(), |number| {
        let document = &documents[number];
        (0..document.len()).filter_map(|length| document.get(..length)).filter(|text| taken((*text).to_owned())).count()
    });
    assert_eq!(brought, 0);
}

/// Every bit of `part` of each document, one after the other; every `parts` parts are the whole. The framework's reader
/// refuses what is not UTF-8; everything else comes as far as the checksum.
fn no_bit_flip_is_taken(parts: usize) {
    let documents: Vec<String> = states().iter().map(|state| document(state)).collect();
    let tried = AtomicUsize::new(0);
    let brought = shared(documents.len(), |number| {
        let mut bytes = documents[number].clone().into_bytes();
        let mut brought = 0;
        for byte in (number % parts..bytes.len()).step_by(parts) {
            for bit in 0..8 {
                bytes[byte] ^= 1 << bit;
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    brought += usize::from(taken(text.to_owned()));
                    tried.fetch_add(1, Relaxed);
                }
                bytes[byte] ^= 1 << bit;
            }
        }
        brought
    });
    println!("{} bit flips of {STATES} documents", tried.into_inner());
    assert_eq!(brought, 0);
}

#[test]
fn no_bit_flip_of_a_part_of_fifty_documents_is_taken() {
    no_bit_flip_is_taken(50);
}

/// Minutes; `cargo xtask validate` has them.
#[test]
#[ignore = "takes minutes"]
fn no_bit_flip_of_fifty_documents_is_taken() {
    no_bit_flip_is_taken(1);
}

/// Whole files, with the framework's map around our document.
#[test]
fn every_truncation_of_fifty_files_changes_nothing() {
    let states = states();
    let step = if cfg!(debug_assertions) { 25 } else { 1 };
    let brought = shared(states.len(), |number| {
        let state = &states[number];
        all_or_nothing(state, (number % step..state.len()).step_by(step).map(|length| state[..length].to_vec()))
    });
    assert_eq!(brought, 0, "a file that is not whole is no JSON");
}

#[test]
fn bit_flips_of_files_change_nothing_or_nothing_that_matters() {
    let states = states();
    // Some bytes of some part of every file; with optimisation every byte, and together every part.
    let step = if cfg!(debug_assertions) { 37 } else { 1 };
    let brought = shared(states.len(), |number| {
        let (state, parts) = (&states[number], states.len());
        let (begin, end) = (state.len() * number / parts, state.len() * (number + 1) / parts);
        all_or_nothing(
            state,
            (begin..end).step_by(step).flat_map(|byte| (0..8).map(move |bit| (byte, bit))).map(|(byte, bit)| {
                let mut damaged = state.clone();
                damaged[byte] ^= 1 << bit;
                damaged
            }),
        )
    });
    // Flips in the framework's map, which nothing is read from.
    assert!(brought > 0);
}
