use super::*;
use crate::settings::{Detector, Law};

const EASY: &str = r#"{
  "output": {
    "blocklist": [], "plugins_order": ["multiband_compressor#0", "limiter#0"],
    "limiter#0": {"threshold": -1.0},
    "multiband_compressor#0": {
      "bypass": false, "input-gain": 1.5, "output-gain": -2.0, "dry": -100.0, "wet": 0.0,
      "compressor-mode": "Modern", "envelope-boost": "Pink BT", "stereo-split": false,
      "band0": {"compressor-enable": true, "attack-threshold": -18.0, "attack-time": 30.0, "release-time": 250.0,
        "release-threshold": -100.0, "ratio": 3.0, "knee": -4.0, "makeup": 2.0, "compression-mode": "Downward",
        "external-sidechain": false, "sidechain-mode": "RMS", "sidechain-source": "Middle", "sidechain-reactivity": 12.0,
        "sidechain-preamp": 3.0, "sidechain-lookahead": 2.5, "mute": false, "solo": false, "boost-amount": 6.0},
      "band1": {"enable-band": false, "split-frequency": 90.0, "sidechain-mode": "Uniform"},
      "band2": {"enable-band": true, "split-frequency": 2500.0, "compressor-enable": false, "attack-threshold": -30.0,
        "ratio": 200.0, "knee": -20.0, "compression-mode": "Boosting", "boost-amount": 9.0, "sidechain-mode": "Peak",
        "sidechain-custom-lowcut-filter": true, "mute": true, "colour": "red"}
    }
  }
}"#;

#[test]
fn easyeffects_compressors() {
    let imported = import(EASY.as_bytes(), "Evening").expect("a chain");
    assert_eq!(imported.len(), 1);
    let Imported { preset, notes } = &imported[0];
    let s = &preset.settings;
    assert_eq!((preset.name.as_str(), s.bands, s.crossovers_hz[0]), ("Evening", 2, 2500.0));
    assert_eq!((s.input_gain_db, s.output_gain_db, s.mix_percent, s.lookahead_ms), (1.5, -2.0, 100.0, 2.5));
    let [low, high] = [s.band[0], s.band[1]];
    // The gain before the detector moves the threshold; the knee reaches as far to both sides.
    assert_eq!((low.above.law, low.above.threshold_db, low.above.ratio, low.knee_db), (Law::Compress, -21.0, 3.0, 8.0));
    assert_eq!((low.attack_ms, low.release_ms, low.gain_db, low.rms_ms), (30.0, 250.0, 2.0, 12.0));
    assert_eq!((low.detector, low.lookahead_ms, low.below.law), (Detector::Rms, 2.5, Law::Off));
    assert_eq!((high.below.law, high.below.range_db, high.above.law), (Law::Compress, 9.0, Law::Off));
    assert_eq!((high.detector, high.bypass, high.mute), (Detector::Peak, true, true));
    for (key, words) in [
        ("envelope-boost", "Pink BT is left out"),
        ("band2 ratio", "200 is out of range here"),
        ("band2 knee", "40 is out of range here"),
        ("sidechain-custom-lowcut-filter", "left out"),
        ("colour", "unknown here"),
        ("limiter#0", "other effects"),
    ] {
        assert!(notes.iter().any(|note| note.contains(key) && note.contains(words)), "{key}: {words} in {notes:#?}");
    }
    assert_eq!(notes.len(), 6, "nothing else, and nothing of the band that is off: {notes:#?}");
    assert!(Preset::from_json(&preset.to_json()).is_ok());
}

#[test]
fn a_gate_and_a_compressor_become_two_presets() {
    let chain = r#"{"input": {"multiband_compressor#0": {"band0": {}}, "multiband_gate#1": {"dry": 0.0, "wet": 0.0,
        "band0": {"gate-enable": true, "curve-threshold": -40.0, "curve-zone": -3.0, "reduction": -18.0}}}}"#;
    let imported = import(chain.as_bytes(), "Voice").expect("a chain");
    let names: Vec<&str> = imported.iter().map(|one| one.preset.name.as_str()).collect();
    assert_eq!(names, ["Voice multiband compressor 0", "Voice multiband gate 1"]);
    let s = &imported[1].preset.settings;
    let below = s.band[0].below;
    assert_eq!((below.law, below.threshold_db, below.range_db, below.ratio), (Law::Expand, -40.0, 18.0, 100.0));
    // As loud dry as wet: half of each, 6 dB louder.
    assert_eq!((s.mix_percent, s.output_gain_db), (50.0, 6.0));
}

const LSP: &str = "# ----
#   UID:                 mb_compressor_stereo
# ----
# Input gain [dB]
g_in = 0.5
g_out = 3.00 db
mode = 1
envb = 0
zoom = 0.00 db
cbe_1 = true
sf_1 = 120.00000
cbe_2 = false
sf_2 = 900
cbe_3 = true
sf_3 = 4000
cbe_4 = false
cbe_6 = false
scm_2 = 3
al_0 = -20.00 db
cr_0 = 2.50000
kn_0 = -3.00 db
at_0 = 40.0
rt_0 = 300.0
mk_0 = 1.50 db
cm_1 = 1
al_1 = -40.00 db
bth_1 = -60 db
cr_1 = 2
ce_3 = false
sclc_3 = true
bs_3 = true
weird_9 = 4
/kvt/thing = \"text\"
";

#[test]
fn lsp_configurations() {
    let imported = import(LSP.as_bytes(), "Bus").expect("a configuration");
    let Imported { preset, notes } = &imported[0];
    let s = &preset.settings;
    assert_eq!((s.bands, &s.crossovers_hz[..2]), (3, &[120.0, 4000.0][..]));
    assert!((s.input_gain_db + 6.02).abs() < 0.01, "a linear factor of a half");
    assert_eq!(s.output_gain_db, 3.0);
    let [low, middle, high] = [s.band[0], s.band[1], s.band[2]];
    assert_eq!((low.above.threshold_db, low.above.ratio, low.knee_db, low.gain_db), (-20.0, 2.5, 6.0, 1.5));
    assert_eq!((low.attack_ms, low.release_ms), (40.0, 300.0));
    assert_eq!((middle.below.law, middle.below.threshold_db, middle.below.range_db), (Law::Compress, -40.0, 10.0));
    assert_eq!((high.bypass, high.solo), (true, true));
    assert_eq!(notes.len(), 2, "{notes:#?}");
    assert!(notes[0].starts_with("sclc_3: ") && notes[1].starts_with("weird_9: "), "{notes:#?}");
}

#[test]
fn what_cannot_be_imported_is_told() {
    for (text, words) in [
        ("", "neither"),
        ("hello", "neither"),
        ("{", "line 1, column 1: not JSON"),
        ("{}", "no multiband_compressor"),
        (r#"{"output": {"equalizer#0": {}}}"#, "no multiband_compressor"),
        (r#"{"output": {"multiband_compressor#0": {"band0": 5}}}"#, "band0: expected an object"),
        (r#"{"output": {"multiband_compressor#0": {"band0": {"ratio": "x"}}}}"#, "band0.ratio: expected a number"),
        (r#"{"output": {"multiband_compressor#0": {}}}"#, "no band is switched on"),
        (r#"{"format": "octant-preset", "version": 1}"#, "already"),
        ("# UID: sc_gott_compressor_stereo\nal_0 = 1\n", "sc_gott_compressor_stereo"),
        ("# UID: mb_compressor_ms\nal_0m = 1\n", "of its own for each channel"),
        ("# UID: mb_compressor_mono\nal_0 = loud\n", "line 2: al_0: expected a number, found loud"),
        ("# UID: mb_compressor_mono\nal_0\n", "line 2: expected port = value"),
    ] {
        let error = import(text.as_bytes(), "x").expect_err(text);
        assert!(error.contains(words), "{text}: {error}");
    }
    assert!(import(&[0xff, 0xfe], "x").is_err());
    assert!(import(&vec![b' '; MAX_PRESET_BYTES + 1], "x").is_err());
}

#[test]
fn any_numbers_give_a_valid_preset() {
    for value in ["-1e300", "1e300", "0", "-0.001", "99999"] {
        let easy = EASY.replace("-18.0", value).replace("30.0", value).replace("2500.0", value).replace("1.5", value);
        let lsp = LSP.replace("2.50000", value).replace("120.00000", value).replace("0.5", value);
        for text in [easy, lsp] {
            for one in import(text.as_bytes(), "x").expect("numbers are numbers") {
                assert!(Preset::from_json(&one.preset.to_json()).is_ok(), "{value}");
                assert!(crate::Engine::new(48_000.0, 2, &one.preset.settings).is_ok(), "{value}");
            }
        }
    }
}
