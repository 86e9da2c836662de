//! What pictures are drawn on, and with which letters and colours.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend, SVGBackend};
use plotters::style::RGBColor;

/// What is drawn on.
pub(in crate::cli) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Why it could not be.
pub(in crate::cli) type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// A font that is everywhere, or one like it.
pub(in crate::cli) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// Colours that stay apart for the colour-blind (Okabe and Ito), and on white.
pub(in crate::cli) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 94, 240),
    RGBColor(90, 90, 90),
];
