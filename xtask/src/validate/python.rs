//! Hosts for VST3 from PyPI, in an environment of their own under `target/hosts`: pedalboard and DawDreamer.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control, text};
use crate::{project, shell};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Stdio;

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
            Some(plugin) => run(ground, &python, (host, script), ("control", &plugin), table),
            None => table.add(host, CONTROL, Outcome::NotRun("zam-plugins is missing".to_owned())),
        }
        run(ground, &python, (host, script), ("octant", &ground.vst3), table);
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

/// Runs one script on one plugin; it tells one check a line.
fn run(ground: &Ground, python: &Path, host: (&str, &str), plugin: (&str, &Path), table: &mut Table) {
    let (what, path) = plugin;
    let script = text(&scripts().join(host.1));
    let words = ["-B", &script, what, &text(path), &text(&ground.reference)];
    let output = ground.at_home(&text(python), &words).stderr(Stdio::piped()).output();
    let label = |check: &str| if what == "control" { format!("{CONTROL}: {check}") } else { check.to_owned() };
    let output = match output {
        Ok(output) => output,
        Err(error) => return table.add(host.0, &label("starts"), Outcome::Failed(error.to_string())),
    };
    let told = String::from_utf8_lossy(&output.stdout);
    let mut ended = false;
    for line in told.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[..] {
            ["passed", check, found] => table.add(host.0, &label(check), Outcome::Passed(found.to_owned())),
            ["failed", check, found] => table.add(host.0, &label(check), Outcome::Failed(found.to_owned())),
            ["skipped", check, why] => table.add(host.0, &label(check), Outcome::NotRun(why.to_owned())),
            ["done"] => ended = true,
            // Hosts talk.
            _ => {}
        }
    }
    if !ended || !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a message");
        table.add(host.0, &label("ends well"), Outcome::Failed(format!("{}: {last}", output.status)));
    }
}
