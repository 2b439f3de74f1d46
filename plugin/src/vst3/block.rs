//! What a host gives for a block, made whole before the framework sees it.

use super::sdk::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use super::sdk::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessorTrait, ProcessData};
use super::sdk::Steinberg::{int32, kInvalidArgument, kResultFalse, tresult};
use std::ptr::null_mut;

/// A bus without memory.
const NOTHING: AudioBusBuffers = AudioBusBuffers {
    numChannels: 0,
    silenceFlags: 0,
    __field0: AudioBusBuffers__type0 { channelBuffers32: null_mut() },
};

/// Hands a block to `processor`, with as many buses as it has declared (main input, sidechain, main output), each with
/// its first channels that have memory. Without a whole output it is a block of changes alone; without a main input the
/// input is silence; a sidechain of one channel serves both. Real-time safe if `processor` is.
///
/// # Safety
/// `given` is null or as the interface wants it, but for the number of buses and channels, and memory that is missing.
pub unsafe fn process(processor: &impl IAudioProcessorTrait, channels: usize, given: *mut ProcessData) -> tresult {
    // SAFETY: null or valid by the caller's word.
    let Some(given) = (unsafe { given.as_ref() }) else { return kInvalidArgument };
    if given.symbolicSampleSize != kSample32 as int32 {
        return kResultFalse;
    }
    // SAFETY: so many buses are there, or none.
    let input = |index| unsafe { bus(given.inputs, given.numInputs, index, channels) };
    let mut inputs = [input(0), input(1)];
    let mut served = [null_mut(); 2];
    if inputs[1].numChannels == 1 {
        // SAFETY: one channel with memory is there; it is read for each of two, one after the other.
        served.fill(unsafe { *inputs[1].__field0.channelBuffers32 });
        inputs[1].numChannels = channels as int32;
        inputs[1].__field0.channelBuffers32 = served.as_mut_ptr();
    }
    // SAFETY: the same.
    let mut output = unsafe { bus(given.outputs, given.numOutputs, 0, channels) };
    let mut data = ProcessData { numSamples: given.numSamples.max(0), ..*given };
    (data.inputs, data.numInputs) = (inputs.as_mut_ptr(), inputs.len() as int32);
    let whole = output.numChannels as usize == channels;
    (data.outputs, data.numOutputs) = if whole { (&raw mut output, 1) } else { (null_mut(), 0) };
    if whole && inputs[0].numChannels == 0 {
        // SAFETY: the output has so many channels, each with memory for the block.
        unsafe { silence(&output, data.numSamples as usize) };
    }
    // SAFETY: as given, and whole.
    let result = unsafe { processor.process(&mut data) };
    if whole {
        // SAFETY: the output is there. No channel is said to be silent, whatever was said before.
        unsafe { (*given.outputs).silenceFlags = 0 };
    }
    result
}

/// The bus at an index, with its first channels that have memory, `most` at most.
///
/// SAFETY: `first` is null or the first of `count` buses, each with as many pointers as it says, or none.
unsafe fn bus(first: *const AudioBusBuffers, count: int32, index: int32, most: usize) -> AudioBusBuffers {
    if first.is_null() || index >= count {
        return NOTHING;
    }
    // SAFETY: there is one at this index.
    unsafe { with_memory(&*first.add(index as usize), most) }
}

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
