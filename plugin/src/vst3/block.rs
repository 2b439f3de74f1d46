//! What a host gives for a block, made whole before the framework sees it.

use super::sdk::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use super::sdk::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessorTrait, ProcessData};
use super::sdk::Steinberg::{int32, kInvalidArgument, kResultFalse, tresult};
use std::ptr::null_mut;
use std::slice;

/// A bus without memory.
const NOTHING: AudioBusBuffers = AudioBusBuffers {
    numChannels: 0,
    silenceFlags: 0,
    __field0: AudioBusBuffers__type0 { channelBuffers32: null_mut() },
};

/// Hands a block to `processor`, with as many buses as it has declared (main input, sidechain, main output), each with
/// its first channels that have memory. Without a whole output it is a block of changes alone; without a main input the
/// input is silence. Real-time safe if `processor` is.
///
/// # Safety
/// `given` is null or as the interface wants it, but for the number of buses and channels, and memory that is missing.
pub unsafe fn process(processor: &impl IAudioProcessorTrait, channels: usize, given: *mut ProcessData) -> tresult {
    // SAFETY: null or valid by the caller's word.
    let Some(given) = (unsafe { given.as_mut() }) else { return kInvalidArgument };
    if given.symbolicSampleSize != kSample32 as int32 {
        return kResultFalse;
    }
    // SAFETY: so many buses are there, or none.
    let [inputs, outputs] = unsafe { [buses(given.inputs, given.numInputs), buses(given.outputs, given.numOutputs)] };
    let bus = |buses: &[AudioBusBuffers], index: usize| {
        // SAFETY: each bus has so many pointers, or none.
        buses.get(index).map_or(NOTHING, |bus| unsafe { with_memory(bus, channels) })
    };
    let [mut ins, mut outs] = [[bus(inputs, 0), bus(inputs, 1)], [bus(outputs, 0), NOTHING]];
    let mut data = ProcessData { numSamples: given.numSamples.max(0), ..*given };
    (data.inputs, data.numInputs) = (ins.as_mut_ptr(), 2);
    if outs[0].numChannels as usize == channels {
        (data.outputs, data.numOutputs) = (outs.as_mut_ptr(), 1);
        if ins[0].numChannels == 0 {
            // SAFETY: the output has so many channels, each with memory for the block.
            unsafe { silence(&outs[0], data.numSamples as usize) };
        }
    } else {
        (data.outputs, data.numOutputs) = (null_mut(), 0);
    }
    // SAFETY: as given, and whole.
    let result = unsafe { processor.process(&mut data) };
    outputs.iter_mut().for_each(|bus| bus.silenceFlags = 0);
    result
}

/// SAFETY: `first` is null or the first of so many.
unsafe fn buses<'a>(first: *mut AudioBusBuffers, count: i32) -> &'a mut [AudioBusBuffers] {
    let count = if first.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
    // SAFETY: by the caller's word; an empty slice may come from anywhere but null.
    if count == 0 { &mut [] } else { unsafe { slice::from_raw_parts_mut(first, count) } }
}

/// The bus with its first channels that have memory, `most` at most.
///
/// SAFETY: the bus has as many pointers as it says, or none.
unsafe fn with_memory(bus: &AudioBusBuffers, most: usize) -> AudioBusBuffers {
    // SAFETY: both variants are pointers to pointers.
    let pointers = unsafe { bus.__field0.channelBuffers32 };
    if pointers.is_null() {
        return NOTHING;
    }
    let count = usize::try_from(bus.numChannels).unwrap_or(0).min(most);
    // SAFETY: so many pointers are there.
    let whole = (0..count).take_while(|channel| !unsafe { *pointers.add(*channel) }.is_null()).count();
    if whole == 0 { NOTHING } else { AudioBusBuffers { numChannels: whole as int32, ..*bus } }
}

/// SAFETY: every channel of the bus has memory for so many frames.
unsafe fn silence(bus: &AudioBusBuffers, frames: usize) {
    for channel in 0..bus.numChannels as usize {
        // SAFETY: by the caller's word.
        unsafe { (*bus.__field0.channelBuffers32.add(channel)).write_bytes(0, frames) };
    }
}
