//! `octant learn`: what it finds in programme, and what it says when there is nothing to find.

mod common;

use std::f64::consts::TAU;

use common::{Scratch, music, names_in, wav_f32};
use serde_json::Value;

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

/// Three groups of tones with gaps at about 300 and 3000 Hz; each group swells and fades at its own pace.
fn three_groups(seconds: usize) -> Vec<Vec<f32>> {
    let groups: [(&[f64], f64); 3] =
        [(&[55.0, 80.0, 110.0, 150.0], 0.3), (&[700.0, 900.0, 1100.0, 1400.0], 0.7), (&[5600.0, 7500.0, 9000.0], 1.1)];
    let row = (0..48_000 * seconds)
        .map(|n| {
            let time = n as f64 / 48_000.0;
            let group = |(tones, pace): &(&[f64], f64)| {
                let swell = 10.0_f64.powf(-0.6 + 0.6 * (TAU * pace * time).sin());
                tones.iter().map(|hz| (TAU * hz * time).sin()).sum::<f64>() * swell * 0.04
            };
            groups.iter().map(group).sum::<f64>() as f32
        })
        .collect();
    vec![row]
}

#[test]
fn crossovers_fall_into_the_gaps_and_the_preset_does_what_was_foretold() {
    let scratch = Scratch::new("learn-gaps");
    let input = scratch.file("in.wav", &wav_f32(48_000, &three_groups(12)));
    let (preset, found) = (scratch.path("p.json"), scratch.path("found.json"));
    octant!("learn", input, "--bands", "3", "-o", preset, "--report", found).is_silent_success();
    let found = json(&std::fs::read(found).unwrap());
    let crossovers: Vec<f64> = found["crossovers_hz"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert!((180.0..650.0).contains(&crossovers[0]) && (1600.0..5000.0).contains(&crossovers[1]), "{crossovers:?}");
    assert!(String::from_utf8_lossy(&octant!("presets", "check", preset).out).contains("p.json: valid, 3 bands"));

    let rendered = scratch.path("rendered.json");
    octant!("render", input, "-o", scratch.path("out.wav"), "--preset", preset, "--report", rendered)
        .is_silent_success();
    let rendered = json(&std::fs::read(rendered).unwrap());
    for band in 0..3 {
        let expected = |key: &str| found["bands"][band]["expected_reduction_db"][key].as_f64().unwrap();
        let (mean, loud) = (expected("mean"), expected("p95"));
        let done = rendered["bands"][band]["gain_reduction_db"]["mean"].as_f64().unwrap();
        assert!(mean > 0.5, "band {band}: {mean} dB is something to hear");
        assert!((mean - done).abs() < 0.15 && done < loud, "band {band}: {mean} … {loud} dB foretold, {done} dB done");
    }
}

#[test]
fn threads_change_no_bit() {
    let scratch = Scratch::new("learn-threads");
    let first = scratch.file("first.wav", &wav_f32(48_000, &music(70_000, 2)));
    let second = scratch.file("second.wav", &wav_f32(44_100, &music(50_000, 1)));
    for bands in ["1", "3", "8"] {
        let learn = |threads: &str| {
            let figures = scratch.path(&format!("{bands}-{threads}.txt"));
            let run = octant!("learn", first, second, "--bands", bands, "--threads", threads, "--report", figures);
            run.is_silent_success();
            (run.out.clone(), std::fs::read(figures).unwrap())
        };
        let alone = learn("1");
        assert!(!alone.0.is_empty());
        for threads in ["2", "3", "8", "100"] {
            assert!(learn(threads) == alone, "{bands} bands, {threads} threads");
        }
        let usual = octant!("learn", first, second, "--bands", bands);
        assert_eq!(usual.out, alone.0);
    }
}

#[test]
fn a_preset_file_has_its_picture_beside_it() {
    let scratch = Scratch::new("learn-outputs");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(60_000, 2)));
    let preset = scratch.path("mine.json");
    octant!("learn", input, "-o", preset).is_silent_success();
    assert_eq!(scratch.names(), ["in.wav", "mine.json", "mine.svg"]);
    let picture = std::fs::read_to_string(scratch.path("mine.svg")).unwrap();
    assert!(picture.contains("Long-term spectrum") && picture.ends_with("</svg>\n") && !picture.contains("NaN"));
    let kept = std::fs::read(&preset).unwrap();
    assert_eq!(json(&kept)["name"], "mine");
    // Nothing that exists is replaced unasked, an input never.
    octant!("learn", input, "-o", preset).is_one_sentence(5, &["mine.json", "already exists"]);
    octant!("learn", input, "-o", scratch.path("new.json"), "--report", input).is_one_sentence(2, &["in.wav", ".svg"]);
    octant!("learn", input, "-o", preset, "--overwrite").is_silent_success();
    assert_eq!(std::fs::read(&preset).unwrap(), kept);
    let printed = octant!("learn", input, "-o", preset, "--report", "-", "--overwrite");
    printed.is_silent_success();
    assert_eq!(String::from_utf8_lossy(&printed.out).lines().count(), 2 + 4);
}

#[test]
fn programme_that_teaches_nothing() {
    let scratch = Scratch::new("learn-bad");
    let good = wav_f32(48_000, &music(60_000, 1));
    let silence = wav_f32(48_000, &[vec![0.0; 96_000]]);
    let mut pause = vec![0.0f32; 96_000];
    pause[..24_000].copy_from_slice(&music(24_000, 1)[0]);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("silence.wav", silence.clone(), "only silence"),
        ("one.wav", wav_f32(48_000, &[vec![0.5]]), "only silence"),
        ("short.wav", wav_f32(48_000, &music(24_000, 2)), "too little to learn from"),
        ("pause.wav", wav_f32(48_000, &[pause]), "too little to learn from"),
        ("nan.wav", wav_f32(48_000, &[vec![f32::NAN; 96_000]]), "only silence"),
        ("none.wav", wav_f32(48_000, &[vec![]]), "0 frames"),
        ("cut.wav", good[..good.len() - 100].to_vec(), "truncated"),
        ("text.wav", b"Dear reader, this is not audio at all.\n".repeat(50), "not an audio file"),
        ("three.wav", wav_f32(48_000, &music(100, 3)), "3 channels"),
    ];
    for (name, bytes, words) in cases {
        let input = scratch.file(name, &bytes);
        let before = scratch.names();
        let run = octant!("learn", input, "-o", scratch.path("out.json"));
        assert_eq!(run.code, 3, "{name}: {}", run.err);
        let last = run.err.lines().last().unwrap_or_default();
        assert!(last.contains(name) && last.contains(words), "{name}: {}", run.err);
        assert_eq!(run.err.lines().count(), if name == "nan.wav" { 2 } else { 1 }, "{}", run.err);
        assert_eq!(scratch.names(), before, "{name}: nothing is left behind");
    }
    let good = scratch.file("good.wav", &good);
    let silence = scratch.path("silence.wav");
    octant!("learn", scratch.path("missing.wav")).is_one_sentence(3, &["missing.wav", "no such file"]);
    octant!("learn", good, scratch.path("text.wav")).is_one_sentence(3, &["text.wav"]);
    octant!("learn", good, silence).is_one_sentence(0, &["warning", "silence.wav", "teaches nothing"]);
    octant!("learn", "-").is_one_sentence(2, &["standard input", "reads twice"]);
    octant!("learn", good, "-o", scratch.path("p.txt")).is_one_sentence(2, &["p.txt", ".json"]);
    octant!("learn", good, "--report", "-").is_one_sentence(2, &["--report", "-o"]);
    octant!("learn", good, "--report", scratch.path("x.pdf")).is_one_sentence(2, &["x.pdf", ".svg"]);
    octant!("learn", good, "-o", scratch.path("no/p.json")).is_one_sentence(5, &["does not exist"]);
    for bands in ["0", "9", "four"] {
        assert_eq!(octant!("learn", good, "--bands", bands).code, 2);
    }
    assert!(names_in(&scratch.path(".")).iter().all(|name| !name.ends_with(".part")));
}

#[test]
fn nan_counts_as_silence_and_is_told() {
    let scratch = Scratch::new("learn-nan");
    let mut rows = music(60_000, 2);
    rows[0][10] = f32::NAN;
    rows[1][40_000] = f32::INFINITY;
    let input = scratch.file("in.wav", &wav_f32(48_000, &rows));
    let run = octant!("learn", input);
    run.is_one_sentence(6, &["warning", "in.wav", "2 samples are NaN or infinite"]);
    assert_eq!(json(&run.out)["format"], "octant-preset");
}

#[test]
fn extreme_programme_still_gives_a_valid_preset() {
    let scratch = Scratch::new("learn-extreme");
    let tone = |hz: f64, rate: u32| -> Vec<Vec<f32>> {
        vec![(0..2 * rate).map(|n| (TAU * hz * f64::from(n) / f64::from(rate)).sin() as f32).collect()]
    };
    let cases = [
        ("tone.wav", 48_000, tone(1000.0, 48_000)),
        ("bass.wav", 48_000, tone(25.0, 48_000)),
        ("narrow.wav", 8_000, tone(3900.0, 8_000)),
        ("loud.wav", 48_000, tone(1000.0, 48_000).iter().map(|row| row.iter().map(|x| x * 1e30).collect()).collect()),
        ("constant.wav", 192_000, vec![vec![1.0; 400_000]; 2]),
    ];
    for (name, rate, rows) in cases {
        let input = scratch.file(name, &wav_f32(rate, &rows));
        for bands in ["1", "8"] {
            let preset = scratch.path("p.json");
            octant!("learn", input, "--bands", bands, "-o", preset, "--overwrite").is_silent_success();
            let check = octant!("presets", "check", preset);
            assert!(String::from_utf8_lossy(&check.out).contains("valid"), "{name}: {:?}", check.out);
            let picture = std::fs::read_to_string(scratch.path("p.svg")).unwrap();
            assert!(!picture.contains("NaN") && !picture.contains("inf"), "{name}");
        }
    }
}
