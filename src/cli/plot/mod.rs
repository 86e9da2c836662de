//! Pictures: panels of lines under a legend, as SVG.

mod axis;
mod canvas;
mod labels;
mod panel;
mod picture;
mod theme;

pub(super) use axis::{Axis, Scale};
pub(super) use canvas::{Area, COLOURS, FONT, Failure};
pub(super) use panel::{Line, Panel};
pub(super) use picture::Picture;
pub(super) use theme::themed;
