//! A rational enclosure of the exponential function.

use super::interval::Interval;
use super::number::{Rational, integer, power_of_two, round_down, round_up};
use crate::limits::MAX_EXP_ARGUMENT;
use num_traits::{One, Signed};

/// Significant bits kept when squaring back.
const BITS: u32 = 160;
/// Taylor terms; with |t| ≤ 2⁻⁸ the remainder is below 2⁻¹⁶⁰.
const TERMS: i64 = 18;

/// An interval that contains exp(x), or `None` for |x| > 4096.
///
/// exp(x) = exp(x/2^k)^(2^k) with |t| = |x|/2^k ≤ 1/256; the Taylor remainder after the term of degree N is at most
/// |t|^{N+1}/(N+1)!·(1/(1−|t|)) ≤ 2·|t|^{N+1}/(N+1)!; every squaring is rounded outward.
pub fn exp(x: &Rational) -> Option<Interval> {
    if x.abs() > integer(MAX_EXP_ARGUMENT) {
        return None;
    }
    let mut halvings = 0;
    while x.abs() > power_of_two(halvings - 8) {
        halvings += 1;
    }
    // A short dyadic argument just below and just above keeps the numbers small; exp is increasing.
    let t = x * power_of_two(-halvings);
    let (below, above) = if t.is_negative() {
        (-round_up(&-&t, BITS), -round_down(&-&t, BITS))
    } else {
        (round_down(&t, BITS), round_up(&t, BITS))
    };
    let mut inf = taylor(&below, false);
    let mut sup = taylor(&above, true);
    for _ in 0..halvings {
        inf = round_down(&(&inf * &inf), BITS);
        sup = round_up(&(&sup * &sup), BITS);
    }
    Interval::new(inf, sup).ok()
}

/// A lower or an upper bound of exp(t) for |t| ≤ 1/256; both are positive.
fn taylor(t: &Rational, upper: bool) -> Rational {
    let mut term = Rational::one();
    let mut sum = Rational::one();
    for i in 1..=TERMS {
        term = term * t / integer(i);
        sum += &term;
    }
    let remainder = (term * t / integer(TERMS + 1)).abs() * integer(2);
    if upper { round_up(&(sum + remainder), BITS) } else { round_down(&(sum - remainder), BITS) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{ratio, to_f64};

    #[test]
    fn exp_is_enclosed_tightly() {
        for x in [
            ratio(0, 1),
            ratio(1, 1),
            ratio(-1, 1),
            ratio(22, 7),
            ratio(-300, 7),
            ratio(40, 3),
            ratio(1, 1 << 40),
        ] {
            let e = exp(&x).unwrap();
            let float = to_f64(&x).exp();
            assert!(
                (to_f64(e.inf()) / float - 1.0).abs() < 1e-13
                    && (to_f64(e.sup()) / float - 1.0).abs() < 1e-13
            );
            assert!(e.wid() <= e.inf() * power_of_two(-130), "{x}");
            // exp(x)·exp(−x) = 1.
            let product = &e * &exp(&-&x).unwrap();
            assert!(product.contains(&Rational::one()));
        }
        assert_eq!(exp(&ratio(0, 1)).unwrap().inf(), &Rational::one());
        assert!(exp(&integer(5000)).is_none());
    }

    #[test]
    fn e_agrees_with_its_published_digits() {
        let digits =
            crate::arith::number::parse_rational("2.71828182845904523536028747135266249775724709369995")
                .unwrap();
        let e = exp(&Rational::one()).unwrap();
        assert!(e.inf() - power_of_two(-120) < digits && digits < e.sup() + power_of_two(-120));
    }
}
