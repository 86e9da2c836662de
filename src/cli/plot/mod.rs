//! Pictures: panels of lines under a legend, as SVG.

mod axis;
mod labels;
mod panel;
mod picture;
mod theme;

pub(super) use axis::{Axis, Scale};
pub(super) use panel::{Line, Panel};
pub(super) use picture::Picture;
pub(super) use theme::themed;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend, SVGBackend};
use plotters::style::RGBColor;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// A font that is everywhere, or one like it.
pub(super) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// Colours that stay apart for the colour-blind (Okabe and Ito), and on white.
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 94, 240),
    RGBColor(90, 90, 90),
];
