//! The devices that can be chosen. Asking for them may take long, so it is done on a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};

use cpal::traits::{DeviceTrait, HostTrait};
use plugin::editor::watch::Wake;

use crate::live::devices;

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// As on the command line.
    pub id: String,
    /// For people.
    pub name: String,
    /// It can be heard from.
    pub input: bool,
    /// It can be played to.
    pub output: bool,
}

/// What there is to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Names of the sound systems.
    pub hosts: Vec<String>,
    /// The one whose devices these are.
    pub host: String,
    /// Its devices.
    pub devices: Vec<Listed>,
    /// Why there are none.
    pub error: Option<String>,
    /// They are being looked for.
    pub looking: bool,
}

impl Catalogue {
    /// Devices of one sound system. Waits for it.
    #[must_use]
    pub fn of(host: &str) -> Self {
        let hosts = devices::hosts().iter().map(ToString::to_string).collect();
        let empty = Self { hosts, host: host.to_owned(), ..Self::default() };
        let found = devices::host_id(Some(host), &[]).and_then(devices::open_host);
        let all = found.and_then(|host| {
            let all = host.devices().map_err(|e| crate::error::Failure::device(devices::sentence(&e)))?;
            Ok(all.filter_map(|device| listed(&device)).collect())
        });
        match all {
            Ok(devices) => Self { devices, ..empty },
            Err(failure) => Self { error: Some(failure.sentence), ..empty },
        }
    }

    /// Name of a device for people; the id itself where it is not in the list.
    #[must_use]
    pub fn name(&self, id: &str) -> String {
        let bare = |id: &str| id.strip_prefix(&format!("{}:", self.host)).unwrap_or(id).to_owned();
        let found = self.devices.iter().find(|device| bare(&device.id) == bare(id));
        found.map_or_else(|| id.to_owned(), |device| device.name.clone())
    }
}

fn listed(device: &cpal::Device) -> Option<Listed> {
    let id = device.id().ok()?.to_string();
    let (input, output) = (device.supports_input(), device.supports_output());
    (input || output).then(|| Listed { id, name: devices::name(device), input, output })
}

/// A catalogue that is looked up beside the window.
#[derive(Clone, Default)]
pub struct Librarian {
    shelf: Arc<Mutex<Catalogue>>,
}

impl Librarian {
    /// The latest one.
    #[must_use]
    pub fn latest(&self) -> Catalogue {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks for the devices of a sound system; wakes the window when it has them.
    pub fn look(&self, host: &str, wake: &Wake) {
        {
            let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
            if shelf.looking {
                return;
            }
            shelf.looking = true;
        }
        let (shelf, wake, host) = (Arc::clone(&self.shelf), wake.clone(), host.to_owned());
        // A sound system that never answers keeps this thread, and nobody else.
        let search = move || {
            let found = Catalogue::of(&host);
            *shelf.lock().unwrap_or_else(PoisonError::into_inner) = found;
            wake.wake();
        };
        if std::thread::Builder::new().name("octant catalogue".into()).spawn(search).is_err() {
            self.shelf.lock().unwrap_or_else(PoisonError::into_inner).looking = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_and_without_the_system_in_front() {
        let device = Listed { id: "alsa:hw:CARD=USB".into(), name: "Scarlett".into(), input: true, output: true };
        let catalogue = Catalogue { host: "alsa".into(), devices: vec![device], ..Catalogue::default() };
        assert_eq!(catalogue.name("hw:CARD=USB"), "Scarlett");
        assert_eq!(catalogue.name("alsa:hw:CARD=USB"), "Scarlett");
        assert_eq!(catalogue.name("alsa:gone"), "alsa:gone");
    }
}
