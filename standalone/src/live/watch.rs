//! What error callbacks leave behind, callbacks that just stop, and a log that cannot be flooded.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use cpal::ErrorKind;

use super::priority::Caller;

/// More errors per second than this and the stream counts as lost, whatever they say.
const FLOOD_PER_S: u64 = 200;
/// A callback may stay away for so long, or for [`SILENT_PERIODS`].
const SILENT: Duration = Duration::from_secs(1);
/// The first callback may take so long.
const FIRST: Duration = Duration::from_secs(4);
/// Whoever looks comes back before that.
const LOOKS: Duration = Duration::from_millis(200);
/// Periods without a callback.
const SILENT_PERIODS: u32 = 20;
/// A stream that has just been opened stumbles over itself for so long; afterwards it can be judged.
const SETTLING: Duration = Duration::from_millis(500);
/// Between two reports of the same kind, at first and at most.
const QUIET: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(600)];

/// What one stream's error callback writes: only atomics, because a server may call it ten thousand times a second, and
/// some call it on the audio thread. Relaxed, all of them: each stands alone.
#[derive(Debug, Default)]
pub struct Alarm {
    errors: AtomicU64,
    xruns: AtomicU64,
    gone: AtomicBool,
    moved: AtomicBool,
    broken: AtomicBool,
    no_priority: AtomicBool,
    fault: AtomicBool,
    /// Where the callbacks run.
    pub caller: Caller,
}

/// Why a stream must be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The device is not there any more.
    Gone,
    /// The system moved the stream to another device. That may be beside the microphone.
    Moved,
    /// Its format is another one now, or it must be opened again for another reason.
    Broken,
    /// It told of nothing but errors.
    Flood,
    /// No callback came any more.
    Silent,
    /// A fault of ours in a callback.
    Fault,
    /// No clock paces it.
    Clockless,
}

impl Lost {
    /// What happened, to be put behind the name of the device.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => "went away",
            Self::Moved => "was replaced by another device, which is left alone",
            Self::Broken => "changed and must be opened again",
            Self::Flood => "reports nothing but errors",
            Self::Silent => "stopped without a word",
            Self::Clockless => {
                "has no clock: it runs as fast as the machine can, so nobody can listen; choose another device"
            }
            Self::Fault => "stopped by a fault of this program; please report it",
        }
    }
}

impl Alarm {
    /// Takes an error. No lock, no allocation.
    pub fn take(&self, kind: ErrorKind) {
        match kind {
            ErrorKind::Xrun => {
                self.xruns.fetch_add(1, Relaxed);
            }
            ErrorKind::RealtimeDenied => self.no_priority.store(true, Relaxed),
            ErrorKind::DeviceChanged => self.moved.store(true, Relaxed),
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => self.gone.store(true, Relaxed),
            ErrorKind::StreamInvalidated | ErrorKind::UnsupportedConfig => self.broken.store(true, Relaxed),
            _ => {
                self.errors.fetch_add(1, Relaxed);
            }
        }
    }

    /// A callback panicked.
    pub fn fault(&self) {
        self.fault.store(true, Relaxed);
    }

    /// Whether a callback panicked.
    #[must_use]
    pub fn faulty(&self) -> bool {
        self.fault.load(Relaxed)
    }

    /// Interruptions since the last call.
    #[must_use]
    pub fn take_xruns(&self) -> u64 {
        self.xruns.swap(0, Relaxed)
    }

    /// Whether real-time priority was refused; tells it once.
    #[must_use]
    pub fn take_no_priority(&self) -> bool {
        self.no_priority.swap(false, Relaxed)
    }

    /// What the device itself told.
    #[must_use]
    pub fn lost(&self) -> Option<Lost> {
        let told = [
            (&self.fault, Lost::Fault),
            (&self.moved, Lost::Moved),
            (&self.gone, Lost::Gone),
            (&self.broken, Lost::Broken),
        ];
        told.into_iter().find(|(flag, _)| flag.load(Relaxed)).map(|(_, lost)| lost)
    }
}

/// Looks at one stream again and again.
#[derive(Clone, Debug)]
pub struct Watchdog {
    period: Duration,
    begun: Duration,
    calls: u64,
    since: Duration,
    looked: Duration,
    patience: Duration,
    errors: u64,
    xruns: u64,
    counted_since: Duration,
}

impl Watchdog {
    /// Begins to look at `now`, which counts from any instant.
    #[must_use]
    pub fn new(now: Duration, period: Duration) -> Self {
        let patience = SILENT.max(period * SILENT_PERIODS);
        Self {
            period,
            begun: now,
            calls: 0,
            since: now,
            looked: now,
            patience,
            errors: 0,
            xruns: 0,
            counted_since: now,
        }
    }

    /// Whether it is too early to judge the stream.
    #[must_use]
    pub fn settling(&self, now: Duration) -> bool {
        now.saturating_sub(self.begun) < SETTLING
    }

    /// How many times faster than time the stream runs: about 1 where a clock paces it. None before that can be told.
    #[must_use]
    pub fn pace(&self, now: Duration, calls: u64) -> Option<f64> {
        let elapsed_s = now.saturating_sub(self.begun).as_secs_f64();
        (!self.settling(now)).then(|| self.period.as_secs_f64() * calls as f64 / elapsed_s)
    }

    /// Whether the stream is lost; `calls`: its callbacks so far, `xruns`: interruptions since the last look.
    pub fn look(&mut self, now: Duration, alarm: &Alarm, calls: u64, xruns: u64) -> Option<Lost> {
        if let Some(lost) = alarm.lost() {
            return Some(lost);
        }
        self.xruns += xruns;
        if now.saturating_sub(self.counted_since) >= Duration::from_secs(1) {
            let errors = alarm.errors.load(Relaxed);
            let flood = errors - self.errors + self.xruns > FLOOD_PER_S;
            (self.errors, self.xruns, self.counted_since) = (errors, 0, now);
            if flood {
                return Some(Lost::Flood);
            }
        }
        // Where we were held up ourselves, on a machine that hardly gets on, the stream may have been as well.
        self.since += now.saturating_sub(self.looked).saturating_sub(LOOKS);
        self.looked = now;
        if calls != self.calls {
            (self.calls, self.since) = (calls, now);
        }
        // Headsets without wires and sound servers take their time for the first one: opened anew, they would begin again.
        let patience = if self.calls == 0 { self.patience.max(FIRST) } else { self.patience };
        (now.saturating_sub(self.since) > patience).then_some(Lost::Silent)
    }
}

/// Lets a sentence of one kind through now and then, the more rarely the longer it goes on, and tells how many were held
/// back.
#[derive(Clone, Debug, Default)]
pub struct RateLimit {
    seen: Option<Duration>,
    told: Option<Duration>,
    pause: Duration,
    held: u64,
}

impl RateLimit {
    /// Counts `more` events; now and then gives how many there were since it last did.
    pub fn pass(&mut self, now: Duration, more: u64) -> Option<u64> {
        let since = |then: Option<Duration>| then.map(|then| now.saturating_sub(then));
        if more > 0 {
            // Peace for as long as it has been silent itself: this is another story.
            if since(self.seen).is_none_or(|calm| calm >= self.pause) {
                self.pause = QUIET[0];
            }
            self.seen = Some(now);
            self.held += more;
        }
        let due = self.held > 0 && since(self.told).is_none_or(|silence| silence >= self.pause);
        due.then(|| {
            self.told = Some(now);
            self.pause = (2 * self.pause).min(QUIET[1]);
            std::mem::take(&mut self.held)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_stream_that_stops_is_missed() {
        let (alarm, period) = (Alarm::default(), at(10));
        let lost_at = |dog: &mut Watchdog, from: u64, calls: u64| {
            (from..9000).step_by(50).find(|ms| dog.look(at(*ms), &alarm, calls, 0) == Some(Lost::Silent))
        };
        let mut dog = Watchdog::new(at(0), period);
        assert_eq!(dog.look(at(50), &alarm, 1, 0), None);
        assert_eq!(lost_at(&mut dog, 100, 1), Some(1100));
        let mut dog = Watchdog::new(at(0), at(100));
        assert_eq!(dog.look(at(50), &alarm, 1, 0), None);
        assert_eq!(lost_at(&mut dog, 100, 1), Some(2100), "twenty periods");
        assert_eq!(lost_at(&mut Watchdog::new(at(0), period), 50, 0), Some(4050), "the first one");
        // A second in which nobody looked proves nothing.
        let mut dog = Watchdog::new(at(0), period);
        assert_eq!((dog.look(at(50), &alarm, 1, 0), dog.look(at(3000), &alarm, 1, 0)), (None, None));
        assert_eq!(lost_at(&mut dog, 3050, 1), Some(3850));
    }

    #[test]
    fn a_flood_of_errors_is_a_loss_and_a_few_are_not() {
        let alarm = Alarm::default();
        let mut dog = Watchdog::new(at(0), at(10));
        for _ in 0..FLOOD_PER_S {
            alarm.take(ErrorKind::BackendError);
        }
        assert_eq!(dog.look(at(1000), &alarm, 1, 0), None);
        for _ in 0..=FLOOD_PER_S {
            alarm.take(ErrorKind::BackendError);
        }
        assert_eq!(dog.look(at(2000), &alarm, 2, 0), Some(Lost::Flood));
    }

    #[test]
    fn another_device_is_a_loss() {
        let alarm = Alarm::default();
        alarm.take(ErrorKind::Xrun);
        assert_eq!((alarm.lost(), alarm.take_xruns(), alarm.take_xruns()), (None, 1, 0));
        alarm.take(ErrorKind::DeviceChanged);
        assert_eq!(alarm.lost(), Some(Lost::Moved));
    }

    #[test]
    fn a_flood_is_told_in_a_few_sentences() {
        let mut limit = RateLimit::default();
        assert_eq!(limit.pass(at(0), 0), None);
        assert_eq!(limit.pass(at(1), 1), Some(1));
        let told: Vec<u64> = (2..=30_001).filter_map(|ms| limit.pass(at(ms), 10)).collect();
        assert_eq!(told, [100_000, 200_000], "after 10 s, and after 20 more");
        // A flood of a day: at first often, then every ten minutes. A single drop a day is told every day.
        let day = 24 * 3600;
        let told = (31..day).filter_map(|s| limit.pass(at(1000 * s), 1)).count();
        assert!((day / 600..day / 600 + 10).contains(&(told as u64)), "{told} sentences");
        let daily: Vec<u64> = (2..9).filter_map(|days| limit.pass(at(1000 * day * days), 1)).collect();
        assert_eq!(daily.len(), 7, "{daily:?}");
    }

    #[test]
    fn a_stream_without_a_clock_is_seen() {
        let dog = Watchdog::new(at(0), at(10));
        assert_eq!((dog.pace(at(499), 1000), dog.settling(at(499))), (None, true));
        assert_eq!((dog.pace(at(1000), 102), dog.pace(at(1000), 5000)), (Some(1.02), Some(50.0)));
    }
}
