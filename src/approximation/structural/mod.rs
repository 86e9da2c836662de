//! Route (b), structural: the target keeps its shape, and only what depends on two tokens at once is replaced.
//!
//! Which nodes need a replacement is what the checker says: its pass stops at the first one that nothing covers, one is
//! chosen, and the pass runs again. All replacements get the same error, scaled until what they add up to at the
//! outputs is the share of ε that is meant for them.

mod composite;
mod exponent;
mod hats;
mod heads;
pub mod logarithms;
mod names;
pub mod pairs;
mod replacement;

use crate::approximation::cover::surrogate as searched;
use num_traits::Zero;
use sumformer_checker::arith::decimal::above;
use sumformer_checker::arith::number::{Rational, integer, max, power_of_two, round_down};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::ast::Span;
use sumformer_checker::language::target::Target;
use sumformer_checker::surrogate::{Site, Surrogate, SurrogateError};

/// Attempts to meet the share.
const MAX_ATTEMPTS: usize = 12;
/// How much smaller errors become after an argument has left the domain of its function.
const OFF_DOMAIN_STEP: i64 = 16;
/// Hats are not made finer than this.
const MAX_PIECES: u32 = 2048;
/// More replacements are not looked for.
const MAX_SITES: usize = 64;

/// Why there is no surrogate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StructuralError {
    /// The checker covers a node by no rule, or its normal form is too large.
    #[error(transparent)]
    Surrogate(#[from] SurrogateError),
    /// No replacement is good enough.
    #[error("{what}: {why}")]
    OutOfReach {
        /// The node.
        what: String,
        /// What was tried.
        why: String,
        /// Where it stands.
        span: Span,
    },
    /// Heads with scores of their own were asked for.
    #[error(
        "nothing in the target is a weighted mean over all tokens with weights exp(polynomial), nor a maximum or minimum of a polynomial"
    )]
    NoHeads,
    /// The errors of the replacements weigh too much.
    #[error(
        "the replacements were made {MAX_ATTEMPTS} times more precise, and the surrogate is still {} from the target",
        above(deviation)
    )]
    NotNear {
        /// The last distance.
        deviation: Rational,
    },
}

/// A surrogate at most `share` from the target, with numerators named; weighted means stay as they are if there are to be `heads` for
/// them.
pub fn surrogate(
    target: &Target,
    share: &Rational,
    max_terms: usize,
    heads: bool,
) -> Result<Surrogate, StructuralError> {
    let first = |error: &Rational| match heads {
        true => heads::weighted_means(target, error),
        false => Ok(Vec::new()),
    };
    let surrogate = near(target, share, max_terms, (&first, &replacement::choose))?;
    Ok(with_names(target, surrogate, max_terms))
}

/// The same surrogate with numerators named.
fn with_names(target: &Target, mut surrogate: Surrogate, max_terms: usize) -> Surrogate {
    // A name is refused where a value depends on two tokens, or inside what is replaced.
    for name in names::numerators(target, &surrogate.approximations) {
        let mut approximations = surrogate.approximations.clone();
        approximations.insert(approximations.partition_point(|a| place(a) < place(&name)), name);
        if let Ok(named) = searched(target, &approximations, max_terms) {
            surrogate = named;
        }
    }
    surrogate
}

fn place(approximation: &Approximation) -> (usize, usize) {
    (approximation.output, approximation.node)
}

/// Chooses what to put in the place of a site.
type Choose = dyn Fn(&Target, &Site, &Rational) -> Result<Approximation, String>;

/// What is replaced before anything is asked for, up to an error.
type First<'a> = dyn Fn(&Rational) -> Result<Vec<Approximation>, StructuralError> + 'a;

fn near(
    target: &Target,
    share: &Rational,
    max_terms: usize,
    (first, choose): (&First<'_>, &Choose),
) -> Result<Surrogate, StructuralError> {
    let mut error = share.clone();
    let least = share / power_of_two(16);
    let mut deviation = Rational::zero();
    for _ in 0..MAX_ATTEMPTS {
        let surrogate = match cover(target, &error, max_terms, (first(&error)?, choose)) {
            Ok(surrogate) => surrogate,
            // What is replaced may be so far off that a divisor may vanish, or a root leave its domain.
            Err((_, Coverage::Replaced)) if error > least => {
                error = &error / integer(OFF_DOMAIN_STEP);
                continue;
            }
            Err((refused, _)) => return Err(refused),
        };
        deviation = surrogate.deviations.iter().cloned().fold(Rational::zero(), max);
        if &deviation <= share {
            return Ok(surrogate);
        }
        // A bit less than in proportion, and never so little that rounding is all that is left.
        error = round_down(&(&error * share / &deviation * Rational::new(9.into(), 10.into())), 8);
    }
    Err(StructuralError::NotNear { deviation })
}

/// What was done before a node was met that nothing covers.
enum Coverage {
    /// Nodes were replaced, which moves what depends on them.
    Replaced,
    /// The target is as it was, or no smaller error would help.
    Final,
}

/// Replaces what the checker asks for, one node after the other.
fn cover(
    target: &Target,
    error: &Rational,
    max_terms: usize,
    (mut approximations, choose): (Vec<Approximation>, &Choose),
) -> Result<Surrogate, (StructuralError, Coverage)> {
    let last = |error: StructuralError| (error, Coverage::Final);
    loop {
        let (site, what, span) = match searched(target, &approximations, max_terms) {
            Ok(surrogate) => return Ok(surrogate),
            Err(SurrogateError::NotCovered { what, span, site: Some(site) })
                if approximations.len() < MAX_SITES =>
            {
                (site, what, span)
            }
            // Samples saw less than the checker.
            Err(SurrogateError::Wrong { index, message }) => {
                let hats = approximations.get_mut(index).map(|a| &mut a.by);
                match hats {
                    Some(Replacement::Hats { pieces, .. } | Replacement::Grid { pieces, .. })
                        if *pieces < MAX_PIECES =>
                    {
                        *pieces += *pieces / 8 + 1
                    }
                    _ => return Err(last(SurrogateError::Wrong { index, message }.into())),
                }
                continue;
            }
            Err(other) => {
                let moved = matches!(
                    other,
                    SurrogateError::NotCovered { site: None, .. } | SurrogateError::LeavesDomain { .. }
                );
                let coverage =
                    if moved && !approximations.is_empty() { Coverage::Replaced } else { Coverage::Final };
                return Err((other.into(), coverage));
            }
        };
        let replacement = choose(target, &site, error).map_err(|why| {
            last(StructuralError::OutOfReach { what: what.clone(), why, span: span.clone() })
        })?;
        let at = approximations.partition_point(|a| place(a) < place(&replacement));
        if approximations.get(at).is_some_and(|a| place(a) == place(&replacement)) {
            let why = "what replaces it needs a replacement itself".to_string();
            return Err(last(StructuralError::OutOfReach { what, why, span }));
        }
        approximations.insert(at, replacement);
    }
}
