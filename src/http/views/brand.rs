//! A tenant's colour as a style sheet. The colour that was chosen is moved towards dark or light until text on it and
//! text in it have the contrast that WCAG 2.2 asks for (success criterion 1.4.3: 4.5 to 1); branding never costs legibility.

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

/// The page backgrounds of `ui.css` that a brand colour must be read on, light and dark.
const PAPER: Rgb = Rgb(0xff, 0xff, 0xff);
const NIGHT: Rgb = Rgb(0x16, 0x1f, 0x25);
/// The contrast that text needs, with a little room for rounding.
const ENOUGH: f64 = 4.6;

impl Rgb {
    /// Reads `#rrggbb`.
    fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                libm::pow((value + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour, `parts` of 20 mixed towards `target`.
    fn towards(self, target: Self, parts: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (20 - parts) + u16::from(to) * parts) / 20;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self(
            mix(self.0, target.0),
            mix(self.1, target.1),
            mix(self.2, target.2),
        )
    }

    /// The nearest mix towards `target` that can be read on `ground`.
    fn readable(self, ground: Self, target: Self) -> Self {
        (0..=20)
            .map(|parts| self.towards(target, parts))
            .find(|mixed| mixed.contrast(ground) >= ENOUGH)
            .unwrap_or(target)
    }

    fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The style sheet for a colour `#rrggbb`; `None` when it isn't one. Sets the custom properties `--brand` and `--on-brand`.
pub fn stylesheet(color: &str) -> Option<String> {
    let chosen = Rgb::parse(color)?;
    let light = chosen.readable(PAPER, Rgb(0, 0, 0));
    let dark = chosen.readable(NIGHT, Rgb(0xff, 0xff, 0xff));
    let on = |ground: Rgb| {
        if ground.contrast(PAPER) >= ground.contrast(Rgb(0x0b, 0x14, 0x19)) {
            "#ffffff"
        } else {
            "#0b1419"
        }
    };
    Some(format!(
        ":root{{--brand:light-dark({},{});--on-brand:light-dark({},{})}}\n",
        light.hex(),
        dark.hex(),
        on(light),
        on(dark)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_readable_on_both_grounds() {
        for text in ["#ffff00", "#000000", "#ffffff", "#ff0000", "#123456", "#7fb2a1"] {
            let chosen = Rgb::parse(text).unwrap();
            assert!(
                chosen.readable(PAPER, Rgb(0, 0, 0)).contrast(PAPER) >= 4.5,
                "{text}"
            );
            assert!(
                chosen.readable(NIGHT, Rgb(255, 255, 255)).contrast(NIGHT) >= 4.5,
                "{text}"
            );
            assert!(stylesheet(text).is_some());
        }
    }

    #[test]
    fn only_six_hex_digits_reach_the_style_sheet() {
        for bad in ["red", "#fff", "#12345g", "#123456;}", "#ééé", ""] {
            assert_eq!(stylesheet(bad), None, "{bad}");
        }
    }
}
