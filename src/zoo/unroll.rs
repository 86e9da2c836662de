//! A whole network as maps and rectifiers in turn over the flattened tokens: attention that averages is linear.

use super::error::ZooError;
use crate::export::{Flat, Value};
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::attention::mean_layer::mean_layer;
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::format::sparse::SparseMatrix;
use sumformer_checker::language::target::Tokens;

/// The graph over one row of n·d numbers, in the order of the tokens, that computes the n·c outputs exactly.
///
/// Refused where there is none: weights of attention that depend on the input, activations other than relu, and networks
/// for every length.
pub fn unroll(network: &Network) -> Result<Flat, ZooError> {
    let Tokens::Fixed(n) = network.tokens else {
        return Err(ZooError::no_mlp(0, "the network is for every length, and a row has one"));
    };
    let mut mlp = Mlp::start(network, n);
    let means = means(network)?;
    for (index, block) in network.blocks.iter().enumerate() {
        if block.activation != Activation::Relu {
            return Err(ZooError::no_mlp(index, "its units are no rectifiers"));
        }
        let attended = mlp.attended(means[index].as_ref());
        let before = attended.iter().flat_map(|token| {
            block.units.iter().map(|unit| {
                let start = Form::constant(unit.bias.0.clone());
                unit.input.iter().fold(start, |sum, (slot, weight)| sum.plus(weight, &token[slot]))
            })
        });
        let before: Vec<Form> = before.collect();
        let units = block.units.len();
        mlp.layer(before, &read_after(network, &means, index), |token, unit| {
            let output = &block.units[unit % units].output;
            if unit / units == token { output.iter().collect() } else { Vec::new() }
        });
        mlp.add(block.bias.iter());
    }
    Ok(mlp.finish(network))
}

/// What each attention adds: a matrix for the mean of all tokens.
fn means(network: &Network) -> Result<Vec<Option<SparseMatrix>>, ZooError> {
    let unknown = vec![None; network.width()];
    let blocks = network.blocks.iter().enumerate().map(|(index, block)| {
        let Some(attention) = &block.attention else { return Ok(None) };
        let layer = mean_layer(attention, &[], &unknown, network.tokens, &format!("block {index}"));
        let layer = layer.map_err(|refusal| ZooError::not_a_mean(index, &refusal))?;
        match layer.spread.is_empty() {
            true => Ok(Some(layer.matrix)),
            false => Err(ZooError::no_mlp(index, "its weights are not rational")),
        }
    });
    blocks.collect()
}

/// Slots that anything reads after a block.
fn read_after(network: &Network, means: &[Option<SparseMatrix>], index: usize) -> BTreeSet<usize> {
    let mut slots: BTreeSet<usize> = network.readout.weights.iter().map(|(slot, _, _)| slot).collect();
    for (block, mean) in network.blocks.iter().zip(means).skip(index + 1) {
        slots.extend(block.units.iter().flat_map(|unit| unit.input.iter().map(|(slot, _)| slot)));
        slots.extend(mean.iter().flat_map(|mean| mean.iter().map(|(slot, _, _)| slot)));
    }
    slots
}

/// An affine form of the last layer's numbers.
#[derive(Clone, Default)]
struct Form {
    entries: BTreeMap<usize, Rational>,
    constant: Rational,
}

impl Form {
    fn constant(constant: Rational) -> Self {
        Self { entries: BTreeMap::new(), constant }
    }

    fn entry(index: usize) -> Self {
        Self { entries: BTreeMap::from([(index, Rational::one())]), constant: Rational::zero() }
    }

    fn plus(mut self, factor: &Rational, other: &Self) -> Self {
        for (&index, value) in &other.entries {
            let sum = self.entries.entry(index).or_default();
            *sum += value * factor;
            if sum.is_zero() {
                self.entries.remove(&index);
            }
        }
        self.constant += &other.constant * factor;
        self
    }
}

/// The layers so far, and every slot of every token as a form of the last one.
struct Mlp {
    flat: Flat,
    layer: Value,
    stream: Vec<Vec<Form>>,
}

impl Mlp {
    fn start(network: &Network, n: usize) -> Self {
        let token = |token: usize| {
            let mut slots = vec![Form::default(); network.width()];
            for (coordinate, slot, weight) in network.embedding.weights.iter() {
                let entry = Form::entry(token * network.dimension + coordinate);
                slots[slot] = std::mem::take(&mut slots[slot]).plus(weight, &entry);
            }
            network.embedding.bias.iter().for_each(|(slot, value)| slots[slot].constant += value);
            slots
        };
        let flat = Flat::new(n * network.dimension);
        Self { flat, layer: 0, stream: (0..n).map(token).collect() }
    }

    /// X + Att(X), where Att is a matrix for the mean.
    fn attended(&self, mean: Option<&SparseMatrix>) -> Vec<Vec<Form>> {
        let Some(mean) = mean else { return self.stream.clone() };
        let share = ratio(1, self.stream.len() as i64);
        let mut added = vec![Form::default(); self.stream[0].len()];
        for (from, to, weight) in mean.iter() {
            for token in &self.stream {
                added[to] = std::mem::take(&mut added[to]).plus(&(weight * &share), &token[from]);
            }
        }
        let one = integer(1);
        let tokens = self.stream.iter();
        tokens.map(|token| token.iter().zip(&added).map(|(z, a)| z.clone().plus(&one, a)).collect()).collect()
    }

    /// A layer of rectifiers: the units, and what carries the slots that are needed later, as t = relu(t) − relu(−t).
    fn layer<'n>(
        &mut self,
        mut before: Vec<Form>,
        needed: &BTreeSet<usize>,
        output: impl Fn(usize, usize) -> Vec<(usize, &'n Rational)>,
    ) {
        let (units, one) = (before.len(), integer(1));
        let mut next: Vec<Vec<Form>> = vec![vec![Form::default(); self.stream[0].len()]; self.stream.len()];
        for (token, slots) in self.stream.iter().enumerate() {
            for &slot in needed {
                let carried = &slots[slot];
                if carried.entries.is_empty() {
                    next[token][slot].constant = carried.constant.clone();
                    continue;
                }
                let at = before.len();
                before.push(carried.clone());
                before.push(Form::default().plus(&-one.clone(), carried));
                next[token][slot] = Form::entry(at).plus(&-one.clone(), &Form::entry(at + 1));
            }
            for unit in 0..units {
                for (slot, weight) in output(token, unit) {
                    next[token][slot] =
                        std::mem::take(&mut next[token][slot]).plus(weight, &Form::entry(unit));
                }
            }
        }
        let mapped = self.map(&before);
        self.layer = self.flat.relu(mapped);
        self.stream = next;
    }

    fn map(&mut self, forms: &[Form]) -> Value {
        let entries = forms.iter().enumerate().flat_map(|(to, form)| {
            form.entries.iter().map(move |(&from, weight)| (from, to, weight.clone()))
        });
        let bias = forms.iter().enumerate().map(|(to, form)| (to, form.constant.clone()));
        self.flat.map(self.layer, forms.len(), entries, bias)
    }

    fn add<'n>(&mut self, bias: impl Iterator<Item = (usize, &'n Rational)> + Clone) {
        for token in &mut self.stream {
            bias.clone().for_each(|(slot, value)| token[slot].constant += value);
        }
    }

    fn finish(mut self, network: &Network) -> Flat {
        let mut outputs = Vec::new();
        for token in &self.stream {
            let mut row: Vec<Form> = vec![Form::default(); network.outputs];
            for (slot, output, weight) in network.readout.weights.iter() {
                row[output] = std::mem::take(&mut row[output]).plus(weight, &token[slot]);
            }
            network.readout.bias.iter().for_each(|(output, value)| row[output].constant += value);
            outputs.extend(row);
        }
        self.map(&outputs);
        self.flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::FlatNode;
    use crate::zoo::dice::Dice;
    use crate::zoo::shapes::SHAPES;
    use crate::zoo::{Model, Size, Suite};

    /// Maps and rectifiers in turn, from a map to a map.
    fn is_mlp(flat: &Flat) -> bool {
        flat.last() % 2 == 1
            && flat.nodes().iter().enumerate().all(|(before, node)| match node {
                FlatNode::Map(of, _) => *of == before && before % 2 == 0,
                FlatNode::Relu(of) => *of == before && before % 2 == 1,
                _ => false,
            })
    }

    #[test]
    fn every_network_is_unrolled_exactly_or_refused() {
        let suite = Suite::new(5, Size::Small).unwrap();
        let mut dice = Dice::new(5, 99);
        let (mut unrolled, mut refused) = (0, 0);
        for specimen in &suite.specimens {
            let Model::Blocks(network) = &specimen.model else { continue };
            let mlp = match unroll(network) {
                Ok(mlp) => mlp,
                Err(ZooError::NoMlp { why, .. }) => {
                    let expected = specimen.name.starts_with("head-") || specimen.name.starts_with("stairs-");
                    assert!(expected, "{}: {why}", specimen.name);
                    refused += 1;
                    continue;
                }
                Err(other) => panic!("{other}"),
            };
            assert!(is_mlp(&mlp), "{}", specimen.name);
            let shapes = SHAPES.map(|shape| shape.of(&mlp, &mut dice));
            for _ in 0..3 {
                let input: Vec<Rational> = specimen
                    .domain
                    .iter()
                    .map(|[lo, hi]| lo + (hi - lo) * dice.dyadic(0, 1 << 10, 10))
                    .collect();
                let expected = specimen.model.exact(&input).unwrap();
                for flat in shapes.iter().chain([&mlp]) {
                    assert!(is_mlp(flat));
                    assert_eq!(
                        Model::from(flat.clone()).exact(&input).unwrap(),
                        expected,
                        "{}",
                        specimen.name
                    );
                }
            }
            unrolled += 1;
        }
        assert!(unrolled > 10 && refused > 10, "{unrolled} {refused}");
    }
}
