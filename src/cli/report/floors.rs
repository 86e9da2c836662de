//! How few sums would do: floors beside a proof.

use super::parts::{number, own, table};
use super::pictures;
use crate::report::floors::{FloorFacts, NetworkSums};
use crate::report::numbers::{above, below};
use crate::report::proof::ProofReport;
use maud::{Markup, html};
use sumformer_checker::check::Verdict;

/// The staircase, as a picture and as a table.
pub fn section(id: &str, it: &ProofReport, facts: &FloorFacts, sums: NetworkSums) -> Markup {
    let (certified, epsilon) = (&it.certificate.certified.0, &it.certificate.epsilon.0);
    let proved = matches!(it.verdict, Verdict::Valid(_));
    let reached = (proved && !sums.jumps).then_some(certified);
    let mut rows: Vec<Vec<Markup>> =
        facts.floors.iter().map(|(sums, floor)| vec![own(sums), own(below(floor)), own("–")]).collect();
    match (reached, rows.get_mut(sums.count)) {
        (Some(bound), Some(row)) => row[2] = own(above(bound)),
        (Some(bound), None) => rows.push(vec![own(sums.count), own("–"), own(above(bound))]),
        _ => {}
    }
    let columns =
        [number("sums"), number("every Sumformer errs by at least"), number("this network errs by at most")];
    html! {
        p { (facts.sentence(sums, epsilon)) "." }
        figure {
            @if let Some(picture) = pictures::floors::draw(&format!("{id}-floors"), facts, reached.map(|bound| (sums.count, bound)), epsilon) {
                (picture)
            }
            figcaption {
                "Floors are lower bounds of the error of every Sumformer with so many sums over the other tokens, φ continuous and ψ any "
                "function, derived anew while this page was made. They hold for heads × width of a value of every network with one "
                "attention layer and constant scores."
            }
        }
        (table("Floors and what is reached", &columns, &rows))
    }
}
