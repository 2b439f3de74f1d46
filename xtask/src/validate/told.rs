//! Hosts that are programs of their own tell one check a line: "passed", "failed" or "skipped", its name, and what was
//! found, with tabs between. The last line is "done".

use super::CONTROL;
use super::table::{Outcome, Table};
use std::process::{Command, Stdio};

/// Runs such a program; what it tells goes into the table. `control`: it looks at the plugin that is not ours.
pub fn run(mut command: Command, host: &str, control: bool, table: &mut Table) {
    let label = |check: &str| if control { format!("{CONTROL}: {check}") } else { check.to_owned() };
    let output = match command.stderr(Stdio::piped()).output() {
        Ok(output) => output,
        Err(error) => return table.add(host, &label("starts"), Outcome::Failed(error.to_string())),
    };
    let told = String::from_utf8_lossy(&output.stdout);
    let mut ended = false;
    for line in told.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[..] {
            ["passed", check, found] => table.add(host, &label(check), Outcome::Passed(found.to_owned())),
            ["failed", check, found] => table.add(host, &label(check), Outcome::Failed(found.to_owned())),
            ["skipped", check, why] => table.add(host, &label(check), Outcome::NotRun(why.to_owned())),
            ["done"] => ended = true,
            // Hosts talk.
            _ => {}
        }
    }
    if !ended || !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a message");
        table.add(host, &label("ends well"), Outcome::Failed(format!("{}: {last}", output.status)));
    }
}
