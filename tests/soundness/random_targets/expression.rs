//! Expressions of the target language as trees of our own, written as text, and evaluated without the program.

use super::approximate::Approximate;
use std::fmt::Write;

/// A node. Tokens are known by their level: the own one is 0 (`x1`, `x2`, … are 0, 1, …), that of the r-th enclosing
/// reduction comes r-th after these.
#[derive(Debug, Clone)]
pub enum Expression {
    Number(String),
    Length,
    Coordinate(usize, usize),
    Negated(Box<Expression>),
    Binary(char, Box<Expression>, Box<Expression>),
    Power(Box<Expression>, u32),
    Call(&'static str, Vec<Expression>),
    Reduction { name: &'static str, excluded: Vec<usize>, body: Box<Expression> },
    Abbreviation(usize),
}

/// What an expression is evaluated on.
pub struct Scene<'a> {
    pub tokens: &'a [Vec<Approximate>],
    pub abbreviations: &'a [Expression],
    /// The levels that abbreviations see.
    pub own: usize,
}

impl Expression {
    /// The text; `names` are those of the levels, as many as there can be.
    pub fn write(&self, depth: usize, names: &[String], text: &mut String) {
        match self {
            Self::Number(digits) => text.push_str(digits),
            Self::Length => text.push('n'),
            Self::Coordinate(level, k) => write!(text, "{}[{k}]", names[*level]).expect("a string grows"),
            Self::Negated(inner) => {
                text.push_str("(-");
                inner.write(depth, names, text);
                text.push(')');
            }
            Self::Binary(operator, left, right) => {
                text.push('(');
                left.write(depth, names, text);
                write!(text, " {operator} ").expect("a string grows");
                // What is divided by 1/3 is divided by 1, then by 3.
                let fraction = matches!(&**right, Self::Number(digits) if digits.contains('/'));
                let [open, close] = if *operator == '/' && fraction { ["(", ")"] } else { ["", ""] };
                text.push_str(open);
                right.write(depth, names, text);
                text.push_str(close);
                text.push(')');
            }
            Self::Power(base, exponent) => {
                text.push('(');
                base.write(depth, names, text);
                write!(text, ")^{exponent}").expect("a string grows");
            }
            Self::Call(name, arguments) => {
                text.push_str(name);
                text.push('(');
                for (i, argument) in arguments.iter().enumerate() {
                    text.push_str(if i > 0 { ", " } else { "" });
                    argument.write(depth, names, text);
                }
                text.push(')');
            }
            Self::Reduction { name, excluded, body } => {
                write!(text, "{name}({}", names[depth]).expect("a string grows");
                let listed: Vec<&str> = excluded.iter().map(|&level| names[level].as_str()).collect();
                if !listed.is_empty() {
                    write!(text, " != {}", listed.join(", ")).expect("a string grows");
                }
                text.push_str(": ");
                body.write(depth + 1, names, text);
                text.push(')');
            }
            Self::Abbreviation(index) => write!(text, "part{index}").expect("a string grows"),
        }
    }

    /// The value where level l stands at `positions[l]`.
    pub fn value(&self, scene: &Scene<'_>, positions: &mut Vec<usize>) -> Approximate {
        match self {
            Self::Number(digits) => Approximate::parse(digits),
            Self::Length => Approximate::exact(scene.tokens.len() as f64),
            Self::Coordinate(level, k) => scene.tokens[positions[*level]][*k],
            Self::Negated(inner) => -inner.value(scene, positions),
            Self::Binary(operator, left, right) => {
                let (a, b) = (left.value(scene, positions), right.value(scene, positions));
                match operator {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    _ => a / b,
                }
            }
            Self::Power(base, exponent) => base.value(scene, positions).power(*exponent),
            Self::Call(name, arguments) => {
                let values: Vec<_> = arguments.iter().map(|a| a.value(scene, positions)).collect();
                match values[..] {
                    [a] => a.function(name),
                    [a, b] => a.extremum(b, *name == "max"),
                    _ => unreachable!("one or two arguments"),
                }
            }
            Self::Reduction { name, excluded, body } => {
                let hidden: Vec<usize> = excluded.iter().map(|&level| positions[level]).collect();
                let mut values = Vec::new();
                for position in (0..scene.tokens.len()).filter(|position| !hidden.contains(position)) {
                    positions.push(position);
                    values.push(body.value(scene, positions));
                    positions.pop();
                }
                reduced(name, &values)
            }
            Self::Abbreviation(index) => {
                let mut own = positions[..scene.own].to_vec();
                scene.abbreviations[*index].value(scene, &mut own)
            }
        }
    }

    /// How deep reductions are nested.
    pub fn nesting(&self) -> usize {
        match self {
            Self::Number(_) | Self::Length | Self::Coordinate(..) | Self::Abbreviation(_) => 0,
            Self::Negated(inner) | Self::Power(inner, _) => inner.nesting(),
            Self::Binary(_, left, right) => left.nesting().max(right.nesting()),
            Self::Call(_, arguments) => arguments.iter().map(Self::nesting).max().unwrap_or(0),
            Self::Reduction { body, .. } => 1 + body.nesting(),
        }
    }
}

fn reduced(name: &str, values: &[Approximate]) -> Approximate {
    let sum = || values.iter().fold(Approximate::exact(0.0), |a, &b| a + b);
    match name {
        "sum" => sum(),
        "mean" => sum() / Approximate::exact(values.len() as f64),
        "prod" => values.iter().fold(Approximate::exact(1.0), |a, &b| a * b),
        _ => values
            .iter()
            .copied()
            .reduce(|a, b| a.extremum(b, name == "max"))
            .expect("an extremum over no token is refused"),
    }
}
