//! The filters of all bands as spectra of their partitions.

use super::design::Design;
use crate::layout::Taps;

/// Filters, ready for use. Large; made and freed off the audio thread.
#[derive(Debug)]
pub struct Bank {
    design: Design,
    /// Chunk after chunk: filter after filter: the first half of the partitions.
    taps: Box<[Taps]>,
}

impl Bank {
    /// Computes the filters. Allocates, and takes milliseconds.
    pub fn new(design: &Design) -> Self {
        let (partition, rows) = (design.partition(), design.bands() - 1);
        let (pairs, chunks) = (pairs(design), partition / 8);
        let mut taps = vec![Taps::ZERO; chunks * rows * pairs].into_boxed_slice();
        let plan = octant_fft::real_f64(2 * partition);
        let (mut time, mut spectrum) = (plan.make_input_vec(), plan.make_output_vec());
        let mut scratch = plan.make_scratch_vec();
        let scale = 1.0 / (2 * partition) as f64;
        for (row, filter) in design.filters().iter().enumerate() {
            for pair in 0..pairs {
                time.fill(0.0);
                for (sample, tap) in time.iter_mut().zip(&filter[pair * partition..(pair + 1) * partition]) {
                    *sample = tap * scale;
                }
                if pair == pairs - 1 {
                    // The centre stands between both halves: one half of it for each.
                    time[partition] = 0.5 * filter[design.length() / 2] * scale;
                }
                let done = plan.process_with_scratch(&mut time, &mut spectrum, &mut scratch);
                debug_assert!(done.is_ok());
                for (k, bin) in spectrum[..partition].iter().enumerate() {
                    let taps = &mut taps[((k / 8) * rows + row) * pairs + pair];
                    taps.real[k % 8] = bin.re as f32;
                    taps.imaginary[k % 8] = bin.im as f32;
                }
                taps[row * pairs + pair].imaginary[0] = spectrum[partition].re as f32;
            }
        }
        Self { design: *design, taps }
    }

    /// What it was made from.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// Taps of one chunk of bins.
    pub fn chunk(&self, index: usize) -> &[Taps] {
        let length = (self.design.bands() - 1) * pairs(&self.design);
        &self.taps[index * length..(index + 1) * length]
    }
}

/// Partitions of half a filter.
pub fn pairs(design: &Design) -> usize {
    design.length() / design.partition() / 2
}
