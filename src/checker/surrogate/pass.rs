//! One pass over the syntax tree: for every node what it ranges over, its surrogate, and how far that is from it.
//!
//! *Ranges* are enclosures of the target's own nodes, all tokens ranging over the box independently: the range of a
//! reduction follows from that of its body and the number of tokens it runs over.
//!
//! *Deviations.* Let a, b be the values of two nodes and ã, b̃ those of their surrogates, |ã − a| ≤ α, |b̃ − b| ≤ β. Then
//!
//! * sums and differences: α + β;
//! * products: ãb̃ − ab = a(b̃ − b) + b̃(ã − a), at most |a|β + |b̃|α;
//! * quotients: ã/b̃ − a/b = (ã − a)/b̃ + (a/b)(b − b̃)/b̃;
//! * a function φ of one variable: the largest slope of its chords over the widened range, times α;
//! * larger and smaller of two: max(α, β) (both are monotone, and move by at most as much as their arguments);
//! * a sum over m tokens: mα, a mean, a maximum or a minimum over tokens: α;
//! * a product over m tokens: m α (|a| + α)^(m−1), replacing factor by factor.

use super::atoms::{AtomTree, Atoms, to_rational};
use super::cover::Cover;
use super::error::{Site, SurrogateError};
use super::tree::{binary, free_levels, is_closed, node, number as tree_number, reduce, separates, size};
use super::value::{Value, multiplied, power, product, uncovered};
use super::weighted_mean::WeightedMean;
use crate::arith::decimal::above;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::{Rational, floor_log2, integer, power_of_two, ratio};
use crate::enclosure::image::{Image, moved};
use crate::format::certificate::{Approximation, Replacement};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction};
use crate::language::target::{Body, Target, Tokens};
use crate::limits::MAX_VISITS;
use crate::work::{charge, charge_all};
use num_traits::{Signed, Zero};

/// Functions of constants become numbers with so many significant bits.
const CONSTANT_BITS: i64 = 40;

/// What a pass finds.
pub(super) struct Passed {
    pub target: Target,
    pub means: Vec<WeightedMean>,
    pub atoms: Vec<AtomTree>,
    pub deviations: Vec<Rational>,
}

/// An approximation and its number in the certificate.
pub(super) type Numbered<'a> = (usize, &'a Approximation);

/// The state of a pass.
pub(super) struct Pass<'a> {
    pub target: &'a Target,
    pub sides: Vec<DyadicInterval>,
    /// The weighted means found so far: coordinates behind those of all atoms that there may be, until these are known.
    pub means: Vec<WeightedMean>,
    pub atoms: Atoms,
    /// What is still to be replaced, with its number; the nearest first.
    pending: std::iter::Peekable<std::iter::Enumerate<std::slice::Iter<'a, Approximation>>>,
    output: usize,
    /// The number of the next node of the output, or nothing in trees that the certificate does not see.
    pub next: Option<usize>,
    visits: usize,
    /// Outputs that are written in the own token and sums, whatever the target's are.
    pub outputs_as_sums: usize,
    /// Says how the boxes of replacements are cut.
    pub cover: &'a mut dyn Cover,
}

/// Passes over all outputs.
pub(super) fn run(
    target: &Target,
    approximations: &[Approximation],
    cover: &mut dyn Cover,
) -> Result<Passed, SurrogateError> {
    // A pair stands before what else replaces its node.
    let place = |a: &Approximation| (a.output, a.node, !matches!(a.by, Replacement::Pair { .. }));
    if let Some(index) = approximations.windows(2).position(|pair| place(&pair[0]) >= place(&pair[1])) {
        let message =
            "approximations are listed by output, then by node, one for each, or a pair and another one"
                .to_string();
        return Err(SurrogateError::Wrong { index: index + 1, message });
    }
    let (explicit, depth) = match (&target.body, target.tokens) {
        (Body::SemiInvariant { .. }, Tokens::Fixed(n)) => (true, n),
        _ => (false, 1),
    };
    let mut pass = Pass::new(target, approximations, cover);
    let (mut outputs, mut deviations) = (Vec::new(), Vec::new());
    for (output, expr) in target.body.expressions().iter().enumerate() {
        (pass.output, pass.next) = (output, Some(0));
        let value = pass.visit(expr, depth)?;
        let deviation = value
            .deviation
            .to_rational()
            .ok_or_else(|| uncovered("how far the surrogate is from this output is not bounded", expr))?;
        outputs.push(value.expr);
        deviations.push(deviation);
    }
    if let Some((index, approximation)) = pass.pending.next() {
        let message = format!(
            "output {} has no node {} that can be replaced, or an earlier one contains it",
            approximation.output, approximation.node
        );
        return Err(SurrogateError::Wrong { index, message });
    }
    let in_sums = pass.outputs_as_sums;
    if explicit && 0 < in_sums && in_sums < outputs.len() {
        let message =
            "where one output in explicit tokens is written in logarithms, all have to be".to_string();
        let index = approximations.iter().position(|a| matches!(a.by, Replacement::Logarithms { .. }));
        return Err(SurrogateError::Wrong { index: index.unwrap_or_default(), message });
    }
    let (means, atoms) = pass.found(&mut outputs);
    outputs.extend(atoms.iter().map(|atom| atom.argument.clone()));
    let mut domain = target.domain.clone();
    for atom in &atoms {
        let range = to_rational(atom.range).ok_or_else(|| {
            uncovered(&format!("`{}` is not bounded here", atom.function.name()), &outputs[0])
        })?;
        domain.push(range);
    }
    domain.extend(means.iter().map(|mean| mean.range.clone()));
    let body = match &target.body {
        Body::SemiInvariant { symmetrize, .. } if explicit && in_sums == 0 => {
            Body::SemiInvariant { expressions: outputs, symmetrize: *symmetrize }
        }
        _ => Body::Output(outputs),
    };
    Ok(Passed { target: Target { domain, body, ..target.clone() }, means, atoms, deviations })
}

/// What is done at a node, in the words of the file: what is a `relu` in the surrogate may be a `max` there.
fn called(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Extremum(extremum, ..) => format!("`{}` of", extremum.name()),
        ExprKind::Reduce { reduction, .. } => format!("`{}` over tokens of", reduction.name()),
        ExprKind::Binary(BinaryOp::Divide, ..) => "a division by".into(),
        ExprKind::Call(function, _) => format!("`{}` of", function.name()),
        _ => "the value of".into(),
    }
}

/// A failure in a tree that stands for a node is one at the node: the tree stands nowhere in the file.
fn at_replaced(error: SurrogateError, expr: &Expr, depth: usize) -> SurrogateError {
    let SurrogateError::NotCovered { what, span, site } = error else { return error };
    if !span.is_empty() {
        return SurrogateError::NotCovered { what, span, site };
    }
    let name = called(expr);
    let what = match &expr.kind {
        ExprKind::Reduce { body, .. } if free_levels(body, depth + 1).len() > 1 => {
            format!("{name} an expression that depends on several tokens at once")
        }
        ExprKind::Reduce { .. } => {
            format!("{name} this expression: what stands for it is not covered, {what}")
        }
        _ => format!("what stands for this expression is not covered, {what}"),
    };
    SurrogateError::NotCovered { what, span: expr.span.clone(), site }
}

impl<'a> Pass<'a> {
    /// Before the first node.
    pub(super) fn new(
        target: &'a Target,
        approximations: &'a [Approximation],
        cover: &'a mut dyn Cover,
    ) -> Self {
        Self {
            target,
            sides: target.domain.iter().map(DyadicInterval::enclosing).collect(),
            means: Vec::new(),
            atoms: Atoms::default(),
            pending: approximations.iter().enumerate().peekable(),
            output: 0,
            next: None,
            visits: 0,
            outputs_as_sums: 0,
            cover,
        }
    }

    /// The node and its surrogate; `depth` levels are in scope.
    pub(super) fn visit(&mut self, expr: &Expr, depth: usize) -> Result<Value, SurrogateError> {
        match self.count(expr)? {
            (_, Some(replacement)) => self.visit_replaced(expr, depth, replacement),
            (number, None) => self.visit_inside(expr, depth, number),
        }
    }

    /// Counts a node: its number, where the certificate sees it, and what replaces it.
    pub(super) fn count(
        &mut self,
        expr: &Expr,
    ) -> Result<(Option<usize>, Option<Numbered<'a>>), SurrogateError> {
        self.visits += 1;
        charge(16);
        if self.visits > MAX_VISITS {
            return Err(uncovered(
                &format!("the surrogate is too large to follow: it has more than {MAX_VISITS} nodes"),
                expr,
            ));
        }
        let number = self.next;
        let Some(here) = number else { return Ok((None, None)) };
        self.next = Some(here + 1);
        let is_here = |(_, a): &Numbered<'a>| (a.output, a.node) == (self.output, here);
        Ok((number, self.pending.next_if(is_here)))
    }

    /// The node as the certificate replaces it.
    pub(super) fn visit_replaced(
        &mut self,
        expr: &Expr,
        depth: usize,
        replacement: Numbered<'a>,
    ) -> Result<Value, SurrogateError> {
        self.replace(expr, depth, replacement).map_err(|error| match error {
            Ok(message) => SurrogateError::Wrong { index: replacement.0, message },
            Err(error) => at_replaced(error, expr, depth),
        })
    }

    /// The node, unless it is replaced itself.
    pub(super) fn visit_inside(
        &mut self,
        expr: &Expr,
        depth: usize,
        number: Option<usize>,
    ) -> Result<Value, SurrogateError> {
        let value = |range, deviation, kind| {
            Ok(Value { range, deviation, expr: Expr { kind, span: expr.span.clone() } })
        };
        match &expr.kind {
            ExprKind::Number(number) => {
                value(DyadicInterval::from_rational(number), Dyadic::ZERO, expr.kind.clone())
            }
            ExprKind::Length => {
                let Tokens::Fixed(n) = self.target.tokens else {
                    return Err(uncovered("`n` without a fixed length", expr));
                };
                value(DyadicInterval::from_rational(&integer(n)), Dyadic::ZERO, expr.kind.clone())
            }
            ExprKind::Coordinate { index, .. } => {
                let atom = |i: usize| self.atoms.all.get(i).map(|atom| atom.range);
                let range = self.sides.get(*index).copied();
                let mean = |i: usize| Some(DyadicInterval::enclosing(&self.means.get(i)?.range));
                let range = range.or_else(|| match self.mean_at(*index) {
                    Some(number) => mean(number),
                    None => atom(*index - self.sides.len()),
                });
                let range = range.ok_or_else(|| uncovered("a coordinate that does not exist", expr))?;
                value(range, Dyadic::ZERO, expr.kind.clone())
            }
            ExprKind::Negate(inner) => {
                let inner = self.visit(inner, depth)?;
                value(-inner.range, inner.deviation, ExprKind::Negate(Box::new(inner.expr)))
            }
            ExprKind::Power(base, exponent) => {
                let base = self.visit(base, depth)?;
                Ok(power(base, *exponent, expr))
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, (expr, number), depth),
            ExprKind::Call(..) if separates(expr, depth) => {
                let factors = self.factors_inside(expr, depth, number)?;
                Ok(multiplied(factors, expr))
            }
            ExprKind::Call(function, argument) => {
                let value = self.visit(argument, depth)?;
                self.call(*function, value, (expr, number), Some(argument), depth)
            }
            ExprKind::Extremum(extremum, left, right) => {
                self.extremum(*extremum, left, right, (expr, number), depth)
            }
            ExprKind::Reduce { reduction, binder, excluded, body } => {
                let written = &**body;
                let body = self.visit(body, depth + 1)?;
                if matches!(reduction, Reduction::Max | Reduction::Min) && !is_closed(&body.expr) {
                    let what = format!("`{}` over tokens without threshold features", reduction.name());
                    return Err(self.missing(what, expr, number, None, body.both()));
                }
                let (range, deviation) = self.reduced(*reduction, excluded.len(), &body, expr)?;
                let known = self.with_own_token(*reduction, excluded, (written, depth + 1), body.range);
                let range = known.and_then(|known| known.intersection(range)).unwrap_or(range);
                let expr =
                    Expr { span: expr.span.clone(), ..reduce(*reduction, binder, excluded, body.expr) };
                Ok(Value { range, deviation, expr })
            }
        }
    }

    /// The same for a tree that the certificate does not see.
    pub(super) fn visit_unseen(&mut self, expr: &Expr, depth: usize) -> Result<Value, SurrogateError> {
        let next = self.next.take();
        let value = self.visit(expr, depth);
        self.next = next;
        value
    }

    /// Refuses a tree of so many more nodes, at least, before it is made.
    pub(super) fn require_room(&self, nodes: usize, expr: &Expr) -> Result<(), SurrogateError> {
        if self.visits.saturating_add(nodes) > MAX_VISITS {
            return Err(uncovered(
                &format!("the surrogate is too large to follow: it has more than {MAX_VISITS} nodes"),
                expr,
            ));
        }
        Ok(())
    }

    /// Counts the nodes of copies of a tree before they are made: replacements inside replacements multiply.
    pub(super) fn count_copies(&mut self, copies: usize, expr: &Expr) -> Result<(), SurrogateError> {
        let nodes = copies.saturating_mul(size(expr));
        self.require_room(nodes, expr)?;
        self.visits += nodes;
        charge_all(nodes, 16);
        Ok(())
    }

    /// Passes the nodes of a tree over that is not visited.
    pub(super) fn pass_over(&mut self, expr: &Expr) {
        if let Some(next) = &mut self.next {
            *next += size(expr);
        }
    }

    /// A node without a replacement that could have one.
    fn missing(
        &self,
        what: String,
        expr: &Expr,
        number: Option<usize>,
        function: Option<Function>,
        argument: DyadicInterval,
    ) -> SurrogateError {
        let site = number
            .zip(to_rational(argument))
            .map(|(node, argument)| Box::new(Site { output: self.output, node, function, argument }));
        SurrogateError::NotCovered { what, span: expr.span.clone(), site }
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        (expr, number): (&Expr, Option<usize>),
        depth: usize,
    ) -> Result<Value, SurrogateError> {
        let parts = [left, right];
        let left = self.visit(left, depth)?;
        if op == BinaryOp::Divide && separates(right, depth) {
            let inverse = self.inverse_of_product(right, (expr, number), depth)?;
            let below = DyadicInterval::ONE.divide(inverse.range);
            return Ok(self.quotient(product(left, inverse, expr), parts, below, depth));
        }
        let right = self.visit(right, depth)?;
        let below = right.range;
        // A constant that is replaced moves as any other divisor does.
        let exact = is_closed(&right.expr) && right.deviation == Dyadic::ZERO;
        let sum = left.deviation.add(right.deviation, Up);
        let (range, deviation) = match op {
            BinaryOp::Add => (left.range + right.range, sum),
            BinaryOp::Subtract => (left.range - right.range, sum),
            BinaryOp::Multiply => return Ok(product(left, right, expr)),
            BinaryOp::Divide if exact => {
                let divide = |a: DyadicInterval| a.divide(right.range);
                let by = || uncovered("a division by something that may be 0", expr);
                let range = divide(left.range).ok_or_else(by)?;
                let spread = DyadicInterval::ZERO.widen(left.deviation);
                (range, divide(spread).ok_or_else(by)?.mag())
            }
            BinaryOp::Divide => {
                let (moved, by, both) = (left.deviation, right.deviation, right.both());
                let inverse = self.call(Function::Inverse, right, (expr, number), Some(parts[1]), depth)?;
                let quotient = self.quotient(product(left, inverse, expr), parts, Some(below), depth);
                // The atom is the inverse of the divisor's surrogate, whose parts need not be largest at once.
                let exact = DyadicInterval::ONE
                    .divide(both)
                    .map(|inverse| moved.add(quotient.range.mag().mul(by, Up), Up).mul(inverse.mag(), Up));
                let deviation = exact.map_or(quotient.deviation, |exact| exact.min(quotient.deviation));
                return Ok(Value { deviation, ..quotient });
            }
        };
        let expr = Expr { span: expr.span.clone(), ..binary(op, left.expr, right.expr) };
        Ok(Value { range, deviation, expr })
    }

    /// A quotient whose range may be known better, from its parts as they are written and what the divisor ranges over.
    fn quotient(
        &self,
        quotient: Value,
        parts: [&Expr; 2],
        below: Option<DyadicInterval>,
        depth: usize,
    ) -> Value {
        let known = below.and_then(|below| self.quotient_range(parts, below, depth));
        let range = known.and_then(|known| known.intersection(quotient.range));
        Value { range: range.unwrap_or(quotient.range), ..quotient }
    }

    /// A call that stays: an atom, unless it is a rational constant. `written` is the argument in the target.
    pub(super) fn call(
        &mut self,
        function: Function,
        argument: Value,
        (expr, number): (&Expr, Option<usize>),
        written: Option<&Expr>,
        depth: usize,
    ) -> Result<Value, SurrogateError> {
        let at = |message: String| uncovered(&message, expr);
        let argument =
            Value { range: self.within_domain(function, argument.range, (expr, written))?, ..argument };
        let both = argument.both();
        let function = function.continued();
        let image = Image::new(function, both, both).map_err(|_| SurrogateError::LeavesDomain {
            function,
            distance: argument.deviation.to_rational().as_ref().map_or_else(|| "infinity".into(), above),
            span: expr.span.clone(),
        })?;
        let range = Image::new(function, argument.range, argument.range).map_or(image.range, |i| i.range);
        let deviation = moved(function, both, argument.range, argument.deviation)
            .map_err(|e| at(format!("`{}`: {e}", function.name())))?;
        let exact = matches!(
            function,
            Function::Abs | Function::Relu | Function::Hat | Function::Inverse | Function::Identity
        );
        if exact && is_closed(&argument.expr) {
            let kind = ExprKind::Call(function, Box::new(argument.expr));
            return Ok(Value { range, deviation, expr: node(kind) });
        }
        if is_closed(&argument.expr) {
            // A number in the image; its nearest short one does not depend on how well it is enclosed.
            let (constant, deviation) = nearest_short(image.range)
                .ok_or_else(|| at(format!("`{}` of a constant is not known well enough", function.name())))?;
            return Ok(Value { range, deviation, expr: tree_number(constant) });
        }
        let dimension = self.sides.len();
        let coordinate = self
            .atoms
            .coordinate(dimension, (function, &expr.span), &argument.expr, both, depth, &called(expr))
            .map_err(|what| self.missing(what, expr, number, Some(function), both))?;
        Ok(Value { range, deviation, expr: Expr { span: expr.span.clone(), ..coordinate } })
    }

    /// max(a, b) = b + relu(a − b) and min(a, b) = b − relu(b − a), unless both are constants.
    fn extremum(
        &mut self,
        extremum: Extremum,
        left: &Expr,
        right: &Expr,
        at: (&Expr, Option<usize>),
        depth: usize,
    ) -> Result<Value, SurrogateError> {
        let (left, right) = (self.visit(left, depth)?, self.visit(right, depth)?);
        let deviation = left.deviation.max(right.deviation);
        let (op, range, first, second) = match extremum {
            Extremum::Max => (BinaryOp::Add, left.range.max(right.range), &left, &right),
            Extremum::Min => (BinaryOp::Subtract, left.range.min(right.range), &right, &left),
        };
        if is_closed(&left.expr) && is_closed(&right.expr) {
            let expr = node(ExprKind::Extremum(extremum, Box::new(left.expr), Box::new(right.expr)));
            return Ok(Value { range, deviation, expr });
        }
        let difference = Value {
            range: first.range - second.range,
            deviation: left.deviation.add(right.deviation, Up),
            expr: binary(BinaryOp::Subtract, first.expr.clone(), second.expr.clone()),
        };
        let relu = self.call(Function::Relu, difference, at, None, depth)?;
        Ok(Value { range, deviation, expr: binary(op, right.expr, relu.expr) })
    }

    /// Range and deviation of a reduction, from those of its body.
    fn reduced(
        &self,
        reduction: Reduction,
        excluded: usize,
        body: &Value,
        expr: &Expr,
    ) -> Result<(DyadicInterval, Dyadic), SurrogateError> {
        let tokens = match (reduction, self.target.tokens) {
            (Reduction::Mean | Reduction::Max | Reduction::Min, _) => {
                return Ok((body.range, body.deviation));
            }
            (Reduction::Sum | Reduction::Product, Tokens::Any) => {
                return Err(uncovered("anything but a mean over all tokens, for every length,", expr));
            }
            (Reduction::Sum | Reduction::Product, Tokens::Fixed(n)) => n,
        };
        // Excluded tokens may stand at the same position.
        let (fewest, most) = (tokens.saturating_sub(excluded), tokens.saturating_sub(excluded.min(1)));
        let [fewest_number, most_number] =
            [fewest, most].map(|tokens| DyadicInterval::from_rational(&integer(tokens)));
        if reduction == Reduction::Sum {
            let range = body.range * fewest_number.hull(most_number);
            return Ok((range, body.deviation.mul(most_number.sup(), Up)));
        }
        let number = |tokens: usize| {
            u32::try_from(tokens)
                .map_err(|_| uncovered("a product over more tokens than can be counted", expr))
        };
        let (fewest, most) = (number(fewest)?, number(most)?);
        // Negative factors have products of both signs: every number of them counts.
        let power = |m: u32| independent_product(body.range, m);
        let range = (fewest..most).fold(power(most), |all, m| all.hull(power(m)));
        // The empty product is 1 and exact; otherwise |factors| to the power m − 1, or 1 where they are small.
        let largest = body.both().abs().hull(DyadicInterval::ONE);
        let rest = largest.pow(most.saturating_sub(1));
        let deviation = body.deviation.mul((rest * most_number).mag(), Up);
        Ok((range, deviation))
    }
}

/// The number with few significant bits that is nearest to any number of an interval, and how far the interval reaches from
/// it; nothing if the ends do not agree, which they seldom do not for a number that is known to 62 bits.
fn nearest_short(interval: DyadicInterval) -> Option<(Rational, Dyadic)> {
    let nearest = |value: Rational| {
        if value.is_zero() {
            return value;
        }
        let unit = power_of_two(floor_log2(&value.abs()) + 1 - CONSTANT_BITS);
        (value / &unit + ratio(1, 2)).floor() * unit
    };
    let [low, high] = [interval.inf(), interval.sup()].map(|end| end.to_rational().map(nearest));
    let short = low?;
    (short == high?).then(|| {
        let distance = (interval - DyadicInterval::from_rational(&short)).mag();
        (short, distance)
    })
}

/// Contains a_1 ⋯ a_m for all a_i of the interval.
fn independent_product(base: DyadicInterval, m: u32) -> DyadicInterval {
    let (mut product, mut square, mut rest) = (DyadicInterval::ONE, base, m);
    while rest > 0 {
        if rest % 2 == 1 {
            product = product * square;
        }
        square = square * square;
        rest /= 2;
    }
    product
}
