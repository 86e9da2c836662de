//! Writes expressions in the target language.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::fmt::Write;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, TokenLevel};
use sumformer_checker::language::target::Body;
use sumformer_checker::language::term::LONGEST_CHAIN;

/// What the tokens of an expression are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenNames {
    /// `x` for level 0 and the binders' names (`output`).
    OwnAndBound,
    /// `x1`, `x2`, … for levels 0, 1, … (`semi_invariant`).
    Explicit,
}

impl TokenNames {
    /// What the tokens of a target's expressions are called.
    pub fn of(body: &Body) -> Self {
        match body {
            Body::Output(_) => Self::OwnAndBound,
            Body::SemiInvariant { .. } => Self::Explicit,
        }
    }
}

/// The expression in the target language, abbreviations expanded, with no more parentheses than needed.
///
/// Reading the text of an expression that was read from a file gives the same tree again. Numbers that have no decimal
/// notation, which only programs make, come out as fractions.
pub fn print(expr: &Expr, names: TokenNames) -> String {
    let mut printer = Printer { text: String::new(), names, binders: Vec::new() };
    printer.expr(expr, SUM);
    printer.text
}

/// Precedences: what binds tighter has the larger number.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const SIGN: u8 = 3;
const POWER: u8 = 4;
const ATOM: u8 = 5;

struct Printer<'a> {
    text: String,
    names: TokenNames,
    binders: Vec<&'a str>,
}

impl<'a> Printer<'a> {
    /// Writes an expression where one of at least this precedence is expected.
    fn expr(&mut self, expr: &'a Expr, at_least: u8) {
        if precedence(expr) >= at_least {
            return self.bare(expr);
        }
        self.text.push('(');
        self.bare(expr);
        self.text.push(')');
    }

    fn bare(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Number(value) => self.text.push_str(&numeral(value)),
            ExprKind::Length => self.text.push('n'),
            ExprKind::Coordinate { token, index } => {
                self.token(*token);
                self.push(format_args!("[{index}]"));
            }
            ExprKind::Negate(inner) => {
                self.text.push('-');
                self.expr(inner, SIGN);
            }
            ExprKind::Binary(op, a, b) => {
                let own = precedence(expr);
                // Chains longer than this would be balanced on reading.
                self.expr(a, if run(a, own) >= LONGEST_CHAIN { ATOM } else { own });
                self.push(format_args!(" {} ", symbol(*op)));
                self.expr(b, own + 1);
            }
            ExprKind::Power(base, exponent) => {
                self.expr(base, ATOM);
                self.push(format_args!("^{exponent}"));
            }
            ExprKind::Reduce { reduction, binder, excluded, body } => {
                self.push(format_args!("{}({binder}", reduction.name()));
                for (place, &level) in excluded.iter().enumerate() {
                    self.text.push_str(if place == 0 { " != " } else { ", " });
                    self.token(level);
                }
                self.text.push_str(": ");
                self.binders.push(binder);
                self.expr(body, SUM);
                self.binders.pop();
                self.text.push(')');
            }
            ExprKind::Call(function, inner) => {
                self.push(format_args!("{}(", function.name()));
                self.expr(inner, SUM);
                self.text.push(')');
            }
            ExprKind::Extremum(extremum, a, b) => {
                self.push(format_args!("{}(", extremum.name()));
                self.expr(a, SUM);
                self.text.push_str(", ");
                self.expr(b, SUM);
                self.text.push(')');
            }
        }
    }

    fn token(&mut self, level: TokenLevel) {
        match (self.names, level.checked_sub(1).map(|outer| self.binders.get(outer).copied())) {
            (TokenNames::OwnAndBound, None) => self.text.push('x'),
            (TokenNames::OwnAndBound, Some(Some(name))) => self.text.push_str(name),
            // Levels that nothing binds occur in no target; they are shown rather than hidden.
            (TokenNames::OwnAndBound, Some(None)) => self.push(format_args!("?{level}")),
            (TokenNames::Explicit, _) => self.push(format_args!("x{}", level + 1)),
        }
    }

    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(arguments);
    }
}

fn symbol(op: BinaryOp) -> char {
    match op {
        BinaryOp::Add => '+',
        BinaryOp::Subtract => '-',
        BinaryOp::Multiply => '*',
        BinaryOp::Divide => '/',
    }
}

fn precedence(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, ..) => SUM,
        ExprKind::Binary(BinaryOp::Multiply | BinaryOp::Divide, ..) => PRODUCT,
        ExprKind::Negate(_) => SIGN,
        ExprKind::Power(..) => POWER,
        ExprKind::Number(value) if decimal_exponent(value).is_none() => PRODUCT,
        ExprKind::Number(value) if value.is_negative() => SIGN,
        ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => ATOM,
        ExprKind::Reduce { .. } | ExprKind::Call(..) | ExprKind::Extremum(..) => ATOM,
    }
}

/// The number of operands of the chain of precedence `chain` that is printed without parentheses at the left of `expr`.
fn run(expr: &Expr, chain: u8) -> usize {
    match &expr.kind {
        ExprKind::Binary(_, left, _) if precedence(expr) == chain => match run(left, chain) {
            LONGEST_CHAIN.. => 2,
            shorter => shorter + 1,
        },
        _ => 1,
    }
}

/// The k with value = m·10^k, m an integer not divisible by 10; `None` if there is no such k.
fn decimal_exponent(value: &Rational) -> Option<i64> {
    if value.denom().is_one() {
        let digits = value.numer().to_string();
        return Some((digits.len() - digits.trim_end_matches('0').len()).to_i64().unwrap_or(0));
    }
    let twos = value.denom().trailing_zeros().unwrap_or(0);
    let mut rest = value.denom() >> twos;
    let mut fives = 0_u64;
    while (&rest % 5_u32).is_zero() {
        rest /= 5_u32;
        fives += 1;
    }
    rest.is_one().then(|| -twos.max(fives).to_i64().unwrap_or(i64::MAX))
}

/// A numeral that reads back as `value` if there is one, otherwise a fraction.
///
/// Long runs of zeros become an exponent, so that every number that was read can be written within the limit on numerals.
fn numeral(value: &Rational) -> String {
    /// Up to so many places are written without exponent.
    const PLAIN: i64 = 20;
    /// The largest exponent that is read.
    const LARGEST: i64 = 2000;
    if value.is_zero() {
        return "0".to_string();
    }
    let Some(places) = decimal_exponent(value) else { return value.to_string() };
    let sign = if value.is_negative() { "-" } else { "" };
    let exponent = if places.abs() <= PLAIN { 0 } else { places.clamp(-LARGEST, LARGEST) };
    let suffix = if exponent == 0 { String::new() } else { format!("e{exponent}") };
    // |value| = (mantissa)·10^exponent, the mantissa with this many digits behind the point.
    let fraction = (exponent - places).max(0);
    let shift = fraction - exponent;
    let scale = BigInt::from(10).pow(u32::try_from(shift.unsigned_abs()).unwrap_or(u32::MAX));
    let scaled = if shift >= 0 { value.abs() * scale } else { value.abs() / scale };
    let fraction = usize::try_from(fraction).unwrap_or(0);
    let digits = format!("{:0>width$}", scaled.to_integer().to_string(), width = fraction + 1);
    let (whole, behind) = digits.split_at(digits.len() - fraction);
    let point = if behind.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{behind}{suffix}")
}

#[cfg(test)]
mod tests;
