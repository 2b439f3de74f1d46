//! Programs that a test needs and a machine may lack.

use std::process::Command;

/// Whether a missing tool is an error: where everything must be tested, nothing is skipped in silence.
pub fn required() -> bool {
    let is_on = |name: &str| std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    is_on("OCTANT_REQUIRE_TOOLS") || is_on("CI")
}

/// Whether a program can be started.
pub fn found(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Says that a test does not run here; panics where it must.
pub fn skip(test: &str, why: &str) {
    assert!(!required(), "{test}: {why}");
    println!("SKIPPED {test}: {why}");
}
