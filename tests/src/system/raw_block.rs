//! Unsafe inside: one block as a CLAP host hands it over, with every freedom that the structures of C leave.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::process::clap_process;
use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::{null, null_mut};

/// An event for the plugin.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A parameter value.
    Value(clap_event_param_value),
    /// A modulation of a parameter.
    Modulation(clap_event_param_mod),
    /// Another transport.
    Transport(clap_event_transport),
    /// A note.
    Note(clap_event_note),
    /// Three bytes of MIDI.
    Midi(clap_event_midi),
}

fn header<T>(kind: u16, time: u32) -> clap_event_header {
    clap_event_header { size: size_of::<T>() as u32, time, space_id: CLAP_CORE_EVENT_SPACE_ID, type_: kind, flags: 0 }
}

impl Event {
    /// A parameter value; `cookie` is what the plugin gave with the parameter's description, or null.
    pub fn value(time: u32, id: u32, cookie: usize, value: f64) -> Self {
        let header = header::<clap_event_param_value>(CLAP_EVENT_PARAM_VALUE, time);
        let cookie = cookie as *mut c_void;
        Self::Value(clap_event_param_value {
            header,
            param_id: id,
            cookie,
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        })
    }

    /// The same with a number of another vendor as its name space: not for this plugin.
    pub fn foreign_value(time: u32, id: u32, value: f64) -> Self {
        let mut event = Self::value(time, id, 0, value);
        if let Self::Value(value) = &mut event {
            value.header.space_id = 0x7abc;
        }
        event
    }

    /// A modulation of all notes or, with a number, of one.
    pub fn modulation(time: u32, id: u32, note_id: i32, amount: f64) -> Self {
        let header = header::<clap_event_param_mod>(CLAP_EVENT_PARAM_MOD, time);
        Self::Modulation(clap_event_param_mod {
            header,
            param_id: id,
            cookie: null_mut(),
            note_id,
            port_index: -1,
            channel: -1,
            key: -1,
            amount,
        })
    }

    /// A transport with these flags and tempo.
    pub fn transport(time: u32, flags: u32, tempo: f64, position: i64) -> Self {
        Self::Transport(transport(time, flags, tempo, position))
    }

    /// A note that begins or ends.
    pub fn note(time: u32, on: bool, key: i16) -> Self {
        let header = header::<clap_event_note>(if on { CLAP_EVENT_NOTE_ON } else { CLAP_EVENT_NOTE_OFF }, time);
        Self::Note(clap_event_note { header, note_id: -1, port_index: 0, channel: 0, key, velocity: 0.5 })
    }

    /// Three bytes of MIDI.
    pub fn midi(time: u32, data: [u8; 3]) -> Self {
        Self::Midi(clap_event_midi { header: header::<clap_event_midi>(CLAP_EVENT_MIDI, time), port_index: 0, data })
    }

    fn header(&self) -> &clap_event_header {
        match self {
            Self::Value(event) => &event.header,
            Self::Modulation(event) => &event.header,
            Self::Transport(event) => &event.header,
            Self::Note(event) => &event.header,
            Self::Midi(event) => &event.header,
        }
    }

    /// Frame of the block.
    pub fn time(&self) -> u32 {
        self.header().time
    }
}

/// A transport, playing or not, with numbers as wild as the caller likes.
pub fn transport(time: u32, flags: u32, tempo: f64, position: i64) -> clap_event_transport {
    clap_event_transport {
        header: header::<clap_event_transport>(CLAP_EVENT_TRANSPORT, time),
        flags,
        song_pos_beats: position,
        song_pos_seconds: position,
        tempo,
        tempo_inc: 0.0,
        loop_start_beats: position,
        loop_end_beats: position,
        loop_start_seconds: position,
        loop_end_seconds: position,
        bar_start: position,
        bar_number: position as i32,
        tsig_num: position as u16,
        tsig_denom: position as u16,
    }
}

/// A list that borrows `events`, though its type does not say so.
pub(super) fn input_events(events: &&[Event]) -> clap_input_events {
    unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
        // SAFETY: `ctx` is the slice of `input_events`, borrowed for the call that this is part of.
        unsafe {
            let events: &[Event] = *((*list).ctx as *const &[Event]);
            events.len() as u32
        }
    }
    unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
        // SAFETY: as in `size`; each variant begins with a header, and the list outlives the call.
        let events = unsafe { *((*list).ctx as *const &[Event]) };
        events.get(index as usize).map_or(null(), |event| match event {
            Event::Value(event) => (event as *const clap_event_param_value).cast(),
            Event::Modulation(event) => (event as *const clap_event_param_mod).cast(),
            Event::Transport(event) => (event as *const clap_event_transport).cast(),
            Event::Note(event) => (event as *const clap_event_note).cast(),
            Event::Midi(event) => (event as *const clap_event_midi).cast(),
        })
    }
    clap_input_events { ctx: (events as *const &[Event]).cast_mut().cast(), size: Some(size), get: Some(get) }
}

/// What the plugin sent to its host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Number of events.
    pub events: u32,
    /// Frame of the latest one.
    pub last_time: u32,
    /// Whether one came before its predecessor in time.
    pub disordered: bool,
    /// Gestures that began.
    pub begun: u32,
    /// Gestures that ended.
    pub ended: u32,
}

pub(super) fn output_events(sent: &mut Sent) -> clap_output_events {
    unsafe extern "C" fn push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
        // SAFETY: `ctx` is the `Sent` of `output_events`, lent for the call; the plugin passes a valid event.
        let (sent, time, kind) = unsafe { (&mut *((*list).ctx as *mut Sent), (*event).time, (*event).type_) };
        sent.begun += u32::from(kind == CLAP_EVENT_PARAM_GESTURE_BEGIN);
        sent.ended += u32::from(kind == CLAP_EVENT_PARAM_GESTURE_END);
        sent.disordered |= time < sent.last_time;
        (sent.events, sent.last_time) = (sent.events + 1, time);
        true
    }
    clap_output_events { ctx: (sent as *mut Sent).cast(), try_push: Some(push) }
}

/// How the sidechain is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As declared.
    Whole,
    /// A port without any memory.
    Null,
    /// No port: for plugins that have none.
    Absent,
    /// With so many channels only.
    Channels(u32),
}

/// What a host gets back from a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The plugin refused.
    Error,
    /// Go on.
    Continue,
    /// Go on while there is sound.
    ContinueIfNotQuiet,
    /// Go on for the tail.
    Tail,
    /// No more until something comes in.
    Sleep,
}

/// One block with its memory; everything is allocated beforehand.
#[derive(Debug)]
pub struct Block {
    /// Main input, channel by channel.
    pub input: Vec<Vec<f32>>,
    /// Sidechain.
    pub side: Vec<Vec<f32>>,
    /// Main output.
    pub output: Vec<Vec<f32>>,
    /// Frames to process, at most as many as the rows have.
    pub frames: u32,
    /// Whether input and output are the same memory, that of `output`.
    pub in_place: bool,
    /// How the sidechain is handed over.
    pub side_as: Side,
    /// Whether the input is marked as constant.
    pub constant: bool,
    /// Events, in order of time.
    pub events: Vec<Event>,
    /// The transport; a host may have none.
    pub transport: Option<clap_event_transport>,
    /// Whether the plugin marked output channels as constant.
    pub output_constant: u64,
    /// What the plugin sent.
    pub sent: Sent,
}

impl Block {
    /// Silence of so many channels and frames.
    pub fn new(channels: usize, frames: usize) -> Self {
        let rows = || vec![vec![0.0; frames]; channels];
        Self {
            input: rows(),
            side: rows(),
            output: rows(),
            frames: frames as u32,
            in_place: false,
            side_as: Side::Whole,
            constant: false,
            events: Vec::with_capacity(4096),
            transport: None,
            output_constant: 0,
            sent: Sent::default(),
        }
    }

    /// The processed frames of the output.
    pub fn heard(&self) -> impl Iterator<Item = &[f32]> {
        self.output.iter().map(|row| &row[..self.frames as usize])
    }

    /// Hands everything over. Does not allocate.
    pub(super) fn hand_over(&mut self, process: impl FnOnce(&clap_process) -> i32) -> Status {
        const MOST: usize = 2;
        let frames = self.frames as usize;
        let pointers = |rows: &mut Vec<Vec<f32>>| {
            let mut pointers = [null_mut(); MOST];
            for (pointer, row) in pointers.iter_mut().zip(rows) {
                assert!(row.len() >= frames);
                *pointer = row.as_mut_ptr();
            }
            pointers
        };
        let count = self.output.len() as u32;
        let (mut input, mut side, mut output) =
            (pointers(&mut self.input), pointers(&mut self.side), pointers(&mut self.output));
        let buffer = |data32, channel_count, constant: bool| clap_audio_buffer {
            data32,
            data64: null_mut(),
            channel_count,
            latency: 0,
            constant_mask: if constant { (1 << count) - 1 } else { 0 },
        };
        let main = if self.in_place { output.as_mut_ptr() } else { input.as_mut_ptr() };
        let side = match self.side_as {
            Side::Whole => buffer(side.as_mut_ptr(), count, self.constant),
            Side::Null | Side::Absent => buffer(null_mut(), count, false),
            Side::Channels(channels) => buffer(side.as_mut_ptr(), channels.min(count), false),
        };
        let inputs = [buffer(main, count, self.constant), side];
        let mut outputs = [buffer(output.as_mut_ptr(), count, false)];
        self.sent = Sent::default();
        let slice = &self.events[..];
        let (in_events, out_events) = (input_events(&slice), output_events(&mut self.sent));
        let status = process(&clap_process {
            steady_time: -1,
            frames_count: self.frames,
            transport: self.transport.as_ref().map_or(null(), |transport| transport),
            audio_inputs: inputs.as_ptr(),
            audio_outputs: outputs.as_mut_ptr(),
            audio_inputs_count: if self.side_as == Side::Absent { 1 } else { 2 },
            audio_outputs_count: outputs.len() as u32,
            in_events: &in_events,
            out_events: &out_events,
        });
        self.output_constant = outputs[0].constant_mask;
        match status {
            1 => Status::Continue,
            2 => Status::ContinueIfNotQuiet,
            3 => Status::Tail,
            4 => Status::Sleep,
            _ => Status::Error,
        }
    }
}
