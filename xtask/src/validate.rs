//! The bundles as they ship, in hosts that nobody here wrote.

mod ardour;
mod crates;
mod python;
mod qtractor;
mod reference;
mod steinberg;
mod table;
mod told;
mod validators;

use crate::{bundle, project, setup, shell};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use table::Table;

pub use crates::commands;

/// A plugin that is not ours, in each format: the same steps with it tell a fault of a host from one of ours.
const CONTROL: &str = "ZamCompX2";

/// What every host gets.
pub struct Ground {
    /// The built CLAP.
    pub clap: PathBuf,
    /// The built VST3.
    pub vst3: PathBuf,
    /// Input, presets, and what `octant render` made of them.
    pub reference: PathBuf,
    /// Where hosts may write.
    pub work: PathBuf,
}

impl Ground {
    /// Makes the bundles, optimised, and everything that hosts are compared with.
    pub fn make() -> Result<Self> {
        bundle::make(false)?;
        let target = project::target_dir()?;
        let bundled = |name: &str| target.join("bundled").join(name);
        let (reference, work) = (target.join("hosts/reference"), target.join("hosts"));
        reference::make(&reference)?;
        Ok(Self { clap: bundled("Octant.clap"), vst3: bundled("Octant.vst3"), reference, work })
    }

    /// A program that sees nothing of the user's settings and plugins: its home is `target/hosts/home`.
    fn at_home(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = shell::command(program, arguments);
        command.env("HOME", self.home()).env("OCTANT_REFERENCE", &self.reference);
        for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "VST3_PATH", "CLAP_PATH"] {
            command.env_remove(variable);
        }
        command
    }

    fn home(&self) -> PathBuf {
        self.work.join("home")
    }
}

/// Loads the bundles in every host that is there. The last line counts.
pub fn run() -> Result<ExitCode> {
    setup::for_hosts()?;
    let ground = Ground::make()?;
    std::fs::create_dir_all(ground.home()).with_context(|| format!("{} cannot be made", ground.home().display()))?;
    let mut table = Table::default();
    crates::check(&ground, &mut table)?;
    crates::check_damage(&mut table)?;
    python::check(&ground, &mut table);
    qtractor::check(&ground, &mut table);
    ardour::check(&ground, &mut table);
    steinberg::check(&ground, &mut table);
    validators::check(&ground, &mut table);
    Ok(table.close())
}

/// The control plugin of a format, `clap` or `vst3`, where Debian's zam-plugins puts it.
fn control(format: &str) -> Option<PathBuf> {
    let path = Path::new("/usr/lib").join(format).join(format!("{CONTROL}.{format}"));
    path.exists().then_some(path)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
