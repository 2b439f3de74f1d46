//! Blocks, latency, sidechain and gain trace: the output lines up with the input whatever the host does.

mod common;

use common::{PASS, Scratch, Wav, interleave, music, wav_f32};

#[test]
fn blocks_change_no_bit() {
    let scratch = Scratch::new("blocks");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(20_011, 2)));
    let key = scratch.file("key.wav", &wav_f32(48_000, &music(9_000, 1)));
    let mut first: Option<(Vec<u8>, Vec<u8>)> = None;
    for block in ["1", "17", "64", "480", "4096", "65536", "1000000"] {
        let output = scratch.path("out.wav");
        let trace = scratch.path("trace.f32");
        octant!(
            "render",
            input,
            "-o",
            output,
            "--overwrite",
            "--block",
            block,
            "--gain-trace",
            trace,
            "--sidechain",
            key,
            "--set",
            "b2_sidechain=external",
            "--set",
            "lookahead=5",
            "--set",
            "b1_above_thr=-40",
            "--set",
            "b2_above_thr=-50",
        )
        .is_silent_success();
        let files = (std::fs::read(&output).unwrap(), std::fs::read(&trace).unwrap());
        assert!(*first.get_or_insert_with(|| files.clone()) == files, "block {block}");
    }
}

#[test]
fn latency_is_removed() {
    let scratch = Scratch::new("latency");
    for frames in [1, 100, 959, 960, 961, 40_000] {
        let rows = music(frames, 2);
        let input = scratch.file("in.wav", &wav_f32(48_000, &rows));
        let output = scratch.path("out.wav");
        let trace = scratch.path("t.f32");
        let report = scratch.path("r.json");
        octant!(
            "render",
            input,
            "-o",
            output,
            "--overwrite",
            "--set",
            "lookahead=20",
            "--gain-trace",
            trace,
            "--report",
            report,
            "--block",
            "333",
            PASS[0],
            PASS[1],
            PASS[2],
            PASS[3]
        )
        .is_silent_success();
        assert_eq!(Wav::read(&output).floats(), interleave(&rows), "{frames} frames");
        assert_eq!(std::fs::metadata(&trace).unwrap().len(), 4 * 2 * frames as u64);
    }
}

#[test]
fn the_trace_says_how_it_is_laid_out() {
    let scratch = Scratch::new("trace");
    let input = scratch.file("in.wav", &wav_f32(44_100, &music(1000, 2)));
    let trace = scratch.path("gain.f32");
    octant!("render", input, "-o", scratch.path("out.wav"), "--gain-trace", trace, "--set", "bands=3")
        .is_silent_success();
    let header: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scratch.path("gain.f32.json")).unwrap()).unwrap();
    let expected = serde_json::json!({
        "format": "octant-gain-trace", "version": 1, "sample_rate": 44100, "frames": 1000, "bands": 3, "channels": 2,
        "stride": 1, "unit": "dB",
    });
    assert_eq!(header, expected);
    assert_eq!(std::fs::metadata(trace).unwrap().len(), 1000 * 3 * 2 * 4);
}

#[test]
fn the_sidechain_is_cut_or_padded() {
    let scratch = Scratch::new("sidechain");
    let frames = 30_000;
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(frames, 2)));
    let mut outputs = Vec::new();
    let mut key = music(frames, 2);
    for row in &mut key {
        row[10_000..].fill(0.0);
    }
    for (name, length) in [("short.wav", 10_000), ("equal.wav", frames), ("long.wav", frames + 5_000)] {
        let rows: Vec<Vec<f32>> = key
            .iter()
            .map(|row| {
                let mut row = row.clone();
                row.resize(length.max(frames), 0.9);
                row.truncate(length);
                row
            })
            .collect();
        let sidechain = scratch.file(name, &wav_f32(48_000, &rows));
        let output = scratch.path(&format!("out-{name}"));
        octant!(
            "render",
            input,
            "-o",
            output,
            "--sidechain",
            sidechain,
            "--set",
            "b2_sidechain=external",
            "--set",
            "b2_above_thr=-60"
        )
        .is_silent_success();
        outputs.push(std::fs::read(output).unwrap());
    }
    assert!(outputs[0] == outputs[1] && outputs[1] == outputs[2]);
}

#[test]
fn a_sidechain_must_fit() {
    let scratch = Scratch::new("sidechain-fit");
    let mono = scratch.file("mono.wav", &wav_f32(48_000, &music(100, 1)));
    let stereo = scratch.file("stereo.wav", &wav_f32(48_000, &music(100, 2)));
    let slow = scratch.file("slow.wav", &wav_f32(44_100, &music(100, 1)));
    let external = "b1_sidechain=external";
    let output = scratch.path("out.wav");
    octant!("render", mono, "-o", output, "--sidechain", stereo, "--set", external)
        .is_one_sentence(3, &["stereo.wav", "2 channels"]);
    octant!("render", mono, "-o", output, "--sidechain", slow, "--set", external)
        .is_one_sentence(3, &["slow.wav", "44100", "48000"]);
    octant!("render", stereo, "-o", output, "--sidechain", mono, "--set", external, "--overwrite").is_silent_success();
}
