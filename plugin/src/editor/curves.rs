//! The response as it moves: the crossovers' part is kept until they change, the gains' part is new in every frame.

use super::axes::HZ;
use super::live::Live;
use octant_dsp::curve::standing_gain_db;
use octant_dsp::response::Response;
use octant_dsp::settings::{MAX_BANDS, MAX_CROSSOVERS, Mode, Settings, Slope};

/// Rate that is shown while none is known.
const USUAL_RATE_HZ: f64 = 48_000.0;

/// What the crossovers' part depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    mode: Mode,
    slope: Slope,
    bands: usize,
    crossovers_hz: [f64; MAX_CROSSOVERS],
    sample_rate_hz: f64,
    points: usize,
}

/// The crossovers' part at a list of frequencies.
#[derive(Debug)]
pub struct Shapes {
    /// Frequencies, Hz.
    pub hz: Vec<f64>,
    /// What the bands do to them.
    pub response: Response,
    /// Which part of the power at each frequency is each band's; together 1.
    pub shares: Vec<[f32; MAX_BANDS]>,
}

/// Keeps what was worked out for the last frame.
#[derive(Debug, Default)]
pub struct Curves {
    kept: Option<(Key, Shapes)>,
}

impl Curves {
    /// The bands in so many points over the frequency axis.
    pub fn shapes(&mut self, settings: &Settings, sample_rate_hz: f64, points: usize) -> &Shapes {
        let sample_rate_hz = if sample_rate_hz > 0.0 { sample_rate_hz } else { USUAL_RATE_HZ };
        let key = Key {
            mode: settings.mode,
            slope: settings.slope,
            bands: settings.bands,
            crossovers_hz: settings.crossovers_hz,
            sample_rate_hz,
            points,
        };
        let still = self.kept.take().filter(|(kept, _)| *kept == key);
        let kept = still.unwrap_or_else(|| {
            let step = HZ[1] / HZ[0];
            let place = |point: usize| HZ[0] * step.powf(point as f64 / points.max(1) as f64);
            let hz: Vec<f64> = (0..=points).map(place).collect();
            let response = Response::new(settings, sample_rate_hz, &hz);
            let shares = (0..hz.len()).map(|at| shares(&response, at, settings.bands)).collect();
            (key, Shapes { hz, response, shares })
        });
        &self.kept.insert(kept).1
    }
}

fn shares(response: &Response, at: usize, bands: usize) -> [f32; MAX_BANDS] {
    let mut shares = [0.0; MAX_BANDS];
    for (band, share) in shares.iter_mut().enumerate().take(bands) {
        *share = response.band(at, band).powi(2) as f32;
    }
    let whole = shares.iter().sum::<f32>().max(1e-12);
    shares.map(|share| share / whole)
}

/// Linear weight of each band: what its gains, mix, mute, solo and delta make of it.
pub fn weights(settings: &Settings, live: &Live) -> [f64; MAX_BANDS] {
    let bands = &settings.band[..settings.bands.min(MAX_BANDS)];
    let soloed = bands.iter().any(|band| band.solo);
    let mut weights = [1.0; MAX_BANDS];
    if settings.bypass {
        return weights;
    }
    for ((weight, band), live) in weights.iter_mut().zip(bands).zip(&live.bands) {
        let heard = !band.mute && (band.solo || !soloed);
        let wet = if band.bypass { 0.0 } else { 0.01 * band.mix_percent };
        let gain_db = f64::from(live.gain_db) + standing_gain_db(band);
        let gain = 10f64.powf(gain_db / 20.0);
        let delta = if settings.delta { 1.0 } else { 0.0 };
        let sum = 1.0 + wet * 0.01 * settings.mix_percent * (gain - 1.0) - delta;
        *weight = if heard { sum.abs() } else { 0.0 };
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_alone_do_not_work_out_the_crossovers_again() {
        let mut curves = Curves::default();
        let mut settings = Settings::default();
        let first = curves.shapes(&settings, 0.0, 200).hz.as_ptr();
        settings.band[0].gain_db = 3.0;
        assert_eq!(curves.shapes(&settings, 0.0, 200).hz.as_ptr(), first);
        let Shapes { hz, response, shares } = curves.shapes(&settings, 0.0, 200);
        assert_eq!((hz.len(), response.len(), shares.len()), (201, 201, 201));
        assert!((hz[200] / HZ[1] - 1.0).abs() < 1e-9);
        assert!((response.sum(100, &[1.0; 8]) - 1.0).abs() < 1e-9);
        assert!(shares[0][0] > 0.999 && shares[200][3] > 0.95 && shares[0][4..] == [0.0; 4], "{:?}", shares[200]);
        assert!(shares.iter().all(|shares| (shares.iter().sum::<f32>() - 1.0).abs() < 1e-5));
        settings.crossovers_hz[0] = 130.0;
        let response = &curves.shapes(&settings, 0.0, 200).response;
        assert!((response.sum(100, &[1.0; 8]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn weights_follow_their_definition() {
        let mut settings = Settings::default();
        let mut live = Live::default();
        settings.band[0].gain_db = 6.0;
        live.bands[0].gain_db = -12.0;
        settings.band[1].mute = true;
        settings.band[2].bypass = true;
        settings.band[2].gain_db = 9.0;
        let found = weights(&settings, &live);
        assert!((20.0 * found[0].log10() + 6.0).abs() < 1e-9);
        assert_eq!((found[1], found[2], found[3]), (0.0, 1.0, 1.0));
        settings.delta = true;
        assert!((weights(&settings, &live)[0] - (1.0 - 10f64.powf(-0.3))).abs() < 1e-9);
        settings.bypass = true;
        assert_eq!(weights(&settings, &live), [1.0; MAX_BANDS], "the input passes");
    }
}
