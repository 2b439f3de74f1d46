//! What can go wrong, in one sentence, and the exit code that tells scripts which kind it was.

use std::fmt;
use std::io;

/// The kind of a failure; its number is the exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Something failed while processing that is nobody's input: a fault of the program or the machine.
    Processing = 1,
    /// The command line asks for something that does not exist or does not fit together.
    Usage = 2,
    /// An input is missing, unreadable, damaged or no audio that can be processed.
    Input = 3,
    /// A preset or a parameter is invalid.
    Settings = 4,
    /// An output exists, would destroy an input, or cannot be written.
    Output = 5,
    /// A sound card, a MIDI port, the control port or the display is missing, busy, forbidden, or cannot do what is asked.
    Device = 7,
}

impl Kind {
    /// Exit code of the program.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Exit code when every output is complete, but some input held NaN or infinities, which were processed as silence.
pub const EXIT_REPAIRED: u8 = 6;

/// Exit code after Ctrl-C or a request to terminate: 128 + SIGINT, as shells count it.
pub const EXIT_INTERRUPTED: i32 = 130;

/// One failure: its kind and one sentence that names the file, key or value and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind, hence the exit code.
    pub kind: Kind,
    /// The sentence, without a trailing line break.
    pub sentence: String,
}

impl Failure {
    /// A fault while processing.
    pub fn processing(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Processing, sentence: sentence.into() }
    }

    /// A wrong command line.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, sentence: sentence.into() }
    }

    /// A bad input.
    pub fn input(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Input, sentence: sentence.into() }
    }

    /// A bad preset or parameter.
    pub fn settings(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Settings, sentence: sentence.into() }
    }

    /// A bad output.
    pub fn output(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Output, sentence: sentence.into() }
    }

    /// A device that is not there or does not do what is asked.
    pub fn device(sentence: impl Into<String>) -> Self {
        Self { kind: Kind::Device, sentence: sentence.into() }
    }

    /// An input that the system refuses to give.
    #[must_use]
    pub fn reading(name: &str, error: &io::Error) -> Self {
        Self::input(format!("{name}: cannot be read: {}", reason(error)))
    }

    /// An output that the system refuses to take.
    #[must_use]
    pub fn writing(name: &str, error: &io::Error) -> Self {
        Self::output(format!("{name}: cannot be written: {}", reason(error)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

/// An operating system's error in words for people, with what would help where that is known.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    use io::ErrorKind as E;
    let words = match error.kind() {
        E::NotFound => "no such file or directory; check the path",
        E::PermissionDenied => "permission denied; check the rights of the file and its directory",
        E::StorageFull => "the disk is full; free some space or write elsewhere",
        E::QuotaExceeded => "the disk quota is used up; free some space or write elsewhere",
        E::FileTooLarge => "the file grows beyond what the file system or a limit (ulimit -f) allows; write elsewhere",
        E::ReadOnlyFilesystem => "the file system is read-only; write elsewhere",
        E::BrokenPipe => "the program that reads the pipe has gone",
        E::IsADirectory => "it is a directory; name a file",
        E::NotADirectory => "a part of the path is not a directory; check the path",
        E::UnexpectedEof => "it ends too early; the file is truncated",
        E::InvalidFilename => "the name is too long or not allowed here; choose another",
        _ => {
            let text = error.to_string();
            return match text.split_once(" (os error") {
                Some((words, _)) => words.to_lowercase(),
                None => text,
            };
        }
    };
    words.to_owned()
}
