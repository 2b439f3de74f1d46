//! Where the memory of a test lies.

use std::ops::{Deref, DerefMut};

#[cfg(target_os = "linux")]
use crate::system::guarded::Guarded;

/// Which memory a test works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Ordinary memory.
    Heap,
    /// Begins `gap` floats after a forbidden page; structs begin right after it.
    AfterGuard {
        /// Floats of known content between the page and a row.
        gap: usize,
    },
    /// Ends `gap` floats before a forbidden page; structs end right before it.
    BeforeGuard {
        /// Floats of known content between a row and the page.
        gap: usize,
    },
}

impl Place {
    /// A row of floats, which may begin at any of them.
    pub fn row(self, values: Vec<f32>) -> Placed<f32> {
        self.put(values, true)
    }

    /// Values that keep their own alignment.
    pub fn structs<T: Copy>(self, values: Vec<T>) -> Placed<T> {
        self.put(values, false)
    }

    fn put<T: Copy>(self, values: Vec<T>, shifted: bool) -> Placed<T> {
        let bytes = |gap: usize| if shifted { gap * size_of::<f32>() } else { 0 };
        match self {
            Self::Heap => Placed::Heap(values),
            #[cfg(target_os = "linux")]
            Self::AfterGuard { gap } => Placed::Guarded(Guarded::after_guard(&values, bytes(gap))),
            #[cfg(target_os = "linux")]
            Self::BeforeGuard { gap } => Placed::Guarded(Guarded::before_guard(&values, bytes(gap))),
            #[cfg(not(target_os = "linux"))]
            _ => {
                let _ = bytes(0);
                Placed::Heap(values)
            }
        }
    }
}

/// Values in the memory that was asked for.
#[derive(Debug)]
pub enum Placed<T: Copy> {
    /// Ordinary memory.
    Heap(Vec<T>),
    /// Between forbidden pages.
    #[cfg(target_os = "linux")]
    Guarded(Guarded<T>),
}

impl<T: Copy> Deref for Placed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Heap(values) => values,
            #[cfg(target_os = "linux")]
            Self::Guarded(values) => values,
        }
    }
}

impl<T: Copy> DerefMut for Placed<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Heap(values) => values,
            #[cfg(target_os = "linux")]
            Self::Guarded(values) => values,
        }
    }
}
