//! Outputs appear whole or not at all, and never in place of something that is needed.

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use common::{Finished, Scratch, Wav, music, names_in, spawn, wav_f32};

#[test]
fn an_existing_output_is_kept_unless_told_otherwise() {
    let scratch = Scratch::new("existing");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let output = scratch.file("out.wav", b"precious");
    let trace = scratch.file("t.f32.json", b"precious too");
    octant!("render", input, "-o", output).is_one_sentence(5, &["out.wav", "--overwrite"]);
    octant!("render", input, "-o", scratch.path("new.wav"), "--gain-trace", scratch.path("t.f32"))
        .is_one_sentence(5, &["t.f32.json", "--overwrite"]);
    assert_eq!(std::fs::read(&output).unwrap(), b"precious");
    assert_eq!(std::fs::read(&trace).unwrap(), b"precious too");
    assert_eq!(scratch.names(), ["in.wav", "out.wav", "t.f32.json"]);
    octant!("render", input, "-o", output, "--overwrite").is_silent_success();
    assert_eq!(Wav::read(&output).floats().len(), 100);
}

#[test]
fn a_failed_render_keeps_the_old_output() {
    let scratch = Scratch::new("failed");
    let whole = wav_f32(48_000, &music(60_000, 1));
    let output = scratch.file("out.wav", b"precious");
    // Through a pipe the loss shows only at the end, when most has been written.
    let mut child = spawn(&["render", "-", "-o", output.to_str().unwrap(), "--overwrite"]);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &whole[..whole.len() - 8]).unwrap();
    Finished::of(&child.wait_with_output().unwrap()).is_one_sentence(3, &["standard input", "truncated"]);
    assert_eq!(std::fs::read(&output).unwrap(), b"precious");
    assert_eq!(scratch.names(), ["out.wav"]);
}

#[test]
fn what_is_read_is_never_written() {
    let scratch = Scratch::new("same");
    let audio = wav_f32(48_000, &music(100, 1));
    let input = scratch.file("in.wav", &audio);
    let key = scratch.file("key.wav", &audio);
    let preset = scratch.file("p.json", br#"{"format": "octant-preset", "version": 1}"#);
    std::fs::create_dir(scratch.path("sub")).unwrap();
    let mut names = vec![input.clone(), scratch.path("./in.wav"), scratch.path("sub/../in.wav")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&input, scratch.path("link.wav")).unwrap();
        std::fs::hard_link(&input, scratch.path("hard.wav")).unwrap();
        names.push(scratch.path("link.wav"));
        names.push(scratch.path("hard.wav"));
    }
    for output in names {
        octant!("render", input, "-o", output, "--overwrite").is_one_sentence(5, &["never overwritten"]);
    }
    let out = scratch.path("out.wav");
    octant!("render", input, "-o", key, "--overwrite", "--sidechain", key, "--set", "b1_sidechain=external")
        .is_one_sentence(5, &["key.wav"]);
    octant!("render", input, "-o", out, "--overwrite", "--preset", preset, "--report", preset)
        .is_one_sentence(5, &["p.json"]);
    octant!("render", input, "-o", out, "--overwrite", "--gain-trace", input).is_one_sentence(5, &["in.wav"]);
    octant!("render", input, "-o", out, "--overwrite", "--gain-trace", out).is_one_sentence(5, &["written twice"]);
    assert_eq!(std::fs::read(&input).unwrap(), audio);
    assert!(!out.exists());
}

/// The signal of a file that grows beyond the limit would end the process with an unfinished file beside the output.
#[cfg(unix)]
#[test]
fn a_limit_of_file_sizes_is_an_error_and_leaves_nothing() {
    let scratch = Scratch::new("limit");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(300_000, 1)));
    let output = scratch.path("out.wav");
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -f 100; exec \"$@\"", "sh", common::OCTANT, "render"])
        .arg(&input)
        .arg("-o")
        .arg(output);
    Finished::of(&limited.output().unwrap()).is_one_sentence(5, &["out.wav", "ulimit -f"]);
    assert_eq!(scratch.names(), ["in.wav"]);
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_printed_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Command::new(common::OCTANT).arg("--help").stdout(full).output().unwrap();
    Finished::of(&run).is_one_sentence(5, &["standard output", "disk is full"]);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_keeps_pointing_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("link");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let real = scratch.file("real.wav", b"old");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = scratch.path("link.wav");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    octant!("render", input, "-o", link, "--overwrite").is_silent_success();
    assert!(link.is_symlink());
    assert_eq!(Wav::read(&real).floats().len(), 100);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn several_files_go_into_a_directory_and_one_bad_one_stops_no_other() {
    let scratch = Scratch::new("several");
    let inputs: Vec<_> =
        (1..=5).map(|n| scratch.file(&format!("{n}.wav"), &wav_f32(48_000, &music(1000 * n, 2)))).collect();
    let bad = scratch.file("bad.wav", b"RIFF");
    let directory = scratch.path("out");
    let run = octant!(
        "render",
        inputs[0],
        inputs[1],
        bad,
        inputs[2],
        inputs[3],
        inputs[4],
        scratch.path("missing.wav"),
        "-o",
        directory,
        "--jobs",
        "3",
        "--gain-trace",
        "x.f32",
        "--report",
        "r.json",
        "--report",
        "r.svg",
    );
    assert_eq!(run.code, 3);
    assert_eq!(run.err.lines().count(), 3, "{}", run.err);
    assert!(
        run.err.contains("bad.wav") && run.err.contains("missing.wav") && run.err.contains("2 of 7 files failed"),
        "{}",
        run.err
    );
    let expected: Vec<String> = (1..=5)
        .flat_map(|n| ["gain.f32", "gain.f32.json", "report.json", "report.svg", "wav"].map(|end| format!("{n}.{end}")))
        .collect();
    assert_eq!(names_in(&directory), expected);
    for n in 1..=5 {
        assert_eq!(Wav::read(&directory.join(format!("{n}.wav"))).floats().len(), 2000 * n);
    }
    // Again, into what is full by now: refused before any work.
    octant!("render", inputs[0], inputs[1], "-o", directory).is_one_sentence(5, &["1.wav", "--overwrite"]);
    // The same name twice.
    octant!("render", inputs[0], inputs[0], "-o", scratch.path("twice")).is_one_sentence(5, &["1.wav", "twice"]);
    assert!(!scratch.path("twice").exists());
    // Nothing good: no directory either.
    let run = octant!("render", bad, scratch.path("missing.wav"), "-o", scratch.path("none"));
    assert_eq!(run.code, 3);
    assert!(!scratch.path("none").exists());
}

#[test]
fn one_file_into_a_directory_keeps_its_name_and_flac_stays_flac() {
    let scratch = Scratch::new("directory");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(100, 1)));
    let first = scratch.path("first.flac");
    octant!("render", input, "-o", first).is_silent_success();
    let directory = scratch.path("out/");
    octant!("render", first, "-o", directory).is_silent_success();
    octant!("render", input, "-o", directory).is_silent_success();
    assert_eq!(names_in(&directory), ["first.flac", "in.wav"]);
}

#[test]
fn places_that_cannot_be_written() {
    let scratch = Scratch::new("places");
    let input = scratch.file("in.wav", &wav_f32(48_000, &music(200_000, 1)));
    octant!("render", input, "-o", scratch.path("none/out.wav")).is_one_sentence(5, &["out.wav", "does not exist"]);
    octant!("render", input, "-o", scratch.path("in.wav/out.wav")).is_one_sentence(5, &["out.wav"]);
    octant!("render", input, "-o", scratch.path(&format!("{}.wav", "x".repeat(300)))).is_one_sentence(5, &["too long"]);
    #[cfg(target_os = "linux")]
    {
        // Full from the first byte on.
        octant!("render", input, "-o", "/dev/full").is_one_sentence(5, &["/dev/full", "disk is full"]);
        octant!("render", input, "-o", "/dev/null", "--gain-trace", "/dev/full").is_one_sentence(5, &["/dev/full"]);
        octant!("render", input, "-o", "/dev/null", "--gain-trace", "/dev/null").is_silent_success();
        assert!(!std::path::Path::new("/dev/null.json").exists(), "nothing stands beside a device");
        octant!("render", input, "-o", "/proc/out.wav").is_one_sentence(5, &["/proc/out.wav"]);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let closed = scratch.path("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
        // The superuser may write anywhere; then there is nothing to test.
        if std::fs::write(closed.join("probe"), b"").is_err() {
            octant!("render", input, "-o", closed.join("out.wav"))
                .is_one_sentence(5, &["out.wav", "permission denied"]);
        }
        let secret = scratch.file("secret.wav", b"RIFF");
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(&secret).is_err() {
            octant!("render", secret, "-o", scratch.path("out.wav"))
                .is_one_sentence(3, &["secret.wav", "permission denied"]);
        }
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert!(!scratch.names().iter().any(|name| name.ends_with(".part")));
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_nothing() {
    for signal in ["INT", "TERM"] {
        let scratch = Scratch::new(&format!("signal-{signal}"));
        let output = scratch.file("out.wav", b"precious");
        let trace = scratch.path("t.f32");
        let mut child = spawn(&[
            "render",
            "-",
            "-o",
            output.to_str().unwrap(),
            "--overwrite",
            "--gain-trace",
            trace.to_str().unwrap(),
        ]);
        let mut pipe = child.stdin.take().unwrap();
        let whole = wav_f32(48_000, &music(200_000, 1));
        std::io::Write::write_all(&mut pipe, &whole[..whole.len() / 2]).unwrap();
        // In the middle: audio, trace and header are being written.
        let begun = Instant::now();
        while scratch.names().len() < 4 {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", scratch.names());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        let run = Finished::of(&child.wait_with_output().unwrap());
        run.is_one_sentence(130, &["interrupted"]);
        assert_eq!(scratch.names(), ["out.wav"]);
        assert_eq!(std::fs::read(&output).unwrap(), b"precious");
        drop(pipe);
    }
}
