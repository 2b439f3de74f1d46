//! Metadata is carried over, and files beyond 4 GiB are read and written.

mod common;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use common::{PASS, Scratch, Wav, chunk, floats, format, interleave, music, riff};

#[test]
fn descriptions_are_carried_over_and_stale_facts_are_not() {
    let scratch = Scratch::new("carry");
    let rows = music(999, 2);
    let bext = vec![b'b'; 603];
    let chunks = [
        chunk(b"bext", &bext),
        chunk(b"junk", &[0; 50]),
        chunk(b"fmt ", &format(3, 2, 48_000, 32, 4)),
        chunk(b"PEAK", &[1; 24]),
        chunk(b"iXML", b"<BWFXML/>"),
        chunk(b"data", &floats(&interleave(&rows))),
        chunk(b"cue ", &[2; 28]),
        chunk(b"LIST", b"INFOINAM\x05\0\0\0Tune\0\0"),
        chunk(b"LIST", b"adtllabl\x08\0\0\0\x01\0\0\0mark"),
        chunk(b"smpl", &[3; 36]),
    ];
    let input = scratch.file("in.wav", &riff(&chunks));
    for (name, style) in [("f32.wav", "f32"), ("s24.wav", "s24")] {
        let output = scratch.path(name);
        octant!("render", input, "-o", output, "--format", style, PASS[0], PASS[1], PASS[2], PASS[3])
            .is_silent_success();
        let wav = Wav::read(&output);
        let ids: Vec<String> = wav.ids().into_iter().filter(|id| id != "fact").collect();
        assert_eq!(ids, ["fmt ", "bext", "iXML", "data", "cue ", "LIST", "LIST", "smpl"]);
        assert_eq!(wav.body(b"bext"), bext);
        assert_eq!(wav.body(b"iXML"), b"<BWFXML/>");
        assert_eq!(wav.body(b"cue "), [2; 28]);
        assert_eq!(wav.body(b"LIST"), b"INFOINAM\x05\0\0\0Tune\0\0");
        assert_eq!(wav.body(b"smpl"), [3; 36]);
    }
}

#[test]
fn what_flac_cannot_hold_is_told() {
    let scratch = Scratch::new("flac-chunks");
    let format = chunk(b"fmt ", &format(1, 1, 8000, 16, 2));
    let input =
        scratch.file("in.wav", &riff(&[format, chunk(b"bext", b"b"), chunk(b"data", &[0; 8]), chunk(b"cue ", b"c")]));
    octant!("render", input, "-o", scratch.path("out.flac")).is_one_sentence(0, &["warning", "bext, cue", "FLAC"]);
}

#[test]
fn an_odd_number_of_audio_bytes_keeps_what_follows_aligned() {
    let scratch = Scratch::new("odd-audio");
    let input = scratch.file(
        "in.wav",
        &riff(&[chunk(b"fmt ", &format(1, 1, 8000, 24, 3)), chunk(b"data", &[0; 9]), chunk(b"iXML", b"odd")]),
    );
    let output = scratch.path("out.wav");
    octant!("render", input, "-o", output, "--format", "s24").is_silent_success();
    let wav = Wav::read(&output);
    assert_eq!((wav.body(b"data").len(), wav.body(b"iXML")), (9, &b"odd"[..]));
}

#[test]
fn a_damaged_chunk_behind_the_audio_costs_a_warning_only() {
    let scratch = Scratch::new("cut-chunk");
    let mut bytes =
        riff(&[chunk(b"fmt ", &format(1, 1, 8000, 16, 2)), chunk(b"data", &[0; 8]), chunk(b"LIST", &[0; 100])]);
    bytes.truncate(bytes.len() - 40);
    let input = scratch.file("in.wav", &bytes);
    octant!("render", input, "-o", scratch.path("out.wav"))
        .is_one_sentence(0, &["warning", "LIST", "not carried over"]);
}

#[test]
fn metadata_cannot_fill_the_memory() {
    let scratch = Scratch::new("huge-chunk");
    let path = scratch.path("in.wav");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"RIFF\xFF\xFF\xFF\xFFWAVEiXML\0\0\0\x40").unwrap();
    // A hole of 1 GiB.
    file.seek(SeekFrom::Start(20 + (1 << 30))).unwrap();
    file.write_all(&[chunk(b"fmt ", &format(1, 1, 8000, 16, 2)), chunk(b"data", &[0; 8])].concat()).unwrap();
    let output = scratch.path("out.wav");
    octant!("render", path, "-o", output).is_one_sentence(0, &["warning", "iXML", "not carried over"]);
    assert_eq!(Wav::read(&output).floats().len(), 4);
}

/// An RF64 file by hand.
fn rf64(marker: &[u8; 4], audio_size: u32, audio: &[u8], behind: &[u8]) -> Vec<u8> {
    let mut sizes = Vec::new();
    let riff_size = 4 + 36 + 24 + 8 + audio.len() + behind.len();
    sizes.extend((riff_size as u64).to_le_bytes());
    sizes.extend((audio.len() as u64).to_le_bytes());
    sizes.extend((audio.len() as u64 / 4).to_le_bytes());
    sizes.extend(0u32.to_le_bytes());
    let mut bytes = marker.to_vec();
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(chunk(b"ds64", &sizes));
    bytes.extend(chunk(b"fmt ", &format(1, 2, 48_000, 16, 2)));
    bytes.extend(b"data");
    bytes.extend(audio_size.to_le_bytes());
    bytes.extend(audio);
    bytes.extend(behind);
    bytes
}

#[test]
fn rf64_headers_are_read() {
    let scratch = Scratch::new("rf64");
    let audio: Vec<u8> = (0..4000u32).flat_map(|n| ((n * 7) as i16).to_le_bytes()).collect();
    for marker in [b"RF64", b"BW64"] {
        for audio_size in [u32::MAX, audio.len() as u32] {
            let input = scratch.file("in.wav", &rf64(marker, audio_size, &audio, &chunk(b"bext", b"behind")));
            let output = scratch.path("out.wav");
            octant!(
                "render",
                input,
                "-o",
                output,
                "--overwrite",
                "--format",
                "s16",
                PASS[0],
                PASS[1],
                PASS[2],
                PASS[3]
            )
            .is_silent_success();
            let wav = Wav::read(&output);
            assert_eq!(wav.body(b"data"), audio);
            assert_eq!(wav.body(b"bext"), b"behind");
            assert_eq!(&wav.marker, b"RIFF", "small again");
        }
    }
    let cut = rf64(b"RF64", u32::MAX, &audio, &[]);
    let input = scratch.file("cut.wav", &cut[..cut.len() - 10]);
    octant!("render", input, "-o", scratch.path("cut-out.wav")).is_one_sentence(3, &["cut.wav", "truncated"]);
}

/// A header that promises more than 4 GiB of output makes an RF64 file; the length comes from a hole in the input.
#[cfg(target_os = "linux")]
#[test]
fn beyond_four_gibibytes_the_output_is_rf64() {
    let scratch = Scratch::new("beyond");
    // 8-bit mono becomes four times as large as float: 1.2 GiB of input suffice.
    let frames: u64 = (1 << 30) + (1 << 28);
    let path = scratch.path("in.wav");
    let mut file = File::create(&path).unwrap();
    let head =
        [chunk(b"fmt ", &format(1, 1, 48_000, 8, 1)), [&b"data"[..], &(frames as u32).to_le_bytes()].concat()].concat();
    file.write_all(&[&b"RIFF"[..], &(frames as u32 + 4 + head.len() as u32).to_le_bytes(), b"WAVE", &head].concat())
        .unwrap();
    file.set_len(12 + head.len() as u64 + frames).unwrap();
    // Only the head is of interest; the program is sent away before it fills the disk or the clock.
    let mut child = common::spawn(&["render", path.to_str().unwrap(), "-o", "-"]);
    let mut bytes = [0; 92];
    child.stdout.take().unwrap().read_exact(&mut bytes).unwrap();
    let _ = child.wait();
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    assert_eq!(&bytes[..20], b"RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0");
    // Head: RF64 12, ds64 36, fmt 26, fact 12, data 8.
    assert_eq!(u64_at(20), 94 - 8 + 4 * frames, "RIFF size");
    assert_eq!(u64_at(28), 4 * frames, "audio size");
    assert_eq!(u64_at(36), frames, "frames");
    assert_eq!(&bytes[48..52], b"fmt ");
}
