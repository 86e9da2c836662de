//! The error bounds of the gadgets and the error budget.

use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use sumformer::lowering::budget::{GadgetCost, least_units};
use sumformer::network::gadget::{Sides, balance, piecewise_power};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, ratio, round_up};
use sumformer_checker::format::network::Unit;
use sumformer_checker::format::sparse::SparseVector;

fn interval() -> impl Strategy<Value = Interval> {
    (-20i64..=20, 1i64..=30, 1i64..=7)
        .prop_map(|(p, w, q)| Interval::new(ratio(p, q), ratio(p + w, q)).expect("ordered"))
}

/// Σ out·relu(in·t + bias) + b2 of a gadget with one output of weight 1.
fn gadget_value(units: &[Unit], bias: &[(usize, Rational)], t: &Rational) -> Rational {
    let active =
        |unit: &Unit| max(unit.input.get(0) * t + &unit.bias.0, Rational::zero()) * unit.output.get(1);
    units.iter().map(active).sum::<Rational>() + bias.iter().map(|(_, value)| value).sum::<Rational>()
}

/// The break points inside the claimed range, with its ends.
fn knots(units: &[Unit], range: &Interval) -> Vec<Rational> {
    let mut knots: Vec<Rational> = units.iter().map(|unit| -&unit.bias.0 / unit.input.get(0)).collect();
    knots.extend([range.inf().clone(), range.sup().clone()]);
    knots.retain(|t| range.contains(t));
    knots.sort();
    knots.dedup();
    knots
}

fn first_slot() -> SparseVector {
    SparseVector::from_entries([(0, integer(1))])
}

fn sides() -> impl Strategy<Value = Sides> {
    prop_oneof![Just(Sides::Rising), Just(Sides::Both)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The interpolant of t² minus h²/8 is off by exactly h²/8 at every knot and, with the other sign, at every
    /// midpoint; nothing is worse in between.
    #[test]
    fn gadget_square_error_is_h2_over_8(range in interval(), pieces in 1u64..=12, sides in sides()) {
        let built = piecewise_power((2, sides), pieces, &first_slot(), &range, &[(1, Rational::one())]).unwrap();
        prop_assert!(built.claim.range.encloses(&range));
        let knots = knots(&built.units, &built.claim.range);
        let h = &knots[1] - &knots[0];
        let eighth = &h * &h / integer(8);
        for pair in knots.windows(2) {
            prop_assert_eq!(&pair[1] - &pair[0], h.clone());
            let error = |t: &Rational| gadget_value(&built.units, &built.bias, t) - t * t;
            prop_assert_eq!(error(&pair[0]), -&eighth);
            prop_assert_eq!(error(&((&pair[0] + &pair[1]) / integer(2))), eighth.clone());
            for share in 0..=8 {
                prop_assert!(error(&(&pair[0] + &h * ratio(share, 8))).abs() <= eighth);
            }
            prop_assert_eq!(error(&pair[1]), -&eighth);
        }
        prop_assert_eq!(&built.claim.outputs[0].error.0, &round_up(&eighth, 16));
        // Units on both sides go on for a piece.
        if sides == Sides::Both {
            for share in 0..=8 {
                let beyond = &h * ratio(share, 8);
                for t in [&knots[0] - &beyond, &knots[knots.len() - 1] + &beyond] {
                    let error = gadget_value(&built.units, &built.bias, &t) - &t * &t;
                    prop_assert!(error.abs() <= eighth);
                }
            }
        }
        // No more pieces than asked for, but for the rounding of h to a short dyadic number.
        prop_assert!(knots.len() as u64 - 1 <= pieces + pieces / 16 + 2);
    }

    /// t1·t2 from two squares: the error stays within the sum of both, at most about W²/(16N²), and reaches it.
    #[test]
    fn gadget_product_error_is_w2_over_16n2(
        left in interval(), right in interval(), pieces in 1u64..=8, sides in sides(),
    ) {
        let c = balance(&left, &right);
        let both = |sign: Rational| &left.scale(&c) + &right.scale(&(sign / &c));
        let squares: Vec<_> = [integer(1), integer(-1)]
            .into_iter()
            .map(|sign| {
                let built =
                    piecewise_power((2, sides), pieces, &first_slot(), &both(sign.clone()), &[(1, Rational::one())]).unwrap();
                (sign, built)
            })
            .collect();
        let h: Vec<Rational> = squares
            .iter()
            .map(|(_, built)| {
                let knots = knots(&built.units, &built.claim.range);
                &knots[1] - &knots[0]
            })
            .collect();
        let w = &left.wid() * &c + right.wid() / &c;
        let bound = &w * &w / integer(16 * (pieces * pieces) as i64);
        let own: Rational = h.iter().map(|h| h * h / integer(32)).sum();
        prop_assert!(own <= bound, "pieces are at most W/N long");
        let error = |x: &Rational, y: &Rational| {
            let product: Rational = squares
                .iter()
                .map(|(sign, built)| gadget_value(&built.units, &built.bias, &(x * &c + y * sign / &c)) * sign)
                .sum::<Rational>()
                / integer(4);
            (product - x * y).abs()
        };
        let (mut worst, mut grid) = (Rational::zero(), Vec::new());
        for p in 0..=12 {
            for q in 0..=12 {
                grid.push((left.inf() + left.wid() * ratio(p, 12), right.inf() + right.wid() * ratio(q, 12)));
            }
        }
        for (x, y) in &grid {
            worst = max(worst, error(x, y));
        }
        prop_assert!(worst <= own);
        // One square at a knot and the other at a midpoint attain the sum, if such a point lies in the box.
        let [s, d] = [&squares[0].1, &squares[1].1].map(|built| knots(&built.units, &built.claim.range));
        for a in &s {
            for pair in d.windows(2) {
                let b = (&pair[0] + &pair[1]) / integer(2);
                let (x, y) = ((a + &b) / integer(2) / &c, (a - &b) / integer(2) * &c);
                if left.contains(&x) && right.contains(&y) {
                    prop_assert_eq!(error(&x, &y), own.clone());
                }
            }
        }
    }

    /// t^k: within h²/8·max|k(k−1)t^{k−2}| and within the claimed error.
    #[test]
    fn gadget_power_error_is_at_most_h2_over_8_times_the_curvature(
        range in interval(), pieces in 1u64..=8, degree in 3u32..=6, sides in sides(),
    ) {
        let built = piecewise_power((degree, sides), pieces, &first_slot(), &range, &[(1, Rational::one())]).unwrap();
        let knots = knots(&built.units, &built.claim.range);
        // A knot where two neighbouring chords have one slope needs no unit: the shortest gap is h.
        let h = knots.windows(2).map(|pair| &pair[1] - &pair[0]).min().expect("two ends");
        let k = integer(i64::from(degree));
        let curvature = &k * (&k - integer(1)) * built.claim.range.mag().pow(degree - 2);
        let bound = &h * &h / integer(8) * curvature;
        let claimed = &built.claim.outputs[0].error.0;
        for pair in knots.windows(2) {
            for share in 0..=8 {
                let t = &pair[0] + (&pair[1] - &pair[0]) * ratio(share, 8);
                let total = gadget_value(&built.units, &built.bias, &t);
                let error = (total - t.pow(degree)).abs();
                prop_assert!(&error <= claimed);
                // On a single gap of length h the shifted interpolant is no worse than the bare one.
                prop_assert!(error <= bound, "{} > {}", error, bound);
            }
        }
    }

    /// The budget: every output within ε, and no common scaling of the continuous optimum is cheaper by more than
    /// the rounding up of each N.
    #[test]
    fn budget_sums_to_at_most_epsilon(
        gadgets in prop::collection::vec(
            ((1u32..=1000, 1u32..=2), prop::collection::vec(0u32..=50, 3)), 1..12),
        exponent in 1i32..=4,
    ) {
        let epsilon = 10f64.powi(-exponent);
        let gadgets: Vec<GadgetCost> = gadgets
            .into_iter()
            .map(|((amplitude, units), sensitivity)| GadgetCost {
                amplitude: f64::from(amplitude) / 64.0,
                units_per_piece: f64::from(units),
                sensitivity: sensitivity.into_iter().map(f64::from).collect(),
            })
            .collect();
        let (pieces, units) = least_units(&gadgets, epsilon);
        let error = |n: &dyn Fn(usize) -> f64, c: usize| -> f64 {
            let each = gadgets.iter().enumerate();
            each.map(|(g, cost)| cost.sensitivity[c] * cost.amplitude / (n(g) * n(g))).sum()
        };
        for c in 0..3 {
            prop_assert!(error(&|g| pieces[g] as f64, c) <= epsilon * (1.0 + 1e-9), "output {}", c);
        }
        let counted: f64 = gadgets.iter().zip(&pieces).map(|(g, &n)| g.units_per_piece * n as f64).sum();
        prop_assert!((counted - units).abs() < 1e-6);
        let rounding: f64 = gadgets.iter().map(|g| g.units_per_piece).sum();
        // The same number of pieces for all, the least that meets ε.
        let worst = (0..3).map(|c| error(&|_| 1.0, c)).fold(0.0, f64::max);
        let uniform: f64 = rounding * (worst / epsilon).sqrt();
        prop_assert!(units <= uniform * (1.0 + 1e-9) + rounding, "{} > {}", units, uniform);
        // A common factor on the plan that still meets ε saves no more than the rounding.
        let tightest = (0..3).map(|c| error(&|g| pieces[g] as f64, c)).fold(0.0, f64::max);
        let scaled = units * (tightest / epsilon).sqrt();
        prop_assert!(units - scaled <= rounding * (1.0 + 1e-9) + 1e-6, "{} against {}", units, scaled);
    }
}
