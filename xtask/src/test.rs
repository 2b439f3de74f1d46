//! Every check and every test.

use crate::tally::{Count, Tally};
use crate::{features, setup, shell, validate};
use anyhow::Result;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Runs everything, or only the tests whose names contain one of `filters`. The last line counts.
pub fn run(filters: &[String]) -> Result<ExitCode> {
    let begun = Instant::now();
    let tally = Tally::default();
    let strict = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    // A tool that is missing fails the tests that need it only where nothing may be skipped.
    if !setup::for_tests()? && strict {
        judge(&tally, "tools", false);
    }
    if filters.is_empty() {
        let formatted = shell::attempt("cargo", &["fmt", "--all", "--check"])?;
        judge(&tally, "formatting (mend it with: cargo fmt --all)", formatted);
        let clippy = features::workspace(&["clippy"], &["--all-targets", "--quiet", "--", "-D", "warnings"]);
        judge(&tally, "clippy", shell::perform(clippy)?);
    } else {
        println!("filtered: formatting, clippy and the bundles are left out");
    }
    tests(&tally, filters, strict)?;
    if filters.is_empty() {
        match validate::Ground::make() {
            Ok(ground) => {
                for (host, command) in validate::commands(&ground) {
                    match command {
                        Ok(command) => counted(&tally, command, host)?,
                        Err(reason) if strict => {
                            println!("{host}: {reason}");
                            judge(&tally, host, false);
                        }
                        Err(reason) => println!("SKIPPED {host}: {reason}"),
                    }
                }
            }
            Err(error) => {
                println!("{error:#}");
                judge(&tally, "bundles", false);
            }
        }
    }
    doc_tests(&tally, filters, strict)?;

    let Count { passed, failed } = tally.count();
    println!("\nin {:.0} s; formatting, clippy and documentation count as tests", begun.elapsed().as_secs_f64());
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tests(tally: &Tally, filters: &[String], strict: bool) -> Result<()> {
    let nextest = shell::output("cargo", &["nextest", "--version"]).is_ok();
    let mut command = if nextest {
        let quiet = ["--status-level", "slow", "--final-status-level", "fail", "--no-tests", "pass"];
        features::workspace(&["nextest", "run"], &[&["--no-fail-fast"], &quiet[..]].concat())
    } else {
        let words = ["--no-fail-fast", "--lib", "--bins", "--tests", "--examples", "--"];
        features::workspace(&["test"], &words)
    };
    command.args(filters);
    counted(tally, strictly(command, strict), "tests")
}

fn doc_tests(tally: &Tally, filters: &[String], strict: bool) -> Result<()> {
    let mut command = features::workspace(&["test"], &["--no-fail-fast", "--doc", "--quiet", "--"]);
    command.args(filters);
    counted(tally, strictly(command, strict), "documentation tests")
}

/// With nothing skipped for want of a tool, if `strict`.
fn strictly(mut command: Command, strict: bool) -> Command {
    if strict {
        command.env("OCTANT_REQUIRE_TOOLS", "1");
    }
    command
}

/// Runs a test runner. One that fails without having counted a failure did not get as far as the tests.
fn counted(tally: &Tally, command: Command, what: &str) -> Result<()> {
    let before = tally.count().failed;
    let good = shell::watch(command, &|line| tally.read(line))?;
    if !good && tally.count().failed == before {
        judge(tally, what, false);
    }
    Ok(())
}

fn judge(tally: &Tally, what: &str, good: bool) {
    if good {
        tally.add(Count { passed: 1, failed: 0 });
    } else {
        println!("FAILED: {what}");
        tally.add(Count { passed: 0, failed: 1 });
    }
}
