//! Polynomials prepared for repeated evaluation: a nested scheme with about one product per term.
//!
//! A sum of terms is split by a variable of each term, the one that most terms of the sum have: p = Σ_v v^e·q_v + c.
//! Each q_v is treated in the same way; its terms have lost a factor, so this ends. The steps run on a stack of
//! numbers whose memory is kept.

use crate::arith::number::Rational;
use crate::arith::polynomial::Polynomial;
use crate::language::{EvalError, Scalar};
use crate::sizes::index;
use crate::work::charge_all;
use num_traits::Zero;
use std::collections::BTreeMap;

/// A polynomial as steps on a stack.
#[derive(Debug, Clone)]
pub struct Horner<S> {
    steps: Vec<Step<S>>,
    /// The first is the value after the last step.
    stack: Vec<S>,
}

#[derive(Debug, Clone)]
enum Step<S> {
    /// A new number on top.
    Push(S),
    /// The top times a variable.
    Times(usize),
    /// The top plus a number.
    Plus(S),
    /// The top is added to the number below and dropped.
    Add,
}

/// A term with the factors that are left.
type Term<'a> = (Vec<(u32, u32)>, &'a Rational);

/// What is still to be written, last first.
enum Task<'a, S> {
    Sum(Vec<Term<'a>>),
    Step(Step<S>),
    Power(usize, u32),
}

impl<S: Scalar> Horner<S> {
    /// Prepares a polynomial.
    pub fn new(polynomial: &Polynomial) -> Self {
        let terms = polynomial.terms().map(|(monomial, c)| (monomial.powers().to_vec(), c)).collect();
        let mut tasks = vec![Task::Sum(terms)];
        let (mut steps, mut height, mut highest) = (Vec::new(), 0_usize, 0_usize);
        while let Some(task) = tasks.pop() {
            match task {
                Task::Sum(terms) => plan(terms, &mut tasks),
                Task::Power(variable, exponent) => {
                    steps.extend((0..exponent).map(|_| Step::Times(variable)));
                }
                Task::Step(step) => {
                    match step {
                        Step::Push(_) => height += 1,
                        Step::Add => height -= 1,
                        Step::Times(_) | Step::Plus(_) => {}
                    }
                    highest = highest.max(height);
                    steps.push(step);
                }
            }
        }
        Self { steps, stack: vec![S::from_rational(&Rational::zero()); highest] }
    }

    /// How many operations an evaluation takes.
    pub fn operations(&self) -> usize {
        self.steps.len()
    }

    /// The value where the variables have these values.
    pub fn evaluate(&mut self, variables: &[S]) -> Result<&S, EvalError> {
        let mut height = 0;
        for step in &self.steps {
            if let Step::Push(value) = step {
                self.stack.get_mut(height).ok_or(EvalError::Unbound)?.clone_from(value);
                height += 1;
                continue;
            }
            let (below, top) = self.stack.split_at_mut(height.saturating_sub(1));
            let top = top.first_mut().ok_or(EvalError::Unbound)?;
            match step {
                Step::Push(_) => {}
                &Step::Times(variable) => {
                    top.mul_in_place(variables.get(variable).ok_or(EvalError::Unbound)?);
                }
                Step::Plus(value) => top.add_in_place(value),
                Step::Add => {
                    below.last_mut().ok_or(EvalError::Unbound)?.add_in_place(top);
                    height -= 1;
                }
            }
        }
        self.stack.first().ok_or(EvalError::Unbound)
    }
}

/// Writes a sum as tasks: its parts, added up, and its constant.
fn plan<'a, S: Scalar>(terms: Vec<Term<'a>>, tasks: &mut Vec<Task<'a, S>>) {
    let mut frequency = BTreeMap::<u32, usize>::new();
    charge_all(terms.iter().map(|(powers, _)| 1 + powers.len()).sum(), 16);
    for (variable, _) in terms.iter().flat_map(|(powers, _)| powers) {
        *frequency.entry(*variable).or_default() += 1;
    }
    let mut constant = None;
    let mut parts = BTreeMap::<u32, Vec<Term<'a>>>::new();
    for term in terms {
        // The first of the most frequent ones.
        let frequent = term.0.iter().map(|(v, _)| (frequency.get(v), std::cmp::Reverse(*v))).max();
        match frequent {
            None => constant = Some(S::from_rational(term.1)),
            Some((_, std::cmp::Reverse(variable))) => parts.entry(variable).or_default().push(term),
        }
    }
    if parts.is_empty() {
        let constant = constant.unwrap_or_else(|| S::from_rational(&Rational::zero()));
        tasks.push(Task::Step(Step::Push(constant)));
        return;
    }
    // The task that is pushed last comes first.
    tasks.extend(constant.map(|constant| Task::Step(Step::Plus(constant))));
    let count = parts.len();
    for (position, (variable, mut part)) in parts.into_iter().enumerate() {
        if position + 1 < count {
            tasks.push(Task::Step(Step::Add));
        }
        let power = |term: &Term<'_>| term.0.iter().find(|(v, _)| *v == variable).map_or(0, |&(_, e)| e);
        let common = part.iter().map(power).min().unwrap_or(0);
        for (powers, _) in &mut part {
            powers.iter_mut().filter(|(v, _)| *v == variable).for_each(|(_, e)| *e -= common);
            powers.retain(|&(_, e)| e > 0);
        }
        tasks.push(Task::Power(index(variable), common));
        tasks.push(Task::Sum(part));
    }
}
