//! What stands for the target: replaced nodes and functions of one variable.

use super::numbers::Bound;
use super::words::{self, Formula};
use crate::words::{TokenNames, print};
use serde::Serialize;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::format::certificate::{Certificate, ProofRoute, Replacement};
use sumformer_checker::language::ast::{Expr, ExprKind};
use sumformer_checker::language::target::Target;
use sumformer_checker::polynomial_route::centre::centred_target;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::{Surrogate, children};

/// A node of the target and what stands for it.
#[derive(Debug, Clone, Serialize)]
pub struct ReplacedFacts {
    /// The output.
    pub output: usize,
    /// Its number in the syntax tree.
    pub node: usize,
    /// The node's text.
    pub expression: String,
    /// What it is replaced by.
    pub by: String,
    /// Bounds the distance.
    pub error: Bound,
}

/// A function of one variable.
#[derive(Debug, Clone, Serialize)]
pub struct AtomFacts {
    /// Its name in formulas, with the token that it is of.
    pub name: String,
    /// The function.
    pub function: &'static str,
    /// What its argument ranges over.
    pub argument_range: Interval,
}

/// A mean over all tokens y with weights exp(score).
#[derive(Debug, Clone, Serialize)]
pub struct MeanFacts {
    /// Its name in formulas, with the token that it is of.
    pub name: String,
    /// The score, but for what is of x alone.
    pub score: Formula,
    /// What is averaged.
    pub value: Formula,
    /// What that ranges over.
    pub range: Interval,
}

/// The replacements of a certificate.
pub fn replaced(target: &Target, certificate: &Certificate) -> Result<Vec<ReplacedFacts>, Refusal> {
    let ProofRoute::Polynomial(claims) = &certificate.route else { return Ok(Vec::new()) };
    // Nodes are counted in the expressions as they are seen from the centre.
    let target = centred_target(target, &claims.stream.centre)?;
    let facts = claims.approximations.iter().map(|a| ReplacedFacts {
        output: a.output,
        node: a.node,
        expression: target
            .body
            .expressions()
            .get(a.output)
            .and_then(|root| text_of(root, a.node, TokenNames::of(&target.body)))
            .unwrap_or_else(|| "?".into()),
        by: in_words(&a.by),
        error: Bound::upper(&a.error.0),
    });
    Ok(facts.collect())
}

/// The text of a node, tokens bound outside of it by their names there.
fn text_of(root: &Expr, node: usize, names: TokenNames) -> Option<String> {
    let mut binders = Vec::new();
    let found = find(root, node, &mut 0, &mut binders)?;
    let text = print(found, names);
    // The printer shows a token that nothing binds by its level.
    let levels = (1..=binders.len()).rev();
    Some(levels.fold(text, |text, level| text.replace(&format!("?{level}"), &binders[level - 1])))
}

fn find<'a>(expr: &'a Expr, node: usize, next: &mut usize, binders: &mut Vec<String>) -> Option<&'a Expr> {
    if *next == node {
        return Some(expr);
    }
    *next += 1;
    let depth = binders.len();
    if let ExprKind::Reduce { binder, .. } = &expr.kind {
        binders.push(binder.clone());
    }
    for child in children(expr) {
        if let Some(found) = find(child, node, next, binders) {
            return Some(found);
        }
    }
    binders.truncate(depth);
    None
}

fn in_words(by: &Replacement) -> String {
    match by {
        Replacement::Polynomial { coefficients, .. } => {
            format!("polynomial of degree {} in its argument", coefficients.len().saturating_sub(1))
        }
        Replacement::Product { coefficients, .. } => format!(
            "exp of the terms in one token each, times a polynomial of degree {} in the mixed terms",
            coefficients.len().saturating_sub(1)
        ),
        Replacement::Composite { coefficients, .. } => format!(
            "polynomial of degree {} in the value that it is a function of",
            coefficients.len().saturating_sub(1)
        ),
        Replacement::Pair { terms } => {
            format!("sum of {} products of polynomials in one token each", terms.len())
        }
        Replacement::Head { sharpness: None } => "itself, computed by a head".into(),
        Replacement::Head { sharpness: Some(sharpness) } => {
            format!("mean with weights exp of {} times the values, computed by a head", sharpness.0)
        }
        Replacement::Name => "itself, computed once".into(),
        Replacement::Grid { pieces, .. } => {
            format!("bilinear interpolation in {pieces} pieces in each token")
        }
        Replacement::Hats { pieces, .. } => format!("piecewise linear interpolation in {pieces} pieces"),
        Replacement::Thresholds { levels, .. } => format!("{levels} threshold features"),
        Replacement::Logarithms { shift, .. } => {
            format!("products over tokens as exp of sums of logarithms, factors shifted by {}", shift.0)
        }
    }
}

/// The weighted means of a surrogate.
pub fn means(surrogate: &Surrogate) -> Vec<MeanFacts> {
    let m = surrogate.target.dimension();
    let of = |token: &'static str| move |v: usize| words::coordinate(surrogate, token, v as u32);
    let of_both = |v: u32| match (v as usize).checked_sub(m) {
        None => of("x")(v as usize),
        Some(v) => of("y")(v),
    };
    let means = surrogate.means.iter().enumerate();
    means
        .map(|(number, mean)| MeanFacts {
            name: of("x")(surrogate.coordinate_of_mean(number)),
            score: words::polynomial(&mean.score, &of_both),
            value: words::polynomial(&mean.value, &|v| of("y")(v as usize)),
            range: mean.range.clone(),
        })
        .collect()
}

/// The atoms of a surrogate.
pub fn atoms(surrogate: &Surrogate) -> Vec<AtomFacts> {
    let atoms = surrogate.atoms.iter().enumerate();
    atoms
        .map(|(number, atom)| AtomFacts {
            name: words::coordinate(surrogate, "x", (surrogate.dimension + number) as u32),
            function: atom.function.name(),
            argument_range: atom.argument_range.clone(),
        })
        .collect()
}
