//! A machine that computes networks in short numbers, exactly as it says: every result is a rational that is rounded to a type.

use crate::dice::Dice;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;
use sumformer::export::DTYPES;
use sumformer_checker::arith::number::{Exact, Rational, integer};
use sumformer_checker::format::floats::{FloatType, stages};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, Network, Projection, UniformValue,
};
use sumformer_checker::format::sparse::SparseMatrix;

/// In which order terms are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they stand.
    Forward,
    /// The last one first.
    Reverse,
    /// Any two partial sums next.
    Tree,
    /// Always the term whose addition is off most, upward.
    Greedy,
}

/// The machine.
pub struct Machine {
    /// The type of weights and results, and that of partial sums.
    pub kind: FloatType,
    pub accumulate: FloatType,
    pub order: Order,
    /// How many hidden units are at most in a group of their sum, if it is staged.
    pub staged: Option<usize>,
    /// Whether products are added without being rounded.
    pub fused: bool,
    /// Whether results are only rounded now and then.
    pub lazy: bool,
    pub dice: Dice,
}

type Row = Vec<Rational>;

/// The number of a type nearest to a rational, if that is finite.
pub fn nearest(kind: FloatType, value: &Rational) -> Option<Rational> {
    let dtype = DTYPES.into_iter().find(|dtype| FloatType::from(*dtype) == kind).expect("a type");
    Rational::from_float(dtype.round(value).value)
}

fn rounded(kind: FloatType, value: &Rational) -> Rational {
    nearest(kind, value)
        .unwrap_or_else(|| panic!("{value} overflows {}, which the bound excludes", kind.name()))
}

impl Machine {
    fn weight(&self, weight: &Rational) -> Rational {
        rounded(self.kind, weight)
    }

    /// A result, as it is stored.
    fn result(&mut self, value: Rational) -> Rational {
        if self.lazy && self.dice.below(2) == 0 { value } else { rounded(self.kind, &value) }
    }

    fn partial(&mut self, value: Rational) -> Rational {
        if self.lazy && self.dice.below(2) == 0 { value } else { rounded(self.accumulate, &value) }
    }

    /// Σ weight·input + bias.
    fn dot(&mut self, terms: Vec<(Rational, Rational)>, bias: Rational) -> Rational {
        let bias_at_last = self.dice.below(2) == 0;
        let products = terms.into_iter().map(|(weight, input)| self.weight(&weight) * input).collect();
        let mut products = self.products(products);
        let bias = self.weight(&bias);
        if !bias_at_last && !bias.is_zero() {
            products.push(bias.clone());
        }
        let sum = self.sum(products);
        let sum = self.result(sum);
        if bias_at_last && !bias.is_zero() { self.result(sum + bias) } else { sum }
    }

    /// Products that are not 0, rounded if they are not fused with additions.
    fn products(&mut self, mut products: Vec<Rational>) -> Vec<Rational> {
        products.retain(|product| !product.is_zero());
        if self.fused {
            return products;
        }
        products.into_iter().map(|product| self.partial(product)).collect()
    }

    fn sum(&mut self, mut terms: Vec<Rational>) -> Rational {
        let mut sum = match self.order {
            Order::Reverse => terms.pop(),
            _ if terms.is_empty() => None,
            _ => Some(terms.remove(0)),
        }
        .unwrap_or_default();
        while !terms.is_empty() {
            let next = match self.order {
                Order::Forward => 0,
                Order::Reverse => terms.len() - 1,
                Order::Tree => self.dice.below(terms.len()),
                Order::Greedy => {
                    let off = |term: &Rational| {
                        let exact = &sum + term;
                        rounded(self.accumulate, &exact) - exact
                    };
                    (0..terms.len()).max_by_key(|i| off(&terms[*i])).unwrap_or(0)
                }
            };
            let term = terms.remove(next);
            let added = self.partial(&sum + term);
            if self.order == Order::Tree && !terms.is_empty() {
                // What was added goes back, so that all trees come.
                let at = self.dice.below(terms.len());
                sum = std::mem::replace(&mut terms[at], added);
            } else {
                sum = added;
            }
        }
        sum
    }

    fn affine(&mut self, map: &AffineMap, input: &[Rational], outputs: usize) -> Row {
        let mut terms = vec![Vec::new(); outputs];
        for (row, column, weight) in map.weights.iter() {
            terms[column].push((weight.clone(), input[row].clone()));
        }
        terms.into_iter().enumerate().map(|(output, terms)| self.dot(terms, map.bias.get(output))).collect()
    }

    /// All outputs of all tokens.
    pub fn run(&mut self, network: &Network, tokens: &[Row]) -> Vec<Row> {
        let width = network.width();
        let mut stream: Vec<Row> =
            tokens.iter().map(|token| self.affine(&network.embedding, token, width)).collect();
        for block in &network.blocks {
            let inside = match &block.attention {
                None => stream.clone(),
                Some(attention) => self.attention(attention, &stream),
            };
            for (row, inside) in stream.iter_mut().zip(inside) {
                self.feed_forward(block, row, &inside);
            }
        }
        stream.iter().map(|row| self.affine(&network.readout, row, network.outputs)).collect()
    }

    fn feed_forward(&mut self, block: &Block, row: &mut Row, inside: &[Rational]) {
        let mut terms = vec![Vec::new(); row.len()];
        for (place, unit) in block.units.iter().enumerate() {
            let inputs = unit.input.iter().map(|(slot, weight)| (weight.clone(), inside[slot].clone()));
            let value = self.dot(inputs.collect(), unit.bias.0.clone());
            if !value.is_positive() {
                continue;
            }
            let value = match block.activation {
                Activation::Relu => value,
                Activation::Relu2 => {
                    let square = &value * &value;
                    self.result(square)
                }
                Activation::Step => unreachable!("no bound covers them"),
            };
            for (slot, weight) in unit.output.iter() {
                terms[slot].push((place, (weight.clone(), value.clone())));
            }
        }
        let stages = self.staged.map_or_else(Vec::new, |group| stages(block.units.len(), group));
        for (slot, terms) in terms.into_iter().enumerate() {
            let bias = block.bias.get(slot);
            let change = match stages.as_slice() {
                [] => self.dot(terms.into_iter().map(|(_, term)| term).collect(), bias),
                stages => self.in_stages(terms, stages, bias),
            };
            row[slot] = self.result(&row[slot] + change);
        }
    }

    /// The sum over hidden units at their places in groups, groups of groups, and the bias at last.
    fn in_stages(
        &mut self,
        terms: Vec<(usize, (Rational, Rational))>,
        stages: &[usize],
        bias: Rational,
    ) -> Rational {
        let mut left: Vec<(usize, Rational)> = Vec::new();
        for (place, (weight, input)) in terms {
            let product = vec![self.weight(&weight) * input];
            left.extend(self.products(product).into_iter().map(|product| (place, product)));
        }
        for group in stages {
            let mut groups = BTreeMap::<usize, Row>::new();
            left.into_iter().for_each(|(place, term)| groups.entry(place / group).or_default().push(term));
            left = Vec::new();
            for (place, terms) in groups {
                let sum = self.sum(terms);
                left.push((place, self.result(sum)));
            }
        }
        assert!(left.len() <= 1, "one sum is left");
        let sum = left.pop().map_or_else(Rational::zero, |(_, sum)| sum);
        let bias = self.weight(&bias);
        if bias.is_zero() { sum } else { self.result(sum + bias) }
    }

    /// X + Att(X)
    fn attention(&mut self, attention: &Attention, stream: &[Row]) -> Vec<Row> {
        let width = stream[0].len();
        let heads: Vec<Vec<Row>> = attention.heads.iter().map(|head| self.head(head, stream)).collect();
        let add = |(token, row): (usize, &Row)| {
            let mut terms = vec![Vec::new(); width];
            for (from, slot, weight) in attention.output.iter() {
                terms[slot].push((weight.clone(), heads[from / width][token][from % width].clone()));
            }
            let sums: Row = terms.into_iter().map(|terms| self.dot(terms, Rational::zero())).collect();
            row.iter().zip(sums).map(|(own, change)| self.result(own + change)).collect()
        };
        stream.iter().enumerate().map(add).collect()
    }

    fn head(&mut self, head: &Head, stream: &[Row]) -> Vec<Row> {
        let (n, width) = (stream.len(), stream[0].len());
        let values: Vec<Row> = stream.iter().map(|row| self.product(&head.value, row)).collect();
        let mut row = Vec::with_capacity(width);
        for c in 0..width {
            let column: Row = values.iter().map(|row| row[c].clone()).collect();
            row.push(self.column(head, column));
        }
        vec![row; n]
    }

    fn share(&mut self, n: usize) -> Rational {
        self.result(integer(1) / integer(n as i64))
    }

    /// What a head makes of one column of values, scores being 0.
    fn column(&mut self, head: &Head, values: Row) -> Rational {
        let n = values.len();
        match &head.mechanism {
            Mechanism::Softmax => {
                let share = self.share(n);
                self.weighted(&share, values)
            }
            Mechanism::Linformer { f, .. } => {
                let entry = match f {
                    Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => {
                        self.weight(value)
                    }
                    _ => self.share(n),
                };
                let projected = (0..f.rank()).map(|_| self.weighted(&entry, values.clone())).collect();
                let share = self.share(f.rank());
                self.weighted(&share, projected)
            }
            Mechanism::Performer { features, .. } => {
                let m = features.len();
                let root = Rational::from_float((m as f64).sqrt().recip()).expect("finite");
                let feature = self.result(root);
                let above = self.weighted(&feature, values);
                let above = self.weighted(&feature, vec![above; m]);
                let below = self.weighted(&feature, vec![integer(1); n]);
                let below = self.weighted(&feature, vec![below; m]);
                self.result(above / below)
            }
        }
    }

    /// Σ weight·value, the weight being a number of the type.
    fn weighted(&mut self, weight: &Rational, values: Vec<Rational>) -> Rational {
        let products = self.products(values.into_iter().map(|value| weight * value).collect());
        let sum = self.sum(products);
        self.result(sum)
    }

    fn product(&mut self, matrix: &SparseMatrix, row: &[Rational]) -> Row {
        let mut terms = vec![Vec::new(); row.len()];
        for (from, column, weight) in matrix.iter() {
            terms[column].push((weight.clone(), row[from].clone()));
        }
        terms.into_iter().map(|terms| self.dot(terms, Rational::zero())).collect()
    }
}
