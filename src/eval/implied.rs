//! The values of the Sumformer that a network implements, at every token of a sequence and over any scalar.

use num_traits::Zero;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::boxes::horner::Horner;
use sumformer_checker::boxes::implied::ImpliedSumformer;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::language::{EvalError, Scalar};

/// The outputs, n × c, at a sequence of n tokens with d coordinates each, whose shape the caller has checked.
pub fn outputs<S: Scalar>(
    sumformer: &ImpliedSumformer,
    sequence: &[Vec<S>],
) -> Result<Vec<Vec<S>>, EvalError> {
    let n = sequence.len();
    let mut variables = sequence.to_vec();
    for latent in &sumformer.latents {
        let (mut own, mut others) = (Horner::new(&latent.own), Horner::new(&latent.others));
        let terms: Vec<S> =
            sequence.iter().map(|token| others.evaluate(token).cloned()).collect::<Result<_, _>>()?;
        let sums = match sumformer.tokens {
            Tokens::Fixed(_) => all_but_one(&terms),
            Tokens::Any => {
                let sum = terms.iter().fold(zero(), |sum: S, term| sum.add(term));
                vec![sum.div(&S::from_rational(&Rational::from_integer(n.into())))?; n]
            }
        };
        for ((row, sum), token) in variables.iter_mut().zip(&sums).zip(sequence) {
            row.push(own.evaluate(token)?.add(sum));
        }
    }
    let mut psi: Vec<Horner<S>> = sumformer.psi.iter().map(Horner::new).collect();
    let mut outputs = |row: &Vec<S>| psi.iter_mut().map(|output| output.evaluate(row).cloned()).collect();
    variables.iter().map(&mut outputs).collect()
}

fn zero<S: Scalar>() -> S {
    S::from_rational(&Rational::zero())
}

/// Σ_{j≠i} t_j for every i, from the sums of what comes before and after: subtracting t_i from the total would widen
/// intervals and cancel in floating point.
fn all_but_one<S: Scalar>(terms: &[S]) -> Vec<S> {
    let mut before = Vec::with_capacity(terms.len());
    let mut sum = zero::<S>();
    for term in terms {
        before.push(sum.clone());
        sum = sum.add(term);
    }
    let mut after = zero::<S>();
    for (term, sum) in terms.iter().zip(&mut before).rev() {
        *sum = sum.add(&after);
        after = after.add(term);
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::interval::Interval;
    use sumformer_checker::arith::number::{integer, ratio, to_f64};
    use sumformer_checker::arith::polynomial::Polynomial;
    use sumformer_checker::boxes::implied::PreparedSumformer;
    use sumformer_checker::enclosure::slope::Centred;
    use sumformer_checker::polynomial_route::latent::Latent;

    /// s = Σ_{j≠i} x_j² + x_i (or the mean of x_j², plus x_i) and ψ = s·x.
    fn sumformer(tokens: Tokens) -> ImpliedSumformer {
        let x = Polynomial::variable(0);
        let latent = Latent {
            slot: 1,
            others: x.power(2),
            own: x.clone(),
            range: Interval::point(integer(0)),
            error: integer(0),
        };
        ImpliedSumformer { tokens, latents: vec![latent], psi: vec![x.times(&Polynomial::variable(1))] }
    }

    #[test]
    fn sums_run_over_the_others_and_means_over_all() {
        let sequence = [vec![integer(2)], vec![integer(3)], vec![ratio(1, 2)]];
        let values = |tokens| outputs(&sumformer(tokens), &sequence).unwrap().concat();
        let quarter = ratio(1, 4);
        let expected = [
            (integer(9) + &quarter + integer(2)) * integer(2),
            (integer(4) + &quarter + integer(3)) * integer(3),
            (integer(13) + ratio(1, 2)) * ratio(1, 2),
        ];
        assert_eq!(values(Tokens::Fixed(3)), expected);
        let mean = (integer(13) + quarter) / integer(3);
        let expected = sequence.each_ref().map(|token| (&mean + &token[0]) * &token[0]);
        assert_eq!(values(Tokens::Any), expected);
        let single = outputs(&sumformer(Tokens::Fixed(1)), &sequence[..1]).unwrap();
        assert_eq!(single, [[integer(4)]]);
    }

    #[test]
    fn all_scalars_agree() {
        let exact: Vec<Vec<Rational>> = (1..6).map(|k| vec![ratio(k, 7)]).collect();
        let centred: Vec<Vec<Centred>> =
            exact.iter().map(|token| vec![Centred::from_rational(&token[0])]).collect();
        let floats: Vec<Vec<f32>> = (1..6).map(|k| vec![k as f32 / 7.0]).collect();
        for tokens in [Tokens::Fixed(5), Tokens::Any] {
            let sumformer = sumformer(tokens);
            let wanted = outputs(&sumformer, &exact).unwrap().concat();
            for (value, form) in wanted.iter().zip(outputs(&sumformer, &centred).unwrap().concat()) {
                assert!(
                    form.range().contains(value)
                        && to_f64(&form.range().wid().to_rational().unwrap()) < 1e-14
                );
            }
            for (value, float) in wanted.iter().zip(outputs(&sumformer, &floats).unwrap().concat()) {
                assert!((to_f64(value) - f64::from(float)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_prepared_one_has_the_outputs_of_the_first_token() {
        let sumformer = sumformer(Tokens::Fixed(3));
        let mut prepared = PreparedSumformer::new(&sumformer, 1).unwrap();
        for shift in 0..3 {
            let sequence: Vec<Vec<Rational>> = (0..3).map(|j| vec![ratio(shift + 5 * j, 7)]).collect();
            let mut first = Vec::new();
            prepared.at_first(&sequence, |_, value| first.push(value.clone())).unwrap();
            assert_eq!(first, outputs(&sumformer, &sequence).unwrap()[0]);
        }
        assert!(PreparedSumformer::<Rational>::new(&super::tests::sumformer(Tokens::Any), 1).is_none());
    }
}
