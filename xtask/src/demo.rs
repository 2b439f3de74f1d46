//! Renders the bundled groove through a factory preset, shows what happened, and does the same with the plugin in a
//! host.

use crate::{bundle, project, setup, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// A preset that works in both directions in all of eight bands: what it does is seen at once.
const PRESET: &str = "up-down-eight";
const GROOVE: &str = "assets/demo/groove.wav";

/// Builds, renders, shows.
pub fn run() -> Result<()> {
    setup::for_building()?;
    println!("building octant; it takes a minute or two the first time");
    shell::run("cargo", &["build", "--release", "--locked", "--package", "octant"])?;

    let target = project::target_dir()?;
    let directory = target.join("demo");
    std::fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    let place = |name: &str| directory.join(name);
    let before = place("before.wav");
    std::fs::copy(project::root().join(GROOVE), &before)
        .with_context(|| format!("{GROOVE} cannot be copied to {}", before.display()))?;

    let octant = target.join("release").join(format!("octant{}", std::env::consts::EXE_SUFFIX));
    let octant = octant.display().to_string();
    let mut render = shell::command(&octant, &["render", "before.wav", "-o", "after.wav", "--overwrite"]);
    render.args(["--preset", PRESET, "--report", "-", "--report", "report.svg", "--report", "report.json"]);
    render.current_dir(&directory);
    println!("\nin {}:", project::shown(&directory));
    if !shell::perform(render)? {
        bail!("octant could not render the groove; its message stands above");
    }

    println!();
    let tell = |what: &str, name: &str| println!("{what:<9} {}", project::shown(&place(name)));
    tell("before", "before.wav");
    tell("after", "after.wav");
    tell("picture", "report.svg");
    tell("figures", "report.json");

    println!("\nand the plugin, which takes another minute or two the first time:");
    let bundles = bundle::make(false)?;
    let clap = bundles.first().context("no bundle was made")?.display().to_string();
    let [before, after] = ["before.wav", "after.wav"].map(|name| place(name).display().to_string());
    let host = ["run", "--release", "--locked", "--quiet", "--package", "octant-tests", "--example", "play_clap", "--"];
    shell::run("cargo", &[&host[..], &[&clap, PRESET, &before, &after]].concat())?;
    let octant = project::shown(Path::new(&octant));
    println!("\nYour own: {octant} render IN.wav -o OUT.wav --preset {PRESET} --report OUT.svg");
    println!("Presets:  {octant} presets list");
    println!("In a DAW: cargo xtask install");
    Ok(())
}
