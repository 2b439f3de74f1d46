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

/// Whose function an instruction stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The C kernels.
    Kernels,
    /// The rest of octant-dsp.
    Engine,
    /// The plugin framework; the few lines of our plugin between it and the engine are inlined into it.
    Framework,
}

impl Owner {
    /// All of them, in the order of [`Owners`].
    pub const ALL: [Self; 3] = [Self::Kernels, Self::Engine, Self::Framework];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernels => "kernels",
            Self::Engine => "the engine around them",
            Self::Framework => "the framework, with our glue inlined",
        }
    }

    fn of(function: &str) -> Self {
        if function.starts_with(KERNEL) {
            Self::Kernels
        } else if function.contains("octant_dsp::") {
            Self::Engine
        } else {
            Self::Framework
        }
    }
}

/// Instructions of one run by owner.
#[derive(Debug, Default, PartialEq)]
pub struct Owners([u64; Owner::ALL.len()]);

impl Owners {
    /// Those of one owner.
    pub fn of(&self, owner: Owner) -> u64 {
        self.0[owner as usize]
    }
}

/// A name, or a number that repeats one: "(7) oct_split", "(7)".
fn resolve<'a>(names: &mut HashMap<&'a str, &'a str>, word: &'a str) -> &'a str {
    let Some((number, name)) = word.split_once(')') else { return word };
    if name.is_empty() {
        return names.get(number).copied().unwrap_or("");
    }
    names.insert(number, name.trim());
    name.trim()
}

/// Reads a profile of which only a part of the program was collected.
pub fn read_owners(text: &str) -> Result<Owners> {
    let mut functions = HashMap::new();
    let (mut function, mut call_follows) = ("", false);
    let mut owners = Owners::default();
    for line in text.lines() {
        match line.split_once('=') {
            Some(("fn", name)) => function = resolve(&mut functions, name),
            Some(("cfn", name)) => _ = resolve(&mut functions, name),
            Some(("calls", _)) => call_follows = true,
            None if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) => {
                // The line after "calls=" holds what the called function cost: that is counted where it happened.
                let counted_there = std::mem::take(&mut call_follows);
                let cost = line.split_whitespace().nth(1).filter(|_| !counted_there);
                let cost: Option<u64> = cost.and_then(|cost| cost.parse().ok());
                owners.0[Owner::of(function) as usize] += cost.unwrap_or(0);
            }
            _ => {}
        }
    }
    anyhow::ensure!(owners != Owners::default(), "nothing was counted");
    Ok(owners)
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

    #[test]
    fn owners_are_told_by_function() {
        let text = "\
events: Ir
fn=(1) nice_plug::wrapper::clap::wrapper::Wrapper<P>::process
16 400
+3 5
cfn=(2) octant_dsp::engine::Engine::process
calls=2 30
* 9000
fn=(2)
30 60
+1 50
cfn=(3) oct_split_v3
calls=1 0
+1 950
fn=(3)
0 950
totals: 1465
";
        assert_eq!(read_owners(text).expect("a profile"), Owners([950, 110, 405]));
    }
}
