//! What keys mean.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use octant_dsp::params;

use crate::live::command::{Command, Switch};

/// The keys so far.
#[derive(Default)]
pub struct Keys {
    /// What is being typed, after `l`.
    pub prompt: Option<String>,
    quitting: bool,
}

/// What came of a key.
pub enum Pressed {
    /// It means nothing.
    Nothing,
    /// The prompt has changed.
    Prompt,
    /// A wish.
    Order(Command),
    /// Asked to end once more.
    EndAtOnce,
}

impl Keys {
    /// Takes one.
    pub fn press(&mut self, key: KeyEvent) -> Pressed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control {
            return match key.code {
                KeyCode::Char('c') => self.quit(),
                _ => Pressed::Nothing,
            };
        }
        if let Some(typed) = &mut self.prompt {
            match key.code {
                KeyCode::Esc => self.prompt = None,
                KeyCode::Backspace => drop(typed.pop()),
                KeyCode::Char(c) if typed.len() < 40 && (c.is_ascii_alphanumeric() || c == '_') => typed.push(c),
                KeyCode::Enter => {
                    let typed = self.prompt.take().unwrap_or_default();
                    if typed.is_empty() {
                        return Pressed::Order(Command::Learn(None));
                    }
                    return match params::find(&typed) {
                        Some(row) => Pressed::Order(Command::Learn(Some(row))),
                        // Asking for it brings the sentence that says what was meant.
                        None => Pressed::Order(Command::Get(Some(typed))),
                    };
                }
                _ => return Pressed::Nothing,
            }
            return Pressed::Prompt;
        }
        match key.code {
            KeyCode::Char('q') => self.quit(),
            KeyCode::Char('b') => Pressed::Order(Command::Bypass(Switch::Toggle)),
            KeyCode::Char('n') | KeyCode::Right | KeyCode::Down => Pressed::Order(Command::Step(1)),
            KeyCode::Char('p') | KeyCode::Left | KeyCode::Up => Pressed::Order(Command::Step(-1)),
            KeyCode::Char('a') => Pressed::Order(Command::Swap),
            KeyCode::Char('m') => Pressed::Order(Command::Mute(Switch::Toggle)),
            KeyCode::Char('c') => Pressed::Order(Command::Clear),
            KeyCode::Char(digit @ '1'..='8') => {
                Pressed::Order(Command::Solo(digit as usize - '1' as usize, Switch::Toggle))
            }
            KeyCode::Char('l') => {
                self.prompt = Some(String::new());
                Pressed::Prompt
            }
            _ => Pressed::Nothing,
        }
    }

    fn quit(&mut self) -> Pressed {
        if std::mem::replace(&mut self.quitting, true) {
            return Pressed::EndAtOnce;
        }
        Pressed::Order(Command::Quit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_give_orders() {
        let mut keys = Keys::default();
        let mut press = |code: KeyCode| keys.press(KeyEvent::new(code, KeyModifiers::NONE));
        assert!(matches!(press(KeyCode::Char('b')), Pressed::Order(Command::Bypass(Switch::Toggle))));
        assert!(matches!(press(KeyCode::Right), Pressed::Order(Command::Step(1))));
        assert!(matches!(press(KeyCode::Char('8')), Pressed::Order(Command::Solo(7, Switch::Toggle))));
        assert!(matches!(press(KeyCode::Char('9')), Pressed::Nothing));
        // Typing an id: letters are letters now.
        assert!(matches!(press(KeyCode::Char('l')), Pressed::Prompt));
        for c in "mixq".chars() {
            assert!(matches!(press(KeyCode::Char(c)), Pressed::Prompt));
        }
        assert!(matches!(press(KeyCode::Backspace), Pressed::Prompt));
        assert!(matches!(press(KeyCode::Enter), Pressed::Order(Command::Learn(Some(row))) if row.id() == "mix"));
        assert!(matches!(press(KeyCode::Char('l')), Pressed::Prompt));
        assert!(matches!(press(KeyCode::Esc), Pressed::Prompt));
        assert!(matches!(press(KeyCode::Char('q')), Pressed::Order(Command::Quit)));
        let again = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert!(matches!(keys.press(again), Pressed::EndAtOnce));
    }
}
