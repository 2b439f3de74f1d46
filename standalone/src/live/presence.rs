//! PulseAudio moves a stream to another device when its own goes away, and says nothing. Played beside a microphone, or read
//! by a monitor, it would howl: so somebody looks whether the devices are still there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceId, ErrorKind};

use super::open::HostMaker;
use super::watch::Alarm;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(250);

/// Whether a sound system does so.
#[must_use]
pub fn needed(host: &str) -> bool {
    host == "pulseaudio"
}

/// Looks until it is dropped.
pub struct Presence {
    /// Relaxed: nothing is published by it.
    over: Arc<AtomicBool>,
}

impl Presence {
    /// Begins to look after devices, each with the alarm of its stream.
    pub fn watch(host: &HostMaker, devices: Vec<(DeviceId, Arc<Alarm>)>) -> std::io::Result<Self> {
        let (over, host) = (Arc::<AtomicBool>::default(), Arc::clone(host));
        let ended = Arc::clone(&over);
        std::thread::Builder::new().name("octant presence".into()).spawn(move || {
            // One connection for all looks. If it cannot be had, the streams themselves fail as well.
            let Ok(host) = host() else { return };
            while !ended.load(Relaxed) {
                let Ok(there) = host.devices() else { return };
                let there: Vec<DeviceId> = there.filter_map(|device| device.id().ok()).collect();
                for (_, alarm) in devices.iter().filter(|(id, _)| !there.contains(id)) {
                    alarm.take(ErrorKind::DeviceNotAvailable);
                }
                std::thread::sleep(EVERY);
            }
        })?;
        Ok(Self { over })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
    }
}
