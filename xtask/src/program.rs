//! The program `octant` among the user's own programs.

use crate::{features, shell};
use anyhow::Result;

/// Builds `octant` with the sound systems of this machine and puts it where cargo keeps programs.
pub fn install(debug: bool) -> Result<()> {
    let features = features::of_octant().join(",");
    let mut words = vec!["install", "--path", "standalone", "--locked", "--force", "--features", &features];
    if debug {
        words.push("--debug");
    }
    shell::run("cargo", &words)?;
    if features.is_empty() {
        println!("octant live is not in this build: it needs pkg-config and libasound2-dev");
    }
    Ok(())
}

/// Takes it away.
pub fn uninstall() -> Result<()> {
    if !shell::attempt("cargo", &["uninstall", "octant"])? {
        println!("not installed: octant");
    }
    Ok(())
}
