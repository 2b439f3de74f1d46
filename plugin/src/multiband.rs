//! The plugin itself: what hosts call, for one channel or two.

use crate::editor::OctantEditor;
use crate::follower::Follower;
use crate::params::OctantParams;
use crate::running::Running;
use crate::shown::Shown;
use crate::{log, remote, state};
use nice_plug::prelude::*;
use std::sync::Arc;

/// Octant with `CHANNELS` channels and a sidechain of as many.
pub struct Multiband<const CHANNELS: usize> {
    params: Arc<OctantParams>,
    follower: Follower,
    /// Between activation and deactivation.
    running: Option<Running>,
    shown: Arc<Shown>,
}

/// Octant for stereo.
pub type Octant = Multiband<2>;
/// Octant for one channel.
pub type OctantMono = Multiband<1>;

/// One layout per plugin: hosts and the framework get along best with that.
const fn layout(channels: u32, sidechain: &'static [NonZeroU32], name: &'static str) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: Some(new_nonzero_u32(channels)),
        main_output_channels: Some(new_nonzero_u32(channels)),
        aux_input_ports: sidechain,
        names: PortNames {
            layout: Some(name),
            main_input: Some("Main"),
            main_output: Some("Main"),
            aux_inputs: &["Sidechain"],
            aux_outputs: &[],
        },
        ..AudioIOLayout::const_default()
    }
}

const STEREO: AudioIOLayout = layout(2, &[new_nonzero_u32(2)], "Stereo with sidechain");
const MONO: AudioIOLayout = layout(1, &[new_nonzero_u32(1)], "Mono with sidechain");

impl<const CHANNELS: usize> Default for Multiband<CHANNELS> {
    fn default() -> Self {
        let params = OctantParams::new();
        let follower = Follower::new(params.bridge());
        let shown = Arc::new(Shown::new(Arc::clone(params.analysis())));
        Self { params, follower, running: None, shown }
    }
}

impl<const CHANNELS: usize> Plugin for Multiband<CHANNELS> {
    const NAME: &'static str = if CHANNELS == 1 { "Octant Mono" } else { "Octant" };
    const VENDOR: &'static str = "Octant Audio";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = if CHANNELS == 1 { &[MONO] } else { &[STEREO] };

    type Editor = OctantEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<OctantEditor> {
        Some(OctantEditor::new(Arc::clone(&self.params), Arc::clone(&self.shown)))
    }

    fn filter_state(state: &mut PluginState) {
        state::filter(state);
    }

    fn setup_logger() -> Option<bool> {
        log::set_up();
        // "Not done" keeps the framework from replacing the panic hook of a whole process, which may not be ours.
        Some(false)
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.follower.follow();
        match Running::new(f64::from(config.sample_rate), CHANNELS, self.follower.settings()) {
            Ok(mut running) => {
                running.set_offline(config.process_mode == ProcessMode::Offline);
                running.connect(self.params.analysis());
                context.set_latency_samples(running.latency_frames());
                let rate_hz = f64::from(config.sample_rate);
                self.shown.begin(running.meters(), rate_hz, running.latency_frames(), CHANNELS);
                self.running = Some(running);
                true
            }
            Err(reason) => {
                nice_error!("Octant cannot be activated: {reason}");
                self.deactivate();
                false
            }
        }
    }

    fn reset(&mut self) {
        if let Some(running) = &mut self.running {
            running.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(running) = &mut self.running else {
            return ProcessStatus::Error("process was called before activate");
        };
        if buffer.channels() != CHANNELS {
            return ProcessStatus::Error("the host gave another number of channels than was agreed");
        }
        if self.follower.follow() && running.take(self.follower.settings()) {
            context.request_restart();
        }
        let frames = buffer.samples();
        let rows = aux.inputs.first().map_or(&[][..], |sidechain| sidechain.as_slice_immutable());
        // The framework's copies keep an old length when the host sends no data.
        let row = |channel: usize| rows.get(channel).map_or(&[][..], |row| &row[..row.len().min(frames)]);
        let sidechain = [row(0), row(1)];
        running.process(buffer.as_slice(), &sidechain[..CHANNELS.min(rows.len())]);
        ProcessStatus::Tail(running.tail_frames())
    }

    fn deactivate(&mut self) {
        self.shown.end();
        self.params.analysis().detach();
        self.running = None;
    }
}

impl<const CHANNELS: usize> Drop for Multiband<CHANNELS> {
    /// The code of the analysis thread goes with the library, perhaps at once.
    fn drop(&mut self) {
        self.params.analysis().close();
    }
}

impl<const CHANNELS: usize> ClapPlugin for Multiband<CHANNELS> {
    const CLAP_ID: &'static str = if CHANNELS == 1 { "audio.octant.octant-mono" } else { "audio.octant.octant" };
    const CLAP_DESCRIPTION: Option<&'static str> = Some("Multiband dynamics: up to eight bands, upward and downward");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        if CHANNELS == 1 { ClapFeature::Mono } else { ClapFeature::Stereo },
        ClapFeature::Compressor,
        ClapFeature::Expander,
        ClapFeature::Gate,
        ClapFeature::Deesser,
        ClapFeature::Equalizer,
        ClapFeature::MultiEffects,
        ClapFeature::Mixing,
        ClapFeature::Mastering,
        ClapFeature::Custom("octant:multiband"),
    ];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote::pages(&self.params, context);
    }
}

impl<const CHANNELS: usize> Vst3Plugin for Multiband<CHANNELS> {
    const VST3_CLASS_ID: [u8; 16] = if CHANNELS == 1 { *b"OctantMultibandM" } else { *b"OctantMultibandS" };
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[
        Vst3SubCategory::Fx,
        Vst3SubCategory::Dynamics,
        Vst3SubCategory::Eq,
        Vst3SubCategory::Mastering,
        if CHANNELS == 1 { Vst3SubCategory::Mono } else { Vst3SubCategory::Stereo },
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_takes_its_analysis_thread_along() {
        let mut instance = Octant::default();
        let analysis = Arc::clone(instance.params.analysis());
        let listening = analysis.listen();
        let mut running = Running::new(48_000.0, 2, instance.follower.settings()).expect("valid");
        running.connect(&analysis);
        instance.running = Some(running);
        assert!(analysis.is_running());
        drop(instance);
        assert!(!analysis.is_running());
        drop(listening);
    }
}
