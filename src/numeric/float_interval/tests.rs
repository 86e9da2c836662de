//! Every operation against exact rationals, and tightness where it is promised.

use super::FloatInterval;
use crate::numeric::Scalar;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};

/// Floats of every kind: all bit patterns, subnormals, huge ones, small integers, neighbours of powers of two.
fn any_finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |t| t.is_finite()),
        (0..1u64 << 52, any::<bool>()).prop_map(|(bits, sign)| signed(f64::from_bits(bits), sign)),
        (0..2000u64, any::<bool>()).prop_map(|(bits, sign)| signed(f64::from_bits(bits), sign)),
        (0..4000u64, any::<bool>()).prop_map(|(k, s)| signed(f64::from_bits(f64::MAX.to_bits() - k), s)),
        (-40i32..40).prop_map(f64::from),
        (-1e3..1e3f64),
        (0..2047u64, 0..5u64, any::<bool>())
            .prop_map(|(e, k, s)| signed(f64::from_bits(((e << 52) + k).saturating_sub(2)), s)),
    ]
}

fn signed(t: f64, negative: bool) -> f64 {
    if negative { -t } else { t }
}

fn exact(t: f64) -> Rational {
    Rational::from_float(t).expect("finite")
}

fn interval() -> impl Strategy<Value = FloatInterval> {
    (any_finite(), any_finite()).prop_map(|(a, b)| FloatInterval::new(a.min(b), a.max(b)).expect("ordered"))
}

/// The interval is the smallest that contains all of `corners`, the extreme exact results.
fn assert_tight(result: FloatInterval, corners: &[Rational]) {
    let least = corners.iter().min().expect("corners");
    let most = corners.iter().max().expect("corners");
    assert!(result.contains(least) && result.contains(most), "{result} misses {least} or {most}");
    assert_eq!(result, FloatInterval::from_rational(least).hull(FloatInterval::from_rational(most)));
}

fn ends(t: FloatInterval) -> [Rational; 2] {
    [exact(t.inf()), exact(t.sup())]
}

fn corners(
    a: FloatInterval,
    b: FloatInterval,
    operation: impl Fn(&Rational, &Rational) -> Rational,
) -> Vec<Rational> {
    ends(a).iter().flat_map(|p| ends(b).map(|q| operation(p, &q))).collect()
}

/// Enough terms of Σ x^j/j! after halving x to |x| ≤ 1, squared back: bounds of e^x from exact rationals alone.
fn exp_bounds(x: f64) -> (Rational, Rational) {
    let x = exact(x);
    let mut halvings = 0u32;
    let mut r = x;
    while r.abs() > Rational::one() {
        r /= integer(2);
        halvings += 1;
    }
    // Rounding r to a coarse grid keeps the rationals small; the bounds below account for it.
    let grid = power_of_two(160);
    let (mut low, mut high) = ((&r * &grid).floor() / &grid, (&r * &grid).ceil() / &grid);
    let taylor = |r: &Rational| {
        let (mut term, mut sum) = (Rational::one(), Rational::one());
        for j in 1..=45 {
            term = term * r / integer(j);
            sum += &term;
        }
        // |remainder| ≤ 2·|r|^46/46! ≤ 2/46! < 2^-189 for |r| ≤ 1.
        sum
    };
    let slack = power_of_two(-180);
    (low, high) = (taylor(&low) - &slack, taylor(&high) + &slack);
    for _ in 0..halvings {
        let bits = 200;
        low = sumformer_checker::arith::number::round_down(&(&low * &low), bits);
        high = sumformer_checker::arith::number::round_up(&(&high * &high), bits);
    }
    (low, high)
}

/// Intervals with end points of every kind, or all of moderate size, which go side by side.
fn four_intervals() -> impl Strategy<Value = [FloatInterval; 4]> {
    let moderate = (-1e3..1e3f64, prop_oneof![Just(0.0), 0.0..1.0f64])
        .prop_map(|(inf, width)| FloatInterval::new(inf, inf + width).expect("ordered"));
    prop_oneof![prop::array::uniform4(moderate), prop::array::uniform4(interval())]
}

proptest! {
    #[test]
    fn side_by_side_is_one_by_one(
        sums in four_intervals(),
        factor in prop_oneof![any_finite(), -10.0..10.0f64],
        numbers in four_intervals(),
    ) {
        let expected = std::array::from_fn(|lane| sums[lane] + FloatInterval::point(factor) * numbers[lane]);
        let mut found = sums;
        super::add_multiple(&mut found, factor, &numbers);
        prop_assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn points_are_rounded_only_when_inexact(a in any_finite(), b in any_finite()) {
        let (p, q) = (FloatInterval::point(a), FloatInterval::point(b));
        assert_tight(p + q, &[exact(a) + exact(b)]);
        assert_tight(p * q, &[exact(a) * exact(b)]);
        if b != 0.0 {
            assert_tight(p / q, &[exact(a) / exact(b)]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn ring_operations_are_the_tightest_enclosures(a in interval(), b in interval()) {
        assert_tight(a + b, &corners(a, b, |p, q| p + q));
        assert_tight(a - b, &corners(a, b, |p, q| p - q));
        assert_tight(a * b, &corners(a, b, |p, q| p * q));
    }

    #[test]
    fn quotients_are_tight_or_the_real_line(a in interval(), b in interval()) {
        if b.contains(&Rational::zero()) {
            prop_assert_eq!(a / b, FloatInterval::ENTIRE);
        } else {
            assert_tight(a / b, &corners(a, b, |p, q| p / q));
        }
    }

    #[test]
    fn one_argument_operations(a in interval()) {
        let [inf, sup] = ends(a);
        let zero = Rational::zero();
        assert_tight(-a, &[-&inf, -&sup]);
        let straddles = inf.is_negative() && sup.is_positive();
        let squares = [&inf * &inf, &sup * &sup, if straddles { zero.clone() } else { &inf * &inf }];
        assert_tight(a.square(), &squares);
        prop_assert_eq!(a.relu(), FloatInterval::new(a.inf().max(0.0), a.sup().max(0.0)).unwrap());
        match a.sqrt() {
            None => prop_assert!(sup.is_negative()),
            Some(root) => {
                let (low, high) = (exact(root.inf()), exact(root.sup()));
                prop_assert!(!low.is_negative() && &low * &low <= inf.clone().max(zero) && sup <= &high * &high);
                // Tight: one step inwards is no longer an enclosure.
                let (next, previous) = (exact(root.inf().next_up()), exact(root.sup().next_down()));
                prop_assert!(&next * &next > inf || a.inf() < 0.0);
                prop_assert!(sup.is_zero() || &previous * &previous < sup);
            }
        }
    }

    #[test]
    fn midpoint_radius_width_magnitude(a in interval()) {
        let [inf, sup] = ends(a);
        prop_assert!(a.mid().is_finite() && a.contains(&exact(a.mid())));
        for (bound, value) in [
            (a.rad(), (&sup - exact(a.mid())).max(exact(a.mid()) - &inf)),
            (a.wid(), &sup - &inf),
            (a.mag(), inf.abs().max(sup.abs())),
        ] {
            prop_assert_eq!(bound, FloatInterval::from_rational(&value).sup());
        }
    }

    #[test]
    fn rationals_are_enclosed_by_neighbours(
        p in any::<i64>(),
        q in 1..i64::MAX,
        drop in (0..63u32, 0..63u32),
        shift in prop_oneof![Just(0), -1200i64..1200],
    ) {
        // Of all lengths, since short fractions take a way of their own.
        let (p, q) = (p >> drop.0, (q >> drop.1).max(1));
        let value = ratio(p, q) * power_of_two(shift);
        let enclosure = FloatInterval::from_rational(&value);
        prop_assert!(enclosure.contains(&value));
        prop_assert!(enclosure.inf() == enclosure.sup() || enclosure.inf().next_up() == enclosure.sup());
        prop_assert_eq!(enclosure.inf() == enclosure.sup(), Rational::from_float(enclosure.inf()) == Some(value.clone()));
        // Nearest numbers lie at one of the two ends, and never farther than the other.
        let nearest = f64::from_rational(&value);
        prop_assert!(nearest == enclosure.inf() || nearest == enclosure.sup());
        if nearest.is_finite() && enclosure.mag().is_finite() {
            let distance = |t: f64| (exact(t) - &value).abs();
            prop_assert!(distance(nearest) <= distance(enclosure.inf()).min(distance(enclosure.sup())));
        }
        let single = f32::from_rational(&value);
        if single.is_finite() {
            let distance = |t: f32| (Rational::from_float(t).expect("finite") - &value).abs();
            for neighbour in [single.next_up(), single.next_down()].into_iter().filter(|t| t.is_finite()) {
                prop_assert!(distance(single) <= distance(neighbour));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn powers_enclose(a in interval(), exponent in 0u32..9) {
        let [inf, sup] = ends(a);
        let result = a.pow(exponent);
        let inside = exact(a.mid());
        for value in [inf, sup, inside] {
            prop_assert!(result.contains(&value.pow(exponent)));
        }
        prop_assert!(exponent % 2 == 1 || result.inf() >= 0.0);
    }

    #[test]
    fn exp_encloses_and_is_tight(x in prop_oneof![
        -746.0..711.0f64,
        -2.0..2.0f64,
        (-100..0i32, any::<bool>()).prop_map(|(e, sign)| signed(f64::from(e).exp2() * 1.3, sign)),
        (-1100i32..1100).prop_map(|k| (f64::from(k) + 0.01) * std::f64::consts::LN_2 / 2.0),
    ].prop_filter("see the next test", |x| x.abs() > 1e-30)) {
        let result = FloatInterval::point(x).exp();
        let (low, high) = exp_bounds(x);
        prop_assert!(result.contains(&low) && result.contains(&high), "exp({x:e}) = {result}");
        let steps = result.sup().to_bits() - result.inf().to_bits();
        prop_assert!(steps <= 8, "exp({x:e}) = {result} spans {steps} steps");
    }

    #[test]
    fn exp_next_to_zero(bits in 0..(1e-30f64).to_bits(), negative in any::<bool>()) {
        // 1 + x ≤ e^x ≤ 1 + x + x² for |x| ≤ 1.
        let x = signed(f64::from_bits(bits), negative);
        let result = FloatInterval::point(x).exp();
        let low = Rational::one() + exact(x);
        prop_assert!(result.contains(&low) && result.contains(&(low + exact(x) * exact(x))));
        prop_assert!(result.encloses(FloatInterval::one()) && result.wid() < 1e-15);
    }

    #[test]
    fn exp_is_monotone_in_the_set(a in -700.0..700.0f64, width in 0.0..5.0f64, at in 0.0..1.0f64) {
        let set = FloatInterval::new(a, a + width).unwrap();
        let inside = (a + at * width).clamp(set.inf(), set.sup());
        let (low, high) = exp_bounds(inside);
        prop_assert!(set.exp().contains(&low) && set.exp().contains(&high));
    }
}

#[test]
fn ln_2_lies_between_the_constants() {
    // ln 2 = Σ_{k ≥ 1} 1/(k 2^k); the tail after K terms is below 2^-K.
    let terms = 130;
    let sum = (1..=terms).fold(Rational::zero(), |sum, k| sum + power_of_two(-k) / integer(k));
    let low = super::exp::ln2_low();
    let head = exact(super::exp::ln2_high());
    assert!(&head + exact(low.inf()) < sum && &sum + power_of_two(-terms) < &head + exact(low.sup()));
    assert_eq!(head.numer().bits() - head.numer().trailing_zeros().unwrap_or(0), 32, "k·head must be exact");
}

#[test]
fn constructors_refuse_what_is_no_interval() {
    let infinity = f64::INFINITY;
    for (inf, sup) in
        [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN), (infinity, infinity), (-infinity, -infinity)]
    {
        assert_eq!(FloatInterval::new(inf, sup), None, "[{inf}, {sup}]");
    }
    assert_eq!(FloatInterval::point(f64::NAN), FloatInterval::ENTIRE);
    assert_eq!(FloatInterval::point(infinity), FloatInterval::ENTIRE);
}

#[test]
fn infinite_bounds_stay_sound() {
    let entire = FloatInterval::ENTIRE;
    let zero = FloatInterval::zero();
    let half_line = FloatInterval::new(1.0, f64::INFINITY).unwrap();
    let huge = FloatInterval::point(f64::MAX);
    assert_eq!(entire * zero, zero);
    assert_eq!(entire + half_line, entire);
    assert_eq!(half_line - half_line, entire);
    assert_eq!(FloatInterval::one() / half_line, FloatInterval::new(0.0, 1.0).unwrap());
    assert_eq!(half_line / half_line, FloatInterval::new(0.0, f64::INFINITY).unwrap());
    assert_eq!(huge + huge, FloatInterval::new(f64::MAX, f64::INFINITY).unwrap());
    assert_eq!(-huge * huge, FloatInterval::new(f64::NEG_INFINITY, f64::MIN).unwrap());
    assert_eq!((-half_line).pow(3), FloatInterval::new(f64::NEG_INFINITY, -1.0).unwrap());
    assert_eq!(entire.square(), FloatInterval::new(0.0, f64::INFINITY).unwrap());
    assert_eq!(entire.exp(), FloatInterval::new(0.0, f64::INFINITY).unwrap());
    assert_eq!(
        FloatInterval::new(f64::NEG_INFINITY, 0.0).unwrap().exp(),
        FloatInterval::new(0.0, 1.0).unwrap()
    );
    assert_eq!(FloatInterval::zero().exp(), FloatInterval::one());
    assert_eq!((entire.mid(), half_line.mid(), (-half_line).mid()), (0.0, f64::MAX, f64::MIN));
    assert_eq!(entire.rad(), f64::INFINITY);
}

#[test]
fn softmax_of_intervals_encloses_every_choice() {
    use crate::numeric::Summation;
    let mut scratch = Vec::new();
    let mut equal = vec![FloatInterval::zero(); 3];
    FloatInterval::softmax(&mut equal, Summation::InOrder, &mut scratch);
    assert_eq!(equal[0], FloatInterval::from_rational(&ratio(1, 3)), "constant scores give the tightest 1/n");
    let mut unknown = vec![FloatInterval::ENTIRE; 2];
    FloatInterval::softmax(&mut unknown, Summation::InOrder, &mut scratch);
    assert_eq!(unknown, vec![FloatInterval::new(0.0, 1.0).unwrap(); 2]);
    // Scores within 1/10 of 0: the extreme weights are 1/(1 + 2e^{±1/5}).
    let mut near = vec![FloatInterval::new(-0.1, 0.1).unwrap(); 3];
    FloatInterval::softmax(&mut near, Summation::InOrder, &mut scratch);
    let (least, most) = (1.0 / (1.0 + 2.0 * 0.2f64.exp()), 1.0 / (1.0 + 2.0 * (-0.2f64).exp()));
    for weight in near {
        assert!(weight.inf() <= least && weight.inf() > least - 1e-12);
        assert!(weight.sup() >= most && weight.sup() < most + 1e-12);
    }
}
