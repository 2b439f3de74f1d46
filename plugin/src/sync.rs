//! The atomics and orderings of [`epoch`](crate::epoch). Its model checks put others in their place, one at a time.

pub use std::sync::atomic::{AtomicU64, Ordering};

/// Beginning of a bracket. Relaxed: [`after_opening`] orders it.
pub const OPEN: Ordering = Ordering::Relaxed;
/// End of a bracket. Release: who sees it sees the values written before.
pub const CLOSE: Ordering = Ordering::Release;
/// First look of the reader. Acquire: pairs with [`CLOSE`].
pub const LOOK: Ordering = Ordering::Acquire;
/// Second look of the reader. Relaxed: [`before_looking_again`] orders it.
pub const LOOK_AGAIN: Ordering = Ordering::Relaxed;

/// Release: a reader that copies a value written after this sees, after its own fence, that a bracket was opened.
pub fn after_opening() {
    std::sync::atomic::fence(Ordering::Release);
}

/// Acquire: pairs with [`after_opening`].
pub fn before_looking_again() {
    std::sync::atomic::fence(Ordering::Acquire);
}
