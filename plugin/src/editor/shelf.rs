//! Presets on disk and the user's taste: everything that belongs to the user and not to an instance.

use super::look::Theme;
use super::rows::same_sound;
use octant_dsp::preset::{MAX_PRESET_BYTES, factory};
use octant_dsp::{Preset, Settings};
use serde_json::{Map, Value, json};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Preferences, shared by all instances.
#[derive(Clone, Debug, PartialEq)]
pub struct Taste {
    /// Colours.
    pub theme: Theme,
    /// Scale of the window, percent.
    pub scale_percent: u32,
    /// Hover texts.
    pub hints: bool,
    /// Size in points of the window that was last resized.
    pub size: Option<(u32, u32)>,
    /// Names of favourite presets.
    pub favourites: Vec<String>,
}

impl Default for Taste {
    fn default() -> Self {
        Self { theme: Theme::Dark, scale_percent: 100, hints: true, size: None, favourites: Vec::new() }
    }
}

/// A preset in the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is shown; unique among entries of one kind.
    pub name: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it is for.
    pub comment: String,
    /// The file; `None` for presets of the factory.
    pub path: Option<PathBuf>,
    /// The preset, or why it cannot be used.
    pub preset: Result<Preset, String>,
}

/// Everything that belongs to the user.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Preferences.
    pub taste: Taste,
    /// Presets: the factory's, then the user's by name.
    pub entries: Vec<Entry>,
    folder: Option<PathBuf>,
    taste_file: Option<PathBuf>,
}

impl Shelf {
    /// The user's own shelf, where the system keeps such things.
    pub fn of_user() -> Self {
        match directories::ProjectDirs::from("audio", "Octant", "Octant") {
            Some(places) => Self::at(places.data_dir().join("presets"), places.config_dir().join("editor.json")),
            None => Self::without_files(),
        }
    }

    /// A shelf in a folder, with a file of preferences; neither needs to exist.
    pub fn at(folder: PathBuf, taste_file: PathBuf) -> Self {
        let taste = read_taste(&taste_file).unwrap_or_default();
        let mut shelf = Self { taste, entries: Vec::new(), folder: Some(folder), taste_file: Some(taste_file) };
        shelf.look_again();
        shelf
    }

    /// The factory's presets and nothing kept.
    pub fn without_files() -> Self {
        let mut shelf = Self::default();
        shelf.look_again();
        shelf
    }

    /// Where presets of the user lie.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Reads all presets again.
    pub fn look_again(&mut self) {
        let built_in = factory().iter().map(|factory| {
            let preset = factory.preset().map_err(|error| error.to_string());
            entry(factory.slug, None, preset)
        });
        self.entries = built_in.collect();
        let files = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let mut own: Vec<Entry> = files
            .into_iter()
            .flatten()
            .filter_map(|file| {
                let path = file.ok()?.path();
                let stem = path.file_stem()?.to_str()?.to_owned();
                (path.extension()? == "json").then(|| entry(&stem, Some(path.clone()), read(&path)))
            })
            .collect();
        own.sort_by_key(|entry| entry.name.to_lowercase());
        self.entries.extend(own);
    }

    /// Writes a preset of the user under its name; gives the name of an entry that already has it unless `replace`.
    pub fn save(&mut self, preset: &Preset, replace: bool) -> Result<(), String> {
        let folder = self.folder.clone().ok_or("There is no folder for presets on this system.")?;
        let path = folder.join(file_name(&preset.name)?);
        if path.exists() && !replace {
            return Err(format!("There is a preset named {:?} already.", preset.name));
        }
        write(&path, preset.to_json().as_bytes())?;
        self.look_again();
        Ok(())
    }

    /// Whether a preset of the user has this name.
    pub fn has(&self, name: &str) -> bool {
        let file = file_name(name).ok().zip(self.folder.as_ref()).map(|(file, folder)| folder.join(file));
        file.is_some_and(|path| path.exists())
    }

    /// Gives a preset of the user another name.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), String> {
        let (path, mut preset) = self.own(from)?;
        if from == to {
            return Ok(());
        }
        preset.name = to.into();
        self.save(&preset, false)?;
        // The same file under another spelling on some systems: then there is nothing to remove.
        let new = path.with_file_name(file_name(to)?);
        if new != path {
            fs::remove_file(&path).map_err(|error| format!("{}: cannot be removed: {error}", path.display()))?;
        }
        for favourite in self.taste.favourites.iter_mut().filter(|favourite| *favourite == from) {
            *favourite = to.into();
        }
        self.look_again();
        self.keep_taste()
    }

    /// Removes a preset of the user.
    pub fn delete(&mut self, name: &str) -> Result<(), String> {
        let path = self.entries.iter().find(|entry| entry.name == name && entry.path.is_some());
        let path = path.and_then(|entry| entry.path.clone()).ok_or_else(|| format!("No preset is named {name:?}."))?;
        fs::remove_file(&path).map_err(|error| format!("{}: cannot be removed: {error}", path.display()))?;
        self.look_again();
        Ok(())
    }

    fn own(&self, name: &str) -> Result<(PathBuf, Preset), String> {
        let entry = self.entries.iter().find(|entry| entry.name == name && entry.path.is_some());
        let entry = entry.ok_or_else(|| format!("No preset is named {name:?}."))?;
        Ok((entry.path.clone().unwrap_or_default(), entry.preset.clone()?))
    }

    /// Settings of the preset of a name. If there are several, those that are `now` in use, else the user's.
    pub fn settings_of(&self, name: &str, now: &Settings) -> Option<Settings> {
        let named = self.entries.iter().filter(|entry| entry.name == name);
        let found: Vec<Settings> = named.filter_map(|entry| Some(entry.preset.as_ref().ok()?.settings)).collect();
        found.iter().find(|settings| same_sound(settings, now)).or(found.last()).copied()
    }

    /// Whether a preset is a favourite.
    pub fn is_favourite(&self, name: &str) -> bool {
        self.taste.favourites.iter().any(|favourite| favourite == name)
    }

    /// Makes a preset a favourite, or none again.
    pub fn toggle_favourite(&mut self, name: &str) -> Result<(), String> {
        if self.is_favourite(name) {
            self.taste.favourites.retain(|favourite| favourite != name);
        } else {
            self.taste.favourites.push(name.into());
        }
        self.keep_taste()
    }

    /// Every tag once, in order.
    pub fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = self.entries.iter().flat_map(|entry| entry.tags.clone()).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    /// Entries that a search finds: every word in name, tags or comment.
    pub fn found(&self, search: &str, tag: Option<&str>, only_favourites: bool) -> Vec<usize> {
        let words: Vec<String> = search.to_lowercase().split_whitespace().map(String::from).collect();
        let fits = |entry: &Entry| {
            let text = format!("{} {} {}", entry.name, entry.tags.join(" "), entry.comment).to_lowercase();
            words.iter().all(|word| text.contains(word))
                && tag.is_none_or(|tag| entry.tags.iter().any(|own| own == tag))
                && (!only_favourites || self.is_favourite(&entry.name))
        };
        (0..self.entries.len()).filter(|index| fits(&self.entries[*index])).collect()
    }

    /// Writes the preferences.
    pub fn keep_taste(&self) -> Result<(), String> {
        let Some(file) = &self.taste_file else { return Ok(()) };
        let taste = &self.taste;
        // Keys that this version does not know stay.
        let mut kept = match fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(Value::Object(kept)) => kept,
            _ => Map::new(),
        };
        kept.insert("theme".into(), taste.theme.name().into());
        kept.insert("scale_percent".into(), taste.scale_percent.into());
        kept.insert("hints".into(), taste.hints.into());
        kept.insert("favourites".into(), taste.favourites.as_slice().into());
        if let Some((width, height)) = taste.size {
            kept.insert("size".into(), json!([width, height]));
        }
        let mut text = serde_json::to_string_pretty(&Value::Object(kept)).unwrap_or_default();
        text.push('\n');
        write(file, text.as_bytes())
    }
}

fn entry(stem: &str, path: Option<PathBuf>, preset: Result<Preset, String>) -> Entry {
    let fresh = Preset::default();
    let read = preset.as_ref().unwrap_or(&fresh);
    // Presets of the user go by the name of their file: it is what cannot occur twice.
    let name = if path.is_none() && !read.name.is_empty() { read.name.clone() } else { stem.to_owned() };
    Entry { name, tags: read.tags.clone(), comment: read.comment.clone(), path, preset }
}

fn read(path: &Path) -> Result<Preset, String> {
    Preset::from_bytes(&bytes_of(path)?).map_err(|error| error.to_string())
}

/// The bytes of a file that may be a preset; never more than the longest has, whatever the file is.
pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    // A pipe or a device would never end, or never begin.
    if !fs::metadata(path).map_err(told)?.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(told)?;
    file.take(MAX_PRESET_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() > MAX_PRESET_BYTES {
        return Err(format!("{} is too long for a preset, which has {MAX_PRESET_BYTES} bytes at most", path.display()));
    }
    Ok(bytes)
}

fn read_taste(file: &Path) -> Option<Taste> {
    let kept: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let mut taste = Taste::default();
    let theme = kept.get("theme").and_then(Value::as_str);
    taste.theme = Theme::ALL.into_iter().find(|known| Some(known.name()) == theme).unwrap_or_default();
    if let Some(scale) = kept.get("scale_percent").and_then(Value::as_u64) {
        taste.scale_percent = scale.clamp(75, 200) as u32;
    }
    taste.hints = kept.get("hints").and_then(Value::as_bool).unwrap_or(true);
    let size = |at: usize| kept.get("size")?.get(at)?.as_u64().filter(|points| (200..=8192).contains(points));
    taste.size = size(0).zip(size(1)).map(|(width, height)| (width as u32, height as u32));
    let favourites = kept.get("favourites").and_then(Value::as_array).into_iter().flatten();
    taste.favourites = favourites.filter_map(|name| name.as_str().map(String::from)).collect();
    Some(taste)
}

/// Whether a letter cannot be in the name of a file on every system.
pub(super) fn forbidden(letter: char) -> bool {
    letter.is_control() || "/\\:*?\"<>|".contains(letter)
}

/// A file name that every system takes; an error for names that would be none.
fn file_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    if let Some(letter) = name.chars().find(|c| forbidden(*c)) {
        return Err(format!("A name of a preset cannot contain {letter:?}."));
    }
    if name.is_empty() || name.starts_with('.') || name.len() > 120 {
        return Err("A name of a preset has 1 to 120 letters and does not begin with a dot.".into());
    }
    Ok(format!("{name}.json"))
}

/// Under its final name a file is complete: written beside, synced, renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let place = |error: std::io::Error| format!("{}: cannot be written: {error}", path.display());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(place)?;
    let beside = folder.join(format!(".octant-{}.part", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("octant-shelf-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn shelf(&self) -> Shelf {
            Shelf::at(self.0.join("presets"), self.0.join("config/editor.json"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn named(name: &str) -> Preset {
        Preset { name: name.into(), tags: vec!["mine".into()], ..Preset::default() }
    }

    #[test]
    fn presets_are_saved_renamed_and_deleted() {
        let folder = Folder::new("life");
        let mut shelf = folder.shelf();
        let built_in = shelf.entries.len();
        assert_eq!(built_in, factory().len());
        shelf.save(&named("Snare"), false).expect("saved");
        assert!(shelf.save(&named("Snare"), false).is_err(), "not twice");
        shelf.save(&named("Snare"), true).expect("replaced");
        assert_eq!(shelf.entries.len(), built_in + 1);
        shelf.toggle_favourite("Snare").expect("kept");
        shelf.rename("Snare", "Snare 2").expect("renamed");
        assert!(folder.shelf().is_favourite("Snare 2"), "favourites follow and are kept");
        assert_eq!(shelf.found("snare mine", None, true).len(), 1);
        assert_eq!(shelf.found("snare", Some("vocal"), false).len(), 0);
        shelf.delete("Snare 2").expect("deleted");
        assert_eq!(shelf.entries.len(), built_in);
        assert!(shelf.delete("Mastering Glue").is_err(), "the factory's stay");
    }

    #[test]
    fn what_is_broken_is_listed_with_its_reason() {
        let folder = Folder::new("broken");
        fs::create_dir_all(folder.0.join("presets")).expect("a folder");
        fs::write(folder.0.join("presets/Bad.json"), "{").expect("written");
        let shelf = folder.shelf();
        let bad = shelf.entries.last().expect("listed");
        assert_eq!(bad.name, "Bad");
        assert!(bad.preset.as_ref().is_err_and(|reason| reason.contains("not JSON")));
    }

    #[test]
    fn names_that_are_no_files_are_refused() {
        let folder = Folder::new("names");
        let mut shelf = folder.shelf();
        for name in ["", "  ", "../up", "a/b", ".hidden", "a\nb"] {
            assert!(shelf.save(&named(name), false).is_err(), "{name:?}");
        }
    }

    #[test]
    fn taste_is_kept_with_what_others_wrote() {
        let folder = Folder::new("taste");
        let mut shelf = folder.shelf();
        shelf.taste = Taste { theme: Theme::Light, scale_percent: 150, size: Some((900, 500)), ..Taste::default() };
        shelf.keep_taste().expect("kept");
        assert_eq!(folder.shelf().taste, shelf.taste);
        let file = folder.0.join("config/editor.json");
        fs::write(&file, r#"{"later": 1, "scale_percent": 9000, "theme": 7}"#).expect("written");
        let shelf = folder.shelf();
        assert_eq!((shelf.taste.scale_percent, shelf.taste.theme), (200, Theme::Dark));
        shelf.keep_taste().expect("kept");
        assert!(fs::read_to_string(&file).expect("read").contains("later"));
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_so() {
        let folder = Folder::new("blocked");
        fs::create_dir_all(&folder.0).expect("a folder");
        fs::write(folder.0.join("presets"), "a file where the folder should be").expect("written");
        let reason = folder.shelf().save(&named("X"), false).expect_err("no folder");
        assert!(reason.contains("cannot be written"), "{reason}");
    }
}
