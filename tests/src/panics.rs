//! What a panic says: a test that wants one wants it for its own reason.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The words with which `run` panics; `None` if it does not.
pub fn words_of(run: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(run)).err()?;
    let words = payload.downcast_ref::<String>().cloned();
    Some(words.or_else(|| payload.downcast_ref::<&str>().map(|&words| words.into())).unwrap_or_default())
}
