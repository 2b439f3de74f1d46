//! The door to VST3: the factory and the entry points of the library.
//!
//! The framework has its own, but trusts whoever comes in: a bus that is switched off comes from hosts built with JUCE as
//! channels without memory, and the framework reads there. So what the factory makes is a [`Shell`] around the
//! framework's object, which every call goes through.
//!
//! One of the places with `unsafe`: an interface of COM is unsafe by its type.
#![allow(unsafe_code)]

mod arrivals;
mod block;
mod restarts;
mod shell;

use crate::{Octant, OctantMono};
use nice_plug::wrapper::vst3::vst3::Steinberg::*;
use nice_plug::wrapper::vst3::vst3::{Class, ComPtr, ComWrapper};
use nice_plug::wrapper::vst3::{PluginInfo, vst3 as sdk};
use shell::Shell;
use std::ffi::c_void;

/// What hosts ask for plugins.
struct Factory {
    infos: [PluginInfo; 2],
}

impl Factory {
    fn new() -> Self {
        Self { infos: [PluginInfo::for_plugin::<Octant>(), PluginInfo::for_plugin::<OctantMono>()] }
    }

    /// Fills in what `describe` says of a class.
    ///
    /// # Safety
    /// `into` is null or writable.
    unsafe fn describe<T>(&self, index: int32, into: *mut T, describe: impl FnOnce(&PluginInfo) -> T) -> tresult {
        let info = usize::try_from(index).ok().and_then(|index| self.infos.get(index));
        match info {
            Some(info) if !into.is_null() => {
                // SAFETY: not null, so writable by the caller's word.
                unsafe { *into = describe(info) };
                kResultOk
            }
            _ => kInvalidArgument,
        }
    }
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: null or writable by the interface's contract.
        unsafe { self.describe(0, info, PluginInfo::create_factory_info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        self.infos.len() as int32
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: as above.
        unsafe { self.describe(index, info, PluginInfo::create_class_info) }
    }

    unsafe fn createInstance(&self, class: FIDString, interface: FIDString, object: *mut *mut c_void) -> tresult {
        if class.is_null() || interface.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the host passes the 16 bytes of a class.
        let class = unsafe { *class.cast::<[u8; 16]>() };
        let made = match self.infos.iter().position(|info| *info.cid == class) {
            Some(0) => ComWrapper::new(Shell::<2>::new()).to_com_ptr::<FUnknown>(),
            Some(1) => ComWrapper::new(Shell::<1>::new()).to_com_ptr::<FUnknown>(),
            _ => None,
        };
        let Some(made) = made else { return kInvalidArgument };
        let unknown = made.as_ptr();
        // SAFETY: the object lives; the host passes the 16 bytes of an interface, and `object` is writable.
        unsafe { ((*(*unknown).vtbl).queryInterface)(unknown, interface.cast(), object) }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: null or writable by the interface's contract.
        unsafe { self.describe(index, info, PluginInfo::create_class_info_2) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: null or writable by the interface's contract.
        unsafe { self.describe(index, info, PluginInfo::create_class_info_unicode) }
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// The factory, for the host to release.
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    let factory = ComWrapper::new(Factory::new()).to_com_ptr::<IPluginFactory>();
    factory.map_or(std::ptr::null_mut(), |factory| ComPtr::into_raw(factory).cast())
}

/// What hosts call when they have loaded the library.
fn enter() -> bool {
    nice_plug::wrapper::setup_logger::<Octant>();
    true
}

macro_rules! entry_points {
    ($convention:literal $enter:ident ($($handle:ty)?) $leave:ident) => {
        /// The library was loaded.
        #[unsafe(no_mangle)]
        pub extern $convention fn $enter($(_: $handle)?) -> bool {
            enter()
        }

        /// The library is about to go.
        #[unsafe(no_mangle)]
        pub extern $convention fn $leave() -> bool {
            true
        }
    };
}

#[cfg(all(unix, not(target_os = "macos")))]
entry_points!("C" ModuleEntry (*mut c_void) ModuleExit);
#[cfg(target_os = "macos")]
entry_points!("C" bundleEntry (*mut c_void) bundleExit);
#[cfg(windows)]
entry_points!("system" InitDll () ExitDll);
