//! Unsafe inside: slices between forbidden pages. Whoever reads or writes beyond an end is stopped by the processor.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Fills what lies between a slice and the forbidden pages.
const CANARY: u8 = 0xa5;

/// Pages, a forbidden one before and one behind.
#[derive(Debug)]
struct Pages {
    start: NonNull<u8>,
    /// Bytes between the forbidden pages.
    length: usize,
    page: usize,
}

impl Pages {
    fn new(length: usize) -> Self {
        // SAFETY: asks for a number, touches no memory.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("a page size");
        let length = length.next_multiple_of(page).max(page);
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: fresh anonymous pages wherever the kernel likes; nothing existing is replaced.
        let whole = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length + 2 * page,
                protection,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert!(whole != libc::MAP_FAILED, "mmap of {length} bytes failed");
        // SAFETY: the mapping is `length` + 2 pages long.
        let start = unsafe { whole.cast::<u8>().add(page) };
        let start = NonNull::new(start).expect("an address");
        // SAFETY: both pages belong to the mapping that was just made; no reference points into it.
        let forbidden = unsafe {
            libc::mprotect(whole, page, libc::PROT_NONE)
                | libc::mprotect(start.as_ptr().add(length).cast(), page, libc::PROT_NONE)
        };
        assert!(forbidden == 0, "mprotect failed");
        Self { start, length, page }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping made in `new`; its owner is gone.
        unsafe {
            libc::munmap(self.start.as_ptr().sub(self.page).cast(), self.length + 2 * self.page);
        }
    }
}

/// A slice between forbidden pages. When it is dropped, everything around it must be as it was.
#[derive(Debug)]
pub struct Guarded<T: Copy> {
    pages: Pages,
    /// Bytes from the start of the pages.
    at: usize,
    length: usize,
    _owns: PhantomData<T>,
}

impl<T: Copy> Guarded<T> {
    /// Begins `gap` bytes after the lower forbidden page.
    pub fn after_guard(values: &[T], gap: usize) -> Self {
        let pages = Pages::new(size_of_val(values) + gap);
        Self::fill(pages, gap, values)
    }

    /// Ends `gap` bytes before the upper forbidden page.
    pub fn before_guard(values: &[T], gap: usize) -> Self {
        let bytes = size_of_val(values) + gap;
        let pages = Pages::new(bytes);
        let at = pages.length - bytes;
        Self::fill(pages, at, values)
    }

    fn fill(pages: Pages, at: usize, values: &[T]) -> Self {
        assert!(at.is_multiple_of(align_of::<T>()), "values of alignment {} at byte {at}", align_of::<T>());
        assert!(at + size_of_val(values) <= pages.length);
        let start = pages.start.as_ptr();
        // SAFETY: `at` and the values lie within the pages (asserted above), are aligned, and nothing else points there.
        unsafe {
            start.write_bytes(CANARY, at);
            std::ptr::copy_nonoverlapping(values.as_ptr(), start.add(at).cast::<T>(), values.len());
            let end = at + size_of_val(values);
            start.add(end).write_bytes(CANARY, pages.length - end);
        }
        Self { pages, at, length: values.len(), _owns: PhantomData }
    }

    /// Whether every byte around the slice is as it was.
    pub fn is_intact(&self) -> bool {
        let end = self.at + self.length * size_of::<T>();
        let start = self.pages.start.as_ptr();
        // SAFETY: both ranges lie within the pages, hold bytes written by `fill`, and are not part of the slice.
        let (before, behind) = unsafe {
            (
                std::slice::from_raw_parts(start, self.at),
                std::slice::from_raw_parts(start.add(end), self.pages.length - end),
            )
        };
        before.iter().chain(behind).all(|&byte| byte == CANARY)
    }

    /// Writes one byte beside the slice: what [`is_intact`](Self::is_intact) must notice. False without room for it.
    pub fn damage_surroundings(&mut self) -> bool {
        if self.at == 0 {
            return false;
        }
        // SAFETY: `at` > 0, so the byte belongs to the pages; it is not part of the slice.
        unsafe { self.pages.start.as_ptr().add(self.at - 1).write(!CANARY) };
        true
    }
}

impl<T: Copy> Deref for Guarded<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: `fill` wrote `length` values there, aligned; they live as long as the pages.
        unsafe { std::slice::from_raw_parts(self.pages.start.as_ptr().add(self.at).cast(), self.length) }
    }
}

impl<T: Copy> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`, and `self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.pages.start.as_ptr().add(self.at).cast(), self.length) }
    }
}

impl<T: Copy> Drop for Guarded<T> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.is_intact(), "something was written beside a slice of {} values", self.length);
        }
    }
}

/// Reads the float behind (or before) a row that touches a forbidden page. Does not return.
pub fn read_beyond(behind: bool) {
    let row = if behind { Guarded::before_guard(&[0.5f32; 9], 0) } else { Guarded::after_guard(&[0.5f32; 9], 0) };
    let neighbour = if behind { row.as_ptr().wrapping_add(row.len()) } else { row.as_ptr().wrapping_sub(1) };
    // SAFETY: the address lies in a page that is mapped without any right: the processor stops the read, which is what
    // the caller wants to see. Nothing can be read or changed.
    std::hint::black_box(unsafe { neighbour.read_volatile() });
}
