//! Reading callgrind's profiles.

use anyhow::{Context, Result};
use std::collections::HashMap;

/// Instructions of one run.
#[derive(Debug, PartialEq)]
pub struct Profile {
    /// The whole program.
    pub all: u64,
    /// Functions of the C kernels, known by their names' beginning; what they call is not counted.
    pub kernels: u64,
}

/// How names of the C kernels begin.
const KERNEL: &str = "oct_";

/// Reads a profile in callgrind's text format (one event per line: instructions).
pub fn read(text: &str) -> Result<Profile> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let (mut in_kernel, mut call_follows) = (false, false);
    let (mut all, mut kernels) = (None, 0);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            // "(7) oct_split" gives a name, "(7)" repeats it.
            let (number, rest) = name.split_once(')').map_or((name, ""), |(number, rest)| (number, rest.trim()));
            let name = if rest.is_empty() { names.get(number).copied().unwrap_or("") } else { rest };
            names.insert(number, name);
            in_kernel = name.starts_with(KERNEL);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            if let Some((number, rest)) = name.split_once(')').filter(|(_, rest)| !rest.is_empty()) {
                names.insert(number, rest.trim());
            }
        } else if line.starts_with("calls=") {
            call_follows = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            // The line after "calls=" holds what the called function cost: that is counted where it happened.
            if !std::mem::take(&mut call_follows) && in_kernel {
                kernels += line.split_whitespace().nth(1).and_then(|cost| cost.parse::<u64>().ok()).unwrap_or(0);
            }
        } else if let Some(sum) = line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")) {
            all = sum.split_whitespace().next().and_then(|sum| sum.parse().ok());
        }
    }
    Ok(Profile { all: all.context("the profile has no sum: did the program end early?")?, kernels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_told_from_their_callers() {
        let text = "\
events: Ir
fn=(1) octant_dsp::engine::process
16 400
+3 5
cfn=(2) oct_split_v3
calls=2 30
* 9000
fn=(2)
30 8000
+1 50
cfn=(3) memset
calls=1 0
+1 950
fn=(3)
0 950
summary: 9405
";
        assert_eq!(read(text).expect("a profile"), Profile { all: 9405, kernels: 8050 });
    }
}
