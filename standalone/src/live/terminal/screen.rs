//! The screen as lines of text. It fits terminals of every size: what matters least goes first, and nothing is cut in two
//! that could be left out.

use crate::live::status::{Link, Snapshot};
use crate::live::terminal::calm::{Calm, Meter};
use crate::report::colours;

/// Red, green, blue; None for the terminal's own.
pub type Colour = Option<(u8, u8, u8)>;

const CLEAR: Colour = Some((232, 237, 245));
const QUIET: Colour = Some((138, 150, 170));
const TRACK: Colour = Some((62, 72, 90));
const GOOD: Colour = Some((72, 199, 155));
const WARM: Colour = Some((236, 196, 84));
const HOT: Colour = Some((240, 101, 82));

/// Range of the level bars, dB.
const LEVELS_DB: (f32, f32) = (-72.0, 0.0);
/// Range of the gain bars to either side, dB.
const GAIN_DB: f32 = 18.0;
/// Wider screens stay empty at the right: eyes want to see the ends of a line at once.
const WIDEST: usize = 110;
/// Cells of a figure with its space before it.
const FIGURE: usize = 7;

/// A line of parts in colours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Words and their colours, from left to right.
    pub parts: Vec<(String, Colour)>,
    /// The higher, the sooner it is left out where there is no room.
    rank: u8,
}

impl Line {
    fn ranked(rank: u8) -> Self {
        Self { parts: Vec::new(), rank }
    }

    fn and(mut self, words: impl Into<String>, colour: Colour) -> Self {
        self.parts.push((words.into(), colour));
        self
    }

    fn all(mut self, parts: Vec<(String, Colour)>) -> Self {
        self.parts.extend(parts);
        self
    }

    fn width(&self) -> usize {
        self.parts.iter().map(|(words, _)| words.chars().count()).sum()
    }

    /// Puts these at the right edge.
    fn right(self, words: &str, colour: Colour, width: usize) -> Self {
        let gap = width.saturating_sub(self.width() + words.chars().count());
        if gap == 0 { self } else { self.and(" ".repeat(gap), None).and(words, colour) }
    }

    /// As many of these as fit, with a gap between them.
    fn fitting(mut self, items: Vec<(String, Colour)>, gap: &str, width: usize) -> Self {
        for (index, (words, colour)) in items.into_iter().enumerate() {
            let space = if index == 0 { "" } else { gap };
            if self.width() + space.len() + words.chars().count() > width {
                break;
            }
            self = self.and(space, None).and(words, colour);
        }
        self
    }

    /// No wider than this; an ellipsis tells that there was more.
    fn cut(mut self, width: usize) -> Self {
        let mut left = width;
        let too_wide = self.width() > width;
        for (words, _) in &mut self.parts {
            let count = words.chars().count();
            if too_wide && count >= left && left > 0 {
                *words = words.chars().take(left - 1).chain(['…']).collect();
                left = 0;
            } else if count > left {
                words.clear();
            } else {
                left -= count;
            }
        }
        self
    }
}

/// Where things stand from left to right.
struct Columns {
    width: usize,
    /// Before the level bars.
    label: usize,
    /// With the frequencies of the bands.
    ranges: bool,
    level: usize,
    /// 0 where there is no room for them.
    gain: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        let width = width.min(WIDEST);
        let ranges = width >= 64;
        let label = if ranges { 16 } else { 7 };
        let room = width.saturating_sub(label + 2 * FIGURE + 2);
        // Odd, for the line in its middle.
        let gain = if width < 48 { 0 } else { (2 * room / 5) | 1 };
        Self { width, label, ranges, level: room.saturating_sub(gain).max(4), gain }
    }
}

/// The whole screen. `messages` are told newest last, each with the time since the start.
pub fn lines(
    picture: &Snapshot,
    calm: &Calm,
    messages: &[String],
    prompt: Option<&str>,
    [width, height]: [usize; 2],
) -> Vec<Line> {
    let columns = Columns::of(width);
    let mut lines = vec![heading(picture, columns.width), state(picture), numbers(picture, columns.width)];
    lines.extend([Line::ranked(5), scale(&columns)]);
    for (name, meters, rank) in [("in", &calm.input, 2), ("out", &calm.output, 1)] {
        for (channel, meter) in meters.iter().enumerate() {
            let side = if meters.len() == 1 { ' ' } else { ['L', 'R'][channel.min(1)] };
            let name = if channel == 0 { name } else { "" };
            lines.push(peak(rank + channel as u8, &format!(" {name:<3} {side}"), meter, &columns));
        }
    }
    lines.push(Line::ranked(5));
    for band in 0..picture.bands.len() {
        lines.push(band_line(picture, calm, band, &columns));
    }
    lines.push(Line::ranked(5));
    let newest = messages.len().saturating_sub(1);
    for (index, message) in messages.iter().enumerate() {
        for (row, words) in wrapped(message, columns.width.saturating_sub(1)).into_iter().enumerate() {
            let rank = if index < newest {
                6
            } else if row < 2 {
                1
            } else {
                4
            };
            lines.push(Line::ranked(rank).and(format!(" {words}"), None));
        }
    }
    let foot = foot(picture, prompt, columns.width);
    let room = height.saturating_sub(foot.len());
    while lines.len() > room {
        // Of equals the first: the oldest message, the upper blank line.
        let Some(least) = (0..lines.len()).rev().max_by_key(|&index| lines[index].rank) else { break };
        lines.remove(least);
    }
    lines.resize(room, Line::default());
    lines.extend(foot);
    lines.into_iter().take(height).map(|line| line.cut(width)).collect()
}

fn heading(picture: &Snapshot, width: usize) -> Line {
    let controls = &picture.controls;
    let mut line = Line::ranked(0).and(" octant  ", QUIET);
    for letter in ['A', 'B'] {
        line = line.and(format!("{letter} "), if controls.slot == letter { CLEAR } else { TRACK });
    }
    if !['A', 'B'].contains(&controls.slot) {
        line = line.and(format!("{} ", controls.slot), CLEAR);
    }
    line = line.and(format!(" {}", controls.preset), CLEAR);
    for (on, word) in [(controls.bypass, "BYPASSED"), (controls.muted, "INPUT MUTED")] {
        if on {
            line = line.and(format!("   {word}"), WARM);
        }
    }
    let seconds = picture.at.as_secs();
    let time = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    line.right(&format!("  {time}"), QUIET, width)
}

/// What stands between the devices, and which they are or why there are none.
fn state(picture: &Snapshot) -> Line {
    let wiring = &picture.wiring;
    let line = Line::ranked(1);
    let into = match &wiring.sidechain {
        Some(sidechain) => format!("{} + {sidechain}", wiring.input),
        None => wiring.input.clone(),
    };
    let names = if into == wiring.output { into } else { format!("{into} → {}", wiring.output) };
    match &wiring.link {
        Link::Opening => line.and(" ○ opening  ", QUIET).and(names, QUIET),
        Link::Running => line.and(" ● ", GOOD).and(names, None).and(format!("  {}", wiring.host), QUIET),
        Link::Waiting(sentence) => line.and(format!(" ○ waiting: {sentence}"), HOT),
    }
}

fn numbers(picture: &Snapshot, width: usize) -> Line {
    let wiring = &picture.wiring;
    if wiring.link != Link::Running {
        return Line::ranked(3);
    }
    let counted = |count: u64, word: &str| {
        (format!("{count} {word}{}", if count == 1 { "" } else { "s" }), if count > 0 { HOT } else { QUIET })
    };
    let mut items = vec![
        (format!("{:.1} ms", picture.latency_ms), None),
        (format!("load {:.0} % (most {:.0})", picture.load * 100.0, picture.load_peak * 100.0), None),
        counted(picture.xruns, "xrun"),
        counted(picture.clips, "clip"),
        (format!("{} Hz", wiring.rate_hz), QUIET),
    ];
    match picture.drift_ppm {
        Some(ppm) if picture.settled => items.push((format!("drift {ppm:+.1} ppm"), QUIET)),
        Some(ppm) => items.push((format!("drift {ppm:+.0} ppm, measuring"), QUIET)),
        None => items.push(("one clock".to_owned(), QUIET)),
    }
    if wiring.reconnects > 0 {
        items.push((format!("back {}×", wiring.reconnects), QUIET));
    }
    Line::ranked(2).and(" ", None).fitting(items, "   ", width)
}

/// What the bars mean.
fn scale(columns: &Columns) -> Line {
    let mut row = vec![' '; columns.width];
    let mut put = |words: String, end: usize| {
        let begin = end.saturating_sub(words.chars().count());
        row.iter_mut().skip(begin).zip(words.chars()).for_each(|(cell, c)| *cell = c);
    };
    let step = if columns.level < 24 { 24 } else { 12 };
    for db in (0..72).step_by(step).map(|below| -below) {
        put(format!("{db}"), columns.label + (part(db as f32) * columns.level as f32).round() as usize);
    }
    put("dB".to_owned(), columns.label + columns.level + FIGURE);
    if columns.gain > 0 {
        let middle = columns.width - FIGURE - columns.gain + columns.gain / 2 + 1;
        put("0".to_owned(), middle);
        if columns.gain >= 15 {
            let quarter = columns.gain / 2 * 12 / 18;
            put("-12".to_owned(), middle - quarter + 1);
            put("+12".to_owned(), middle + quarter + 1);
        }
        put("gain dB".to_owned(), columns.width);
    }
    Line::ranked(4).and(row.into_iter().collect::<String>().trim_end(), QUIET)
}

fn peak(rank: u8, name: &str, meter: &Meter, columns: &Columns) -> Line {
    let held = meter.figure_db;
    let zone = |db: f32| if db > -0.1 { HOT } else { WARM };
    let colour = |at: f32| if at <= part(-12.0) { GOOD } else { zone(LEVELS_DB.0 + at * (LEVELS_DB.1 - LEVELS_DB.0)) };
    let figure = if held > -0.1 { HOT } else { None };
    Line::ranked(rank)
        .and(format!("{name:<w$}", w = columns.label), QUIET)
        .all(bar(columns.level, part(meter.bar_db), Some(part(held)), colour))
        .and(format!("{:>FIGURE$}", shown(held)), figure)
}

fn band_line(picture: &Snapshot, calm: &Calm, band: usize, columns: &Columns) -> Line {
    let controls = &picture.controls;
    let colour = Some(colours::rgb(band, picture.bands.len()));
    let (level, gain) = (calm.levels[band], calm.gains[band]);
    let mark = match (controls.solo[band], controls.mute[band]) {
        (true, _) => "S",
        (false, true) => "M",
        _ => " ",
    };
    let mut label = format!("{:<w$}", "", w = columns.label - 5);
    if columns.ranges {
        label = format!("{:<w$}", range(&controls.crossovers_hz, band, picture.bands.len()), w = columns.label - 5);
    }
    let line = Line::ranked(0)
        .and(format!(" {} ", band + 1), colour)
        .and(format!("{mark} "), WARM)
        .and(label, QUIET)
        .all(bar(columns.level, part(level.bar_db), None, |_| colour))
        .and(format!("{:>FIGURE$}", shown(level.figure_db)), None);
    let line =
        if columns.gain == 0 { line } else { line.and("  ", None).all(gain_bar(columns.gain, gain.bar_db, colour)) };
    line.and(format!("{:>+FIGURE$.1}", clean(gain.figure_db)), None)
}

/// The frequencies of a band in Hz: `<120`, `120–1k`, `>6k`.
fn range(crossovers_hz: &[f64], band: usize, bands: usize) -> String {
    let short = |hz: f64| {
        if hz < 999.5 { format!("{hz:.0}") } else { format!("{}k", (hz / 100.0).round() / 10.0) }
    };
    match (band, band + 1 == bands) {
        (0, true) => "all".to_owned(),
        (0, false) => format!("<{}", short(crossovers_hz[0])),
        (_, true) => format!(">{}", short(crossovers_hz[band - 1])),
        _ => format!("{}–{}", short(crossovers_hz[band - 1]), short(crossovers_hz[band])),
    }
}

/// The keys, or what is being asked.
fn foot(picture: &Snapshot, prompt: Option<&str>, width: usize) -> Vec<Line> {
    let words = match (prompt, &picture.controls.learning) {
        (Some(typed), _) => format!("MIDI: which parameter? {typed}▏  (such as b1_above_thr; Enter, Esc)"),
        (None, Some(id)) => format!("MIDI: move a controller to tie it to {id}  (l, Enter stops)"),
        (None, None) => {
            let bands = picture.bands.len().max(1);
            let solo = if bands == 1 { "1 solo".to_owned() } else { format!("1-{bands} solo") };
            let keys = ["q quit", "b bypass", "m mute", "a A/B", "n/p preset", &solo, "c clear", "l MIDI learn"];
            let keys = keys.into_iter().map(|key| (key.to_owned(), QUIET)).collect();
            return vec![Line::ranked(0).and(" ", None).fitting(keys, "  ", width)];
        }
    };
    vec![Line::ranked(0).and(format!(" {words}"), CLEAR)]
}

/// Where a level lies in the bar, 0 … 1.
fn part(db: f32) -> f32 {
    ((db - LEVELS_DB.0) / (LEVELS_DB.1 - LEVELS_DB.0)).clamp(0.0, 1.0)
}

/// A bar with half cells on its track, and a mark where the peak is held. `colour` is that of a place, 0 … 1.
fn bar(cells: usize, part: f32, held: Option<f32>, colour: impl Fn(f32) -> Colour) -> Vec<(String, Colour)> {
    let halves = (part * 2.0 * cells as f32).round() as usize;
    let mark = held.filter(|held| *held > 0.0).map(|held| ((held * cells as f32).ceil() as usize).clamp(1, cells) - 1);
    let mut parts = Vec::new();
    for cell in 0..cells {
        let at = colour((cell as f32 + 0.5) / cells as f32);
        match halves.saturating_sub(2 * cell) {
            _ if mark == Some(cell) => push(&mut parts, '┃', at),
            0 => push(&mut parts, '─', TRACK),
            1 => push(&mut parts, '╾', at),
            _ => push(&mut parts, '━', at),
        }
    }
    parts
}

/// Reduction to the left of the middle, lift to the right.
fn gain_bar(cells: usize, gain_db: f32, colour: Colour) -> Vec<(String, Colour)> {
    let half = cells / 2;
    let filled = ((gain_db.abs() / GAIN_DB).min(1.0) * half as f32).round() as usize;
    let mut parts = Vec::new();
    for cell in 0..cells {
        let (side, distance) = (cell < half, cell.abs_diff(half));
        match distance {
            0 => push(&mut parts, '│', QUIET),
            _ if distance <= filled && side == (gain_db < 0.0) => push(&mut parts, '━', colour),
            _ => push(&mut parts, '─', TRACK),
        }
    }
    parts
}

/// One more cell: of the last part, if that has its colour.
fn push(parts: &mut Vec<(String, Colour)>, cell: char, colour: Colour) {
    match parts.last_mut() {
        Some((words, last)) if *last == colour => words.push(cell),
        _ => parts.push((cell.to_string(), colour)),
    }
}

fn shown(db: f32) -> String {
    if db <= -120.0 { "-∞".to_owned() } else { format!("{:.1}", clean(db)) }
}

/// No minus before zero.
fn clean(db: f32) -> f32 {
    if db.abs() < 0.05 { 0.0 } else { db }
}

fn wrapped(message: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in message.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::live::status::{BandView, Controls, PeakView, Wiring};

    fn picture() -> Snapshot {
        let peak = |now_db, hold_db| PeakView { now_db, hold_db };
        Snapshot {
            at: Duration::from_secs(3_725),
            wiring: Wiring {
                link: Link::Running,
                host: "alsa".into(),
                input: "Microphone".into(),
                output: "Speakers".into(),
                sidechain: None,
                rate_hz: 48_000,
                channels: 2,
                corrected: true,
                resampler_frames: 32,
                reconnects: 3,
            },
            controls: Controls {
                preset: "Drum bus".into(),
                slot: 'A',
                bypass: false,
                bands: 3,
                crossovers_hz: vec![120.0, 2450.0],
                solo: [false, true, false, false, false, false, false, false],
                mute: [true, true, false, false, false, false, false, false],
                muted: true,
                learning: None,
            },
            bands: [(-20.0, -3.2), (-36.0, 2.0), (-144.0, 0.0)]
                .map(|(level_db, gain_db)| BandView { level_db, gain_db })
                .to_vec(),
            input: vec![peak(-12.0, -6.0), peak(-144.0, -144.0)],
            output: vec![peak(-3.0, 0.5), peak(-3.1, -2.0)],
            clips: 7,
            xruns: 1,
            load: 0.123,
            load_peak: 0.4,
            latency_ms: 11.72,
            drift_ppm: Some(12.34),
            settled: true,
            messages: vec![],
        }
    }

    fn text(picture: &Snapshot, messages: &[&str], size: [usize; 2]) -> Vec<String> {
        let mut calm = Calm::default();
        calm.follow(picture);
        let messages: Vec<String> = messages.iter().map(|message| (*message).to_owned()).collect();
        let lines = lines(picture, &calm, &messages, None, size);
        lines.iter().map(|line| line.parts.iter().map(|(words, _)| words.as_str()).collect()).collect()
    }

    #[test]
    fn every_figure_is_on_the_screen() {
        let screen = text(&picture(), &["a message"], [100, 24]).join("\n");
        for words in [
            "A B  Drum bus",
            "INPUT MUTED",
            "1:02:05",
            "● Microphone → Speakers  alsa",
            "48000 Hz",
            "11.7 ms",
            "load 12 % (most 40)",
            "1 xrun ",
            "7 clips",
            "drift +12.3 ppm",
            "back 3×",
            "   0.5",
            "  -6.0",
            "-∞",
            " 1 M <120 ",
            " 2 S 120–2.5k",
            " 3   >2.5k",
            "-3.2",
            "+2.0",
            "+0.0",
            "a message",
            "q quit",
            "1-3 solo",
        ] {
            assert!(screen.contains(words), "{words} in\n{screen}");
        }
        assert!(!screen.contains("BYPASSED"));
    }

    #[test]
    fn bars_show_what_the_figures_say() {
        let of = |parts: Vec<(String, Colour)>| parts.into_iter().map(|(words, _)| words).collect::<String>();
        let level = |part, held| of(bar(8, part, held, |_| CLEAR));
        assert_eq!(level(0.0, None), "────────");
        assert_eq!(level(0.5, None), "━━━━────");
        assert_eq!(level(0.5625, Some(0.9)), "━━━━╾──┃");
        let gain = |cells, db| of(gain_bar(cells, db, CLEAR));
        assert_eq!(gain(9, -9.0), "──━━│────");
        assert_eq!(gain(9, 18.0), "────│━━━━");
        assert_eq!(gain(9, -90.0), "━━━━│────");
        assert_eq!((part(0.0), part(-36.0), part(-144.0)), (1.0, 0.5, 0.0));
    }

    #[test]
    fn it_fits_every_terminal_and_bands_go_last() {
        let message = "word ".repeat(40);
        for height in 0..40 {
            for width in 0..130 {
                let screen = text(&picture(), &["an old message", &message], [width, height]);
                assert_eq!(screen.len(), height, "{width} x {height}");
                for line in &screen {
                    assert!(line.chars().count() <= width, "{width} x {height}: {line}");
                }
                if height >= 5 && width >= 40 {
                    let bands = screen.iter().filter(|line| line.starts_with([' ']) && line.contains(['━', '─']));
                    assert!(bands.count() >= 3, "{width} x {height}:\n{}", screen.join("\n"));
                    assert!(screen[height - 1].contains("q quit"), "{width} x {height}");
                }
            }
        }
    }

    #[test]
    fn what_is_too_wide_ends_in_an_ellipsis() {
        let line = |width| {
            let line = Line::default().and("abc", None).and("def", None).cut(width);
            line.parts.into_iter().map(|(words, _)| words).collect::<String>()
        };
        assert_eq!([6, 5, 4, 3, 2, 1, 0].map(line), ["abcdef", "abcd…", "abc…", "ab…", "a…", "…", ""]);
    }
}
