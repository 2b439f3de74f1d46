//! Bands that come and go: what happens to everybody's settings. Plain functions.

use octant_dsp::params::{MAX_CROSSOVER_HZ, MIN_CROSSOVER_HZ, MIN_CROSSOVER_RATIO};
use octant_dsp::settings::{BandSettings, MAX_BANDS, Settings};

/// The band that a frequency in Hz lies in, counted from 0.
pub fn band_at(settings: &Settings, hz: f64) -> usize {
    crossovers(settings).iter().filter(|crossover_hz| **crossover_hz <= hz).count()
}

/// The crossovers in use.
pub fn crossovers(settings: &Settings) -> &[f64] {
    &settings.crossovers_hz[..settings.bands.clamp(1, MAX_BANDS) - 1]
}

/// Lower and upper edge of a band in Hz; the outer ones end at the ends of hearing.
pub fn edges(settings: &Settings, band: usize) -> [f64; 2] {
    let crossovers = crossovers(settings);
    let lower = band.checked_sub(1).and_then(|index| crossovers.get(index)).copied().unwrap_or(MIN_CROSSOVER_HZ);
    let upper = crossovers.get(band).copied().unwrap_or(MAX_CROSSOVER_HZ);
    [lower, upper]
}

/// How far a crossover may go between its neighbours, Hz.
pub fn reach(settings: &Settings, crossover: usize) -> [f64; 2] {
    let crossovers = crossovers(settings);
    let lower = crossover.checked_sub(1).map_or(MIN_CROSSOVER_HZ, |index| crossovers[index] * MIN_CROSSOVER_RATIO);
    let upper = crossovers.get(crossover + 1).map_or(MAX_CROSSOVER_HZ, |hz| hz / MIN_CROSSOVER_RATIO);
    [lower, upper.max(lower)]
}

/// Splits the band around a frequency in two; both go on as the one did. Gives the new settings and the upper band.
pub fn split_at(settings: &Settings, hz: f64) -> Option<(Settings, usize)> {
    let band = band_at(settings, hz);
    let [lower, upper] = edges(settings, band);
    let (least, most) = (lower * MIN_CROSSOVER_RATIO, upper / MIN_CROSSOVER_RATIO);
    if settings.bands >= MAX_BANDS || least > most {
        return None;
    }
    let mut split = *settings;
    split.bands += 1;
    split.crossovers_hz[band..].rotate_right(1);
    split.crossovers_hz[band] = hz.clamp(least, most);
    split.band[band + 1..].rotate_right(1);
    split.band[band + 1] = BandSettings { solo: false, listen: false, ..settings.band[band] };
    Some((split, band + 1))
}

/// Takes a band out; its range goes to the band below it, that of the lowest to the one above.
pub fn without(settings: &Settings, band: usize) -> Option<Settings> {
    (settings.bands > 1 && band < settings.bands).then(|| {
        let mut left = *settings;
        left.bands -= 1;
        left.crossovers_hz[band.saturating_sub(1)..].rotate_left(1);
        left.band[band..].rotate_left(1);
        left
    })
}

/// Takes a crossover out: the band above it goes.
pub fn without_crossover(settings: &Settings, crossover: usize) -> Option<Settings> {
    without(settings, crossover + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked() -> Settings {
        let mut settings = Settings::default();
        for (index, band) in settings.band.iter_mut().enumerate() {
            band.gain_db = index as f64;
        }
        settings
    }

    fn gains(settings: &Settings) -> Vec<f64> {
        settings.band[..settings.bands].iter().map(|band| band.gain_db).collect()
    }

    #[test]
    fn a_band_is_split_where_it_was_pointed_at() {
        let (split, upper) = split_at(&marked(), 300.0).expect("there is room");
        assert_eq!((split.bands, upper), (5, 2));
        assert_eq!(crossovers(&split), [120.0, 300.0, 1000.0, 6000.0]);
        assert_eq!(gains(&split), [0.0, 1.0, 1.0, 2.0, 3.0]);
        let back = without_crossover(&split, 1).expect("more than one");
        assert_eq!((crossovers(&back), gains(&back)), (crossovers(&marked()), gains(&marked())));
    }

    #[test]
    fn there_is_a_first_and_a_last_band() {
        let mut settings = marked();
        while let Some(fewer) = without(&settings, 0) {
            assert_eq!(gains(&fewer)[0], gains(&settings)[1]);
            settings = fewer;
        }
        assert_eq!(settings.bands, 1);
        let mut count = 1;
        for hz in [100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0] {
            settings = split_at(&settings, hz).expect("up to eight").0;
            count += 1;
            assert_eq!(settings.bands, count);
        }
        assert!(split_at(&settings, 50.0).is_none());
    }

    #[test]
    fn a_band_too_narrow_is_not_split() {
        let mut settings = marked();
        settings.crossovers_hz[..2].copy_from_slice(&[120.0, 140.0]);
        assert!(split_at(&settings, 130.0).is_none());
        assert_eq!(reach(&settings, 0)[0], 20.0);
        assert!(reach(&settings, 0)[1] < 140.0);
    }
}
