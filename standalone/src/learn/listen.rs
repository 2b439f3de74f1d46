//! One thread per listener: every part of a block is heard by a thread of its own while the next block is read.

use std::mem::swap;
use std::thread;

use crate::error::Failure;

/// Hears one part of every block, left and right, and shares nothing with the others.
pub trait Listener: Send {
    /// Takes the next block of its part: two rows of equal length, or one row and an empty one.
    fn listen(&mut self, part: [&[f32]; 2]);
}

/// A block with its parts, in memory that is used again.
pub struct Blocks<B> {
    /// The block that is heard and the one that is read.
    pub blocks: [B; 2],
    /// Lends one part per listener, in their order.
    pub parts: fn(&mut B) -> Vec<[&[f32]; 2]>,
}

/// Lets every listener hear every block in order. `read` fills a block and says whether there was one.
///
/// With `threads` = 1 everything happens on this thread, one after the other; with more, this thread reads the next block
/// while up to so many others listen. A listener hears the same either way, so the number changes no result.
pub fn listen<B>(
    blocks: &mut Blocks<B>,
    listeners: &mut [impl Listener],
    threads: usize,
    mut read: impl FnMut(&mut B) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let [present, next] = &mut blocks.blocks;
    let each = listeners.len().div_ceil(threads.max(1)).max(1);
    let mut more = read(present)?;
    while more {
        let parts = (blocks.parts)(present);
        more = if threads <= 1 {
            hear(listeners, &parts);
            read(next)?
        } else {
            // Rows are lent for a block, and a scope is what proves that no thread keeps them.
            thread::scope(|scope| {
                for (listeners, parts) in listeners.chunks_mut(each).zip(parts.chunks(each)) {
                    scope.spawn(move || hear(listeners, parts));
                }
                read(next)
            })?
        };
        swap(present, next);
    }
    Ok(())
}

fn hear(listeners: &mut [impl Listener], parts: &[[&[f32]; 2]]) {
    for (listener, part) in listeners.iter_mut().zip(parts) {
        listener.listen(*part);
    }
}
