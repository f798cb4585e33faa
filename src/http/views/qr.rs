//! QR codes as inline SVG, which the content security policy lets pass without an image source.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// SVG markup of a QR code (ISO/IEC 18004) for `content`, with the four modules of quiet zone the standard asks for; `None`
/// when it is too long for one. The markup holds numbers only, so it is safe to put into a page as it is.
pub fn svg(content: &str, label: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a String can't fail.
                let _ = write!(path, "M{},{}h{}v1h-{}z", x + 4, y + 4, run.len(), run.len());
            }
            x += run.len();
        }
    }
    let side = width + 8;
    let label = askama::filters::escape(label, askama::filters::Html)
        .map_or_else(|_| String::new(), |safe| safe.to_string());
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{label}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_holds_no_style_and_escapes_its_label() {
        let svg = svg("otpauth://totp/Demo:bob?secret=ABC", "\"><script>").unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("<script") && !svg.contains("style="));
        assert!(super::svg(&"x".repeat(10_000), "").is_none());
    }
}
