//! The editor without a window: pointer and keys go in, gestures and pictures come out.

use crate::canvas::{Picture, Textures};
use egui::{Context, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, ViewportId, ViewportInfo, vec2};
use plugin::editor::live::Live;
use plugin::editor::look::Theme;
use plugin::editor::plain::Plain;
use plugin::editor::screen::Screen;
use plugin::editor::shelf::Shelf;

/// What draws a frame: the editor alone, or a window that has it inside.
pub type Content = Box<dyn FnMut(&mut egui::Ui, &mut Screen, &mut Plain, &Live)>;

/// An editor on a stage of its own.
pub struct Stage {
    /// The parameters.
    pub owner: Plain,
    /// The sound.
    pub live: Live,
    /// The window's content.
    pub screen: Screen,
    /// What draws a frame, if it is not the editor alone.
    pub content: Option<Content>,
    /// Egui.
    pub ctx: Context,
    textures: Textures,
    size: Vec2,
    scale: f32,
    time_s: f64,
    modifiers: Modifiers,
    events: Vec<Event>,
}

impl Stage {
    /// A window of a size in points, drawn at a scale.
    pub fn new(size: [f32; 2], scale: f32, theme: Theme) -> Self {
        let mut shelf = Shelf::without_files();
        shelf.taste.theme = theme;
        let mut screen = Screen::new(shelf);
        let ctx = Context::default();
        screen.prepare(&ctx);
        let live = Live { sample_rate_hz: 48_000.0, channels: 2, ..Live::default() };
        let mut stage = Self {
            owner: Plain::default(),
            live,
            screen,
            content: None,
            ctx,
            textures: Textures::default(),
            size: vec2(size[0], size[1]),
            scale,
            time_s: 0.0,
            modifiers: Modifiers::NONE,
            events: Vec::new(),
        };
        stage.frames(2);
        stage
    }

    /// One frame, a thirtieth of a second after the last.
    pub fn frame(&mut self) -> egui::FullOutput {
        self.time_s += 1.0 / 30.0;
        let viewport = ViewportInfo { native_pixels_per_point: Some(self.scale), ..ViewportInfo::default() };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            viewports: [(ViewportId::ROOT, viewport)].into_iter().collect(),
            time: Some(self.time_s),
            events: std::mem::take(&mut self.events),
            focused: true,
            max_texture_side: Some(4096),
            ..RawInput::default()
        };
        let Self { ctx, screen, owner, live, content, .. } = self;
        let mut output = ctx.run_ui(input, |ui| match content {
            Some(content) => content(ui, screen, owner, live),
            None => screen.show(ui, owner, live),
        });
        self.textures.update(&output.textures_delta);
        output.textures_delta.clear();
        output
    }

    /// Some frames.
    pub fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.frame();
        }
    }

    /// What is seen, once everything has come to rest.
    pub fn picture(&mut self) -> Picture {
        self.frames(12);
        let output = self.frame();
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let size = [self.size.x, self.size.y].map(|points| (points * self.scale).round() as usize);
        let mut picture = Picture::filled(size, self.screen.ground());
        self.textures.draw(&primitives, self.scale, &mut picture);
        picture
    }

    /// Texts that are drawn, with where they are: for tests of what can be read.
    pub fn texts(&mut self) -> Vec<(String, Rect, Rect)> {
        self.frames(3);
        let output = self.frame();
        let mut texts = Vec::new();
        for clipped in &output.shapes {
            collect(&clipped.shape, clipped.clip_rect, &mut texts);
        }
        texts
    }

    /// Moves the pointer.
    pub fn point(&mut self, at: Pos2) {
        self.events.push(Event::PointerMoved(at));
        self.frame();
    }

    /// Presses or releases a button of the mouse.
    pub fn press(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        self.events.push(Event::PointerButton { pos: at, button, pressed, modifiers: self.modifiers });
        self.frame();
    }

    /// A click.
    pub fn click(&mut self, at: Pos2) {
        self.click_with(at, PointerButton::Primary);
    }

    /// A click of a button.
    pub fn click_with(&mut self, at: Pos2, button: PointerButton) {
        self.point(at);
        self.press(at, button, true);
        self.press(at, button, false);
        self.frame();
    }

    /// Two clicks that are one, some time after whatever was clicked before.
    pub fn double_click(&mut self, at: Pos2) {
        self.frames(20);
        self.click(at);
        self.click(at);
        self.frame();
    }

    /// Drags from one place to another in steps.
    pub fn drag(&mut self, from: Pos2, to: Pos2) {
        self.point(from);
        self.press(from, PointerButton::Primary, true);
        for step in 1..=8 {
            self.point(from + (to - from) * (step as f32 / 8.0));
        }
        self.press(to, PointerButton::Primary, false);
        self.frame();
    }

    /// Turns the wheel; away from the user is positive.
    pub fn wheel(&mut self, at: Pos2, notches: f32) {
        self.point(at);
        self.events.push(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            modifiers: self.modifiers,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
        });
        self.frame();
    }

    /// Presses and releases a key.
    pub fn key(&mut self, key: Key) {
        for pressed in [true, false] {
            let modifiers = self.modifiers;
            self.events.push(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
        }
        self.frame();
        self.frame();
    }

    /// Something that the next frame comes to know, with whatever else happens before it.
    pub fn happen(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Types letters.
    pub fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.events.push(Event::Text(letter.into()));
            self.frame();
        }
    }

    /// Holds modifier keys from now on.
    pub fn hold(&mut self, modifiers: Modifiers) {
        self.modifiers = modifiers;
        self.events.push(Event::ModifiersChanged(modifiers));
        self.frame();
    }

    /// Where the control of a parameter is.
    pub fn place_of(&self, id: &str) -> Option<Rect> {
        let row = octant_dsp::params::all().position(|row| row.id() == id)?;
        self.ctx.read_response(egui::Id::unique(("octant", row))).map(|response| response.rect)
    }

    /// Where another thing is, by the id that the editor gave it.
    pub fn place_at(&self, id: egui::Id) -> Option<Rect> {
        self.ctx.read_response(id).map(|response| response.rect)
    }
}

fn collect(shape: &egui::Shape, clip: Rect, texts: &mut Vec<(String, Rect, Rect)>) {
    match shape {
        egui::Shape::Text(text) => {
            let rect = Rect::from_min_size(text.pos, text.galley.size());
            texts.push((text.galley.text().to_owned(), rect, clip));
        }
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, texts)),
        _ => (),
    }
}
