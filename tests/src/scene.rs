//! The demo's groove through real settings: what the editor shows of it at a moment, the same on every machine.

use crate::stage::Stage;
use octant_dsp::meter::Reading;
use octant_dsp::preset::find_factory;
use octant_dsp::{Engine, Preset, Settings};
use plugin::analysis::{Peak, Picture, Spectrum};
use plugin::editor::foreign::{Arrived, Line};
use plugin::editor::live::{Live, PER_S};
use plugin::editor::look::Theme;
use plugin::editor::owner::Owner as _;
use plugin::editor::shelf::{Entry, Shelf};
use plugin::editor::view::{Selection, Sheet};
use std::f32::consts::TAU;
use std::sync::Arc;

/// Frames of one spectrum.
const WINDOW: usize = 8192;

/// A window with a factory preset, in the middle of the groove, with one band selected.
pub fn scene(preset: &str, size: [f32; 2], scale: f32, theme: Theme, band: usize) -> Stage {
    let preset = find_factory(preset).expect("a factory preset").preset().expect("valid");
    let mut stage = Stage::new(size, scale, theme);
    stage.owner.settings = preset.settings;
    stage.live = groove(&preset.settings, 7.3);
    stage.screen.view.selection = Selection::only(band);
    stage.owner.kept().slots[0].name = preset.name;
    stage
}

/// What is seen after so many seconds of the groove.
pub fn groove(settings: &Settings, seconds: f32) -> Live {
    let mut reader = hound::WavReader::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/demo/groove.wav"))
        .expect("the demo's groove");
    let rate_hz = f64::from(reader.spec().sample_rate);
    let full = (1u64 << (reader.spec().bits_per_sample - 1)) as f32;
    let samples: Vec<f32> = match reader.spec().sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|sample| sample.expect("whole")).collect(),
        hound::SampleFormat::Int => {
            reader.samples::<i32>().map(|sample| sample.expect("whole") as f32 / full).collect()
        }
    };
    let channels = usize::from(reader.spec().channels);
    let row = |channel: usize| -> Vec<f32> { samples.iter().skip(channel).step_by(channels).copied().collect() };
    let before = [row(0), row(channels - 1)];
    let frames = ((seconds * rate_hz as f32) as usize).min(before[0].len());
    let mut after = before.clone().map(|row| row[..frames].to_vec());
    let mut engine = Engine::new(rate_hz, 2, settings).expect("settings of a preset");
    let mut live = Live { sample_rate_hz: rate_hz, channels: 2, ..Live::default() };
    live.latency_frames = engine.latency_samples() as u32;
    let step = (rate_hz / f64::from(PER_S)) as usize;
    let meters = engine.meters();
    for start in (0..frames).step_by(step) {
        let end = (start + step).min(frames);
        let [left, right] = &mut after;
        // The groove is its own key, for bands that listen to the sidechain.
        let key = [&before[0][start..end], &before[1][start..end]];
        engine.process(&mut [&mut left[start..end], &mut right[start..end]], &key);
        let mut readings: [Option<Reading>; 8] = [None; 8];
        for (reading, meter) in readings.iter_mut().zip(meters.iter()) {
            *reading = meter.take();
        }
        live.take(readings, &Arc::default());
    }
    let picture = Picture {
        serial: 1,
        sample_rate_hz: rate_hz,
        before: spectrum(&before.clone().map(|row| row[..frames].to_vec())),
        after: spectrum(&after),
        ..Picture::default()
    };
    let mut picture = picture;
    picture.peaks.before = before.iter().map(|row| peak(&row[..frames], step)).collect();
    picture.peaks.after = after.iter().map(|row| peak(row, step)).collect();
    picture.health.share = 0.011;
    live.picture = Arc::new(picture);
    live
}

/// Power of the last windows of both channels.
fn spectrum(rows: &[Vec<f32>; 2]) -> Spectrum {
    let plan = octant_fft::real(WINDOW);
    let mut power = vec![0.0_f32; WINDOW / 2 + 1];
    let (hop, windows) = (WINDOW / 4, 8);
    for row in rows {
        for window in 0..windows {
            let Some(start) = row.len().checked_sub(WINDOW + window * hop) else { continue };
            let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos();
            let mut input: Vec<f32> = (0..WINDOW).map(|n| row[start + n] * hann(n)).collect();
            let mut output = plan.make_output_vec();
            plan.process(&mut input, &mut output).expect("lengths of the plan");
            for (sum, line) in power.iter_mut().zip(&output) {
                *sum += line.norm_sqr();
            }
        }
    }
    // A sine of amplitude 1 has a line of a quarter of the window.
    let scale = (0.25 * WINDOW as f32).powi(2) * (2 * windows) as f32;
    Spectrum { db: power.into_iter().map(|power| 10.0 * (power / scale).max(1e-20).log10()).collect() }
}

fn peak(row: &[f32], last: usize) -> Peak {
    let db = |row: &[f32]| 20.0 * row.iter().fold(1e-10_f32, |peak, sample| peak.max(sample.abs())).log10();
    Peak { sample_db: db(&row[row.len() - last..]), true_db: db(row) + 0.1, highest_db: db(row), clips: 0 }
}

/// The preset browser of somebody who has presets and favourites.
pub fn browser(size: [f32; 2], scale: f32) -> Stage {
    let mut stage = scene("drum-bus", size, scale, Theme::Dark, 0);
    stage.screen.view.sheet = Sheet::Presets;
    let shelf = &mut stage.screen.shelf;
    *shelf = Shelf::at("/home/you/.local/share/octant/presets".into(), "/nowhere/editor.json".into());
    for (name, comment) in [("Evening", "Late and soft."), ("Snare, tight", "For the dry room.")] {
        let preset = Preset { name: name.into(), comment: comment.into(), ..Preset::default() };
        let (comment, path) = (comment.into(), Some(format!("{name}.json").into()));
        shelf.entries.push(Entry { name: name.into(), tags: Vec::new(), comment, path, preset: Ok(preset) });
    }
    shelf.taste.favourites = ["Mastering Glue", "Snare, tight"].map(String::from).into();
    stage
}

/// The sheet on which presets of other programs come in, after one did.
pub fn import(size: [f32; 2]) -> Stage {
    let mut stage = scene("drum-bus", size, 1.0, Theme::Dark, 0);
    stage.screen.view.sheet = Sheet::Import;
    let text = r#"{"output": {"limiter#0": {}, "multiband_compressor#0": {"envelope-boost": "Pink BT", "band0":
        {"attack-threshold": -18.0, "ratio": 3.0, "sidechain-custom-lowcut-filter": true},
        "band1": {"enable-band": true, "split-frequency": 250.0, "ratio": 200.0}}}}"#;
    let imported = octant_dsp::preset::import::import(text.as_bytes(), "Evening").expect("a chain of effects");
    let arrived = imported.into_iter().map(|one| Arrived {
        name: one.preset.name,
        bands: one.preset.settings.bands,
        notes: one.notes,
    });
    let importing = &mut stage.screen.view.importing;
    importing.places = vec!["/home/you/.config/easyeffects/output".into(), "/home/you".into()];
    importing.folder = importing.places[0].clone();
    importing.text = importing.folder.display().to_string();
    importing.lines = ["Evening.json", "Morning.json"].map(|name| Line::File(name.into())).into();
    importing.outcome = Some(("Evening.json".into(), Ok(arrived.collect())));
    stage
}

/// A sound card that runs, and others to choose from.
#[cfg(feature = "window")]
pub fn sound_card() -> octant::live::window::panel::Panel {
    use octant::live::open::Choice;
    use octant::live::status::Link;
    use octant::live::window::catalogue::{Catalogue, Listed};
    use octant::live::window::facts::Facts;
    use octant::live::window::panel::Panel;

    let device = |id: &str, name: &str, input: bool, output: bool| Listed {
        id: format!("alsa:hw:CARD={id}"),
        name: name.into(),
        input,
        output,
    };
    let devices = vec![
        device("USB", "Scarlett 2i2", true, true),
        device("PCH", "Built-in Audio", true, true),
        device("HDMI", "HDMI", false, true),
    ];
    Panel {
        facts: Facts {
            link: Link::Running,
            host: "alsa".into(),
            input: "Scarlett 2i2".into(),
            output: "Scarlett 2i2".into(),
            rate_hz: 48_000,
            buffers: [128, 128],
            latency_tenths: 63,
            load_percent: 4,
            load_peak_percent: 7,
            ..Facts::default()
        },
        choice: Choice {
            input: Some("alsa:hw:CARD=USB".into()),
            output: Some("alsa:hw:CARD=USB".into()),
            buffer: Some(128),
            ..Choice::default()
        },
        catalogue: Catalogue {
            hosts: vec!["alsa".into(), "jack".into()],
            host: "alsa".into(),
            devices,
            ..Catalogue::default()
        },
        ..Panel::default()
    }
}
