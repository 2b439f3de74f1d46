//! What was checked in which host, and how it went.

use std::fmt::Display;
use std::process::ExitCode;

/// How a check went, and what was found.
pub enum Outcome {
    /// As it should.
    Passed(String),
    /// Not as it should.
    Failed(String),
    /// Not at all, for this reason.
    NotRun(String),
}

impl Outcome {
    /// Passed with a value, or failed with an error.
    pub fn of(result: Result<impl Display, impl Display>) -> Self {
        match result {
            Ok(found) => Self::Passed(found.to_string()),
            Err(reason) => Self::Failed(reason.to_string()),
        }
    }
}

/// All checks so far.
#[derive(Default)]
pub struct Table(Vec<(String, String, Outcome)>);

impl Table {
    /// Adds a check and shows it.
    pub fn add(&mut self, host: &str, check: &str, outcome: Outcome) {
        show(host, check, &outcome);
        self.0.push((host.to_owned(), check.to_owned(), outcome));
    }

    /// Shows everything once more; the last line counts.
    pub fn close(self) -> ExitCode {
        println!("\nhosts:");
        let mut counts = [0; 3];
        for (host, check, outcome) in &self.0 {
            show(host, check, outcome);
            counts[match outcome {
                Outcome::Passed(_) => 0,
                Outcome::Failed(_) => 1,
                Outcome::NotRun(_) => 2,
            }] += 1;
        }
        println!("{} passed, {} failed, {} skipped", counts[0], counts[1], counts[2]);
        if counts[1] == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn show(host: &str, check: &str, outcome: &Outcome) {
    let (word, found) = match outcome {
        Outcome::Passed(found) => ("passed", found),
        Outcome::Failed(reason) => ("FAILED", reason),
        Outcome::NotRun(reason) => ("not run", reason),
    };
    println!("  {host:<22} {check:<46} {word:<8} {found}");
}
