//! The window: one calm screen for the bands, what happens in them, and what is done about it.
//!
//! Layers, each knowing only those before it: [`look`], [`axes`], [`layout`], [`rows`], [`words`] are plain facts and
//! functions; [`view`] and [`live`] are plain data; [`owner`], [`hand`], [`shelf`] and [`foreign`] change what belongs to the
//! host or the user; [`screen`] draws all of it and needs no window, so that tests and pictures do without one; this file puts
//! it into the host's window. While no window is open nothing of it runs.

pub mod axes;
mod band_panel;
mod bar;
mod control;
mod curve_plot;
mod curves;
mod desk;
mod display;
pub mod fit;
mod foot;
pub mod foreign;
pub mod hand;
pub mod handle;
mod import;
pub mod knob;
pub mod layout;
mod line;
pub mod live;
pub mod look;
pub mod manual;
mod menus;
mod meters;
pub mod owner;
pub mod plain;
mod presets;
pub mod rows;
pub mod screen;
mod sheet;
pub mod shelf;
mod spectrum;
mod strip;
pub mod view;
pub mod watch;
pub mod words;

use crate::params::OctantParams;
use crate::shown::Shown;
use fit::Fit;
use handle::{Alive, Handle, OpenWindow};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{Editor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};
use nice_plug_egui::baseview::dpi::PhysicalSize;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditorState, EguiNiceSettings, Frame, Key, KeyCapture, NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use owner::Hosted;
use screen::Screen;
use shelf::Shelf;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use watch::{Wake, Watch};

/// Opens windows for one instance. It costs nothing while none is open.
pub struct OctantEditor {
    params: Arc<OctantParams>,
    shown: Arc<Shown>,
    /// Whether the window that was opened last still is.
    state: Mutex<Option<Arc<EguiEditorState>>>,
    /// Width and height of the open window.
    pixels: Arc<Mutex<[u32; 2]>>,
}

impl OctantEditor {
    /// For an instance that nobody looks at yet.
    pub fn new(params: Arc<OctantParams>, shown: Arc<Shown>) -> Self {
        Self { params, shown, state: Mutex::default(), pixels: Arc::default() }
    }

    /// The size in points that a new window has: that of the session, else the last one anywhere.
    fn fresh_size(&self, shelf: &Shelf) -> LogicalSize<f32> {
        let [width, height] = look::FRESH.map(|points| points as u32);
        let (width, height) = self.params.session.kept().editor.or(shelf.taste.size).unwrap_or((width, height));
        let bounded = |points: u32, least: f32| (points as f32).clamp(least, 8192.0);
        LogicalSize::new(bounded(width, look::SMALLEST[0]), bounded(height, look::SMALLEST[1]))
    }
}

impl Editor for OctantEditor {
    type Handle = Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let shelf = Shelf::of_user();
        let percent = shelf.taste.scale_percent;
        let state = EguiEditorState::from_size(Size::from(self.fresh_size(&shelf)), percent as f32 / 100.0);
        *lock(&self.state) = Some(Arc::clone(&state));
        let wake = RepaintNotifier::new();
        let (alive, ended) = OpenWindow::alive();
        let app = Window {
            alive: Some(alive),
            params: Arc::clone(&self.params),
            shown: Arc::clone(&self.shown),
            screen: Screen::new(shelf),
            pixels: Arc::clone(&self.pixels),
            fit: Fit::new(percent, 0.0),
            open: None,
        };
        let settings = EguiNiceSettings::new().with_tile("Octant").with_resize_hint(self.resize_hint());
        let settings = settings.with_repaint_poll_interval(NEVER);
        let editor = create_egui_editor(state, wake, settings, app).ok_or("egui made no editor")?;
        let spawned = editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)?;
        // Hosts ask for the size before the window hears of its own for the first time.
        let PhysicalSize { width, height, .. } = spawned.window.size().physical;
        *lock(&self.pixels) = [width, height];
        let SpawnedEditor { handle, window } = spawned;
        Ok(SpawnedEditor { handle: Handle(handle), window: OpenWindow::new(window, ended) })
    }

    fn size(&self) -> NativeSize<u32> {
        if lock(&self.state).as_ref().is_some_and(|state| state.is_open()) {
            let [width, height] = *lock(&self.pixels);
            return NativeSize::new(width, height);
        }
        let shelf = Shelf::of_user();
        let scale = shelf.taste.scale_percent as f32 / 100.0;
        let size = self.fresh_size(&shelf);
        NativeSize::new((size.width * scale) as u32, (size.height * scale) as u32)
    }

    fn resize_hint(&self) -> ResizeHint {
        let [width, height] = look::SMALLEST;
        // The smallest size is that of the smallest scale, so that it never forbids what the menu offers.
        let least = look::SCALES[0] as f32 / 100.0;
        ResizeHint::resizable().with_min_logical_size(LogicalSize::new(width * least, height * least))
    }
}

/// Keys that stay the host's while a control has the keyboard: Space above all, and every letter that does nothing here.
fn hosts_keys() -> Vec<Key> {
    let letters = ('a'..='z').filter(|letter| !"acvyz".contains(*letter));
    let all = letters.flat_map(|letter| [letter, letter.to_ascii_uppercase()]).chain([' ']);
    all.map(|letter| Key::Character(letter.into())).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often the window shall look whether somebody wants it to be drawn: a [`Wake`] tells it, once it has drawn something.
const NEVER: Duration = Duration::from_secs(86_400);

/// The time between two looks for events. The ticks of such a timer do nothing but make X11's thread look: Mesa reads from
/// the same connection, and what it puts aside wakes nobody.
pub const TICK: Duration = Duration::from_millis(16);

/// What an open window has.
struct Open {
    owner: Hosted,
    /// From the first frame on.
    watch: Option<Watch>,
    ctx: egui::Context,
}

/// The content of one window, from before it opens until after it closes.
struct Window {
    alive: Option<Alive>,
    params: Arc<OctantParams>,
    shown: Arc<Shown>,
    screen: Screen,
    pixels: Arc<Mutex<[u32; 2]>>,
    fit: Fit,
    open: Option<Open>,
}

impl NiceEguiApp for Window {
    fn build(&mut self, ctx: egui::Context, host: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        if let Some(alive) = self.alive.take() {
            alive.stay();
        }
        frame.baseview_window().create_timer(TICK)?;
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        let owner = Hosted::new(Arc::clone(&self.params), host);
        self.open = Some(Open { owner, watch: None, ctx });
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(open) = &mut self.open else { return };
        let Some(watch) = &open.watch else {
            // Typefaces are there from the next frame on.
            self.screen.prepare(&open.ctx);
            let (shown, params) = (Arc::clone(&self.shown), Arc::clone(&self.params));
            open.watch = Some(Watch::for_host(shown, params, Wake::of(&open.ctx)));
            open.ctx.request_repaint();
            return;
        };
        // A copy, so that the watching thread never waits for a frame to be drawn.
        let live = watch.live().clone();
        self.screen.show(ui, &mut open.owner, &live);
        if std::mem::take(&mut self.screen.view.restart_analysis) {
            self.shown.analysis().restart();
        }
        let writing = self.screen.view.typing.is_some() || open.ctx.text_edit_focused();
        frame.set_key_capture(if writing { KeyCapture::CaptureAll } else { KeyCapture::IgnoreKeys(hosts_keys()) });
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        let PhysicalSize { width, height, .. } = frame.baseview_window().size().physical;
        let percent = self.screen.shelf.taste.scale_percent;
        if let Some(size) = self.fit.follow(&open.ctx, percent, [width, height], self.screen.view.now_s) {
            let size = Some((size.x as u32, size.y as u32));
            self.params.session.kept().editor = size;
            self.screen.shelf.taste.size = size;
        }
    }

    fn resized(&mut self, new: WindowSize) {
        *lock(&self.pixels) = [new.physical.width, new.physical.height];
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if let Some(open) = &mut self.open {
            // Closed while something was dragged: the host hears that it ended.
            self.screen.hand.release(&mut open.owner);
            // Nobody is there to be told if the size cannot be kept.
            let _ = self.screen.shelf.keep_taste();
        }
    }
}
