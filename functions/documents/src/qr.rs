//! QR codes as vector graphics.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone around the code, in modules, that readers need.
const MARGIN: usize = 4;

/// The text as a QR code in SVG, one path in black on white. Nothing for a text that does not fit into any code.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                // A String takes every write.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run.max(1);
        }
    }
    let size = width + 2 * MARGIN;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_of_the_path_are_those_of_the_code() {
        let text = "https://pay.example/i/0198f3a2";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let svg = svg(text).unwrap();
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut dark = vec![vec![false; code.width()]; code.width()];
        for run in path.split('M').skip(1) {
            let (start, rest) = run.split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            dark[y - MARGIN][x - MARGIN..][..length].fill(true);
        }
        for (y, row) in dark.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                assert_eq!(*dark, code[(x, y)] == Color::Dark, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_no_code_holds_has_none() {
        assert_eq!(svg(&"x".repeat(5000)), None);
    }
}
