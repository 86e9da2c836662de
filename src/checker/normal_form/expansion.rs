//! From a target to its normal form: exact expansion of polynomial expressions.

use super::{Basis, NormalForm, Others, TermLimits, TooLarge};
use crate::arith::number::{Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Reduction, Span, TokenLevel};
use crate::language::target::{Body, Target, Tokens};
use crate::language::{Shape, TooManyVariables};
use crate::limits::MAX_TERMS;
use crate::{sizes, work};
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// Why a target has no normal form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// The expression is not a polynomial.
    #[error("{what} is not a polynomial operation here")]
    NotPolynomial {
        /// What stands there.
        what: String,
        /// Where.
        span: Span,
    },
    /// More terms or work than the limits allow.
    #[error("{cause}")]
    TooLarge {
        /// The limit that was met.
        cause: TooLarge,
        /// Where the limit was met.
        span: Span,
    },
    /// A mean over no tokens, or a division by a constant that is zero.
    #[error("{what}")]
    Undefined {
        /// What is undefined.
        what: String,
        /// Where.
        span: Span,
    },
    /// A `semi_invariant` that is not symmetric in x2..xn.
    #[error(
        "g is not symmetric in x2..xn: exchanging x{first} and x{second} changes the coefficient of {monomial} from {} to {}",
        .coefficients.0, .coefficients.1
    )]
    NotSymmetric {
        /// 1-based token.
        first: usize,
        /// 1-based token.
        second: usize,
        /// The monomial whose coefficient changes.
        monomial: String,
        /// Its coefficient, and that of the monomial with the two tokens exchanged.
        coefficients: Box<(Rational, Rational)>,
        /// The expression.
        span: Span,
    },
}

impl ExpansionError {
    /// Where in the target file the problem is.
    pub fn span(&self) -> &Span {
        match self {
            ExpansionError::NotPolynomial { span, .. }
            | ExpansionError::TooLarge { span, .. }
            | ExpansionError::Undefined { span, .. }
            | ExpansionError::NotSymmetric { span, .. } => span,
        }
    }
}

/// What symmetric functions of a target range over, before any binder.
pub fn others_of(target: &Target) -> Others {
    match target.tokens {
        Tokens::Fixed(n) => Others::Count(n - 1),
        Tokens::Any => Others::Means,
    }
}

/// The normal form of every output coordinate, with one named token, the own one.
pub fn expand_target(target: &Target, max_terms: usize) -> Result<Vec<NormalForm>, ExpansionError> {
    expand_target_in(target, others_of(target), max_terms)
}

/// The same in another reading of the sums; a `semi_invariant` has only the canonical one.
pub fn expand_target_in(
    target: &Target,
    others: Others,
    max_terms: usize,
) -> Result<Vec<NormalForm>, ExpansionError> {
    let scope =
        Scope { dimension: target.dimension(), tokens: target.tokens, limits: TermLimits::new(max_terms) };
    match &target.body {
        Body::Output(expressions) => {
            let expand = |e| {
                let shape = scope.shape(1, e)?;
                scope.expand(e, &Frame { environment: vec![0], shape, others })
            };
            expressions.iter().map(expand).collect()
        }
        Body::SemiInvariant { expressions, symmetrize } => {
            expressions.iter().map(|e| expand_semi_invariant(&scope, e, *symmetrize)).collect()
        }
    }
}

struct Scope {
    dimension: usize,
    tokens: Tokens,
    limits: TermLimits,
}

/// Which named token each binding level stands for; two levels may stand for the same token.
#[derive(Clone)]
struct Frame {
    environment: Vec<usize>,
    shape: Shape,
    others: Others,
}

impl Frame {
    fn bound_to(&self, token: usize) -> Self {
        let mut frame = self.clone();
        frame.environment.push(token);
        frame
    }

    /// The frame in which the bound token is a new named one; nothing if there are no further tokens.
    fn with_new_token(&self) -> Result<Option<Self>, TooManyVariables> {
        let others = match self.others.rest() {
            Some(0) => return Ok(None),
            Some(rest) => self.others.with_rest(rest - 1),
            None => self.others,
        };
        let frame = self.bound_to(sizes::index(self.shape.named()));
        Ok(Some(Self { shape: self.shape.with_new_token()?, others, ..frame }))
    }
}

impl Scope {
    /// The shape of forms with this many named tokens.
    fn shape(&self, named: usize, expr: &Expr) -> Result<Shape, ExpansionError> {
        Shape::new(self.dimension, named).map_err(|cause| too_large(expr)(cause.into()))
    }

    /// The expression as a polynomial in the coordinates of tokens that all have names.
    fn explicit(&self, expr: &Expr, shape: Shape) -> Result<Polynomial, ExpansionError> {
        let tokens = sizes::index(shape.named());
        work::charge_all(tokens, 1);
        let frame = Frame { environment: (0..tokens).collect(), shape, others: Others::Count(0) };
        let form = self.expand(expr, &frame)?;
        Ok(Polynomial::from_terms(form.terms().map(|(b, c)| (b.named.clone(), c.clone()))))
    }

    fn expand(&self, expr: &Expr, frame: &Frame) -> Result<NormalForm, ExpansionError> {
        self.limits.spend(1).map_err(too_large(expr))?;
        let constant = |value: Rational| NormalForm::constant(frame.shape, frame.others, value);
        match &expr.kind {
            ExprKind::Number(value) => Ok(constant(value.clone())),
            ExprKind::Length => match self.tokens {
                Tokens::Fixed(n) => Ok(constant(Rational::from_integer(n.into()))),
                Tokens::Any => Err(not_polynomial("`n` without a fixed length", expr)),
            },
            ExprKind::Coordinate { token, index } => {
                let variable = frame.shape.variable(frame.environment[*token], *index).ok_or_else(|| {
                    let what = format!("the tokens have no coordinate {index}");
                    ExpansionError::Undefined { what, span: expr.span.clone() }
                })?;
                Ok(NormalForm::of_named(frame.shape, frame.others, &Polynomial::variable(variable)))
            }
            ExprKind::Negate(inner) => Ok(self.expand(inner, frame)?.scale(&-Rational::one())),
            ExprKind::Binary(op, left, right) => {
                combine(*op, self.expand(left, frame)?, self.expand(right, frame)?, expr, &self.limits)
            }
            ExprKind::Power(base, exponent) => {
                self.expand(base, frame)?.power(*exponent, &self.limits).map_err(too_large(expr))
            }
            ExprKind::Reduce { reduction, excluded, body, .. } => {
                self.reduce(*reduction, excluded, body, expr, frame)
            }
            ExprKind::Call(function, argument) => {
                let argument = self.expand(argument, frame)?;
                let value = argument.as_constant().and_then(|value| function.at_rational(&value));
                value.map(constant).ok_or_else(|| not_polynomial(&format!("`{}`", function.name()), expr))
            }
            ExprKind::Extremum(extremum, left, right) => {
                let (left, right) = (self.expand(left, frame)?, self.expand(right, frame)?);
                match (left.as_constant(), right.as_constant()) {
                    (Some(a), Some(b)) => Ok(constant(extremum.of(a, b))),
                    _ => Err(not_polynomial("`max` or `min` of two arguments", expr)),
                }
            }
        }
    }

    fn reduce(
        &self,
        reduction: Reduction,
        excluded: &[TokenLevel],
        body: &Expr,
        expr: &Expr,
        frame: &Frame,
    ) -> Result<NormalForm, ExpansionError> {
        let new_token = || frame.with_new_token().map_err(|cause| too_large(expr)(cause.into()));
        let Some(rest) = frame.others.rest() else {
            let Some(inner) = new_token()?.filter(|_| reduction == Reduction::Mean && excluded.is_empty())
            else {
                return Err(not_polynomial("anything but a mean over all tokens, for every length,", expr));
            };
            return Ok(self.expand(body, &inner)?.bind_last());
        };
        let hidden: Vec<usize> = excluded.iter().map(|&level| frame.environment[level]).collect();
        let named = sizes::index(frame.shape.named());
        let visible: Vec<usize> = (0..named).filter(|token| !hidden.contains(token)).collect();
        let count = visible.len() + rest;
        let one = || NormalForm::constant(frame.shape, frame.others, Rational::one());
        match reduction {
            Reduction::Sum | Reduction::Mean => {
                if reduction == Reduction::Mean && count == 0 {
                    let what = "a mean over no tokens has no value".to_string();
                    return Err(ExpansionError::Undefined { what, span: expr.span.clone() });
                }
                let mut sum = NormalForm::zero(frame.shape, frame.others);
                for token in visible {
                    sum.add_scaled(&self.expand(body, &frame.bound_to(token))?, &Rational::one());
                }
                if let Some(inner) = new_token()? {
                    sum.add_scaled(&self.expand(body, &inner)?.bind_last(), &Rational::one());
                }
                if reduction == Reduction::Mean {
                    sum = sum.scale(&Rational::new(1.into(), count.into()));
                }
                self.limits.accept(sum).map_err(too_large(expr))
            }
            Reduction::Product => {
                let mut product = one();
                for token in visible {
                    product = product
                        .times(&self.expand(body, &frame.bound_to(token))?, &self.limits)
                        .map_err(too_large(expr))?;
                }
                if let Some(inner) = new_token()? {
                    let over_others = self
                        .expand(body, &inner)?
                        .product_over_last(&self.limits)
                        .map_err(too_large(expr))?;
                    product = product.times(&over_others, &self.limits).map_err(too_large(expr))?;
                }
                self.limits.accept(product).map_err(too_large(expr))
            }
            Reduction::Max | Reduction::Min => Err(not_polynomial("`max` or `min` over tokens", expr)),
        }
    }
}

fn too_large(expr: &Expr) -> impl Fn(TooLarge) -> ExpansionError + '_ {
    |cause| ExpansionError::TooLarge { cause, span: expr.span.clone() }
}

fn not_polynomial(what: &str, expr: &Expr) -> ExpansionError {
    ExpansionError::NotPolynomial { what: what.to_string(), span: expr.span.clone() }
}

fn combine(
    op: BinaryOp,
    mut left: NormalForm,
    right: NormalForm,
    expr: &Expr,
    limits: &TermLimits,
) -> Result<NormalForm, ExpansionError> {
    match op {
        BinaryOp::Add => left.add_scaled(&right, &Rational::one()),
        BinaryOp::Subtract => left.add_scaled(&right, &-Rational::one()),
        BinaryOp::Multiply => {
            left = left.times(&right, limits).map_err(too_large(expr))?;
        }
        BinaryOp::Divide => match right.as_constant() {
            Some(divisor) if !divisor.is_zero() => left = left.scale(&divisor.recip()),
            Some(_) => {
                let what = "this divides by zero".to_string();
                return Err(ExpansionError::Undefined { what, span: expr.span.clone() });
            }
            None => return Err(not_polynomial("a division by something that varies", expr)),
        },
    }
    Ok(left)
}

/// A polynomial expression without reductions in the coordinates of explicit tokens, levels 0, 1, …: coordinate k of token j
/// is variable j·d + k.
pub fn explicit_polynomial(expr: &Expr, d: usize, tokens: usize) -> Result<Polynomial, ExpansionError> {
    let scope = Scope { dimension: d, tokens: Tokens::Fixed(tokens), limits: TermLimits::new(MAX_TERMS) };
    scope.explicit(expr, scope.shape(tokens, expr)?)
}

/// g(x1; x2..xn) in explicit tokens: all n tokens are named, then symmetry is required or averaged in.
fn expand_semi_invariant(scope: &Scope, expr: &Expr, symmetrize: bool) -> Result<NormalForm, ExpansionError> {
    let Tokens::Fixed(n) = scope.tokens else {
        return Err(not_polynomial("`semi_invariant` without a fixed length", expr));
    };
    let shape = scope.shape(n, expr)?;
    let polynomial = scope.explicit(expr, shape)?;
    if !symmetrize {
        require_symmetry(&polynomial, shape, &expr.span)?;
    }
    let mut form = NormalForm::zero(scope.shape(1, expr)?, Others::Count(n - 1));
    for (monomial, coefficient) in polynomial.terms() {
        let (named, parts) = by_token(monomial, shape);
        // The average of a monomial with k parts over all placements of its tokens is M(parts)·(n−1−k)!/(n−1)!.
        let placements: Rational =
            (0..parts.len()).map(|r| integer(n - 1 - r)).fold(Rational::one(), |a, b| a * b);
        form.add_term(Basis { named, parts }, coefficient / placements);
    }
    Ok(form)
}

/// Splits a monomial in explicit tokens into the own token's part and the sorted parts of the others.
fn by_token(monomial: &Monomial, shape: Shape) -> (Monomial, Vec<Monomial>) {
    let mut tokens = BTreeMap::<u32, Vec<(u32, u32)>>::new();
    for &(variable, exponent) in monomial.powers() {
        let (token, coordinate) = shape.place(variable);
        tokens.entry(token).or_default().push((coordinate, exponent));
    }
    let named = Monomial::from_powers(tokens.remove(&0).unwrap_or_default());
    let mut parts: Vec<Monomial> = tokens.into_values().map(Monomial::from_powers).collect();
    parts.sort_unstable();
    (named, parts)
}

/// Adjacent transpositions of x2..xn generate all permutations, so checking them decides semi-invariance (Def. 2.8).
///
/// Exchanging two tokens that a monomial does not have leaves it as it is: each is only looked at for its own tokens.
fn require_symmetry(p: &Polynomial, shape: Shape, span: &Span) -> Result<(), ExpansionError> {
    let mut exchanges = BTreeMap::<u32, Vec<(&Monomial, &Rational)>>::new();
    for (monomial, coefficient) in p.terms() {
        work::charge_all(monomial.powers().len(), 8);
        let tokens: BTreeSet<u32> = monomial.powers().iter().map(|&(v, _)| shape.place(v).0).collect();
        // The exchange of tokens `first` and `first + 1`, counted from 0, the own one.
        let firsts: BTreeSet<u32> = tokens.iter().flat_map(|&t| [t.saturating_sub(1), t]).collect();
        for first in firsts.into_iter().filter(|&first| first >= 1 && first + 1 < shape.named()) {
            exchanges.entry(first).or_default().push((monomial, coefficient));
        }
    }
    for (first, terms) in exchanges {
        for (monomial, coefficient) in terms {
            let after = p.coefficient(&exchanged(monomial, first, shape));
            if &after != coefficient {
                return Err(ExpansionError::NotSymmetric {
                    first: sizes::index(first) + 1,
                    second: sizes::index(first) + 2,
                    monomial: show_explicit(monomial, shape),
                    coefficients: Box::new((coefficient.clone(), after)),
                    span: span.clone(),
                });
            }
        }
    }
    Ok(())
}

/// The monomial with two neighbouring tokens exchanged.
fn exchanged(monomial: &Monomial, first: u32, shape: Shape) -> Monomial {
    let d = shape.dimension();
    Monomial::from_powers(monomial.powers().iter().map(|&(v, e)| match shape.place(v).0 {
        token if token == first => (v + d, e),
        token if token == first + 1 => (v - d, e),
        _ => (v, e),
    }))
}

fn show_explicit(monomial: &Monomial, shape: Shape) -> String {
    let factors: Vec<String> = monomial
        .powers()
        .iter()
        .map(|&(v, e)| {
            let (token, coordinate) = shape.place(v);
            let name = format!("x{}[{coordinate}]", sizes::index(token) + 1);
            if e == 1 { name } else { format!("{name}^{e}") }
        })
        .collect();
    if factors.is_empty() { "1".into() } else { factors.join("*") }
}
