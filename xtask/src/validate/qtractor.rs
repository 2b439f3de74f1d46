//! qtractor's scan of the CLAP. It always ends with 0; what it found stands in its lines.

use super::table::{Outcome, Table};
use super::{CONTROL, Ground, control, text};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const HOST: &str = "qtractor (CLAP scan)";

/// Scans the control and ours.
pub fn check(ground: &Ground, table: &mut Table) {
    let Some(scanner) = scanner() else {
        return table.add(HOST, "both plugins are found", Outcome::NotRun("qtractor is missing".to_owned()));
    };
    if let Some(plugin) = control("clap") {
        table.add(HOST, CONTROL, scan(ground, &scanner, &plugin, &["CLAP|ZamCompX2|2:2|"]));
    }
    let ours = scan(ground, &scanner, &ground.clap, &["CLAP|Octant|2:2|", "CLAP|Octant Mono|1:1|"]);
    table.add(HOST, "both plugins are found", ours);
}

/// Debian keeps it in a directory of the processor's own.
fn scanner() -> Option<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let places = libraries.chain(["/usr/lib", "/usr/lib64", "/usr/libexec"].map(PathBuf::from));
    places.map(|place| place.join("qtractor/qtractor_plugin_scan")).find(|path| path.is_file())
}

/// Each line that is found must begin with one of these, in this order.
fn scan(ground: &Ground, scanner: &Path, plugin: &Path, expected: &[&str]) -> Outcome {
    let found = || -> std::io::Result<(Vec<String>, std::process::ExitStatus)> {
        let mut command = ground.at_home(&text(scanner), &[]);
        command.env("QT_QPA_PLATFORM", "offscreen").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let mut input = child.stdin.take().ok_or_else(|| std::io::Error::other("no standard input"))?;
        writeln!(input, "CLAP:{}", plugin.display())?;
        drop(input);
        let output = child.wait_with_output()?;
        let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
        Ok((lines, output.status))
    };
    let (lines, status) = match found() {
        Ok(found) => found,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| line.starts_with("CLAP|")).collect();
    let good = lines.len() == expected.len() && lines.iter().zip(expected).all(|(line, start)| line.starts_with(start));
    if good && status.success() {
        return Outcome::Passed(expected.join(", "));
    }
    let lines = if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") };
    Outcome::Failed(format!("{status}, found {lines}"))
}
