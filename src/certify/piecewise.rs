//! Feed-forward layers with every gadget as one piecewise polynomial of its linear form.
//!
//! A gadget of N hidden units costs a binary search instead of N products; the witness search lives on that. Only
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
    /// What is added to each slot, as a function of t.
    outputs: Vec<(usize, PiecewisePolynomial)>,
}

/// c_0 + c_1·t + c_2·t² between break points.
struct PiecewisePolynomial {
    breaks: Vec<f64>,
    /// One more than break points.
    pieces: Vec<[f64; 3]>,
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
            for (slot, function) in &gadget.outputs {
                stream[*slot] += function.at(t);
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
        let function = |slot: usize| {
            let outer = units.iter().map(|unit| to_f64(&unit.output.get(slot)));
            PiecewisePolynomial::new(inner.iter().copied().zip(outer), squared)
        };
        Some(Self {
            form: form.iter().map(|(slot, w)| (slot, to_f64(w))).collect(),
            outputs: claim.outputs.iter().map(|output| (output.slot, function(output.slot))).collect(),
        })
    }
}

impl PiecewisePolynomial {
    /// Σ w·σ(a·t + b) over units ((a, b), w), σ(t) = max(t, 0), or max(t, 0)² if `squared`.
    fn new(units: impl Iterator<Item = ((f64, f64), f64)>, squared: bool) -> Self {
        let mut first = [0.0; 3];
        let mut changes = Vec::new();
        // A unit that does not see t belongs to no gadget the checker accepts.
        for ((a, b), w) in units.filter(|((a, _), _)| *a != 0.0) {
            let term = if squared { [b * b * w, 2.0 * a * b * w, a * a * w] } else { [b * w, a * w, 0.0] };
            // Active right of the break point for a > 0, left of it for a < 0.
            if a < 0.0 {
                add(&mut first, &term);
            }
            changes.push((-b / a, term.map(|c| c * a.signum())));
        }
        changes.sort_by(|x, y| x.0.total_cmp(&y.0));
        let mut pieces = vec![first];
        for (_, change) in &changes {
            add(&mut first, change);
            pieces.push(first);
        }
        Self { breaks: changes.into_iter().map(|(at, _)| at).collect(), pieces }
    }

    fn at(&self, t: f64) -> f64 {
        let [c0, c1, c2] = self.pieces[self.breaks.partition_point(|&at| at < t)];
        c0 + t * (c1 + t * c2)
    }
}

fn add(sum: &mut [f64; 3], term: &[f64; 3]) {
    sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::gadget::{exact_square, identity, piecewise_power};
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
            (piecewise_power(2, 7, &form, &range(), &outputs), Activation::Relu),
            (piecewise_power(3, 5, &form, &range(), &outputs), Activation::Relu),
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
