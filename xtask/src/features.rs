//! What of `octant live` can be built into the program on this machine: sound systems, the window.

use crate::{project, setup, shell};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Features of the package `octant`, as cargo takes them; empty if not even the system's own sound cards can be had.
pub fn of_octant() -> Vec<&'static str> {
    if !cfg!(target_os = "linux") {
        // CoreAudio and WASAPI come with the system.
        return vec!["live", "window"];
    }
    if !has_library("alsa") {
        return Vec::new();
    }
    // The window loads the libraries of its display when it opens: it can be built wherever sound can.
    let mut features = vec!["live", "window"];
    if has_library("jack") {
        features.push("jack");
    }
    // It speaks the server's language itself.
    features.push("pulseaudio");
    // Its bindings are made by libclang; older ones were not tried.
    if has_library("libpipewire-0.3 >= 0.3.65") && shell::exists("clang") {
        features.push("pipewire");
    }
    features
}

/// The same for commands that build the whole workspace, its tests included. Sound servers that no test talks to are left
/// out: nothing of ours depends on them, and they cost minutes of building.
fn of_workspace() -> String {
    let mut features = of_octant();
    features.retain(|feature| !["pulseaudio", "pipewire"].contains(feature));
    let named = features.iter().map(|feature| format!("octant/{feature}"));
    let tests = ["live", "window"].map(|feature| format!("octant-tests/{feature}"));
    let tests = tests.into_iter().filter(|_| !features.is_empty());
    let hosts = setup::has_xcb().then(|| "octant-hosts/vst3-host".to_owned());
    named.chain(tests).chain(hosts).collect::<Vec<_>>().join(",")
}

/// Cargo for the whole workspace. All its commands get the same features: with others, or for one package alone, it would
/// compile most of the libraries once more.
pub fn workspace(verb: &[&str], words: &[&str]) -> Command {
    let features = of_workspace();
    shell::command("cargo", &[verb, &["--workspace", "--locked", "--features", &features], words].concat())
}

/// Builds an example of the tests, and what else `words` name, with what the tests are built with; gives where it lies.
pub fn example(name: &str, words: &[&str]) -> Result<PathBuf> {
    if !shell::perform(workspace(&["build"], &[&["--example", name], words].concat()))? {
        bail!("the example {name} could not be built; the reason stands above");
    }
    Ok(project::target_dir()?.join(format!("debug/examples/{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Whether headers and library of this name, perhaps with a least version behind it, are installed.
pub fn has_library(name: &str) -> bool {
    shell::output("pkg-config", &["--exists", name]).is_ok()
}
