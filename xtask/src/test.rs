//! Every check and every test.

use crate::tally::{Count, Tally};
use crate::{setup, shell, validate};
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
        let clean = shell::attempt(
            "cargo",
            &["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"],
        )?;
        judge(&tally, "clippy", clean);
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
        let mut command = cargo(&["nextest", "run", "--workspace", "--locked", "--no-fail-fast"], strict);
        command.args(quiet);
        command
    } else {
        cargo(
            &["test", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests", "--examples", "--"],
            strict,
        )
    };
    command.args(filters);
    counted(tally, command, "tests")
}

fn doc_tests(tally: &Tally, filters: &[String], strict: bool) -> Result<()> {
    let mut command = cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--doc", "--quiet", "--"], strict);
    command.args(filters);
    counted(tally, command, "documentation tests")
}

fn cargo(arguments: &[&str], strict: bool) -> Command {
    let mut command = shell::command("cargo", arguments);
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
