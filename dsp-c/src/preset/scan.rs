//! Finds what a JSON reader takes silently or reports without a path: keys that occur twice, NaN, Infinity,
//! numbers too large, and absurd nesting. Everything else that is not JSON is left to the reader.

use super::PresetError;
use std::collections::HashSet;

/// Deepest nesting of objects and lists. A preset needs four.
const MAX_DEPTH: usize = 64;

enum Level {
    Object { keys: HashSet<String>, key: String, key_is_next: bool },
    List { index: usize },
}

/// Walks over the text once; its stack is on the heap and never deeper than [`MAX_DEPTH`].
pub(super) fn check(text: &str) -> Result<(), PresetError> {
    let mut levels: Vec<Level> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '{' | '[' => {
                if levels.len() == MAX_DEPTH {
                    let message = format!("objects and lists are nested more than {MAX_DEPTH} deep");
                    return Err(PresetError::new("$", message));
                }
                levels.push(if first == '{' {
                    Level::Object { keys: HashSet::new(), key: String::new(), key_is_next: true }
                } else {
                    Level::List { index: 0 }
                });
            }
            '}' | ']' => drop(levels.pop()),
            ',' => match levels.last_mut() {
                Some(Level::Object { key_is_next, .. }) => *key_is_next = true,
                Some(Level::List { index }) => *index += 1,
                None => {}
            },
            ':' => {}
            '"' => {
                let Some(end) = string_end(rest) else {
                    return Ok(());
                };
                length = end;
                if let Some(Level::Object { keys, key, key_is_next }) = levels.last_mut()
                    && std::mem::take(key_is_next)
                {
                    let Ok(text) = serde_json::from_str::<String>(&rest[..end]) else {
                        return Ok(());
                    };
                    key.clone_from(&text);
                    if !keys.insert(text) {
                        return Err(PresetError::new(path(&levels), "occurs twice"));
                    }
                }
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || "{}[],:\"".contains(c);
                length = rest.find(is_end).unwrap_or(rest.len());
                check_literal(&rest[..length], &levels)?;
            }
        }
        rest = rest[length..].trim_start();
    }
    Ok(())
}

fn check_literal(literal: &str, levels: &[Level]) -> Result<(), PresetError> {
    let word = literal.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let shown: String = literal.chars().take(40).collect();
    if matches!(word.as_str(), "nan" | "inf" | "infinity") {
        return Err(PresetError::new(path(levels), format!("expected a number, found {shown}")));
    }
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    if is_number && literal.parse::<f64>().is_ok_and(f64::is_infinite) {
        return Err(PresetError::new(path(levels), format!("{shown} is too large a number")));
    }
    Ok(())
}

/// Length of the string at the beginning of the text, quotes included.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn path(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object { key, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.extend(key.chars().take(40).flat_map(char::escape_debug));
            }
            Level::List { index } => path.push_str(&format!("[{index}]")),
        }
    }
    if path.is_empty() { "$".into() } else { path }
}
