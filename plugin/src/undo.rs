//! The undo history: bounded, kept in the state.

use crate::session::SLOTS;
use octant_dsp::params;
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// Steps that are kept; the oldest goes first.
pub const MAX_STEPS: usize = 100;

/// One change of one parameter, in plain values.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Id of the parameter.
    pub id: String,
    /// Value before the step.
    pub from: f64,
    /// Value after it.
    pub to: f64,
}

/// What one undo takes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What people read beside "Undo".
    pub label: String,
    /// The slot that was left and the one that was entered, if that is what was done.
    pub slots: Option<[usize; 2]>,
    /// Every parameter that the step changed.
    pub changes: Vec<Change>,
}

/// Steps that were done and steps that were taken back, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
}

impl History {
    /// Adds a step; what had been taken back before is gone.
    pub fn record(&mut self, step: Step) {
        self.undone.clear();
        self.done.push_back(step);
        while self.done.len() > MAX_STEPS {
            self.done.pop_front();
        }
    }

    /// Takes the last step back: its `from` values are to be set.
    pub fn undo(&mut self) -> Option<&Step> {
        self.undone.push(self.done.pop_back()?);
        self.undone.last()
    }

    /// Does again what was taken back last: its `to` values are to be set.
    pub fn redo(&mut self) -> Option<&Step> {
        self.done.push_back(self.undone.pop()?);
        self.done.back()
    }

    /// Steps that can be taken back, the last one first.
    pub fn done(&self) -> impl Iterator<Item = &Step> {
        self.done.iter().rev()
    }

    /// Steps that can be done again, the next one first.
    pub fn undone(&self) -> impl Iterator<Item = &Step> {
        self.undone.iter().rev()
    }

    /// For the state.
    pub fn to_json(&self) -> Value {
        let list = |steps: &mut dyn Iterator<Item = &Step>| steps.map(Step::to_json).collect::<Value>();
        let mut object = Map::new();
        object.insert("done".into(), list(&mut self.done.iter()));
        object.insert("undone".into(), list(&mut self.undone.iter()));
        Value::Object(object)
    }

    /// From a state: steps that cannot be read, and parameters that do not exist, are left out.
    pub fn from_json(value: &Value) -> Self {
        let list = |key: &str| -> Vec<Step> {
            let steps = value.get(key).and_then(Value::as_array).into_iter().flatten();
            steps.filter_map(Step::from_json).collect()
        };
        let (mut done, mut undone) = (list("done"), list("undone"));
        done.drain(..done.len().saturating_sub(MAX_STEPS));
        undone.drain(..undone.len().saturating_sub(MAX_STEPS));
        Self { done: done.into(), undone }
    }
}

impl Step {
    fn to_json(&self) -> Value {
        let changes = self.changes.iter().map(|change| (change.id.clone(), vec![change.from, change.to].into()));
        let mut object = Map::new();
        object.insert("label".into(), self.label.as_str().into());
        if let Some(slots) = self.slots {
            object.insert("slots".into(), slots.map(|slot| SLOTS[slot]).to_vec().into());
        }
        object.insert("changes".into(), Value::Object(changes.collect()));
        Value::Object(object)
    }

    fn from_json(value: &Value) -> Option<Self> {
        let changes = value.get("changes")?.as_object()?.iter().filter_map(|(id, pair)| {
            let row = params::find(id)?.param;
            let plain = |at: usize| Some(row.clamp(pair.get(at)?.as_f64()?));
            Some(Change { id: id.clone(), from: plain(0)?, to: plain(1)? })
        });
        let slot = |at: usize| {
            let name = value.get("slots")?.get(at)?.as_str()?;
            SLOTS.iter().position(|slot| *slot == name)
        };
        let slots = slot(0).zip(slot(1)).map(|(left, entered)| [left, entered]);
        Some(Self { label: value.get("label")?.as_str()?.into(), slots, changes: changes.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(n: usize) -> Step {
        let changes = vec![Change { id: "mix".into(), from: n as f64 % 100.0, to: (n + 1) as f64 % 100.0 }];
        Step { label: format!("Mix {n}"), slots: n.is_multiple_of(3).then_some([n % 4, (n + 1) % 4]), changes }
    }

    #[test]
    fn steps_come_back_in_order_and_are_bounded() {
        let mut history = History::default();
        for n in 0..MAX_STEPS + 5 {
            history.record(step(n));
        }
        assert_eq!(History::from_json(&history.to_json()), history);
        assert_eq!(history.undo(), Some(&step(MAX_STEPS + 4)));
        assert_eq!(history.undo(), Some(&step(MAX_STEPS + 3)));
        assert_eq!(History::from_json(&history.to_json()), history);
        assert_eq!(history.redo(), Some(&step(MAX_STEPS + 3)));
        history.record(step(7));
        assert_eq!(history.redo(), None);
        while history.undo().is_some() {}
        assert_eq!(history.redo(), Some(&step(5)), "the oldest five are gone");
    }
}
