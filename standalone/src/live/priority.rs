//! Real-time priority for the threads on which ALSA's callbacks run. It is asked for from outside: a callback calls no
//! system. Elsewhere whoever makes the thread sees to it: JACK, CoreAudio, or cpal (WASAPI, PipeWire).

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// The thread that calls a stream back. Relaxed: the handle stands alone.
#[derive(Debug, Default)]
pub struct Caller(AtomicUsize);

impl Caller {
    /// To be called by the callback. Real-time safe: reads the thread's own memory.
    pub fn here(&self) {
        self.0.store(this_thread(), Relaxed);
    }

    /// Raises the thread; false if the system grants it no real-time priority, None if it has not called yet.
    ///
    /// Only for a stream that is open: its thread may have ended by itself, but nobody has joined it, so its handle is
    /// still one.
    pub fn raise(&self) -> Option<bool> {
        let handle = self.0.load(Relaxed);
        (handle != 0).then(|| raise(handle))
    }
}

#[cfg(target_os = "linux")]
fn this_thread() -> usize {
    thread_priority::thread_native_id() as usize
}

#[cfg(target_os = "linux")]
fn raise(handle: usize) -> bool {
    use thread_priority::{RealtimeThreadSchedulePolicy, ThreadId, ThreadPriority, ThreadSchedulePolicy};

    /// Above everything ordinary, below the threads in which the kernel serves sound cards (50).
    const PRIORITY: u8 = 20;

    let thread = handle as ThreadId;
    let now = thread_priority::thread_schedule_policy_param(thread).map(|(policy, _)| policy);
    if !matches!(now, Ok(ThreadSchedulePolicy::Normal(_))) {
        // Somebody was faster, or there is no such thread any more.
        return true;
    }
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let priority = PRIORITY.try_into().map(ThreadPriority::Crossplatform);
    priority.is_ok_and(|priority| thread_priority::set_thread_priority_and_policy(thread, priority, policy).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn this_thread() -> usize {
    0
}

#[cfg(not(target_os = "linux"))]
fn raise(_: usize) -> bool {
    true
}
