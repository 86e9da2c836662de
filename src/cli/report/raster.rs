//! Dense pictures as PNG inside the page.

use crate::cli::error::CliError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use colorous::VIRIDIS;

/// Which colours the numbers 0 to 255 stand for.
#[derive(Debug, Clone, Copy)]
pub enum Palette {
    /// Transparent to black; the page turns it to white on dark.
    Ink,
    /// Dark violet to yellow, in even steps of lightness.
    Viridis,
}

/// The picture as a `data:` address; `pixels` are the rows from the top.
pub fn data_uri(width: usize, height: usize, pixels: &[u8], palette: Palette) -> Result<String, CliError> {
    let fail = |e: &dyn std::fmt::Display| CliError::bad_input(format!("a picture: {e}"));
    let side = |side: usize| u32::try_from(side).map_err(|e| fail(&e));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_palette(colours(palette));
    if matches!(palette, Palette::Ink) {
        encoder.set_trns((0..=255).collect::<Vec<u8>>());
    }
    let mut writer = encoder.write_header().map_err(|e| fail(&e))?;
    writer.write_image_data(pixels).map_err(|e| fail(&e))?;
    writer.finish().map_err(|e| fail(&e))?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
}

fn colours(palette: Palette) -> Vec<u8> {
    let colour = |i: usize| match palette {
        Palette::Ink => [0; 3],
        Palette::Viridis => VIRIDIS.eval_rational(i, 256).into_array(),
    };
    (0..256).flat_map(colour).collect()
}
