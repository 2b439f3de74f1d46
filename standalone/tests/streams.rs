//! WAV through pipes.

mod common;

use std::io::{Read, Write};

use common::{Finished, PASS, Scratch, Wav, chunk, floats, format, interleave, music, riff, spawn, wav_f32};

/// Sends bytes through the program with unchanged audio.
fn through(bytes: Vec<u8>, more: &[&str]) -> Finished {
    let mut arguments = vec!["render", "-", "-o", "-"];
    arguments.extend(PASS);
    arguments.extend(more);
    let mut child = spawn(&arguments);
    let mut pipe = child.stdin.take().unwrap();
    // A thread of its own: both pipes can be full at once.
    let feeder = std::thread::spawn(move || drop(pipe.write_all(&bytes)));
    let finished = Finished::of(&child.wait_with_output().unwrap());
    feeder.join().unwrap();
    finished
}

#[test]
fn a_known_length_is_passed_on() {
    let rows = music(100_000, 2);
    let run = through(wav_f32(48_000, &rows), &[]);
    run.is_silent_success();
    let wav = Wav::parse(&run.out);
    assert_eq!(wav.riff_size as usize, run.out.len() - 8);
    assert_eq!(wav.floats(), interleave(&rows));
}

#[test]
fn open_lengths_are_read_to_the_end() {
    let rows = music(30_000, 2);
    // As ffmpeg, sox and a recorder that was switched off write them.
    for (riff_size, audio_size) in [(u32::MAX, u32::MAX), (0x7FFF_F024, 0x7FFF_F000), (0, 0), (36, 0)] {
        let mut bytes = wav_f32(48_000, &rows);
        bytes[4..8].copy_from_slice(&riff_size.to_le_bytes());
        bytes[40..44].copy_from_slice(&audio_size.to_le_bytes());
        let run = through(bytes.clone(), &["--set", "lookahead=3"]);
        run.is_silent_success();
        let wav = Wav::parse(&run.out);
        assert_eq!(wav.riff_size, u32::MAX, "nor is the length of the output known");
        assert_eq!(wav.floats(), interleave(&rows), "{audio_size}");

        let scratch = Scratch::new("open-length");
        let input = scratch.file("in.wav", &bytes);
        let output = scratch.path("out.wav");
        octant!("render", input, "-o", output, PASS[0], PASS[1], PASS[2], PASS[3]).is_silent_success();
        assert_eq!(Wav::read(&output).floats(), interleave(&rows), "{audio_size}");
    }
}

#[test]
fn a_file_made_of_a_stream_has_true_sizes() {
    let scratch = Scratch::new("stream-to-file");
    let rows = music(30_000, 1);
    let mut bytes = wav_f32(48_000, &rows);
    bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    for name in ["out.wav", "out.flac"] {
        let output = scratch.path(name);
        let mut arguments = vec!["render", "-", "-o", output.to_str().unwrap()];
        arguments.extend(PASS);
        let mut child = spawn(&arguments);
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        Finished::of(&child.wait_with_output().unwrap()).is_silent_success();
    }
    let wav = Wav::read(&scratch.path("out.wav"));
    assert_eq!(wav.ids(), ["JUNK", "fmt ", "fact", "data"]);
    assert_eq!(wav.body(b"fact"), 30_000u32.to_le_bytes());
    assert_eq!(wav.floats(), rows[0]);
    // Total frames: the last five bytes before the checksum.
    let flac = std::fs::read(scratch.path("out.flac")).unwrap();
    assert_eq!(u32::from_be_bytes(flac[22..26].try_into().unwrap()), 30_000);
}

#[test]
fn metadata_before_the_audio_is_passed_on_and_behind_it_is_told() {
    let rows = music(1000, 1);
    let bytes = riff(&[
        chunk(b"bext", b"before"),
        chunk(b"fmt ", &format(3, 1, 48_000, 32, 4)),
        chunk(b"data", &floats(&rows[0])),
        chunk(b"iXML", b"behind"),
    ]);
    let run = through(bytes, &[]);
    run.is_one_sentence(0, &["warning", "metadata"]);
    let wav = Wav::parse(&run.out);
    assert_eq!(wav.body(b"bext"), b"before");
    assert_eq!(wav.floats(), rows[0]);
}

#[test]
fn bad_streams() {
    through(vec![], &[]).is_one_sentence(3, &["standard input", "empty"]);
    through(b"fLaC, or anything else".to_vec(), &[]).is_one_sentence(3, &["standard input", "WAV"]);
    let cut = wav_f32(48_000, &music(50_000, 1));
    through(cut[..100_000].to_vec(), &[]).is_one_sentence(3, &["standard input", "truncated"]);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let scratch = Scratch::new("closed-pipe");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(500_000, 2)));
    let mut child = spawn(&["render", input.to_str().unwrap(), "-o", "-"]);
    let mut first = [0; 100];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    Finished::of(&child.wait_with_output().unwrap()).is_one_sentence(5, &["standard output", "pipe"]);
}
