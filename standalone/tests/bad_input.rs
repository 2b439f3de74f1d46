//! Whatever is wrong: one sentence that names it, the documented exit code, and nothing left behind.

mod common;

use common::{PASS, Scratch, Wav, chunk, format, music, riff, wav, wav_f32, wav_s16};

#[test]
fn inputs_that_are_no_complete_audio() {
    let scratch = Scratch::new("no-audio");
    let good = wav_f32(48_000, &music(1000, 2));
    let flac = {
        let input = scratch.file("good.wav", &good);
        let output = scratch.path("good.flac");
        octant!("render", input, "-o", output).is_silent_success();
        std::fs::read(output).unwrap()
    };
    let ogg = include_bytes!("audio/tone.ogg");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty.wav", vec![], "empty"),
        ("text.wav", b"Dear reader, this is not audio at all.\n".repeat(50), "not an audio file"),
        (
            "noise.flac",
            (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect(),
            "not an audio file",
        ),
        ("tiny.wav", b"RIFF".to_vec(), "truncated"),
        ("header.wav", good[..30].to_vec(), "truncated"),
        ("no-data.wav", riff(&[chunk(b"fmt ", &format(1, 1, 48_000, 16, 2))]), "truncated"),
        ("cut.wav", good[..good.len() - 100].to_vec(), "truncated"),
        ("cut.flac", flac[..flac.len() / 2].to_vec(), "truncated"),
        ("cut.ogg", ogg[..ogg.len() - 50].to_vec(), "truncated"),
        ("no-format.wav", riff(&[chunk(b"data", &[0; 100])]), "no format chunk"),
        ("short-format.wav", riff(&[chunk(b"fmt ", &[0; 10]), chunk(b"data", &[0; 100])]), "format chunk"),
        ("no-frames.wav", wav_s16(48_000, 2, &[]), "0 frames"),
        ("three.wav", wav_f32(48_000, &music(100, 3)), "3 channels"),
        ("slow.wav", wav_s16(4000, 1, &[0; 100]), "4000 Hz"),
        ("fast.wav", wav_s16(1_000_000, 1, &[0; 100]), "1000000 Hz"),
        ("adpcm.wav", wav(&format(2, 1, 48_000, 4, 1), &[0; 100]), "not supported"),
        (
            "align.wav",
            wav(&format(1, 2, 48_000, 16, 5), &[0; 100]),
            "damaged: 2 channels of 16 bits in frames of 10 bytes",
        ),
        ("s64.wav", wav(&format(1, 1, 48_000, 64, 8), &[0; 80]), "64-bit"),
        ("big-endian.wav", [&b"RIFX"[..], &good[4..]].concat(), "not an audio file"),
    ];
    for (name, bytes, words) in cases {
        let input = scratch.file(name, &bytes);
        let before = scratch.names();
        for output in ["out.wav", "out.flac"] {
            octant!("render", input, "-o", scratch.path(output)).is_one_sentence(3, &[name, words]);
        }
        assert_eq!(scratch.names(), before, "{name}: nothing is left behind");
    }
    octant!("render", scratch.path("missing.wav"), "-o", scratch.path("out.wav"))
        .is_one_sentence(3, &["missing.wav", "no such file"]);
    octant!("render", scratch.path("."), "-o", scratch.path("out.wav")).is_one_sentence(3, &["directory"]);
}

#[test]
fn garbage_never_panics() {
    let scratch = Scratch::new("garbage");
    let ogg = include_bytes!("audio/tone.ogg").to_vec();
    let good = wav_s16(48_000, 2, &[1000; 2000]);
    let mut state = 1u32;
    for (name, bytes) in [("g.wav", good), ("g.ogg", ogg)] {
        for _ in 0..60 {
            let mut bytes = bytes.clone();
            for _ in 0..4 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (state >> 8) as usize % bytes.len().min(400);
                bytes[at] = (state >> 3) as u8;
            }
            let input = scratch.file(name, &bytes);
            let run = octant!("render", input, "-o", scratch.path("o.wav"), "--overwrite");
            assert!(matches!(run.code, 0 | 3), "{} {}", run.code, run.err);
            assert!(run.code == 0 || run.err.lines().count() == 1, "{}", run.err);
        }
    }
}

#[test]
fn nan_and_infinity_are_counted_and_silenced() {
    let scratch = Scratch::new("nan");
    let mut rows = music(5000, 2);
    rows[0][10] = f32::NAN;
    rows[0][4000] = f32::INFINITY;
    rows[1][77] = f32::NEG_INFINITY;
    let input = scratch.file("in.wav", &wav_f32(48_000, &rows));
    let output = scratch.path("out.wav");
    octant!("render", input, "-o", output).is_one_sentence(6, &["warning", "in.wav", "3 samples are NaN or infinite"]);
    let floats = Wav::read(&output).floats();
    assert!(floats.len() == 10_000 && floats.iter().all(|sample| sample.is_finite()));
    // A finite double beyond the range of a float is not infinite.
    let huge: Vec<u8> = [1e300f64, 0.5, 0.0].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let input = scratch.file("huge.wav", &wav(&format(3, 1, 48_000, 64, 8), &huge));
    octant!("render", input, "-o", output, "--overwrite", PASS[0], PASS[1], PASS[2], PASS[3]).is_silent_success();
    assert!(Wav::read(&output).floats().iter().all(|sample| sample.is_finite()));
}

#[test]
fn presets_and_parameters() {
    let scratch = Scratch::new("bad-presets");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let output = scratch.path("out.wav");
    let head = r#""format": "octant-preset", "version": 1"#;
    let cases = [
        (r"{".to_owned(), "not JSON"),
        (r#"{"format": "something"}"#.to_owned(), "octant-preset"),
        (format!(r#"{{{head}, "mix_percent": "all"}}"#), "mix_percent"),
        (
            format!(r#"{{{head}, "bands": [{{}}, {{"above": {{"ratio": 0.5}}}}]}}"#),
            "bands[1].above.ratio: 0.5 is outside 1 … 100",
        ),
        (format!(r#"{{{head}, "delta": 1}}"#), "delta"),
        (format!(r#"{{{head}, "bands": [{}]}}"#, ["{}"; 9].join(",")), "found 9"),
        (format!(r#"{{{head}, "mode": "linear", "linear_taps": 65536}}"#), "linear_taps: expected one of 1024"),
    ];
    for (json, words) in cases {
        let preset = scratch.file("p.json", json.as_bytes());
        octant!("render", input, "-o", output, "--preset", preset).is_one_sentence(4, &["p.json", words]);
    }
    octant!("render", input, "-o", output, "--preset", "mastering-glu")
        .is_one_sentence(4, &["did you mean mastering-glue"]);
    octant!("render", input, "-o", output, "--preset", "missing.json")
        .is_one_sentence(4, &["missing.json", "no such file"]);
    octant!("render", input, "-o", output, "--preset", scratch.path(".")).is_one_sentence(4, &["directory"]);
    octant!("render", input, "-o", output, "--set", "b1_above_thr=3").is_one_sentence(4, &["b1_above_thr", "-80 … 0"]);
    octant!("render", input, "-o", output, "--set", "b1_above_th=-3")
        .is_one_sentence(4, &["did you mean b1_above_thr"]);
    octant!("render", input, "-o", output, "--set", "mix").is_one_sentence(4, &["mix", "id=value"]);
    octant!("render", input, "-o", output, "--set", "bands=9").is_one_sentence(4, &["bands", "1 … 8"]);
    octant!("render", input, "-o", output, "--set", "taps=5000").is_one_sentence(4, &["taps", "1024"]);
    assert_eq!(scratch.names(), ["in.wav", "p.json"]);
}

#[test]
fn crossovers_out_of_order_are_mended_with_a_warning() {
    let scratch = Scratch::new("crossovers");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let preset = scratch.file(
        "p.json",
        br#"{"format": "octant-preset", "version": 1, "crossovers_hz": [1000, 200], "bands": [{}, {}, {}]}"#,
    );
    octant!("render", input, "-o", scratch.path("out.wav"), "--preset", preset)
        .is_one_sentence(0, &["warning", "p.json", "crossovers_hz"]);
    assert_eq!(Wav::read(&scratch.path("out.wav")).floats().len(), 100);
}

#[test]
fn what_has_no_effect_is_told_at_the_rate_of_the_files() {
    let scratch = Scratch::new("no-effect");
    let audio = music(100, 1);
    let inputs = [("a.wav", 8000), ("b.wav", 8000), ("c.wav", 48_000)]
        .map(|(name, rate)| scratch.file(name, &wav_f32(rate, &audio)));
    let preset =
        br#"{"format": "octant-preset", "version": 1, "bands": [{"above": {"treshold_db": -20}}, {}, {}, {}]}"#;
    let preset = scratch.file("p.json", preset);
    let run = octant!("render", inputs[0], inputs[1], inputs[2], "-o", scratch.path("out"), "--preset", preset);
    assert_eq!((run.code, run.err.lines().count()), (0, 2), "each once: {}", run.err);
    assert!(run.err.contains("p.json: bands[0].above.treshold_db: unknown key"), "{}", run.err);
    assert!(run.err.contains("p.json, at 8000 Hz: crossovers_hz[2]: 3600.0 Hz is used"), "{}", run.err);
}

#[test]
fn a_sidechain_that_is_missing_is_told() {
    let scratch = Scratch::new("no-sidechain");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    for (sets, words) in [
        (vec!["b1_sidechain=external"], "b1: listens to the external sidechain, but none is given, so it hears"),
        (vec!["b1_sidechain=external", "b3_sidechain=external"], "b1, b3: listen to the external sidechain"),
    ] {
        let mut arguments = vec!["render", input.to_str().unwrap(), "--overwrite", "-o"];
        let output = scratch.path("out.wav");
        arguments.push(output.to_str().unwrap());
        arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        let arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(std::ffi::OsStr::new).collect();
        common::run(&arguments).is_one_sentence(0, &["warning", words, "--sidechain FILE"]);
    }
}

#[test]
fn a_tail_that_makes_no_frame_is_told() {
    let scratch = Scratch::new("tail");
    let ragged = wav(&format(1, 2, 48_000, 16, 2), &[0; 4002]);
    let input = scratch.file("in.wav", &ragged);
    octant!("render", input, "-o", scratch.path("out.wav"))
        .is_one_sentence(0, &["in.wav", "2 bytes", "no whole frame"]);
    assert_eq!(Wav::read(&scratch.path("out.wav")).floats().len(), 2000);
}

#[test]
fn command_lines_that_do_not_fit_together() {
    let scratch = Scratch::new("usage");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let second = scratch.file("second.wav", &wav_f32(48_000, &music(100, 1)));
    let before = scratch.names();
    octant!("render", input, "-o", scratch.path("out.mp3")).is_one_sentence(2, &["out.mp3", ".wav or .flac"]);
    octant!("render", input, "-o", scratch.path("out.flac"), "--format", "f32")
        .is_one_sentence(2, &["out.flac", "s16 or s24"]);
    octant!("render", input, "-o", scratch.path("out.wav"), "--dither").is_one_sentence(2, &["--dither"]);
    octant!("render", input, "-o", scratch.path("out.wav"), "--report", "x.pdf")
        .is_one_sentence(2, &["x.pdf", ".json"]);
    octant!("render", input, "-o", scratch.path("out.wav"), "--sidechain", "-").is_one_sentence(2, &["--sidechain"]);
    octant!("render", input, second, "-o", input).is_one_sentence(2, &["in.wav", "directory"]);
    octant!("render", input, second, "-o", scratch.path("new.wav")).is_one_sentence(2, &["new.wav", "new.wav/"]);
    octant!("render", input, "-o", scratch.path("out.wav"), "--gain-trace", "-")
        .is_one_sentence(2, &["--gain-trace -"]);
    let long = "x".repeat(100_000);
    let run = octant!("render", input, "-o", scratch.path("out.wav"), "--set", long);
    assert!(run.code == 4 && run.err.len() < 200, "{}", run.err);
    let run = octant!("render", input, "-o", scratch.path("out.wav"), "--block", "-1");
    assert!(run.code == 2 && run.err.contains("a whole number from 1 is needed"), "{}", run.err);
    octant!("render", "-", "-o", scratch.path("")).is_one_sentence(2, &["standard input"]);
    octant!("render", input, "-o", "-", "--report", "-").is_one_sentence(2, &["--report"]);
    assert_eq!(octant!("render", input).code, 2);
    assert_eq!(octant!("render", input, "-o", scratch.path("out.wav"), "--block", "0").code, 2);
    assert_eq!(scratch.names(), before);
}
