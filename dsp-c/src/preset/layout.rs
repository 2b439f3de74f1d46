//! Lays JSON out for people: what fits on a line stands on a line.

use serde_json::{Map, Value};

const LINE_COLUMNS: usize = 110;

/// The value with a line feed at the end; the same value always gives the same text.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let column = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
    if let Some(line) = one_line(value, LINE_COLUMNS.saturating_sub(column)) {
        text.push_str(&line);
        return;
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    let mut first = true;
    let mut next = |text: &mut String| {
        text.push_str(if first { "\n" } else { ",\n" });
        first = false;
        text.push_str(&"  ".repeat(depth + 1));
    };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                next(text);
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                write(text, value, depth + 1);
            }
        }
        Value::Array(list) => {
            for value in list {
                next(text);
                write(text, value, depth + 1);
            }
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// Scalars always; lists and objects of scalars if they are short enough. An object in a list stands alone.
fn one_line(value: &Value, columns: usize) -> Option<String> {
    let is_flat = |value: &Value| !value.is_object() && !value.is_array();
    let line = match value {
        Value::Object(object) if object.values().all(is_flat) => {
            format!("{{{}}}", members(object).join(", "))
        }
        Value::Array(list) if list.iter().all(is_flat) => {
            let texts: Vec<String> = list.iter().map(Value::to_string).collect();
            format!("[{}]", texts.join(", "))
        }
        Value::Object(_) | Value::Array(_) => return None,
        scalar => return Some(scalar.to_string()),
    };
    (line.chars().count() <= columns).then_some(line)
}

fn members(object: &Map<String, Value>) -> Vec<String> {
    object.iter().map(|(key, value)| format!("{}: {value}", Value::from(key.as_str()))).collect()
}
