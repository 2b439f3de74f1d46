//! The whole window: what lies where, keys that work everywhere, and what has to be kept between frames.

use super::band_panel;
use super::desk::Desk;
use super::display::{self, Display};
use super::hand::Hand;
use super::live::Live;
use super::look::{self, Look, Theme};
use super::manual::{self, Manual};
use super::owner::Owner;
use super::shelf::Shelf;
use super::view::{Sheet, View};
use super::{bar, control, foot, import, menus, meters, presets, sheet};
use egui::{Context, Key, Modifiers, Rect, Ui, pos2};
use octant_dsp::Settings;

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
    manual: Manual,
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
            manual: Manual::default(),
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
            style.spacing.scroll.fade.strength = 1.0;
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

    /// The slot that is heard remembers the name of its preset, and the shelf what was in that.
    fn recall(&mut self, owner: &dyn Owner, settings: &Settings) {
        let name = {
            let kept = owner.kept();
            kept.slots[kept.active].name.clone()
        };
        if self.view.loaded.as_ref().is_some_and(|(loaded, _)| *loaded == name) {
            return;
        }
        self.view.loaded = (!name.is_empty()).then(|| {
            // What is on no shelf here counts as what it is now.
            let preset = self.shelf.settings_of(&name, settings).unwrap_or(*settings);
            (name, preset)
        });
    }

    /// One frame. `input` of egui may come from a window or from a test.
    pub fn show(&mut self, ui: &mut Ui, owner: &mut dyn Owner, live: &Live) {
        let ctx = ui.ctx().clone();
        self.dress(&ctx);
        self.view.now_s = ctx.input(|input| input.time);
        let settings = owner.settings();
        self.view.selection.fit(settings.bands);
        self.recall(owner, &settings);
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
        if desk.view.sheet != Sheet::Manual {
            self.manual = Manual::default();
        }
        lay_out(ui, &mut desk, &mut self.display, &mut self.manual, all);
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
/// Narrowest panel; hosts may open windows smaller than the smallest.
const LEAST_PANEL: f32 = 640.0;

/// Where sheets lie in a window: all but the bar above and the line below.
pub fn body(all: Rect) -> Rect {
    let top_left = pos2(all.left(), all.top() + look::BAR);
    Rect::from_min_max(top_left, pos2(all.right(), all.bottom() - look::FOOT)).shrink(look::GAP)
}

fn lay_out(ui: &mut Ui, desk: &mut Desk<'_>, display: &mut Display, pages: &mut Manual, all: Rect) {
    let bar = Rect::from_min_max(all.min, pos2(all.right(), all.top() + look::BAR));
    let foot = Rect::from_min_max(pos2(all.left(), all.bottom() - look::FOOT), all.max);
    let body = body(all);
    if body.width() < 60.0 || body.height() < 40.0 {
        return;
    }
    let wanted = (0.36 * body.height()).clamp(band_panel::HEIGHT, band_panel::TALLEST);
    let cramped = body.height() - wanted - look::GAP < LEAST_DISPLAY || body.width() < LEAST_PANEL;
    let panel_height = if cramped { 0.0 } else { wanted };
    let gap = if panel_height > 0.0 { look::GAP } else { 0.0 };
    let upper = Rect::from_min_max(body.min, pos2(body.right(), body.bottom() - panel_height - gap));
    let aside = Rect::from_min_max(pos2(upper.right() - meters::WIDTH, upper.top()), upper.max);
    let analyser = Rect::from_min_max(pos2(aside.left(), aside.bottom() - look::LINE), aside.max);
    let meter = Rect::from_min_max(aside.min, pos2(aside.right(), analyser.top() - look::GAP));
    let plot = Rect::from_min_max(upper.min, pos2(aside.left() - look::GAP, upper.bottom()));

    bar::show(ui, desk, bar);
    match desk.view.sheet {
        Sheet::None => {
            display::show(ui, desk, display, plot);
            meters::show(ui, desk, meter);
            menus::analyser(ui, desk, analyser);
            if panel_height > 0.0 {
                let panel = Rect::from_min_max(pos2(body.left(), body.bottom() - panel_height), body.max);
                band_panel::show(ui, desk, panel);
            }
        }
        Sheet::Presets => presets::show(ui, desk, body),
        Sheet::Import => import::show(ui, desk, body),
        Sheet::Help => sheet::help(ui, desk, body),
        Sheet::Manual => manual::show(ui, desk, pages, body),
        Sheet::About => sheet::about(ui, desk, body),
        Sheet::Program => sheet::ground(ui, desk, body),
    }
    foot::show(ui, desk, foot);
    note(ui, desk, body);
}

/// What happened last, or what did not work: over everything, for some seconds.
fn note(ui: &Ui, desk: &Desk<'_>, body: Rect) {
    let Some(note) = desk.view.note.as_ref().filter(|note| note.until_s > desk.view.now_s) else { return };
    let look = desk.look;
    let colour = if note.warns { look.warn } else { look.accent };
    let width = (body.width() - 60.0).clamp(40.0, 520.0);
    let galley = ui.painter().layout(note.text.clone(), look::medium(look::TEXT), look.text, width);
    let size = galley.size() + egui::vec2(34.0, 14.0);
    let plate = egui::Align2::CENTER_BOTTOM.anchor_size(pos2(body.center().x, body.bottom() - 4.0), size);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("octant note")));
    let shadow =
        egui::epaint::Shadow { offset: [0, 4], blur: 16, spread: 0, color: egui::Color32::from_black_alpha(90) };
    painter.add(shadow.as_shape(plate, look::ROUND));
    painter.rect(plate, look::ROUND, look.raised, egui::Stroke::new(1.0, look.line), egui::StrokeKind::Inside);
    let lamp = pos2(plate.left() + 13.0, plate.center().y);
    painter.circle_filled(lamp, 3.5, colour);
    painter.galley(pos2(plate.left() + 24.0, plate.center().y - 0.5 * galley.size().y), galley, look.text);
}

/// Keys that work wherever the keyboard is.
fn keys(ctx: &Context, desk: &mut Desk<'_>) {
    let writing = desk.view.typing.is_some() || ctx.text_edit_focused();
    let (tab, pointer) = ctx.input(|input| (input.key_pressed(Key::Tab), input.pointer.any_pressed()));
    desk.view.keyed = (desk.view.keyed || tab) && !pointer;
    // Where nothing has the keyboard, keys go to the host as well: what it undoes must not be undone here, too.
    if !desk.view.alone && !ctx.egui_wants_keyboard_input() {
        return;
    }
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
    // F1 does not come through the windowing library.
    let asked = |event: &egui::Event| matches!(event, egui::Event::Text(text) if text == "?");
    if !writing && ctx.input(|input| input.events.iter().any(asked)) {
        desk.view.sheet = if desk.view.sheet == Sheet::Help { Sheet::None } else { Sheet::Help };
    }
}
