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
mod error;
mod grid;
mod hats;
mod heads;
mod logarithms;
mod own_token;
mod pair;
mod pass;
pub mod polynomial_distance;
mod quotient;
mod replace;
mod separate;
mod tree;
mod value;
mod weighted_mean;

pub use composite::composite;
pub use derivative::derivative;
pub use error::{Site, SurrogateError};
pub use heads::Weighted;
pub use logarithms::shifted_change;
pub use replace::pair_function;
pub use tree::{children, free_levels, size};
pub use weighted_mean::WeightedMean;
pub(crate) use weighted_mean::tilted;

use crate::limits::MAX_TERMS;
use cover::{Cover, Written};

use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational};
use crate::format::certificate::Approximation;
use crate::language::ast::{Function, Span};
use crate::language::target::Target;
use crate::normal_form::NormalForm;
use crate::normal_form::expansion::{ExpansionError, expand_target};
use crate::refusal::Refusal;
use num_traits::Zero;

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
    /// Tokens are extended: coordinates 0..d, then one per atom, then one per weighted mean, with what it ranges over. The outputs are
    /// those of the target, then the arguments of the atoms.
    pub target: Target,
    /// Whether this is the target itself: a polynomial, or what boxes compare a network with.
    pub is_target: bool,
    /// Coordinates of the target itself.
    pub dimension: usize,
    /// The atoms, coordinates d, d+1, …
    pub atoms: Vec<Atom>,
    /// Means over all tokens with weights of their own, the coordinates after them.
    pub means: Vec<WeightedMean>,
    /// The normal forms of the outputs, without the arguments of the atoms.
    pub forms: Vec<NormalForm>,
    /// Per output, a bound on |surrogate − target| over the box.
    pub deviations: Vec<Rational>,
    /// What it was made with.
    pub approximations: Vec<Approximation>,
    /// The point from which the target is seen ([`crate::polynomial_route::centre`]): it is added to coordinates of this target's box; empty for 0.
    pub centre: Vec<Exact>,
}

impl Surrogate {
    /// The surrogate that the approximations make, with normal forms of at most `max_terms` terms.
    pub fn new(
        target: &Target,
        approximations: &[Approximation],
        max_terms: usize,
    ) -> Result<Self, SurrogateError> {
        let mut written = Written::new(approximations);
        let surrogate = Self::shown_by(&mut written, target, approximations, max_terms)?;
        written
            .require_end()
            .map_err(|(index, end)| SurrogateError::Wrong { index, message: end.to_string() })?;
        Ok(surrogate)
    }

    /// The same, the errors of the approximations being shown by `cover` instead of by their cuts.
    pub fn shown_by(
        cover: &mut dyn Cover,
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
        let passed = pass::run(target, approximations, cover)?;
        let mut forms = expand_target(&passed.target, max_terms)?;
        let arguments = forms.split_off(target.outputs());
        let atoms = passed.atoms.into_iter().zip(arguments);
        Ok(Self {
            target: passed.target,
            is_target: false,
            dimension: target.dimension(),
            means: passed.means,
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
            centre: Vec::new(),
        })
    }

    /// The surrogate that a certificate's checks are about.
    pub fn of(target: &Target, approximations: &[Approximation]) -> Result<Self, Refusal> {
        Self::new(target, approximations, MAX_TERMS).map_err(SurrogateError::refusal)
    }

    /// The coordinate of a token that is a weighted mean.
    pub fn coordinate_of_mean(&self, mean: usize) -> usize {
        self.dimension.saturating_add(self.atoms.len()).saturating_add(mean)
    }

    /// The target itself, given its normal forms.
    pub fn polynomial(target: &Target, forms: Vec<NormalForm>) -> Self {
        Self {
            target: target.clone(),
            is_target: true,
            dimension: target.dimension(),
            means: Vec::new(),
            atoms: Vec::new(),
            forms,
            deviations: vec![Rational::zero(); target.outputs()],
            approximations: Vec::new(),
            centre: Vec::new(),
        }
    }
}
