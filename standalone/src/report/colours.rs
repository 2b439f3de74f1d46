//! The colours of the report: dark and calm, one hue per band from warm lows to cool highs.

/// Behind everything.
pub const GROUND: &str = "#0e1117";
/// Behind a panel's curves.
pub const PANEL: &str = "#141923";
/// Grid lines.
pub const GRID: &str = "#222a37";
/// A panel's zero line and frame.
pub const AXIS: &str = "#3a4558";
/// Axis labels and small print.
pub const QUIET: &str = "#8a96aa";
/// Headings and figures.
pub const CLEAR: &str = "#e8edf5";
/// The signal before processing.
pub const BEFORE: &str = "#77849b";

const HUES: [(u8, u8, u8); 8] = [
    (240, 101, 82),
    (244, 150, 72),
    (236, 196, 84),
    (155, 208, 106),
    (72, 199, 155),
    (70, 184, 226),
    (118, 144, 245),
    (180, 124, 236),
];

/// The colour of band `index` of `count`. Fewer bands are spread over the same range of hues.
pub fn rgb(index: usize, count: usize) -> (u8, u8, u8) {
    match count {
        1 => HUES[4],
        _ => HUES[(index * (HUES.len() - 1) + (count - 1) / 2) / (count - 1)],
    }
}

/// The same as `#rrggbb`.
pub fn hex(index: usize, count: usize) -> String {
    let (red, green, blue) = rgb(index, count);
    format!("#{red:02x}{green:02x}{blue:02x}")
}
