//! The few strokes that the picture is made of.

use svg::node::element::path::Data;
use svg::node::element::{Element, Line, Path, Rectangle, Text};

use super::axes::Area;

/// A tenth of a pixel is finer than anyone sees.
pub fn tenth(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Is centred there.
    Middle,
    /// Ends there.
    End,
}

/// Words on a base line.
pub fn words(content: &str, (x, y): (f64, f64), size: u32, colour: &str, anchor: Anchor) -> Text {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    Text::new(content)
        .set("x", tenth(x))
        .set("y", tenth(y))
        .set("font-size", size)
        .set("fill", colour)
        .set("text-anchor", anchor)
}

/// A straight line.
pub fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), colour: &str) -> Line {
    Line::new()
        .set("x1", tenth(x1))
        .set("y1", tenth(y1))
        .set("x2", tenth(x2))
        .set("y2", tenth(y2))
        .set("stroke", colour)
}

/// A filled rectangle.
pub fn rectangle(area: Area, colour: &str) -> Rectangle {
    Rectangle::new()
        .set("x", tenth(area.left))
        .set("y", tenth(area.top))
        .set("width", tenth(area.width.max(0.0)))
        .set("height", tenth(area.height.max(0.0)))
        .set("fill", colour)
}

/// A line through points.
pub fn curve(points: &[(f64, f64)], colour: &str, width: f64) -> Path {
    Path::new()
        .set("d", through(points))
        .set("fill", "none")
        .set("stroke", colour)
        .set("stroke-width", width)
        .set("stroke-linejoin", "round")
        .set("stroke-linecap", "round")
}

/// The surface between points and a horizontal line.
pub fn surface(points: &[(f64, f64)], base_y: f64, colour: &str, opacity: f64) -> Path {
    let mut edge = points.to_vec();
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        edge.push((last.0, base_y));
        edge.push((first.0, base_y));
    }
    enclosed(&edge, colour, opacity)
}

/// The surface between two lines over the same places.
pub fn ribbon(upper: &[(f64, f64)], lower: &[(f64, f64)], colour: &str, opacity: f64) -> Path {
    let edge: Vec<_> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
    enclosed(&edge, colour, opacity)
}

fn enclosed(edge: &[(f64, f64)], colour: &str, opacity: f64) -> Path {
    Path::new().set("d", through(edge).close()).set("fill", colour).set("fill-opacity", opacity)
}

fn through(points: &[(f64, f64)]) -> Data {
    points.iter().enumerate().fold(Data::new(), |path, (index, &(x, y))| match index {
        0 => path.move_to((tenth(x), tenth(y))),
        _ => path.line_to((tenth(x), tenth(y))),
    })
}

/// Explains a part of the picture to whoever hovers over it or has it read aloud.
pub fn title(content: &str) -> Element {
    let mut title = Element::new("title");
    svg::Node::append(&mut title, svg::node::Text::new(content));
    title
}
