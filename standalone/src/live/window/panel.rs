//! What the window shows around the editor, as plain data, and where it lies.

use std::sync::Arc;

use egui::{Color32, CornerRadius, Rect, Response, Sense, Stroke, Ui, UiBuilder, pos2};
use plugin::editor::live::Live;
use plugin::editor::look::{self, Look};
use plugin::editor::owner::Owner;
use plugin::editor::screen::Screen;
use plugin::editor::view::Sheet;
use plugin::editor::{knob, screen};

use super::catalogue::Catalogue;
use super::facts::Facts;
use super::{sheet, strip};
use crate::live::command::Command;
use crate::live::open::Choice;
use crate::live::status::Link;

/// Height of the strip below the editor, points.
pub const STRIP: f32 = 32.0;

/// The sound card's side of the window.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What there is to be told.
    pub facts: Facts,
    /// What the user chose.
    pub choice: Choice,
    /// What there is to choose from.
    pub catalogue: Catalogue,
    /// What the user asked for in this frame, to be taken by whoever owns the panel.
    pub asked: Vec<Command>,
    /// A sound system whose devices shall be looked for; to be taken as well.
    pub look_for: Option<String>,
}

impl Panel {
    /// Opens the sheet with the devices, or closes it.
    pub fn toggle(&mut self, screen: &mut Screen) {
        let open = screen.view.sheet == Sheet::Program;
        screen.view.sheet = if open { Sheet::None } else { Sheet::Program };
        if !open && (self.catalogue.host != self.facts.host || self.catalogue.devices.is_empty()) {
            self.look_for = Some(self.facts.host.clone());
        }
    }

    /// The user wants other devices.
    pub fn choose(&mut self, host: &str, choice: Choice) {
        self.asked.push(Command::Choose(host.to_owned(), Box::new(choice.clone())));
        self.choice = choice;
    }
}

/// One frame of the whole window.
pub fn show(ui: &mut Ui, screen: &mut Screen, owner: &mut dyn Owner, live: &Live, panel: &mut Panel) {
    let all = ui.max_rect();
    let edge = (all.bottom() - STRIP).max(all.top());
    let upper = Rect::from_min_max(all.min, pos2(all.right(), edge));
    let lower = Rect::from_min_max(pos2(all.left(), edge), all.max);
    screen.view.alone = true;
    // Where no sound passes, nobody shall take what was heard last for what is.
    let silent = (panel.facts.link != Link::Running).then(|| Live {
        sample_rate_hz: 0.0,
        picture: Arc::default(),
        ..live.clone()
    });
    let live = silent.as_ref().unwrap_or(live);
    screen.show(&mut ui.new_child(UiBuilder::new().max_rect(upper).id_salt("editor")), owner, live);
    if screen.view.sheet == Sheet::Program {
        sheet::show(ui, screen, panel, screen::body(upper));
    }
    strip::show(ui, screen, panel, lower);
}

/// A button as the editor has them.
pub fn button(
    ui: &mut Ui,
    look: &Look,
    rect: Rect,
    id: &str,
    text: &str,
    hint: &str,
    lit: Option<Color32>,
) -> Response {
    let response = ui.interact(rect, egui::Id::unique(("octant window", id)), Sense::click());
    let fill = match lit {
        Some(colour) => colour,
        None if response.hovered() => look.hover,
        None => look.raised,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(look::ROUND), fill);
    let colour = lit.map_or(look::mix(look.text, look.dim, 0.35), |colour| look.on(colour));
    let at = rect.center();
    knob::fit(ui, at, egui::Align2::CENTER_CENTER, text, look::SMALL + 0.5, rect.width() - 10.0, colour);
    if response.has_focus() {
        let ring = Stroke::new(1.0, look::veil(look.accent, 0.9));
        ui.painter().rect_stroke(rect.expand(1.5), look::ROUND, ring, egui::StrokeKind::Outside);
    }
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, lit.is_some(), text));
    response.on_hover_text(hint)
}
