//! The leaves of a tree of boxes in two coordinates.

use super::{px, svg};
use crate::report::boxes::Part;
use crate::report::numbers::readable;
use maud::{Markup, html};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::subdivision::text::Leaf;

const SIDE: f64 = 320.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 8.0;

/// The picture; `axes` are the names and sides of the two coordinates.
pub fn draw(id: &str, parts: &[Part], axes: &[(String, Interval); 2]) -> Markup {
    let of = |wanted: Leaf| -> String {
        let drawn = parts.iter().filter(|part| part.leaf == wanted).map(|part| {
            let (x, y) = (LEFT + SIDE * part.low[0], TOP + SIDE * (1.0 - part.low[1] - part.width[1]));
            let (width, height) = (SIDE * part.width[0], SIDE * part.width[1]);
            format!("M{x:.2} {y:.2}h{width:.2}v{height:.2}h-{width:.2}z")
        });
        drawn.collect()
    };
    let bottom = TOP + SIDE;
    let content = html! {
        path.outside d=(of(Leaf::Outside)) {}
        path.enclosed d=(of(Leaf::Enclosed)) {}
        path.open d=(of(Leaf::Open)) {}
        text.tick x=(px(LEFT)) y=(px(bottom + 15.0)) { (readable(axes[0].1.inf())) }
        text.tick x=(px(LEFT + SIDE)) y=(px(bottom + 15.0)) text-anchor="end" { (readable(axes[0].1.sup())) }
        text x=(px(LEFT + SIDE / 2.0)) y=(px(bottom + 30.0)) text-anchor="middle" { (axes[0].0) }
        text.tick x=(px(LEFT - 6.0)) y=(px(bottom)) text-anchor="end" { (readable(axes[1].1.inf())) }
        text.tick x=(px(LEFT - 6.0)) y=(px(TOP + 10.0)) text-anchor="end" { (readable(axes[1].1.sup())) }
        text text-anchor="middle" transform=(format!("translate(14 {}) rotate(-90)", px(TOP + SIDE / 2.0))) {
            (axes[1].0)
        }
    };
    let description =
        "The box of all sequences, cut into the leaves of the tree on which the difference is enclosed.";
    svg(id, [LEFT + SIDE + 12.0, bottom + 38.0], "Boxes", description, &content)
}
