//! The replacements that a certificate may ask for, each with the proof of its error.
//!
//! * *Polynomial.* φ(t) by q(t) where |φ − q| ≤ e on a range that contains the argument of node and surrogate: then
//!   |q(t̃) − φ(t)| ≤ |q(t̃) − φ(t̃)| + |φ(t̃) − φ(t)| ≤ e + L|t̃ − t|.
//! * *Product.* exp(p) where p depends on two tokens: p = p₁ + p₂ + m, the terms in the first token, those in the second, and
//!   the mixed ones; exp(p) = exp(p₁)·exp(m)·exp(p₂), and the middle factor is replaced by q(m).
//! * *Name.* The value itself as an atom: it is computed once, and what it is multiplied with does not multiply its terms.
//! * *Composite.* A function of the value of one node by a polynomial in it, see [`super::composite`].
//! * *Head.* A mean with weights of its own, as a head computes it, see [`super::heads`].
//! * *Grid.* A bilinear interpolant, see [`super::grid`].
//! * *Pair.* A sum of products of polynomials in one token each, see [`super::pair`].
//! * *Hats.* An interpolant in one coordinate of a token, see [`super::hats`].
//! * *Logarithms.* Products over tokens as exp of sums of logarithms, see [`super::logarithms`].
//! * *Thresholds.* The largest e_j over tokens, all in [l, u], by v = l − h/2 + h Σ_r min(1, Σ_j ramp_r(e_j)) with the thresholds
//!   t_r = l + rh and ramp_r(e) = (relu(e − t_r) − relu(e − t_{r+1}))/h, which rises from 0 to 1 between t_r and t_{r+1}. Let M
//!   be the maximum, t_k ≤ M ≤ t_{k+1}. For r < k some ramp is 1, so the r-th term is 1; for r > k all ramps are 0; the k-th
//!   term lies between ramp_k(M) = (M − t_k)/h and 1. So M ≤ v + h/2 ≤ t_{k+1} ≤ M + h, thus |v − M| ≤ h/2. It holds for the
//!   values of the surrogate too, if [l, u] contains them. The smallest is −max(−e).

use super::atoms::to_rational;
use super::cover::Quantity;
use super::error::SurrogateError;
use super::pass::{Numbered, Pass};
use super::polynomial_distance::PolynomialDistance;
use super::tree::{self, binary, call, coordinate, free_levels, has_reductions, node, relabel, size};
use super::value::{Value, product, times};
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::enclosure::image::{Image, moved};
use crate::format::certificate::Replacement;
use crate::language::Shape;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use crate::language::target::{Body, Target, Tokens};
use crate::limits::{MAX_PIECES, MAX_REPLACEMENT_DEGREE};
use crate::normal_form::expansion::explicit_polynomial;
use crate::sizes;
use num_traits::{One, Signed, Zero};

/// A wrong approximation, or a node that nothing covers.
pub(super) type Failure = Result<String, SurrogateError>;

pub(super) fn wrong<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Ok(message.into()))
}

/// The error that an approximation claims, or a part of it.
pub(super) struct Claim<'a> {
    /// The approximation's number in the certificate.
    pub index: usize,
    pub error: &'a Rational,
}

impl Pass<'_> {
    /// The node replaced as the certificate says.
    pub(super) fn replace(
        &mut self,
        expr: &Expr,
        depth: usize,
        (index, approximation): Numbered<'_>,
    ) -> Result<Value, Failure> {
        let error = &approximation.error.0;
        if error.is_negative() {
            return wrong("its error is negative");
        }
        let claim = Claim { index, error };
        match &approximation.by {
            Replacement::Polynomial { centre, coefficients } => {
                self.by_polynomial(expr, depth, &Shifted::new(centre, coefficients)?, &claim)
            }
            Replacement::Product { centre, coefficients } => {
                self.by_product(expr, depth, &Shifted::new(centre, coefficients)?, &claim)
            }
            Replacement::Hats { token, coordinate, pieces } => {
                self.by_hats(expr, depth, (*token, *coordinate), *pieces, &claim)
            }
            Replacement::Grid { token, coordinate, pieces } => {
                self.by_grid(expr, depth, (*token, *coordinate), *pieces, &claim)
            }
            Replacement::Composite { inner, centre, coefficients } => {
                self.by_composite(expr, depth, *inner, &Shifted::new(centre, coefficients)?, &claim)
            }
            Replacement::Head { sharpness } => self.by_head(expr, depth, sharpness.as_ref(), &claim),
            Replacement::Pair { terms } => self.by_pair(expr, depth, terms, &claim),
            Replacement::Name => {
                if !error.is_zero() {
                    return wrong("a name changes nothing, its error is 0");
                }
                let value = self.visit_inside(expr, depth, None).map_err(Err)?;
                self.call(Function::Identity, value, (expr, None), None, depth).map_err(Err)
            }
            Replacement::Logarithms { base, shift, least } => {
                self.by_logarithms(expr, (base, &shift.0, *least), &claim)
            }
            Replacement::Thresholds { low, high, levels } => {
                self.by_thresholds(expr, depth, [&low.0, &high.0], *levels, error)
            }
        }
    }

    fn by_polynomial(
        &mut self,
        expr: &Expr,
        depth: usize,
        polynomial: &Shifted,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let (numerator, function, argument) = match &expr.kind {
            ExprKind::Call(function, argument) => (None, *function, argument),
            ExprKind::Binary(BinaryOp::Divide, numerator, divisor) => {
                (Some(self.visit(numerator, depth).map_err(Err)?), Function::Inverse, divisor)
            }
            _ => return wrong("a polynomial stands for a function or a divisor, which is not at this node"),
        };
        let written = argument;
        let argument = self.visit(written, depth).map_err(Err)?;
        let range = self.within_domain(function, argument.range, (expr, Some(written))).map_err(Err)?;
        let argument = Value { range, ..argument };
        let (both, function) = (argument.both(), function.continued());
        self.require_near(polynomial, function, both, claim)?;
        let image = Image::new(function, both, both).map_err(|e| Ok(e.to_string()))?;
        let own = Image::new(function, argument.range, argument.range).map_or(image.range, |i| i.range);
        let moved =
            moved(function, both, argument.range, argument.deviation).map_err(|e| Ok(e.to_string()))?;
        self.count_copies(polynomial.coefficients.len(), &argument.expr).map_err(Err)?;
        let value = Value {
            range: own,
            deviation: DyadicInterval::from_rational(claim.error).sup().add(moved, Up),
            expr: polynomial.expr(&argument.expr),
        };
        Ok(times(numerator, value, expr))
    }

    fn by_product(
        &mut self,
        expr: &Expr,
        depth: usize,
        polynomial: &Shifted,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let ExprKind::Call(Function::Exp, argument) = &expr.kind else {
            return wrong("only `exp` of a sum is a product");
        };
        let levels: Vec<TokenLevel> = free_levels(argument, depth).into_iter().collect();
        let [first, second] = levels[..] else {
            return wrong("the argument depends on more or less than two tokens");
        };
        let Some(explicit) = explicit(self.target, argument, &levels) else {
            return wrong("the argument has reductions");
        };
        let d = self.sides.len();
        let terms = explicit_polynomial(&explicit, d, 2).map_err(|e| Ok(e.to_string()))?;
        let shape = Shape::new(d, 2).map_err(|e| Ok(e.to_string()))?;
        let [own, mut mixed, mut other, constant] = parts(&terms, shape);
        let mut own = own;
        // The constant goes where an atom is needed anyway.
        let place = [&mut own, &mut other].into_iter().find(|part| !part.is_zero());
        place.unwrap_or(&mut mixed).add_scaled(&constant, &Rational::one());
        let variable = |v: u32| {
            let (token, index) = shape.place(v);
            coordinate(if token > 0 { second } else { first }, sizes::index(index))
        };
        let tree = |part: &Polynomial| polynomial_tree(part, &variable);
        let whole = self.visit_unseen_range(argument, depth)?;
        self.pass_over(argument);
        let range = Image::new(Function::Exp, whole, whole).map_err(|e| Ok(e.to_string()))?.range;
        let middle = self.visit_unseen(&tree(&mixed), depth).map_err(Err)?;
        self.require_near(polynomial, Function::Exp, middle.range, claim)?;
        self.count_copies(polynomial.coefficients.len(), &middle.expr).map_err(Err)?;
        let image = Image::new(Function::Exp, middle.range, middle.range).map_err(|e| Ok(e.to_string()))?;
        let mut result = Value {
            range: image.range,
            deviation: DyadicInterval::from_rational(claim.error).sup(),
            expr: polynomial.expr(&middle.expr),
        };
        for part in [&own, &other].into_iter().filter(|part| !part.is_zero()) {
            let factor = self.visit_unseen(&call(Function::Exp, tree(part)), depth).map_err(Err)?;
            result = product(factor, result, expr);
        }
        Ok(Value { range, ..result })
    }

    fn by_thresholds(
        &mut self,
        expr: &Expr,
        depth: usize,
        [low, high]: [&Rational; 2],
        levels: u32,
        error: &Rational,
    ) -> Result<Value, Failure> {
        let ExprKind::Reduce { reduction, binder, excluded, body } = &expr.kind else {
            return wrong("thresholds stand for a maximum or a minimum over tokens");
        };
        let sign = match reduction {
            Reduction::Max => Rational::one(),
            Reduction::Min => -Rational::one(),
            _ => return wrong("thresholds stand for a maximum or a minimum over tokens"),
        };
        if levels == 0 || levels > MAX_PIECES {
            return wrong(format!("1 to {MAX_PIECES} levels are allowed"));
        }
        let body = self.visit(body, depth + 1).map_err(Err)?;
        let both = if sign.is_positive() { body.both() } else { -body.both() };
        let within = DyadicInterval::point(both.inf())
            .is_some_and(|_| to_rational(both).is_some_and(|both| low <= both.inf() && both.sup() <= high));
        if !within || high <= low {
            return wrong(
                "what the extremum runs over does not stay between the lowest and the highest threshold",
            );
        }
        self.count_copies(2 * sizes::index(levels), &body.expr).map_err(Err)?;
        let step = (high - low) / integer(i64::from(levels));
        let half = &step / integer(2);
        if half > *error {
            return wrong(format!("the error is {half}, half the distance of the thresholds, not {error}"));
        }
        let signed = binary(BinaryOp::Multiply, tree::number(sign.clone()), body.expr.clone());
        let beyond = |r: u32| {
            let threshold = tree::number(low + &step * integer(i64::from(r)));
            call(Function::Relu, binary(BinaryOp::Subtract, signed.clone(), threshold))
        };
        let terms = (0..levels).map(|r| {
            let ramp = binary(
                BinaryOp::Multiply,
                tree::number(step.recip()),
                binary(BinaryOp::Subtract, beyond(r), beyond(r + 1)),
            );
            let sum = tree::reduce(Reduction::Sum, binder, excluded, ramp);
            let one = || tree::number(Rational::one());
            let missing = call(Function::Relu, binary(BinaryOp::Subtract, one(), sum));
            binary(BinaryOp::Subtract, one(), missing)
        });
        let steps = binary(BinaryOp::Multiply, tree::number(step.clone()), tree::sum(terms.collect()));
        let value = binary(BinaryOp::Add, tree::number(low - &half), steps);
        let value = binary(BinaryOp::Multiply, tree::number(sign), value);
        let surrogate = self.visit_unseen(&value, depth).map_err(Err)?;
        let deviation =
            body.deviation.add(DyadicInterval::from_rational(&half).sup(), Up).add(surrogate.deviation, Up);
        Ok(Value { range: body.range, deviation, expr: surrogate.expr })
    }

    /// |quantity| ≤ error on the box, `what` it is.
    pub(super) fn require(
        &mut self,
        quantity: &mut dyn Quantity,
        whole: &[Interval],
        claim: &Claim<'_>,
        what: &str,
    ) -> Result<(), Failure> {
        let shown = self.cover.require(claim.index, quantity, whole, claim.error);
        shown.map_err(|e| Ok(format!("{what}: {e}")))
    }

    /// |function − polynomial| ≤ error on the range.
    fn require_near(
        &mut self,
        polynomial: &Shifted,
        function: Function,
        range: DyadicInterval,
        claim: &Claim<'_>,
    ) -> Result<(), Failure> {
        let Some(range) = to_rational(range) else { return wrong("the argument is not bounded") };
        let Shifted { centre, coefficients } = polynomial;
        let centred = &range + &Interval::point(-centre);
        let mut distance = PolynomialDistance::new(function, centre, coefficients);
        let what = format!("the polynomial's distance from `{}`", function.name());
        self.require(&mut distance, &[centred], claim, &what)
    }

    /// The range of an expression without its surrogate.
    fn visit_unseen_range(&mut self, expr: &Expr, depth: usize) -> Result<DyadicInterval, Failure> {
        let atoms = self.atoms.all.len();
        let value = self.visit_unseen(expr, depth).map_err(Err)?;
        match self.atoms.all.len() == atoms {
            true => Ok(value.range),
            false => wrong("the argument is not a polynomial"),
        }
    }

    /// Goes on behind a node with this number.
    pub(super) fn go_on_behind(&mut self, number: usize, expr: &Expr) {
        self.next = Some(number + size(expr));
    }
}

/// The expression in explicit tokens 0, 1, … for the given levels, the length written out; nothing if it has reductions.
pub(super) fn explicit(target: &Target, expr: &Expr, levels: &[TokenLevel]) -> Option<Expr> {
    if has_reductions(expr) {
        return None;
    }
    let place = |level: TokenLevel| levels.iter().position(|&l| l == level).unwrap_or(levels.len());
    let expr = relabel(expr, &|l| l, &|level, k| coordinate(place(level), k));
    match target.tokens {
        Tokens::Fixed(n) => Some(without_length(&expr, n)),
        Tokens::Any => Some(expr),
    }
}

/// An expression that depends on the tokens of two levels, as a function of two explicit tokens; nothing if it has reductions.
pub fn pair_function(target: &Target, expr: &Expr, levels: [TokenLevel; 2]) -> Option<Target> {
    explicit(target, expr, &levels).map(|expr| pair(target, expr))
}

/// A polynomial in powers of t − centre.
pub(super) struct Shifted {
    centre: Rational,
    coefficients: Vec<Rational>,
}

impl Shifted {
    fn new(centre: &Exact, coefficients: &[Exact]) -> Result<Self, Failure> {
        if coefficients.len() > MAX_REPLACEMENT_DEGREE + 1 {
            return wrong(format!("polynomials have degree at most {MAX_REPLACEMENT_DEGREE}"));
        }
        Ok(Self {
            centre: centre.0.clone(),
            coefficients: coefficients.iter().map(|c| c.0.clone()).collect(),
        })
    }

    /// How many coefficients there are.
    pub(super) fn terms(&self) -> usize {
        self.coefficients.len()
    }

    /// At an argument.
    pub(super) fn expr(&self, argument: &Expr) -> Expr {
        if self.centre.is_zero() {
            return tree::polynomial(argument, &self.coefficients);
        }
        let centred = binary(BinaryOp::Subtract, argument.clone(), tree::number(self.centre.clone()));
        tree::polynomial(&centred, &self.coefficients)
    }
}

/// A function of two explicit tokens, as a target.
pub(super) fn pair(target: &Target, expr: Expr) -> Target {
    Target {
        name: String::new(),
        tokens: Tokens::Fixed(2),
        domain: target.domain.clone(),
        epsilon: None,
        body: Body::SemiInvariant { expressions: vec![expr], symmetrize: false },
        source: String::new(),
    }
}

pub(super) fn coordinates(expr: &Expr) -> Vec<(TokenLevel, usize)> {
    match expr.kind {
        ExprKind::Coordinate { token, index } => vec![(token, index)],
        _ => tree::children(expr).into_iter().flat_map(coordinates).collect(),
    }
}

fn without_length(expr: &Expr, n: usize) -> Expr {
    let inner = |e: &Expr| Box::new(without_length(e, n));
    node(match &expr.kind {
        ExprKind::Length => ExprKind::Number(Rational::from_integer(n.into())),
        ExprKind::Negate(a) => ExprKind::Negate(inner(a)),
        ExprKind::Power(a, exponent) => ExprKind::Power(inner(a), *exponent),
        ExprKind::Call(function, a) => ExprKind::Call(*function, inner(a)),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, inner(a), inner(b)),
        ExprKind::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, inner(a), inner(b)),
        other => other.clone(),
    })
}

/// The terms in the first token, the mixed ones, those in the second token, and the constant.
pub(super) fn parts(polynomial: &Polynomial, shape: Shape) -> [Polynomial; 4] {
    let mut parts = [(); 4].map(|()| Polynomial::zero());
    for (monomial, coefficient) in polynomial.terms() {
        let first = monomial.powers().iter().any(|&(v, _)| shape.place(v).0 == 0);
        let second = monomial.powers().iter().any(|&(v, _)| shape.place(v).0 > 0);
        let part = match (first, second) {
            (true, false) => 0,
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        parts[part].add_term(monomial.clone(), coefficient.clone());
    }
    parts
}

/// A polynomial as a syntax tree, `variable` being what stands for a variable.
pub(super) fn polynomial_tree(polynomial: &Polynomial, variable: &dyn Fn(u32) -> Expr) -> Expr {
    let factor = |&(v, e): &(u32, u32)| {
        let base = variable(v);
        if e == 1 { base } else { node(ExprKind::Power(Box::new(base), e)) }
    };
    let term = |(monomial, coefficient): (&Monomial, &Rational)| {
        let mut factors = monomial.powers().iter().map(factor);
        let first = factors.next();
        let product = first.map(|first| factors.fold(first, |a, b| binary(BinaryOp::Multiply, a, b)));
        match product {
            None => tree::number(coefficient.clone()),
            Some(product) if coefficient.is_one() => product,
            Some(product) => binary(BinaryOp::Multiply, tree::number(coefficient.clone()), product),
        }
    };
    tree::sum(polynomial.terms().map(term).collect())
}
