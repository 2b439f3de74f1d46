//! Colours, sizes and typefaces: everything that decides how Octant looks.

use egui::epaint::{CornerRadius, Shadow};
use egui::{Color32, FontData, FontDefinitions, FontFamily, FontId, Stroke, Visuals};
use octant_dsp::settings::MAX_BANDS;
use std::f32::consts::TAU;
use std::sync::Arc;

/// Smallest size of the window in points.
pub const SMALLEST: [f32; 2] = [760.0, 420.0];
/// Size of a window that was never resized, in points.
pub const FRESH: [f32; 2] = [1040.0, 620.0];
/// Scales that can be chosen, percent.
pub const SCALES: [u32; 7] = [75, 90, 100, 125, 150, 175, 200];

/// Height of the bar above.
pub const BAR: f32 = 40.0;
/// Height of the line below.
pub const FOOT: f32 = 30.0;
/// Space between things that belong together.
pub const GAP: f32 = 6.0;
/// Space between things that do not.
pub const SPACE: f32 = 12.0;
/// Radius of corners.
pub const ROUND: u8 = 5;
/// Height of buttons and fields.
pub const LINE: f32 = 22.0;

/// Type sizes in points.
pub const SMALL: f32 = 10.5;
/// Running text and values.
pub const TEXT: f32 = 12.0;
/// Titles.
pub const TITLE: f32 = 14.0;

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// Black, white and the strongest colours.
    Contrast,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::Contrast];

    /// The name in menus and in the file of preferences.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::Contrast => "High contrast",
        }
    }
}

/// The colours of a theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Behind everything.
    pub ground: Color32,
    /// Behind the display.
    pub well: Color32,
    /// Panels.
    pub panel: Color32,
    /// Buttons and fields.
    pub raised: Color32,
    /// Buttons under the pointer.
    pub hover: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Lines of the display's grid.
    pub grid: Color32,
    /// What is read.
    pub text: Color32,
    /// What is looked up.
    pub dim: Color32,
    /// What has no effect now.
    pub faint: Color32,
    /// What is switched on.
    pub accent: Color32,
    /// What needs attention.
    pub warn: Color32,
    /// The combined response.
    pub curve: Color32,
    /// The bands, lowest first.
    pub bands: [Color32; MAX_BANDS],
    dark: bool,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn all(hex: [u32; MAX_BANDS]) -> [Color32; MAX_BANDS] {
    let mut colours = [Color32::BLACK; MAX_BANDS];
    let mut band = 0;
    while band < MAX_BANDS {
        colours[band] = rgb(hex[band]);
        band += 1;
    }
    colours
}

impl Look {
    /// The colours of a theme.
    ///
    /// Bands run through the colours of the rainbow, low to high, and neighbours differ in lightness too, so that every
    /// kind of colour vision tells them apart; the tests simulate three.
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self {
                ground: rgb(0x0f_1216),
                well: rgb(0x0a_0c0f),
                panel: rgb(0x16_1a20),
                raised: rgb(0x20_262e),
                hover: rgb(0x2b_333d),
                line: rgb(0x27_2d36),
                grid: rgb(0x1a_1f26),
                text: rgb(0xe9_edf2),
                dim: rgb(0x95_a1b0),
                faint: rgb(0x56_606c),
                accent: rgb(0x74_d3c4),
                warn: rgb(0xff_8a5c),
                curve: rgb(0xf7_f3e8),
                bands: all([0xd9_5f5f, 0xf3_a568, 0xc6_af28, 0x8f_e388, 0x2f_a7a0, 0x82_d5fe, 0x5b_7cdb, 0xd3_a4f0]),
                dark: true,
            },
            Theme::Light => Self {
                ground: rgb(0xe9_ebee),
                well: rgb(0xff_ffff),
                panel: rgb(0xf6_f7f9),
                raised: rgb(0xe2_e6eb),
                hover: rgb(0xd4_dae1),
                line: rgb(0xd3_d8df),
                grid: rgb(0xec_eef1),
                text: rgb(0x1a_2028),
                dim: rgb(0x5a_6675),
                faint: rgb(0xa3_adb9),
                accent: rgb(0x0b_8375),
                warn: rgb(0xc2_410c),
                curve: rgb(0x1a_2028),
                bands: all([0xa8_2f35, 0xf1_8c2d, 0x85_6d00, 0x4f_b04f, 0x0b_6b66, 0x2e_9bd6, 0x2a_48a8, 0xa8_6fd8]),
                dark: false,
            },
            Theme::Contrast => Self {
                ground: rgb(0x00_0000),
                well: rgb(0x00_0000),
                panel: rgb(0x00_0000),
                raised: rgb(0x1c_1c1c),
                hover: rgb(0x3a_3a3a),
                line: rgb(0x8c_8c8c),
                grid: rgb(0x2c_2c2c),
                text: rgb(0xff_ffff),
                dim: rgb(0xd8_d8d8),
                faint: rgb(0x8f_8f8f),
                accent: rgb(0x5c_ffe4),
                warn: rgb(0xff_a07a),
                curve: rgb(0xff_ffff),
                bands: all([0xfe_6a6a, 0xff_c179, 0xc4_c200, 0xa6_ff9e, 0x00_b5aa, 0x9b_deff, 0x6a_8fff, 0xe7_c0ff]),
                dark: true,
            },
        }
    }

    /// A colour of a band, dimmed while the band is not heard.
    pub fn band(&self, band: usize, heard: bool) -> Color32 {
        let colour = self.bands[band % MAX_BANDS];
        if heard { colour } else { mix(colour, self.faint, 0.75) }
    }

    /// Text that is read on a ground of this colour: dark from the luminance on where it has more contrast than light.
    pub fn on(&self, ground: Color32) -> Color32 {
        if luminance(ground) > 0.18 { rgb(0x0c_0f13) } else { rgb(0xf7_f9fb) }
    }

    /// Egui's own widgets in these colours.
    pub fn visuals(&self) -> Visuals {
        let mut visuals = if self.dark { Visuals::dark() } else { Visuals::light() };
        let corner = CornerRadius::same(ROUND);
        visuals.panel_fill = self.ground;
        visuals.window_fill = self.panel;
        visuals.window_stroke = Stroke::new(1.0, self.line);
        visuals.window_corner_radius = CornerRadius::same(8);
        visuals.menu_corner_radius = CornerRadius::same(8);
        visuals.extreme_bg_color = self.well;
        visuals.text_edit_bg_color = Some(self.well);
        visuals.override_text_color = Some(self.text);
        visuals.selection.bg_fill = mix(self.accent, self.panel, 0.55);
        visuals.selection.stroke = Stroke::new(1.0, self.text);
        visuals.hyperlink_color = self.accent;
        let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: Color32::from_black_alpha(110) };
        visuals.popup_shadow = shadow;
        visuals.window_shadow = shadow;
        for (widget, fill) in [
            (&mut visuals.widgets.noninteractive, self.panel),
            (&mut visuals.widgets.inactive, self.raised),
            (&mut visuals.widgets.hovered, self.hover),
            (&mut visuals.widgets.active, self.hover),
            (&mut visuals.widgets.open, self.hover),
        ] {
            widget.bg_fill = fill;
            widget.weak_bg_fill = fill;
            widget.bg_stroke = Stroke::new(1.0, self.line);
            widget.fg_stroke = Stroke::new(1.0, self.text);
            widget.corner_radius = corner;
            widget.expansion = 0.0;
        }
        visuals
    }
}

/// The emblem is a ring of eight parts in the colours of the bands: where a part begins and ends, radians clockwise from
/// the right. Its line is [`EMBLEM`] of the radius wide.
pub fn emblem_part(band: usize) -> [f32; 2] {
    [0.1, 0.9].map(|within| TAU * ((band as f32 + within) / MAX_BANDS as f32 - 0.25))
}

/// Width of the emblem's line over its radius.
pub const EMBLEM: f32 = 0.36;

/// Part `amount` of `to` in `from`.
pub fn mix(from: Color32, to: Color32, amount: f32) -> Color32 {
    from.lerp_to_gamma(to, amount)
}

/// A colour through which the ground is seen, 0 … 1.
pub fn veil(colour: Color32, opacity: f32) -> Color32 {
    colour.gamma_multiply(opacity)
}

/// Relative luminance as the guidelines for contrast define it.
pub fn luminance(colour: Color32) -> f32 {
    let [r, g, b, _] = egui::Rgba::from(colour).to_array();
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Running text.
pub fn regular(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Values and buttons.
pub fn medium(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("medium".into()))
}

/// Titles.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("strong".into()))
}

/// Inter, figures of equal width; its licence lies beside it.
pub fn fonts() -> FontDefinitions {
    let faces: [(&str, &[u8]); 3] = [
        ("regular", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
        ("medium", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
        ("strong", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
    ];
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in faces {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
        fonts.families.insert(FontFamily::Name(name.into()), vec![name.into()]);
    }
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.insert(family, vec!["regular".into()]);
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Machado, Oliveira, Fernandes: A physiologically-based model for simulation of color vision deficiency (2009),
    /// matrices of severity 1.0.
    const SEEN: [(&str, [[f32; 3]; 3]); 4] = [
        ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// CIE L*a*b* of linear sRGB, white D65.
    fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
        let f = |t: f32| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn seen(colour: Color32, eyes: &[[f32; 3]; 3]) -> [f32; 3] {
        let [r, g, b, _] = egui::Rgba::from(colour).to_array();
        lab(eyes.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0)))
    }

    fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn neighbouring_bands_differ_for_every_eye() {
        for theme in Theme::ALL {
            let look = Look::of(theme);
            for (eyes, matrix) in &SEEN {
                for pair in look.bands.windows(2) {
                    let apart = distance(seen(pair[0], matrix), seen(pair[1], matrix));
                    assert!(apart > 18.0, "{theme:?}, {eyes}: {pair:?} are {apart:.1} apart");
                }
            }
        }
    }

    #[test]
    fn text_has_the_contrast_that_the_guidelines_ask_for() {
        for theme in Theme::ALL {
            let look = Look::of(theme);
            let contrast = |front: Color32, back: Color32| {
                let (a, b) = (luminance(front) + 0.05, luminance(back) + 0.05);
                a.max(b) / a.min(b)
            };
            for ground in [look.ground, look.panel, look.well, look.raised] {
                assert!(contrast(look.text, ground) >= 7.0, "{theme:?} text on {ground:?}");
                assert!(contrast(look.dim, ground) >= 4.5, "{theme:?} dim on {ground:?}");
            }
            for colour in look.bands {
                assert!(contrast(colour, look.well) >= 2.2, "{theme:?}: {colour:?} on the display");
                assert!(contrast(look.on(colour), colour) >= 3.5, "{theme:?}: text on {colour:?}");
            }
        }
    }
}
