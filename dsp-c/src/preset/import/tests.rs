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

/// What the program itself writes: every port with its comment, choices as numbers, ports without a value left out.
fn lsp_export() -> String {
    let mut text = String::from(
        "# This file contains configuration of the audio plugin.\n#   Package version:     0.5.0\n\
         #   UID:                 mb_compressor_stereo\n# \n\nbypass = false\n\n# Compressor mode: 0..1\n\
         #   0: Classic\n#   1: Modern\nmode = 1\ng_in = -6.91 db\ng_out = 0.00 db\ng_dry = -inf db\ng_wet = 0.00 db\n\
         react = 0.20000\nshift = 0.00 db\nzoom = 0.00 db\nenvb = 0\nbsel = 7\nflt = true\nife_l = true\nofe_l = true\n\
         ife_r = true\nofe_r = true\nssplit = true\n",
    );
    for band in 0..8 {
        if band > 0 {
            text += &format!("cbe_{band} = true\nsf_{band} = {}.00000\n", 30 << band);
        }
        text += &format!(
            "scs_{band} = 0\nscm_{band} = 1\nsla_{band} = 0.00000\nscr_{band} = 10.00000\nscp_{band} = 0.00 db\n\
             sclc_{band} = false\nschc_{band} = false\nsclf_{band} = 10.00000\nschf_{band} = 40.00000\ncm_{band} = 0\n\
             ce_{band} = true\nbs_{band} = false\nbm_{band} = false\nal_{band} = -33.62 db\nat_{band} = 20.00000\n\
             rrl_{band} = -inf db\nrt_{band} = 100.00000\ncr_{band} = 2.08531\nkn_{band} = -6.00 db\n\
             # Boost threshold {band} [G]: 0.000001000000..0.001000000047\n\nmk_{band} = 1.00 db\nhue_{band} = 0.12500\n"
        );
    }
    text + "\n# KVT parameters\n"
}

#[test]
fn a_whole_export_of_lsp_leaves_nothing_to_tell() {
    let imported = import(lsp_export().as_bytes(), "Eight").expect("a configuration");
    let Imported { preset, notes } = &imported[0];
    assert_eq!(notes, &Vec::<String>::new());
    let s = &preset.settings;
    assert_eq!((s.bands, s.crossovers_hz[6], s.input_gain_db), (8, 3840.0, -6.91));
    for band in &s.band {
        assert_eq!((band.above.threshold_db, band.gain_db, band.link_percent), (-33.62, 1.0, 0.0));
    }
}

/// The factory presets of newer versions: no head, words, a mix, a hold time, and both channels of the LeftRight kind.
#[test]
fn newer_lsp_presets_use_words() {
    let band = |suffix: &str| {
        format!(
            "ce_0{suffix} = true\ncr_0{suffix} = 2.50000\nal_0{suffix} = -20.00 db\nht_0{suffix} = 12.00000\n\
             scm_0{suffix} = Peak\ncm_0{suffix} = Up\nsla_0{suffix} = 0.00000\nrrl_0{suffix} = -inf db\nhue_0{suffix} = 0\n"
        )
    };
    let head = "mode = Modern\ndrywet = 50.00000\ng_dry = -inf db\ng_wet = 0.00 db\nbsel = Band 0\ncbe_2 = false\n";
    let off = "cbe_4 = false\ncbe_6 = false\n";
    let mono = format!("{head}{off}{}", band(""));
    let off = "cbe_2l = false\ncbe_2r = false\ncbe_4l = false\ncbe_4r = false\ncbe_6l = false\ncbe_6r = false\n";
    let alike = format!("{head}{off}{}{}scs_0l = Middle\nscs_0r = Middle\n", band("l"), band("r"));
    let apart = alike.replace("scs_0l = Middle", "scs_0l = Left").replace("scs_0r = Middle", "scs_0r = Right");
    for (text, link) in [(&mono, 100.0), (&alike, 100.0), (&apart, 0.0)] {
        let imported = import(text.as_bytes(), "Glue").unwrap_or_else(|e| panic!("{e}: {text}"));
        let Imported { preset, notes } = &imported[0];
        assert_eq!(notes, &Vec::<String>::new(), "{text}");
        let (s, band) = (&preset.settings, &preset.settings.band[0]);
        assert_eq!((s.bands, s.mix_percent, s.output_gain_db), (1, 50.0, 0.0));
        assert_eq!((band.below.law, band.below.ratio, band.hold_ms), (Law::Compress, 2.5, 12.0));
        assert_eq!((band.detector, band.link_percent), (Detector::Peak, link));
    }
    let unlike = alike.replace("al_0r = -20.00 db", "al_0r = -30.00 db");
    let error = import(unlike.as_bytes(), "x").expect_err("two thresholds");
    assert!(error.contains("al_0l is -20, al_0r is -30"), "{error}");
}

/// Later versions of EasyEffects write levels to other plugins, and where a detector listens.
#[test]
fn newer_easyeffects_chains() {
    let chain = r#"{"output": {"multiband_compressor#0": {"input-to-link": 0.0, "input-to-sidechain": 0.0,
        "link-to-input": 0.0, "link-to-sidechain": 0.0, "sidechain-to-input": 0.0, "sidechain-to-link": 0.0,
        "stereo-split": true, "dry": -80.01, "band0": {"sidechain-type": "Internal", "release-threshold": -80.01,
        "ratio": 1.7, "stereo-split-source": "Left/Right"}}, "plugins_order": ["multiband_compressor#0"]}}"#;
    let imported = import(chain.as_bytes(), "x").expect("a chain");
    let Imported { preset, notes } = &imported[0];
    assert_eq!(notes, &Vec::<String>::new());
    assert_eq!((preset.settings.band[0].link_percent, preset.settings.mix_percent), (0.0, 100.0));
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
        ("# UID: mb_compressor_ms\nal_0m = 1\n", "of their own for middle and side"),
        ("# UID: mb_compressor_mono\nal_0 = 1\nscm_0 = Loud\n", "line 3: scm_0: expected a number, found Loud"),
        (r#"{"input": {"multiband_compressor": {"state": "false", "subband": {"ratio": "2"}}}}"#, "of PulseEffects"),
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
        let swap = |text: &str, sign: &str, numbers: &[&str]| {
            numbers.iter().fold(text.to_owned(), |text, number| {
                let (old, new) = (format!("{sign} {number}"), format!("{sign} {value}"));
                assert!(text.contains(&old), "{old}");
                text.replace(&old, &new)
            })
        };
        let easy = swap(EASY, ":", &["-18.0", "30.0", "2500.0", "1.5", "-4.0", "2.5", "9.0"]);
        let lsp = swap(LSP, "=", &["2.50000", "120.00000", "0.5", "-20.00", "40.0"]);
        for text in [easy, lsp] {
            for one in import(text.as_bytes(), "x").expect("numbers are numbers") {
                assert!(Preset::from_json(&one.preset.to_json()).is_ok(), "{value}");
                assert!(crate::Engine::new(48_000.0, 2, &one.preset.settings).is_ok(), "{value}");
            }
        }
    }
}
