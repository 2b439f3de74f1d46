//! Unsafe inside: the window of an instance in a host's X window.

use super::raw::{Plugin, call};
use clap_sys::ext::gui::{CLAP_EXT_GUI, CLAP_WINDOW_API_X11, clap_plugin_gui, clap_window, clap_window_handle};

/// All of it for the main thread.
impl Plugin<'_> {
    fn gui(&self) -> &clap_plugin_gui {
        self.table(CLAP_EXT_GUI)
    }

    /// Makes the window, not seen yet; whether the plugin agreed. A second one is refused.
    pub fn make_window(&self) -> bool {
        // SAFETY: main thread.
        unsafe { call!(self.gui(), create, self.raw, CLAP_WINDOW_API_X11.as_ptr(), false) }
    }

    /// Width and height in pixels that the window has or will have.
    pub fn window_size(&self) -> [u32; 2] {
        let [mut width, mut height] = [0; 2];
        // SAFETY: main thread; both numbers live during the call.
        assert!(unsafe { call!(self.gui(), get_size, self.raw, &mut width, &mut height) });
        [width, height]
    }

    /// Puts the window into a window of the host and shows it; whether the plugin agreed to both.
    pub fn show_window_in(&self, parent: u32) -> bool {
        let handle = clap_window_handle { x11: parent.into() };
        let window = clap_window { api: CLAP_WINDOW_API_X11.as_ptr(), specific: handle };
        // SAFETY: main thread; the description lives during the call.
        unsafe { call!(self.gui(), set_parent, self.raw, &window) && call!(self.gui(), show, self.raw) }
    }

    /// Asks for another size in pixels; whether the plugin agreed.
    pub fn resize_window(&self, [width, height]: [u32; 2]) -> bool {
        // SAFETY: main thread.
        unsafe { call!(self.gui(), set_size, self.raw, width, height) }
    }

    /// Takes the window away.
    pub fn drop_window(&self) {
        // SAFETY: main thread.
        unsafe { call!(self.gui(), destroy, self.raw) }
    }
}
