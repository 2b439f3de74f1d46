//! The whole window: what lies where, keys that work everywhere, and what has to be kept between frames.

use super::band_panel;
use super::desk::Desk;
use super::display::{self, Display};
use super::hand::Hand;
use super::live::Live;
use super::look::{self, Look, Theme};
use super::owner::Owner;
use super::shelf::Shelf;
use super::view::{Sheet, View};
use super::{bar, control, foot, import, meters, presets, sheet};
use egui::{Context, Key, Modifiers, Rect, Ui, pos2};

/// The window's content, without the window: everything but the owner of the parameters and the sound.
#[derive(Debug)]
pub struct Screen {
    /// What is shown.
    pub view: View,
    /// What the user holds.
    pub hand: Hand,
    /// Presets and preferences.
    pub shelf: Shelf,
    display: Display,
    look: Look,
    /// The theme that egui was told of last.
    theme: Option<Theme>,
}

impl Screen {
    /// A window that has not been drawn yet.
    pub fn new(shelf: Shelf) -> Self {
        Self {
            view: View::default(),
            hand: Hand::default(),
            look: Look::of(shelf.taste.theme),
            shelf,
            display: Display::default(),
            theme: None,
        }
    }

    /// Once before the first frame.
    pub fn prepare(&mut self, ctx: &Context) {
        ctx.set_fonts(look::fonts());
        ctx.options_mut(|options| {
            // The scale is in the menu, and the host's keys are the host's.
            options.zoom_with_keyboard = false;
        });
        self.dress(ctx);
    }

    fn dress(&mut self, ctx: &Context) {
        let theme = self.shelf.taste.theme;
        if self.theme == Some(theme) {
            return;
        }
        self.theme = Some(theme);
        self.look = Look::of(theme);
        let visuals = self.look.visuals();
        ctx.all_styles_mut(|style| {
            style.visuals = visuals.clone();
            style.spacing.item_spacing = egui::vec2(6.0, 4.0);
            style.spacing.button_padding = egui::vec2(8.0, 3.0);
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.6;
            for (text_style, font) in &mut style.text_styles {
                *font = match text_style {
                    egui::TextStyle::Heading => look::strong(look::TITLE),
                    egui::TextStyle::Small => look::regular(look::SMALL),
                    egui::TextStyle::Button => look::medium(look::TEXT),
                    _ => look::regular(look::TEXT),
                };
            }
        });
    }

    /// The colour of the ground.
    pub fn ground(&self) -> egui::Color32 {
        self.look.ground
    }

    /// The colours.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// One frame. `input` of egui may come from a window or from a test.
    pub fn show(&mut self, ui: &mut Ui, owner: &mut dyn Owner, live: &Live) {
        let ctx = ui.ctx().clone();
        self.dress(&ctx);
        self.view.now_s = ctx.input(|input| input.time);
        let settings = owner.settings();
        self.view.selection.fit(settings.bands);
        let mut desk = Desk {
            owner,
            hand: &mut self.hand,
            view: &mut self.view,
            shelf: &mut self.shelf,
            look: &self.look,
            live,
            settings,
        };
        keys(&ctx, &mut desk);
        let all = ui.max_rect();
        ui.painter().rect_filled(all, 0.0, desk.look.ground);
        lay_out(ui, &mut desk, &mut self.display, all);
        control::after_frame(&mut desk);
        if let Some(rest_s) = desk.hand.rest(desk.owner, desk.view.now_s) {
            ctx.request_repaint_after_secs(rest_s as f32);
        }
        if let Some(note) = self.view.note.as_ref().filter(|note| note.until_s > self.view.now_s) {
            ctx.request_repaint_after_secs((note.until_s - self.view.now_s) as f32);
        }
        if !ctx.input(|input| input.pointer.any_down()) && self.hand.is_busy() && !self.hand.is_nudging() {
            // The pointer was let go where no control noticed it.
            self.hand.release(owner);
        }
    }
}

/// Smallest display below which the panel of the band gives way.
const LEAST_DISPLAY: f32 = 90.0;

/// Where sheets lie in a window: all but the bar above and the line below.
pub fn body(all: Rect) -> Rect {
    let top_left = pos2(all.left(), all.top() + look::BAR);
    Rect::from_min_max(top_left, pos2(all.right(), all.bottom() - look::FOOT)).shrink(look::GAP)
}

fn lay_out(ui: &mut Ui, desk: &mut Desk<'_>, display: &mut Display, all: Rect) {
    let bar = Rect::from_min_max(all.min, pos2(all.right(), all.top() + look::BAR));
    let foot = Rect::from_min_max(pos2(all.left(), all.bottom() - look::FOOT), all.max);
    let body = body(all);
    if body.width() < 60.0 || body.height() < 40.0 {
        return;
    }
    let wanted = (0.36 * body.height()).clamp(band_panel::HEIGHT, band_panel::TALLEST);
    let panel_height = if body.height() - wanted - look::GAP < LEAST_DISPLAY { 0.0 } else { wanted };
    let gap = if panel_height > 0.0 { look::GAP } else { 0.0 };
    let upper = Rect::from_min_max(body.min, pos2(body.right(), body.bottom() - panel_height - gap));
    let meter = Rect::from_min_max(pos2(upper.right() - meters::WIDTH, upper.top()), upper.max);
    let plot = Rect::from_min_max(upper.min, pos2(meter.left() - look::GAP, upper.bottom()));

    bar::show(ui, desk, bar);
    match desk.view.sheet {
        Sheet::None => {
            display::show(ui, desk, display, plot);
            meters::show(ui, desk, meter);
            if panel_height > 0.0 {
                let panel = Rect::from_min_max(pos2(body.left(), body.bottom() - panel_height), body.max);
                band_panel::show(ui, desk, panel);
            }
        }
        Sheet::Presets => presets::show(ui, desk, body),
        Sheet::Import => import::show(ui, desk, body),
        Sheet::Help => sheet::help(ui, desk, body),
        Sheet::About => sheet::about(ui, desk, body),
        Sheet::Program => sheet::ground(ui, desk, body),
    }
    foot::show(ui, desk, foot);
}

/// Keys that work wherever the keyboard is.
fn keys(ctx: &Context, desk: &mut Desk<'_>) {
    let writing = desk.view.typing.is_some() || ctx.text_edit_focused();
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
    if !writing {
        // Space is the host's: it would press the button that has the keyboard.
        pressed(Modifiers::NONE, Key::Space);
        let again = pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y);
        if again {
            desk.undo(-1);
        } else if pressed(Modifiers::COMMAND, Key::Z) {
            desk.undo(1);
        }
    }
    if pressed(Modifiers::NONE, Key::F1) {
        desk.view.sheet = if desk.view.sheet == Sheet::Help { Sheet::None } else { Sheet::Help };
    }
}
