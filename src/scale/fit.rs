//! Powers by least squares: the slope of logarithms against logarithms.

/// The b of the line a + b·log x that is nearest to log y in the least squares; nothing for fewer than two different x, or where a
/// number has no logarithm.
pub fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    if logarithms.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let count = logarithms.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logarithms.iter().map(of).sum::<f64>() / count;
    let (x_mean, y_mean) = (mean(|p| p.0), mean(|p| p.1));
    let (mut along, mut square) = (0.0, 0.0);
    for (x, y) in &logarithms {
        along += (x - x_mean) * (y - y_mean);
        square += (x - x_mean) * (x - x_mean);
    }
    // Equal x are equal, and so are their logarithms, but for the rounding of the mean.
    let distinct = logarithms.iter().any(|(x, _)| *x != logarithms[0].0);
    distinct.then_some(along / square)
}

/// The exponent at the large end, where constant costs no longer hide it: that of the last half of the points, and of three at least.
/// Points ascend in x.
pub fn tail_exponent(points: &[(f64, f64)]) -> Option<f64> {
    let last = points.len().div_ceil(2).max(3).min(points.len());
    exponent(&points[points.len() - last..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn powers_are_found(factor in 1e-6..1e6_f64, power in -3.0..3.0_f64, start in 1.0..100.0_f64) {
            let points: Vec<(f64, f64)> =
                (0..6).map(|i| start * 2_f64.powi(i)).map(|x| (x, factor * x.powf(power))).collect();
            prop_assert!((exponent(&points).unwrap() - power).abs() < 1e-9);
            prop_assert!((tail_exponent(&points).unwrap() - power).abs() < 1e-9);
        }
    }

    #[test]
    fn the_nearest_line_of_three_points_is_that_of_the_formula() {
        // Logarithms to base 2: (0, 0), (1, 3), (2, 3); mean (1, 2); slope (1·2 + 0·1 + 1·1)/2.
        let points = [(1.0, 1.0), (2.0, 8.0), (4.0, 8.0)];
        assert!((exponent(&points).unwrap() - 1.5).abs() < 1e-12);
    }

    #[test]
    fn constant_costs_are_left_behind() {
        let points: Vec<(f64, f64)> = (0..8).map(|i| 4_f64.powi(i)).map(|x| (x, 1000.0 + x * x)).collect();
        let (all, tail) = (exponent(&points).unwrap(), tail_exponent(&points).unwrap());
        assert!(all < 1.6 && tail > 1.9, "{all}, {tail}");
    }

    #[test]
    fn what_has_no_slope_has_none() {
        for points in [vec![], vec![(2.0, 3.0)], vec![(2.0, 3.0), (2.0, 5.0)], vec![(1.0, 1.0), (2.0, 0.0)]] {
            assert_eq!(exponent(&points), None, "{points:?}");
        }
        assert_eq!(exponent(&[(0.0, 1.0), (2.0, 1.0)]), None);
        assert_eq!(tail_exponent(&[]), None);
    }
}
