//! Hosts for VST3 from PyPI, in an environment of their own under `target/hosts`: pedalboard and DawDreamer.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control, text, told};
use crate::{project, shell};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Name of each host and its script.
const HOSTS: [(&str, &str); 2] =
    [("pedalboard (VST3)", "pedalboard_host.py"), ("DawDreamer (VST3)", "dawdreamer_host.py")];

/// Runs each host's script with the control, then with ours.
pub fn check(ground: &Ground, table: &mut Table) {
    let python = match environment(&ground.work.join("python")) {
        Ok(python) => python,
        Err(reason) => {
            for (host, _) in HOSTS {
                table.add(host, "presets, blocks, states; as octant render", Outcome::NotRun(format!("{reason:#}")));
            }
            return;
        }
    };
    for (host, script) in HOSTS {
        match control("vst3") {
            Some(plugin) => told::run(on(ground, &python, script, "control", &plugin), host, true, table),
            None => table.add(host, CONTROL, Outcome::NotRun("zam-plugins is missing".to_owned())),
        }
        told::run(on(ground, &python, script, "octant", &ground.vst3), host, false, table);
    }
}

/// Python with the pinned packages; made anew when they change.
fn environment(directory: &Path) -> Result<PathBuf> {
    let wanted = std::fs::read_to_string(scripts().join("requirements.txt"))?;
    let stamp = directory.join("installed.txt");
    let python = directory.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    if !shell::exists(system) {
        bail!("{system} is missing");
    }
    if !shell::attempt(system, &["-m", "venv", "--clear", &text(directory)])? {
        bail!("{system} cannot make an environment (Debian: python3-venv); its message stands above");
    }
    let list = text(&scripts().join("requirements.txt"));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r", &list];
    if !shell::attempt(&text(&python), &pip)? {
        bail!(
            "pip could not install what tests/hosts/python/requirements.txt names; its message stands above; without \
             a network nothing can be done about it"
        );
    }
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

fn scripts() -> PathBuf {
    project::root().join("tests/hosts/python")
}

/// A script on a plugin.
fn on(ground: &Ground, python: &Path, script: &str, what: &str, plugin: &Path) -> Command {
    let script = text(&scripts().join(script));
    ground.at_home(&text(python), &["-B", &script, what, &text(plugin), &text(&ground.reference)])
}
