//! The kernels for AArch64, run by an emulator, give the bits of x86-64-v3: one hash per kernel over all outputs.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::path::{Path, PathBuf};
use std::process::Command;

use octant_dsp::ffi::{Isa, Kernels};
use octant_tests::tools;

const CROSS_COMPILER: &str = "aarch64-linux-gnu-gcc";
const EMULATOR: &str = "qemu-aarch64";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Builds the program with one table of kernels, with the options that the product is built with.
fn build(compiler: &str, name: &str, options: &[&str]) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let sources = std::fs::read_dir(project("dsp-c/csrc")).expect("the sources of the kernels");
    let mut sources: Vec<PathBuf> = sources.map(|entry| entry.expect("a source").path()).collect();
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
    assert!(sources.len() >= 9, "sources are missing: {sources:?}");
    let output = Command::new(compiler)
        .args(["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])
        .args(options)
        .arg("-I")
        .arg(project("dsp-c/include"))
        .arg("-o")
        .arg(&program)
        .arg(project("tests/csrc/kernel_hash.c"))
        .args(&sources)
        .output()
        .expect("the compiler starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} failed:\n{errors}");
    program
}

/// Lines of "kernel hash".
fn hashes(mut command: Command) -> Vec<String> {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("plain text");
    text.lines().map(str::to_owned).collect()
}

fn differences(one: &[String], other: &[String]) -> Vec<String> {
    assert_eq!(one.len(), other.len(), "numbers of kernels");
    let pairs = one.iter().zip(other).filter(|(one, other)| one != other);
    pairs.map(|(one, other)| format!("{one} against {other}")).collect()
}

#[test]
fn emulated_aarch64_gives_the_bits_of_x86_64_v3() {
    let test = "emulated_aarch64_gives_the_bits_of_x86_64_v3";
    let missing: Vec<&str> = ["gcc", CROSS_COMPILER, EMULATOR].into_iter().filter(|tool| !tools::found(tool)).collect();
    if !missing.is_empty() {
        return tools::skip(
            test,
            &format!("{missing:?} missing; on Debian and Ubuntu: apt-get install gcc gcc-aarch64-linux-gnu qemu-user"),
        );
    }
    if Kernels::of(Isa::V3).is_none() {
        return tools::skip(test, "this processor has no AVX2 and FMA to compare with");
    }
    let v3 = build("gcc", "hash-v3", &["-DOCT_ISA_V3", "-mavx2", "-mfma", "-DOCT_KERNELS=oct_v3_kernels"]);
    let neon = build(CROSS_COMPILER, "hash-neon", &["-static", "-DOCT_KERNELS=oct_neon_kernels"]);
    let v3 = hashes(Command::new(v3));
    let mut emulated = Command::new(EMULATOR);
    emulated.arg(neon);
    let neon = hashes(emulated);
    assert!(v3.len() >= 63, "kernels are missing: {v3:?}");
    let idle = "idle_shelves_changed_frames 0";
    assert!(neon.iter().chain(&v3).filter(|line| *line == idle).count() == 2, "idle shelves change samples");
    let different = differences(&neon, &v3);
    assert!(different.is_empty(), "{} of {} differ:\n{}", different.len(), v3.len(), different.join("\n"));
    println!("{} hashes equal, a million filter steps among them", v3.len());

    // Canary: kernels that round otherwise have other hashes.
    let baseline = build("gcc", "hash-baseline", &["-DOCT_KERNELS=oct_baseline_kernels"]);
    let baseline = hashes(Command::new(baseline));
    assert!(baseline.iter().any(|line| line == idle), "idle shelves change samples");
    let different = differences(&baseline, &v3);
    assert!(different.len() >= 20, "two roundings instead of one went unnoticed: {different:?}");
    // Nothing rounds twice where only one operation is done.
    assert!(!different.iter().any(|line| line.starts_with("interleave") || line.starts_with("rows")), "{different:?}");
}
