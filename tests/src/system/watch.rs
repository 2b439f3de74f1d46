//! Unsafe inside: watches this thread for heap, locks, waiting and system calls. x86-64 Linux.
//!
//! A program that uses this module has its `malloc`, `free`, `pthread_mutex_lock` … replaced by counting ones.

use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::marker::PhantomData;

/// What a thread did while it was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Counts {
    /// malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign.
    pub allocations: u64,
    /// free.
    pub releases: u64,
    /// pthread_mutex_lock.
    pub locks: u64,
    /// pthread_cond_wait, pthread_cond_timedwait.
    pub waits: u64,
    /// 1 if there was any: the first one ends the watch for them.
    pub system_calls: u64,
    /// Number of that call, −1 without one.
    pub system_call: i64,
}

impl Counts {
    /// Nothing happened.
    pub const NONE: Self = Self { allocations: 0, releases: 0, locks: 0, waits: 0, system_calls: 0, system_call: -1 };
}

/// What code in C can do wrong, for canaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// malloc.
    Malloc,
    /// calloc.
    Calloc,
    /// realloc.
    Realloc,
    /// aligned_alloc.
    Aligned,
    /// free.
    Free,
    /// pthread_mutex_lock, uncontended.
    Lock,
    /// pthread_cond_timedwait, until long ago.
    Wait,
    /// A system call that does nothing.
    GetParent,
    /// A system call that writes nothing.
    WriteNothing,
}

unsafe extern "C" {
    fn oct_test_watch_begin() -> c_int;
    fn oct_test_watch_end();
    fn oct_test_arm(system_calls: c_int);
    fn oct_test_disarm() -> Counts;
    fn oct_test_places(out: *mut *mut c_void, most: c_int) -> c_int;
    fn oct_test_live() -> i64;
    fn oct_test_misbehave(kind: c_int);
    fn oct_test_fp_mode() -> u32;
    fn oct_test_set_fp_mode(mode: u32);
}

/// A thread that can be watched.
#[derive(Debug)]
pub struct Watch {
    blind: Option<c_int>,
    /// The watch belongs to a thread.
    _thread: PhantomData<*const ()>,
}

impl Watch {
    /// Prepares this thread.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        // SAFETY: installs a handler for SIGSYS, which nothing else here uses, and points the kernel to a thread-local
        // byte that outlives this value: `drop` runs on the same thread (the value cannot leave it).
        let error = unsafe { oct_test_watch_begin() };
        Self { blind: (error != 0).then_some(error), _thread: PhantomData }
    }

    /// Why system calls are not seen, if they are not.
    pub fn blind(&self) -> Option<io::Error> {
        self.blind.map(io::Error::from_raw_os_error)
    }

    /// Whether this kernel has no Syscall User Dispatch at all (Linux has it since 5.11).
    pub fn kernel_lacks_dispatch(&self) -> bool {
        self.blind == Some(libc::EINVAL)
    }

    /// Runs `work` and counts what it did. A panic of `work` goes on, unwatched.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> (T, Counts) {
        struct Disarm;
        impl Drop for Disarm {
            fn drop(&mut self) {
                // SAFETY: changes thread-local counters only.
                unsafe { oct_test_disarm() };
            }
        }
        let see_system_calls = c_int::from(self.blind.is_none());
        // SAFETY: changes thread-local counters only; the kernel reads the selector only where `new` succeeded.
        unsafe { oct_test_arm(see_system_calls) };
        let disarm = Disarm;
        let result = work();
        // SAFETY: changes thread-local counters only.
        let counts = unsafe { oct_test_disarm() };
        std::mem::forget(disarm);
        (result, counts)
    }
}

/// Where the first allocation, release, lock or wait of this thread's latest watched work happened: file and offset, to
/// be read with `addr2line -fie FILE OFFSET`, innermost caller first.
pub fn place() -> Vec<String> {
    let mut places = [std::ptr::null_mut(); 24];
    // SAFETY: C writes at most as many as there is room for.
    let count = unsafe { oct_test_places(places.as_mut_ptr(), places.len() as c_int) };
    let name = |place: &*mut c_void| {
        let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
        // SAFETY: the description is read only after the system has said that it wrote it; its name ends with zero.
        unsafe {
            if libc::dladdr(*place, info.as_mut_ptr()) == 0 {
                return format!("{place:?}");
            }
            let info = info.assume_init();
            let file = CStr::from_ptr(info.dli_fname).to_string_lossy();
            format!("{file} {:#x}", *place as usize - info.dli_fbase as usize)
        }
    };
    places[..count as usize].iter().map(name).collect()
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: takes back what `new` asked the kernel for, on the same thread.
        unsafe { oct_test_watch_end() };
    }
}

/// Blocks of the heap that this process holds, all threads together. Exact while the others rest.
pub fn live_blocks() -> i64 {
    // SAFETY: reads one number.
    unsafe { oct_test_live() }
}

/// Does something that must be caught.
pub fn misbehave(misdeed: Misdeed) {
    // SAFETY: every number of the enum is one that C knows; all of them leave the program as it was.
    unsafe { oct_test_misbehave(misdeed as c_int) };
}

/// Runs `work` in a floating-point mode of this thread (MXCSR) and says which mode it leaves.
pub fn in_fp_mode<T>(mode: u32, work: impl FnOnce() -> T) -> (T, u32) {
    // SAFETY: reads and writes the mode of this thread. All callers mask the exceptions, so no signal can come; the
    // results of `work` are only compared. The old mode returns before anything else runs.
    unsafe {
        let before = oct_test_fp_mode();
        oct_test_set_fp_mode(mode);
        let result = work();
        let after = oct_test_fp_mode();
        oct_test_set_fp_mode(before);
        (result, after)
    }
}
