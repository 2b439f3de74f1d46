//! Every sample format and container that is read and written, sample by sample.

mod common;

use common::{PASS, Scratch, Wav, chunk, extensible, format, interleave, music, wav, wav_f32, wav_s16};

/// Renders one input to 32-bit float without changing it.
#[track_caller]
fn floats_of(name: &str, file_name: &str, bytes: &[u8]) -> (Wav, Vec<f32>) {
    let scratch = Scratch::new(name);
    let input = scratch.file(file_name, bytes);
    let output = scratch.path("out.wav");
    let run = octant!("render", input, "-o", output, PASS[0], PASS[1], PASS[2], PASS[3]);
    run.is_silent_success();
    let wav = Wav::read(&output);
    let floats = wav.floats();
    (wav, floats)
}

#[test]
fn every_wav_encoding_is_decoded_exactly() {
    let s24 = |sample: i32| sample.to_le_bytes()[..3].to_vec();
    // Name, format chunk, audio, what it means.
    type Case = (&'static str, Vec<u8>, Vec<u8>, Vec<f32>);
    let cases: Vec<Case> = vec![
        ("u8", format(1, 1, 8000, 8, 1), vec![0, 128, 255, 64], vec![-1.0, 0.0, 127.0 / 128.0, -0.5]),
        (
            "s16",
            format(1, 1, 44100, 16, 2),
            [i16::MIN, 0, 1, i16::MAX].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![-1.0, 0.0, 1.0 / 32768.0, 32767.0 / 32768.0],
        ),
        (
            "s24",
            format(1, 1, 48000, 24, 3),
            [-8_388_608, 1, 8_388_607, -2].iter().flat_map(|&s| s24(s)).collect(),
            vec![-1.0, 1.0 / 8_388_608.0, 8_388_607.0 / 8_388_608.0, -2.0 / 8_388_608.0],
        ),
        (
            "s20 in 24",
            extensible(1, 1, 48000, 20, 3),
            [-8_388_608, 16, 0, 32].iter().flat_map(|&s| s24(s)).collect(),
            vec![-1.0, 16.0 / 8_388_608.0, 0.0, 32.0 / 8_388_608.0],
        ),
        (
            "s24 in 32",
            extensible(1, 1, 96000, 24, 4),
            [i32::MIN, 256, 0, 1 << 30].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![-1.0, 256.0 / 2_147_483_648.0, 0.0, 0.5],
        ),
        (
            "s32",
            format(1, 1, 192_000, 32, 4),
            [i32::MIN, 1 << 29, 0, -(1 << 30)].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![-1.0, 0.25, 0.0, -0.5],
        ),
        (
            "f32",
            format(3, 1, 768_000, 32, 4),
            [0.1f32, -1.5, 0.0, 3.0].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![0.1, -1.5, 0.0, 3.0],
        ),
        (
            "f32 extensible",
            extensible(3, 1, 48000, 32, 4),
            [0.1f32, -1.5, 0.0, 3.0].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![0.1, -1.5, 0.0, 3.0],
        ),
        (
            "f64",
            format(3, 1, 48000, 64, 8),
            [0.1f64, -1.5, 0.0, 3.0].iter().flat_map(|s| s.to_le_bytes()).collect(),
            vec![0.1, -1.5, 0.0, 3.0],
        ),
        // G.711: the smallest and largest codes of both signs.
        (
            "a-law",
            format(6, 1, 8000, 8, 1),
            vec![0xD5, 0x55, 0xAA, 0x2A],
            [8.0, -8.0, 32256.0, -32256.0].map(|s| s / 32768.0).to_vec(),
        ),
        (
            "mu-law",
            format(7, 1, 8000, 8, 1),
            vec![0xFF, 0x7F, 0x80, 0x00],
            [0.0, 0.0, 32124.0, -32124.0].map(|s| s / 32768.0).to_vec(),
        ),
    ];
    for (name, format, audio, expected) in cases {
        let (out, floats) = floats_of("encodings", "in.wav", &wav(&format, &audio));
        assert_eq!(floats, expected, "{name}");
        let rate = u32::from_le_bytes(format[4..8].try_into().unwrap());
        assert_eq!(out.shape(), (3, 1, rate, 32), "{name}");
    }
}

#[test]
fn stereo_stays_stereo_and_aligned() {
    let rows = music(40_000, 2);
    let (out, floats) = floats_of("stereo", "in.wav", &wav_f32(48_000, &rows));
    assert_eq!(floats, interleave(&rows));
    assert_eq!(out.shape(), (3, 2, 48_000, 32));
    assert_eq!(out.body(b"fact"), 40_000u32.to_le_bytes());
}

#[test]
fn integer_outputs_return_the_samples_they_came_from() {
    let scratch = Scratch::new("integers");
    let samples: Vec<i16> = (0..30_001).map(|n: i32| (n * 7919 % 65_536 - 32_768) as i16).collect();
    let input = scratch.file("in.wav", &wav_s16(44_100, 1, &samples));
    for (name, bits) in [("s16", 16), ("s24", 24), ("s32", 32)] {
        let output = scratch.path(&format!("{name}.wav"));
        octant!("render", input, "-o", output, "--format", name, PASS[0], PASS[1], PASS[2], PASS[3])
            .is_silent_success();
        assert_eq!(Wav::read(&output).shape(), (1, 1, 44_100, bits));
        // Back to 16 bit: nothing has happened.
        let back = scratch.path(&format!("{name}-16.wav"));
        octant!("render", output, "-o", back, "--format", "s16", PASS[0], PASS[1], PASS[2], PASS[3])
            .is_silent_success();
        assert_eq!(Wav::read(&back).shorts(), samples, "{name}");
    }
}

#[test]
fn flac_returns_the_samples_it_was_given() {
    let scratch = Scratch::new("flac");
    for (channels, frames) in [(1, 1), (2, 4096), (2, 30_001)] {
        let rows = music(frames, channels);
        let samples: Vec<i16> = interleave(&rows).iter().map(|sample| (sample * 20_000.0) as i16).collect();
        let input = scratch.file("in.wav", &wav_s16(48_000, channels as u16, &samples));
        for format in [&["--format", "s16"][..], &[]] {
            let flac = scratch.path("out.flac");
            let mut arguments = vec!["render", input.to_str().unwrap(), "--overwrite", "-o", flac.to_str().unwrap()];
            arguments.extend(PASS);
            arguments.extend(format);
            let arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(std::ffi::OsStr::new).collect();
            common::run(&arguments).is_silent_success();
            let bytes = std::fs::read(&flac).unwrap();
            // Bits per sample less one stand across two bytes of the stream information.
            let bits = ((bytes[20] & 1) << 4 | bytes[21] >> 4) + 1;
            assert_eq!(bits, if format.is_empty() { 24 } else { 16 });
            assert_ne!(bytes[26..42], [0; 16], "the checksum of the audio is there");
            let back = scratch.path("back.wav");
            octant!("render", flac, "-o", back, "--overwrite", "--format", "s16", PASS[0], PASS[1], PASS[2], PASS[3])
                .is_silent_success();
            assert_eq!(Wav::read(&back).shorts(), samples, "{channels} channels, {frames} frames");
            cross_check_flac(&flac);
        }
    }
}

/// The reference decoder, where it is installed, tests the checksum of the audio.
fn cross_check_flac(path: &std::path::Path) {
    if let Ok(run) = std::process::Command::new("flac").args(["--test", "--silent"]).arg(path).output() {
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn aiff_is_read() {
    let samples: Vec<i16> = (0..5000).map(|n: i32| (n * 7919 % 65_536 - 32_768) as i16).collect();
    let big_endian = |id: &[u8; 4], body: &[u8]| [&id[..], &(body.len() as u32).to_be_bytes(), body].concat();
    let mut common_body = vec![0, 2];
    common_body.extend(2500u32.to_be_bytes());
    // 16 bit, 48000 as an 80-bit float.
    common_body.extend([0, 16, 0x40, 0x0E, 0xBB, 0x80, 0, 0, 0, 0, 0, 0]);
    let mut sound = vec![0; 8];
    sound.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
    let aiff =
        big_endian(b"FORM", &[&b"AIFF"[..], &big_endian(b"COMM", &common_body), &big_endian(b"SSND", &sound)].concat());
    let (out, floats) = floats_of("aiff", "in.aiff", &aiff);
    assert_eq!(out.shape(), (3, 2, 48_000, 32));
    assert_eq!(floats, samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect::<Vec<_>>());
}

#[test]
fn mp3_is_read() {
    // Frames without side information decode to silence: 128 kbit/s, 44.1 kHz, mono, 417 bytes, 1152 samples each.
    let mut frame = vec![0xFF, 0xFB, 0x90, 0xC0];
    frame.resize(417, 0);
    let (out, floats) = floats_of("mp3", "in.mp3", &frame.repeat(20));
    assert_eq!(out.shape(), (3, 1, 44_100, 32));
    assert_eq!(floats.len(), 20 * 1152);
    assert!(floats.iter().all(|&sample| sample == 0.0));
}

#[test]
fn ogg_vorbis_is_read() {
    // A quarter of a second of 500 Hz at -6 dB.
    let (out, floats) = floats_of("ogg", "in.ogg", include_bytes!("audio/tone.ogg"));
    assert_eq!(out.shape(), (3, 1, 8000, 32));
    assert_eq!(floats.len(), 2000);
    let rms = (floats[500..1500].iter().map(|sample| sample * sample).sum::<f32>() / 1000.0).sqrt();
    assert!((rms - 0.5 * 0.5f32.sqrt()).abs() < 0.03, "{rms}");
}

#[test]
fn a_name_does_not_decide_what_a_file_is() {
    let rows = music(100, 1);
    let (_, floats) = floats_of("misnamed", "in.flac", &wav_f32(48_000, &rows));
    assert_eq!(floats, rows[0]);
}

#[test]
fn odd_audio_and_missing_padding_are_understood() {
    let (out, floats) = floats_of("odd", "in.wav", &wav(&format(1, 1, 8000, 8, 1), &[128, 192, 64]));
    assert_eq!(floats, [0.0, 0.5, -0.5]);
    assert_eq!(out.ids(), ["fmt ", "fact", "data"]);
    let mut bare = common::riff(&[chunk(b"fmt ", &format(1, 1, 8000, 8, 1)), chunk(b"data", &[128, 192, 64])]);
    bare.pop();
    assert_eq!(floats_of("bare", "in.wav", &bare).1, [0.0, 0.5, -0.5]);
}

#[test]
fn clipped_samples_are_counted_and_limited() {
    let scratch = Scratch::new("clip");
    let input = scratch.file("in.wav", &wav_f32(48_000, &[vec![0.0, 1.5, -1.0, -1.5, 0.5, 1.0]]));
    let output = scratch.path("out.wav");
    let run = octant!("render", input, "-o", output, "--format", "s16", PASS[0], PASS[1], PASS[2], PASS[3]);
    run.is_one_sentence(0, &["warning", "out.wav", "3 samples clipped"]);
    assert_eq!(Wav::read(&output).shorts(), [0, 32_767, -32_768, -32_768, 16_384, 32_767]);
}

#[test]
fn dither_is_small_and_always_the_same() {
    let scratch = Scratch::new("dither");
    let input = scratch.file("in.wav", &wav_f32(48_000, &[vec![0.25 / 32_768.0; 20_000], vec![0.0; 20_000]]));
    let mut files = Vec::new();
    for (name, block) in [("a.wav", "7"), ("b.wav", "4096")] {
        let output = scratch.path(name);
        octant!(
            "render", input, "-o", output, "--format", "s16", "--dither", "--block", block, PASS[0], PASS[1], PASS[2],
            PASS[3]
        )
        .is_silent_success();
        files.push(std::fs::read(&output).unwrap());
    }
    assert_eq!(files[0], files[1]);
    let samples = Wav::parse(&files[0]).shorts();
    assert!(samples.iter().all(|sample| sample.abs() <= 1));
    let mean = |channel: usize| {
        samples.iter().skip(channel).step_by(2).map(|&sample| f64::from(sample)).sum::<f64>() / 20_000.0
    };
    // A quarter of a step survives as the mean; without dither it would be lost.
    assert!((mean(0) - 0.25).abs() < 0.02 && mean(1).abs() < 0.02, "{} {}", mean(0), mean(1));
}
