//! The commands beside `render`, and the help.

mod common;

use common::Scratch;

fn text(run: &common::Finished) -> String {
    run.is_silent_success();
    String::from_utf8(run.out.clone()).unwrap()
}

/// What `presets show` prints; beside it it says how late the preset is.
fn shown(run: &common::Finished) -> String {
    assert_eq!((run.code, run.err.lines().count()), (0, 1), "{}", run.err);
    assert!(run.err.starts_with("at 48 kHz: ") && run.err.contains("latency"), "{}", run.err);
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
        let json = shown(&octant!("presets", "show", slug));
        let file = scratch.file(&format!("{slug}.json"), json.as_bytes());
        assert!(text(&octant!("presets", "check", file)).contains("valid"), "{slug}");
        assert_eq!(shown(&octant!("presets", "show", file)), json, "{slug}");
    }
    octant!("presets", "show", "nonesuch-xyz").is_one_sentence(4, &["nonesuch-xyz", "presets list"]);
    // A directory of that name is no preset.
    std::fs::create_dir(scratch.path("drum-bus")).unwrap();
    let mut show = std::process::Command::new(common::OCTANT);
    show.args(["presets", "show", "drum-bus"]).current_dir(scratch.path("."));
    assert!(show.output().unwrap().status.success());
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
fn the_price_of_the_linear_mode_is_told_everywhere() {
    const PRICE: &str = "46.7 ms latency (2240 frames), crossovers exact from 82 Hz up";
    let scratch = Scratch::new("price");
    let linear = br#"{"format": "octant-preset", "version": 1, "mode": "linear", "linear_taps": 4096}"#;
    let linear = scratch.file("linear.json", linear);
    assert_eq!(octant!("presets", "show", &linear).err, format!("at 48 kHz: {PRICE}\n"));
    let checked = text(&octant!("presets", "check", &linear));
    assert!(checked.contains(&format!("linear.json: valid, 4 bands, at 48 kHz: {PRICE}")), "{checked}");
}

#[test]
fn what_the_linear_mode_cannot_have_is_refused() {
    let scratch = Scratch::new("limits");
    let limits = [
        (r#""linear_taps": 4097"#, "linear_taps: expected one of 1024, 2048, 4096, 8192, 16384, 32768, found 4097"),
        (r#""linear_taps": 65536"#, "32768, found 65536"),
        (r#""linear_taps": 0"#, "32768, found 0"),
        (r#""lookahead_ms": 20.5"#, "lookahead_ms: 20.5 is outside 0 … 20"),
        (r#""lookahead_ms": -1"#, "lookahead_ms: -1 is outside 0 … 20"),
        (r#""bands": [{"lookahead_ms": 21}]"#, "bands[0].lookahead_ms: 21 is outside 0 … 20"),
    ];
    for (key, words) in limits {
        let text = format!(r#"{{"format": "octant-preset", "version": 1, "mode": "linear", {key}}}"#);
        let file = scratch.file("limit.json", text.as_bytes());
        octant!("presets", "check", file).is_one_sentence(4, &["limit.json", words]);
    }
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
    // Two files of one name: the second one does not take the place of the first.
    std::fs::create_dir(scratch.path("other")).unwrap();
    let other = scratch.file("other/bus.cfg", b"# UID: mb_compressor_mono\nal_0 = -30.0 db\n");
    let run = octant!("presets", "import", lsp, other, "-o", scratch.path("new/"), "--overwrite");
    run.is_one_sentence(5, &["new/bus.json", "was just made of another file", "other/bus.cfg"]);
    let made = std::fs::read_to_string(scratch.path("new/bus.json")).unwrap();
    assert!(made.contains("\"threshold_db\": -20"), "of the first one: {made}");
    octant!("presets", "import", lsp, "-o", other).is_one_sentence(5, &["other/bus.cfg is no directory"]);
    // A file whose own name the preset would have.
    let same = scratch.file("new/night.json", chain);
    let run = octant!("presets", "import", same, "-o", scratch.path("new"));
    assert!(String::from_utf8_lossy(&run.out).contains("night.octant.json: 2 bands"), "{}", run.err);
    assert_eq!(std::fs::read(same).unwrap(), chain, "it is as it was");
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
        "--set",
        "mode=linear",
        "--set",
        "taps=4096",
    );
    let printed = text(&run);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(scratch.path("r.json")).unwrap()).unwrap();
    let price = serde_json::json!({"samples": 2240, "ms": 46.667, "lowest_exact_crossover_hz": 82.031});
    assert_eq!(json["latency"], price);
    assert!(printed.contains("46.7 ms latency (2240 frames), crossovers exact from 82 Hz up; taken off"), "{printed}");
    assert!(std::fs::read_to_string(scratch.path("r.svg")).unwrap().contains("<svg"));
    assert_eq!(std::fs::read_to_string(scratch.path("r.txt")).unwrap(), printed);
    assert!(!printed.is_empty());
}
