//! Outputs appear whole or not at all: written beside their final name, synced, then renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Failure, reason};
use crate::pipes;

/// Temporary files that exist now. Whoever creates, renames or removes one holds this lock, so that an interruption
/// finds either the temporary file or the finished one.
static PENDING: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Distinguishes temporary names within this process. Relaxed: only uniqueness counts.
static NEXT: AtomicU32 = AtomicU32::new(0);

fn pending() -> MutexGuard<'static, Vec<PathBuf>> {
    // The list is valid after every single statement, so a panic elsewhere does not spoil it.
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every unfinished output, does what is left to do and ends the program; files being renamed are finished
/// first.
pub fn abandon_all_and_exit(code: i32, last: impl FnOnce()) -> ! {
    // Held until the end of the process: no output may begin or be finished any more.
    let pending = pending();
    for path in pending.iter() {
        let _ = fs::remove_file(path);
    }
    last();
    std::process::exit(code)
}

/// Where bytes of an output go.
enum Channel {
    /// A temporary file that is renamed at the end.
    Staged { temporary: PathBuf, target: PathBuf, overwrite: bool },
    /// Standard output, a device or a named pipe: written as it comes.
    Direct,
}

/// An output being written. Dropped without [`commit`], it leaves nothing behind.
pub struct OutputFile {
    /// `None` only after the end of its life has begun.
    file: Option<File>,
    channel: Channel,
    name: String,
    /// Small writes are gathered here; large ones pass by.
    gathered: Vec<u8>,
}

const GATHER_BYTES: usize = 64 << 10;

impl OutputFile {
    /// Standard output.
    pub fn stdout() -> Result<Self, Failure> {
        let name = "standard output".to_owned();
        let file = pipes::stdout().map_err(|e| Failure::writing(&name, &e))?;
        Ok(Self { file: Some(file), channel: Channel::Direct, name, gathered: Vec::new() })
    }

    /// A file that will appear at `target` with [`commit`]; a device or pipe that exists there is written to directly.
    pub fn create(target: &Path, overwrite: bool) -> Result<Self, Failure> {
        let name = target.display().to_string();
        let refuse = |e: &io::Error| Failure::writing(&name, e);
        let existing = fs::metadata(target).ok();
        if is_device(target) {
            let file = OpenOptions::new().write(true).open(target).map_err(|e| refuse(&e))?;
            return Ok(Self { file: Some(file), channel: Channel::Direct, name, gathered: Vec::new() });
        }
        // A symbolic link keeps pointing where it points; what it points to is replaced.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let mut pending = pending();
        let (temporary, file) = loop {
            let temporary = temporary_beside(&target);
            match OpenOptions::new().write(true).create_new(true).open(&temporary) {
                Ok(file) => break (temporary, file),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(refuse(&e)),
            }
        };
        if let Some(existing) = existing {
            // Best effort: the new file is as readable as the one that it replaces.
            let _ = file.set_permissions(existing.permissions());
        }
        pending.push(temporary.clone());
        Ok(Self {
            file: Some(file),
            channel: Channel::Staged { temporary, target, overwrite },
            name,
            gathered: Vec::new(),
        })
    }

    /// Whether earlier bytes can be written again.
    #[must_use]
    pub fn can_rewrite(&self) -> bool {
        matches!(self.channel, Channel::Staged { .. })
    }

    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.gathered.len() + bytes.len() <= GATHER_BYTES {
            self.gathered.extend_from_slice(bytes);
            return Ok(());
        }
        self.flush()?;
        if bytes.len() >= GATHER_BYTES {
            self.pass_on(bytes)
        } else {
            self.gathered.extend_from_slice(bytes);
            Ok(())
        }
    }

    /// Writes bytes again at an earlier place. Only where [`can_rewrite`](Self::can_rewrite).
    pub fn rewrite(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
        self.flush()?;
        let Some(file) = &mut self.file else { return Ok(()) };
        let rewritten = file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.seek(SeekFrom::End(0)));
        rewritten.map(|_| ()).map_err(|e| Failure::writing(&self.name, &e))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let gathered = std::mem::take(&mut self.gathered);
        let passed = self.pass_on(&gathered);
        self.gathered = gathered;
        self.gathered.clear();
        passed
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(|e| Failure::writing(&self.name, &e)),
            None => Ok(()),
        }
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if self.file.take().is_none() {
            return;
        }
        if let Channel::Staged { temporary, .. } = &self.channel {
            let mut pending = pending();
            let _ = fs::remove_file(temporary);
            pending.retain(|path| path != temporary);
        }
    }
}

/// Makes outputs that belong together appear, in order. All bytes are on the disk before the first name appears.
pub fn commit(mut outputs: Vec<OutputFile>) -> Result<(), Failure> {
    for output in &mut outputs {
        output.flush()?;
        if let (Channel::Staged { .. }, Some(file)) = (&output.channel, &output.file) {
            file.sync_all().map_err(|e| Failure::writing(&output.name, &e))?;
        }
    }
    let mut directories: Vec<PathBuf> = Vec::new();
    let mut pending = pending();
    let mut failed = None;
    for output in &mut outputs {
        let Channel::Staged { temporary, target, overwrite } = &output.channel else { continue };
        if let Err(failure) = appear(temporary, target, *overwrite, &output.name) {
            failed = Some(failure);
            break;
        }
        output.file = None;
        pending.retain(|path| path != temporary);
        let directory = directory_of(target);
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    drop(pending);
    if let Some(failure) = failed {
        return Err(failure);
    }
    for directory in directories {
        // Not every file system lets a directory be synced; the file itself is safe by now.
        if let Ok(handle) = File::open(&directory) {
            let _ = handle.sync_all();
        }
    }
    Ok(())
}

fn appear(temporary: &Path, target: &Path, overwrite: bool, name: &str) -> Result<(), Failure> {
    if overwrite {
        return fs::rename(temporary, target).map_err(|e| Failure::writing(name, &e));
    }
    // A link, unlike a rename, refuses to replace a file that has appeared in the meantime.
    match fs::hard_link(temporary, target) {
        Ok(()) => {
            let _ = fs::remove_file(temporary);
            Ok(())
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(already_exists(name)),
        Err(_) if target.exists() => Err(already_exists(name)),
        // File systems without links.
        Err(_) => fs::rename(temporary, target)
            .map_err(|e| Failure::output(format!("{name}: cannot be written: {}", reason(&e)))),
    }
}

/// Whether a name stands for something that exists and is written to directly: a device or a named pipe.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|existing| !existing.is_file() && !existing.is_dir())
}

/// The sentence for an output that is there already.
#[must_use]
pub fn already_exists(name: &str) -> Failure {
    Failure::output(format!("{name}: already exists; use --overwrite to replace it or choose another name"))
}

/// The directory that holds a path.
#[must_use]
pub fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn temporary_beside(target: &Path) -> PathBuf {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // A short name of its own: the final name may already be as long as the file system allows.
    directory_of(target).join(format!(".octant-{}-{number}.part", std::process::id()))
}
