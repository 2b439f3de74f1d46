//! The validators of the formats. No registry has them: who has one puts it on PATH, or names it in a variable.

use super::table::{Outcome, Table};
use super::{Ground, text};
use crate::shell;
use anyhow::Result;

struct Validator {
    host: &'static str,
    variable: &'static str,
    program: &'static str,
    source: &'static str,
    /// Runs, each with a name; the bundle's path comes last.
    runs: &'static [(&'static str, &'static [&'static str])],
    format: &'static str,
}

const VALIDATORS: [Validator; 3] = [
    Validator {
        host: "clap-validator (CLAP)",
        variable: "OCTANT_CLAP_VALIDATOR",
        program: "clap-validator",
        source: "free-audio/clap-validator on GitHub",
        runs: &[("all tests", &["validate"]), ("fuzz, 60 s", &["fuzz", "--duration", "60s"])],
        format: "clap",
    },
    Validator {
        host: "pluginval (VST3)",
        variable: "OCTANT_PLUGINVAL",
        program: "pluginval",
        source: "Tracktion/pluginval on GitHub",
        runs: &[("strictness 10", &["--strictness-level", "10", "--validate-in-process", "--validate"])],
        format: "vst3",
    },
    Validator {
        host: "Steinberg's (VST3)",
        variable: "OCTANT_VST3_VALIDATOR",
        program: "validator",
        source: "the VST3 SDK, its target `validator`",
        runs: &[("-e", &["-e"])],
        format: "vst3",
    },
];

/// Runs those that are there.
pub fn check(ground: &Ground, table: &mut Table) {
    for validator in VALIDATORS {
        let named = std::env::var(validator.variable).ok().filter(|path| !path.is_empty());
        let program = named.clone().unwrap_or_else(|| validator.program.to_owned());
        for (run, words) in validator.runs {
            let outcome = if named.is_some() || on_path(&program) {
                judge(&validator, ground, &program, words)
            } else {
                Outcome::NotRun(format!(
                    "not on PATH, and {} is not set; it comes from {}",
                    validator.variable, validator.source
                ))
            };
            table.add(validator.host, run, outcome);
        }
    }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|directory| directory.join(&file).is_file())
}

fn judge(validator: &Validator, ground: &Ground, program: &str, words: &[&str]) -> Outcome {
    let bundle = text(if validator.format == "clap" { &ground.clap } else { &ground.vst3 });
    let words = [words, &[bundle.as_str()]].concat();
    let warnings = std::sync::atomic::AtomicU32::new(0);
    let run = || -> Result<bool> {
        shell::watch(ground.at_home(program, &words), &|line| {
            if line.to_lowercase().contains("warning") && !line.contains(" 0 warning") {
                warnings.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        })
    };
    match (run(), warnings.into_inner()) {
        (Ok(true), 0) => Outcome::Passed("clean".to_owned()),
        (Ok(true), count) => Outcome::Failed(format!("{count} lines with warnings; they stand above")),
        (Ok(false), _) => Outcome::Failed("its message stands above".to_owned()),
        (Err(error), _) => Outcome::Failed(format!("{error:#}")),
    }
}
