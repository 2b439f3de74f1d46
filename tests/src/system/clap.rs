//! A CLAP host of few lines, for the plugin linked into the test or for a built file.

use clack_extensions::latency::{HostLatency, HostLatencyImpl, PluginLatency};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamInfoBuffer, ParamInfoFlags,
    ParamRescanFlags, PluginParams,
};
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::event_types::ParamValueEvent;
use clack_host::events::io::EventBuffer;
use clack_host::prelude::*;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What the plugin asked its host for.
#[derive(Debug, Default)]
pub struct Requests {
    /// Restarts.
    pub restarts: AtomicU32,
    /// Announcements of another latency.
    pub latency_changes: AtomicU32,
}

/// The shared part of the host.
pub struct Shared(Arc<Requests>);

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.0.restarts.fetch_add(1, Relaxed);
    }
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {}
}

/// The main-thread part of the host.
pub struct MainThread(Arc<Requests>);

impl MainThreadHandler<'_> for MainThread {}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {
        self.0.latency_changes.fetch_add(1, Relaxed);
    }
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _flags: ParamRescanFlags) {}
    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

/// The host.
pub struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<'_, Self>, _shared: &Self::Shared<'_>) {
        builder.register::<HostLatency>().register::<HostParams>();
    }
}

/// What a host knows about a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Number by which hosts know it.
    pub id: u32,
    /// Group.
    pub module: String,
    /// Whether it may be automated.
    pub automatable: bool,
    /// Whether it is the host's bypass.
    pub bypass: bool,
    /// Whether it has steps.
    pub stepped: bool,
    /// Smallest, largest and fresh value, as CLAP counts.
    pub range: [f64; 3],
}

/// The entry of the plugin that is linked into this program.
pub fn linked() -> PluginEntry {
    // SAFETY: the entry is that of the framework's macro, a static that lives as long as the program.
    let entry = unsafe { PluginEntry::load_from_raw(&plugin::clap_entry, c"/linked/Octant.clap") };
    entry.expect("the linked entry")
}

/// The entry of a built file.
pub fn built(file: &Path) -> Result<PluginEntry, String> {
    // SAFETY: tests load nothing but what this workspace built.
    let entry = unsafe { PluginEntry::load(file) };
    entry.map_err(|error| error.to_string())
}

/// One plugin instance with its host.
pub struct Instance {
    plugin: PluginInstance<Host>,
    processor: Option<StartedPluginAudioProcessor<Host>>,
    /// What the plugin asked for.
    pub requests: Arc<Requests>,
}

impl Instance {
    /// Makes an instance; `audio.octant.octant` or `audio.octant.octant-mono`.
    pub fn new(entry: &PluginEntry, id: &str) -> Self {
        let info = HostInfo::new("octant-tests", "Octant Audio", "", "1").expect("no zero bytes");
        let requests = Arc::<Requests>::default();
        let (shared, main) = (Arc::clone(&requests), Arc::clone(&requests));
        let id = CString::new(id).expect("no zero bytes");
        let plugin = PluginInstance::new(|_| Shared(shared), |_| MainThread(main), entry, &id, &info);
        Self { plugin: plugin.expect("instance"), processor: None, requests }
    }

    /// From the next activation on, off line or in real time.
    pub fn render(&mut self, offline: bool) {
        let render: PluginRender = self.plugin.plugin_shared_handle().get_extension().expect("render");
        let mode = if offline { RenderMode::Offline } else { RenderMode::Realtime };
        render.set(&self.plugin.plugin_handle(), mode).expect("set");
    }

    /// Activates and starts.
    pub fn start(&mut self, sample_rate_hz: f64, max_frames: u32) {
        assert!(self.try_start(sample_rate_hz, max_frames), "activation at {sample_rate_hz} Hz");
    }

    /// The same; whether the plugin agreed.
    pub fn try_start(&mut self, sample_rate_hz: f64, max_frames: u32) -> bool {
        let configuration =
            PluginAudioConfiguration { sample_rate: sample_rate_hz, min_frames_count: 1, max_frames_count: max_frames };
        let Ok(stopped) = self.plugin.activate(|_, _| (), configuration) else {
            return false;
        };
        self.processor = Some(stopped.start_processing().expect("start"));
        true
    }

    /// Stops and deactivates.
    pub fn stop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.plugin.deactivate(processor.stop_processing());
        }
    }

    /// Processes one block, main and sidechain, with events at its start.
    pub fn process(&mut self, main: &mut [&mut [f32]], sidechain: &[&[f32]], events: &[(u32, f64)]) {
        let mut output: Vec<Vec<f32>> = main.iter().map(|row| vec![f32::NAN; row.len()]).collect();
        let events = value_events(events);
        let (events, mut sent) = (InputEvents::from_buffer(&events), EventBuffer::new());
        let mut sent = OutputEvents::from_buffer(&mut sent);
        let mut input_ports = AudioPorts::with_capacity(4, 2);
        let mut output_ports = AudioPorts::with_capacity(2, 1);
        let mut given: [Vec<Vec<f32>>; 2] =
            [main.iter().map(|row| row.to_vec()).collect(), sidechain.iter().map(|row| row.to_vec()).collect()];
        let input = input_ports.with_input_buffers(given.each_mut().map(|rows| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(rows.iter_mut().map(InputChannel::variable)),
        }));
        let mut outputs = output_ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(output.iter_mut().map(|row| row.as_mut_slice())),
        }]);
        let processor = self.processor.as_mut().expect("started");
        processor.process(&input, &mut outputs, &events, &mut sent, None, None).expect("processed");
        for (row, output) in main.iter_mut().zip(&output) {
            row.copy_from_slice(output);
        }
    }

    /// Forgets all sound.
    pub fn reset(&mut self) {
        self.processor.as_mut().expect("started").reset();
    }

    /// Sets parameters while nothing is processed.
    pub fn flush(&mut self, events: &[(u32, f64)]) {
        let events = value_events(events);
        let params = self.params();
        let mut sent = EventBuffer::new();
        let mut plugin = self.plugin.inactive_plugin_handle().expect("inactive");
        params.flush(&mut plugin, &InputEvents::from_buffer(&events), &mut OutputEvents::from_buffer(&mut sent));
    }

    /// Turns knobs while nothing is processed: names of parameters and places, 0 … 1.
    pub fn turn<'a>(&mut self, places: impl IntoIterator<Item = (&'a str, f64)>) {
        let infos = self.infos();
        let event = |(name, place): (&str, f64)| {
            let info = infos.get(name).unwrap_or_else(|| panic!("no {name}"));
            (info.id, if info.stepped { place * (info.range[1] - info.range[0]) } else { place })
        };
        self.flush(&places.into_iter().map(event).collect::<Vec<_>>());
    }

    /// Every parameter, by name.
    pub fn infos(&mut self) -> BTreeMap<String, Info> {
        let params = self.params();
        let plugin = self.plugin.plugin_handle();
        let mut infos = BTreeMap::new();
        for index in 0..params.count(&plugin) {
            let mut found = ParamInfoBuffer::new();
            let info = params.get_info(&plugin, index, &mut found).expect("info");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let known = Info {
                id: info.id.get(),
                module: text(info.module),
                automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                bypass: info.flags.contains(ParamInfoFlags::IS_BYPASS),
                stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                range: [info.min_value, info.max_value, info.default_value],
            };
            let name = text(info.name);
            assert!(infos.insert(name.clone(), known).is_none(), "{name} twice");
        }
        infos
    }

    /// A parameter's value, as CLAP counts.
    pub fn value(&mut self, id: u32) -> f64 {
        let params = self.params();
        params.get_value(&self.plugin.plugin_handle(), clap_id(id)).expect("value")
    }

    /// The text of a value.
    pub fn text(&mut self, id: u32, value: f64) -> String {
        let params = self.params();
        let mut text = [0; 256];
        let text = params.value_to_text(&self.plugin.plugin_handle(), clap_id(id), value, &mut text).expect("text");
        String::from_utf8_lossy(text).into_owned()
    }

    /// The value of a text.
    pub fn parse(&mut self, id: u32, text: &str) -> Option<f64> {
        let params = self.params();
        let text = CString::new(text).expect("no zero bytes");
        params.text_to_value(&self.plugin.plugin_handle(), clap_id(id), &text)
    }

    /// The state as the host keeps it.
    pub fn save(&mut self) -> Vec<u8> {
        let state: PluginState = self.plugin.plugin_shared_handle().get_extension().expect("state");
        let mut bytes = Vec::new();
        state.save(&self.plugin.plugin_handle(), &mut bytes).expect("saved");
        bytes
    }

    /// Loads a state; whether the plugin took it.
    pub fn load(&mut self, bytes: &[u8]) -> bool {
        let state: PluginState = self.plugin.plugin_shared_handle().get_extension().expect("state");
        let mut reader = bytes;
        state.load(&self.plugin.plugin_handle(), &mut reader).is_ok()
    }

    /// Latency in frames.
    pub fn latency(&mut self) -> u32 {
        let latency: PluginLatency = self.plugin.plugin_shared_handle().get_extension().expect("latency");
        latency.get(&self.plugin.plugin_handle())
    }

    /// Tail in frames; `None` if it never ends.
    pub fn tail(&mut self) -> Option<u32> {
        let tail: PluginTail = self.plugin.plugin_shared_handle().get_extension().expect("tail");
        match tail.get(&self.processor.as_mut().expect("started").plugin_handle()) {
            TailLength::Finite(frames) => Some(frames),
            TailLength::Infinite => None,
        }
    }

    /// Name and parameter numbers of every page for control surfaces.
    pub fn pages(&mut self) -> Vec<(String, Vec<u32>)> {
        let controls: PluginRemoteControls = self.plugin.plugin_shared_handle().get_extension().expect("pages");
        let plugin = self.plugin.plugin_handle();
        let page = |index| {
            let mut found = RemoteControlsPageBuffer::new();
            let page = controls.get(&plugin, index, &mut found).expect("page");
            let ids = page.param_ids.iter().flatten().map(|id| id.get()).collect();
            (String::from_utf8_lossy(page.page_name).into_owned(), ids)
        };
        (0..controls.count(&plugin)).map(page).collect()
    }

    fn params(&self) -> PluginParams {
        self.plugin.plugin_shared_handle().get_extension().expect("params")
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop();
    }
}

fn clap_id(id: u32) -> ClapId {
    ClapId::new(id)
}

fn value_events(events: &[(u32, f64)]) -> Vec<ParamValueEvent> {
    let event = |&(id, value): &(u32, f64)| ParamValueEvent::new(0, clap_id(id), Pckn::match_all(), value);
    events.iter().map(event).collect()
}
