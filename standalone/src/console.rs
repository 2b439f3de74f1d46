//! Messages and progress on standard error.

use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Standard error, shared by all jobs. Progress bars show only on a terminal.
#[derive(Clone)]
pub struct Console {
    bars: MultiProgress,
}

impl Default for Console {
    fn default() -> Self {
        Self { bars: MultiProgress::new() }
    }
}

impl Console {
    /// Says one sentence about something that went wrong.
    pub fn error(&self, sentence: &str) {
        self.say(&format!("octant: {sentence}"));
    }

    /// Says one sentence about something that the user should know.
    pub fn warning(&self, sentence: &str) {
        self.say(&format!("octant: warning: {sentence}"));
    }

    /// Says a line.
    pub fn say(&self, line: &str) {
        // Without a standard error there is no one to tell; the exit code remains.
        self.bars.suspend(|| {
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }

    /// Whether a person is watching.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        use std::io::IsTerminal;
        std::io::stderr().is_terminal()
    }

    /// A bar for one file of so many frames, if known.
    #[must_use]
    pub fn bar(&self, name: &str, frames: Option<u64>) -> ProgressBar {
        let template = match frames {
            Some(_) => "{prefix:24!} {bar:30} {percent:>3} %  {eta} left",
            None => "{prefix:24!} {spinner} {elapsed}",
        };
        let bar = frames.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let bar = self.bars.add(bar);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(short(name));
        if frames.is_none() && self.is_terminal() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar
    }
}

/// The end of a long name, which tells files apart better than its beginning.
fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= 24 {
        return name.to_owned();
    }
    std::iter::once('…').chain(letters[letters.len() - 23..].iter().copied()).collect()
}
