//! Octant.clap and Octant.vst3 as hosts want them: the same library, twice, each in the shape of its format.
//!
//! The framework brings a bundler of its own; with it, every chore here would first compile for a minute.

mod licences;
mod place;
mod shape;

use crate::{project, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

pub use place::{copy, install, uninstall};

/// Name of both bundles, without the ending.
const NAME: &str = "Octant";
/// The licences of everything in the bundles.
const LICENCES: &str = "Octant-licences.txt";
/// Endings of the formats.
const FORMATS: [&str; 2] = ["clap", "vst3"];

/// Builds and bundles under `target/bundled`; gives the paths.
pub fn make(debug: bool) -> Result<Vec<PathBuf>> {
    let library = if cfg!(target_os = "macos") { universal(debug)? } else { build(debug, None)? };
    let directory = project::target_dir()?.join("bundled");
    std::fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let texts = shape::Texts { licences: licences::all()?, version: env!("CARGO_PKG_VERSION").to_owned() };
    let mut made = Vec::new();
    for format in FORMATS {
        let bundle = directory.join(format!("{NAME}.{format}"));
        let fresh = directory.join(format!(".{NAME}.{format}.new"));
        place::remove(&fresh)?;
        shape::write(format, &library, &fresh, &texts)?;
        place::exchange(&fresh, &bundle)?;
        println!("{}", project::shown(&bundle));
        made.push(bundle);
    }
    let beside = directory.join(LICENCES);
    std::fs::write(&beside, texts.licences).with_context(|| format!("{} cannot be written", beside.display()))?;
    println!("{}", project::shown(&beside));
    Ok(made)
}

/// Makes a directory that is empty.
pub fn clear(directory: &Path) -> Result<()> {
    place::remove(directory)?;
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))
}

/// Builds the library, for this machine or for a target; gives its path.
fn build(debug: bool, target: Option<&str>) -> Result<PathBuf> {
    let mut arguments = vec!["build", "--locked", "--package", "octant_plugin", "--lib"];
    if !debug {
        arguments.push("--release");
    }
    arguments.extend(target.map(|target| ["--target", target]).into_iter().flatten());
    shell::run("cargo", &arguments)?;
    let [before, after] = [std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX];
    let mut path = project::target_dir()?;
    path.extend(target);
    path.extend([if debug { "debug" } else { "release" }, &format!("{before}plugin{after}")]);
    if !path.is_file() {
        bail!("{} is not there after building", path.display());
    }
    Ok(path)
}

/// One library for both processors of Macs, where both toolchains are installed; else one for this machine.
fn universal(debug: bool) -> Result<PathBuf> {
    const TARGETS: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];
    let installed = shell::output("rustup", &["target", "list", "--installed"]).unwrap_or_default();
    if !TARGETS.iter().all(|target| installed.lines().any(|line| line.trim() == *target)) {
        println!("for this processor only; for both: rustup target add {}", TARGETS.join(" "));
        return build(debug, None);
    }
    let libraries = [build(debug, Some(TARGETS[0]))?, build(debug, Some(TARGETS[1]))?];
    let joined = project::target_dir()?.join("libplugin-universal.dylib");
    let text = |path: &Path| path.display().to_string();
    let [joined_text, first, second] = [text(&joined), text(&libraries[0]), text(&libraries[1])];
    shell::run("lipo", &["-create", "-output", &joined_text, &first, &second])?;
    Ok(joined)
}
