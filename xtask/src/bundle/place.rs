//! Putting bundles where hosts look, for this user, and taking them away again.

use super::{FORMATS, NAME};
use crate::project;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Bundles and installs.
pub fn install(debug: bool) -> Result<()> {
    let bundles = super::make(debug)?;
    println!();
    for (bundle, format) in bundles.iter().zip(FORMATS) {
        let directory = directory(format)?;
        std::fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        let installed = directory.join(format!("{NAME}.{format}"));
        // Copied beside its place first, so that a host that has the old one open keeps it whole.
        let fresh = directory.join(format!(".{NAME}.{format}.new"));
        remove(&fresh)?;
        copy(bundle, &fresh)?;
        exchange(&fresh, &installed)?;
        println!("installed {}", project::shown(&installed));
    }
    if let Some(licences) = licences_beside_clap()? {
        copy(&project::target_dir()?.join("bundled").join(super::LICENCES), &licences)?;
        println!("installed {}", project::shown(&licences));
    }
    println!("let your host scan for new plugins; to take them away: cargo xtask uninstall");
    Ok(())
}

/// Takes away what [`install`] put there.
pub fn uninstall() -> Result<()> {
    for format in FORMATS {
        let installed = directory(format)?.join(format!("{NAME}.{format}"));
        if remove(&installed)? {
            println!("removed {}", project::shown(&installed));
        } else {
            println!("not installed: {}", project::shown(&installed));
        }
    }
    if let Some(licences) = licences_beside_clap()?
        && remove(&licences)?
    {
        println!("removed {}", project::shown(&licences));
    }
    Ok(())
}

/// Where a CLAP is one file, the licences of what is in it lie beside it.
fn licences_beside_clap() -> Result<Option<PathBuf>> {
    if cfg!(target_os = "macos") { Ok(None) } else { directory("clap").map(|place| Some(place.join(super::LICENCES))) }
}

/// Where hosts look for this user's plugins.
fn directory(format: &str) -> Result<PathBuf> {
    let variable = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from).with_context(|| format!("{name} is not set, so there is no place to install to"))
    };
    Ok(match std::env::consts::OS {
        "windows" => variable("LOCALAPPDATA")?.join("Programs/Common").join(format.to_uppercase()),
        "macos" => variable("HOME")?.join("Library/Audio/Plug-Ins").join(format.to_uppercase()),
        _ => variable("HOME")?.join(format!(".{format}")),
    })
}

/// Puts `fresh` in the place of `old`.
pub fn exchange(fresh: &Path, old: &Path) -> Result<()> {
    if fresh.is_dir() || old.is_dir() {
        remove(old)?;
    }
    std::fs::rename(fresh, old).with_context(|| format!("{} cannot be put in place", old.display()))
}

/// Removes a file or a directory; whether there was one.
pub fn remove(path: &Path) -> Result<bool> {
    let removed =
        if path.is_dir() && !path.is_symlink() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("{} cannot be removed", path.display())),
    }
}

/// Copies a file, or a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("{} cannot be copied to {}", from.display(), to.display());
    if !from.is_dir() {
        std::fs::copy(from, to).with_context(failed)?;
        return Ok(());
    }
    std::fs::create_dir_all(to).with_context(failed)?;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_takes_the_place_of_a_file_and_the_other_way_round() {
        let place = std::env::temp_dir().join(format!("octant-place-{}", std::process::id()));
        let (old, fresh) = (place.join("Octant.vst3"), place.join(".Octant.vst3.new"));
        std::fs::create_dir_all(&place).expect("made");
        std::fs::write(&old, "old").expect("written");
        std::fs::create_dir_all(fresh.join("Contents")).expect("made");
        std::fs::write(fresh.join("Contents/one"), "new").expect("written");
        exchange(&fresh, &old).expect("exchanged");
        copy(&old, &fresh).expect("copied");
        assert_eq!(std::fs::read_to_string(fresh.join("Contents/one")).expect("read"), "new");
        assert!(remove(&fresh).expect("removed") && !remove(&fresh).expect("nothing there"));
        std::fs::write(&fresh, "file").expect("written");
        exchange(&fresh, &old).expect("exchanged");
        assert_eq!(std::fs::read_to_string(&old).expect("read"), "file");
        remove(&place).expect("removed");
    }
}
