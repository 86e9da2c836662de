//! Random targets over the whole language: every function, reduction and key of the file, sizes up to the limits.

use super::expression::Expression;
use crate::dice::Dice;
use sumformer_checker::arith::number::{Rational, parse_rational};

/// Orders of tokens that `symmetrize` averages over grow like factorials.
const SYMMETRIZED: usize = 4;

const FUNCTIONS: [&str; 9] = ["exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "abs", "relu"];
const REDUCTIONS: [&str; 5] = ["sum", "mean", "prod", "max", "min"];
const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "1/2", "1/3", "0.25", "7/5", "10", "100", "1e6", "1e-6", "1e40", "1e-40"];
const EPSILONS: [&str; 8] = ["1/2", "1/2", "1/10", "1/10", "1/50", "1/100", "1e-3", "1e-6"];
/// Ordinary ones first, they are drawn more often.
const SIDES: [[&str; 2]; 16] = [
    ["0", "1"],
    ["-1", "1"],
    ["0", "1/2"],
    ["-1/2", "1"],
    ["1", "2"],
    ["-3", "-2"],
    ["1/3", "2/3"],
    ["0", "10"],
    ["1/2", "1/2"],
    ["0", "0"],
    ["-1000", "1000"],
    ["0", "1e-9"],
    ["1e-30", "2e-30"],
    ["-1e12", "1e12"],
    ["1e30", "1.5e30"],
    ["-1e-3", "1e3"],
];

/// The sequence length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Fixed(usize),
    Any,
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Output,
    SemiInvariant { symmetrize: bool },
}

/// A target as data, and what `prove` is asked to do with it.
pub struct RandomTarget {
    pub length: Length,
    pub form: Form,
    pub sides: Vec<[&'static str; 2]>,
    pub abbreviations: Vec<Expression>,
    pub outputs: Vec<Expression>,
    pub options: Vec<&'static str>,
    epsilon: &'static str,
}

impl RandomTarget {
    pub fn new(dice: &mut Dice) -> Self {
        let length = match dice.below(20) {
            0..=3 => Length::Any,
            4 => Length::Fixed([10, 64, 1000, 50_000, 1_000_000][dice.below(5)]),
            _ => Length::Fixed(1 + dice.below(5)),
        };
        let form = match (length, dice.below(12)) {
            (Length::Fixed(n), 0) if n <= SYMMETRIZED => Form::SemiInvariant { symmetrize: true },
            (Length::Fixed(n), 1) if n <= 8 => Form::SemiInvariant { symmetrize: false },
            _ => Form::Output,
        };
        let dimension = match dice.below(24) {
            0 => [8, 40, 500, 4096][dice.below(4)],
            _ => 1 + dice.below(3),
        };
        let sides = (0..dimension).map(|_| side(dice)).collect();
        let mut grower = Grower { dice, length, form, dimension, abbreviations: 0 };
        let mut abbreviations = Vec::new();
        while abbreviations.len() < 2 && grower.dice.below(4) == 0 {
            let part = grower.output(3);
            abbreviations.push(part);
            grower.abbreviations += 1;
        }
        let count = if dimension > 3 { 1 } else { 1 + grower.dice.below(5) / 3 };
        let outputs = (0..count)
            .map(|_| {
                let budget = 2 + grower.dice.below(12);
                grower.output(budget)
            })
            .collect();
        Self {
            length,
            form,
            sides,
            abbreviations,
            outputs,
            options: options(dice),
            epsilon: EPSILONS[dice.below(EPSILONS.len())],
        }
    }

    /// The file.
    pub fn source(&self) -> String {
        let quoted =
            |texts: Vec<String>| texts.iter().map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(", ");
        let tokens = match self.length {
            Length::Fixed(n) => n.to_string(),
            Length::Any => "\"any\"".into(),
        };
        let sides: Vec<String> =
            self.sides.iter().map(|[low, high]| format!("[\"{low}\", \"{high}\"]")).collect();
        let (key, symmetrize) = match self.form {
            Form::Output => ("output", ""),
            Form::SemiInvariant { symmetrize: true } => ("semi_invariant", "symmetrize = true\n"),
            Form::SemiInvariant { symmetrize: false } => ("semi_invariant", ""),
        };
        let mut source = format!(
            "name = \"random\"\ntokens = {tokens}\ndomain = [{}]\nepsilon = \"{}\"\n{key} = [{}]\n{symmetrize}",
            sides.join(", "),
            self.epsilon,
            quoted(self.outputs.iter().map(|e| self.text(e)).collect()),
        );
        if !self.abbreviations.is_empty() {
            source.push_str("[where]\n");
            for (i, part) in self.abbreviations.iter().enumerate() {
                source.push_str(&format!("part{i} = \"{}\"\n", self.text(part)));
            }
        }
        source
    }

    /// The box.
    pub fn domain(&self) -> Vec<[Rational; 2]> {
        self.sides.iter().map(|side| side.map(|end| parse_rational(end).expect("a number"))).collect()
    }

    /// Levels that are there before any reduction.
    pub fn own_levels(&self) -> usize {
        match (self.form, self.length) {
            (Form::SemiInvariant { .. }, Length::Fixed(n)) => n,
            _ => 1,
        }
    }

    fn text(&self, expression: &Expression) -> String {
        let own = self.own_levels();
        let mut names: Vec<String> = match self.form {
            Form::Output => vec!["x".into()],
            Form::SemiInvariant { .. } => (1..=own).map(|j| format!("x{j}")).collect(),
        };
        names.extend((0..expression.nesting()).map(|r| format!("y{r}")));
        let mut text = String::new();
        expression.write(own, &names, &mut text);
        text
    }
}

fn side(dice: &mut Dice) -> [&'static str; 2] {
    let ordinary = if dice.below(4) == 0 { SIDES.len() } else { 5 };
    SIDES[dice.below(ordinary)]
}

fn options(dice: &mut Dice) -> Vec<&'static str> {
    let choices: [&[&str]; 12] = [
        &[],
        &[],
        &[],
        &[],
        &["--construction", "discontinuous"],
        &["--construction", "discontinuous", "--activation", "relu", "--ramp", "1/100"],
        &["--architecture", "all"],
        &["--activation", "relu2"],
        &["--latent", "3"],
        &["--route", "structural"],
        &["--route", "bernstein"],
        &["--architecture", "performer", "--performer", "paper", "--scores", "paper", "--features", "2"],
    ];
    choices[dice.below(choices.len())].to_vec()
}

/// Grows expressions.
struct Grower<'a> {
    dice: &'a mut Dice,
    length: Length,
    form: Form,
    dimension: usize,
    /// So many may be used.
    abbreviations: usize,
}

impl Grower<'_> {
    /// A whole output of about `budget` nodes.
    fn output(&mut self, budget: usize) -> Expression {
        match (self.form, self.length) {
            (Form::SemiInvariant { symmetrize: false }, Length::Fixed(n)) => self.symmetric(budget, n),
            (Form::SemiInvariant { .. }, Length::Fixed(n)) => self.expression(budget, n),
            _ => self.expression(budget, 1),
        }
    }

    /// Symmetric in the others by its form: a function of the own token combined with a sum or a product over the
    /// others of one expression in both.
    fn symmetric(&mut self, budget: usize, n: usize) -> Expression {
        let own = self.explicit(budget / 2, &[0]);
        let each = self.explicit(budget / 2, &[0, 1]);
        let operator = if self.dice.coin() { '+' } else { '*' };
        (1..n).map(|j| moved(&each, j)).fold(own, |sum, term| binary(operator, sum, term))
    }

    /// A polynomial in the named tokens.
    fn explicit(&mut self, budget: usize, levels: &[usize]) -> Expression {
        if budget < 2 {
            let level = levels[self.dice.below(levels.len())];
            return Expression::Coordinate(level, self.dice.below(self.dimension));
        }
        match self.dice.below(4) {
            0 => Expression::Power(self.explicit(budget - 1, levels).into(), 1 + self.dice.below(3) as u32),
            1 => binary('*', self.number(), self.explicit(budget - 1, levels)),
            _ => {
                let operator = ['+', '-', '*'][self.dice.below(3)];
                binary(operator, self.explicit(budget / 2, levels), self.explicit(budget / 2, levels))
            }
        }
    }

    /// Any expression of about `budget` nodes where so many levels are in scope.
    fn expression(&mut self, budget: usize, levels: usize) -> Expression {
        if budget <= 1 {
            return self.leaf(levels);
        }
        let half = budget / 2;
        match self.dice.below(20) {
            0..=5 => {
                let operator = ['+', '-', '*'][self.dice.below(3)];
                binary(operator, self.expression(half, levels), self.expression(half, levels))
            }
            6 => Expression::Negated(self.expression(budget - 1, levels).into()),
            7 | 8 => {
                let exponent = [0, 1, 2, 2, 2, 3, 3, 4, 7, 40][self.dice.below(10)];
                Expression::Power(self.expression(budget - 1, levels).into(), exponent)
            }
            9 => {
                let divisor = self.expression(half, levels);
                let divisor = self.positive(divisor);
                binary('/', self.expression(half, levels), divisor)
            }
            10 => {
                let name = ["max", "min"][self.dice.below(2)];
                Expression::Call(name, vec![self.expression(half, levels), self.expression(half, levels)])
            }
            11..=14 => {
                let name = FUNCTIONS[self.dice.below(FUNCTIONS.len())];
                let mut argument = self.expression(budget - 1, levels);
                if matches!(name, "log" | "sqrt") {
                    argument = self.positive(argument);
                }
                Expression::Call(name, vec![argument])
            }
            _ => self.reduction(budget, levels),
        }
    }

    /// Mostly something that is positive whatever the value; sometimes the value itself.
    fn positive(&mut self, inner: Expression) -> Expression {
        let offset = Expression::Number(["1", "1/10", "1/1000"][self.dice.below(3)].into());
        match self.dice.below(6) {
            0 => inner,
            1 => Expression::Power(inner.into(), 2),
            2 => Expression::Call("exp", vec![inner]),
            3 => binary('+', offset, Expression::Call("abs", vec![inner])),
            _ => binary('+', offset, Expression::Power(inner.into(), 2)),
        }
    }

    fn reduction(&mut self, budget: usize, levels: usize) -> Expression {
        let explicit = matches!(self.form, Form::SemiInvariant { .. });
        if explicit || levels > 4 {
            return self.expression(budget - 1, levels);
        }
        let body = self.expression(budget - 1, levels + 1).into();
        let Length::Fixed(n) = self.length else {
            return Expression::Reduction { name: "mean", excluded: Vec::new(), body };
        };
        let name = REDUCTIONS[self.dice.below(REDUCTIONS.len())];
        let mut excluded: Vec<usize> = (0..levels).filter(|_| self.dice.below(3) == 0).collect();
        // A mean or an extremum over nothing is no target.
        excluded.truncate(n - 1);
        Expression::Reduction { name, excluded, body }
    }

    fn leaf(&mut self, levels: usize) -> Expression {
        match self.dice.below(12) {
            0 | 1 => self.number(),
            2 if self.length != Length::Any => Expression::Length,
            3 | 4 if self.abbreviations > 0 => Expression::Abbreviation(self.dice.below(self.abbreviations)),
            _ => {
                // The innermost token half of the time, so that bodies depend on their own.
                let level = if self.dice.coin() { levels - 1 } else { self.dice.below(levels) };
                Expression::Coordinate(level, self.dice.below(self.dimension))
            }
        }
    }

    fn number(&mut self) -> Expression {
        let ordinary = if self.dice.below(8) == 0 { NUMBERS.len() } else { 8 };
        Expression::Number(NUMBERS[self.dice.below(ordinary)].into())
    }
}

fn binary(operator: char, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operator, left.into(), right.into())
}

/// Level 1 becomes level j.
fn moved(expression: &Expression, j: usize) -> Expression {
    match expression {
        Expression::Coordinate(1, k) => Expression::Coordinate(j, *k),
        Expression::Power(base, exponent) => Expression::Power(moved(base, j).into(), *exponent),
        Expression::Binary(operator, left, right) => binary(*operator, moved(left, j), moved(right, j)),
        other => other.clone(),
    }
}
