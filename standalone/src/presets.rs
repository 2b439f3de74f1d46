//! Finding, showing and checking presets.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use octant_dsp::params::{self, closest};
use octant_dsp::preset::{self, Preset};
use octant_dsp::settings::Sidechain;
use octant_dsp::{Engine, Settings};
use serde_json::json;

use crate::error::{Failure, reason};
use crate::latency::Latency;
use crate::outputs;
use crate::staging::{self, OutputFile};

/// What is said about settings without a file is said for this rate, the most common one.
pub const CHECK_RATE_HZ: f64 = 48_000.0;

/// Whether a `--preset` argument names a file rather than a factory preset.
#[must_use]
pub fn is_file_argument(argument: &str) -> bool {
    let path = Path::new(argument);
    // A directory may have any name, and is no preset.
    fs::metadata(path).is_ok_and(|found| !found.is_dir())
        || argument.contains('/')
        || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The preset that a file or a factory name stands for. A file of that name comes first.
pub fn load(argument: &str) -> Result<Preset, Failure> {
    if is_file_argument(argument) {
        return load_file(Path::new(argument));
    }
    let Some(factory) = preset::find_factory(argument) else {
        let meant = closest(argument, preset::factory().iter().map(|factory| factory.slug));
        let hint = meant
            .map_or_else(|| "octant presets list shows the names".to_owned(), |meant| format!("did you mean {meant}?"));
        return Err(Failure::settings(format!("{argument}: neither a file nor a factory preset; {hint}")));
    };
    factory.preset().map_err(|e| Failure::settings(format!("{argument}: {e}")))
}

/// Reads a preset file.
pub fn load_file(path: &Path) -> Result<Preset, Failure> {
    let bytes = read(path)?;
    Preset::from_bytes(&bytes).map_err(|e| Failure::settings(format!("{}: {e}", path.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let mut bytes = Vec::new();
    // One byte more than is allowed tells that there is too much, however long the file is.
    File::open(path)
        .and_then(|file| file.take(preset::MAX_PRESET_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|e| Failure::settings(format!("{name}: the preset cannot be read: {}", reason(&e))))?;
    Ok(bytes)
}

/// Makes presets of another program's file in a directory, which is made if it is missing; tells where they are and what
/// could not be carried over. `made` are those of files before this one.
pub fn import(path: &Path, directory: &Path, overwrite: bool, made: &mut Vec<PathBuf>) -> Result<String, Failure> {
    let name = path.display();
    let stem = path.file_stem().map_or_else(|| "preset".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let imported =
        preset::import::import(&read(path)?, &stem).map_err(|e| Failure::settings(format!("{name}: {e}")))?;
    let targets: Vec<PathBuf> = imported
        .iter()
        .map(|one| {
            let name = one.preset.name.replace(std::path::is_separator, "-");
            let target = directory.join(format!("{name}.json"));
            // EasyEffects' files are called so, too.
            if outputs::is_same(path, &target) { directory.join(format!("{name}.octant.json")) } else { target }
        })
        .collect();
    if let Some(twice) = targets.iter().find(|target| made.contains(target)) {
        let twice = twice.display();
        return Err(Failure::output(format!(
            "{twice}: was just made of another file; import {name} into another directory"
        )));
    }
    let new_directory = (!directory.exists()).then_some(directory);
    outputs::check(&[&path.to_owned()], targets.clone(), overwrite, new_directory)?;
    if let Some(directory) = new_directory {
        fs::create_dir(directory).map_err(|e| Failure::writing(&directory.display().to_string(), &e))?;
    }
    let mut text = String::new();
    let mut files = Vec::new();
    for (one, target) in imported.iter().zip(&targets) {
        let mut file = OutputFile::create(target, overwrite)?;
        file.write(one.preset.to_json().as_bytes())?;
        files.push(file);
        let bands = one.preset.settings.bands;
        let plural = if bands == 1 { "band" } else { "bands" };
        let _ = writeln!(text, "{name} -> {}: {bands} {plural}", target.display());
        for note in &one.notes {
            let _ = writeln!(text, "  {note}");
        }
    }
    staging::commit(files)?;
    made.extend(targets);
    Ok(text)
}

/// What it means to have no external sidechain, for settings of which some bands listen to it.
#[must_use]
pub fn without_sidechain(settings: &Settings) -> Option<String> {
    let listening: Vec<String> = (0..settings.bands)
        .filter(|&band| settings.band[band].sidechain == Sidechain::External)
        .map(|band| format!("b{}", band + 1))
        .collect();
    let (listens, hears) = match listening.len() {
        0 => return None,
        1 => ("listens", "it hears"),
        _ => ("listen", "they hear"),
    };
    let listening = listening.join(", ");
    Some(format!("{listening}: {listens} to the external sidechain, but none is given, so {hears} silence"))
}

/// Splits `id=value`.
pub fn split_set(argument: &str) -> Result<(&str, &str), Failure> {
    argument.split_once('=').map(|(id, text)| (id.trim(), text.trim())).ok_or_else(|| {
        let shown: String = argument.chars().take(40).collect();
        Failure::settings(format!("--set {shown}: id=value is needed, for example b1_above_thr=-30"))
    })
}

/// The factory presets as a table or as JSON.
#[must_use]
pub fn list(as_json: bool) -> String {
    let presets =
        preset::factory().iter().filter_map(|factory| factory.preset().ok().map(|preset| (factory.slug, preset)));
    if as_json {
        let rows: Vec<_> = presets
            .map(|(slug, preset)| {
                json!({
                    "slug": slug, "name": preset.name, "comment": preset.comment, "tags": preset.tags,
                    "bands": preset.settings.bands,
                })
            })
            .collect();
        return format!("{:#}\n", serde_json::Value::from(rows));
    }
    let mut text = String::new();
    for (slug, preset) in presets {
        let bands = preset.settings.bands;
        let _ = writeln!(
            text,
            "{slug:20} {bands} {:5}  {}",
            if bands == 1 { "band" } else { "bands" },
            first_sentence(&preset.comment)
        );
    }
    text.push_str("\noctant presets show NAME prints the whole preset, with hints for adjusting it.\n");
    text
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// What is wrong or unusual about a preset file: lines for standard output, or the failure.
pub fn check(path: &Path) -> Result<String, Failure> {
    let preset = load_file(path)?;
    let name = path.display();
    let warnings = preset.warnings(CHECK_RATE_HZ);
    let mut text = String::new();
    for warning in &warnings {
        let _ = writeln!(text, "{name}: warning: {warning}");
    }
    if let Err(error) = Engine::new(CHECK_RATE_HZ, 2, &preset.settings) {
        let _ = writeln!(text, "{name}: warning: {error}; it cannot be rendered");
    }
    if text.is_empty() {
        let bands = preset.settings.bands;
        let plural = if bands == 1 { "band" } else { "bands" };
        let latency = Latency::of(&preset.settings, CHECK_RATE_HZ);
        let _ = writeln!(text, "{name}: valid, {bands} {plural}, at 48 kHz: {latency}");
    }
    Ok(text)
}

/// Every parameter: once where it is global, once for all bands.
#[must_use]
pub fn parameter_table() -> String {
    let mut text = format!("{:16} {:48} {:12} {}\n", "id", "range", "default", "what it is");
    let rows = params::globals().iter().map(|param| (param.id.to_owned(), param));
    let rows = rows.chain(params::band_params().iter().map(|param| (format!("b#_{}", param.id), param)));
    for (id, param) in rows {
        let range = match param.kind {
            params::Kind::Choice { texts, .. } => texts.join(" | "),
            params::Kind::Switch { .. } => "off | on".to_owned(),
            _ => format!("{} … {}", param.text(param.min()), param.text(param.max())),
        };
        let _ = writeln!(text, "{id:16} {range:48} {:12} {}", param.text(param.default()), param.name);
    }
    text.push_str("\nb# is a band, b1 (the lowest) to b8. Example: octant render in.wav -o out.wav --set bands=3 --set b1_above_thr=-30\n");
    text
}
