//! An area between two lines whose colours run into each other.

use egui::{Color32, Mesh, Pos2, Shape, pos2};

/// A strip of triangles between a line above and one below.
#[derive(Default)]
pub struct Strip(Mesh);

impl Strip {
    /// The next two corners, one above the other.
    pub fn add(&mut self, top: Pos2, top_colour: Color32, bottom: f32, bottom_colour: Color32) {
        let at = self.0.vertices.len() as u32;
        self.0.colored_vertex(top, top_colour);
        self.0.colored_vertex(pos2(top.x, bottom), bottom_colour);
        if at > 0 {
            self.0.add_triangle(at - 2, at - 1, at);
            self.0.add_triangle(at - 1, at, at + 1);
        }
    }

    /// To be painted.
    pub fn shape(self) -> Shape {
        Shape::mesh(self.0)
    }
}
