//! The report as a table for the terminal.

use super::Summary;
use super::bands::Band;
use super::colours;
use super::gains::BandGain;
use super::levels::Levels;
use std::fmt::Write;

/// Cells on each side of a bar's middle.
const HALF_BAR: usize = 12;

/// Writes the table, with a line end; `colour` adds terminal colours.
pub fn write(summary: &Summary, colour: bool) -> String {
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{}", words.to_string().trim_end());
    };
    if !summary.title.is_empty() {
        line(format_args!("{}", summary.title));
    }
    line(format_args!("          peak dBFS   rms dBFS   crest dB"));
    line(format_args!("  in   {}", levels(summary.input)));
    line(format_args!("  out  {}", levels(summary.output)));
    let taken_off = if summary.latency.samples > 0 { "; taken off" } else { "" };
    line(format_args!("  {}{taken_off}", summary.latency));
    line(format_args!(""));
    let scale_db = scale_db(summary);
    let (down, up) = (format!("−{scale_db}"), format!("+{scale_db} dB"));
    let bar_title = format!("{down:<HALF_BAR$}0{:>w$}{up}", "", w = HALF_BAR - up.len() + 3);
    line(format_args!("  band                      mean     min     max   active   {bar_title}"));
    for (index, (band, gain)) in summary.bands.iter().enumerate() {
        let bar = bar(gain, f64::from(scale_db));
        let bar = if colour { paint(&bar, colours::rgb(index, summary.bands.len())) } else { bar };
        line(format_args!("{}   {bar}", row(band, gain, summary.sample_rate_hz)));
    }
    text
}

fn row(band: &Band, gain: &BandGain, sample_rate_hz: f64) -> String {
    format!(
        "  {}  {:<19} {:>7} {:>7} {:>7}   {:>4.0} %",
        band.number,
        band.range(sample_rate_hz),
        signed(gain.mean_db),
        signed(gain.min_db),
        signed(gain.max_db),
        gain.active_percent,
    )
}

fn levels(levels: Levels) -> String {
    let crest = levels.crest_db().map_or("–".into(), |db| format!("{db:.1}"));
    format!("{:>12} {:>10} {:>10}", signed(levels.peak_db), signed(levels.rms_db), crest)
}

/// One decimal with a true minus; silence is −∞.
pub fn signed(db: f64) -> String {
    if db == f64::NEG_INFINITY {
        return "−∞".into();
    }
    let tenths = (db * 10.0).round() / 10.0;
    match tenths {
        t if t > 0.0 => format!("+{t:.1}"),
        t if t < 0.0 => format!("−{:.1}", -t),
        _ => "0.0".into(),
    }
}

/// Half of the bars' range: 6, 12, 24 … dB, whatever holds every band.
fn scale_db(summary: &Summary) -> u32 {
    let largest = summary.bands.iter().map(|(_, gain)| gain.max_db.max(-gain.min_db)).fold(0.0, f64::max);
    [6, 12, 24, 48].into_iter().find(|&db| largest <= f64::from(db)).unwrap_or(96)
}

/// Reduction to the left of the middle, lift to the right: the mean in full blocks, the extremes in light ones.
fn bar(gain: &BandGain, scale_db: f64) -> String {
    let cells = |db: f64| (db / scale_db * HALF_BAR as f64).round().clamp(0.0, HALF_BAR as f64) as usize;
    let half = |mean_db: f64, most_db: f64| {
        let (mean, most) = (cells(mean_db), cells(most_db));
        (mean, most.max(mean) - mean, HALF_BAR - most.max(mean))
    };
    let (mean_down, more_down, free_down) = half(gain.mean_reduction_db, -gain.min_db);
    let (mean_up, more_up, free_up) = half(gain.mean_lift_db, gain.max_db);
    [(" ", free_down), ("░", more_down), ("█", mean_down), ("│", 1), ("█", mean_up), ("░", more_up), (" ", free_up)]
        .map(|(cell, count)| cell.repeat(count))
        .concat()
}

fn paint(words: &str, (red, green, blue): (u8, u8, u8)) -> String {
    format!("\x1b[38;2;{red};{green};{blue}m{words}\x1b[0m")
}
