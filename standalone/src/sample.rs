//! Samples in files and samples in rows: decoding, rounding, dither.

/// How an input file codes one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Unsigned, 128 is silence.
    U8,
    /// Signed 16 bit.
    S16,
    /// Signed 24 bit in three bytes.
    S24,
    /// Signed 32 bit, or fewer in the upper bits of four bytes.
    S32,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// G.711 A-law.
    ALaw,
    /// G.711 mu-law.
    MuLaw,
}

impl Encoding {
    /// Bytes of one sample.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::ALaw | Self::MuLaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// How an output file codes one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Signed 16 bit
    S16,
    /// Signed 24 bit
    S24,
    /// Signed 32 bit
    S32,
    /// 32-bit float
    F32,
}

impl OutputFormat {
    /// Bytes of one sample.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
        }
    }

    /// Bits of one sample.
    #[must_use]
    pub fn bits(self) -> u32 {
        8 * self.bytes() as u32
    }
}

/// Decodes interleaved little-endian samples into one row per channel. `bytes` holds whole frames, as many as the
/// rows are long.
pub fn decode(encoding: Encoding, bytes: &[u8], rows: &mut [&mut [f32]]) {
    match encoding {
        Encoding::U8 => spread(bytes, rows, |[byte]| (f32::from(byte) - 128.0) / 128.0),
        Encoding::S16 => spread(bytes, rows, |b| f32::from(i16::from_le_bytes(b)) / 32_768.0),
        // In the upper three bytes of an i32 the sign comes for free.
        Encoding::S24 => spread(bytes, rows, |[a, b, c]| i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0),
        Encoding::S32 => spread(bytes, rows, |b| i32::from_le_bytes(b) as f32 / 2_147_483_648.0),
        Encoding::F32 => spread(bytes, rows, f32::from_le_bytes),
        Encoding::F64 => spread(bytes, rows, |b| narrow(f64::from_le_bytes(b))),
        Encoding::ALaw => spread(bytes, rows, |[byte]| f32::from(a_law(byte)) / 32_768.0),
        Encoding::MuLaw => spread(bytes, rows, |[byte]| f32::from(mu_law(byte)) / 32_768.0),
    }
}

/// One loop per encoding and channel count, so that nothing is decided per sample.
fn spread<const BYTES: usize>(bytes: &[u8], rows: &mut [&mut [f32]], convert: impl Fn([u8; BYTES]) -> f32) {
    let (samples, _) = bytes.as_chunks::<BYTES>();
    match rows {
        [row] => {
            for (out, sample) in row.iter_mut().zip(samples) {
                *out = convert(*sample);
            }
        }
        [left, right] => {
            let (frames, _) = samples.as_chunks::<2>();
            for ((left, right), frame) in left.iter_mut().zip(right.iter_mut()).zip(frames) {
                *left = convert(frame[0]);
                *right = convert(frame[1]);
            }
        }
        rows => {
            let channels = rows.len();
            for (channel, row) in rows.iter_mut().enumerate() {
                for (out, frame) in row.iter_mut().zip(samples.chunks_exact(channels)) {
                    *out = convert(frame[channel]);
                }
            }
        }
    }
}

/// A finite number stays finite: beyond the range of f32 it becomes the largest one, not infinity.
fn narrow(sample: f64) -> f32 {
    if sample.is_finite() { sample.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32 } else { sample as f32 }
}

/// ITU-T G.711, A-law: 13 bits, left-justified in 16.
fn a_law(code: u8) -> i16 {
    let code = code ^ 0x55;
    let mantissa = i16::from(code & 0x0F) << 4;
    let exponent = (code >> 4) & 7;
    let magnitude = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// ITU-T G.711, mu-law: 14 bits, left-justified in 16.
fn mu_law(code: u8) -> i16 {
    let code = !code;
    let magnitude = (((i16::from(code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Interleaves rows as little-endian floats.
pub fn encode_f32(rows: &[&[f32]], bytes: &mut Vec<u8>) {
    bytes.clear();
    match rows {
        [row] => bytes.extend(row.iter().flat_map(|sample| sample.to_le_bytes())),
        [left, right] => {
            bytes.resize(8 * left.len(), 0);
            for ((frame, left), right) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(*left).zip(*right) {
                frame[..4].copy_from_slice(&left.to_le_bytes());
                frame[4..].copy_from_slice(&right.to_le_bytes());
            }
        }
        rows => {
            for index in 0..rows[0].len() {
                bytes.extend(rows.iter().flat_map(|row| row[index].to_le_bytes()));
            }
        }
    }
}

/// Packs integers as little-endian samples of two, three or four bytes.
pub fn pack(samples: &[i32], format: OutputFormat, bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.resize(samples.len() * format.bytes(), 0);
    match format {
        OutputFormat::S16 => {
            for (out, sample) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
                *out = (*sample as i16).to_le_bytes();
            }
        }
        OutputFormat::S24 => {
            for (out, sample) in bytes.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
                let [a, b, c, _] = sample.to_le_bytes();
                *out = [a, b, c];
            }
        }
        OutputFormat::S32 | OutputFormat::F32 => {
            for (out, sample) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(samples) {
                *out = sample.to_le_bytes();
            }
        }
    }
}

/// Counts NaN and infinities.
#[must_use]
pub fn count_non_finite(row: &[f32]) -> u64 {
    const EXPONENT: u32 = 0x7F80_0000;
    // A u32 per piece keeps the sum in vector registers; a piece cannot overflow it.
    row.chunks(1 << 20)
        .map(|piece| {
            u64::from(piece.iter().map(|sample| u32::from(sample.to_bits() & EXPONENT == EXPONENT)).sum::<u32>())
        })
        .sum()
}

/// Rounds floats to integers of a given width, with or without dither, and counts what does not fit.
pub struct Quantiser {
    scale: f64,
    dither: Option<Vec<Dither>>,
    clipped: u64,
}

impl Quantiser {
    /// `bits` 16 to 32.
    #[must_use]
    pub fn new(bits: u32, channels: usize, dither: bool) -> Self {
        Self {
            scale: f64::from(1u32 << (bits - 1)),
            dither: dither.then(|| (0..channels).map(|channel| Dither::new(channel as u64)).collect()),
            clipped: 0,
        }
    }

    /// Samples so far that were beyond full scale.
    #[must_use]
    pub fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Rounds and interleaves rows of equal length.
    pub fn interleave(&mut self, rows: &[&[f32]], samples: &mut Vec<i32>) {
        let channels = rows.len();
        let scale = self.scale;
        let mut clipped = 0;
        samples.clear();
        samples.resize(rows.iter().map(|row| row.len()).sum(), 0);
        for (channel, row) in rows.iter().enumerate() {
            let first = channel.min(samples.len());
            let out = samples[first..].iter_mut().step_by(channels);
            match &mut self.dither {
                None => {
                    for (out, sample) in out.zip(*row) {
                        *out = round(f64::from(*sample) * scale, scale, &mut clipped);
                    }
                }
                Some(dither) => {
                    let dither = &mut dither[channel];
                    for (out, sample) in out.zip(*row) {
                        *out = round(f64::from(*sample) * scale + dither.next(), scale, &mut clipped);
                    }
                }
            }
        }
        self.clipped += clipped;
    }
}

/// To the nearest integer, ties to even, limited to −scale … scale − 1.
fn round(sample: f64, scale: f64, clipped: &mut u64) -> i32 {
    // Adding and taking away 1.5 · 2^52 rounds to an integer in the present rounding mode, without a call.
    const TO_INTEGER: f64 = 6_755_399_441_055_744.0;
    let whole = (sample + TO_INTEGER) - TO_INTEGER;
    let limited = whole.clamp(-scale, scale - 1.0);
    *clipped += u64::from(limited != whole);
    limited as i32
}

/// Triangular noise of ±1 step: the sum of two uniform ones. The seed is fixed, so the same input always gives the
/// same file.
struct Dither {
    state: u64,
}

impl Dither {
    fn new(channel: u64) -> Self {
        Self { state: 0x6F63_7461_6E74_0001_u64.wrapping_add(channel.wrapping_mul(0xD1B5_4A32_D192_ED03)) }
    }

    /// SplitMix64; one step gives both uniform numbers.
    fn next(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (f64::from(bits as u32) - f64::from((bits >> 32) as u32)) / 4_294_967_296.0
    }
}
