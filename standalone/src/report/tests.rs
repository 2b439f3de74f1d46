use super::Report;
use octant_dsp::Settings;
use serde_json::Value;

fn settings(bands: usize) -> Settings {
    Settings { bands, ..Settings::default() }
}

fn sine(hz: f64, rate_hz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (std::f64::consts::TAU * hz * n as f64 / rate_hz).sin() as f32).collect()
}

fn json(report: Report) -> Value {
    serde_json::from_str(&report.finish().to_json()).expect("the report is JSON")
}

fn near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() < 0.02, "{value} is not {expected}");
}

#[test]
fn levels_of_a_sine() {
    let mut report = Report::new(48_000.0, 1, &settings(1), None);
    let tone = sine(1000.0, 48_000.0, 48_000);
    let half: Vec<f32> = tone.iter().map(|x| x / 2.0).collect();
    report.add(&[&tone], &[&half], &vec![-6.0; tone.len()]);
    let json = json(report);
    near(&json["input"]["peak_dbfs"], 0.0);
    near(&json["input"]["rms_dbfs"], -3.01);
    near(&json["input"]["crest_db"], 3.01);
    near(&json["output"]["peak_dbfs"], -6.02);
    near(&json["seconds"], 1.0);
}

#[test]
fn spectrum_keeps_the_power_of_a_sine_at_every_rate() {
    for rate_hz in [8000.0, 44_100.0, 192_000.0] {
        let mut report = Report::new(rate_hz, 1, &settings(1), None);
        let tone = sine(1000.0, rate_hz, rate_hz as usize);
        report.add(&[&tone], &[&tone], &[]);
        let level = report.finish().before.sixth_octave_db(1000.0);
        assert!((level + 3.01).abs() < 0.05, "{level} dB at {rate_hz} Hz");
    }
}

#[test]
fn gain_figures_however_blocks_and_points_fall() {
    let frames = 100_000;
    // Band 1 falls steadily from 0 to −10 dB, band 2 lifts by 4 dB in its second half; both channels alike.
    let trace: Vec<f32> = (0..frames)
        .flat_map(|n| {
            let down = -10.0 * n as f32 / frames as f32;
            let up = if n >= frames / 2 { 4.0 } else { 0.0 };
            [down, down, up, up]
        })
        .collect();
    for (known, block) in [(None, 1), (None, 777), (Some(frames as u64), 4096), (Some(10), 100_000)] {
        let mut report = Report::new(48_000.0, 2, &settings(2), known);
        for part in trace.chunks(4 * block) {
            let silence = vec![0.0; part.len() / 4];
            report.add(&[&silence, &silence], &[&silence, &silence], part);
        }
        let summary = report.finish();
        assert!(summary.bands.iter().all(|(_, gain)| (900..=2001).contains(&gain.course.len())));
        let json: Value = serde_json::from_str(&summary.to_json()).expect("the report is JSON");
        let (first, second) = (&json["bands"][0], &json["bands"][1]);
        near(&first["dynamic_gain_db"]["mean"], -5.0);
        near(&first["gain_reduction_db"]["max"], 10.0);
        near(&first["gain_lift_db"]["max"], 0.0);
        near(&first["active_percent"], 99.0);
        near(&second["dynamic_gain_db"]["mean"], 2.0);
        near(&second["gain_lift_db"]["max"], 4.0);
        near(&second["gain_reduction_db"]["mean"], 0.0);
        near(&second["active_percent"], 50.0);
    }
}

#[test]
fn an_untouched_channel_does_not_dilute_the_mean() {
    let mut only_left = settings(1);
    only_left.band[0].target = octant_dsp::settings::Target::First;
    let mut report = Report::new(48_000.0, 2, &only_left, None);
    report.add(&[&[0.0], &[0.0]], &[&[0.0], &[0.0]], &[-8.0, 0.0]);
    near(&json(report)["bands"][0]["dynamic_gain_db"]["mean"], -8.0);
}

#[test]
fn edges_are_those_that_the_engine_uses() {
    let mut wild = settings(4);
    wild.crossovers_hz[..3].copy_from_slice(&[5000.0, 100.0, f64::NAN]);
    let json = json(Report::new(8000.0, 1, &wild, None));
    let edge = |band: usize| json["bands"][band]["high_hz"].as_f64().unwrap_or(f64::NAN);
    near(&json["bands"][0]["low_hz"], 0.0);
    near(&json["bands"][3]["high_hz"], 4000.0);
    near(&json["bands"][2]["high_hz"], 3600.0);
    assert!(edge(0) < edge(1) && edge(1) < edge(2));
}

#[test]
fn every_shape_of_audio_is_shown() {
    for bands in [1, 2, 8] {
        for channels in [1, 2] {
            for (rate_hz, frames) in [(8000.0, 0), (48_000.0, 1), (44_100.0, 10), (768_000.0, 20_000)] {
                for loudness in [0.0, 0.5, f32::NAN] {
                    let mut report =
                        Report::new(rate_hz, channels, &settings(bands), None).with_title("a <b> & \u{1} c");
                    let row = vec![loudness; frames];
                    let rows = vec![row.as_slice(); channels];
                    report.add(&rows, &rows, &vec![-1.5; frames * bands * channels]);
                    let summary = report.finish();
                    let (svg, text, json) = (summary.to_svg(), summary.to_text(), summary.to_json());
                    for page in [&svg, &text, &json] {
                        assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
                    }
                    assert!(svg.contains("a &lt;b&gt; &amp;  c") && svg.ends_with("</svg>\n"));
                    assert!(text.lines().count() >= bands + 4);
                    assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON")["frames"], frames);
                }
            }
        }
    }
}
