//! The target at the nodes: one value for each own node and multiset of other nodes.

use super::super::ApproximationError;
use super::frame::Frame;
use super::multisets::Multisets;
use crate::algebra::integer::common_denominator;
use crate::parallel;
use num_bigint::{BigInt, BigUint};
use num_traits::{Signed, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, binomial, integer, max};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{EvalError, Scalar, evaluate_token};

/// More nodes than this are refused: as many terms still fit a target file.
pub const MAX_NODES: u64 = 1 << 14;
/// The most nodes of one token: a change of basis takes up to the square of it in coefficients.
pub const MAX_TOKEN_NODES: u64 = 1 << 10;
/// Nodes that one thread takes at a time.
const CHUNK: usize = 256;

/// How values at nodes are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// By exact evaluation, which only targets that stay in the rationals allow.
    Exact,
    /// Multiples of this positive number near an enclosure of the value.
    Rounded(Rational),
}

/// (m+1)^d·C((m+1)^d + n − 2, n − 1), the number of values; also the number of terms that a polynomial of degree m per
/// variable can have.
pub fn node_count(frame: &Frame, tokens: usize) -> BigUint {
    let per_token = frame.token_nodes();
    let multisets = binomial(per_token.saturating_add(tokens as u64).saturating_sub(2), tokens as u64 - 1);
    multisets.magnitude() * per_token
}

/// The layout of values: those of the multiset with number r start at r·P, by own node.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// n.
    pub(super) tokens: usize,
    /// P, the nodes of one token, the first coordinate counting least.
    pub(super) token_nodes: usize,
}

impl Layout {
    /// For a target of fixed length; refuses too many nodes before any work.
    pub(super) fn new(target: &Target, frame: &Frame) -> Result<Self, ApproximationError> {
        let Tokens::Fixed(tokens) = target.tokens else { return Err(ApproximationError::NoLength) };
        let refuse = |what, amount: BigUint, limit| Err(ApproximationError::TooLarge { what, amount, limit });
        if frame.token_nodes() > MAX_TOKEN_NODES {
            return refuse("nodes per token", frame.token_nodes().into(), MAX_TOKEN_NODES);
        }
        if tokens as u64 > MAX_NODES {
            return refuse("tokens", tokens.into(), MAX_NODES);
        }
        let amount = node_count(frame, tokens);
        if amount > MAX_NODES.into() {
            return refuse("nodes", amount, MAX_NODES);
        }
        Ok(Self { tokens, token_nodes: frame.token_nodes() as usize })
    }

    /// Own node and other nodes of every place.
    pub(super) fn places(&self) -> Vec<(usize, Vec<usize>)> {
        let others = Multisets::new(self.tokens - 1, self.token_nodes).list();
        others.into_iter().flat_map(|v| (0..self.token_nodes).map(move |u| (u, v.clone()))).collect()
    }
}

/// The coordinates of a token's node, in the units that `on_side` has prepared for every coordinate.
pub(super) fn token_at<T>(on_side: &[Vec<T>], mut node: usize) -> Vec<&T> {
    let mut coordinates = Vec::with_capacity(on_side.len());
    for side in on_side {
        coordinates.push(&side[node % side.len()]);
        node /= side.len();
    }
    coordinates
}

/// All values of a target over one denominator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeValues {
    /// Per output, by place.
    pub(super) numerators: Vec<Vec<BigInt>>,
    /// Of all values; positive.
    pub(super) denominator: BigInt,
    /// An upper bound of the distance of any value from the target's.
    pub rounding: Rational,
}

impl NodeValues {
    /// Evaluates the target at all nodes; the number of nodes is checked before.
    pub fn new(target: &Target, frame: &Frame, how: &Values) -> Result<Self, ApproximationError> {
        let places = Layout::new(target, frame)?.places();
        let chunks: Vec<_> = places.chunks(CHUNK).collect();
        let parts = parallel::try_map(chunks, |chunk| match how {
            Values::Exact => exact(target, frame, chunk),
            Values::Rounded(unit) => rounded(target, frame, chunk, unit),
        })?;
        let (values, errors): (Vec<Vec<Rational>>, Vec<Rational>) = parts.into_iter().flatten().unzip();
        let denominator = common_denominator(values.iter().flatten());
        let numerators = (0..target.outputs())
            .map(|o| values.iter().map(|v| v[o].numer() * (&denominator / v[o].denom())).collect())
            .collect();
        Ok(Self { numerators, denominator, rounding: errors.into_iter().fold(Rational::zero(), max) })
    }

    /// How many values there are per output.
    pub fn len(&self) -> usize {
        self.numerators.first().map_or(0, Vec::len)
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The sequence of a place, own token first.
fn sequence<'a, T>(on_side: &'a [Vec<T>], (own, others): &(usize, Vec<usize>)) -> Vec<Vec<&'a T>> {
    std::iter::once(own).chain(others).map(|&node| token_at(on_side, node)).collect()
}

fn exact(
    target: &Target,
    frame: &Frame,
    places: &[(usize, Vec<usize>)],
) -> Result<Vec<(Vec<Rational>, Rational)>, EvalError> {
    let value = |place| Ok((at_nodes(target, frame.nodes(), place)?, Rational::zero()));
    places.iter().map(value).collect()
}

/// The target at a place, in the given numbers.
pub(super) fn at_nodes<S: Scalar>(
    target: &Target,
    nodes: &[Vec<S>],
    place: &(usize, Vec<usize>),
) -> Result<Vec<S>, EvalError> {
    let tokens: Vec<Vec<S>> =
        sequence(nodes, place).into_iter().map(|token| token.into_iter().cloned().collect()).collect();
    evaluate_token(target, &tokens, 0)
}

fn rounded(
    target: &Target,
    frame: &Frame,
    places: &[(usize, Vec<usize>)],
    unit: &Rational,
) -> Result<Vec<(Vec<Rational>, Rational)>, EvalError> {
    let mut enclosure = TargetEnclosure::new(target)?;
    let prepare = |node: &Rational| PreparedSide::new(&Interval::point(node.clone()));
    let sides: Vec<Vec<PreparedSide>> =
        frame.nodes().iter().map(|nodes| nodes.iter().map(prepare).collect()).collect();
    let mut value = |place| {
        let point: Vec<&PreparedSide> = sequence(&sides, place).concat();
        let mut error = Rational::zero();
        let mut values = Vec::with_capacity(target.outputs());
        for range in enclosure.enclose(&point)? {
            let end = |end: Option<Rational>| end.ok_or(EvalError::TooWide);
            let (inf, sup) = (end(range.inf().to_rational())?, end(range.sup().to_rational())?);
            let value = ((&inf + &sup) / (unit * integer(2))).round() * unit;
            error = max(error, max((&value - &inf).abs(), (&sup - &value).abs()));
            values.push(value);
        }
        Ok((values, error))
    };
    places.iter().map(&mut value).collect()
}
