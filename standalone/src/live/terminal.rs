//! The view in the terminal: meters that move, and keys. Nothing of it exists where standard output is no terminal.

mod calm;
mod keys;
mod screen;

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use crossterm::style::{Color, Print, ResetColor, SetForegroundColor};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, execute, queue, terminal};

use super::command::{Command, Order};
use super::status::Snapshot;
use crate::error::EXIT_INTERRUPTED;
use calm::Calm;
use keys::{Keys, Pressed};
use screen::Line;

/// Messages that stay on show.
const MESSAGES: usize = 4;

/// The view. Dropped, also by a panic, it leaves the terminal as it was.
pub struct Terminal {
    colours: Colours,
    calm: Calm,
    messages: VecDeque<String>,
    /// What stands on the screen, and its size: only what is different is written.
    on_screen: Vec<Line>,
    size: [usize; 2],
    /// What is being typed, after `l`.
    prompt: Option<String>,
    prompts: Receiver<Option<String>>,
    orders: Sender<Order>,
    /// Relaxed: tells the key reader to end, nothing else.
    closing: Arc<AtomicBool>,
}

/// Whether the terminal is ours: whoever ends the process first gives it back. Relaxed: only who sees `true` counts.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back, if it is ours, so that the process may end from any thread.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::Relaxed) {
        let _ = execute!(io::stdout(), cursor::Show, LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

impl Terminal {
    /// Takes the terminal over; None if standard output or input is none.
    pub fn open(orders: Sender<Order>) -> Option<Self> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() || terminal::enable_raw_mode().is_err() {
            return None;
        }
        let closing = Arc::new(AtomicBool::new(false));
        let (outbox, prompts) = channel();
        let view = Self {
            colours: Colours::of_the_terminal(),
            calm: Calm::default(),
            messages: VecDeque::new(),
            on_screen: Vec::new(),
            size: [0; 2],
            prompt: None,
            prompts,
            orders: orders.clone(),
            closing: Arc::clone(&closing),
        };
        TAKEN.store(true, Ordering::Relaxed);
        execute!(io::stdout(), EnterAlternateScreen, cursor::Hide).ok()?;
        thread::Builder::new().name("octant keys".into()).spawn(move || read_keys(&orders, &outbox, &closing)).ok()?;
        Some(view)
    }

    /// Shows a picture. A terminal that has gone took along whoever could hear or end this: it ends.
    pub fn draw(&mut self, picture: &Snapshot) {
        while let Ok(prompt) = self.prompts.try_recv() {
            self.prompt = prompt;
        }
        for message in &picture.messages {
            if self.messages.len() == MESSAGES {
                self.messages.pop_front();
            }
            let seconds = picture.at.as_secs();
            let time = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            self.messages.push_back(format!("{time}  {message}"));
        }
        self.calm.follow(picture);
        let (width, height) = terminal::size().unwrap_or((80, 24));
        let size = [width, height].map(usize::from);
        let messages = self.messages.make_contiguous();
        let lines = screen::lines(picture, &self.calm, messages, self.prompt.as_deref(), size);
        if self.write(lines, size).is_err() && !self.closing.swap(true, Ordering::Relaxed) {
            let _ = self.orders.send(Command::Quit.into());
        }
    }

    fn write(&mut self, lines: Vec<Line>, size: [usize; 2]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        queue!(out, BeginSynchronizedUpdate)?;
        if size != self.size {
            self.size = size;
            self.on_screen.clear();
            queue!(out, Clear(ClearType::All))?;
        }
        for (row, line) in lines.iter().enumerate().filter(|(row, line)| self.on_screen.get(*row) != Some(line)) {
            queue!(out, cursor::MoveTo(0, row as u16), Clear(ClearType::CurrentLine))?;
            for (words, colour) in &line.parts {
                match colour.and_then(|rgb| self.colours.shown(rgb)) {
                    Some(colour) => queue!(out, SetForegroundColor(colour), Print(words), ResetColor)?,
                    None => queue!(out, Print(words))?,
                }
            }
        }
        self.on_screen = lines;
        queue!(out, EndSynchronizedUpdate)?;
        out.flush()
    }

    /// Gives the terminal back.
    pub fn close(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        give_back();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.close();
    }
}

/// The key reader's thread: keys become orders.
fn read_keys(orders: &Sender<Order>, prompts: &Sender<Option<String>>, closing: &AtomicBool) {
    let mut keys = Keys::default();
    while !closing.load(Ordering::Relaxed) {
        match event::poll(Duration::from_millis(100)) {
            Ok(false) => continue,
            Ok(true) => {}
            // The terminal has gone, which shows when the next picture is drawn.
            Err(_) => return,
        }
        let Ok(event) = event::read() else { return };
        let Event::Key(key) = event else { continue };
        if !key.is_press() && !key.is_repeat() {
            continue;
        }
        match keys.press(key) {
            Pressed::Nothing => {}
            Pressed::Prompt => {
                let _ = prompts.send(keys.prompt.clone());
            }
            Pressed::Order(command) => {
                let _ = prompts.send(keys.prompt.clone());
                if orders.send(command.into()).is_err() {
                    return;
                }
            }
            Pressed::EndAtOnce => {
                give_back();
                std::process::exit(EXIT_INTERRUPTED);
            }
        }
    }
}

/// The colours that a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colours {
    None,
    /// The 256 of old.
    Palette,
    All,
}

impl Colours {
    fn of_the_terminal() -> Self {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        if !variable("NO_COLOR").is_empty() || variable("TERM") == "dumb" {
            Self::None
        } else if ["truecolor", "24bit"].contains(&variable("COLORTERM").as_str()) || cfg!(windows) {
            Self::All
        } else {
            Self::Palette
        }
    }

    fn shown(self, (r, g, b): (u8, u8, u8)) -> Option<Color> {
        match self {
            Self::None => None,
            // A cube of 6 x 6 x 6, whose steps are 0, 95, 135, 175, 215, 255.
            Self::Palette => {
                let step = |x: u8| if x < 48 { 0 } else { (x.max(75) - 35) / 40 };
                Some(Color::AnsiValue(16 + 36 * step(r) + 6 * step(g) + step(b)))
            }
            Self::All => Some(Color::Rgb { r, g, b }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_what_the_terminal_has() {
        assert_eq!(Colours::None.shown((1, 2, 3)), None);
        assert_eq!(Colours::All.shown((1, 2, 3)), Some(Color::Rgb { r: 1, g: 2, b: 3 }));
        let palette = |rgb| Colours::Palette.shown(rgb);
        assert_eq!(palette((0, 0, 0)), Some(Color::AnsiValue(16)));
        assert_eq!(palette((255, 255, 255)), Some(Color::AnsiValue(231)));
        assert_eq!(palette((255, 135, 0)), Some(Color::AnsiValue(208)));
    }
}
