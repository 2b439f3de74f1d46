//! The user's hand: every change is one gesture per moved parameter and one undo step.

use super::owner::Owner;
use super::rows::{self, Row};
use crate::session::SLOTS;
use crate::undo::{Change, Step};
use octant_dsp::Settings;

/// A parameter between the beginning and the end of its gesture.
#[derive(Clone, Copy, Debug)]
struct Held {
    row: Row,
    /// Plain value when the gesture began.
    from: f64,
    /// Plain value now.
    to: f64,
    /// Unrounded place on the knob's way, so that fine movements add up; it may run beyond 0 … 1, so that a movement
    /// back begins where the pointer is.
    place: f64,
}

/// What the hand holds. Belongs to one window.
#[derive(Debug, Default)]
pub struct Hand {
    held: Vec<Held>,
    label: String,
    /// Wheel and arrow keys have no end of their own: they end at this time in seconds.
    ends_at: Option<f64>,
}

/// Seconds of rest after which turning a wheel counts as one finished gesture.
const REST_S: f64 = 0.5;

impl Hand {
    /// Whether it holds this parameter.
    pub fn holds(&self, row: Row) -> bool {
        self.held.iter().any(|held| held.row == row)
    }

    /// Whether it holds anything.
    pub fn is_busy(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether what it holds ends by coming to rest.
    pub fn is_nudging(&self) -> bool {
        self.ends_at.is_some()
    }

    /// Takes hold of parameters; lets go of others first. The first one names the undo step.
    pub fn grab(&mut self, owner: &mut dyn Owner, rows: &[Row]) {
        self.ends_at = None;
        let same = self.held.len() == rows.len() && rows.iter().all(|row| self.holds(*row));
        if same && !rows.is_empty() {
            return;
        }
        self.release(owner);
        let settings = owner.settings();
        for row in rows {
            let plain = rows::at(*row).get(&settings);
            let place = rows::at(*row).param.to_normalised(plain);
            owner.begin(*row);
            self.held.push(Held { row: *row, from: plain, to: plain, place });
        }
        self.label = label(rows);
    }

    /// Moves everything held by a part of the knob's way.
    pub fn shift(&mut self, owner: &mut dyn Owner, places: f64) {
        for held in &mut self.held {
            held.place += places;
            let plain = rows::at(held.row).param.from_normalised(held.place);
            put(owner, held, plain);
        }
    }

    /// Moves one held parameter to a plain value.
    pub fn put(&mut self, owner: &mut dyn Owner, row: Row, plain: f64) {
        for held in self.held.iter_mut().filter(|held| held.row == row) {
            let plain = rows::at(row).param.clamp(plain);
            held.place = rows::at(row).param.to_normalised(plain);
            put(owner, held, plain);
        }
    }

    /// Plain value of a held parameter when its gesture began.
    pub fn began_at(&self, row: Row) -> Option<f64> {
        self.held.iter().find(|held| held.row == row).map(|held| held.from)
    }

    /// Lets go of everything; a change becomes one undo step.
    pub fn release(&mut self, owner: &mut dyn Owner) {
        self.ends_at = None;
        let held = std::mem::take(&mut self.held);
        for held in &held {
            owner.end(held.row);
        }
        let changes = held.iter().filter(|held| held.from != held.to);
        let changes: Vec<_> =
            changes.map(|held| Change { id: rows::at(held.row).id(), from: held.from, to: held.to }).collect();
        if !changes.is_empty() {
            owner.kept().history.record(Step { label: std::mem::take(&mut self.label), slots: None, changes });
        }
    }

    /// Moves by the wheel or a key at a time in seconds: movements close together are one gesture.
    pub fn nudge(&mut self, owner: &mut dyn Owner, rows: &[Row], places: f64, now_s: f64) {
        self.grab(owner, rows);
        let mut stepped = self.held.clone();
        for held in &mut stepped {
            let param = rows::at(held.row).param;
            // Choices and whole numbers go one further, however small the step.
            let whole = param.max() - param.min();
            let continuous = matches!(param.kind, octant_dsp::params::Kind::Float { .. });
            held.place = held.place.clamp(0.0, 1.0) + if continuous { places } else { places.signum() / whole };
            let plain = param.from_normalised(held.place);
            put(owner, held, plain);
        }
        self.held = stepped;
        self.ends_at = Some(now_s + REST_S);
    }

    /// Ends a gesture of wheel or keys that came to rest; when to ask again, in seconds from now.
    pub fn rest(&mut self, owner: &mut dyn Owner, now_s: f64) -> Option<f64> {
        let ends_at = self.ends_at?;
        if now_s >= ends_at {
            self.release(owner);
            return None;
        }
        Some(ends_at - now_s)
    }

    /// Sets parameters at once: a gesture for each, one step for all.
    pub fn once(&mut self, owner: &mut dyn Owner, changes: &[(Row, f64)]) {
        self.release(owner);
        let rows: Vec<Row> = changes.iter().map(|(row, _)| *row).collect();
        self.grab(owner, &rows);
        for (row, plain) in changes {
            self.put(owner, *row, *plain);
        }
        self.release(owner);
    }

    /// Sets everything at once, so that the audio thread hears of it as a whole.
    pub fn whole(&mut self, owner: &mut dyn Owner, label: &str, settings: &Settings) {
        self.release(owner);
        let changes = changes(&owner.settings(), settings);
        if !changes.is_empty() {
            owner.apply(settings);
            owner.kept().history.record(Step { label: label.into(), slots: None, changes });
        }
    }

    /// Leaves the slot for another one, as one step.
    pub fn enter(&mut self, owner: &mut dyn Owner, slot: usize) {
        self.release(owner);
        let before = owner.settings();
        let (left, entered) = {
            let mut kept = owner.kept();
            (kept.active, kept.switch_to(slot, &before))
        };
        let changes = changes(&before, &entered);
        owner.apply(&entered);
        let step = Step { label: format!("Slot {}", SLOTS[slot]), slots: Some([left, slot]), changes };
        owner.kept().history.record(step);
    }

    /// Takes steps back, or does them again if negative.
    pub fn undo(&mut self, owner: &mut dyn Owner, steps: i32) {
        self.release(owner);
        for _ in 0..steps.unsigned_abs() {
            let step = {
                let history = &mut owner.kept().history;
                if steps > 0 { history.undo().cloned() } else { history.redo().cloned() }
            };
            let Some(step) = step else { return };
            let mut settings = owner.settings();
            if let Some([left, entered]) = step.slots {
                // The slot that is left keeps what it has now.
                settings = owner.kept().switch_to(if steps > 0 { left } else { entered }, &settings);
            }
            for change in &step.changes {
                if let Some(row) = octant_dsp::params::find(&change.id) {
                    row.set_clamped(&mut settings, if steps > 0 { change.from } else { change.to });
                }
            }
            owner.apply(&settings);
        }
    }
}

fn put(owner: &mut dyn Owner, held: &mut Held, plain: f64) {
    if held.to != plain {
        held.to = plain;
        owner.set(held.row, plain);
    }
}

fn changes(before: &Settings, after: &Settings) -> Vec<Change> {
    let changed = rows::all().iter().filter(|row| row.get(before) != row.get(after));
    changed.map(|row| Change { id: row.id(), from: row.get(before), to: row.get(after) }).collect()
}

fn label(rows: &[Row]) -> String {
    match rows {
        [] => String::new(),
        [row] => rows::at(*row).name(),
        [row, ..] => format!("{} of {} bands", rows::at(*row).param.name, rows.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::plain::Plain;

    fn mix() -> Row {
        rows::global("mix")
    }

    #[test]
    fn a_drag_is_one_gesture_and_one_step() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        hand.grab(&mut owner, &[mix()]);
        for _ in 0..10 {
            hand.shift(&mut owner, -0.02);
        }
        hand.release(&mut owner);
        assert!((owner.settings.mix_percent - 80.0).abs() < 1e-6);
        assert_eq!(owner.gestures, [format!("begin {}", mix()), format!("end {}", mix())]);
        hand.undo(&mut owner, 1);
        assert_eq!(owner.settings.mix_percent, 100.0);
        hand.undo(&mut owner, -1);
        assert!((owner.settings.mix_percent - 80.0).abs() < 1e-6);
    }

    #[test]
    fn nothing_moved_is_no_step() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        hand.grab(&mut owner, &[mix()]);
        hand.shift(&mut owner, 0.0);
        hand.release(&mut owner);
        assert_eq!(owner.kept().history.undo(), None);
        assert_eq!(owner.gestures.len(), 2);
    }

    #[test]
    fn turns_of_the_wheel_are_one_step_until_it_rests() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        for turn in 0..3 {
            hand.nudge(&mut owner, &[mix()], -0.01, 0.1 * f64::from(turn));
            assert!(hand.rest(&mut owner, 0.1 * f64::from(turn)).is_some());
        }
        assert_eq!(owner.gestures.len(), 1, "still held");
        assert_eq!(hand.rest(&mut owner, 1.0), None);
        assert!((owner.settings.mix_percent - 97.0).abs() < 1e-6);
        assert_eq!(owner.gestures.len(), 2);
        assert!(owner.kept().history.undo().is_some());
        assert!(owner.kept().history.undo().is_none());
    }

    #[test]
    fn several_bands_move_together() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        owner.settings.band[1].above.threshold_db = -40.0;
        let rows = [rows::of_band(0, "above_thr"), rows::of_band(1, "above_thr")];
        hand.grab(&mut owner, &rows);
        hand.shift(&mut owner, -0.125);
        hand.release(&mut owner);
        let thresholds = [0, 1].map(|band| owner.settings.band[band].above.threshold_db);
        assert_eq!(thresholds, [-34.0, -50.0]);
        assert_eq!(owner.kept().history.undo().map(|step| step.changes.len()), Some(2));
    }

    #[test]
    fn a_slot_that_was_entered_is_left_again() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        hand.once(&mut owner, &[(mix(), 70.0)]);
        hand.enter(&mut owner, 1);
        assert_eq!((owner.settings.mix_percent, owner.kept().active), (70.0, 1), "it begins as a copy");
        hand.once(&mut owner, &[(mix(), 20.0)]);
        hand.undo(&mut owner, 2);
        assert_eq!((owner.settings.mix_percent, owner.kept().active), (70.0, 0));
        hand.undo(&mut owner, -2);
        assert_eq!((owner.settings.mix_percent, owner.kept().active), (20.0, 1));
        assert_eq!(owner.kept().slots[0].settings.mix_percent, 70.0);
    }

    #[test]
    fn choices_step_by_one() {
        let (mut owner, mut hand) = (Plain::default(), Hand::default());
        hand.nudge(&mut owner, &[rows::global("slope")], 0.001, 0.0);
        assert_eq!(owner.settings.slope, octant_dsp::settings::Slope::Db48);
    }
}
