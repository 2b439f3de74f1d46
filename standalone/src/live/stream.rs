//! One stream of a device: its callbacks, whatever its samples are, and what is needed to look after it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Data, Device, FromSample, SampleFormat, SizedSample, Stream};

use super::clock::TimeSource;
use super::devices::{self, sentence};
use super::feed::Inlet;
use super::format::Format;
use super::player::Player;
use super::watch::Alarm;
use crate::error::Failure;

/// How long a device may take to open.
const OPEN_TIMEOUT: Duration = Duration::from_secs(3);

/// Calls a function for the type of a sample format.
macro_rules! by_sample {
    ($format:expr, $build:ident($($argument:expr),*)) => {
        match $format {
            SampleFormat::F32 => $build::<f32>($($argument),*),
            SampleFormat::F64 => $build::<f64>($($argument),*),
            SampleFormat::I8 => $build::<i8>($($argument),*),
            SampleFormat::I16 => $build::<i16>($($argument),*),
            SampleFormat::I24 => $build::<cpal::I24>($($argument),*),
            SampleFormat::I32 => $build::<i32>($($argument),*),
            SampleFormat::U8 => $build::<u8>($($argument),*),
            SampleFormat::U16 => $build::<u16>($($argument),*),
            SampleFormat::U24 => $build::<cpal::U24>($($argument),*),
            SampleFormat::U32 => $build::<u32>($($argument),*),
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    };
}

/// A stream. It is silent before [`play`](Self::play); dropping it closes it, which may hang.
pub struct Open {
    /// Its place in the program, for messages.
    pub what: &'static str,
    /// Name of the device.
    pub name: String,
    /// What its callbacks leave.
    pub alarm: Arc<Alarm>,
    /// Time between two callbacks.
    pub period: Duration,
    /// Its thread has the priority of any other until it is raised.
    pub ordinary: bool,
    stream: Stream,
}

impl Open {
    /// From a device into an inlet.
    pub fn input(
        device: &Device,
        format: Format,
        what: &'static str,
        inlet: Inlet,
        time: TimeSource,
    ) -> Result<Self, cpal::Error> {
        let alarm = Arc::<Alarm>::default();
        let stream = by_sample!(format.sample, input(device, format, inlet, time, &alarm))?;
        Ok(Self::new(device, format, what, alarm, stream))
    }

    /// From a player to a device.
    pub fn output(
        device: &Device,
        format: Format,
        what: &'static str,
        player: Player,
        time: TimeSource,
    ) -> Result<Self, cpal::Error> {
        let alarm = Arc::<Alarm>::default();
        let stream = by_sample!(format.sample, output(device, format, player, time, &alarm))?;
        Ok(Self::new(device, format, what, alarm, stream))
    }

    fn new(device: &Device, format: Format, what: &'static str, alarm: Arc<Alarm>, stream: Stream) -> Self {
        let frames = stream.buffer_size().unwrap_or(format.period).max(1);
        let period = Duration::from_secs_f64(f64::from(frames) / f64::from(format.config.sample_rate));
        let ordinary = device.id().is_ok_and(|id| id.host().to_string() == "alsa");
        Self { what, name: devices::name(device), alarm, period, ordinary, stream }
    }

    /// Starts the callbacks.
    pub fn play(&self) -> Result<(), Failure> {
        let refuse = |e| Failure::device(format!("{} {}: {}", self.what, self.name, sentence(&e)));
        self.stream.play().map_err(refuse)
    }

    /// Stops the callbacks where the system can do that.
    pub fn pause(&self) {
        let _ = self.stream.pause();
    }
}

fn input<T: SizedSample + Send + 'static>(
    device: &Device,
    format: Format,
    mut inlet: Inlet,
    time: TimeSource,
    alarm: &Arc<Alarm>,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let width = usize::from(format.config.channels);
    let (guard, errors) = (Arc::clone(alarm), Arc::clone(alarm));
    device.build_input_stream_raw(
        format.config,
        format.sample,
        move |data: &Data, info| {
            guard.caller.here();
            let seconds = time.seconds(info.timestamp().callback);
            // A panic that leaves a callback ends the whole process.
            let work = || data.as_slice::<T>().map(|data| inlet.take(data, width, seconds));
            if !guard.faulty() && catch_unwind(AssertUnwindSafe(work)).is_err() {
                guard.fault();
            }
        },
        move |error| errors.take(error.kind()),
        Some(OPEN_TIMEOUT),
    )
}

fn output<T: SizedSample + FromSample<f32> + Send + 'static>(
    device: &Device,
    format: Format,
    mut player: Player,
    time: TimeSource,
    alarm: &Arc<Alarm>,
) -> Result<Stream, cpal::Error> {
    let width = usize::from(format.config.channels);
    let (guard, errors) = (Arc::clone(alarm), Arc::clone(alarm));
    device.build_output_stream_raw(
        format.config,
        format.sample,
        move |data: &mut Data, info| {
            guard.caller.here();
            let seconds = time.seconds(info.timestamp().callback);
            let Some(data) = data.as_slice_mut::<T>() else { return };
            let work = || player.fill(data, width, seconds);
            if guard.faulty() || catch_unwind(AssertUnwindSafe(work)).is_err() {
                guard.fault();
                data.fill(T::EQUILIBRIUM);
            }
        },
        move |error| errors.take(error.kind()),
        Some(OPEN_TIMEOUT),
    )
}
