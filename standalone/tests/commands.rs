//! The commands beside `render`, and the help.

mod common;

use common::Scratch;

fn text(run: &common::Finished) -> String {
    run.is_silent_success();
    String::from_utf8(run.out.clone()).unwrap()
}

#[test]
fn presets_can_be_listed_shown_and_checked() {
    let list = text(&octant!("presets", "list"));
    assert!(list.lines().count() > 12 && list.contains("mastering-glue"));
    let rows: serde_json::Value = serde_json::from_str(&text(&octant!("presets", "list", "--json"))).unwrap();
    let scratch = Scratch::new("presets");
    for row in rows.as_array().unwrap() {
        let slug = row["slug"].as_str().unwrap();
        let json = text(&octant!("presets", "show", slug));
        let file = scratch.file(&format!("{slug}.json"), json.as_bytes());
        assert!(text(&octant!("presets", "check", file)).contains("valid"), "{slug}");
        assert_eq!(text(&octant!("presets", "show", file)), json, "{slug}");
    }
    octant!("presets", "show", "nonesuch-xyz").is_one_sentence(4, &["nonesuch-xyz", "presets list"]);
}

#[test]
fn check_tells_errors_and_warnings() {
    let scratch = Scratch::new("check");
    let good = scratch.file("good.json", br#"{"format": "octant-preset", "version": 1}"#);
    let unordered = scratch.file(
        "unordered.json",
        br#"{"format": "octant-preset", "version": 1, "crossovers_hz": [1000, 200], "colour": 1}"#,
    );
    let mixed = scratch.file(
        "mixed.json",
        br#"{"format": "octant-preset", "version": 1, "mode": "transparent", "bands": [{}, {"channels": "mid_side"}]}"#,
    );
    let bad = scratch.file("bad.json", br#"{"format": "octant-preset", "version": 1, "mix_percent": 101}"#);
    let run = octant!("presets", "check", good, unordered);
    let lines = text(&run);
    assert!(
        lines.contains("good.json: valid")
            && lines.contains("unordered.json: warning: crossovers_hz")
            && lines.contains("colour"),
        "{lines}"
    );
    let lines = text(&octant!("presets", "check", mixed));
    assert!(lines.contains("warning: bands[1].channels: stereo is used instead of mid_side"), "{lines}");
    let run = octant!("presets", "check", bad, good);
    run.is_one_sentence(4, &["bad.json", "mix_percent: 101 is outside 0 … 100"]);
    assert!(String::from_utf8_lossy(&run.out).contains("good.json: valid"), "the others are checked all the same");
}

#[test]
fn presets_of_other_programs_are_imported() {
    let scratch = Scratch::new("import");
    let chain = br#"{"output": {"limiter#0": {}, "multiband_compressor#0": {"band0": {"ratio": 3.0, "knee": -4.0},
        "band3": {"enable-band": true, "split-frequency": 700.0, "stereo-split-source": "Right/Left"}}}}"#;
    let easy = scratch.file("evening.ee", chain);
    let lsp = scratch.file("bus.cfg", b"# UID: mb_compressor_mono\nal_0 = -20.0 db\ncr_0 = 2\nodd = 1\n");
    let bad = scratch.file("bad.cfg", b"nothing of the kind");
    let run = octant!("presets", "import", easy, bad, lsp, "-o", scratch.path("."));
    run.is_one_sentence(4, &["bad.cfg", "EasyEffects"]);
    let told = String::from_utf8_lossy(&run.out).into_owned();
    for words in ["evening.json: 2 bands", "limiter#0", "band3.stereo-split-source", "bus.json: ", "odd: unknown"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert_eq!(scratch.names(), ["bad.cfg", "bus.cfg", "bus.json", "evening.ee", "evening.json"]);
    for name in ["bus.json", "evening.json"] {
        assert!(text(&octant!("presets", "check", scratch.path(name))).contains("valid"), "{name}");
    }
    octant!("presets", "import", lsp, "-o", scratch.path(".")).is_one_sentence(5, &["bus.json", "already exists"]);
    octant!("presets", "import", scratch.path("evening.json"), "-o", scratch.path("."))
        .is_one_sentence(4, &["evening.json", "already"]);
}

#[test]
fn parameters_completions_and_help_teach() {
    let table = text(&octant!("params"));
    for words in ["b#_above_thr", "xover7", "-80", "lookahead"] {
        assert!(table.contains(words), "{words}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&octant!("completions", shell)).contains("gain-trace"), "{shell}");
    }
    let help = text(&octant!("--help"));
    for words in ["Exit codes", "130", "Examples", "presets list"] {
        assert!(help.contains(words), "{words}");
    }
    assert!(text(&octant!("render", "--help")).contains("RF64"));
    assert!(text(&octant!("--version")).starts_with("octant "));
    assert_eq!(octant!().code, 2);
    assert_eq!(octant!("rendr").code, 2);
}

#[test]
fn reports_are_written_and_printed() {
    let scratch = Scratch::new("reports");
    let input = scratch.file("in.wav", &common::wav_f32(48_000, &common::music(30_000, 2)));
    let run = octant!(
        "render",
        input,
        "-o",
        scratch.path("out.wav"),
        "--report",
        scratch.path("r.json"),
        "--report",
        scratch.path("r.svg"),
        "--report",
        scratch.path("r.txt"),
        "--report",
        "-",
    );
    let printed = text(&run);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(scratch.path("r.json")).unwrap()).unwrap();
    assert!(json.is_object());
    assert!(std::fs::read_to_string(scratch.path("r.svg")).unwrap().contains("<svg"));
    assert_eq!(std::fs::read_to_string(scratch.path("r.txt")).unwrap(), printed);
    assert!(!printed.is_empty());
}
