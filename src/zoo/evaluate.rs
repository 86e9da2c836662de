//! Values of graphs over one row, exactly and in floating point.

use crate::export::{Flat, FlatNode};
use crate::numeric::Scalar;
use num_traits::{Signed, Zero};
use sumformer_checker::arith::number::{Rational, integer};

/// What a graph computes with.
pub(super) trait Number: Clone {
    fn of(value: &Rational) -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn times(&self, other: &Self) -> Self;
    fn relu(&self) -> Self;
    fn step(&self) -> Self;
}

impl Number for Rational {
    fn of(value: &Rational) -> Self {
        value.clone()
    }
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    fn relu(&self) -> Self {
        if self.is_negative() { Self::zero() } else { self.clone() }
    }
    fn step(&self) -> Self {
        integer(i64::from(!self.is_negative()))
    }
}

impl<S: Scalar> Number for S {
    fn of(value: &Rational) -> Self {
        S::from_rational(value)
    }
    fn plus(&self, other: &Self) -> Self {
        *self + *other
    }
    fn times(&self, other: &Self) -> Self {
        *self * *other
    }
    fn relu(&self) -> Self {
        Scalar::relu(*self)
    }
    fn step(&self) -> Self {
        Scalar::step(*self)
    }
}

/// The graph's last value; every operation rounds, sums go from the first input to the last, the bias comes at the end.
pub(super) fn evaluate<N: Number>(flat: &Flat, input: &[N]) -> Vec<N> {
    let mut values = vec![input.to_vec()];
    for (index, node) in flat.nodes().iter().enumerate() {
        let pairs = |a: &usize, b: &usize| values[*a].iter().zip(&values[*b]).collect::<Vec<_>>();
        let value = match node {
            FlatNode::Map(of, map) => {
                let mut row = vec![N::of(&Rational::zero()); flat.width(index + 1)];
                for (from, to, weight) in map.weights.iter() {
                    row[to] = row[to].plus(&values[*of][from].times(&N::of(weight)));
                }
                map.bias.iter().for_each(|(to, bias)| row[to] = row[to].plus(&N::of(bias)));
                row
            }
            FlatNode::Relu(of) => values[*of].iter().map(N::relu).collect(),
            FlatNode::Step(of) => values[*of].iter().map(N::step).collect(),
            FlatNode::Product(a, b) => pairs(a, b).into_iter().map(|(a, b)| a.times(b)).collect(),
            FlatNode::Sum(a, b) => pairs(a, b).into_iter().map(|(a, b)| a.plus(b)).collect(),
        };
        values.push(value);
    }
    values.pop().unwrap_or_default()
}
