//! A whole picture: a legend, and rows of panels below it.

use super::canvas::{Area, FONT, Failure};
use super::panel::{Line, Panel};
use super::theme::themed;
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::cli::files::write_file;
use crate::cli::output::say;
use plotters::prelude::*;
use std::path::Path;

/// Above and below the lines of the legend.
const LEGEND_MARGIN: u32 = 12;
/// From one line of the legend to the next.
const LEGEND_LINE: u32 = 24;
/// The most rows of panels.
const MAX_PANEL_ROWS: usize = 64;

/// What is drawn into one file.
pub(in crate::cli) struct Picture {
    /// Lines of the legend: a title, then samples of lines with their names.
    pub(in crate::cli) legend: Vec<(String, Vec<(String, Line)>)>,
    /// Panels to a row.
    pub(in crate::cli) columns: usize,
    /// Width and height of a panel, in pixels.
    pub(in crate::cli) panel_size: (u32, u32),
    /// By rows.
    pub(in crate::cli) panels: Vec<Panel>,
}

impl Picture {
    /// Refuses names that are no SVG's, before anything is computed for the picture.
    pub(in crate::cli) fn check_name(path: Option<&Path>) -> Result<(), CliError> {
        match path {
            Some(path) if path.extension().is_none_or(|extension| extension != "svg") => {
                Err(fail(path, "the picture is an SVG; end its name with .svg"))
            }
            _ => Ok(()),
        }
    }

    /// Draws into a file, under a temporary name first, and says so.
    pub(in crate::cli) fn write(&self, path: &Path) -> Result<(), CliError> {
        Self::check_name(Some(path))?;
        if self.panels.iter().all(|panel| panel.lines.iter().all(Line::is_empty)) {
            return Err(fail(path, "nothing to draw: no row has the numbers that are drawn"));
        }
        let rows = self.panels.len().div_ceil(self.columns);
        if rows > MAX_PANEL_ROWS {
            return Err(fail(
                path,
                &format!("{rows} rows of panels, more than the {MAX_PANEL_ROWS} that are drawn"),
            ));
        }
        let mut svg = String::new();
        self.draw(&mut svg, rows as u32).map_err(|e| fail(path, &e.to_string()))?;
        write_file(path, themed(&svg).as_bytes())?;
        say(format!("wrote {}", shown_path(path)));
        Ok(())
    }

    fn draw<'a>(&self, svg: &'a mut String, rows: u32) -> Result<(), Failure<'a>> {
        let legend_height = LEGEND_MARGIN + LEGEND_LINE * self.legend.len() as u32;
        let (width, height) = (self.columns as u32 * self.panel_size.0, rows * self.panel_size.1);
        let root = SVGBackend::with_string(svg, (width, legend_height + height)).into_drawing_area();
        root.fill(&WHITE)?;
        let (legend, panels) = root.split_vertically(legend_height);
        for (at, (title, entries)) in self.legend.iter().enumerate() {
            legend_line(&legend, 16 + LEGEND_LINE as i32 * at as i32, self.names_from(), title, entries)?;
        }
        for (area, panel) in panels.split_evenly((rows as usize, self.columns)).iter().zip(&self.panels) {
            panel.draw(area)?;
        }
        root.present()
    }

    /// Where the first sample of every line of the legend starts: after the longest title.
    fn names_from(&self) -> i32 {
        let longest = self.legend.iter().map(|(title, _)| title.chars().count()).max().unwrap_or(0);
        39 + 7 * longest as i32
    }
}

fn fail(path: &Path, message: &str) -> CliError {
    CliError::bad_input(format!("{}: {message}", shown_path(path)))
}

fn legend_line<'a>(
    area: &Area<'a>,
    y: i32,
    from: i32,
    title: &str,
    entries: &[(String, Line)],
) -> Result<(), Failure<'a>> {
    let text = (FONT, 13).into_font().color(&BLACK);
    area.draw(&Text::new(title.to_string(), (16, y - 7), text.clone()))?;
    let mut x = from;
    for (name, line) in entries {
        line.draw_sample(area, (x, y))?;
        area.draw(&Text::new(name.clone(), (x + 44, y - 7), text.clone()))?;
        x += line.legend_width(name);
    }
    Ok(())
}
