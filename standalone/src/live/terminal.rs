//! The view in the terminal: meters that move, and keys. Nothing of it exists where standard output is no terminal.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use crossterm::style::{Color, Print, ResetColor, SetForegroundColor};
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, queue, terminal};
use octant_dsp::params;

use super::command::{Command, Order, Switch};
use super::status::{Link, PeakView, Snapshot};
use crate::error::EXIT_INTERRUPTED;
use crate::report::colours;

/// Range of the level bars, dB.
const LEVELS_DB: (f32, f32) = (-72.0, 0.0);
/// Range of the gain bars to either side, dB.
const GAIN_DB: f32 = 18.0;
/// Messages that stay on show.
const MESSAGES: usize = 4;

/// The view. Dropped, also by a panic, it leaves the terminal as it was.
pub struct Terminal {
    colour: bool,
    messages: VecDeque<String>,
    /// What is being typed, after `l`.
    prompt: Option<String>,
    prompts: Receiver<Option<String>>,
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
            colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            messages: VecDeque::new(),
            prompt: None,
            prompts,
            closing: Arc::clone(&closing),
        };
        TAKEN.store(true, Ordering::Relaxed);
        execute!(io::stdout(), EnterAlternateScreen, cursor::Hide).ok()?;
        thread::Builder::new().name("octant keys".into()).spawn(move || read_keys(&orders, &outbox, &closing)).ok()?;
        Some(view)
    }

    /// Shows a picture. What cannot be written, to a terminal that has gone, is lost.
    pub fn draw(&mut self, picture: &Snapshot) {
        while let Ok(prompt) = self.prompts.try_recv() {
            self.prompt = prompt;
        }
        for message in &picture.messages {
            if self.messages.len() == MESSAGES {
                self.messages.pop_front();
            }
            self.messages.push_back(message.clone());
        }
        let (width, height) = terminal::size().unwrap_or((80, 24));
        let messages: Vec<&str> = self.messages.iter().map(String::as_str).collect();
        let lines = lines(picture, &messages, self.prompt.as_deref(), width.into());
        let _ = self.write(&lines, width.into(), height.into());
    }

    fn write(&self, lines: &[Line], width: usize, height: usize) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for row in 0..height {
            queue!(out, cursor::MoveTo(0, row as u16))?;
            let mut left = width;
            for (words, colour) in lines.get(row).map_or(&[][..], |line| &line.0) {
                let part: String = words.chars().take(left).collect();
                left -= part.chars().count();
                match colour {
                    Some((r, g, b)) if self.colour => {
                        queue!(out, SetForegroundColor(Color::Rgb { r: *r, g: *g, b: *b }), Print(part), ResetColor)?;
                    }
                    _ => queue!(out, Print(part))?,
                }
            }
            if left > 0 {
                queue!(out, Clear(ClearType::UntilNewLine))?;
            }
        }
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
            // The terminal has gone.
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

/// What keys mean.
#[derive(Default)]
struct Keys {
    /// What is being typed, after `l`.
    prompt: Option<String>,
    quitting: bool,
}

enum Pressed {
    Nothing,
    /// The prompt has changed.
    Prompt,
    Order(Command),
    EndAtOnce,
}

impl Keys {
    fn press(&mut self, key: KeyEvent) -> Pressed {
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

type Colour = Option<(u8, u8, u8)>;
const QUIET: Colour = Some((138, 150, 170));
const WARM: Colour = Some((240, 101, 82));
const GOOD: Colour = Some((72, 199, 155));

/// A line of parts in colours.
#[derive(Default)]
struct Line(Vec<(String, Colour)>);

impl Line {
    fn of(words: impl Into<String>) -> Self {
        Self(vec![(words.into(), None)])
    }

    fn quiet(words: impl Into<String>) -> Self {
        Self(vec![(words.into(), QUIET)])
    }

    fn and(mut self, words: impl Into<String>, colour: Colour) -> Self {
        self.0.push((words.into(), colour));
        self
    }
}

/// The whole screen.
fn lines(picture: &Snapshot, messages: &[&str], prompt: Option<&str>, width: usize) -> Vec<Line> {
    let mut lines = vec![heading(picture), devices(picture), numbers(picture), Line::default()];
    for (name, peaks, is_output) in [("in ", &picture.input, false), ("out", &picture.output, true)] {
        for (channel, peak) in peaks.iter().enumerate() {
            let side = if peaks.len() == 1 { ' ' } else { ['L', 'R'][channel.min(1)] };
            let clips = if is_output && channel == 0 { Some(picture.clips) } else { None };
            lines.push(level(&format!("{name} {side}"), *peak, clips, width));
        }
    }
    lines.push(Line::default());
    lines.push(Line::quiet(format!("  band  {:<w$}  gain", "level, dB", w = bar_width(width) + 7)));
    for (index, band) in picture.bands.iter().enumerate() {
        let colour = Some(colours::rgb(index, picture.bands.len()));
        let solo = if picture.controls.solo[index] { 'S' } else { ' ' };
        let cells = bar_width(width);
        let bar = bar(cells, part(band.level_db), None);
        lines.push(
            Line::of(format!("  {} {solo}   ", index + 1))
                .and(bar, colour)
                .and(format!(" {:>6}  ", shown(band.level_db)), None)
                .and(gain_bar(cells, band.gain_db), colour)
                .and(format!(" {:>+6.1}", clean(band.gain_db)), None),
        );
    }
    lines.push(Line::default());
    for message in messages {
        lines.extend(wrapped(message, width.max(20)).into_iter().map(Line::of));
    }
    match (prompt, &picture.controls.learning) {
        (Some(typed), _) => {
            lines.push(Line::of(format!("MIDI: which parameter? {typed}_   (an id such as b1_above_thr, Enter, Esc)")));
        }
        (None, Some(id)) => lines.push(Line::of(format!("MIDI: move a controller to tie it to {id}; l, Enter stops"))),
        (None, None) => {}
    }
    lines.push(Line::quiet("b bypass  n/p preset  a A/B  1-8 solo  m mute  c clear  l MIDI learn  q quit"));
    lines
}

fn heading(picture: &Snapshot) -> Line {
    let controls = &picture.controls;
    let seconds = picture.at.as_secs();
    let mut line = Line::of(format!("octant  {}  {}", controls.preset, controls.slot));
    for (on, word) in [(controls.bypass, "BYPASS"), (controls.muted, "MUTED")] {
        if on {
            line = line.and(format!("  {word}"), WARM);
        }
    }
    line.and(format!("  {}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60), QUIET)
}

fn devices(picture: &Snapshot) -> Line {
    let wiring = &picture.wiring;
    let names = match &wiring.sidechain {
        Some(sidechain) => format!("{} + {sidechain} -> {}", wiring.input, wiring.output),
        None => format!("{} -> {}", wiring.input, wiring.output),
    };
    let (word, colour) = match &wiring.link {
        Link::Opening => ("opening".to_owned(), QUIET),
        Link::Running => ("running".to_owned(), GOOD),
        Link::Waiting(sentence) => (format!("waiting: {sentence}"), WARM),
    };
    Line::quiet(format!("{}: {names}  ", wiring.host)).and(word, colour)
}

fn numbers(picture: &Snapshot) -> Line {
    let wiring = &picture.wiring;
    let drift = match picture.drift_ppm {
        Some(ppm) if picture.settled => format!("drift {ppm:+.1} ppm"),
        Some(ppm) => format!("drift {ppm:+.1} ppm, settling"),
        None => "no drift correction".to_owned(),
    };
    let line = Line::of(format!(
        "{} Hz  {:.1} ms  load {:.0} % (most {:.0} %)  ",
        wiring.rate_hz,
        picture.latency_ms,
        picture.load * 100.0,
        picture.load_peak * 100.0
    ));
    let line = line.and(format!("xruns {}", picture.xruns), if picture.xruns > 0 { WARM } else { None });
    let line = line.and(format!("  {drift}"), None);
    if wiring.reconnects > 0 { line.and(format!("  reconnects {}", wiring.reconnects), None) } else { line }
}

fn level(name: &str, peak: PeakView, clips: Option<u64>, width: usize) -> Line {
    let colour = if peak.hold_db > -0.1 { WARM } else { GOOD };
    let cells = (2 * bar_width(width) + 12).min(width.saturating_sub(40)).max(8);
    let line = Line::of(format!("  {name} "))
        .and(bar(cells, part(peak.now_db), Some(part(peak.hold_db))), colour)
        .and(format!(" {:>6}  hold {:>6}", shown(peak.now_db), shown(peak.hold_db)), None);
    match clips {
        Some(clips) => line.and(format!("  clips {clips}"), if clips > 0 { WARM } else { QUIET }),
        None => line,
    }
}

/// Cells of a band's bars: two of them and their figures fill the line.
fn bar_width(width: usize) -> usize {
    (width.saturating_sub(26) / 2).clamp(6, 60)
}

/// Where a level lies in the bar, 0 … 1.
fn part(db: f32) -> f32 {
    ((db - LEVELS_DB.0) / (LEVELS_DB.1 - LEVELS_DB.0)).clamp(0.0, 1.0)
}

/// A bar with half cells, and a mark where the peak is held.
fn bar(cells: usize, part: f32, held: Option<f32>) -> String {
    let halves = (part * 2.0 * cells as f32).round() as usize;
    let mark = held.filter(|held| *held > 0.0).map(|held| ((held * cells as f32).ceil() as usize).clamp(1, cells) - 1);
    (0..cells)
        .map(|cell| match halves.saturating_sub(2 * cell) {
            _ if mark == Some(cell) => '│',
            0 => '·',
            1 => '╸',
            _ => '━',
        })
        .collect()
}

/// Reduction to the left of the middle, lift to the right.
fn gain_bar(cells: usize, gain_db: f32) -> String {
    let half = cells / 2;
    let filled = ((gain_db.abs() / GAIN_DB).min(1.0) * half as f32).round() as usize;
    let side = |filled: usize| ["━".repeat(filled), "·".repeat(half - filled)];
    let ([full, empty], [none, rest]) = (side(filled), side(0));
    if gain_db < 0.0 { format!("{empty}{full}│{none}{rest}") } else { format!("{none}{rest}│{full}{empty}") }
}

fn shown(db: f32) -> String {
    if db <= -120.0 { "-inf".to_owned() } else { format!("{:.1}", clean(db)) }
}

/// No minus before zero.
fn clean(db: f32) -> f32 {
    if db.abs() < 0.05 { 0.0 } else { db }
}

fn wrapped(message: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in message.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::status::{BandView, Controls, Wiring};

    fn picture() -> Snapshot {
        let peak = |now_db, hold_db| PeakView { now_db, hold_db };
        Snapshot {
            at: Duration::from_secs(3_725),
            wiring: Wiring {
                link: Link::Running,
                host: "alsa".into(),
                input: "Microphone".into(),
                output: "Speakers".into(),
                sidechain: None,
                rate_hz: 48_000,
                channels: 2,
                corrected: true,
                resampler_frames: 32,
                reconnects: 0,
            },
            controls: Controls {
                preset: "Drum bus".into(),
                slot: 'A',
                bypass: false,
                bands: 3,
                solo: [false, true, false, false, false, false, false, false],
                muted: true,
                learning: None,
            },
            bands: [(-20.0, -3.2), (-36.0, 2.0), (-144.0, 0.0)]
                .map(|(level_db, gain_db)| BandView { level_db, gain_db })
                .to_vec(),
            input: vec![peak(-12.0, -6.0), peak(-144.0, -144.0)],
            output: vec![peak(-3.0, 0.5), peak(-3.1, -2.0)],
            clips: 7,
            xruns: 2,
            load: 0.123,
            load_peak: 0.4,
            latency_ms: 11.72,
            drift_ppm: Some(12.34),
            settled: true,
            messages: vec![],
        }
    }

    fn text(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.0.iter().map(|(words, _)| words.as_str()).collect()).collect()
    }

    #[test]
    fn every_figure_is_on_the_screen() {
        let screen = text(&lines(&picture(), &["a message"], None, 80)).join("\n");
        for words in [
            "Drum bus  A",
            "MUTED",
            "1:02:05",
            "alsa: Microphone -> Speakers  running",
            "48000 Hz",
            "11.7 ms",
            "load 12 % (most 40 %)",
            "xruns 2",
            "drift +12.3 ppm",
            "hold    0.5  clips 7",
            "-inf",
            "1     ",
            "2 S",
            "-3.2",
            "+2.0",
            "+0.0",
            "a message",
            "b bypass",
        ] {
            assert!(screen.contains(words), "{words} in\n{screen}");
        }
        assert!(!screen.contains("BYPASS"));
    }

    #[test]
    fn bars_show_what_the_figures_say() {
        assert_eq!(bar(8, 0.0, None), "········");
        assert_eq!(bar(8, 0.5, None), "━━━━····");
        assert_eq!(bar(8, 0.5625, Some(0.9)), "━━━━╸··│");
        assert_eq!(gain_bar(8, -9.0), "··━━│····");
        assert_eq!(gain_bar(8, 18.0), "····│━━━━");
        assert_eq!(gain_bar(8, -90.0), "━━━━│····");
        assert_eq!((part(0.0), part(-36.0), part(-144.0)), (1.0, 0.5, 0.0));
    }

    #[test]
    fn bands_fit_every_usual_width() {
        for width in [60, 80, 120, 200] {
            let screen = text(&lines(&picture(), &[], None, width));
            for line in screen.iter().filter(|line| line.contains('│')) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
        assert!(lines(&picture(), &["word ".repeat(40).as_str()], None, 0).len() > 5, "any width");
    }

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
