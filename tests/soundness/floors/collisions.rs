//! The theorem itself: for a φ of k − 1 sums there are two inputs with equal sums between which the target changes by 2δ.

use super::{Known, is_enclosed, known, outputs};
use crate::dice::Dice;
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::format::floor::Floor;

/// A random φ: sums of a few relus of the coordinates.
struct Phi {
    /// By sum, then unit: weights, bias, factor.
    units: Vec<Vec<(Vec<f64>, f64, f64)>>,
}

impl Phi {
    fn new(sums: usize, d: usize, dice: &mut Dice) -> Self {
        let mut number = || dice.below(2001) as f64 / 1000.0 - 1.0;
        let mut unit = || ((0..d).map(|_| number()).collect(), number(), number());
        Self { units: (0..sums).map(|_| (0..6).map(|_| unit()).collect()).collect() }
    }

    fn sums(&self, floor: &Floor, v: &[f64]) -> Vec<f64> {
        let of = |units: &Vec<(Vec<f64>, f64, f64)>| -> f64 {
            let group = |group: &sumformer_checker::format::floor::Moving| {
                let token: Vec<f64> = group
                    .centre
                    .iter()
                    .zip(&group.directions)
                    .map(|(centre, row)| {
                        to_f64(&centre.0)
                            + row.iter().zip(v).map(|(direction, v)| to_f64(&direction.0) * v).sum::<f64>()
                    })
                    .collect();
                let unit = |(weights, bias, factor): &(Vec<f64>, f64, f64)| {
                    let before: f64 = weights.iter().zip(&token).map(|(w, x)| w * x).sum();
                    factor * (before + bias).max(0.0)
                };
                group.copies as f64 * units.iter().map(unit).sum::<f64>()
            };
            floor.moving.iter().map(group).sum()
        };
        self.units.iter().map(of).collect()
    }

    /// How much the sums change between v and −v.
    fn change(&self, floor: &Floor, v: &[f64]) -> Vec<f64> {
        let back: Vec<f64> = v.iter().map(|x| -x).collect();
        self.sums(floor, v).iter().zip(self.sums(floor, &back)).map(|(a, b)| a - b).collect()
    }
}

/// A point on the boundary of the square, by its way around it: t and t + 4 are antipodal.
fn on_square(t: f64) -> Vec<f64> {
    let t = t.rem_euclid(8.0);
    let (side, along) = ((t / 2.0).floor(), t % 2.0 - 1.0);
    match side as i32 {
        0 => vec![1.0, along],
        1 => vec![-along, 1.0],
        2 => vec![-1.0, -along],
        _ => vec![along, -1.0],
    }
}

/// A v on the boundary with equal sums at v and −v, for one or two directions: by halving, as the change is odd.
fn collision(phi: &Phi, floor: &Floor) -> Vec<f64> {
    if floor.sums == 0 {
        return vec![1.0];
    }
    let change = |t: f64| phi.change(floor, &on_square(t))[0];
    let (mut low, mut high) = (0.0, 4.0);
    let sign = change(low) > 0.0;
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if (change(middle) > 0.0) == sign { low = middle } else { high = middle }
    }
    on_square(low)
}

#[test]
fn equal_sums_are_found_and_the_target_changes_there() {
    let mut dice = Dice::new(16);
    let mut found = 0;
    for Known { name, target, certificate } in known() {
        for floor in certificate.floors.iter().filter(|floor| floor.sums <= 1) {
            for _ in 0..5 {
                let phi = Phi::new(floor.sums, target.dimension(), &mut dice);
                let v = collision(&phi, floor);
                assert!(
                    phi.change(floor, &v).iter().all(|change| change.abs() < 1e-9),
                    "{name}: no collision"
                );
                let exact = |v: &[f64]| -> Vec<Rational> {
                    v.iter().map(|x| Rational::from_float(*x).expect("finite")).collect()
                };
                let back: Vec<f64> = v.iter().map(|x| -x).collect();
                let mut most: f64 = 0.0;
                for probe in &floor.probes {
                    let values = [&v, &back].map(|v| outputs(&target, floor, probe, &exact(v)));
                    let [Some(forth), Some(back)] = values else { continue };
                    for (a, b) in forth.iter().zip(&back) {
                        most = most.max((to_f64(a) - to_f64(b)).abs());
                    }
                    found += 1;
                }
                // One of the two inputs is missed by half of that, whatever ψ is. Only polynomials have exact values.
                let needed = 2.0 * to_f64(&floor.error.0) * (1.0 - 1e-6);
                assert!(most >= needed || is_enclosed(&name), "{name}: {most} < {needed}");
            }
        }
    }
    assert!(found > 100, "{found}");
}
