//! From the text of a target file to a [`Target`]. The first problem ends it.

use super::ast::{BinaryOp, Expr, ExprKind};
use super::error::{Read, TargetError, wrong};
use super::lexer::is_name;
use super::names::reserved;
use super::parse::Context;
use super::shape::Shape;
use super::target::{Body, Target, Tokens};
use super::term::Term;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, parse_rational};
use crate::limits::{MAX_DIMENSION, MAX_NAME, MAX_NUMERAL_LENGTH, MAX_OUTPUTS, MAX_SOURCE, MAX_TOKENS};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::collections::{HashMap, HashSet};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// The keys of a target file.
pub const KEYS: [&str; 8] =
    ["name", "tokens", "domain", "epsilon", "output", "semi_invariant", "symmetrize", "where"];

/// A TOML value and where it stands.
type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a target file: TOML fields, abbreviations and expressions. The places of nodes are those of their texts.
pub fn read_target(source: &str) -> Result<Target, TargetError> {
    let file = 0..0;
    if source.len() > MAX_SOURCE {
        return wrong(&file, "the file is too long");
    }
    let table = DeTable::parse(source)
        .or_else(|error| wrong(&error.span().unwrap_or(file.clone()), error.message()))?;
    let table = table.get_ref();
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.get_ref().as_ref())) {
        return wrong(&key.span(), "there is no such key");
    }
    let required = |key: &str| table.get(key).map_or_else(|| wrong(&file, format!("`{key}` is missing")), Ok);
    let name = name(required("name")?)?;
    let tokens = tokens(required("tokens")?)?;
    let domain = domain(required("domain")?)?;
    let epsilon = table.get("epsilon").map(epsilon).transpose()?;
    let (explicit, function) = match (table.get("output"), table.get("semi_invariant")) {
        (Some(function), None) => (false, function),
        (None, Some(function)) if tokens != Tokens::Any => (true, function),
        _ => return wrong(&file, "there is `output`, or `semi_invariant` for a fixed length"),
    };
    let symmetrize = match table.get("symmetrize").map(|value| (value, value.get_ref())) {
        None => false,
        Some((_, DeValue::Boolean(symmetrize))) if explicit => *symmetrize,
        Some((value, _)) => return wrong(&value.span(), "it says how to read `semi_invariant`"),
    };
    let (abbreviations, definitions) = (HashSet::new(), HashMap::new());
    let dimension = domain.len();
    let mut context = Context { tokens, dimension, explicit, abbreviations, definitions, nodes: 0 };
    if let Some(value) = table.get("where") {
        define(&mut context, value)?;
    }
    let outputs = list(function, MAX_OUTPUTS)?;
    let expressions: Vec<Expr> =
        outputs.iter().map(|value| Ok(expression(&mut context, value)?.expr)).collect::<Read<_>>()?;
    if let (true, Tokens::Fixed(n)) = (explicit, tokens) {
        let atoms = expressions.iter().map(possible_atoms).fold(0, usize::saturating_add);
        let shape = Shape::new(dimension.saturating_add(atoms), n);
        shape.or_else(|problem| wrong(&function.span(), problem.to_string()))?;
    }
    let body =
        if explicit { Body::SemiInvariant { expressions, symmetrize } } else { Body::Output(expressions) };
    Ok(Target { name, tokens, domain, epsilon, body, source: source.to_string() })
}

/// Also the name of the default output folder, hence its restrictions.
fn name(value: &Value<'_>) -> Read<String> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    match value.get_ref() {
        DeValue::String(name)
            if (1..=MAX_NAME).contains(&name.len())
                && !name.starts_with('.')
                && name.chars().all(allowed) =>
        {
            Ok(name.to_string())
        }
        _ => wrong(&value.span(), "this cannot be the name of a folder"),
    }
}

fn tokens(value: &Value<'_>) -> Read<Tokens> {
    let tokens = match value.get_ref() {
        DeValue::String(text) if text == "any" => Some(Tokens::Any),
        DeValue::Integer(n) => {
            let n = big_integer(n).and_then(|n| n.to_usize()).filter(|n| (1..=MAX_TOKENS).contains(n));
            n.map(Tokens::Fixed)
        }
        _ => None,
    };
    tokens.map_or_else(|| wrong(&value.span(), "this is no number of tokens"), Ok)
}

/// A list of at least one value.
fn list<'a>(value: &'a Value<'a>, most: usize) -> Read<&'a [Value<'a>]> {
    match value.get_ref() {
        DeValue::Array(list) if (1..=most).contains(&list.len()) => Ok(list),
        _ => wrong(&value.span(), format!("this is no list of 1 to {most} values")),
    }
}

fn domain(value: &Value<'_>) -> Read<Vec<Interval>> {
    let side = |value| match list(value, 2)? {
        [inf, sup] => {
            Interval::new(number(inf)?, number(sup)?).or_else(|empty| wrong(&value.span(), empty.to_string()))
        }
        _ => wrong(&value.span(), "an interval has two ends"),
    };
    list(value, MAX_DIMENSION)?.iter().map(side).collect()
}

fn epsilon(value: &Value<'_>) -> Read<Rational> {
    let epsilon = number(value)?;
    if epsilon.is_positive() { Ok(epsilon) } else { wrong(&value.span(), "it must be positive") }
}

/// An exact number: a string or an integer. Floats are refused, since TOML readers round them.
fn number(value: &Value<'_>) -> Read<Rational> {
    let number = match value.get_ref() {
        DeValue::String(text) => parse_rational(text).ok(),
        DeValue::Integer(integer) => big_integer(integer).map(Rational::from),
        _ => None,
    };
    number.map_or_else(|| wrong(&value.span(), "this is no exact number"), Ok)
}

/// The value of a TOML integer that is not too long.
pub fn big_integer(integer: &DeInteger<'_>) -> Option<BigInt> {
    let digits = integer.as_str();
    if digits.len() > MAX_NUMERAL_LENGTH {
        return None;
    }
    BigInt::parse_bytes(digits.as_bytes(), integer.radix())
}

/// Reads `[where]`, in the order of the file.
fn define(context: &mut Context, value: &Value<'_>) -> Read<()> {
    let DeValue::Table(table) = value.get_ref() else { return wrong(&value.span(), "this is no table") };
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    context.abbreviations = entries.iter().map(|(name, _)| name.get_ref().to_string()).collect();
    for (name, value) in entries {
        if !is_name(name.get_ref()) || reserved(name.get_ref(), context.explicit).is_some() {
            return wrong(&name.span(), "this cannot be the name of an abbreviation");
        }
        let before = context.nodes;
        let term = expression(context, value)?;
        context.definitions.insert(name.get_ref().to_string(), (term, context.nodes - before));
    }
    Ok(())
}

fn expression(context: &mut Context, value: &Value<'_>) -> Read<Term> {
    match value.get_ref() {
        DeValue::String(text) => context.expression(text, value.span()),
        _ => wrong(&value.span(), "an expression stands in quotes"),
    }
}

/// At most so many functions of one variable become further coordinates of the tokens.
pub fn possible_atoms(expr: &Expr) -> usize {
    let here = matches!(
        expr.kind,
        ExprKind::Call(..) | ExprKind::Extremum(..) | ExprKind::Binary(BinaryOp::Divide, ..)
    );
    expr.children().into_iter().map(possible_atoms).fold(usize::from(here), usize::saturating_add)
}
