//! Whether files may be written: no input is overwritten, nothing is written twice, nothing that exists is replaced.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::staging::{already_exists, directory_of, is_device};

/// Refuses what would destroy something: `written` against `read`, against each other and against what exists.
/// `new_directory` will be made before anything is written.
pub fn check(
    read: &[&PathBuf],
    written: Vec<PathBuf>,
    overwrite: bool,
    new_directory: Option<&Path>,
) -> Result<(), Failure> {
    let read: Vec<(String, Identity)> =
        read.iter().map(|path| (path.display().to_string(), Identity::of(path))).collect();
    let mut claimed: Vec<Identity> = Vec::new();
    for path in written {
        let name = path.display().to_string();
        let existing = fs::metadata(&path).ok();
        if is_device(&path) {
            // Devices and pipes take what they are given and hold nothing that could be lost.
            continue;
        }
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(Failure::output(format!("{name}: is a directory; name a file")));
        }
        let identity = Identity::of(&path);
        if let Some((other, _)) = read.iter().find(|(_, other)| other.is_same(&identity)) {
            let same =
                if *other == name { "an input".to_owned() } else { format!("the same file as the input {other}") };
            return Err(Failure::output(format!("{name}: is {same} and is never overwritten; write to another file")));
        }
        if claimed.iter().any(|other| other.is_same(&identity)) {
            return Err(Failure::output(format!("{name}: would be written twice; give the outputs different names")));
        }
        if existing.is_some() && !overwrite {
            return Err(already_exists(&name));
        }
        let directory = directory_of(&path);
        if !directory.is_dir() && new_directory != Some(&directory) && new_directory != path.parent() {
            let directory_name = directory.display();
            let words = if directory.exists() {
                format!("{directory_name} is no directory; name another one")
            } else {
                format!("the directory {directory_name} does not exist; create it first")
            };
            return Err(Failure::output(format!("{name}: {words}")));
        }
        claimed.push(identity);
    }
    Ok(())
}

/// Whether two names mean the same file.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    Identity::of(one).is_same(&Identity::of(other))
}

/// What makes two names the same file: the place, or the thing itself where there are several names for it.
struct Identity {
    place: PathBuf,
    thing: Option<(u64, u64)>,
}

impl Identity {
    fn of(path: &Path) -> Self {
        let place = fs::canonicalize(path).unwrap_or_else(|_| {
            let directory = directory_of(path);
            let directory = fs::canonicalize(&directory).unwrap_or(directory);
            directory.join(path.file_name().unwrap_or_default())
        });
        Self { place, thing: fs::metadata(path).ok().as_ref().and_then(device_and_inode) }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.place == other.place || (self.thing.is_some() && self.thing == other.thing)
    }
}

#[cfg(unix)]
fn device_and_inode(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn device_and_inode(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
