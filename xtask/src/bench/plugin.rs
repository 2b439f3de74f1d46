//! What the whole plugin costs: the bundle as it ships, in a host that counts only inside the plugin's `process`.

use super::callgrind::{self, Owner};
use super::{Verdict, record, show};
use crate::{bundle, project, setup, shell};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Frames of a block.
const FRAMES: u64 = 64;
/// Where counting begins and ends: the function that hosts call.
const PROCESS: &str = "nice_plug::wrapper::clap::wrapper::Wrapper<P>::process";

/// Instructions per stereo frame, by the owner of the function that they stand in.
struct Shares(Vec<(Owner, f64)>);

impl Shares {
    fn of(&self, owner: Owner) -> f64 {
        self.0.iter().find(|(whose, _)| *whose == owner).map_or(0.0, |(_, count)| *count)
    }

    fn whole(&self) -> f64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

/// Measures the shipped CLAP and compares it with its limits; `record` keeps the result in assets/bench.
pub fn run(record: bool) -> Result<ExitCode> {
    if cfg!(not(target_arch = "x86_64")) {
        bail!("the limits are those of x86-64; on this machine nothing can be compared with them");
    }
    if !setup::for_counting()? {
        bail!("instructions cannot be counted without the tools named above");
    }
    let bundles = bundle::make(false)?;
    let clap = bundles.iter().find(|path| path.extension().is_some_and(|ending| ending == "clap"));
    let clap = clap.context("no CLAP among the bundles")?;
    // The host need not be optimised: nothing of it is counted.
    shell::run("cargo", &["build", "--locked", "--quiet", "--package", "octant-tests", "--example", "plugin_cost"])?;
    let program = project::target_dir()?.join("debug/examples/plugin_cost");
    let shares = count(&program, clap)?;
    let figures = figures(&program, clap)?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("no figure {name}"));

    println!("\ninstructions per stereo frame, 48 kHz, blocks of 64, eight bands compressing, nobody listening");
    for (owner, count) in &shares.0 {
        println!("  {:<50} {count:>8.1}", owner.name());
    }
    let verdicts = vec![
        Verdict { what: "whole process, instructions per frame", measured: shares.whole(), limit: 350.0, decimals: 1 },
        Verdict { what: "scan, ms", measured: figure("scan_ms")?, limit: 50.0, decimals: 2 },
        Verdict { what: "instantiation, ms", measured: figure("instantiate_ms")?, limit: 20.0, decimals: 2 },
        Verdict { what: "instantiation and activation, ms", measured: figure("ready_ms")?, limit: 20.0, decimals: 2 },
        Verdict {
            what: "memory of an instance, MiB",
            measured: figure("memory_kib")? / 1024.0,
            limit: 4.0,
            decimals: 2,
        },
    ];
    let all_hold = show(&verdicts);
    if record {
        let costs: serde_json::Map<_, _> =
            shares.0.iter().map(|(owner, count)| (owner.name().to_owned(), json!(record::rounded(*count)))).collect();
        record::write("plugin", &json!({ "instructions_per_frame": costs }), &page(&shares), &verdicts)?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn page(shares: &Shares) -> String {
    let mut page = String::from(
        "# What the plugin costs\n\nWritten by `cargo xtask bench plugin --record`: the CLAP as it ships, 48 kHz, blocks \
         of 64, eight bands, each compressing, nobody listening. Instructions per stereo frame inside `process`, counted \
         by callgrind, by the owner of the function:\n\n| owner | instructions |\n|---|---:|\n",
    );
    for (owner, count) in &shares.0 {
        let _ = writeln!(page, "| {} | {count:.1} |", owner.name());
    }
    let _ = writeln!(page, "| whole | {:.1} |", shares.whole());
    page.push_str("\nTimes are medians of 31 runs, memory is the mean of 100 instances:\n");
    page
}

/// Two lengths are run and subtracted: the first blocks, which set things up, cost nothing that way.
fn count(program: &Path, clap: &Path) -> Result<Shares> {
    const SHORT: u64 = 200;
    const LONG: u64 = 1200;
    let frames = ((LONG - SHORT) * FRAMES) as f64;
    let (short, long) = (profile(program, clap, SHORT)?, profile(program, clap, LONG)?);
    let per_frame = |owner: Owner| long.of(owner).saturating_sub(short.of(owner)) as f64 / frames;
    let shares = Shares(Owner::ALL.map(|owner| (owner, per_frame(owner))).into());
    if shares.of(Owner::Kernels) == 0.0 {
        bail!("nothing was counted in the kernels: did {PROCESS} match no function of {}?", clap.display());
    }
    Ok(shares)
}

fn host(mut command: Command, clap: &Path) -> Result<String> {
    let output = command.env("OCTANT_CLAP", clap).output().context("the host could not be started")?;
    if !output.status.success() {
        bail!("the host of the bundle failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn profile(program: &Path, clap: &Path, blocks: u64) -> Result<callgrind::Owners> {
    let file = program.with_file_name("plugin_cost.callgrind");
    let mut command = shell::command("valgrind", &["--tool=callgrind", "--quiet", "--collect-atstart=no"]);
    command.arg(format!("--toggle-collect={PROCESS}")).arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(program).args(["blocks", &blocks.to_string()]);
    host(command, clap)?;
    let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    callgrind::read_owners(&text)
}

fn figures(program: &Path, clap: &Path) -> Result<Value> {
    let mut command = Command::new(program);
    command.arg("figures");
    serde_json::from_str(&host(command, clap)?).context("the host gave no JSON")
}
