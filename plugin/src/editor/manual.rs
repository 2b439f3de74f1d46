//! The manual: the pages of `assets/manual` and their pictures, built in, so that they are wherever the plugin is.

mod markdown;
mod page;

use super::desk::Desk;
use super::look;
use super::sheet;
use egui::{Rect, RichText, ScrollArea, TextureHandle, Ui, UiBuilder, pos2, vec2};
use markdown::Block;
use std::collections::HashMap;

/// One page.
struct Page {
    file: &'static str,
    text: &'static str,
}

macro_rules! pages {
    ($($file:literal),+ $(,)?) => {
        [$(Page { file: $file, text: include_str!(concat!("../../../assets/manual/", $file)) }),+]
    };
}

const PAGES: [Page; 10] = pages![
    "first-compression.md",
    "de-essing.md",
    "upward-and-downward.md",
    "sidechain.md",
    "linear-phase.md",
    "modes.md",
    "presets.md",
    "live.md",
    "editor.md",
    "troubleshooting.md",
];

macro_rules! pictures {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_bytes!(concat!("../../../assets/screenshots/", $file)) as &[u8])),+]
    };
}

const PICTURES: [(&str, &[u8]); 12] = pictures![
    "de-essing.png",
    "editor-small.png",
    "first-compression.png",
    "grey.png",
    "import.png",
    "linear-phase.png",
    "live-devices.png",
    "live.png",
    "modes.png",
    "parts.png",
    "presets.png",
    "sidechain.png",
];

/// Pages as they are read: made when the manual is opened, gone when it is closed.
#[derive(Default)]
pub struct Manual {
    /// The page that is shown, and what is on it.
    page: Option<(usize, Vec<Block>)>,
    pictures: HashMap<String, Option<TextureHandle>>,
}

impl std::fmt::Debug for Manual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manual").field("pictures", &self.pictures.len()).finish_non_exhaustive()
    }
}

/// Widest column of text, points: longer lines are hard to read.
const COLUMN: f32 = 640.0;
/// Width of the list of pages.
const LIST: f32 = 178.0;

/// The manual in its part of the window.
pub fn show(ui: &mut Ui, desk: &mut Desk<'_>, manual: &mut Manual, rect: Rect) {
    sheet::ground(ui, desk, rect);
    let inner = rect.shrink2(vec2(16.0, 12.0));
    let mut head = ui.new_child(UiBuilder::new().max_rect(inner).id_salt("manual"));
    sheet::head(&mut head, desk, "Manual");
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + sheet::HEAD), inner.max);
    let list = Rect::from_min_size(body.min, vec2(LIST.min(0.3 * body.width()), body.height()));
    let mut child = sheet::scrolling(ui, list, "manual pages", desk.look.panel);
    let before = desk.view.page;
    ScrollArea::vertical().id_salt("list of pages").auto_shrink(false).show(&mut child, |ui| {
        for (page, Page { text, .. }) in PAGES.iter().enumerate() {
            let label = RichText::new(title(text)).font(look::medium(look::TEXT));
            ui.selectable_value(&mut desk.view.page, page, label);
        }
    });
    let page = desk.view.page.min(PAGES.len() - 1);
    let text = Rect::from_min_max(pos2(list.right() + look::SPACE, body.top()), body.max);
    let mut child = sheet::scrolling(ui, text, "manual text", desk.look.panel);
    let scroll = ScrollArea::vertical().id_salt(("manual page", page)).auto_shrink(false);
    let scroll = if before == desk.view.page { scroll } else { scroll.vertical_scroll_offset(0.0) };
    let followed = scroll.show(&mut child, |ui| {
        ui.set_max_width((ui.available_width() - 10.0).min(COLUMN));
        let Manual { page: kept, pictures } = manual;
        let kept = match kept.take().filter(|(shown, _)| *shown == page) {
            Some(same) => kept.insert(same),
            None => kept.insert((page, markdown::parse(PAGES[page].text))),
        };
        let mut followed = None;
        for block in &kept.1 {
            followed = page::show(ui, desk.look, pictures, block).or(followed);
        }
        followed
    });
    if let Some(file) = followed.inner
        && let Some(page) = PAGES.iter().position(|page| page.file == file)
    {
        desk.view.page = page;
    }
}

/// The first line, which is the title.
fn title(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
}

/// A picture by the path that a page gives.
fn picture(path: &str) -> Option<&'static [u8]> {
    let name = path.rsplit('/').next()?;
    PICTURES.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_page_of_the_folder_is_built_in_and_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/manual");
        let index = std::fs::read_to_string(folder.join("README.md")).expect("the list of pages");
        let mut files: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder")
            .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "README.md")
            .collect();
        files.sort();
        let mut built_in: Vec<&str> = PAGES.iter().map(|page| page.file).collect();
        built_in.sort_unstable();
        assert_eq!(files, built_in);
        for file in files {
            assert!(index.contains(&format!("({file})")), "{file} is not in README.md");
        }
    }

    #[test]
    fn links_and_pictures_lead_somewhere() {
        for page in &PAGES {
            assert!(title(page.text).len() > 3, "{}", page.file);
            for block in markdown::parse(page.text) {
                for link in block.links() {
                    let known = PAGES.iter().any(|page| page.file == link);
                    assert!(known || link.starts_with("https://"), "{}: {link}", page.file);
                }
                if let Block::Picture { path, told } = &block {
                    assert!(picture(path).is_some(), "{}: {path}", page.file);
                    assert!(told.len() > 8, "{}: a picture without words", page.file);
                }
            }
        }
        for (name, bytes) in PICTURES {
            assert!(page::decoded(bytes).is_some(), "{name}");
            assert!(PAGES.iter().any(|page| page.text.contains(name)), "{name} is on no page");
        }
    }
}
