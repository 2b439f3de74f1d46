//! Blocks of a page on the screen.

use super::markdown::{Block, Run};
use super::picture;
use crate::editor::look::{self, Look, mix};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, ColorImage, Galley, Rect, Sense, Stroke, StrokeKind, TextureHandle, Ui, pos2, vec2};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Size of running text.
const SIZE: f32 = look::TEXT + 0.5;
/// Space between blocks.
const SPACE: f32 = 9.0;
/// Space between columns of a table.
const COLUMNS: f32 = 18.0;

/// Shows a block; gives the link that was followed in it.
pub fn show(
    ui: &mut Ui,
    look: &Look,
    pictures: &mut HashMap<String, Option<TextureHandle>>,
    block: &Block,
) -> Option<String> {
    let width = ui.available_width();
    match block {
        Block::Heading(level, runs) => {
            ui.add_space(if *level == 1 { 0.0 } else { SPACE });
            let size = if *level == 1 { look::TITLE + 6.0 } else { look::TITLE + 1.0 };
            let text: String = runs.iter().map(|(text, _)| text.as_str()).collect();
            ui.label(egui::RichText::new(text).font(look::strong(size)));
            ui.add_space(SPACE - 3.0);
            None
        }
        Block::Text(runs) => {
            let text = Text::new(look, runs, width, false);
            let (rect, _) = ui.allocate_exact_size(vec2(width, height_of(ui, &text)), Sense::hover());
            let link = text.show(ui, rect.min);
            ui.add_space(SPACE);
            link
        }
        Block::Item(mark, runs) => {
            let indent = 22.0;
            let text = Text::new(look, runs, width - indent, false);
            let (rect, _) = ui.allocate_exact_size(vec2(width, height_of(ui, &text)), Sense::hover());
            let at = pos2(rect.left() + indent - 7.0, rect.top());
            ui.painter().text(at, Align2::RIGHT_TOP, mark, look::medium(SIZE), look.accent);
            let link = text.show(ui, pos2(rect.left() + indent, rect.top()));
            ui.add_space(5.0);
            link
        }
        Block::Table(rows) => {
            let link = table(ui, look, rows, width);
            ui.add_space(SPACE);
            link
        }
        Block::Code(code) => {
            let job = LayoutJob::simple(code.clone(), look::medium(SIZE), look.text, width - 24.0);
            let galley = ui.painter().layout_job(job);
            let (rect, _) = ui.allocate_exact_size(vec2(width, galley.size().y + 14.0), Sense::hover());
            ui.painter().rect(rect, look::ROUND, look.well, Stroke::new(1.0, look.line), StrokeKind::Inside);
            ui.painter().galley(rect.min + vec2(12.0, 7.0), galley, look.text);
            ui.add_space(SPACE);
            None
        }
        Block::Picture { path, told } => {
            let texture = pictures.entry(path.clone()).or_insert_with(|| {
                let image = decoded(picture(path)?)?;
                Some(ui.ctx().load_texture(path, image, egui::TextureOptions::LINEAR))
            });
            if let Some(texture) = texture {
                let [wide, high] = texture.size().map(|pixels| pixels as f32);
                let shown = wide.min(width);
                let (rect, response) =
                    ui.allocate_exact_size(vec2(shown, shown * high / wide.max(1.0)), Sense::hover());
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, told));
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                ui.painter().image(texture.id(), rect, whole, egui::Color32::WHITE);
                ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, look.line), StrokeKind::Outside);
                ui.add_space(SPACE);
            }
            None
        }
    }
}

/// Pixels of a PNG.
pub fn decoded(bytes: &[u8]) -> Option<ColorImage> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    let size = [info.width as usize, info.height as usize];
    match info.color_type {
        png::ColorType::Rgb => Some(ColorImage::from_rgb(size, &pixels[..info.buffer_size()])),
        png::ColorType::Rgba => Some(ColorImage::from_rgba_unmultiplied(size, &pixels[..info.buffer_size()])),
        _ => None,
    }
}

/// Text with links in it.
struct Text {
    job: LayoutJob,
    /// Bytes that lead somewhere.
    links: Vec<(Range<usize>, String)>,
    look: Look,
}

impl Text {
    fn new(look: &Look, runs: &[Run], width: f32, head: bool) -> Self {
        let mut job =
            LayoutJob { wrap: egui::text::TextWrapping::wrap_at_width(width.max(20.0)), ..Default::default() };
        let mut links = Vec::new();
        for (text, style) in runs {
            let font = match (style.strong || head, style.code) {
                (true, _) => look::strong(SIZE),
                (_, true) => look::medium(SIZE),
                _ => look::regular(SIZE),
            };
            let color = match (&style.link, style.strong || style.code || head) {
                (Some(_), _) => look.accent,
                (None, true) => look.text,
                (None, false) => mix(look.text, look.dim, 0.35),
            };
            let background = if style.code { look.raised } else { egui::Color32::TRANSPARENT };
            let from = job.text.len();
            let line_height = Some(SIZE * 1.45);
            job.append(text, 0.0, TextFormat { font_id: font, color, background, line_height, ..Default::default() });
            links.extend(style.link.clone().map(|link| (from..job.text.len(), link)));
        }
        Self { job, links, look: look.clone() }
    }

    fn galley(&self, ui: &Ui) -> Arc<Galley> {
        ui.painter().layout_job(self.job.clone())
    }

    /// Draws it; gives the link that was clicked.
    fn show(self, ui: &Ui, at: egui::Pos2) -> Option<String> {
        let galley = self.galley(ui);
        let rect = Rect::from_min_size(at, galley.size());
        ui.painter().galley(at, Arc::clone(&galley), self.look.text);
        if self.links.is_empty() {
            return None;
        }
        let id = ui.scope_id().with(("octant link", at.x as i32, self.job.text.as_str()));
        let response = ui.interact(rect, id, Sense::click());
        let letter = galley.cursor_from_pos(response.hover_pos()? - at).index.0;
        let byte = self.job.text.char_indices().nth(letter).map_or(self.job.text.len(), |(byte, _)| byte);
        let (_, link) = self.links.into_iter().find(|(range, _)| range.contains(&byte))?;
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        if !response.clicked() {
            return None;
        }
        if link.starts_with("https://") {
            ui.ctx().open_url(egui::OpenUrl::new_tab(&link));
        }
        Some(link)
    }
}

fn height_of(ui: &Ui, text: &Text) -> f32 {
    text.galley(ui).size().y
}

/// Columns as wide as what is in them if all fit; else long ones give way.
fn widths(ui: &Ui, look: &Look, rows: &[Vec<Vec<Run>>], width: f32) -> Vec<f32> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let room = (width - COLUMNS * columns.saturating_sub(1) as f32).max(1.0);
    let natural = |column: usize| {
        let cells = rows.iter().enumerate().filter_map(|(at, row)| row.get(column).map(|cell| (at, cell)));
        cells.map(|(at, cell)| Text::new(look, cell, f32::INFINITY, at == 0).galley(ui).size().x).fold(0.0, f32::max)
            + 1.0
    };
    let natural: Vec<f32> = (0..columns).map(natural).collect();
    // Columns that are narrower than an equal share of what is left keep what they need.
    let mut widths = vec![None; columns];
    loop {
        let open: Vec<usize> = (0..columns).filter(|column| widths[*column].is_none()).collect();
        let left = room - widths.iter().flatten().sum::<f32>();
        let fair = left / open.len().max(1) as f32;
        let fits: Vec<usize> = open.iter().copied().filter(|column| natural[*column] <= fair).collect();
        if fits.is_empty() {
            open.into_iter().for_each(|column| widths[column] = Some(fair));
            return widths.into_iter().flatten().collect();
        }
        fits.into_iter().for_each(|column| widths[column] = Some(natural[column]));
    }
}

fn table(ui: &mut Ui, look: &Look, rows: &[Vec<Vec<Run>>], width: f32) -> Option<String> {
    let widths = widths(ui, look, rows, width);
    let mut followed = None;
    for (at, row) in rows.iter().enumerate() {
        if at == 0 && row.iter().all(Vec::is_empty) {
            continue;
        }
        let cells: Vec<Text> =
            row.iter().zip(&widths).map(|(cell, width)| Text::new(look, cell, *width, at == 0)).collect();
        let height = cells.iter().map(|cell| height_of(ui, cell)).fold(0.0, f32::max) + 7.0;
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let mut left = rect.left();
        for (cell, width) in cells.into_iter().zip(&widths) {
            followed = cell.show(ui, pos2(left, rect.top() + 3.0)).or(followed);
            left += width + COLUMNS;
        }
        ui.painter().hline(rect.x_range(), rect.bottom() + 1.0, Stroke::new(1.0, look.line));
    }
    followed
}
