//! From values at nodes to a normal form: a change of basis, token by token, that keeps the symmetry of the others.

use super::frame::Frame;
use super::multisets::{Multisets, with};
use super::node_values::{Layout, NodeValues, token_at};
use crate::algebra::integer::common_denominator;
use crate::parallel;
use itertools::Itertools;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use std::iter::Sum;
use std::ops::Mul;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::Shape;
use sumformer_checker::normal_form::{Basis, NormalForm, Others};
use sumformer_checker::work::{charge_all, limbs};

/// The basis polynomials of one token, by monomial: which nodes have it, with integer coefficients.
struct TokenBasis {
    /// The monomials, numbered like the nodes: exponent e_k in the place of node number v_k.
    monomials: Vec<Monomial>,
    /// Per monomial, the nodes and their coefficients times the denominator.
    columns: Columns<BigInt>,
    denominator: BigInt,
}

impl TokenBasis {
    fn new(frame: &Frame, nodes: usize) -> Self {
        // Per coordinate, `[v][e]` over one denominator.
        let mut denominator = BigInt::one();
        let mut integers: Vec<Vec<Vec<BigInt>>> = Vec::new();
        for k in 0..frame.nodes().len() {
            let basis = frame.basis(k);
            let common = common_denominator(basis.iter().flatten());
            let scaled = |c: &Rational| c.numer() * (&common / c.denom());
            integers.push(basis.iter().map(|p| p.iter().map(scaled).collect()).collect());
            denominator *= common;
        }
        let numbers: Vec<Vec<usize>> = frame.nodes().iter().map(|side| (0..side.len()).collect()).collect();
        let column = |alpha: usize| {
            let exponents = token_at(&numbers, alpha);
            let coefficient = |node: usize| -> BigInt {
                let v = token_at(&numbers, node);
                integers.iter().zip(v.iter().zip(&exponents)).map(|(p, (&&v, &&e))| &p[v][e]).product()
            };
            (0..nodes).map(|node| (node, coefficient(node))).filter(|(_, c)| !c.is_zero()).collect()
        };
        let monomial = |alpha: usize| {
            let exponents = token_at(&numbers, alpha);
            Monomial::from_powers(exponents.iter().enumerate().map(|(k, &&e)| (k as u32, e as u32)))
        };
        Self {
            monomials: (0..nodes).map(monomial).collect(),
            columns: parallel::map(0..nodes, column),
            denominator,
        }
    }
}

/// The polynomials Σ_nodes value·Π basis polynomials, one per output, exactly.
pub(super) fn assemble(frame: &Frame, layout: &Layout, values: &NodeValues) -> Vec<NormalForm> {
    let basis = TokenBasis::new(frame, layout.token_nodes);
    let each = limbs(basis.denominator.bits() + values.denominator.bits()) * layout.token_nodes as u64;
    charge_all(layout.places().len() * layout.tokens * values.numerators.len(), each);
    values
        .numerators
        .iter()
        .map(|numerators| {
            let coefficients = changed(&basis.columns, layout, numerators);
            let denominator = &values.denominator * basis.denominator.pow(layout.tokens as u32);
            normal_form(frame, layout, &basis, &coefficients, &denominator)
        })
        .collect()
}

/// Per monomial of one token the nodes that have it, and their coefficients.
pub(super) type Columns<T> = Vec<Vec<(usize, T)>>;

/// From values at nodes to coefficients of monomials, for one token after the other. The places of the result are those of
/// the values, with monomials for nodes.
pub(super) fn changed<T: Coefficient>(columns: &Columns<T>, layout: &Layout, values: &[T]) -> Vec<T>
where
    for<'a> &'a T: Mul<&'a T, Output = T>,
{
    others_changed(columns, layout, own_changed(columns, layout, values))
}

/// What coefficients are computed in.
pub(super) trait Coefficient: Sum + Send + Sync {}
impl Coefficient for BigInt {}
impl Coefficient for f64 {}

/// Own node → own monomial: T'[α; V] = Σ_u basis_u,α·T[u; V].
fn own_changed<T: Coefficient>(columns: &Columns<T>, layout: &Layout, values: &[T]) -> Vec<T>
where
    for<'a> &'a T: Mul<&'a T, Output = T>,
{
    let rows: Vec<&[T]> = values.chunks(layout.token_nodes).collect();
    let changed = parallel::map(rows, |row| -> Vec<T> {
        columns.iter().map(|column| column.iter().map(|(u, c)| c * &row[*u]).sum()).collect()
    });
    changed.into_iter().flatten().collect()
}

/// One other token after the other from nodes to monomials.
///
/// After s of them a coefficient has an own monomial, a multiset of s monomials and one of n − 1 − s nodes:
/// T'[A + α; V] = Σ_v basis_v,α·T[A; V + v]. Any element of the larger multiset may play α, since T is symmetric; it is
/// the last one. Places: (number of A · number of multisets of nodes + number of V)·P + own.
fn others_changed<T: Coefficient>(columns: &Columns<T>, layout: &Layout, mut tensor: Vec<T>) -> Vec<T>
where
    for<'a> &'a T: Mul<&'a T, Output = T>,
{
    let (others, own_count) = (layout.tokens - 1, layout.token_nodes);
    for done in 0..others {
        let [before, after] = [done, done + 1].map(|size| Multisets::new(size, own_count));
        let [nodes_before, nodes_after] =
            [others - done, others - done - 1].map(|size| Multisets::new(size, own_count));
        let (monomials, nodes) = (after.list(), nodes_after.list());
        let pairs: Vec<(usize, usize)> = (0..monomials.len()).cartesian_product(0..nodes.len()).collect();
        let rows = parallel::map(pairs, |(a, v)| -> Vec<T> {
            let (last, rest) = monomials[a].split_last().map_or((0, &[][..]), |(&last, rest)| (last, rest));
            let column = &columns[last];
            let row = before.rank(rest) * nodes_before.len();
            let sources: Vec<usize> = column
                .iter()
                .map(|(node, _)| (row + nodes_before.rank(&with(&nodes[v], *node))) * own_count)
                .collect();
            let entry = |own| -> T {
                column.iter().zip(&sources).map(|((_, c), source)| c * &tensor[source + own]).sum()
            };
            (0..own_count).map(entry).collect()
        });
        tensor = rows.into_iter().flatten().collect();
    }
    tensor
}

/// Coefficients of monomials in all tokens as coefficients of augmented monomials.
///
/// Σ over the distinct arrangements of a multiset of monomials is M(parts ≠ 1)/Π (multiplicity of each part)!.
fn normal_form(
    frame: &Frame,
    layout: &Layout,
    basis: &TokenBasis,
    coefficients: &[BigInt],
    denominator: &BigInt,
) -> NormalForm {
    let shape = Shape::new(frame.nodes().len(), 1).expect("a token's coordinates are few");
    let mut form = NormalForm::zero(shape, Others::Count(layout.tokens - 1));
    for ((own, others), coefficient) in layout.places().iter().zip(coefficients) {
        let mut parts: Vec<Monomial> = others.iter().map(|&alpha| basis.monomials[alpha].clone()).collect();
        parts.retain(|part| !part.is_one());
        parts.sort_unstable();
        let repeated: BigInt =
            parts.iter().dedup_with_count().flat_map(|(count, _)| 1..=count).map(BigInt::from).product();
        let named = basis.monomials[*own].clone();
        form.add_term(Basis { named, parts }, Rational::new(coefficient.clone(), denominator * repeated));
    }
    form
}
