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

/// Starts of Newton's method on the faces, and its steps.
const STARTS: usize = 4000;
const STEPS: usize = 40;
const SMALL: f64 = 1e-9;

/// The solution of a square system by elimination; nothing if it has none.
fn solved(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs()))?;
        rows.swap(column, pivot);
        let lead = rows[column].clone();
        if lead[column].abs() < 1e-12 {
            return None;
        }
        for row in rows.iter_mut().enumerate().filter(|(i, _)| *i != column).map(|(_, row)| row) {
            let factor = row[column] / lead[column];
            row.iter_mut().zip(&lead).for_each(|(x, l)| *x -= factor * l);
        }
    }
    Some((0..n).map(|i| rows[i][n] / rows[i][i]).collect())
}

/// A v on the boundary of the cube with equal sums at v and −v. There is one, and φ is linear on pieces: on a face, v_i = 1, Newton's
/// method ends at one in the piece of which it is, from somewhere.
fn collision(phi: &Phi, floor: &Floor, dice: &mut Dice) -> Option<Vec<f64>> {
    let k = floor.sums + 1;
    (0..STARTS).find_map(|_| {
        let face = dice.below(k);
        let mut v: Vec<f64> = (0..k).map(|_| dice.below(2001) as f64 / 1000.0 - 1.0).collect();
        v[face] = 1.0;
        let free: Vec<usize> = (0..k).filter(|&j| j != face).collect();
        for _ in 0..STEPS {
            let change = phi.change(floor, &v);
            if change.iter().all(|change| change.abs() < SMALL) {
                return Some(v);
            }
            let step = 1e-7;
            let moved = free.iter().map(|&j| {
                let mut near = v.clone();
                near[j] += step;
                phi.change(floor, &near)
            });
            let moved: Vec<Vec<f64>> = moved.collect();
            let row = |i: usize| {
                let slopes = moved.iter().map(|moved| (moved[i] - change[i]) / step);
                slopes.chain([-change[i]]).collect::<Vec<f64>>()
            };
            let by = solved((0..k - 1).map(row).collect())?;
            for (&j, by) in free.iter().zip(by) {
                v[j] = (v[j] + by).clamp(-1.0, 1.0);
            }
        }
        None
    })
}

#[test]
fn equal_sums_are_found_and_the_target_changes_there() {
    let mut dice = Dice::new(16);
    let mut found = [0; 5];
    for Known { name, target, certificate } in known() {
        for floor in certificate.floors.iter().filter(|floor| floor.sums <= 4) {
            for _ in 0..3 {
                let phi = Phi::new(floor.sums, target.dimension(), &mut dice);
                let v = collision(&phi, floor, &mut dice);
                let v = v.unwrap_or_else(|| panic!("{name}, {} sums: no collision", floor.sums));
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
                }
                // One of the two inputs is missed by half of that, whatever ψ is. Only polynomials have exact values.
                let needed = 2.0 * to_f64(&floor.error.0) * (1.0 - 1e-6);
                assert!(most >= needed || is_enclosed(&name), "{name}: {most} < {needed}");
                found[floor.sums] += 1;
            }
        }
    }
    assert!(found.iter().all(|found| *found >= 9), "{found:?}");
}
