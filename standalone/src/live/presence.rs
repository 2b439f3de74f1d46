//! PulseAudio moves a stream to another device when its own goes away, and says nothing. Played beside a microphone, or read
//! by a monitor, it would howl: so somebody looks whether the devices are still there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceId, ErrorKind};

use super::open::{Devices, HostMaker};
use super::stream::Open;
use super::watch::Alarm;
use crate::error::Failure;

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
    /// Begins to look after the devices of these streams.
    pub fn watch(host: &HostMaker, devices: &Devices, streams: &[Open]) -> Result<Self, Failure> {
        let (over, host) = (Arc::<AtomicBool>::default(), Arc::clone(host));
        let ended = Arc::clone(&over);
        let ids = [&devices.input, &devices.output].into_iter().chain(&devices.sidechain).cloned();
        let devices: Vec<(DeviceId, Arc<Alarm>)> =
            ids.zip(streams.iter().map(|stream| Arc::clone(&stream.alarm))).collect();
        let look = move || {
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
        };
        let thread = std::thread::Builder::new().name("octant presence".into()).spawn(look);
        thread
            .map_err(|e| Failure::device(format!("the devices cannot be looked after: {e}; close other programs")))?;
        Ok(Self { over })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
    }
}
