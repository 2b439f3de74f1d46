//! The document that a host keeps for us: written by [`seal`], checked by [`open`], and turned into values by [`filter`].
//!
//! The framework stores a map of its parameters and, beside it, texts of ours. It cannot refuse a state and cannot be
//! asked to set its map as a whole. So our text holds everything, with a checksum; when a state comes in, the map is
//! replaced by what the text says, or emptied if the text is not whole, and then nothing changes.

use crate::carrier::restored;
use crate::loading;
use nice_plug::nice_warn;
use nice_plug::prelude::PluginState;
use octant_dsp::params;
use serde_json::{Map, Value};

/// The name of our text beside the framework's map.
pub const FIELD: &str = "octant";
/// Version of the document that this program writes; it reads this one and every earlier one.
pub const VERSION: u64 = 1;
/// Longest document that is read; a full one has some hundred thousand bytes.
pub const MAX_BYTES: usize = 16 << 20;

const FORMAT: &str = "octant-state";

/// FNV-1a, 64 bits: any change of one byte changes it.
fn checksum(text: impl Iterator<Item = u8>) -> String {
    let hash =
        text.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

/// What stands between the contents and the checksum, which comes last.
const BEFORE_SUM: &str = ",\"checksum\":\"";
const AFTER_SUM: &str = "\"}";

/// Puts name and version before the contents, and behind them the checksum of the text that the document has without it.
pub fn seal(contents: Map<String, Value>) -> Value {
    let mut document = Map::new();
    document.insert("format".into(), FORMAT.into());
    document.insert("version".into(), VERSION.into());
    document.extend(contents);
    let sum = checksum(Value::Object(document.clone()).to_string().bytes());
    document.insert("checksum".into(), sum.into());
    Value::Object(document)
}

/// The contents of a document's text; else one sentence that says why not.
///
/// The checksum is that of the text as it stands, before anything is read from it: how numbers are written may change
/// from version to version, and nothing damaged gets as far as the reader of JSON.
pub fn open(text: &str) -> Result<Map<String, Value>, String> {
    let parts = text.strip_suffix(AFTER_SUM).and_then(|text| text.rsplit_once(BEFORE_SUM));
    let (body, written) = parts.ok_or("it does not end with a checksum: it was damaged or is another program's")?;
    if checksum(body.bytes().chain(*b"}")) != written {
        return Err("the checksum differs: the state was damaged or edited".into());
    }
    contents(serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?)
}

/// The contents of a document whose checksum was right, with every key but that.
pub fn contents(document: Value) -> Result<Map<String, Value>, String> {
    let Value::Object(mut contents) = document else {
        return Err("the document is not an object".into());
    };
    contents.shift_remove("checksum");
    if contents.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(format!("format: expected \"{FORMAT}\""));
    }
    match contents.get("version").and_then(Value::as_u64) {
        Some(1..=VERSION) => Ok(contents),
        Some(later) => Err(format!("version: {later} was written by a later Octant, this one reads {VERSION}")),
        None => Err(format!("version: expected a number from 1 to {VERSION}")),
    }
}

/// What the framework calls before it sets its map.
///
/// After a whole document the map has every parameter, valid and in its range, and this thread counts as loading until
/// the session has taken the document. After anything else both are empty: the settings stay as they are.
pub fn filter(state: &mut PluginState) {
    match checked(state) {
        Ok(contents) => {
            let kept = contents.get("params").and_then(Value::as_object);
            state.params = params::all()
                .map(|row| {
                    let id = row.id();
                    let value = restored(&row, kept.and_then(|kept| kept.get(&id)));
                    (id, value)
                })
                .collect();
            loading::begin();
        }
        Err(reason) => {
            nice_warn!("Octant: a state was not loaded, the settings stay as they are: {reason}");
            state.params.clear();
            state.fields.clear();
        }
    }
}

fn checked(state: &PluginState) -> Result<Map<String, Value>, String> {
    let text = state.fields.get(FIELD).ok_or("it holds no settings of Octant")?;
    if text.len() > MAX_BYTES {
        return Err(format!("{} bytes are too many, {MAX_BYTES} at most", text.len()));
    }
    let contents = open(text)?;
    crate::session::Kept::read(&contents)?;
    Ok(contents)
}
