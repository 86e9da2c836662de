//! The exact size of the continuous construction, in closed form: what the paper leaves open.
//!
//! Nothing here looks at a plan or a network. A network carries d coordinates and d' latents; it computes Q squares and R
//! products of two different slots in product trees; it has one attention layer. Every formula is a sum over these
//! parts, derived in `docs/scaling.md`.

use super::family::Family;
use crate::algebra::multi_index::count;
use num_bigint::BigUint;
use num_traits::{One, Signed, ToPrimitive, Zero};
use sumformer_checker::arith::number::{Rational, integer, round_down};
use sumformer_checker::format::network::Activation;

/// Sizes of a network with zero scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstructionSize {
    /// Blocks.
    pub blocks: BigUint,
    /// D, slots of the residual stream.
    pub width: BigUint,
    /// d'.
    pub latent_dimension: BigUint,
    /// Hidden units of all blocks.
    pub hidden_units: BigUint,
    /// Weights and biases that are not zero, but for a Performer's ω.
    pub nonzeros: BigUint,
    /// [`multiply_adds_per_token`](super::cost::multiply_adds_per_token).
    pub multiply_adds: BigUint,
}

/// A member of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Which family.
    pub family: Family,
    /// n ≥ 2.
    pub tokens: usize,
    /// d ≥ 1.
    pub dimension: u32,
    /// D ≥ 1, the degree.
    pub degree: u32,
}

/// Why a member has no closed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoClosedForm {
    /// Sums over the others.
    #[error("the families are sums over the other tokens; give at least 2 tokens")]
    OneToken,
    /// A power is squared again and again.
    #[error("the family `power` has degrees that are powers of two, not {0}")]
    NotAPowerOfTwo(u32),
    /// A product has a factor for each coordinate.
    #[error(
        "the family `product` multiplies the {dimension} coordinates' sums: its degree is {dimension}, not {degree}"
    )]
    OtherDegree {
        /// d.
        dimension: u32,
        /// D.
        degree: u32,
    },
    /// The range of a square is that of a slot, which has the errors of earlier layers.
    #[error(
        "with relu the pieces of a second layer of products depend on the errors of the first; closed forms have one such layer (degree 2 at most), or relu2"
    )]
    SecondLayer,
    /// One piece of an even power may be constant.
    #[error("a gadget has at least 2 pieces")]
    OnePiece,
    /// Step units carry no values.
    #[error("the continuous construction has relu and relu2, no step units")]
    Step,
}

/// What a family needs: the counts from which all sizes follow.
struct Parts {
    latents: BigUint,
    squares: BigUint,
    products: BigUint,
    /// Layers of products.
    layers: u32,
    /// Whether products have slots of their own, and not those of features.
    own_slots: bool,
    /// Terms of ψ.
    terms: BigUint,
}

/// A gadget's part: its hidden units, and what else is not zero in them.
struct Gadget {
    units: BigUint,
    /// Biases that are not zero, b1 and b2.
    biases: BigUint,
}

impl Member {
    /// Whether the family has such a member.
    pub fn validate(&self) -> Result<(), NoClosedForm> {
        let (dimension, degree) = (self.dimension, self.degree);
        match self.family {
            _ if self.tokens < 2 => Err(NoClosedForm::OneToken),
            Family::Power if !degree.is_power_of_two() => Err(NoClosedForm::NotAPowerOfTwo(degree)),
            Family::Product if degree != dimension => Err(NoClosedForm::OtherDegree { dimension, degree }),
            _ => Ok(()),
        }
    }

    /// The size of the network with the given activation; with relu every gadget is asked for so many pieces.
    pub fn size(&self, activation: Activation, pieces: u64) -> Result<ConstructionSize, NoClosedForm> {
        self.validate()?;
        let parts = self.parts();
        let [square, product] = match activation {
            // t² = relu2(t) + relu2(−t), and a product is a difference of two squares; no biases.
            Activation::Relu2 => [2u32, 4].map(|units| Gadget { units: units.into(), biases: Zero::zero() }),
            Activation::Relu => self.pieces(&parts, pieces)?,
            Activation::Step => return Err(NoClosedForm::Step),
        };
        // t = relu(t) − relu(−t), or ((t+1)² − (t−1)²)/4 from four squared relus with a bias each.
        let (carrying, carried_biases) = if activation == Activation::Relu2 { (4u32, 4u32) } else { (2, 0) };
        let slots = if parts.own_slots { &parts.squares + &parts.products } else { Zero::zero() };
        let width = BigUint::from(self.dimension) + &parts.latents + slots;
        // A unit of a square reads one slot, one of a product two; all write one.
        let weights = &parts.squares * &square.units * 2u32
            + &parts.products * &product.units * 3u32
            + &parts.latents * carrying * 2u32;
        let biases = &parts.squares * &square.biases
            + &parts.products * &product.biases
            + &parts.latents * carried_biases;
        // x to its slots and to the features of degree 1; W_V on the latents; W_O the identity; ψ's terms.
        let linear = BigUint::from(2 * self.dimension) + &parts.latents + &width + &parts.terms;
        let multiply_adds = linear + weights;
        Ok(ConstructionSize {
            blocks: BigUint::from(parts.layers) + 1u32,
            hidden_units: &parts.squares * square.units
                + &parts.products * product.units
                + &parts.latents * carrying,
            nonzeros: &multiply_adds + biases,
            multiply_adds,
            latent_dimension: parts.latents,
            width,
        })
    }

    fn parts(&self) -> Parts {
        let (d, degree) = (self.dimension, self.degree);
        match self.family {
            // All monomials, so every factor is there; the even ones are squares.
            Family::Features => {
                let (latents, squares) = (count(d, degree), count(d, degree / 2));
                Parts {
                    products: &latents - d - &squares,
                    squares,
                    layers: logarithm(degree),
                    own_slots: false,
                    terms: latents.clone(),
                    latents,
                }
            }
            Family::Power => Parts {
                latents: d.into(),
                squares: BigUint::from(d) * logarithm(degree),
                products: Zero::zero(),
                layers: logarithm(degree),
                own_slots: true,
                terms: d.into(),
            },
            // A tree with d leaves.
            Family::Product => Parts {
                latents: d.into(),
                squares: Zero::zero(),
                products: (d - 1).into(),
                layers: logarithm(d),
                own_slots: true,
                terms: One::one(),
            },
        }
    }

    /// The pieces of a square and of a product, where all of them work on the same ranges, which are known exactly.
    fn pieces(&self, parts: &Parts, asked: u64) -> Result<[Gadget; 2], NoClosedForm> {
        match parts.layers {
            0 => return Ok([0u32, 0].map(|none| Gadget { units: none.into(), biases: Zero::zero() })),
            1 if asked < 2 => return Err(NoClosedForm::OnePiece),
            1 => {}
            _ => return Err(NoClosedForm::SecondLayer),
        }
        let side = self.largest_sum();
        // The affine part of all pieces has one bias in b2.
        let whole = |gadgets: &[Pieces]| Gadget {
            units: gadgets.iter().map(|gadget| &gadget.count).sum(),
            biases: gadgets
                .iter()
                .map(|gadget| &gadget.count - u32::from(gadget.zero_is_a_knot))
                .sum::<BigUint>()
                + 1u32,
        };
        let (zero, twice) = (Rational::zero(), &side * integer(2));
        Ok([
            whole(&[Pieces::cover(&zero, &side, asked)]),
            whole(&[Pieces::cover(&zero, &twice, asked), Pieces::cover(&-&side, &side, asked)]),
        ])
    }

    /// The upper end of the slots that are multiplied: 1 for coordinates, n − 1 for sums over the others.
    fn largest_sum(&self) -> Rational {
        if self.family == Family::Features {
            integer(1)
        } else {
            Rational::from_integer((self.tokens - 1).into())
        }
    }

    /// C in "hidden units of gadgets ≈ C·ε^(−1/2)" with relu, from the planner's N_g ∝ (L_g·A_g/κ_g)^(1/3); `None` where
    /// it depends on the shape of the product trees.
    pub fn units_coefficient(&self) -> Option<f64> {
        self.validate().ok()?;
        let others = (self.tokens - 1) as f64;
        let d = f64::from(self.dimension);
        match self.family {
            Family::Features if self.degree == 1 => Some(0.0),
            // d squares with A = 1/8, κ = 1, and d(d−1)/2 products with A = 1/4, κ = 2; L = n − 1.
            Family::Features if self.degree == 2 => Some(d.powi(3) * (others / 8.0).sqrt()),
            Family::Features => None,
            // In the i-th of r squares A = (n−1)^(2^i)/8 and L = 2^(r−i)·(n−1)^(D − 2^i).
            Family::Power => {
                let shares: f64 = (0..logarithm(self.degree)).map(|i| 2f64.powf(f64::from(i) / 3.0)).sum();
                Some(d * (others.powf(f64::from(self.degree)) / 8.0).sqrt() * shares.powf(1.5))
            }
            // Every product has the same L·A/κ, (n−1)^d/8.
            Family::Product if self.dimension.is_power_of_two() => {
                Some((d - 1.0).powf(1.5) * others.powf(d / 2.0))
            }
            Family::Product => None,
        }
    }

    /// C·ε^(−1/2) and the units that carry the latents.
    pub fn predicted_units(&self, epsilon: f64) -> Option<f64> {
        let carried = 2.0 * self.parts().latents.to_f64()?;
        Some(self.units_coefficient()? / epsilon.sqrt() + carried)
    }
}

/// ⌈log2 k⌉ for k ≥ 1.
fn logarithm(k: u32) -> u32 {
    k.next_power_of_two().trailing_zeros()
}

/// Pieces of equal length that cover a range.
struct Pieces {
    count: BigUint,
    zero_is_a_knot: bool,
}

impl Pieces {
    /// Of the length width/N, rounded down to 5 significant bits, from a multiple of a sixteenth of it.
    fn cover(inf: &Rational, sup: &Rational, asked: u64) -> Self {
        let length = round_down(&((sup - inf) / Rational::from_integer(asked.into())), 5);
        let unit = &length / integer(16);
        let start = (inf / &unit).floor() * &unit;
        let count = ((sup - &start) / &length).ceil();
        let zero = -&start / &length;
        Self {
            count: count.to_integer().magnitude().clone(),
            // Knots are where pieces start.
            zero_is_a_knot: zero.is_integer() && !zero.is_negative() && zero < count,
        }
    }
}
