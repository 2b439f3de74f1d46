//! Which parameters the sound has brought a value, and how often.

use super::sdk::ComRef;
use super::sdk::Steinberg::Vst::{IParamValueQueueTrait, IParameterChangesTrait, ParamID, ProcessData};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// A count for each parameter.
///
/// Relaxed: each stands alone; who compares two readings of one can do with that of a moment ago.
pub struct Arrivals(Box<[(ParamID, AtomicU32)]>);

impl Arrivals {
    /// For these parameters.
    pub fn new(ids: impl Iterator<Item = ParamID>) -> Self {
        let mut counts: Box<[_]> = ids.map(|id| (id, AtomicU32::new(0))).collect();
        counts.sort_unstable_by_key(|(id, _)| *id);
        Self(counts)
    }

    fn count(&self, id: ParamID) -> Option<&AtomicU32> {
        let at = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.0[at].1)
    }

    /// How often it has been brought a value.
    pub fn of(&self, id: ParamID) -> u32 {
        self.count(id).map_or(0, |count| count.load(Relaxed))
    }

    /// Counts what comes with a block. Real-time safe.
    ///
    /// # Safety
    /// `given` is null or as the interface wants it.
    pub unsafe fn note(&self, given: *const ProcessData) {
        // SAFETY: null or valid by the caller's word.
        let changes = unsafe { given.as_ref().and_then(|given| ComRef::from_raw(given.inputParameterChanges)) };
        let Some(changes) = changes else { return };
        // SAFETY: takes nothing.
        for index in 0..unsafe { changes.getParameterCount() } {
            // SAFETY: there is one at this index, or null is given.
            let queue = unsafe { ComRef::from_raw(changes.getParameterData(index)) };
            // SAFETY: takes nothing.
            if let Some(count) = queue.and_then(|queue| self.count(unsafe { queue.getParameterId() })) {
                count.fetch_add(1, Relaxed);
            }
        }
    }
}
