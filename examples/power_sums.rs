//! Theorem 2.12 at work: all power sums of a sequence, and a polynomial of distinct tokens rewritten in them.
//!
//! `cargo run --example power_sums`

use sumformer::algebra::MultiIndex;
use sumformer::algebra::degree_reduction::{DegreeReducer, Route};
use sumformer::algebra::multi_index::{GradedLexicographic, count};
use sumformer::algebra::power_sums::PowerSums;
use sumformer::algebra::rewriting::augmented_monomial;
use sumformer::prelude::{Rational, ratio};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Four tokens of two coordinates; powers up to degree 4 are enough for every symmetric polynomial.
    let (n, d) = (4, 2);
    let tokens: Vec<Rational> = (0..n * d).map(|i| ratio(i64::from(i * i % 7), 7)).collect();
    let indices: Vec<MultiIndex> = GradedLexicographic::new(d as usize, 1, n).collect();
    println!("{} power sums, as counted: {}", indices.len(), count(d, n));
    let sums = PowerSums::new(d as usize, n)?.evaluate_exact(&tokens)?;
    for (alpha, sum) in indices.iter().zip(&sums).take(5) {
        println!("p_{alpha:?} = {sum}");
    }

    // The sum over ordered triples of distinct tokens of a[0]·b[0]·c[1]^3.
    let parts: [MultiIndex; 3] = [[1, 0].into(), [1, 0].into(), [0, 3].into()];
    let rewritten = augmented_monomial(&parts, 1000)?;
    let reduced = DegreeReducer::new(n, Route::Parts, 1000).reduce(&rewritten)?;
    println!("{} terms in power sums, of degrees up to {}", rewritten.len(), rewritten.max_degree());
    println!("{} terms with degrees up to n = {n}", reduced.len());

    let at = |alpha: &MultiIndex| -> Rational {
        let power = |token: &[Rational]| -> Rational {
            token.iter().zip(alpha.iter()).map(|(x, &e)| x.pow(e)).product()
        };
        tokens.chunks(d as usize).map(power).sum()
    };
    assert_eq!(rewritten.evaluate(at), reduced.evaluate(at));
    println!("both are {}", reduced.evaluate(at));
    Ok(())
}
