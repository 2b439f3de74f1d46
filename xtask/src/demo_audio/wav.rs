//! Stereo samples as a 16-bit WAV file.

use super::RATE_HZ;
use super::voices::Noise;

/// The whole file. Triangular dither hides the steps of the tails.
pub fn sixteen_bit(mix: &[[f64; 2]]) -> Vec<u8> {
    let size = (mix.len() * 4) as u32;
    let rate = RATE_HZ as u32;
    let mut file = Vec::with_capacity(mix.len() * 4 + 44);
    file.extend(b"RIFF");
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // PCM, two channels.
    file.extend([1_u16, 2].map(u16::to_le_bytes).concat());
    file.extend([rate, rate * 4].map(u32::to_le_bytes).concat());
    // Bytes per frame, bits per sample.
    file.extend([4_u16, 16].map(u16::to_le_bytes).concat());
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    let mut noise = Noise::new(0x0c7a);
    for sample in mix.iter().flatten() {
        let dither = 0.5 * (noise.next() + noise.next());
        let step = (sample * 32_767.0 + dither).round().clamp(-32_768.0, 32_767.0);
        file.extend((step as i16).to_le_bytes());
    }
    file
}
