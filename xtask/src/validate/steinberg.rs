//! Steinberg's test suite for VST3: all that `validator -e` runs, and some more. The crate clap-wrapper brings its source
//! (nothing of ours is built with that crate), and `tests/hosts/steinberg` the program around it.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control, text, told};
use crate::{project, shell};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

const HOST: &str = "Steinberg's suite (VST3)";
/// Files of the SDK that a host needs, beside those in whole directories.
const FILES: [&str; 10] = [
    "public.sdk/source/common/commoniids.cpp",
    "public.sdk/source/common/commonstringconvert.cpp",
    "public.sdk/source/common/memorystream.cpp",
    "public.sdk/source/common/readfile.cpp",
    "public.sdk/source/common/threadchecker_linux.cpp",
    "public.sdk/source/vst/moduleinfo/moduleinfocreator.cpp",
    "public.sdk/source/vst/moduleinfo/moduleinfoparser.cpp",
    "public.sdk/source/vst/utility/stringconvert.cpp",
    "public.sdk/source/vst/vstinitiids.cpp",
    "public.sdk/source/vst/vstpresetfile.cpp",
];
const DIRECTORIES: [&str; 5] = [
    "base/source",
    "base/thread/source",
    "pluginterfaces/base",
    "public.sdk/source/vst/hosting",
    "public.sdk/source/vst/testsuite",
];

/// Builds the suite, and runs it on the control and on ours.
pub fn check(ground: &Ground, table: &mut Table) {
    if !cfg!(target_os = "linux") {
        let reason = "the program around it is for Linux only".to_owned();
        return table.add(HOST, "every test", Outcome::NotRun(reason));
    }
    let suite = match build(&ground.work.join("steinberg")) {
        Ok(suite) => suite,
        Err(reason) => return table.add(HOST, "every test", Outcome::NotRun(format!("{reason:#}"))),
    };
    let on = |what: &str, bundle: &Path| ground.at_home(&text(&suite), &[what, &text(bundle)]);
    match control("vst3") {
        Some(plugin) => told::run(on("control", &plugin), HOST, true, table),
        None => table.add(HOST, CONTROL, Outcome::NotRun("zam-plugins is missing".to_owned())),
    }
    told::run(on("octant", &ground.vst3), HOST, false, table);
}

/// The program, made anew when its source or the SDK changes.
fn build(directory: &Path) -> Result<PathBuf> {
    let (sdk, source) = (sdk()?, project::root().join("tests/hosts/steinberg/suite.cpp"));
    let (suite, stamp) = (directory.join("suite"), directory.join("made-of.txt"));
    let made_of = format!("{}\n{}", sdk.display(), std::fs::read_to_string(&source)?);
    if std::fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_of) && suite.exists() {
        return Ok(suite);
    }
    if !shell::exists("c++") {
        bail!("a C++ compiler is missing (Debian: g++)");
    }
    let mut files: Vec<PathBuf> = FILES.iter().map(|file| sdk.join(file)).collect();
    for part in DIRECTORIES {
        sources(&sdk.join(part), &mut files)?;
    }
    // Other systems', and tests of the SDK's own.
    files.retain(|file| !["_win32.cpp", "_mac.cpp"].iter().any(|end| text(file).ends_with(end)));
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "test"));
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    println!("compiling {}: {} files of the VST3 SDK", project::shown(&suite), files.len());
    let mut command = shell::command("c++", &["-std=c++17", "-O1", "-w", "-DRELEASE=1", "-I", &text(&sdk)]);
    command.arg("-o").arg(&suite).arg(&source).args(&files).args(["-ldl", "-lpthread"]);
    let output = command.output().context("c++ could not be started")?;
    if !output.status.success() {
        bail!("c++ could not compile it: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    std::fs::write(stamp, made_of)?;
    Ok(suite)
}

/// Where cargo keeps the SDK.
fn sdk() -> Result<PathBuf> {
    let words = ["metadata", "--locked", "--format-version", "1", "--features", "octant-hosts/steinberg"];
    let metadata: Value = serde_json::from_str(&shell::output("cargo", &words)?).context("cargo gave no JSON")?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages.find(|package| package["name"] == "clap-wrapper").context("cargo knows no clap-wrapper")?;
    let manifest = Path::new(package["manifest_path"].as_str().context("a package without a manifest")?);
    Ok(manifest.with_file_name("external").join("vst3sdk"))
}

/// All C++ files in a directory and below it.
fn sources(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "cpp") {
            files.push(path);
        }
    }
    Ok(())
}
