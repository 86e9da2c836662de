//! Surrogates: what a target is compared with when it is not a polynomial (Weierstrass step, structural).
//!
//! The *surrogate* f̃ of a target f is made in two steps, both by the checker:
//!
//! * the certificate's [`approximations`](crate::format::certificate::Approximation) replace single nodes of the
//!   syntax tree; how far f̃ is from f follows from how far each replacement is from its node, by the
//!   Lipschitz constants of everything around it (`pass`);
//! * every other call, division or extremum of two becomes an *atom*, a further coordinate of its token: the value of a
//!   function of one variable at an argument that is a polynomial in sums, in the token's coordinates, and in earlier
//!   atoms.
//!
//! What is left is a polynomial equivariant function of tokens with d coordinates and as many atoms. A network whose
//! gadgets compute the atoms (up to an error) and whose Sumformer is this polynomial is near f̃, so near f. That two
//! polynomials in coordinates and atoms are the same function of the atoms is sufficient for this, not
//! necessary: atoms are treated as independent variables.

mod atoms;
mod composite;
pub mod cover;
mod derivative;
mod domain;
mod grid;
mod hats;
mod pass;
pub mod polynomial_distance;
mod quotient;
mod replace;
mod separate;
mod tree;

pub use composite::composite;
pub use derivative::derivative;
pub use replace::pair_function;
pub use tree::{children, free_levels, size};

use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::format::certificate::Approximation;
use crate::language::ast::{Function, Span};
use crate::language::target::Target;
use crate::normal_form::NormalForm;
use crate::normal_form::expansion::{DEFAULT_MAX_TERMS, ExpansionError, expand_target};
use crate::refusal::{Refusal, Rule};
use num_traits::Zero;

/// Why a target has no surrogate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurrogateError {
    /// A node needs an approximation that there is none of.
    #[error("{what}")]
    NotCovered {
        /// What is not covered.
        what: String,
        /// Where.
        span: Span,
        /// What an approximation would have to be about, where one could be given.
        site: Option<Box<Site>>,
    },
    /// A function is not defined, or not known to be, wherever its argument goes.
    #[error("{what}")]
    OffDomain {
        /// What is not defined, and where its argument goes.
        what: String,
        /// What to change.
        help: String,
        /// Where it stands.
        span: Span,
        /// Whether there is an input without a value, not only none that is known.
        certain: bool,
    },
    /// What replaces parts of an argument moves it off the domain of the function.
    #[error("`{}` is not defined everywhere within {distance} of its argument, which is as much as replacements move it", .function.name())]
    LeavesDomain {
        /// The function.
        function: Function,
        /// How far the argument may move.
        distance: String,
        /// Where it stands.
        span: Span,
    },
    /// An approximation of the certificate is not one.
    #[error("approximation {index}: {message}")]
    Wrong {
        /// Which one, counted from 0.
        index: usize,
        /// Why not.
        message: String,
    },
    /// The surrogate has no normal form.
    #[error(transparent)]
    Expansion(#[from] ExpansionError),
}

impl SurrogateError {
    /// What the checker says.
    pub fn refusal(self) -> Refusal {
        let message = self.to_string();
        match self {
            SurrogateError::Wrong { index, message } => {
                Rule::Approximation.invalid(format!("approximation {index}"), message)
            }
            SurrogateError::NotCovered { .. }
            | SurrogateError::OffDomain { .. }
            | SurrogateError::LeavesDomain { .. } => Rule::Residual.unsupported("target", message),
            SurrogateError::Expansion(error) => match error {
                ExpansionError::NotPolynomial { .. } | ExpansionError::TooLarge { .. } => {
                    Rule::Residual.unsupported("target", message)
                }
                ExpansionError::Undefined { .. } | ExpansionError::NotSymmetric { .. } => {
                    Rule::Residual.invalid("target", message)
                }
            },
        }
    }
}

/// A node that has to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The output.
    pub output: usize,
    /// The node's number in its tree, as approximations count.
    pub node: usize,
    /// The function, for a call or a division; nothing for an extremum over tokens.
    pub function: Option<Function>,
    /// What the argument ranges over, or what the extremum runs over does.
    pub argument: Interval,
}

/// A function of one variable at an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// The function.
    pub function: Function,
    /// Where it stands in the file, the first time.
    pub span: Span,
    /// Contains the argument for every token of every sequence in the box.
    pub argument_range: Interval,
    /// The argument, in coordinates, atoms before this one, and sums over tokens.
    pub argument: NormalForm,
}

/// A polynomial function of tokens with atoms, and its distance from the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surrogate {
    /// Tokens are extended by the atoms: coordinates 0..d, then one per atom, with what it ranges over. The outputs are
    /// those of the target, then the arguments of the atoms.
    pub target: Target,
    /// Coordinates of the target itself.
    pub dimension: usize,
    /// The atoms, coordinates d, d+1, …
    pub atoms: Vec<Atom>,
    /// The normal forms of the outputs, without the arguments of the atoms.
    pub forms: Vec<NormalForm>,
    /// Per output, a bound on |surrogate − target| over the box.
    pub deviations: Vec<Rational>,
    /// What it was made with.
    pub approximations: Vec<Approximation>,
}

impl Surrogate {
    /// The surrogate that the approximations make, with normal forms of at most `max_terms` terms.
    pub fn new(
        target: &Target,
        approximations: &[Approximation],
        max_terms: usize,
    ) -> Result<Self, SurrogateError> {
        // A polynomial is its own surrogate.
        if approximations.is_empty() {
            match expand_target(target, max_terms) {
                Ok(forms) => return Ok(Self::polynomial(target, forms)),
                Err(ExpansionError::NotPolynomial { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let passed = pass::run(target, approximations)?;
        let mut forms = expand_target(&passed.target, max_terms)?;
        let arguments = forms.split_off(target.outputs());
        let atoms = passed.atoms.into_iter().zip(arguments);
        Ok(Self {
            target: passed.target,
            dimension: target.dimension(),
            atoms: atoms
                .map(|(atom, argument)| Atom {
                    function: atom.function,
                    span: atom.span,
                    argument_range: atom.argument_range,
                    argument,
                })
                .collect(),
            forms,
            deviations: passed.deviations,
            approximations: approximations.to_vec(),
        })
    }

    /// The surrogate that a certificate's checks are about.
    pub fn of(target: &Target, approximations: &[Approximation]) -> Result<Self, Refusal> {
        Self::new(target, approximations, DEFAULT_MAX_TERMS).map_err(SurrogateError::refusal)
    }

    /// The target itself, given its normal forms.
    pub fn polynomial(target: &Target, forms: Vec<NormalForm>) -> Self {
        Self {
            target: target.clone(),
            dimension: target.dimension(),
            atoms: Vec::new(),
            forms,
            deviations: vec![Rational::zero(); target.outputs()],
            approximations: Vec::new(),
        }
    }
}
