//! Which rate, channels, sample formats and periods a pair of devices is opened with.

use std::collections::BTreeSet;

use cpal::traits::DeviceTrait;
use cpal::{BufferSize, Device, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange};

use super::devices::{Side, name, sentence};
use crate::error::Failure;

/// Frames per period if nothing else is asked for.
const DEFAULT_PERIOD: u32 = 256;
/// Periods that can be asked for, frames: plugins of ALSA offer any number.
pub const PERIODS: (u32, u32) = (1, 65_536);
/// Rates that can be processed, Hz.
pub const RATES_HZ: (u32, u32) = (8_000, 768_000);
/// Rates to choose from, best first.
const COMMON_RATES_HZ: [u32; 8] = [48_000, 44_100, 96_000, 88_200, 192_000, 32_000, 16_000, 8_000];

/// How a stream is opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Rate, channels, period.
    pub config: StreamConfig,
    /// How a sample is written.
    pub sample: SampleFormat,
    /// Frames per period that were asked for.
    pub period: u32,
}

impl Format {
    /// The same with the period that the device likes best.
    #[must_use]
    pub fn of_the_device(self) -> Self {
        Self { config: StreamConfig { buffer_size: BufferSize::Default, ..self.config }, ..self }
    }
}

/// One device with everything it offers in one direction.
#[derive(Debug)]
pub struct Offer {
    /// For messages.
    name: String,
    side: Side,
    ranges: Vec<SupportedStreamConfigRange>,
    preferred_hz: Option<u32>,
}

impl Offer {
    /// Asks a device; else the reason for which nothing can be had of it.
    pub fn of(device: &Device, side: Side) -> Result<Self, String> {
        let name = format!("{} {}", side.word(), name(device));
        let ranges: Vec<_> = match side {
            Side::Input => device.supported_input_configs().map_err(|e| sentence(&e))?.collect(),
            Side::Output => device.supported_output_configs().map_err(|e| sentence(&e))?.collect(),
        };
        let preferred = match side {
            Side::Input => device.default_input_config(),
            Side::Output => device.default_output_config(),
        };
        let ranges: Vec<_> = ranges.into_iter().filter(|range| rank(range.sample_format()).is_some()).collect();
        if ranges.is_empty() {
            return Err("it offers no sample format that this program knows".to_owned());
        }
        Ok(Self { name, side, ranges, preferred_hz: preferred.ok().map(|config| config.sample_rate()) })
    }

    fn has_rate(&self, hz: u32) -> bool {
        self.ranges.iter().any(|range| range.contains_rate(hz))
    }

    fn has_channels(&self, hz: u32, channels: u16) -> bool {
        self.ranges.iter().any(|range| range.contains_rate(hz) && range.channels() >= channels)
    }

    /// The rates, as text.
    #[must_use]
    pub fn rates(&self) -> String {
        let text = |(low, high)| if low == high { format!("{low}") } else { format!("{low} … {high}") };
        format!("{} Hz", self.rate_ranges().map(text).collect::<Vec<_>>().join(", "))
    }

    /// Lowest and highest rates that can be processed, ascending.
    pub fn rate_ranges(&self) -> impl Iterator<Item = (u32, u32)> {
        let (lowest, highest) = RATES_HZ;
        let ends =
            self.ranges.iter().map(|range| (range.min_sample_rate().max(lowest), range.max_sample_rate().min(highest)));
        ends.filter(|(low, high)| low <= high).collect::<BTreeSet<_>>().into_iter()
    }

    /// The rate that the system would take.
    #[must_use]
    pub fn preferred_hz(&self) -> Option<u32> {
        self.preferred_hz
    }

    /// Shortest and longest period in frames, where that is known.
    #[must_use]
    pub fn periods(&self) -> Option<(u32, u32)> {
        let known = self.ranges.iter().filter_map(|range| ends(range.buffer_size()));
        let (least, most) = PERIODS;
        let all = known.reduce(|(min, max), (low, high)| (min.min(low), max.max(high)));
        all.map(|(min, max)| (min.clamp(least, most), max.clamp(least, most)))
    }

    /// Channels of the widest stream.
    #[must_use]
    pub fn most_channels(&self) -> u16 {
        self.ranges.iter().map(SupportedStreamConfigRange::channels).max().unwrap_or(0)
    }

    /// The narrowest stream with enough channels, in the best sample format.
    fn choose(&self, hz: u32, channels: u16, period: Option<u32>) -> Result<Format, Failure> {
        let best = self
            .ranges
            .iter()
            .filter(|range| range.contains_rate(hz) && range.channels() >= channels)
            .min_by_key(|range| (range.channels(), std::cmp::Reverse(rank(range.sample_format()))));
        let Some(best) = best else {
            return Err(Failure::device(format!("{}: it has no {channels} channels at {hz} Hz", self.name)));
        };
        let period = self.period(best.buffer_size(), period)?;
        let config =
            StreamConfig { channels: best.channels(), sample_rate: hz, buffer_size: BufferSize::Fixed(period) };
        Ok(Format { config, sample: best.sample_format(), period })
    }

    fn period(&self, range: &SupportedBufferSize, asked: Option<u32>) -> Result<u32, Failure> {
        let Some((min, max)) = ends(range) else { return Ok(asked.unwrap_or(DEFAULT_PERIOD)) };
        match asked {
            Some(frames) if !(min..=max).contains(&frames) => {
                let choice = if min == max { format!("only {min}") } else { format!("{min} … {max}") };
                Err(Failure::device(format!("--buffer {frames}: {} takes {choice} frames", self.name)))
            }
            Some(frames) => Ok(frames),
            None => Ok(DEFAULT_PERIOD.clamp(min, max)),
        }
    }
}

/// Shortest and longest period. Some devices turn the two round, or say 0.
fn ends(range: &SupportedBufferSize) -> Option<(u32, u32)> {
    match *range {
        SupportedBufferSize::Range { min, max } => Some((min.min(max).max(1), min.max(max).max(1))),
        SupportedBufferSize::Unknown => None,
    }
}

/// Preference of a sample format; None for those that are not samples.
fn rank(format: SampleFormat) -> Option<u8> {
    Some(match format {
        SampleFormat::F32 => 9,
        SampleFormat::F64 => 8,
        SampleFormat::I32 => 7,
        SampleFormat::I24 => 6,
        SampleFormat::U32 => 5,
        SampleFormat::U24 => 4,
        SampleFormat::I16 => 3,
        SampleFormat::U16 => 2,
        SampleFormat::I8 => 1,
        SampleFormat::U8 => 0,
        _ => return None,
    })
}

/// The rate for all devices: the one asked for, else the output's own, else the best that all have.
pub fn choose_rate(offers: &[&Offer], asked: Option<u32>) -> Result<u32, Failure> {
    if let Some(hz) = asked {
        return match offers.iter().find(|offer| !offer.has_rate(hz)) {
            Some(offer) => Err(Failure::device(format!(
                "--rate {hz}: {} offers {}; choose one of these",
                offer.name,
                offer.rates()
            ))),
            None => Ok(hz),
        };
    }
    let output = offers.iter().find(|offer| offer.side == Side::Output);
    let preferred = output.and_then(|offer| offer.preferred_hz);
    let all_have = |hz: &u32| offers.iter().all(|offer| offer.has_rate(*hz));
    let ends = offers.iter().flat_map(|offer| &offer.ranges).flat_map(|r| [r.min_sample_rate(), r.max_sample_rate()]);
    preferred.into_iter().chain(COMMON_RATES_HZ).chain(ends).find(all_have).ok_or_else(|| {
        let told: Vec<String> = offers.iter().map(|offer| format!("{} offers {}", offer.name, offer.rates())).collect();
        Failure::device(format!("these devices have no sample rate in common: {}; choose others", told.join("; ")))
    })
}

/// Channels to process: two if both have them, else one.
pub fn choose_channels(input: &Offer, output: &Offer, hz: u32) -> Result<u16, Failure> {
    if input.has_channels(hz, 2) && output.has_channels(hz, 2) {
        return Ok(2);
    }
    let mono_input = input.ranges.iter().any(|range| range.contains_rate(hz) && range.channels() == 1);
    if mono_input {
        return Ok(1);
    }
    Err(Failure::device(format!(
        "{} has two channels or more at {hz} Hz and {} only one; choose a stereo output or a mono input",
        input.name, output.name
    )))
}

/// How both streams are opened.
pub fn choose(
    input: &Offer,
    output: &Offer,
    hz: u32,
    channels: u16,
    period: Option<u32>,
) -> Result<(Format, Format), Failure> {
    // One channel of sound goes to both of a stereo output.
    let out_channels = if output.has_channels(hz, 2) { 2 } else { channels };
    Ok((input.choose(hz, channels, period)?, output.choose(hz, out_channels, period)?))
}

/// How a sidechain is opened: as many channels as the main input, or one.
pub fn choose_sidechain(offer: &Offer, hz: u32, channels: u16, period: Option<u32>) -> Result<(Format, u16), Failure> {
    let width = if offer.has_channels(hz, channels) { channels } else { 1 };
    Ok((offer.choose(hz, width, period)?, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(side: Side, channels: u16, rates: &[(u32, u32)]) -> Offer {
        let buffer = SupportedBufferSize::Range { min: 64, max: 4096 };
        let ranges = rates
            .iter()
            .flat_map(|(low, high)| {
                [SampleFormat::I16, SampleFormat::F32]
                    .map(|format| SupportedStreamConfigRange::new(channels, *low, *high, buffer, format))
            })
            .collect();
        Offer { name: format!("{} Test", side.word()), side, ranges, preferred_hz: Some(rates[0].0) }
    }

    #[test]
    fn the_rate_is_the_outputs_own_or_one_that_both_have() {
        let output = offer(Side::Output, 2, &[(44_100, 44_100), (96_000, 96_000)]);
        let same = offer(Side::Input, 2, &[(8_000, 192_000)]);
        assert_eq!(choose_rate(&[&same, &output], None), Ok(44_100));
        let other = offer(Side::Input, 2, &[(96_000, 96_000)]);
        assert_eq!(choose_rate(&[&other, &output], None), Ok(96_000));
        let none = offer(Side::Input, 2, &[(16_000, 16_000)]);
        let failure = choose_rate(&[&none, &output], None).expect_err("nothing in common");
        assert!(failure.sentence.contains("44100, 96000 Hz"), "{failure}");
        let failure = choose_rate(&[&same, &output], Some(48_000)).expect_err("not offered");
        assert_eq!(failure.sentence, "--rate 48000: output Test offers 44100, 96000 Hz; choose one of these");
    }

    #[test]
    fn channels_are_those_that_both_have() {
        let rates = [(48_000, 48_000)];
        let (mono, stereo) = (|side| offer(side, 1, &rates), |side| offer(side, 2, &rates));
        let count = |input: Offer, output: Offer| choose_channels(&input, &output, 48_000);
        assert_eq!(count(stereo(Side::Input), stereo(Side::Output)), Ok(2));
        assert_eq!(count(mono(Side::Input), stereo(Side::Output)), Ok(1));
        assert_eq!(count(mono(Side::Input), mono(Side::Output)), Ok(1));
        let failure = count(stereo(Side::Input), mono(Side::Output)).expect_err("who would mix them?");
        assert!(failure.sentence.contains("choose a stereo output or a mono input"), "{failure}");
        let both = choose(&mono(Side::Input), &stereo(Side::Output), 48_000, 1, None).expect("fits");
        assert_eq!((both.0.config.channels, both.1.config.channels), (1, 2));
        assert_eq!(both.0.sample, SampleFormat::F32);
    }

    #[test]
    fn a_period_that_is_not_offered_is_told_with_those_that_are() {
        let output = offer(Side::Output, 2, &[(48_000, 48_000)]);
        let failure = output.choose(48_000, 2, Some(32)).expect_err("too small");
        assert_eq!(failure.sentence, "--buffer 32: output Test takes 64 … 4096 frames");
        assert_eq!(output.choose(48_000, 2, None).expect("fits").period, 256);
    }
}
