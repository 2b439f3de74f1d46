//! Another latency takes another engine: it is made on another thread and comes back ready to play.
//!
//! One order goes to and fro, as with the filters of one engine. What is not needed any more travels back with it and is
//! freed there.

use std::sync::Arc;

use octant_dsp::linear::{Handover, Workshop};
use octant_dsp::{Engine, Settings};

#[derive(Default)]
struct Order {
    /// What to make an engine for.
    wanted: Option<Settings>,
    made: Option<Box<Engine>>,
    worn: Option<Box<Engine>>,
}

/// The end that makes engines, and filters for all that exist. For a thread that may take its time.
pub struct Maker {
    handover: Arc<Handover<Order>>,
    rate_hz: f64,
    channels: usize,
    /// One per engine.
    workshops: Vec<Workshop>,
}

impl Maker {
    /// Does what has been asked for, if anything has. Ask every few milliseconds: the callback wakes no one.
    pub fn serve(&mut self) {
        let Self { rate_hz, channels, workshops, .. } = self;
        self.handover.serve(|order| {
            if let Some(worn) = order.worn.take() {
                workshops.retain(|workshop| *workshop != worn.workshop());
            }
            // Only settings outside their ranges are refused, and the player orders none.
            order.made =
                order.wanted.take().and_then(|wanted| Engine::new(*rate_hz, *channels, &wanted).ok().map(Box::new));
            workshops.extend(order.made.as_ref().map(|made| made.workshop()));
        });
        for workshop in &self.workshops {
            workshop.serve();
        }
    }
}

/// The player's end. Real-time safe but for `new`.
pub struct Spares {
    handover: Arc<Handover<Order>>,
    /// The order, while it is here.
    home: Option<Box<Order>>,
}

impl Spares {
    /// Both ends, for a player that begins with `engine`.
    #[must_use]
    pub fn new(rate_hz: f64, engine: &Engine) -> (Self, Maker) {
        let handover = Arc::new(Handover::<Order>::default());
        let workshops = vec![engine.workshop()];
        let maker = Maker { handover: Arc::clone(&handover), rate_hz, channels: engine.channels(), workshops };
        (Self { handover, home: Some(Box::default()) }, maker)
    }

    /// Whether there is an engine with the latency that these settings, which `playing` has been given, want and
    /// `playing` has not. Orders one if there is none, and sends back one that nobody wants any more.
    pub fn ready(&mut self, playing: &Engine, settings: &Settings) -> bool {
        let Some(mut order) = self.home.take().or_else(|| self.handover.collect()) else { return false };
        let wanted = playing.wanted_latency_samples();
        let needed = wanted != playing.latency_samples();
        let ready = needed && order.made.as_ref().is_some_and(|made| made.latency_samples() == wanted);
        if !ready && (needed || order.made.is_some()) {
            order.wanted = needed.then_some(*settings);
            order.worn = order.made.take();
            self.handover.send(order);
        } else {
            self.home = Some(order);
        }
        ready
    }

    /// Puts the engine that is [ready](Self::ready) in the place of `playing`, with all that looks on; these settings act
    /// in it from its first frame. Whether there was one.
    pub fn exchange(&mut self, playing: &mut Box<Engine>, settings: &Settings) -> bool {
        let Some(mut order) = self.home.take() else { return false };
        let Some(mut engine) = order.made.take() else {
            self.home = Some(order);
            return false;
        };
        engine.step_in_for(playing);
        // They were taken by the engine that is leaving.
        let _ = engine.set(settings);
        engine.restart();
        order.worn = Some(std::mem::replace(playing, engine));
        self.handover.send(order);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::settings::Mode;

    #[test]
    fn an_engine_of_another_latency_comes_and_the_old_one_goes() {
        let lr = Settings::default();
        let linear = Settings { mode: Mode::Linear, linear_taps: 1024, ..lr };
        let mut playing = Box::new(Engine::new(48_000.0, 2, &lr).expect("valid"));
        let meters = playing.meters();
        let (mut spares, mut maker) = Spares::new(48_000.0, &playing);
        assert!(!spares.ready(&playing, &lr) && spares.home.is_some(), "nothing is ordered");
        playing.set(&linear).expect("valid");
        assert!(!spares.ready(&playing, &linear) && spares.home.is_none(), "ordered");
        maker.serve();
        assert!(spares.ready(&playing, &linear) && spares.ready(&playing, &linear));
        assert!(spares.exchange(&mut playing, &linear));
        assert_eq!(playing.latency_samples(), playing.wanted_latency_samples());
        assert!(Arc::ptr_eq(&playing.meters(), &meters), "whoever looks on sees the new one");
        maker.serve();
        assert!(maker.workshops == [playing.workshop()], "the old one is gone");

        // Minds change while one is under way: what comes is sent back, and the last wish wins.
        playing.set(&lr).expect("valid");
        assert!(!spares.ready(&playing, &lr));
        playing.set(&linear).expect("valid");
        maker.serve();
        assert!(!spares.ready(&playing, &linear) && spares.home.is_none());
        let longer = Settings { linear_taps: 2048, ..linear };
        playing.set(&longer).expect("valid");
        maker.serve();
        assert!(!spares.ready(&playing, &longer));
        maker.serve();
        assert!(spares.ready(&playing, &longer) && spares.exchange(&mut playing, &longer));
        maker.serve();
        assert!(maker.workshops == [playing.workshop()]);
    }
}
