//! What every control has in common: dragging, wheel, keys, typing, default, menu, hover text.

use super::desk::Desk;
use super::look;
use super::rows::{self, Row};
use super::view::Typing;
use super::words;
use egui::{
    CursorIcon, Event, EventFilter, Id, Key, Modifiers, Popup, Rect, Response, Sense, SetOpenCommand, TextEdit, Ui,
    WidgetInfo,
};
use octant_dsp::params::Kind;

/// Points of dragging for the whole way of a knob.
const WAY: f32 = 220.0;
/// Shift slows every movement down by this.
const FINE: f64 = 0.1;
/// Part of a knob's way for one notch of the wheel or one arrow key.
const NOTCH: f64 = 0.01;

/// How a control is dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up is more.
    Up,
    /// Up and right are more.
    Both,
}

/// Makes a rectangle a control of a parameter. The caller paints it.
pub fn control(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, way: Way) -> Response {
    control_as(ui, desk, rect, row, way, Id::unique(("octant", row)))
}

/// Like [`control`], for a second control of the same parameter.
pub fn control_as(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, way: Way, id: Id) -> Response {
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
    if response.drag_started() && !defaulting(ui) {
        let together = desk.together(row);
        desk.hand.grab(desk.owner, &together);
        response.request_focus();
    }
    if response.dragged() && desk.hand.holds(row) {
        let moved = dragged_by(&response);
        let points = -moved.y + if way == Way::Both { moved.x } else { 0.0 };
        desk.hand.shift(desk.owner, f64::from(points / WAY) * fine);
    }
    if response.drag_stopped() {
        desk.hand.release(desk.owner);
    }
    common(ui, desk, &response, row, true);
    let cursor = if way == Way::Up { CursorIcon::ResizeVertical } else { CursorIcon::ResizeHorizontal };
    response.on_hover_and_drag_cursor(cursor)
}

/// Movement of this frame in points; the first one counts from where the button was pressed.
pub fn dragged_by(response: &Response) -> egui::Vec2 {
    let whole = response.drag_started().then(|| response.total_drag_delta()).flatten();
    whole.unwrap_or(response.drag_delta())
}

/// Whether a click means the default.
pub fn defaulting(ui: &Ui) -> bool {
    ui.input(|input| input.modifiers.alt || input.modifiers.command)
}

/// Clicks (if they do not already mean something), keys, wheel, menu and hover text of a control.
pub fn common(ui: &mut Ui, desk: &mut Desk<'_>, response: &Response, row: Row, clicks: bool) {
    if clicks && response.clicked() {
        if defaulting(ui) {
            desk.set(row, rows::at(row).param.default());
        } else {
            response.request_focus();
        }
    }
    if clicks && response.double_clicked() && !defaulting(ui) {
        type_into(desk, response.id, row, None);
    }
    let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
    if response.hovered() {
        let notches = wheel(ui);
        if notches != 0.0 {
            nudge(desk, row, f64::from(notches) * NOTCH * fine);
        }
    }
    if response.has_focus() {
        keys(ui, desk, response.id, row);
    }
    let text = format!("{}, {}", rows::at(row).name(), desk.text(row));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Slider, true, &text));
    menu(desk, response, row);
    hover(desk, response, row);
}

/// Notches of the wheel in this frame, not smoothed; away from the user is positive. Takes them.
pub fn wheel(ui: &Ui) -> f32 {
    let notches = ui.input(|input| {
        let turned = input.events.iter().map(|event| match event {
            Event::MouseWheel { unit: egui::MouseWheelUnit::Point, delta, .. } => (delta.x + delta.y) / 40.0,
            // With Shift, some systems turn the wheel sideways.
            Event::MouseWheel { delta, .. } => delta.x + delta.y,
            _ => 0.0,
        });
        turned.sum()
    });
    if notches != 0.0 {
        ui.input_mut(|input| input.events.retain(|event| !matches!(event, Event::MouseWheel { .. })));
    }
    notches
}

/// Moves a parameter, in every selected band, by a part of its way.
pub fn nudge(desk: &mut Desk<'_>, row: Row, places: f64) {
    let together = desk.together(row);
    desk.hand.nudge(desk.owner, &together, places, desk.view.now_s);
}

fn keys(ui: &mut Ui, desk: &mut Desk<'_>, id: Id, row: Row) {
    let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
    let mut places = 0.0;
    let (mut typed, mut enter, mut default) = (String::new(), false, false);
    ui.input(|input| {
        for event in &input.events {
            match event {
                Event::Key { key, pressed: true, modifiers, .. } => match key {
                    Key::ArrowUp | Key::ArrowRight => places += if modifiers.shift { NOTCH * FINE } else { NOTCH },
                    Key::ArrowDown | Key::ArrowLeft => places -= if modifiers.shift { NOTCH * FINE } else { NOTCH },
                    Key::PageUp => places += 10.0 * NOTCH,
                    Key::PageDown => places -= 10.0 * NOTCH,
                    Key::Home => default = true,
                    Key::Enter => enter = true,
                    _ => (),
                },
                // A figure begins; one frame may bring more than the first key.
                Event::Text(text)
                    if !typed.is_empty() || text.chars().all(|c| c.is_ascii_digit() || "-.−".contains(c)) =>
                {
                    typed.push_str(text);
                }
                _ => (),
            }
        }
    });
    if places != 0.0 {
        nudge(desk, row, places);
    }
    if default {
        desk.set(row, rows::at(row).param.default());
    }
    if !typed.is_empty() {
        take_text(ui);
        type_into(desk, id, row, Some(typed));
    } else if enter {
        type_into(desk, id, row, None);
    }
}

/// Opens the field of a number; `text` stands in it, or else the present value.
pub fn type_into(desk: &mut Desk<'_>, at: Id, row: Row, text: Option<String>) {
    if matches!(rows::at(row).param.kind, Kind::Float { .. } | Kind::Integer { .. }) && desk.view.typing.is_none() {
        desk.hand.release(desk.owner);
        let whole = text.is_none();
        let text = text.unwrap_or_else(|| desk.text(row));
        desk.view.typing = Some(Typing { row, at, text, asked: false, seen: true, whole });
    }
}

/// The field of a number that is being typed, if that began at the control `at`; whether it did.
///
/// Enter and a loss of focus keep what was typed, Escape keeps the old value, and what cannot be read does too.
pub fn typing(ui: &mut Ui, desk: &mut Desk<'_>, rect: Rect, row: Row, at: Id) -> bool {
    let Some(mut typing) = desk.view.typing.take_if(|typing| typing.at == at) else { return false };
    typing.seen = true;
    let id = Id::unique(("octant typing", row));
    if typing.whole && ui.input(|input| input.events.iter().any(writes)) {
        // The first thing that is typed takes the place of what stood there.
        typing.text.clear();
        typing.whole = false;
    }
    let ahead = !typing.asked && !ui.memory(|memory| memory.has_focus(id));
    if ahead {
        // Quick fingers are ahead of the keyboard, which comes to the field with the next frame.
        typing.text.push_str(&take_text(ui));
    }
    let field = TextEdit::singleline(&mut typing.text).id(id).font(look::medium(look::TEXT)).clip_text(true);
    let field = field.align(egui::Align2::CENTER_CENTER).margin(egui::Margin::symmetric(2, 1));
    let response = ui.put(rect, field.desired_width(rect.width()));
    if !typing.asked {
        // The click that opened the field was elsewhere, which takes the keyboard away again: so ask until it stays.
        response.request_focus();
        typing.asked = response.has_focus() && ui.memory(|memory| memory.had_focus_last_frame(id));
    }
    if typing.whole || ahead {
        let end = typing.text.chars().count();
        select(ui, id, if typing.whole { 0 } else { end }..end);
    }
    if !typing.asked || !response.lost_focus() {
        desk.view.typing = Some(typing);
        return true;
    }
    let (escaped, entered) = ui.input(|input| (input.key_pressed(Key::Escape), input.key_pressed(Key::Enter)));
    if escaped || entered {
        // The keyboard goes on where it was.
        ui.memory_mut(|memory| memory.request_focus(at));
    }
    if !escaped {
        finish(desk, &typing);
    }
    true
}

/// Keeps what was typed, or says why not.
fn finish(desk: &mut Desk<'_>, typing: &Typing) {
    let row = typing.row;
    match rows::at(row).param.parse(&typing.text) {
        Ok(plain) => desk.set(row, plain),
        Err(reason) => desk.view.warn(format!("{}: {reason}. It stays {}.", words::label(row), desk.text(row))),
    }
}

/// After a frame: a field whose control is not shown any more, as when another band was selected, keeps what was typed.
pub fn after_frame(desk: &mut Desk<'_>) {
    if let Some(typing) = desk.view.typing.take_if(|typing| !typing.seen) {
        finish(desk, &typing);
    }
    if let Some(typing) = &mut desk.view.typing {
        typing.seen = false;
    }
}

/// Selects these characters of a text field; where there are none the cursor stands.
pub fn select(ui: &Ui, field: Id, characters: std::ops::Range<usize>) {
    let cursor = |at: usize| egui::text::CCursor::new(egui::text::CharIndex(at));
    let mut state = TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(cursor(characters.start), cursor(characters.end))));
    state.store(ui.ctx(), field);
}

/// What was written in this frame. Takes it.
fn take_text(ui: &Ui) -> String {
    let mut written = String::new();
    ui.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Text(text) => {
                written.push_str(text);
                false
            }
            _ => true,
        });
    });
    written
}

/// The modifiers that a key was pressed with in this frame, if it was: by now they may have been let go.
pub fn pressed_with(ui: &Ui, wanted: Key) -> Option<Modifiers> {
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } if *key == wanted => Some(*modifiers),
            _ => None,
        })
    })
}

/// Whether an event changes a text, or the place in it.
fn writes(event: &Event) -> bool {
    match event {
        Event::Text(_) | Event::Paste(_) => true,
        Event::Key { key, pressed: true, .. } => {
            matches!(key, Key::Backspace | Key::Delete)
        }
        _ => false,
    }
}

/// A menu that a right click opens, or Ctrl M while the control has the keyboard: neither the menu key nor Shift F10 comes
/// through the windowing library.
pub fn context_menu(response: &Response, content: impl FnOnce(&mut Ui)) {
    // Choices have a list of their own beside the menu.
    let id = response.id.with("context menu");
    let popup = Popup::context_menu(response).id(id);
    let ctx = &response.ctx;
    let asked = response.has_focus() && ctx.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::M));
    // Opened by a key it has no place of the pointer.
    let by_key = asked || Popup::is_id_open(ctx, id) && Popup::position_of_id(ctx, id).is_none();
    let popup = if asked { popup.open_memory(SetOpenCommand::Bool(true)) } else { popup };
    let popup = if by_key { popup.at_position(response.rect.center()) } else { popup };
    show_popup(popup, response, content);
}

/// Shows a list or menu of a control; when it closes, the keyboard is at the control again.
pub fn show_popup(popup: Popup<'_>, response: &Response, content: impl FnOnce(&mut Ui)) {
    let id = popup.get_id();
    let was_open = popup.is_open();
    popup.show(content);
    if was_open && !Popup::is_id_open(&response.ctx, id) {
        response.request_focus();
    }
}

fn menu(desk: &mut Desk<'_>, response: &Response, row: Row) {
    context_menu(response, |ui| {
        let number = matches!(rows::at(row).param.kind, Kind::Float { .. } | Kind::Integer { .. });
        if number && ui.button("Type a value…").clicked() {
            type_into(desk, response.id, row, None);
            ui.close();
        }
        let default = rows::at(row).param.default();
        if ui.button(format!("Default: {}", rows::at(row).param.text(default))).clicked() {
            desk.set(row, default);
            ui.close();
        }
        if rows::at(row).band.is_some() && ui.button("Same in every band").clicked() {
            let plain = desk.plain(row);
            let changes: Vec<_> = (0..desk.settings.bands).map(|band| (rows::same_of(row, band), plain)).collect();
            desk.hand.once(desk.owner, &changes);
            ui.close();
        }
    });
}

fn hover(desk: &Desk<'_>, response: &Response, row: Row) {
    if !desk.shelf.taste.hints || desk.hand.is_busy() {
        return;
    }
    let help = match words::idle(row, &desk.settings, desk.live.channels.max(1)) {
        Some(why) => format!("{} {why}", words::help(row)),
        None => words::help(row).to_owned(),
    };
    let title = format!("{}  {}", rows::at(row).name(), desk.text(row));
    let look = desk.look.clone();
    response.clone().on_hover_ui(|ui| {
        ui.set_max_width(280.0);
        ui.label(egui::RichText::new(title).font(look::strong(look::TEXT)));
        ui.label(egui::RichText::new(help).font(look::regular(look::TEXT)).color(look.dim));
    });
}
