//! Dyadic operations are the exact ones, rounded to 62 bits as well as possible.

use super::exact;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use sumformer_checker::arith::dyadic::Rounding::{Down, Up};
use sumformer_checker::arith::dyadic::{Dyadic, LIMIT};
use sumformer_checker::arith::number::{Rational, integer, power_of_two, round_down, round_up};

/// Dyadic numbers whose exponents differ by less than 180, with mantissas where carries happen among them.
pub(super) fn dyadic() -> impl Strategy<Value = Dyadic> {
    let mantissa = prop_oneof![
        Just(0),
        Just(1),
        -40..41_i64,
        any::<i64>().prop_map(|m| m >> 2),
        (0..3_i64).prop_map(|k| (1 << 62) - k - 1),
        (0..3_i64).prop_map(|k| k - (1 << 62) + 1),
        (0..3_i64).prop_map(|k| (1 << 61) + k),
        (0..3_i64).prop_map(|k| -(1 << 61) - k),
    ];
    (mantissa, -90..90_i64).prop_map(|(mantissa, exponent)| {
        let value = integer(mantissa) * power_of_two(exponent);
        let rounded = Dyadic::from_rational(&value, Down);
        assert_eq!(exact(rounded), value);
        rounded
    })
}

fn is_rounded(value: &Rational, down: Dyadic, up: Dyadic) {
    assert_eq!(exact(down), round_down(value, 62));
    assert_eq!(exact(up), round_up(value, 62));
    assert!((exact(up) - exact(down)) * power_of_two(61) <= value.abs());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn operations_round_to_the_nearest_on_either_side(a in dyadic(), b in dyadic()) {
        let (p, q) = (exact(a), exact(b));
        is_rounded(&(&p + &q), a.add(b, Down), a.add(b, Up));
        is_rounded(&(&p - &q), a.sub(b, Down), a.sub(b, Up));
        is_rounded(&(&p * &q), a.mul(b, Down), a.mul(b, Up));
        prop_assert_eq!(exact(-a), -&p);
        prop_assert_eq!(exact(a.abs()), p.abs());
        prop_assert_eq!(a.cmp(&b), p.cmp(&q));
        match (a.div(b, Down), a.div(b, Up)) {
            (Some(down), Some(up)) => is_rounded(&(&p / &q), down, up),
            other => prop_assert!(q.is_zero() && other == (None, None)),
        }
    }

    #[test]
    fn rationals_are_rounded(p in any::<i128>(), q in 1..i128::MAX, e in -200..200_i64, cut in 0..127_u32) {
        let value = Rational::new((p >> cut).into(), q.into()) * power_of_two(e);
        is_rounded(&value, Dyadic::from_rational(&value, Down), Dyadic::from_rational(&value, Up));
    }

    #[test]
    fn powers_are_rounded(a in dyadic(), exponent in 0..40_u32) {
        let value = Rational::pow(&exact(a), exponent);
        let (down, up) = (exact(a.pow(exponent, Down)), exact(a.pow(exponent, Up)));
        prop_assert!(down <= value && value <= up);
        prop_assert!((up - down) * power_of_two(54) <= value.abs());
    }
}

#[test]
fn results_beyond_the_range_stay_on_their_side() {
    let (max, tiny, infinity) = (Dyadic::MAX, Dyadic::TINY, Dyadic::INFINITY);
    for (negative, [down, up]) in [(false, [Down, Up]), (true, [Up, Down])] {
        let signed = |value: Dyadic| if negative { -value } else { value };
        assert_eq!(-signed(max).add(max, up), (-signed(max)).sub(max, down));
        assert_eq!(signed(max).mul(max, down), signed(max));
        assert_eq!(signed(max).mul(max, up), signed(infinity));
        assert_eq!(signed(max).div(tiny, down), Some(signed(max)));
        assert_eq!(signed(max).div(tiny, up), Some(signed(infinity)));
        assert_eq!(signed(tiny).mul(tiny, down), Dyadic::ZERO);
        assert_eq!(signed(tiny).mul(tiny, up), signed(tiny));
        assert_eq!(signed(max).add(signed(tiny), down), signed(max));
        assert_eq!(signed(max).add(signed(tiny), up), signed(infinity));
        assert_eq!(signed(infinity).add(max, up), signed(infinity));
        assert_eq!(signed(infinity).add(-max, up), signed(infinity));
        assert_eq!(signed(infinity).mul(tiny, up), signed(infinity));
        assert_eq!(signed(infinity).div(max, up), Some(signed(infinity)));
        assert_eq!(signed(max).div(infinity, down), Some(Dyadic::ZERO));
        assert_eq!(signed(infinity).mul(Dyadic::ZERO, up), Dyadic::ZERO);
        assert_eq!(signed(infinity).pow(u32::MAX, up), signed(infinity));
        let (large, small) = (power_of_two(i64::from(LIMIT) + 62), power_of_two(-i64::from(LIMIT) + 60));
        let sign = integer(if negative { -1 } else { 1 });
        assert_eq!(Dyadic::from_rational(&(&large * &sign), down), signed(max));
        assert_eq!(Dyadic::from_rational(&(&large * &sign), up), signed(infinity));
        assert_eq!(Dyadic::from_rational(&(&small * &sign), down), Dyadic::ZERO);
        assert_eq!(Dyadic::from_rational(&(&small * &sign), up), signed(tiny));
    }
    assert_eq!(infinity.to_rational(), None);
    assert!(max < infinity && -infinity < -max && Dyadic::ZERO < tiny);
    assert_eq!(exact(max), (power_of_two(62) - integer(1)) * power_of_two(LIMIT.into()));
    assert_eq!(exact(tiny), power_of_two(61 - i64::from(LIMIT)));
}
