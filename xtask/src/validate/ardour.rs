//! Ardour: a session is made, the VST3 inserted, its parameters set, the sound exported; a second process loads the
//! session and exports it again.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control, text};
use crate::{bundle, project};
use anyhow::{Context, Result, bail};
use octant_hosts::{Reference, Rows, STEREO_CLASS, difference, read_wav};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const HOST: &str = "Ardour (VST3)";
/// Presets that leave what Ardour does not show, such as the number of bands, at its default, and have no section below
/// a threshold: Ardour plays silence before the export begins, and such a section moves in silence.
const PRESETS: [&str; 3] = ["mastering-glue", "drum-bus", "guitar-boom"];
const CONTROL_CLASS: &str = "2046504473616C633250435A00000000";

/// The programs, of Ardour 7 and later.
struct Ardour {
    lua: String,
    scanner: PathBuf,
    libraries: PathBuf,
    version: u32,
}

/// Makes, exports, exports again, compares; first without a plugin, then with the control, then with ours.
pub fn check(ground: &Ground, table: &mut Table) {
    let Some(ardour) = (7..=9).rev().find_map(Ardour::find) else {
        return table.add(
            HOST,
            "presets; as octant render",
            Outcome::NotRun("Ardour 7 or later is missing".to_owned()),
        );
    };
    let reference = match prepare(ground, &ardour) {
        Ok(reference) => reference,
        Err(error) => return table.add(HOST, "a session", Outcome::Failed(format!("{error:#}"))),
    };
    let dry = ardour.export(ground, "dry", "dry").and_then(|heard| same(&heard, &reference.input));
    table.add(HOST, "a session without plugins is its input", outcome(dry));
    match control("vst3") {
        Some(plugin) => {
            table.add(HOST, &format!("{CONTROL}: scan"), outcome(ardour.scan(ground, &plugin, &[CONTROL_CLASS])));
            let again = ardour.twice(ground, CONTROL_CLASS, None).and_then(|[first, second]| same(&second, &first));
            table.add(HOST, &format!("{CONTROL}: exported, reloaded, exported"), outcome(again));
        }
        None => table.add(HOST, CONTROL, Outcome::NotRun("zam-plugins is missing".to_owned())),
    }
    let installed = ground.home().join(".vst3/Octant.vst3");
    table.add(HOST, "scan", outcome(ardour.scan(ground, &installed, &[STEREO_CLASS, "Octant Mono"])));
    for case in reference.named(&PRESETS) {
        let heard = ardour.twice(ground, STEREO_CLASS, Some(&case.name));
        let rendered = heard
            .as_ref()
            .map_err(|error| format!("{error:#}"))
            .and_then(|[first, _]| same(first, &case.rendered).map_err(|error| format!("{error:#}")));
        table.add(HOST, &format!("{}; as octant render", case.name), Outcome::of(rendered));
        if let Ok([first, second]) = heard {
            table.add(HOST, &format!("{}, reloaded", case.name), outcome(same(&second, &first)));
        }
    }
}

fn outcome(result: Result<String>) -> Outcome {
    Outcome::of(result.map_err(|error| format!("{error:#}")))
}

fn same(heard: &Rows, expected: &Rows) -> Result<String> {
    difference(heard, expected).map_err(anyhow::Error::msg)
}

/// A fresh home with our bundle and the export format, and a session of one track that plays the input.
fn prepare(ground: &Ground, ardour: &Ardour) -> Result<Reference> {
    let home = ground.home();
    bundle::clear(&home)?;
    let config = home.join(format!(".config/ardour{}/export", ardour.version));
    for directory in [&home.join(".vst3"), &config, &ground.work.join("ardour")] {
        std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    }
    for name in ["float.format", "float.preset"] {
        let from = scripts().join(name);
        std::fs::copy(&from, config.join(name)).with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    let installed = home.join(".vst3/Octant.vst3");
    bundle::copy(&ground.vst3, &installed)?;
    // A cache counts as outdated if it is not seconds younger than the plugin.
    age(&installed)?;
    bundle::clear(&ground.work.join("ardour"))?;
    let reference = Reference::read(&ground.reference)?;
    let input = text(&ground.reference.join("input.wav"));
    ardour.lua(ground, "make.lua", &[&session(ground, "dry"), &input, &reference.input[0].len().to_string()])?;
    Ok(reference)
}

fn age(path: &Path) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            age(&entry?.path())?;
        }
        return Ok(());
    }
    let file = std::fs::File::options().write(true).open(path)?;
    Ok(file.set_modified(SystemTime::now() - Duration::from_secs(60))?)
}

fn scripts() -> PathBuf {
    project::root().join("tests/hosts/ardour")
}

fn session(ground: &Ground, name: &str) -> String {
    text(&ground.work.join("ardour").join(name))
}

impl Ardour {
    fn find(version: u32) -> Option<Self> {
        let libraries = ["/usr/lib", "/usr/lib64"].map(|place| PathBuf::from(format!("{place}/ardour{version}")));
        let libraries = libraries.into_iter().find(|place| place.join("luasession").is_file())?;
        let scanner = libraries.join("ardour-vst3-scanner");
        scanner.is_file().then(|| Self { lua: format!("ardour{version}-lua"), scanner, libraries, version })
    }

    /// Runs a script; what it printed. Tearing a session down may abort although everything was done, so what counts is
    /// the last word of the script.
    fn lua(&self, ground: &Ground, script: &str, words: &[&str]) -> Result<()> {
        let path = text(&scripts().join(script));
        let output = ground.at_home(&self.lua, &[&[path.as_str()], words].concat()).output();
        let output = output.with_context(|| format!("{} could not be started", self.lua))?;
        let told = String::from_utf8_lossy(&output.stdout);
        if told.lines().any(|line| line == "done") {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let reason = errors.lines().chain(told.lines()).find(|line| line.contains("rror:"));
        bail!("{script}: {}: {}", output.status, reason.unwrap_or("without a message"))
    }

    /// Lets Ardour's scanner look at a bundle; `expected` must stand in what it says.
    fn scan(&self, ground: &Ground, bundle: &Path, expected: &[&str]) -> Result<String> {
        let mut command = ground.at_home(&text(&self.scanner), &["-f", "-v", &text(bundle)]);
        command.env("LD_LIBRARY_PATH", &self.libraries).env("ARDOUR_DLL_PATH", &self.libraries);
        command.env("ARDOUR_DATA_PATH", format!("/usr/share/ardour{}", self.version));
        command.env("ARDOUR_CONFIG_PATH", format!("/etc/ardour{}", self.version));
        let output = command.output().with_context(|| format!("{} could not be started", self.scanner.display()))?;
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        if let Some(missing) = expected.iter().find(|word| !told.contains(**word)) {
            bail!("{}: {missing} was not found", output.status);
        }
        let errors: Vec<&str> = told.lines().filter(|line| line.starts_with("[Error]")).collect();
        if !errors.is_empty() || !output.status.success() {
            bail!("{}: {}", output.status, errors.join("; "));
        }
        Ok(expected.join(", "))
    }

    /// Exports a session. Ardour may abort when the file is complete, before it has said so: the file counts.
    fn export(&self, ground: &Ground, session_name: &str, name: &str) -> Result<Rows> {
        let out = text(&ground.work.join("ardour"));
        let frames = Reference::read(&ground.reference)?.input[0].len();
        let words = [&session(ground, session_name), &out, name, &frames.to_string()];
        let told = self.lua(ground, "export.lua", &words);
        match read_wav(&Path::new(&out).join(format!("{name}.wav"))) {
            Ok(rows) if rows.iter().all(|row| row.len() == frames) => Ok(rows),
            read => told.and_then(|()| Ok(read?)),
        }
    }

    /// Inserts a plugin into a copy of the session, sets the parameters of a preset, and exports in two processes.
    fn twice(&self, ground: &Ground, class: &str, preset: Option<&str>) -> Result<[Rows; 2]> {
        let name = preset.unwrap_or("control");
        let directory = session(ground, name);
        bundle::copy(Path::new(&session(ground, "dry")), Path::new(&directory))?;
        let places = preset.map(|preset| text(&ground.reference.join(format!("{preset}.tsv")))).unwrap_or_default();
        self.lua(ground, "insert.lua", &[&directory, class, &places])?;
        let first = self.export(ground, name, &format!("{name}-1"))?;
        Ok([first, self.export(ground, name, &format!("{name}-2"))?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_script() {
        let script = std::fs::read_to_string(scripts().join("make.lua")).expect("read");
        assert!(script.contains(&format!("RATE, SUPERCLOCKS = {},", octant_hosts::RATE_HZ)));
    }
}
