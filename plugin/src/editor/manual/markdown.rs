//! Pages as blocks: what is used of Markdown, no more.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// How a run of letters is set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// Stands out.
    pub strong: bool,
    /// What is typed, or a name of a thing on the screen.
    pub code: bool,
    /// Where it leads.
    pub link: Option<String>,
}

/// Letters that are set alike.
pub type Run = (String, Style);

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading; 1 is the title of the page.
    Heading(u8, Vec<Run>),
    /// Running text.
    Text(Vec<Run>),
    /// A line of a list, with what stands before it.
    Item(String, Vec<Run>),
    /// Rows of cells, the first is the head.
    Table(Vec<Vec<Vec<Run>>>),
    /// Lines to be typed.
    Code(String),
    /// A picture.
    Picture {
        /// Its path.
        path: String,
        /// The same in words.
        told: String,
    },
}

impl Block {
    /// Where it leads.
    #[cfg(test)]
    pub fn links(&self) -> Vec<String> {
        let runs: Vec<&Run> = match self {
            Self::Heading(_, runs) | Self::Text(runs) | Self::Item(_, runs) => runs.iter().collect(),
            Self::Table(rows) => rows.iter().flatten().flatten().collect(),
            Self::Code(_) | Self::Picture { .. } => Vec::new(),
        };
        runs.into_iter().filter_map(|(_, style)| style.link.clone()).collect()
    }
}

/// The blocks of a page.
pub fn parse(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.read(event);
    }
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    runs: Vec<Run>,
    style: Style,
    /// Number of the next item of each open list; None counts nothing.
    lists: Vec<Option<u64>>,
    rows: Vec<Vec<Vec<Run>>>,
    code: Option<String>,
    picture: Option<String>,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.add(&text),
            },
            Event::Code(text) => {
                let style = Style { code: true, ..self.style.clone() };
                self.runs.push((text.into_string(), style));
            }
            Event::SoftBreak | Event::HardBreak => self.add(" "),
            _ => (),
        }
    }

    fn add(&mut self, text: &str) {
        self.runs.push((text.to_owned(), self.style.clone()));
    }

    fn begin(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong | Tag::Emphasis => self.style.strong = true,
            Tag::Link { dest_url, .. } => self.style.link = Some(dest_url.into_string()),
            Tag::Image { dest_url, .. } => self.picture = Some(dest_url.into_string()),
            Tag::List(first) => self.lists.push(first),
            Tag::CodeBlock(_) => self.code = Some(String::new()),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            _ => (),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis => self.style.strong = false,
            TagEnd::Link => self.style.link = None,
            TagEnd::Image => {
                let told = std::mem::take(&mut self.runs).into_iter().map(|(text, _)| text).collect();
                let path = self.picture.take().unwrap_or_default();
                self.blocks.push(Block::Picture { path, told });
            }
            TagEnd::Heading(level) => {
                let runs = std::mem::take(&mut self.runs);
                self.blocks.push(Block::Heading(if level == HeadingLevel::H1 { 1 } else { 2 }, runs));
            }
            TagEnd::Paragraph if self.lists.is_empty() => {
                let runs = std::mem::take(&mut self.runs);
                if !runs.is_empty() {
                    self.blocks.push(Block::Text(runs));
                }
            }
            TagEnd::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".into(),
                };
                self.blocks.push(Block::Item(mark, std::mem::take(&mut self.runs)));
            }
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.blocks.push(Block::Code(code.trim_end().to_owned()));
            }
            TagEnd::TableCell => {
                let runs = std::mem::take(&mut self.runs);
                if let Some(row) = self.rows.last_mut() {
                    row.push(runs);
                }
            }
            TagEnd::Table => self.blocks.push(Block::Table(std::mem::take(&mut self.rows))),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Run {
        (text.into(), Style::default())
    }

    #[test]
    fn a_page_becomes_blocks() {
        let text = "# Title\n\nOne **two** `three`\nfour [five](six.md).\n\n1. first\n2. second\n\n- point\n\n\
                    | a | b |\n|---|---|\n| 1 | *2* |\n\n    typed\n\n![told](../x/y.png)\n";
        let strong = Style { strong: true, ..Style::default() };
        let code = Style { code: true, ..Style::default() };
        let link = Style { link: Some("six.md".into()), ..Style::default() };
        let cell = |text: &str| vec![plain(text)];
        let expected = [
            Block::Heading(1, vec![plain("Title")]),
            Block::Text(vec![
                plain("One "),
                ("two".into(), strong.clone()),
                plain(" "),
                ("three".into(), code),
                plain(" "),
                plain("four "),
                ("five".into(), link),
                plain("."),
            ]),
            Block::Item("1.".into(), vec![plain("first")]),
            Block::Item("2.".into(), vec![plain("second")]),
            Block::Item("•".into(), vec![plain("point")]),
            Block::Table(vec![vec![cell("a"), cell("b")], vec![cell("1"), vec![("2".into(), strong)]]]),
            Block::Code("typed".into()),
            Block::Picture { path: "../x/y.png".into(), told: "told".into() },
        ];
        assert_eq!(parse(text), expected);
    }
}
