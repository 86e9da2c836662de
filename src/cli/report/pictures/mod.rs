//! Pictures, drawn in the colours of the page.

pub mod boxes;
pub mod chain;
pub mod floors;
pub mod slice;
pub mod sparsity;
pub mod stream;

use maud::{Markup, html};

/// A picture with a name and a description, in a region that scrolls where the page is narrow.
pub fn svg(id: &str, size: [f64; 2], title: &str, description: &str, content: &Markup) -> Markup {
    let [width, height] = size;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("{title} (picture)")) {
            svg role="img" aria-labelledby=(format!("{id}-title {id}-desc"))
                viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) {
                title id=(format!("{id}-title")) { (title) }
                desc id=(format!("{id}-desc")) { (description) }
                (content)
            }
        }
    }
}

/// Coordinates to a tenth of a pixel.
pub fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}
