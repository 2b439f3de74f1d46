//! What `octant live` says when it cannot play, and what it leaves behind. Needs no sound card.

mod common;

use std::fs;

use common::Scratch;

/// A device that is not there, on any machine.
const NOWHERE: &str = "nowhere-at-all";

#[test]
fn a_device_that_is_not_there_is_one_sentence_and_is_not_remembered() {
    let scratch = Scratch::new("live-devices");
    let state = scratch.path("live.json");
    for _ in 0..2 {
        // The library of the sound system has nothing to add.
        let run = octant!("live", "--input", NOWHERE, "--output", NOWHERE, "--state", state);
        run.is_one_sentence(7, &["--output nowhere-at-all", "no such device"]);
        assert!(!state.exists(), "what has never played is no choice for the next time");
    }
    // An older state names a device that has gone: the file stays as it is.
    let text = format!("{{\"format\": \"octant-live\", \"version\": 1, \"output\": \"{NOWHERE}\"}}\n");
    let state = scratch.file("gone.json", text.as_bytes());
    octant!("live", "--state", state).is_one_sentence(7, &[NOWHERE, "no such device", "as", "gone.json remembers it"]);
    assert_eq!(fs::read_to_string(&state).expect("still there"), text);
}

#[test]
fn a_typo_in_the_state_is_told_with_its_line_and_nothing_is_lost() {
    let scratch = Scratch::new("live-state");
    for (text, words) in [
        ("{\"format\": \"octant-live\",\n \"version\": 1,\n \"rate\": \"fast\"}\n", "line 3: rate"),
        ("{\"format\": \"octant-live\", \"version\": 1,", "line 1, column"),
        ("[]", "state.json"),
        ("{\"format\": \"octant-preset\", \"version\": 1}", "format"),
    ] {
        let state = scratch.file("state.json", text.as_bytes());
        octant!("live", "--state", state).is_one_sentence(4, &["state.json", words]);
        assert_eq!(fs::read_to_string(&state).expect("still there"), text);
    }
    assert_eq!(scratch.names(), ["state.json"]);
}

#[test]
fn what_is_asked_for_must_make_sense() {
    let scratch = Scratch::new("live-options");
    let state = scratch.path("live.json");
    octant!("live", "--host", "gramophone", "--state", state).is_one_sentence(2, &["--host gramophone", "knows"]);
    octant!("live", "--preset", "nonesuch-xyz", "--state", state).is_one_sentence(4, &["nonesuch-xyz", "presets list"]);
    octant!("live", "--set", "mix=200", "--state", state).is_one_sentence(4, &["mix: 200 is outside 0 … 100"]);
    for address in ["0.0.0.0:7878", "192.168.0.1:7878", "127.0.0.1", "example.org:80"] {
        let run = octant!("live", "--control", address, "--state", state);
        assert_eq!(run.code, 2, "{address}");
    }
    for rate in ["1", "44100x", "-48000"] {
        let run = octant!("live", "--rate", rate, "--state", state);
        assert_eq!(run.code, 2, "{rate}");
    }
    assert!(scratch.names().is_empty(), "nothing is left behind");
}

/// ALSA's null takes and gives sound as fast as the machine can.
#[cfg(target_os = "linux")]
#[test]
fn what_has_no_clock_is_refused() {
    let scratch = Scratch::new("live-clockless");
    let state = scratch.path("live.json");
    let run = octant!("live", "--host", "alsa", "--input", "null", "--output", "null", "--no-window", "--state", state);
    assert_eq!(run.code, 7, "{}", run.err);
    assert!(run.err.lines().last().is_some_and(|last| last.contains("has no clock")), "{}", run.err);
    assert!(!state.exists(), "what cannot play is no choice for the next time");
    let run =
        octant!("live", "--input", "alsa:null", "--output", "alsa:null", "--sidechain", NOWHERE, "--state", state);
    run.is_one_sentence(7, &["--sidechain nowhere-at-all", "no such device"]);
}

#[cfg(all(target_os = "linux", feature = "jack"))]
#[test]
fn devices_of_two_sound_systems_are_refused() {
    let scratch = Scratch::new("live-systems");
    let state = scratch.path("live.json");
    let run = octant!("live", "--input", "jack:input", "--output", "alsa:null", "--state", state);
    run.is_one_sentence(2, &["alsa:null: is no device of jack", "one sound system"]);
}

#[test]
fn devices_are_listed_in_both_forms() {
    let run = octant!("devices");
    assert!(run.code == 0 && !run.err.contains("ALSA lib"), "{}", run.err);
    assert!(String::from_utf8_lossy(&run.out).contains("Example: octant live"));
    let run = octant!("devices", "--json");
    assert_eq!(run.code, 0, "{}", run.err);
    let list: serde_json::Value = serde_json::from_slice(&run.out).expect("JSON");
    let hosts = list["hosts"].as_array().expect("hosts");
    assert!(!hosts.is_empty() && list["midi_inputs"].is_array(), "{list}");
    for host in hosts {
        let devices = host["devices"].as_array().expect("devices");
        assert!(!devices.is_empty() || host["error"].is_string(), "an empty list says why: {host}");
    }
    octant!("devices", "--host", "gramophone").is_one_sentence(2, &["--host gramophone"]);
}
