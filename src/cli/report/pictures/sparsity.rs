//! Where a matrix has weights: a pixel for each place or bin, the darker the fuller.

use crate::cli::error::CliError;
use crate::cli::report::raster::{Palette, data_uri};
use crate::report::sparsity::Sparsity;
use maud::{Markup, html};

/// Pixels of the longer side that a small matrix is scaled up to, at most.
const SIDE: usize = 120;
/// The largest magnification.
const LARGEST: usize = 6;
/// The faintest shade of a bin that is not empty.
const FAINTEST: f64 = 70.0;

/// The matrix alone, named for those who do not see it.
pub fn image(matrix: &Sparsity, alternative: &str) -> Result<Markup, CliError> {
    let [rows, columns] = matrix.bins;
    let shade = |&count: &u32| match count {
        0 => 0,
        count => {
            let density = (f64::from(count) / matrix.places.max(1) as f64).min(1.0);
            (FAINTEST + (255.0 - FAINTEST) * density.sqrt()).round() as u8
        }
    };
    let pixels: Vec<u8> = matrix.counts.iter().map(shade).collect();
    let scale = (SIDE / rows.max(columns)).clamp(1, LARGEST);
    // A single line of pixels would not be seen.
    let height = (rows * scale).max(4);
    let width = (columns * scale).max(4);
    let source = data_uri(columns, rows, &pixels, Palette::Ink)?;
    Ok(html! {
        img.ink role="img" src=(source) width=(width) height=(height) alt=(alternative) title=(alternative);
    })
}

/// `W_V, 35 × 35, 12 weights not 0`, with the size of bins where there are any.
pub fn caption(matrix: &Sparsity) -> String {
    let [rows, columns] = matrix.shape;
    let binned = if matrix.places > 1 {
        format!("; binned to {} × {} pixels", matrix.bins[0], matrix.bins[1])
    } else {
        String::new()
    };
    format!("{rows} × {columns}, {} not 0{binned}", matrix.nonzeros)
}
