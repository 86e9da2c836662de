//! Sequences at which errors are looked at in floating point.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::to_f64;

/// `count` sequences of `tokens` tokens in the box, the same ones on every machine, one at a time: together they may be
/// more than memory holds.
///
/// Polynomials leave a function mostly near the faces of the box and where tokens agree: coordinates are u²(3 − 2u) for
/// uniform u, which is dense at both ends of a side; every fourth sequence has all its tokens at corners, and in every
/// fourth one all others are the same token.
pub(super) fn sample(
    domain: &[Interval],
    tokens: usize,
    count: usize,
) -> impl Iterator<Item = Vec<Vec<f64>>> + use<> {
    let sides: Vec<(f64, f64)> = domain.iter().map(|s| (to_f64(s.inf()), to_f64(&s.wid()))).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut uniform = move || f64::from(rng.next_u32() >> 8) / f64::from((1_u32 << 24) - 1);
    (0..count).map(move |s| {
        let mut sequence: Vec<Vec<f64>> = (0..tokens)
            .map(|_| {
                let place = |&(inf, width): &(f64, f64)| {
                    let u = uniform();
                    let u = if s % 4 == 1 { u.round() } else { u * u * (3.0 - 2.0 * u) };
                    inf + width * u
                };
                sides.iter().map(place).collect()
            })
            .collect();
        if s % 4 == 2 && tokens > 1 {
            let other = sequence[1].clone();
            sequence[1..].fill(other);
        }
        sequence
    })
}
