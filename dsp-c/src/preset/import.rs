//! Presets of other programs: EasyEffects (JSON) and LSP multiband compressors (`.cfg`, `.preset`).
//!
//! Both name the same processor, so both are read into the same words ([`foreign`]) and translated in one place. What has no
//! counterpart is left out and named, key by key; nothing is left out in silence.

mod easyeffects;
mod foreign;
mod lsp;

use super::{MAX_PRESET_BYTES, Preset};

/// One preset that was found in a foreign file.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The preset, always valid.
    pub preset: Preset,
    /// What could not be carried over, and what was carried over as something near: one sentence each, beginning with the
    /// key of the foreign file.
    pub notes: Vec<String>,
}

/// Reads a foreign preset file: EasyEffects' JSON, or LSP's `.cfg` or `.preset`, told apart by their contents. `name` is
/// used where the file names nothing itself. One EasyEffects file may hold several multiband effects: each becomes a preset.
///
/// Errors: one sentence, without the file's name.
pub fn import(bytes: &[u8], name: &str) -> Result<Vec<Imported>, String> {
    if bytes.len() > MAX_PRESET_BYTES {
        return Err(format!("is too long for a preset, which has {MAX_PRESET_BYTES} bytes at most"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("not UTF-8 text (byte {}); presets are text", e.valid_up_to() + 1))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') { easyeffects::read(text, name) } else { lsp::read(text, name) }
}

#[cfg(test)]
mod tests;
