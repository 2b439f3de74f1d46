//! Gains that move without a click.

/// A gain on its way, along 3x² − 2x³. Real-time safe.
#[derive(Clone, Debug)]
pub struct Fade {
    /// Place on the way, 0 (silent) … 1 (untouched).
    place: f32,
    target: f32,
    step: f32,
}

impl Fade {
    /// Rests at silence; the whole way takes `frames`.
    #[must_use]
    pub fn silent(frames: f64) -> Self {
        Self { place: 0.0, target: 0.0, step: (1.0 / frames.max(1.0)) as f32 }
    }

    /// Goes towards sound or silence.
    pub fn go(&mut self, audible: bool) {
        self.target = f32::from(u8::from(audible));
    }

    /// Is there at once.
    pub fn jump(&mut self, audible: bool) {
        self.go(audible);
        self.place = self.target;
    }

    /// Has arrived at silence.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.place == 0.0 && self.target == 0.0
    }

    /// Multiplies rows of equal length. Where it rests at 1 it touches nothing.
    pub fn apply(&mut self, rows: &mut [&mut [f32]]) {
        if self.place == self.target {
            if self.place == 0.0 {
                rows.iter_mut().for_each(|row| row.fill(0.0));
            }
            return;
        }
        let frames = rows.first().map_or(0, |row| row.len());
        for frame in 0..frames {
            let way = (self.target - self.place).clamp(-self.step, self.step);
            self.place += way;
            let gain = self.place * self.place * (3.0 - 2.0 * self.place);
            for row in rows.iter_mut() {
                row[frame] *= gain;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_and_then_touches_nothing() {
        let mut fade = Fade::silent(64.0);
        let mut row = [1.0f32; 32];
        fade.apply(&mut [&mut row]);
        assert_eq!(row, [0.0; 32]);
        assert!(fade.is_silent());
        fade.go(true);
        let mut last = 0.0;
        for _ in 0..2 {
            row = [1.0; 32];
            fade.apply(&mut [&mut row]);
            assert!(row.iter().all(|x| *x >= last), "rises");
            last = row[31];
        }
        row = [0.1; 32];
        fade.apply(&mut [&mut row]);
        assert_eq!(row, [0.1; 32], "bit for bit");
    }
}
