//! Feed-forward layers with every gadget as one piecewise polynomial of its linear form.
//!
//! A gadget of N hidden units costs a search among its break points instead of N products; the witness search lives on that. Only
//! for continuous activations: at a break point either piece has the right value.

use sumformer_checker::arith::number::to_f64;
use sumformer_checker::format::certificate::Gadget;
use sumformer_checker::format::network::{Activation, Block, Unit};

/// `FC(z)` of one block.
pub struct PiecewiseLayer {
    gadgets: Vec<PiecewiseGadget>,
    bias: Vec<(usize, f64)>,
}

struct PiecewiseGadget {
    /// The linear form t of the slots.
    form: Vec<(usize, f64)>,
    breaks: BreakPoints,
    /// What is added to each slot, as a function of t: c_0 + c_1·t + c_2·t² on each piece, of which there is one more than break points.
    outputs: Vec<(usize, Vec<[f64; 3]>)>,
}

/// Increasing numbers, most of them evenly spaced.
struct BreakPoints {
    points: Vec<f64>,
    /// How many there are on a unit of length.
    density: f64,
}

impl PiecewiseLayer {
    /// Compiles a relu or relu2 block whose units are grouped as the claims say; `None` for steps, which jump.
    pub fn new(block: &Block, claims: &[Gadget]) -> Option<Self> {
        let squared = match block.activation {
            Activation::Relu => false,
            Activation::Relu2 => true,
            Activation::Step => return None,
        };
        let mut units = block.units.as_slice();
        let mut gadgets = Vec::with_capacity(claims.len());
        for claim in claims {
            let (own, rest) = units.split_at(claim.units.min(units.len()));
            gadgets.extend(PiecewiseGadget::new(own, claim, squared));
            units = rest;
        }
        let bias = block.bias.iter().map(|(slot, value)| (slot, to_f64(value))).collect();
        Some(Self { gadgets, bias })
    }

    /// Number of gadgets.
    pub fn cost(&self) -> usize {
        self.gadgets.len()
    }

    /// `stream += FC(z)`
    pub fn add_to(&self, z: &[f64], stream: &mut [f64]) {
        for &(slot, value) in &self.bias {
            stream[slot] += value;
        }
        for gadget in &self.gadgets {
            let t: f64 = gadget.form.iter().map(|&(slot, weight)| weight * z[slot]).sum();
            let piece = gadget.breaks.below(t);
            for (slot, pieces) in &gadget.outputs {
                let [c0, c1, c2] = pieces[piece];
                stream[*slot] += c0 + t * (c1 + t * c2);
            }
        }
    }
}

impl PiecewiseGadget {
    fn new(units: &[Unit], claim: &Gadget, squared: bool) -> Option<Self> {
        let form = &units.first()?.input;
        let (lead, weight) = form.iter().next()?;
        // Unit h computes σ(a_h·t + b_h).
        let inner: Vec<(f64, f64)> =
            units.iter().map(|u| (to_f64(&(u.input.get(lead) / weight)), to_f64(&u.bias.0))).collect();
        // A unit that does not see t belongs to no gadget the checker accepts.
        let mut order: Vec<usize> = (0..units.len()).filter(|&h| inner[h].0 != 0.0).collect();
        let break_point = |h: usize| -inner[h].1 / inner[h].0;
        order.sort_by(|&g, &h| break_point(g).total_cmp(&break_point(h)));
        // Σ w·σ(a·t + b), σ(t) = max(t, 0), or max(t, 0)² if `squared`.
        let function = |slot: usize| {
            let term = |h: usize| {
                let ((a, b), w) = (inner[h], to_f64(&units[h].output.get(slot)));
                if squared { [b * b * w, 2.0 * a * b * w, a * a * w] } else { [b * w, a * w, 0.0] }
            };
            // Active right of the break point for a > 0, left of it for a < 0.
            let mut piece = [0.0; 3];
            (0..units.len()).filter(|&h| inner[h].0 < 0.0).for_each(|h| add(&mut piece, &term(h)));
            let mut pieces = vec![piece];
            for &h in &order {
                add(&mut piece, &term(h).map(|c| c * inner[h].0.signum()));
                pieces.push(piece);
            }
            pieces
        };
        Some(Self {
            form: form.iter().map(|(slot, w)| (slot, to_f64(w))).collect(),
            outputs: claim.outputs.iter().map(|output| (output.slot, function(output.slot))).collect(),
            breaks: BreakPoints::new(order.iter().map(|&h| break_point(h)).collect()),
        })
    }
}

impl BreakPoints {
    fn new(points: Vec<f64>) -> Self {
        let density = match points.as_slice() {
            [first, .., last] if first < last => (points.len() - 1) as f64 / (last - first),
            _ => 0.0,
        };
        Self { points, density }
    }

    /// How many are smaller than t: from where it would be if they were evenly spaced, in steps that double.
    fn below(&self, t: f64) -> usize {
        let points = self.points.as_slice();
        let Some(first) = points.first() else { return 0 };
        // Beyond the ends, and for NaN, the cast gives the nearest end.
        let guess = (((t - first) * self.density) as usize).min(points.len());
        let mut step = 1;
        let (mut low, mut high) = (guess, guess);
        while high < points.len() && points[high] < t {
            (low, high) = (high + 1, (high + step).min(points.len()));
            step *= 2;
        }
        while low > 0 && points[low - 1] >= t {
            (low, high) = (low.saturating_sub(step), low - 1);
            step *= 2;
        }
        low + points[low..high].partition_point(|&at| at < t)
    }
}

fn add(sum: &mut [f64; 3], term: &[f64; 3]) {
    sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::gadget::{Sides, exact_square, identity, piecewise_power};
    use sumformer_checker::arith::interval::Interval;
    use sumformer_checker::arith::number::{integer, ratio};
    use sumformer_checker::format::sparse::SparseVector;

    #[test]
    fn steps_are_not_piecewise_continuous() {
        let block = Block {
            label: String::new(),
            attention: None,
            activation: Activation::Step,
            units: Vec::new(),
            bias: SparseVector::default(),
        };
        assert!(PiecewiseLayer::new(&block, &[]).is_none());
    }

    #[test]
    fn gadgets_have_the_values_of_their_units() {
        let form = SparseVector::from_entries([(0, ratio(3, 2)), (2, integer(-1))]);
        let range = || Interval::new(integer(-2), integer(3)).unwrap();
        let outputs = [(1, ratio(1, 3)), (0, integer(-2))];
        for (built, activation) in [
            (piecewise_power((2, Sides::Rising), 7, &form, &range(), &outputs), Activation::Relu),
            (piecewise_power((3, Sides::Both), 5, &form, &range(), &outputs), Activation::Relu),
            (identity(Activation::Relu, &form, range(), &outputs), Activation::Relu),
            (identity(Activation::Relu2, &form, range(), &outputs), Activation::Relu2),
            (exact_square(&form, range(), &outputs), Activation::Relu2),
        ] {
            let built = built.unwrap();
            let block = Block {
                label: String::new(),
                attention: None,
                activation,
                units: built.units,
                bias: SparseVector::from_entries(built.bias),
            };
            let layer = PiecewiseLayer::new(&block, &[built.claim]).expect("a continuous activation");
            for step in -20..=20 {
                let z = [f64::from(step) / 13.0, 5.0, f64::from(step * step % 7) / 11.0];
                let mut expected = z;
                for (slot, value) in block.bias.iter() {
                    expected[slot] += to_f64(value);
                }
                for unit in &block.units {
                    let t: f64 = unit.input.iter().map(|(slot, w)| to_f64(w) * z[slot]).sum();
                    let rectified = (t + to_f64(&unit.bias.0)).max(0.0);
                    let activated =
                        if activation == Activation::Relu { rectified } else { rectified * rectified };
                    unit.output.iter().for_each(|(slot, w)| expected[slot] += to_f64(w) * activated);
                }
                let mut got = z;
                layer.add_to(&z, &mut got);
                for (a, b) in got.iter().zip(&expected) {
                    assert!((a - b).abs() < 1e-12, "{got:?} {expected:?}");
                }
            }
        }
    }
}
