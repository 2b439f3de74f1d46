//! Standard input and output as plain files.

use std::fs::File;
use std::io;

#[cfg(unix)]
use std::os::fd::AsFd as _;
#[cfg(windows)]
use std::os::windows::io::AsHandle as _;

/// Standard input without the lock and the buffer of the usual handle.
pub fn stdin() -> io::Result<File> {
    #[cfg(unix)]
    let own = io::stdin().as_fd().try_clone_to_owned()?;
    #[cfg(windows)]
    let own = io::stdin().as_handle().try_clone_to_owned()?;
    Ok(File::from(own))
}

/// Standard output; the usual handle looks for line breaks in the audio.
pub fn stdout() -> io::Result<File> {
    #[cfg(unix)]
    let own = io::stdout().as_fd().try_clone_to_owned()?;
    #[cfg(windows)]
    let own = io::stdout().as_handle().try_clone_to_owned()?;
    Ok(File::from(own))
}
