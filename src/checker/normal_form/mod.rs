//! A canonical form of equivariant polynomials: the own token's monomials times symmetric functions of the others.
//!
//! For a fixed length the symmetric part is the linear basis of *augmented monomials*
//! `M(β_1..β_k) = Σ over distinct others j_1..j_k of Π x_{j_r}^{β_r}`, k at most the number of other tokens: these are
//! linearly independent, so two equivariant polynomials are equal exactly when their normal forms are. For every
//! length at once it is the free polynomial ring in the means `m_γ = (1/n) Σ_j x_j^γ`.
//!
//! A third reading keeps sums as they are written, as a free polynomial ring in power sums; it is not canonical (power
//! sums of few tokens satisfy relations) and serves the construction, never a comparison.
//!
//! While binders are open there are several *named* tokens (the own one and the bound ones); "others" are the rest.

pub mod expansion;
mod products;
pub(crate) mod symmetry;

use crate::arith::interval::Interval;
use crate::arith::linear_combination::LinearCombination;
use crate::arith::number::{Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::language::{Shape, TooManyVariables};
use crate::limits::MAX_DEGREE;
use crate::sizes;
use num_traits::{One, Signed, Zero};
use std::cell::Cell;

/// What the symmetric parts range over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Augmented monomials over this many unnamed tokens.
    Count(usize),
    /// Means over all tokens, for every length.
    Means,
    /// Power sums as written; not canonical.
    Sums {
        /// Unnamed tokens.
        rest: usize,
        /// Whether the sums run over all tokens or over all but the own one.
        of: SumsOf,
    },
}

/// Which tokens a power sum runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumsOf {
    /// All n.
    All,
    /// All but the own one.
    Others,
}

impl Others {
    /// The number of unnamed tokens, for a fixed length.
    pub fn rest(self) -> Option<usize> {
        match self {
            Others::Count(rest) | Others::Sums { rest, .. } => Some(rest),
            Others::Means => None,
        }
    }

    /// The same reading with another number of unnamed tokens.
    pub fn with_rest(self, rest: usize) -> Self {
        match self {
            Others::Count(_) => Others::Count(rest),
            Others::Sums { of, .. } => Others::Sums { rest, of },
            Others::Means => Others::Means,
        }
    }
}

/// One basis element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Basis {
    /// Monomial in the named tokens: coordinate k of named token t is variable `t·d + k`.
    pub named: Monomial,
    /// The parts β_r ≠ 0 in increasing order; coordinate k is variable k.
    pub parts: Vec<Monomial>,
}

/// A polynomial in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormalForm {
    shape: Shape,
    others: Others,
    terms: LinearCombination<Basis>,
}

/// A normal form is larger, or takes more work, than the limits allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// More terms than this.
    #[error("the polynomial is too large to expand: it has more than {0} terms")]
    Terms(usize),
    /// This degree.
    #[error("the polynomial is too large to expand: its degree is {0}, the limit is {MAX_DEGREE}")]
    Degree(u64),
    /// More elementary products than this.
    #[error("the polynomial is too large to expand: it takes more than {0} elementary products")]
    Work(u64),
    /// More variables than can be numbered.
    #[error(transparent)]
    Variables(#[from] TooManyVariables),
    /// A product over tokens where only sums or means of them are known.
    #[error("a product over tokens is expanded only where their number is fixed")]
    NoProduct,
}

/// TermLimits on terms and on work, so that no input can fill the memory or run for ever.
#[derive(Debug)]
pub struct TermLimits {
    max_terms: usize,
    work_left: Cell<u64>,
}

impl TermLimits {
    /// At most `max_terms` terms per polynomial and 25 times that many elementary products in total.
    pub fn new(max_terms: usize) -> Self {
        Self { max_terms, work_left: Cell::new(Self::work(max_terms)) }
    }

    fn work(max_terms: usize) -> u64 {
        sizes::count(max_terms).saturating_mul(25)
    }

    /// Takes `amount` from the work that is left.
    pub fn spend(&self, amount: u64) -> Result<(), TooLarge> {
        let left =
            self.work_left.get().checked_sub(amount).ok_or(TooLarge::Work(Self::work(self.max_terms)))?;
        self.work_left.set(left);
        Ok(())
    }

    /// What has been taken so far.
    pub fn spent(&self) -> u64 {
        Self::work(self.max_terms) - self.work_left.get()
    }

    /// Refuses a form with too many terms.
    pub fn accept(&self, form: NormalForm) -> Result<NormalForm, TooLarge> {
        if form.len() > self.max_terms { Err(TooLarge::Terms(self.max_terms)) } else { Ok(form) }
    }
}

impl NormalForm {
    /// Zero, with the given named and other tokens.
    pub fn zero(shape: Shape, others: Others) -> Self {
        Self { shape, others, terms: LinearCombination::default() }
    }

    /// A constant.
    pub fn constant(shape: Shape, others: Others, value: Rational) -> Self {
        let mut form = Self::zero(shape, others);
        form.add_term(Basis { named: Monomial::one(), parts: Vec::new() }, value);
        form
    }

    /// The zero form of the same shape.
    pub fn zero_like(&self) -> Self {
        Self { terms: LinearCombination::default(), ..*self }
    }

    /// A constant of the same shape.
    pub fn constant_like(&self, value: Rational) -> Self {
        Self::constant(self.shape, self.others, value)
    }

    /// `p` in the variables of the named tokens.
    pub fn of_named(shape: Shape, others: Others, p: &Polynomial) -> Self {
        let mut form = Self::zero(shape, others);
        for (monomial, coefficient) in p.terms() {
            form.add_term(Basis { named: monomial.clone(), parts: Vec::new() }, coefficient.clone());
        }
        form
    }

    /// Σ over the others of `p` (fixed length), or the mean of `p` over all tokens (every length).
    pub fn sum_over_others(shape: Shape, others: Others, p: &Polynomial) -> Self {
        let mut form = Self::zero(shape, others);
        for (monomial, coefficient) in p.terms() {
            form.add_bound_term(Monomial::one(), monomial.clone(), Vec::new(), coefficient.clone());
        }
        form
    }

    /// Terms in increasing order.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = (&Basis, &Rational)> {
        self.terms.iter()
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether this is the zero polynomial.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether there are no terms (the zero polynomial).
    pub fn is_empty(&self) -> bool {
        self.is_zero()
    }

    /// Total degree in all tokens (0 for the zero polynomial).
    pub fn degree(&self) -> u64 {
        let degree = |basis: &Basis| -> u64 {
            basis.parts.iter().chain([&basis.named]).map(|monomial| u64::from(monomial.degree())).sum()
        };
        self.terms.keys().map(degree).max().unwrap_or(0)
    }

    /// What the symmetric parts range over.
    pub fn others(&self) -> Others {
        self.others
    }

    /// The value, if this is a constant.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.len() {
            0 => Some(Rational::zero()),
            1 => {
                let (basis, value) = self.terms.iter().next()?;
                (basis.named.is_one() && basis.parts.is_empty()).then(|| value.clone())
            }
            _ => None,
        }
    }

    /// Adds `coefficient · basis`; an augmented monomial with more parts than others is 0.
    pub fn add_term(&mut self, basis: Basis, coefficient: Rational) {
        if !matches!(self.others, Others::Count(rest) if basis.parts.len() > rest) {
            self.terms.add(basis, coefficient);
        }
    }

    /// Adds `factor · other`.
    pub fn add_scaled(&mut self, other: &Self, factor: &Rational) {
        for (basis, coefficient) in &other.terms {
            self.add_term(basis.clone(), coefficient * factor);
        }
    }

    /// `factor · self`.
    pub fn scale(&self, factor: &Rational) -> Self {
        let mut scaled = self.zero_like();
        scaled.add_scaled(self, factor);
        scaled
    }

    /// The sum over the last named token as it runs over the others (fixed length), or the mean over all tokens.
    ///
    /// `Σ_{y other} y^γ M_{others∖y}(β) = M(γ, β)` for γ ≠ 0 and `(#others − k)·M(β_1..β_k)` for γ = 0.
    pub fn bind_last(&self) -> Self {
        let outer = self.others.rest().map_or(self.others, |rest| self.others.with_rest(rest + 1));
        let mut bound = Self::zero(self.shape.without_last(), outer);
        for (basis, coefficient) in &self.terms {
            let (inner, named) = self.split_last(&basis.named);
            bound.add_bound_term(named, inner, basis.parts.clone(), coefficient.clone());
        }
        bound
    }

    /// Adds `coefficient · named · Σ_{y other} y^inner · M_{others∖y}(parts)`.
    fn add_bound_term(
        &mut self,
        named: Monomial,
        inner: Monomial,
        mut parts: Vec<Monomial>,
        coefficient: Rational,
    ) {
        if inner.is_one() {
            let count = match self.others {
                Others::Count(rest) => integer(rest) - integer(parts.len()),
                Others::Sums { rest, .. } => integer(rest),
                Others::Means => Rational::one(),
            };
            self.add_term(Basis { named, parts }, coefficient * count);
            return;
        }
        if let Others::Sums { of, .. } = self.others {
            // A written sum also runs over named tokens; what they contribute is taken off again.
            for token in u32::from(of == SumsOf::Others)..self.shape.named() {
                let own = inner.moved(self.shape.first(token));
                self.add_term(Basis { named: named.times(&own), parts: parts.clone() }, -&coefficient);
            }
        }
        let at = parts.partition_point(|part| part <= &inner);
        parts.insert(at, inner);
        self.add_term(Basis { named, parts }, coefficient);
    }

    /// Splits a named monomial into the last named token's part (variables 0..d) and the rest.
    fn split_last(&self, named: &Monomial) -> (Monomial, Monomial) {
        let first = self.shape.first(self.shape.named() - 1);
        let part = |last: bool| {
            Monomial::from_powers(
                named
                    .powers()
                    .iter()
                    .filter(|&&(v, _)| (v >= first) == last)
                    .map(|&(v, e)| (if last { v - first } else { v }, e)),
            )
        };
        (part(true), part(false))
    }

    /// An upper bound of |self| when every token lies in the box (d intervals).
    pub fn magnitude(&self, domain: &[Interval]) -> Rational {
        let side = |v: u32| &domain[sizes::index(self.shape.place(v).1)];
        let bound = |m: &Monomial| -> Rational {
            m.powers().iter().map(|&(v, e)| side(v).power(e).mag()).fold(Rational::one(), |a, b| a * b)
        };
        let mut total = Rational::zero();
        for (basis, coefficient) in &self.terms {
            let mut product = coefficient.abs() * bound(&basis.named);
            for (r, part) in basis.parts.iter().enumerate() {
                product *= bound(part);
                if let Others::Count(rest) = self.others {
                    product *= integer(rest.saturating_sub(r));
                }
            }
            total += product;
        }
        total
    }
}
