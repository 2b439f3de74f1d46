//! The window of `octant live`: the plugin's editor before the session's desk, and the sound card's panel below it.
//!
//! ```text
//! session's thread: Glass, after every turn -> Front (desk, facts, answers counted)  -> window's thread: Pane, every frame
//! window's thread:  AtDesk and Panel, what the user does -> orders                   -> session's thread
//! audio thread:     readings -> Status::seen, slots of the tap -> Analysis           -> Watch, thirty times a second
//! ```
//!
//! [`panel`] draws everything and needs no window, so that tests and pictures do without one. No window, no listener: the
//! tap stays closed and the audio thread does nothing for it.

pub mod catalogue;
pub mod facts;
pub mod owner;
pub mod panel;
mod sheet;
mod strip;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use nice_plug_egui::baseview::dpi::{LogicalSize, PhysicalSize, Size};
use nice_plug_egui::baseview::{Error, HandlerError};
use nice_plug_egui::{App, EguiWindow, EguiWindowSettings, Frame};
use plugin::editor::fit::Fit;
use plugin::editor::handle::{Alive, OpenWindow};
use plugin::editor::screen::Screen;
use plugin::editor::shelf::Shelf;
use plugin::editor::watch::{Wake, Watch};
use plugin::editor::{TICK, look};
use plugin::shown::Shown;

use super::command::{Answer, Command};
use super::company::{Company, Guest};
use super::desk::Desk;
use super::open::Choice;
use super::options::LiveArgs;
use super::session::Session;
use super::status::Status;
use crate::console::Console;
use crate::error::Failure;
use catalogue::Librarian;
use facts::Facts;
use owner::AtDesk;
use panel::{Panel, STRIP};

/// Turns of the session between two looks at the numbers: twice a second.
const CALM: u64 = 10;

/// Whether a window shall be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// No.
    No,
    /// If one can be.
    IfPossible,
    /// Nothing goes without it.
    Surely,
}

/// What the command line says, on a machine with a display or without.
#[must_use]
pub fn wanted(given: &LiveArgs, display: bool) -> Wanted {
    match given {
        LiveArgs { window: true, .. } => Wanted::Surely,
        LiveArgs { no_window: true, .. } | LiveArgs { json: true, .. } => Wanted::No,
        _ if display => Wanted::IfPossible,
        _ => Wanted::No,
    }
}

/// Whether there is a display, as far as can be told without asking it.
#[must_use]
pub fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// What the session lets the window see.
#[derive(Default)]
struct Front {
    desk: Desk,
    /// Orders of the window that have been answered.
    answered: u64,
    facts: Facts,
    choice: Choice,
    /// Sentences that have not been shown yet, and whether each is about something that did not work.
    sentences: Vec<(String, bool)>,
    /// The session is over.
    ended: bool,
    /// From the first picture on.
    wake: Option<Wake>,
}

impl Front {
    fn wake(&self) {
        if let Some(wake) = &self.wake {
            wake.wake();
        }
    }
}

fn lock(front: &Mutex<Front>) -> MutexGuard<'_, Front> {
    front.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The session's side of the window.
struct Glass {
    front: Arc<Mutex<Front>>,
    answers: Receiver<Answer>,
    turns: u64,
}

impl Guest for Glass {
    fn look(&mut self, session: &Session) {
        let Some(picture) = session.latest() else { return };
        let due = self.turns.is_multiple_of(CALM);
        self.turns += 1;
        let mut front = lock(&self.front);
        let mut moved = front.facts.follow(&Facts::of(session, picture), due);
        if front.desk != session.desk {
            front.desk.clone_from(&session.desk);
            moved = true;
        }
        if front.choice != *session.supervisor.choice() {
            front.choice.clone_from(session.supervisor.choice());
            moved = true;
        }
        // What has been answered by now is in the desk that was copied above.
        for answer in self.answers.try_iter() {
            front.answered += 1;
            front.sentences.extend(answer.err().map(|failure| (failure.sentence, true)));
            moved = true;
        }
        front.sentences.extend(picture.messages.iter().map(|sentence| (sentence.clone(), false)));
        if moved || !picture.messages.is_empty() {
            front.wake();
        }
    }
}

impl Drop for Glass {
    fn drop(&mut self) {
        let mut front = lock(&self.front);
        front.ended = true;
        front.wake();
    }
}

/// The window's side.
struct Pane {
    alive: Option<Alive>,
    screen: Screen,
    panel: Panel,
    owner: AtDesk,
    front: Arc<Mutex<Front>>,
    status: Arc<Status>,
    shown: Arc<Shown>,
    librarian: Librarian,
    fit: Fit,
    watch: Option<Watch>,
}

impl Pane {
    /// Takes over what the session shows.
    fn follow(&mut self, ctx: &egui::Context) {
        let mut front = lock(&self.front);
        self.owner.follow(&front.desk, front.answered, &mut self.screen.view);
        self.panel.facts.clone_from(&front.facts);
        if self.owner.has_all(front.answered) {
            self.panel.choice.clone_from(&front.choice);
        }
        for (sentence, warns) in front.sentences.drain(..) {
            if warns { self.screen.view.warn(sentence) } else { self.screen.view.tell(sentence) }
        }
        if front.ended {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        drop(front);
        self.panel.catalogue = self.librarian.latest();
    }

    /// Tells the session what the user did.
    fn tell(&mut self, wake: &Wake) {
        self.owner.tell(&self.screen.view);
        for command in std::mem::take(&mut self.panel.asked) {
            self.owner.order(command);
        }
        if let Some(host) = self.panel.look_for.take() {
            self.librarian.look(&host, wake);
        }
        if std::mem::take(&mut self.screen.view.restart_analysis) {
            self.shown.analysis().restart();
        }
    }
}

impl App for Pane {
    fn build(&mut self, _: egui::Context, frame: &mut Frame) -> Result<(), HandlerError> {
        if let Some(alive) = self.alive.take() {
            alive.stay();
        }
        frame.baseview_window().create_timer(TICK)?;
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let ctx = ui.ctx().clone();
        if self.watch.is_none() {
            // Typefaces are there from the next frame on.
            self.screen.prepare(&ctx);
            self.watch = Some(Watch::begin(Arc::clone(&self.shown), Wake::of(&ctx)));
            lock(&self.front).wake = Some(Wake::of(&ctx));
            ctx.request_repaint();
            return;
        }
        self.follow(&ctx);
        // A copy, so that the watching thread never waits for a frame to be drawn.
        let mut live = self.watch.as_ref().map(|watch| watch.live().clone()).unwrap_or_default();
        let facts = &self.panel.facts;
        live.sample_rate_hz = f64::from(facts.rate_hz);
        live.channels = facts.channels;
        live.latency_frames = self.status.engine_frames.load(Relaxed);
        panel::show(ui, &mut self.screen, &mut self.owner, &live, &mut self.panel);
        self.tell(&Wake::of(&ctx));
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        let PhysicalSize { width, height, .. } = frame.baseview_window().size().physical;
        let percent = self.screen.shelf.taste.scale_percent;
        if let Some(size) = self.fit.follow(&ctx, percent, [width, height], self.screen.view.now_s) {
            self.screen.shelf.taste.size = Some((size.x as u32, (size.y - STRIP) as u32));
        }
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        self.screen.hand.release(&mut self.owner);
        // Nobody is there to be told if the size cannot be kept.
        let _ = self.screen.shelf.keep_taste();
    }
}

/// A window that is there but not shown yet. It stays on the thread that made it.
pub struct Opened {
    window: OpenWindow,
    glass: Glass,
}

/// Opens a window before a session that has not begun.
pub fn open(session: &mut Session) -> Result<Opened, Failure> {
    let (outbox, answers) = channel();
    let shown = Arc::new(Shown::new(Arc::default()));
    let status = Arc::clone(session.supervisor.status());
    let front = Front { desk: session.desk.clone(), choice: session.supervisor.choice().clone(), ..Front::default() };
    let front = Arc::new(Mutex::new(front));
    let shelf = Shelf::of_user();
    let fit = Fit::new(shelf.taste.scale_percent, STRIP);
    let scale = shelf.taste.scale_percent as f32 / 100.0;
    let [width, height] = shelf.taste.size.map_or(look::FRESH, |(width, height)| [width as f32, height as f32]);
    let size = |[width, height]: [f32; 2], scale: f32| {
        Size::from(LogicalSize::new(f64::from(width * scale), f64::from((height + STRIP) * scale)))
    };
    let least = look::SCALES[0] as f32 / 100.0;
    let settings = EguiWindowSettings::new()
        .with_title("Octant")
        .with_size(size([width.max(look::SMALLEST[0]), height.max(look::SMALLEST[1])], 1.0))
        .with_min_size(Some(size(look::SMALLEST, least)))
        .with_zoom_factor(scale);
    let (alive, ended) = OpenWindow::alive();
    let pane = Pane {
        alive: Some(alive),
        screen: Screen::new(shelf),
        panel: Panel::default(),
        owner: AtDesk::new(&session.desk, session.orders(), outbox),
        front: Arc::clone(&front),
        status: Arc::clone(&status),
        shown: Arc::clone(&shown),
        librarian: Librarian::default(),
        fit,
        watch: None,
    };
    let window = EguiWindow::create(settings, pane).map_err(|reason| Failure::device(refusal(&reason.to_string())))?;
    session.supervisor.fit(Arc::new(move |engine, rate_hz| {
        shown.analysis().attach(engine, rate_hz);
        let latency = u32::try_from(engine.latency_samples()).unwrap_or(u32::MAX);
        shown.begin(Arc::clone(&status.seen), rate_hz, latency, engine.channels());
    }));
    // Whoever sees that a device is missing can choose another one.
    session.supervisor.be_patient();
    let window = OpenWindow::new(window, ended);
    Ok(Opened { window, glass: Glass { front, answers, turns: 0 } })
}

/// Why there is no window, in one sentence.
fn refusal(reason: &str) -> String {
    let what = if has_display() {
        format!("the display does not open a window ({})", reason.trim_end_matches('.'))
    } else {
        "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned()
    };
    format!("--window: {what}; start it on a desktop, or with --no-window in the terminal")
}

impl Opened {
    /// Shows the window and plays; ends with a fade when the window is closed, and closes it when the session ends. For
    /// the thread that opened it.
    pub fn run(self, session: Session, mut company: Company, console: &Console) -> Result<u8, Failure> {
        let Self { window, glass } = self;
        company.invite(Box::new(glass));
        let orders = session.orders();
        thread::scope(|scope| {
            let playing = scope.spawn(move || super::play(session, company, console));
            // A fault in the window is no reason to end without a fade.
            let closed = catch_unwind(AssertUnwindSafe(|| until_closed(window, &|| playing.is_finished())));
            let _ = orders.send(Command::Quit.into());
            let played = playing.join().unwrap_or_else(|fault| resume_unwind(fault));
            match closed {
                Ok(Ok(())) => played,
                Ok(Err(reason)) => played.and(Err(Failure::device(format!("the window has gone: {reason}")))),
                Err(_) => played.and(Err(Failure::processing(
                    "a fault of the program closed its window; please report what you did",
                ))),
            }
        })
    }
}

/// Waits until the window is closed, or until it shall be.
#[cfg(any(windows, target_os = "macos"))]
fn until_closed(window: OpenWindow, _: &dyn Fn() -> bool) -> Result<(), Error> {
    // Windows live by the messages of this thread here; the window closes itself when the session has ended.
    window.run_until_closed()
}

/// Waits until the window is closed, or until it shall be.
#[cfg(not(any(windows, target_os = "macos")))]
fn until_closed(open: OpenWindow, over: &dyn Fn() -> bool) -> Result<(), Error> {
    // The window has a thread of its own here. One that is not drawn, because it is hidden, would never close itself.
    let Some(window) = open.window() else { return Ok(()) };
    window.show()?;
    while window.is_open() {
        if over() {
            return Ok(());
        }
        thread::sleep(super::session::TICK);
    }
    open.run_until_closed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_where_it_is_wanted() {
        let given =
            |window: bool, no_window: bool, json: bool| LiveArgs { window, no_window, json, ..LiveArgs::default() };
        assert_eq!(wanted(&given(false, false, false), true), Wanted::IfPossible);
        assert_eq!(wanted(&given(false, false, false), false), Wanted::No, "headless machines go on as ever");
        assert_eq!(wanted(&given(false, false, true), true), Wanted::No, "programs read JSON");
        assert_eq!(wanted(&given(true, false, true), false), Wanted::Surely);
        assert_eq!(wanted(&given(false, true, false), true), Wanted::No);
    }
}
