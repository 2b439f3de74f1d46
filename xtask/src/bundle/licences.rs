//! The licences of Octant and of every crate that is linked into the plugin, as one text.

use crate::{project, shell};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Collects the texts. Equal texts stand once, with the names of all crates that they belong to.
pub fn all() -> Result<String> {
    let own = |name: &str| {
        let path = project::root().join(name);
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let mut text = format!(
        "Octant {}, copyright Octant Audio, is licensed under MIT or Apache-2.0, at your choice.\n\n{}\n{}\n",
        env!("CARGO_PKG_VERSION"),
        own("LICENSE-MIT")?,
        own("LICENSE-APACHE")?
    );
    let crates = linked()?;
    text += &format!("Its typeface, Inter, is licensed under:\n\n{}\n", own("assets/fonts/OFL.txt")?);
    text += "It contains:\n\n";
    for one in &crates {
        text += &format!("  {} {} ({})\n", one.name, one.version, one.licence);
    }
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in &crates {
        for licence in &one.texts {
            owners.entry(licence.clone()).or_default().push(&one.name);
        }
    }
    for (licence, names) in owners {
        text += &format!("\n{}\n{}:\n\n{}\n", "-".repeat(80), names.join(", "), licence.trim());
    }
    Ok(text)
}

struct Crate {
    name: String,
    version: String,
    licence: String,
    texts: BTreeSet<String>,
}

/// Crates on the way from the plugin along normal dependencies, as cargo resolved them, without ours.
fn linked() -> Result<Vec<Crate>> {
    let host = shell::output("rustc", &["-vV"])?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let metadata =
        shell::output("cargo", &["metadata", "--locked", "--format-version", "1", "--filter-platform", host])?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata gave no JSON")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let nodes: BTreeMap<String, Value> = list(&metadata["resolve"]["nodes"])
        .into_iter()
        .map(|node| (node["id"].as_str().unwrap_or_default().to_owned(), node))
        .collect();
    let packages = list(&metadata["packages"]);
    let id_of = |package: &Value| package["id"].as_str().unwrap_or_default().to_owned();
    let plugin = packages.iter().find(|package| package["name"] == "octant_plugin").context("no plugin")?;
    // Macros work in the compiler and leave nothing of theirs in the library.
    let is_macro = |package: &Value| list(&package["targets"]).iter().any(|target| target["kind"][0] == "proc-macro");
    let macros: BTreeSet<String> = packages.iter().filter(|package| is_macro(package)).map(id_of).collect();
    let (mut reached, mut open) = (BTreeSet::new(), vec![id_of(plugin)]);
    while let Some(id) = open.pop() {
        if macros.contains(&id) || !reached.insert(id.clone()) {
            continue;
        }
        for dependency in nodes.get(&id).map(|node| list(&node["deps"])).unwrap_or_default() {
            if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()) {
                open.push(dependency["pkg"].as_str().unwrap_or_default().to_owned());
            }
        }
    }
    let foreign = packages.iter().filter(|package| reached.contains(&id_of(package)) && !package["source"].is_null());
    let mut crates: Vec<Crate> = foreign
        .map(|package| {
            let text = |key: &str| package[key].as_str().unwrap_or("unknown").to_owned();
            let texts = Path::new(&text("manifest_path")).parent().map(licence_files).unwrap_or_default();
            Crate { name: text("name"), version: text("version"), licence: text("license"), texts }
        })
        .collect();
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

fn licence_files(directory: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let is_licence = |name: &str| ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|word| name.starts_with(word));
    files
        .filter(|file| is_licence(&file.file_name().to_string_lossy().to_uppercase()))
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .collect()
}
