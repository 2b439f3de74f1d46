//! Running other programs.

use crate::project;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A program with its arguments, to be run in the root of the workspace and without standard input.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    // The cargo that runs us is the one that the user chose.
    let chosen = if program == "cargo" { std::env::var("CARGO").ok() } else { None };
    let mut command = Command::new(chosen.as_deref().unwrap_or(program));
    command.args(arguments).current_dir(project::root()).stdin(Stdio::null());
    command
}

/// Shows the command and runs it; `false` if it ended badly.
pub fn attempt(program: &str, arguments: &[&str]) -> Result<bool> {
    perform(command(program, arguments))
}

/// The same for a command that needs more than arguments.
pub fn perform(mut command: Command) -> Result<bool> {
    let program = announce(&command);
    let status = command.status().with_context(|| format!("{program} could not be started"))?;
    Ok(status.success())
}

/// Shows the command and runs it; an error if it ended badly.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    if attempt(program, arguments)? {
        return Ok(());
    }
    bail!("{program} {} failed; its message stands above", arguments.join(" "))
}

/// What a program writes to its standard output.
pub fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = command(program, arguments).output().with_context(|| format!("{program} could not be started"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("{program} {} failed: {}", arguments.join(" "), message.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be started.
pub fn exists(program: &str) -> bool {
    command(program, &["--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Shows the command, runs it, passes on what it writes and hands each line to `each`; `false` if it ended badly.
pub fn watch(mut command: Command, each: &(dyn Fn(&str) + Sync)) -> Result<bool> {
    let program = announce(&command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|both| {
        both.spawn(|| pass_on(out, std::io::stdout(), each));
        both.spawn(|| pass_on(err, std::io::stderr(), each));
    });
    Ok(child.wait()?.success())
}

fn pass_on(from: Option<impl std::io::Read>, mut to: impl Write, each: &(dyn Fn(&str) + Sync)) {
    let Some(from) = from else { return };
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        // A closed terminal is no reason to stop counting.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        each(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// Shows the command as one would type it; gives the program's name.
fn announce(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    // Short names hold in the root only.
    let in_root = command.get_current_dir() == Some(project::root());
    let program = if in_root { project::shown(Path::new(&*program)) } else { program.into_owned() };
    // The cargo that the user chose is cargo to them, wherever it lies.
    let program = if program.ends_with("/cargo") { "cargo".to_owned() } else { program };
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    println!("$ {program} {}", words.join(" "));
    program
}
