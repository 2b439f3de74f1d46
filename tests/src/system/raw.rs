//! Unsafe inside: a CLAP host that holds every structure itself, so that it can do what careful hosts never do, and
//! can process while another thread loads states.

use super::raw_block::{Block, Event, Sent, Status, input_events, output_events};
use clap_sys::entry::clap_plugin_entry;
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports};
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency, clap_plugin_latency};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_STEPPED, CLAP_PARAM_RESCAN_VALUES, clap_host_params,
    clap_param_info, clap_plugin_params,
};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Calls a function of a table; CLAP has optional ones everywhere.
macro_rules! call {
    ($table:expr, $function:ident $(, $argument:expr)*) => {
        ($table.$function.expect(stringify!($function)))($($argument),*)
    };
}
pub(super) use call;

/// What a plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Number under which hosts know it, name, vendor, version, description.
    pub texts: [String; 5],
    /// Categories and marks.
    pub features: Vec<String>,
}

impl Descriptor {
    /// SAFETY: `raw` points to a valid descriptor.
    unsafe fn read(raw: *const clap_plugin_descriptor) -> Self {
        // SAFETY: by the caller; features end with null.
        unsafe {
            let raw = &*raw;
            let texts = [raw.id, raw.name, raw.vendor, raw.version, raw.description].map(|text| string(text));
            let features = (0..).map(|index| *raw.features.add(index)).take_while(|feature| !feature.is_null());
            Self { texts, features: features.map(|feature| string(feature)).collect() }
        }
    }
}

/// SAFETY: `text` is null or ends with a zero byte.
unsafe fn string(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: by the caller.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// A loaded CLAP.
pub struct Library {
    entry: *const clap_plugin_entry,
    /// Goes after everything that came from it.
    _file: Option<libloading::Library>,
}

impl Library {
    /// The plugin that is linked into this program.
    pub fn linked() -> Self {
        Self::begin(&raw const plugin::clap_entry, None, c"/linked/Octant.clap")
    }

    /// A built file, every symbol resolved at once.
    pub fn open(file: &Path) -> Result<Self, String> {
        let path = CString::new(file.to_string_lossy().as_bytes()).map_err(|error| error.to_string())?;
        // SAFETY: tests load nothing but what this workspace built; `clap_entry` has the type that CLAP gives it.
        unsafe {
            #[cfg(unix)]
            let file: libloading::Library = {
                use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
                Library::open(Some(file), RTLD_LOCAL | RTLD_NOW).map_err(|error| error.to_string())?.into()
            };
            #[cfg(not(unix))]
            let file = libloading::Library::new(file).map_err(|error| error.to_string())?;
            let entry: *const clap_plugin_entry =
                *file.get::<*const clap_plugin_entry>(b"clap_entry\0").map_err(|error| error.to_string())?;
            Ok(Self::begin(entry, Some(file), &path))
        }
    }

    /// The bundle that `OCTANT_CLAP` names, else the linked plugin.
    pub fn shipped() -> Self {
        match std::env::var_os("OCTANT_CLAP") {
            Some(file) => Self::open(Path::new(&file)).expect("OCTANT_CLAP names a bundle that loads"),
            None => Self::linked(),
        }
    }

    fn begin(entry: *const clap_plugin_entry, file: Option<libloading::Library>, path: &CStr) -> Self {
        // SAFETY: the entry is valid as long as the library, which this value keeps.
        assert!(unsafe { call!((*entry), init, path.as_ptr()) });
        Self { entry, _file: file }
    }

    fn factory(&self) -> *const clap_plugin_factory {
        // SAFETY: the entry was initialised.
        unsafe { call!((*self.entry), get_factory, CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast() }
    }

    /// Whether its framework says nothing about careless hosts: unoptimised, it writes lines to the log, also from the
    /// audio thread.
    pub fn silent(&self) -> bool {
        self._file.is_some() || !cfg!(debug_assertions)
    }

    /// Whether there is a factory of this name.
    pub fn has_factory(&self, name: &CStr) -> bool {
        // SAFETY: the entry was initialised.
        !unsafe { call!((*self.entry), get_factory, name.as_ptr()) }.is_null()
    }

    /// The plugins inside.
    pub fn descriptors(&self) -> Vec<Descriptor> {
        let factory = self.factory();
        // SAFETY: the factory belongs to the initialised entry.
        unsafe {
            let count = call!((*factory), get_plugin_count, factory);
            (0..count).map(|index| Descriptor::read(call!((*factory), get_plugin_descriptor, factory, index))).collect()
        }
    }

    /// An initialised instance, made on this thread, which is its main thread from now on. A host without
    /// `thread_check` cannot tell the plugin which thread is which.
    pub fn plugin(&self, id: &str, thread_check: bool) -> Option<Plugin<'_>> {
        self.plugin_without(id, if thread_check { &[] } else { &[CLAP_EXT_THREAD_CHECK] })
    }

    /// The same in a host that lacks these extensions.
    pub fn plugin_without(&self, id: &str, lacks: &'static [&'static CStr]) -> Option<Plugin<'_>> {
        let id = CString::new(id).expect("no zero bytes");
        let host = Box::new(Host::new(lacks));
        let factory = self.factory();
        // SAFETY: the host lives in a box that the instance keeps until after it is destroyed.
        unsafe {
            let table = Box::new(host.table());
            let raw = call!((*factory), create_plugin, factory, &raw const *table, id.as_ptr());
            if raw.is_null() {
                return None;
            }
            assert!(call!((*raw), init, raw));
            Some(Plugin { raw, table, host, _library: self })
        }
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: instances borrow the library, so none is left.
        unsafe { call!((*self.entry), deinit) }
    }
}

/// What the plugin asked its host for.
#[derive(Debug)]
pub struct Host {
    lacks: &'static [&'static CStr],
    main_thread: AtomicUsize,
    /// Restarts.
    pub restarts: AtomicU32,
    /// Whether a call on the main thread is wanted.
    pub callback: AtomicBool,
    /// Times that all values were to be read again.
    pub rescans: AtomicU32,
    /// Announcements of another latency.
    pub latency_changes: AtomicU32,
    /// Width and height that the window wanted last, in the upper and the lower half.
    pub wanted_size: AtomicU64,
    /// Whether windows keep their size, whatever is wanted.
    pub stubborn: AtomicBool,
    /// Times that the window said it was gone.
    pub closed_windows: AtomicU32,
}

/// A number for each thread. Real-time safe.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| here as *const u8 as usize)
}

impl Host {
    fn new(lacks: &'static [&'static CStr]) -> Self {
        Self {
            lacks,
            main_thread: AtomicUsize::new(this_thread()),
            restarts: AtomicU32::new(0),
            callback: AtomicBool::new(false),
            rescans: AtomicU32::new(0),
            latency_changes: AtomicU32::new(0),
            wanted_size: AtomicU64::new(0),
            stubborn: AtomicBool::new(false),
            closed_windows: AtomicU32::new(0),
        }
    }

    /// SAFETY of the functions inside: `host_data` is the box of the instance.
    fn table(&self) -> clap_host {
        unsafe fn host<'a>(host: *const clap_host) -> &'a Host {
            // SAFETY: see above.
            unsafe { &*((*host).host_data as *const Host) }
        }
        unsafe extern "C" fn restart(of: *const clap_host) {
            // SAFETY: see above.
            unsafe { host(of) }.restarts.fetch_add(1, Relaxed);
        }
        unsafe extern "C" fn process(_: *const clap_host) {}
        unsafe extern "C" fn callback(of: *const clap_host) {
            // SAFETY: see above.
            unsafe { host(of) }.callback.store(true, Relaxed);
        }
        unsafe extern "C" fn rescan(of: *const clap_host, flags: u32) {
            // SAFETY: see above.
            unsafe { host(of) }.rescans.fetch_add(u32::from(flags & CLAP_PARAM_RESCAN_VALUES != 0), Relaxed);
        }
        unsafe extern "C" fn clear(_: *const clap_host, _: u32, _: u32) {}
        unsafe extern "C" fn flush(_: *const clap_host) {}
        unsafe extern "C" fn latency(of: *const clap_host) {
            // SAFETY: see above.
            unsafe { host(of) }.latency_changes.fetch_add(1, Relaxed);
        }
        unsafe extern "C" fn hints(_: *const clap_host) {}
        unsafe extern "C" fn resize(of: *const clap_host, width: u32, height: u32) -> bool {
            // SAFETY: see above.
            let host = unsafe { host(of) };
            host.wanted_size.store(u64::from(width) << 32 | u64::from(height), Relaxed);
            !host.stubborn.load(Relaxed)
        }
        unsafe extern "C" fn refuse(_: *const clap_host) -> bool {
            false
        }
        unsafe extern "C" fn closed(of: *const clap_host, _: bool) {
            // SAFETY: see above.
            unsafe { host(of) }.closed_windows.fetch_add(1, Relaxed);
        }
        unsafe extern "C" fn is_main(of: *const clap_host) -> bool {
            // SAFETY: see above.
            unsafe { host(of) }.main_thread.load(Relaxed) == this_thread()
        }
        unsafe extern "C" fn is_audio(of: *const clap_host) -> bool {
            // SAFETY: see above.
            unsafe { !is_main(of) }
        }
        unsafe extern "C" fn extension(of: *const clap_host, id: *const c_char) -> *const c_void {
            static PARAMS: clap_host_params =
                clap_host_params { rescan: Some(rescan), clear: Some(clear), request_flush: Some(flush) };
            static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency) };
            static CHECK: clap_host_thread_check =
                clap_host_thread_check { is_main_thread: Some(is_main), is_audio_thread: Some(is_audio) };
            static GUI: clap_host_gui = clap_host_gui {
                resize_hints_changed: Some(hints),
                request_resize: Some(resize),
                request_show: Some(refuse),
                request_hide: Some(refuse),
                closed: Some(closed),
            };
            // SAFETY: the plugin passes a text that ends with zero; for the host see above.
            let (id, host) = unsafe { (CStr::from_ptr(id), host(of)) };
            if host.lacks.contains(&id) {
                null()
            } else if id == CLAP_EXT_PARAMS {
                (&raw const PARAMS).cast()
            } else if id == CLAP_EXT_LATENCY {
                (&raw const LATENCY).cast()
            } else if id == CLAP_EXT_GUI {
                (&raw const GUI).cast()
            } else if id == CLAP_EXT_THREAD_CHECK {
                (&raw const CHECK).cast()
            } else {
                null()
            }
        }
        clap_host {
            clap_version: CLAP_VERSION,
            host_data: (self as *const Self).cast_mut().cast(),
            name: c"octant-tests".as_ptr(),
            vendor: c"Octant Audio".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(extension),
            request_restart: Some(restart),
            request_process: Some(process),
            request_callback: Some(callback),
        }
    }
}

/// A parameter as its plugin describes it.
#[derive(Clone, Debug)]
pub struct Param {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: String,
    /// What the plugin wants back with events.
    pub cookie: usize,
    /// Whether it has steps.
    pub stepped: bool,
    /// Whether it may be automated.
    pub automatable: bool,
    /// Smallest, largest and fresh value.
    pub range: [f64; 3],
}

/// One instance. Functions of the audio thread are called on one thread at a time, the others on the thread that made
/// the instance; who breaks that breaks CLAP.
pub struct Plugin<'a> {
    pub(super) raw: *const clap_plugin,
    #[expect(dead_code, reason = "the plugin points to it")]
    table: Box<clap_host>,
    /// What the plugin asked for.
    pub host: Box<Host>,
    _library: &'a Library,
}

// SAFETY: CLAP lets the audio thread and the main thread call the same instance at the same time.
unsafe impl Send for Plugin<'_> {}
// SAFETY: the same.
unsafe impl Sync for Plugin<'_> {}

impl Plugin<'_> {
    /// SAFETY: `T` is the type that CLAP gives the extension.
    unsafe fn extension<T>(&self, id: &CStr) -> Option<&T> {
        // SAFETY: the instance lives; extensions live as long.
        unsafe { call!((*self.raw), get_extension, self.raw, id.as_ptr()).cast::<T>().as_ref() }
    }

    /// Whether the plugin offers an extension of this name.
    pub fn offers(&self, id: &CStr) -> bool {
        // SAFETY: nothing is read from it.
        unsafe { self.extension::<u8>(id) }.is_some()
    }

    /// What the instance says about itself.
    pub fn descriptor(&self) -> Descriptor {
        // SAFETY: the instance lives.
        unsafe { Descriptor::read((*self.raw).desc) }
    }

    /// Activates and starts; whether the plugin agreed.
    pub fn start(&self, sample_rate_hz: f64, max_frames: u32) -> bool {
        // SAFETY: the instance is not active; no other thread uses it now.
        unsafe {
            call!((*self.raw), activate, self.raw, sample_rate_hz, 1, max_frames)
                && call!((*self.raw), start_processing, self.raw)
        }
    }

    /// Stops and deactivates what was started.
    pub fn stop(&self) {
        // SAFETY: the instance is active; no other thread uses it now.
        unsafe {
            call!((*self.raw), stop_processing, self.raw);
            call!((*self.raw), deactivate, self.raw);
        }
    }

    /// Says that what is processed from the next activation on is rendered off line, or played.
    pub fn render(&self, offline: bool) -> bool {
        let mode = if offline { CLAP_RENDER_OFFLINE } else { CLAP_RENDER_REALTIME };
        // SAFETY: the extension has this type by CLAP; main thread.
        unsafe {
            let render = self.extension::<clap_plugin_render>(CLAP_EXT_RENDER).expect("offered");
            call!(render, set, self.raw, mode)
        }
    }

    /// Forgets all sound. Audio thread.
    pub fn reset(&self) {
        // SAFETY: the instance is active.
        unsafe { call!((*self.raw), reset, self.raw) }
    }

    /// Processes a block. Audio thread; the host's part does not allocate.
    pub fn process(&self, block: &mut Block) -> Status {
        // SAFETY: the instance is started; all memory of the block is valid for its frames and channels.
        block.hand_over(|process| unsafe { call!((*self.raw), process, self.raw, process) })
    }

    /// Gives the plugin the call on the main thread that it asked for, if it did.
    pub fn poll(&self) {
        if self.host.callback.swap(false, Relaxed) {
            // SAFETY: main thread.
            unsafe { call!((*self.raw), on_main_thread, self.raw) }
        }
    }

    pub(super) fn table<T>(&self, id: &CStr) -> &T {
        // SAFETY: each caller names the extension and its type beside each other.
        unsafe { self.extension(id) }.expect("an extension that every Octant has")
    }

    /// Every parameter, in the plugin's order.
    pub fn params(&self) -> Vec<Param> {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        // SAFETY: main thread; the description is read only after the plugin has said that it wrote it.
        unsafe {
            let describe = |index| {
                let mut info = MaybeUninit::<clap_param_info>::zeroed();
                assert!(call!(params, get_info, self.raw, index, info.as_mut_ptr()));
                let info = info.assume_init();
                Param {
                    id: info.id,
                    name: string(info.name.as_ptr()),
                    cookie: info.cookie as usize,
                    stepped: info.flags & CLAP_PARAM_IS_STEPPED != 0,
                    automatable: info.flags & CLAP_PARAM_IS_AUTOMATABLE != 0,
                    range: [info.min_value, info.max_value, info.default_value],
                }
            };
            (0..call!(params, count, self.raw)).map(describe).collect()
        }
    }

    /// Whether there is a description at this place; one that should not exist shall not be given.
    pub fn describes(&self, index: u32) -> bool {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        let mut info = MaybeUninit::<clap_param_info>::zeroed();
        // SAFETY: main thread.
        unsafe { call!(params, get_info, self.raw, index, info.as_mut_ptr()) }
    }

    /// A value.
    pub fn value(&self, id: u32) -> Option<f64> {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        let mut value = 0.0;
        // SAFETY: main thread.
        unsafe { call!(params, get_value, self.raw, id, &mut value) }.then_some(value)
    }

    /// Every value, in the plugin's order.
    pub fn values(&self) -> Vec<f64> {
        self.params().iter().map(|param| self.value(param.id).expect("a value")).collect()
    }

    /// The text of a value.
    pub fn text(&self, id: u32, value: f64) -> Option<String> {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        let mut text = [0; 256];
        // SAFETY: main thread; the plugin ends the text with zero within the length.
        unsafe {
            let given = call!(params, value_to_text, self.raw, id, value, text.as_mut_ptr(), text.len() as u32);
            given.then(|| string(text.as_ptr()))
        }
    }

    /// The value of a text.
    pub fn parse(&self, id: u32, text: &str) -> Option<f64> {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        let text = CString::new(text).expect("no zero bytes");
        let mut value = 0.0;
        // SAFETY: main thread.
        unsafe { call!(params, text_to_value, self.raw, id, text.as_ptr(), &mut value) }.then_some(value)
    }

    /// Sets parameters while nothing is processed.
    pub fn flush(&self, events: &[Event]) -> Sent {
        let params: &clap_plugin_params = self.table(CLAP_EXT_PARAMS);
        let mut sent = Sent::default();
        let (list, out) = (input_events(&events), output_events(&mut sent));
        // SAFETY: nothing is being processed.
        unsafe { call!(params, flush, self.raw, &list, &out) };
        sent
    }

    /// The state, written in pieces of at most so many bytes.
    pub fn save(&self, piece: usize) -> Option<Vec<u8>> {
        unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, count: u64) -> i64 {
            // SAFETY: `ctx` is the pair of `save`; the plugin passes `count` readable bytes.
            unsafe {
                let (kept, piece) = &mut *((*stream).ctx as *mut (Vec<u8>, usize));
                let count = (count as usize).min(*piece);
                kept.extend_from_slice(std::slice::from_raw_parts(bytes.cast::<u8>(), count));
                count as i64
            }
        }
        let state: &clap_plugin_state = self.table(CLAP_EXT_STATE);
        let mut kept = (Vec::new(), piece);
        let stream = clap_ostream { ctx: (&raw mut kept).cast(), write: Some(write) };
        // SAFETY: main thread.
        unsafe { call!(state, save, self.raw, &stream) }.then_some(kept.0)
    }

    /// Loads a state, read in pieces of at most so many bytes; whether the plugin took it.
    pub fn load(&self, bytes: &[u8], piece: usize) -> bool {
        unsafe extern "C" fn read(stream: *const clap_istream, into: *mut c_void, count: u64) -> i64 {
            // SAFETY: `ctx` is the pair of `load`; the plugin passes `count` writable bytes.
            unsafe {
                let (rest, piece) = &mut *((*stream).ctx as *mut (&[u8], usize));
                let count = (count as usize).min(*piece).min(rest.len());
                into.cast::<u8>().copy_from_nonoverlapping(rest.as_ptr(), count);
                *rest = &rest[count..];
                count as i64
            }
        }
        let state: &clap_plugin_state = self.table(CLAP_EXT_STATE);
        let mut source = (bytes, piece);
        let stream = clap_istream { ctx: (&raw mut source).cast(), read: Some(read) };
        // SAFETY: main thread.
        unsafe { call!(state, load, self.raw, &stream) }
    }

    /// Latency in frames.
    pub fn latency(&self) -> u32 {
        let latency: &clap_plugin_latency = self.table(CLAP_EXT_LATENCY);
        // SAFETY: main thread.
        unsafe { call!(latency, get, self.raw) }
    }

    /// Tail in frames.
    pub fn tail(&self) -> u32 {
        let tail: &clap_plugin_tail = self.table(CLAP_EXT_TAIL);
        // SAFETY: any thread.
        unsafe { call!(tail, get, self.raw) }
    }

    /// Number of the port, channels, flags and number of the port that shares memory, for each input or output port.
    pub fn ports(&self, input: bool) -> Vec<[u32; 4]> {
        let ports: &clap_plugin_audio_ports = self.table(CLAP_EXT_AUDIO_PORTS);
        // SAFETY: main thread; the description is read only after the plugin has said that it wrote it.
        unsafe {
            let describe = |index| {
                let mut info = MaybeUninit::<clap_audio_port_info>::zeroed();
                assert!(call!(ports, get, self.raw, index, input, info.as_mut_ptr()));
                let info = info.assume_init();
                [info.id, info.channel_count, info.flags, info.in_place_pair]
            };
            (0..call!(ports, count, self.raw, input)).map(describe).collect()
        }
    }
}

impl Drop for Plugin<'_> {
    fn drop(&mut self) {
        // SAFETY: whoever started it has stopped it, or the plugin stops by itself; the host's box goes afterwards.
        unsafe { call!((*self.raw), destroy, self.raw) };
        self.raw = null_mut::<clap_plugin>().cast_const();
    }
}
