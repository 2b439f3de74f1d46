//! The window: one calm screen for the bands, what happens in them, and what is done about it.
//!
//! Layers, each knowing only those before it: [`look`], [`axes`], [`layout`], [`rows`], [`words`] are plain facts and
//! functions; [`view`] and [`live`] are plain data; [`owner`], [`hand`] and [`shelf`] change what belongs to the host
//! or the user; [`screen`] draws all of it and needs no window, so that tests and pictures do without one; this file puts
//! it into the host's window. While no window is open nothing of it runs.

pub mod axes;
mod band_panel;
mod bar;
mod control;
mod curve_plot;
mod curves;
mod desk;
mod display;
mod foot;
pub mod hand;
pub mod knob;
pub mod layout;
mod line;
pub mod live;
pub mod look;
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
pub mod view;
pub mod watch;
pub mod words;

use crate::params::OctantParams;
use crate::shown::Shown;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{Editor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, Key, KeyCapture, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};
use owner::Hosted;
use screen::Screen;
use shelf::Shelf;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use watch::Watch;

/// Opens windows for one instance. It costs nothing while none is open.
pub struct OctantEditor {
    params: Arc<OctantParams>,
    shown: Arc<Shown>,
    /// Size and scale of the window that is or was open.
    state: Mutex<Option<Arc<EguiEditorState>>>,
}

impl OctantEditor {
    /// For an instance that nobody looks at yet.
    pub fn new(params: Arc<OctantParams>, shown: Arc<Shown>) -> Self {
        Self { params, shown, state: Mutex::default() }
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
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let shelf = Shelf::of_user();
        let scale = shelf.taste.scale_percent as f32 / 100.0;
        let state = EguiEditorState::from_size(Size::from(self.fresh_size(&shelf)), scale);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&state));
        let wake = RepaintNotifier::new();
        let app = Window {
            params: Arc::clone(&self.params),
            shown: Arc::clone(&self.shown),
            wake: wake.clone(),
            screen: Screen::new(shelf),
            open: None,
        };
        let settings = EguiNiceSettings::new().with_tile("Octant").with_resize_hint(self.resize_hint());
        let editor = create_egui_editor(state, wake, settings, app).ok_or("egui made no editor")?;
        editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)
    }

    fn size(&self) -> NativeSize<u32> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = state.as_ref().filter(|state| state.is_open()) {
            let physical = state.physical_size();
            return NativeSize::new(physical.width, physical.height);
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

/// What an open window has.
struct Open {
    owner: Hosted,
    watch: Watch,
    ctx: egui::Context,
}

/// The content of one window, from before it opens until after it closes.
struct Window {
    params: Arc<OctantParams>,
    shown: Arc<Shown>,
    wake: RepaintNotifier,
    screen: Screen,
    open: Option<Open>,
}

impl NiceEguiApp for Window {
    fn build(&mut self, ctx: egui::Context, host: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        self.screen.prepare(&ctx);
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        let owner = Hosted::new(Arc::clone(&self.params), host);
        let watch = Watch::begin(Arc::clone(&self.shown), self.wake.clone());
        self.open = Some(Open { owner, watch, ctx });
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(open) = &mut self.open else { return };
        // A copy, so that the watching thread never waits for a frame to be drawn.
        let live = open.watch.live().clone();
        self.screen.show(ui, &mut open.owner, &live);
        if std::mem::take(&mut self.screen.view.restart_analysis) {
            self.shown.analysis().restart();
        }
        let writing = self.screen.view.typing.is_some() || open.ctx.text_edit_focused();
        let keys =
            if writing { KeyCapture::CaptureAll } else { KeyCapture::IgnoreKeys(vec![Key::Character(" ".into())]) };
        frame.set_key_capture(keys);
        frame.set_clear_color(egui::Rgba::from(self.screen.ground()));
        let scale = self.screen.shelf.taste.scale_percent as f32 / 100.0;
        if (open.ctx.zoom_factor() - scale).abs() > 1e-3 {
            open.ctx.set_zoom_factor(scale);
        }
    }

    fn resized(&mut self, new: WindowSize) {
        let size = (new.logical.width.round() as u32, new.logical.height.round() as u32);
        // Windows of a few points occur while hosts open and close them.
        if size.0 >= 200 && size.1 >= 150 && size.0 <= 8192 && size.1 <= 8192 {
            self.params.session.kept().editor = Some(size);
            self.screen.shelf.taste.size = Some(size);
        }
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
