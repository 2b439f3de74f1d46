//! Unsafe inside: records who reads and writes certain rows, access by access. x86-64 Linux.

use std::ffi::c_int;
use std::sync::Mutex;

/// One access to a watched row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Access {
    /// First byte touched.
    pub address: usize,
    /// The instruction that did it.
    pub instruction: usize,
    /// 1 for a write, 0 for a read.
    pub writes: u64,
}

#[repr(C)]
struct CPages {
    start: usize,
    length: usize,
}

unsafe extern "C" {
    fn oct_test_record(which: *const CPages, count: usize) -> c_int;
    fn oct_test_stop() -> usize;
    fn oct_test_access_at(index: usize) -> Access;
}

/// Handlers of signals belong to the process: one recording at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Most accesses of one recording.
const MOST: usize = 1 << 16;

/// A row alone on its pages.
#[derive(Debug)]
pub struct WatchedRow {
    start: *mut u8,
    length: usize,
    at: usize,
    frames: usize,
}

impl WatchedRow {
    /// Holds `values`, `at` floats after the start of a page.
    pub fn new(values: &[f32], at: usize) -> Self {
        // SAFETY: asks for a number, touches no memory.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("a page size");
        let length = ((values.len() + at) * size_of::<f32>()).next_multiple_of(page).max(page);
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: fresh anonymous pages wherever the kernel likes; nothing existing is replaced.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, -1, 0) };
        assert!(start != libc::MAP_FAILED, "mmap of {length} bytes failed");
        let mut new = Self { start: start.cast(), length, at, frames: values.len() };
        new.samples_mut().copy_from_slice(values);
        new
    }

    /// The samples. While a recording runs, every access to them counts.
    pub fn samples(&self) -> &[f32] {
        // SAFETY: the pages hold `at` + `frames` floats, zeroed or written; they live as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.cast::<f32>().add(self.at), self.frames) }
    }

    /// The samples. While a recording runs, every access to them counts.
    pub fn samples_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `samples`, and `self` is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.start.cast::<f32>().add(self.at), self.frames) }
    }

    fn pages(&self) -> CPages {
        CPages { start: self.start as usize, length: self.length }
    }
}

impl Drop for WatchedRow {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping made in `new`; its owner is gone.
        unsafe { libc::munmap(self.start.cast(), self.length) };
    }
}

/// Runs `work` on rows and returns every access to their pages, in order.
pub fn record<const ROWS: usize>(rows: &mut [WatchedRow; ROWS], work: impl FnOnce([&mut [f32]; ROWS])) -> Vec<Access> {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let pages: [CPages; ROWS] = std::array::from_fn(|i| rows[i].pages());
    let rows = rows.each_mut().map(WatchedRow::samples_mut);
    // SAFETY: the pages are whole mappings of `rows`, which live until after `oct_test_stop`; the handlers allow every
    // access in the end, so nothing but time is lost. The lock keeps other recordings out.
    let started = unsafe { oct_test_record(pages.as_ptr(), ROWS) };
    assert!(started == 0, "too many rows");
    work(rows);
    // SAFETY: ends what was started above.
    let count = unsafe { oct_test_stop() };
    assert!(count < MOST, "{count} accesses are too many to record");
    // SAFETY: every index is below the number of recorded accesses.
    (0..count).map(|index| unsafe { oct_test_access_at(index) }).collect()
}
