//! What hosts are compared with: the input, the presets as places of knobs, and the files that `octant render` makes.

use super::text;
use crate::{features, project, shell};
use anyhow::{Context, Result};
use std::path::Path;

/// Makes all of it afresh.
pub fn make(directory: &Path) -> Result<()> {
    crate::bundle::clear(directory)?;
    let target = project::target_dir()?;
    shell::run(&text(&features::example("host_reference", &[])?), &[&text(directory)])?;
    shell::run("cargo", &["build", "--release", "--locked", "--package", "octant"])?;
    let octant = text(&target.join(format!("release/octant{}", std::env::consts::EXE_SUFFIX)));
    let list = directory.join("presets.tsv");
    let list = std::fs::read_to_string(&list).with_context(|| format!("{} cannot be read", list.display()))?;
    println!("octant render: {} presets", list.lines().count());
    for preset in list.lines().filter_map(|line| line.split('\t').next()) {
        let [input, sidechain] = ["input.wav", "sidechain.wav"].map(|name| text(&directory.join(name)));
        let [output, preset] = ["wav", "json"].map(|ending| text(&directory.join(format!("{preset}.{ending}"))));
        let words =
            ["render", &input, "-o", &output, "--preset", &preset, "--sidechain", &sidechain, "--format", "f32"];
        shell::output(&octant, &words)?;
    }
    Ok(())
}
