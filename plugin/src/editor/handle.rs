//! The open window in the host's hands. Closing it waits for the thread that drew it.
//!
//! On X11 every window has a thread, which the window does not always wait for when it goes. A host that destroys its own
//! window, unloads the plugin or ends right after would pull the ground from under that thread.

use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, Modifiers, ParentWindowHandle, VirtualKeyCode};
use nice_plug_egui::EguiEditorHandle;
use nice_plug_egui::baseview::{Error, Window};
use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Longer than any window takes to go, and not too long to wait for one that hangs.
const PATIENCE: Duration = Duration::from_secs(2);

thread_local! {
    /// Lives as long as the thread of a window.
    static ALIVE: RefCell<Option<Alive>> = const { RefCell::new(None) };
}

/// Kept by whoever has to end before a window counts as closed.
#[derive(Debug)]
pub struct Alive {
    _sender: Sender<()>,
}

impl Alive {
    /// To be called on the thread of the window: from now on it lives as long as that thread.
    pub fn stay(self) {
        // Elsewhere windows live on the host's main thread, which does not end with them.
        if cfg!(all(unix, not(target_os = "macos"))) {
            ALIVE.with(|alive| *alive.borrow_mut() = Some(self));
        }
    }
}

/// An open window.
pub struct OpenWindow {
    window: Option<Window>,
    ended: Receiver<()>,
}

impl OpenWindow {
    /// What the window's content keeps, and what waits for it.
    pub fn alive() -> (Alive, Receiver<()>) {
        let (sender, ended) = channel();
        (Alive { _sender: sender }, ended)
    }

    /// A window whose thread ends with the other end of `ended`.
    pub fn new(window: Window, ended: Receiver<()>) -> Self {
        Self { window: Some(window), ended }
    }

    /// The window itself.
    pub fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// Shows it and returns when it was closed.
    pub fn run_until_closed(mut self) -> Result<(), Error> {
        self.window.take().map_or(Ok(()), Window::run_until_closed)
    }
}

impl Drop for OpenWindow {
    fn drop(&mut self) {
        drop(self.window.take());
        // Nothing is ever sent: it returns when the other end is gone.
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}

/// The framework's handle, for windows that are waited for.
pub struct Handle(pub EguiEditorHandle);

impl Handle {
    fn with<T>(&self, open: &OpenWindow, act: impl FnOnce(&EguiEditorHandle, &Window) -> T) -> Option<T> {
        open.window().map(|window| act(&self.0, window))
    }
}

impl EditorHandle for Handle {
    type Window = OpenWindow;
    type Error = Error;

    fn run_until_closed(open: OpenWindow) -> Result<(), Error> {
        open.run_until_closed()
    }

    fn set_parent(&self, parent: ParentWindowHandle, open: &OpenWindow) -> Result<(), Error> {
        self.with(open, |handle, window| handle.set_parent(parent, window)).unwrap_or(Ok(()))
    }

    fn show(&self, open: &OpenWindow) -> Result<(), Error> {
        self.with(open, EguiEditorHandle::show).unwrap_or(Ok(()))
    }

    fn hide(&self, open: &OpenWindow) -> Result<(), Error> {
        self.with(open, EguiEditorHandle::hide).unwrap_or(Ok(()))
    }

    fn set_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Result<(), Error> {
        self.with(open, |handle, window| handle.set_size(size, window)).unwrap_or(Ok(()))
    }

    fn host_main_thread_callback(&self, open: &OpenWindow) {
        let _ = self.with(open, EguiEditorHandle::host_main_thread_callback);
    }

    fn adjust_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Option<NativeSize<u32>> {
        self.with(open, |handle, window| handle.adjust_size(size, window)).flatten()
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, open: &OpenWindow) -> Result<(), Error> {
        self.with(open, |handle, window| handle.set_fallback_scale_factor(scale_factor, window)).unwrap_or(Ok(()))
    }

    fn on_virtual_key_from_host(&self, key: VirtualKeyCode, is_down: bool, modifiers: Modifiers) -> bool {
        self.0.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalised: f32) {
        self.0.param_value_changed(id, normalised);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.0.param_modulation_changed(id, offset);
    }
}
