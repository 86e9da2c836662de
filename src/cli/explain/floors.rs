//! What floors beside a proof say of its network.

use super::answer::Answer;
use crate::cli::floors::{Floors, about};
use crate::cli::table::aligned;
use crate::report::floors::NetworkSums;
use crate::report::numbers::below;
use sumformer_checker::arith::number::Rational;

/// Adds a section on them, or a field.
pub fn add(answer: &mut Answer, floors: &Floors<'_>, sums: NetworkSums, epsilon: &Rational) {
    let facts = floors.facts();
    match answer {
        Answer::Data(data) => {
            data["floors"] = facts.map_or_else(|| floors.to_json(), |facts| about(&facts, sums, epsilon));
        }
        Answer::Words(words) => {
            let section = match facts {
                None => floors.in_words(),
                Some(facts) => {
                    let rows: Vec<Vec<String>> = facts
                        .floors
                        .iter()
                        .map(|(sums, floor)| vec![sums.to_string(), below(floor)])
                        .collect();
                    format!(
                        "Floors (docs/latent.md): every Sumformer with so many sums, φ continuous and ψ any function, errs by at least\n{}\n\
                         {}\nThe same holds for heads × width of a value of every network with one attention layer and constant scores.",
                        aligned(&["sums", "floor"], &rows),
                        facts.sentence(sums, epsilon)
                    )
                }
            };
            *words = format!("{words}\n\n{section}");
        }
    }
}
