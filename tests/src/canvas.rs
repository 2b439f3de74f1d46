//! Draws egui's triangles without a graphics card: the same pixels on every machine.

use egui::epaint::{ImageDelta, Mesh, Primitive, Vertex};
use egui::{ClippedPrimitive, Color32, Pos2, Rect, TextureId, TexturesDelta};
use std::collections::HashMap;
use std::io::{self, Write};

/// Pixels, row by row from the top, premultiplied as egui's colours are.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Width and height.
    pub size: [usize; 2],
    /// `size[0] * size[1]` of them.
    pub pixels: Vec<Color32>,
}

impl Picture {
    /// One colour everywhere.
    pub fn filled(size: [usize; 2], colour: Color32) -> Self {
        Self { size, pixels: vec![colour; size[0] * size[1]] }
    }

    /// Writes it as PNG.
    pub fn write_png(&self, into: impl Write) -> io::Result<()> {
        let mut encoder = png::Encoder::new(into, self.size[0] as u32, self.size[1] as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let bytes: Vec<u8> = self.pixels.iter().flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
        let mut writer = encoder.write_header().map_err(io::Error::other)?;
        writer.write_image_data(&bytes).map_err(io::Error::other)
    }

    /// Reads a PNG as [`write_png`](Self::write_png) writes it.
    pub fn read_png(bytes: &[u8]) -> io::Result<Self> {
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().map_err(io::Error::other)?;
        let mut rows = vec![0; reader.output_buffer_size().unwrap_or_default()];
        let info = reader.next_frame(&mut rows).map_err(io::Error::other)?;
        if info.color_type != png::ColorType::Rgb {
            return Err(io::Error::other("not an RGB picture"));
        }
        let pixels = rows.chunks_exact(3).map(|rgb| Color32::from_rgb(rgb[0], rgb[1], rgb[2])).collect();
        Ok(Self { size: [info.width as usize, info.height as usize], pixels })
    }
}

/// The textures that egui handed out.
#[derive(Debug, Default)]
pub struct Textures(HashMap<TextureId, Picture>);

impl Textures {
    /// Takes over what changed.
    pub fn update(&mut self, delta: &TexturesDelta) {
        for (id, images) in &delta.set {
            for image in images {
                self.set(*id, image);
            }
        }
        for id in &delta.free {
            self.0.remove(id);
        }
    }

    fn set(&mut self, id: TextureId, delta: &ImageDelta) {
        let egui::ImageData::Color(image) = &delta.image;
        match delta.pos {
            None => {
                self.0.insert(id, Picture { size: image.size, pixels: image.pixels.clone() });
            }
            Some([left, top]) => {
                let Some(texture) = self.0.get_mut(&id) else { return };
                for (row, pixels) in image.pixels.chunks_exact(image.size[0]).enumerate() {
                    let start = (top + row) * texture.size[0] + left;
                    texture.pixels[start..start + pixels.len()].copy_from_slice(pixels);
                }
            }
        }
    }

    /// Draws over a picture.
    pub fn draw(&self, primitives: &[ClippedPrimitive], pixels_per_point: f32, onto: &mut Picture) {
        for clipped in primitives {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let Some(texture) = self.0.get(&mesh.texture_id) else { continue };
            draw_mesh(mesh, texture, clipped.clip_rect, pixels_per_point, onto);
        }
    }
}

fn draw_mesh(mesh: &Mesh, texture: &Picture, clip: Rect, scale: f32, onto: &mut Picture) {
    let [width, height] = onto.size;
    let bound = |value: f32, most: usize| (value * scale).round().clamp(0.0, most as f32) as usize;
    let columns = bound(clip.min.x, width)..bound(clip.max.x, width);
    let rows = bound(clip.min.y, height)..bound(clip.max.y, height);
    for corners in mesh.indices.chunks_exact(3) {
        let mut triangle = [0, 1, 2].map(|corner| {
            let vertex = mesh.vertices[corners[corner] as usize];
            Vertex { pos: vertex.pos * scale, ..vertex }
        });
        let area = cross(triangle[0].pos, triangle[1].pos, triangle[2].pos);
        if area == 0.0 || !area.is_finite() {
            continue;
        }
        if area < 0.0 {
            triangle.swap(1, 2);
        }
        let [a, b, c] = triangle;
        let least = |of: fn(Pos2) -> f32| of(a.pos).min(of(b.pos)).min(of(c.pos));
        let most = |of: fn(Pos2) -> f32| of(a.pos).max(of(b.pos)).max(of(c.pos));
        let left = (least(|p| p.x) - 0.5).floor().max(columns.start as f32) as usize;
        let right = ((most(|p| p.x) + 0.5).ceil().max(0.0) as usize).min(columns.end);
        let top = (least(|p| p.y) - 0.5).floor().max(rows.start as f32) as usize;
        let bottom = ((most(|p| p.y) + 0.5).ceil().max(0.0) as usize).min(rows.end);
        let whole = area.abs();
        for y in top..bottom {
            for x in left..right {
                let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                let edges = [(b.pos, c.pos), (c.pos, a.pos), (a.pos, b.pos)];
                let parts = edges.map(|(from, to)| cross(from, to, at));
                let inside = parts.iter().zip(edges).all(|(part, (from, to))| {
                    *part > 0.0 || *part == 0.0 && (to.y < from.y || to.y == from.y && to.x > from.x)
                });
                if inside {
                    let weights = parts.map(|part| part / whole);
                    let pixel = &mut onto.pixels[y * width + x];
                    *pixel = over(shade(&[a, b, c], weights, texture), *pixel);
                }
            }
        }
    }
}

fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Colour of a point in a triangle: that of its corners times that of the texture.
fn shade(corners: &[Vertex; 3], weights: [f32; 3], texture: &Picture) -> [f32; 4] {
    let mut colour = [0.0; 4];
    let (mut u, mut v) = (0.0, 0.0);
    for (corner, weight) in corners.iter().zip(weights) {
        for (sum, part) in colour.iter_mut().zip(corner.color.to_array()) {
            *sum += weight * f32::from(part);
        }
        u += weight * corner.uv.x;
        v += weight * corner.uv.y;
    }
    let texel = sample(texture, u, v);
    [0, 1, 2, 3].map(|part| colour[part] * texel[part] / 255.0)
}

/// Four neighbouring texels, by their nearness.
fn sample(texture: &Picture, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let texel = |dx: f32, dy: f32| {
        let column = (left + dx).clamp(0.0, width as f32 - 1.0) as usize;
        let row = (top + dy).clamp(0.0, height as f32 - 1.0) as usize;
        texture.pixels[row * width + column].to_array().map(f32::from)
    };
    let (a, b, c, d) = (texel(0.0, 0.0), texel(1.0, 0.0), texel(0.0, 1.0), texel(1.0, 1.0));
    [0, 1, 2, 3].map(|part| {
        let above = a[part] + fx * (b[part] - a[part]);
        let below = c[part] + fx * (d[part] - c[part]);
        above + fy * (below - above)
    })
}

/// Premultiplied colour over what is there.
fn over(colour: [f32; 4], below: Color32) -> Color32 {
    let through = 1.0 - colour[3] / 255.0;
    let below = below.to_array();
    let [r, g, b, a] =
        [0, 1, 2, 3].map(|part| (colour[part] + through * f32::from(below[part])).round().clamp(0.0, 255.0) as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}
