//! Presets of other programs: which files there are, and what became of one. Plain data and plain functions.

use super::shelf::{self, Shelf};
use octant_dsp::preset::import::{Imported, import};
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of files that may hold presets: EasyEffects, LSP plugins, Octant's own.
const ENDINGS: [&str; 3] = ["json", "cfg", "preset"];
/// More lines than this nobody reads.
const MOST: usize = 500;

/// A preset that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrived {
    /// The name that it got among the user's presets.
    pub name: String,
    /// Its bands.
    pub bands: usize,
    /// What could not be carried over, one sentence each.
    pub notes: Vec<String>,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// A folder, by its name.
    Folder(String),
    /// A file, by its name.
    File(String),
}

/// Where the user looks for files, and what came in last.
#[derive(Clone, Debug, Default)]
pub struct Importing {
    /// Folders worth a look.
    pub places: Vec<PathBuf>,
    /// The folder that is shown; empty before the first look.
    pub folder: PathBuf,
    /// What stands in the field of the path.
    pub text: String,
    /// Folders, then files, by name.
    pub lines: Vec<Line>,
    /// Why the list is not whole.
    pub lack: Option<String>,
    /// The file that was chosen last, and what became of it.
    pub outcome: Option<(String, Result<Vec<Arrived>, String>)>,
}

impl Importing {
    /// Shows a folder.
    pub fn open(&mut self, folder: &Path) {
        self.folder = folder.to_owned();
        self.text = folder.display().to_string();
        self.look_again();
    }

    /// Reads the folder again.
    pub fn look_again(&mut self) {
        self.lines.clear();
        self.lack = None;
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.lack = Some(format!("{} cannot be read: {error}.", self.folder.display()));
                return;
            }
        };
        let line = |entry: fs::DirEntry| {
            let path = entry.path();
            let name = path.file_name()?.to_str()?.to_owned();
            let hidden = name.starts_with('.');
            match path.is_dir() {
                true if !hidden => Some(Line::Folder(name)),
                false if !hidden && fits(&path) => Some(Line::File(name)),
                _ => None,
            }
        };
        self.lines = entries.filter_map(|entry| line(entry.ok()?)).collect();
        self.lines.sort();
        if self.lines.len() > MOST {
            self.lack = Some(format!("{} of {} are shown. Type the path of another.", MOST, self.lines.len()));
            self.lines.truncate(MOST);
        }
    }

    /// Goes to what was typed: a folder is shown, a file is imported.
    pub fn go(&mut self, shelf: &mut Shelf) {
        let typed = self.text.trim();
        let path = match (typed.strip_prefix("~/"), home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(typed),
        };
        if path.is_dir() {
            self.open(&path);
        } else {
            self.take(shelf, &path);
        }
    }

    /// Imports a file.
    pub fn take(&mut self, shelf: &mut Shelf, path: &Path) {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        self.outcome = Some((name, bring_in(shelf, path)));
    }
}

/// Folders worth a look: those in which EasyEffects keeps presets, if they are there, then the user's own.
pub fn places() -> Vec<PathBuf> {
    let Some(home) = home() else { return Vec::new() };
    let known = [
        ".config/easyeffects/output",
        ".config/easyeffects/input",
        ".local/share/easyeffects/output",
        ".local/share/easyeffects/input",
        ".var/app/com.github.wwmm.easyeffects/config/easyeffects/output",
        ".config/lsp-plugins",
    ];
    let known = known.iter().map(|place| home.join(place)).filter(|place| place.is_dir());
    known.chain(["Downloads", ""].iter().map(|place| home.join(place)).filter(|place| place.is_dir())).collect()
}

fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|places| places.home_dir().to_owned())
}

fn fits(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// Makes presets of the user of a file. Nothing is written over: who has a name keeps it. All or none of a file comes in.
fn bring_in(shelf: &mut Shelf, path: &Path) -> Result<Vec<Arrived>, String> {
    let bytes = shelf::bytes_of(path)?;
    let stem = path.file_stem().map_or_else(|| "Imported".into(), |stem| stem.to_string_lossy().into_owned());
    let imported = match octant_dsp::Preset::from_bytes(&bytes) {
        Ok(mut preset) => {
            preset.name = stem;
            vec![Imported { preset, notes: Vec::new() }]
        }
        // A preset of Octant with a mistake in it is told about as such, not as one of another program.
        Err(error) if error.path != "format" && error.path != "$" => return Err(error.to_string()),
        Err(_) => import(&bytes, &stem)?,
    };
    let mut arrived: Vec<Arrived> = Vec::new();
    for Imported { mut preset, notes } in imported {
        preset.name = free_name(shelf, &preset.name);
        if let Err(reason) = shelf.save(&preset, false) {
            for earlier in arrived {
                // What cannot be taken back either stays in the list, where it is seen.
                let _ = shelf.delete(&earlier.name);
            }
            return Err(reason);
        }
        arrived.push(Arrived { name: preset.name, bands: preset.settings.bands, notes });
    }
    Ok(arrived)
}

/// The name, made one that a file can have, with a number behind it if there is such a preset.
fn free_name(shelf: &Shelf, name: &str) -> String {
    let letters = name.trim().trim_start_matches('.').chars();
    let allowed: String = letters.map(|c| if shelf::forbidden(c) { '-' } else { c }).take(60).collect();
    let allowed = if allowed.trim().is_empty() { "Imported".to_owned() } else { allowed.trim().to_owned() };
    let numbered = (2..).map(|number| format!("{allowed} {number}"));
    std::iter::once(allowed.clone()).chain(numbered).find(|name| !shelf.has(name)).unwrap_or(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::Preset;

    const EASY: &str = r#"{"output": {"multiband_compressor#0": {"envelope-boost": "Pink BT",
        "band0": {"attack-threshold": -18.0, "ratio": 3.0}}, "limiter#0": {}}}"#;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("octant-foreign-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join("files/below")).expect("a folder");
            Self(folder)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join("files").join(name);
            fs::write(&path, text).expect("written");
            path
        }

        fn shelf(&self) -> Shelf {
            Shelf::at(self.0.join("presets"), self.0.join("editor.json"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_foreign_preset_comes_in_with_what_it_lost() {
        let folder = Folder::new("easy");
        let file = folder.file("Evening.json", EASY);
        let mut shelf = folder.shelf();
        let mut importing = Importing::default();
        for name in ["Evening", "Evening 2"] {
            importing.take(&mut shelf, &file);
            let (_, outcome) = importing.outcome.clone().expect("an outcome");
            let arrived = outcome.expect("it can be read");
            assert_eq!(arrived[0].name, name, "nothing is written over");
            assert!(arrived[0].notes.iter().any(|note| note.contains("envelope-boost")), "{arrived:?}");
            assert!(arrived[0].notes.iter().any(|note| note.contains("limiter")), "{arrived:?}");
            let entry = shelf.entries.iter().find(|entry| entry.name == name).expect("on the shelf");
            assert_eq!(entry.preset.as_ref().expect("valid").settings.band[0].above.ratio, 3.0);
        }
    }

    #[test]
    fn an_own_preset_of_somebody_else_comes_in_as_it_is() {
        let folder = Folder::new("own");
        let mut preset = Preset { name: "Whatever".into(), ..Preset::default() };
        preset.settings.band[0].gain_db = 2.0;
        let good = folder.file("Theirs.json", &preset.to_json());
        let bad = folder.file("Bad.json", &preset.to_json().replace("\"bands\": [", "\"bands\": 7, \"other\": ["));
        let mut shelf = folder.shelf();
        assert_eq!(bring_in(&mut shelf, &good).expect("valid")[0].name, "Theirs");
        let reason = bring_in(&mut shelf, &bad).expect_err("no list of bands");
        assert!(reason.starts_with("bands"), "{reason}");
    }

    #[test]
    fn what_cannot_be_read_says_so_and_leaves_nothing() {
        let folder = Folder::new("bad");
        let mut shelf = folder.shelf();
        let before = shelf.entries.len();
        for (name, text) in [("a.json", "{"), ("b.cfg", "no preset"), ("c.json", "")] {
            let file = folder.file(name, text);
            assert!(bring_in(&mut shelf, &file).is_err(), "{name}");
        }
        assert!(bring_in(&mut shelf, &folder.0.join("vanished.json")).is_err());
        assert_eq!(shelf.entries.len(), before);
        fs::write(folder.0.join("presets"), "a file where the folder should be").expect("written");
        let file = folder.file("Evening.json", EASY);
        let reason = bring_in(&mut shelf, &file).expect_err("no folder");
        assert!(reason.contains("cannot be written"), "{reason}");
    }

    #[test]
    fn names_become_names_of_files() {
        let folder = Folder::new("names");
        let shelf = folder.shelf();
        for (name, free) in [("a/b", "a-b"), ("..", "Imported"), (" ", "Imported"), (".x", "x")] {
            assert_eq!(free_name(&shelf, name), free);
        }
        assert!(free_name(&shelf, &"ü".repeat(500)).len() <= 120);
    }

    #[test]
    fn folders_are_listed_before_files_and_nothing_else() {
        let folder = Folder::new("list");
        for name in ["b.cfg", "a.JSON", "song.wav", ".hidden.json"] {
            folder.file(name, "");
        }
        let mut importing = Importing::default();
        importing.open(&folder.0.join("files"));
        let file = |name: &str| Line::File(name.into());
        assert_eq!(importing.lines, [Line::Folder("below".into()), file("a.JSON"), file("b.cfg")]);
        importing.text = folder.0.join("files/below").display().to_string();
        importing.go(&mut folder.shelf());
        assert_eq!((importing.lines.len(), &importing.lack), (0, &None));
        importing.open(&folder.0.join("vanished"));
        assert!(importing.lack.as_ref().is_some_and(|lack| lack.contains("cannot be read")));
    }
}
