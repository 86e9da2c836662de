//! Where the weights of a network are.

use super::parts::{grouped, number, own, table, text};
use super::pictures::sparsity::{caption, image};
use crate::cli::error::CliError;
use crate::report::proof::ProofReport;
use crate::report::sparsity::Sparsity;
use maud::{Markup, html};

/// Blocks whose hidden layers are drawn; all are counted.
const BLOCKS: usize = 32;
/// Matrices beside hidden layers that are drawn.
const MAPS: usize = 24;

/// Pictures of all matrices.
pub fn section(it: &ProofReport) -> Result<Markup, CliError> {
    let weights = &it.weights;
    let maps = weights.maps.iter().take(MAPS).map(map).collect::<Result<Vec<Markup>, CliError>>()?;
    let rows = weights
        .hidden
        .iter()
        .take(BLOCKS)
        .enumerate()
        .map(|(block, [read, written])| {
            let [slots, units] = read.shape;
            let picture = |matrix: &Sparsity, direction: &str| {
                if units == 0 {
                    return Ok(own("no units"));
                }
                image(matrix, &format!("Block {block}, weights {direction} slots: {}", caption(matrix)))
            };
            Ok(vec![
                own(block),
                own(format!("{} × {}", grouped(slots), grouped(units))),
                picture(read, "from")?,
                own(grouped(read.nonzeros)),
                picture(written, "to")?,
                own(grouped(written.nonzeros)),
            ])
        })
        .collect::<Result<Vec<Vec<Markup>>, CliError>>()?;
    let columns = [
        number("block"),
        number("slots × units"),
        text("W1, read from slots"),
        number("not 0"),
        text("W2 transposed, added to slots"),
        number("not 0"),
    ];
    let shown = weights.hidden.len().min(BLOCKS);
    Ok(html! {
        div.matrices { @for map in &maps { (map) } }
        @if weights.maps.len() > MAPS { p.soft { "… and " (weights.maps.len() - MAPS) " more matrices" } }
        @if !rows.is_empty() { div.blocks { (table("Hidden layers", &columns, &rows)) } }
        @if weights.hidden.len() > shown { p.soft { "… and " (weights.hidden.len() - shown) " more blocks" } }
        p.soft {
            "A pixel is a place, or a bin of places, the darker the more weights in it are not 0; rows are inputs (in hidden layers: slots), \
             columns outputs (units). With " (grouped(weights.biases)) " biases"
            @if weights.features > 0 { " and " (grouped(weights.features)) " entries of random features" }
            " these are " (grouped(weights.nonzeros())) " numbers that are not 0."
        }
    })
}

fn map(matrix: &Sparsity) -> Result<Markup, CliError> {
    let name = match matrix.block {
        Some(block) => format!("{}, block {block}", matrix.name),
        None => matrix.name.clone(),
    };
    let caption = caption(matrix);
    Ok(html! {
        figure {
            (image(matrix, &format!("{name}: {caption}"))?)
            figcaption { (name) br; (caption) }
        }
    })
}
