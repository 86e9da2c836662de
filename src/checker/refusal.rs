//! Why a proof is not accepted: the rule, the place, and what was wanted and found.

use std::fmt;

/// Why the checker does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: rule `{rule}`: {message}")]
pub struct Refusal {
    /// The rule that failed.
    pub rule: Rule,
    /// Where: block, gadget, slot, output.
    pub place: String,
    /// What was wanted and what was found.
    pub message: String,
    /// Whether a claim is false, or merely nothing the rules cover.
    pub kind: RefusalKind,
}

/// Whether a refusal is a refutation of the certificate or a limit of the checker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// A claim does not follow: verdict "invalid".
    Invalid,
    /// No rule covers this: verdict "incomplete".
    Unsupported,
}

/// The checker's rules, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The certificate names these very files.
    Hash,
    /// Network, target and certificate have matching shapes.
    Shape,
    /// A node of the target is as close to what stands for it as claimed.
    Approximation,
    /// Hidden units of a gadget are functions of one variable.
    GadgetUnits,
    /// A gadget's variable stays in the claimed range.
    GadgetRange,
    /// A gadget is as close to its polynomial as claimed.
    GadgetError,
    /// Attention weights are constant (Thms 4.3, 4.4, 4.5).
    Attention,
    /// The network is constant on cells, and its table is as large as claimed (Thm 4.1, second proof).
    Cells,
    /// A latent stays in the claimed range.
    LatentRange,
    /// A latent is as precise as claimed.
    LatentError,
    /// The network's output is as close to the Sumformer as claimed.
    Lowering,
    /// A tree of boxes covers all sequences.
    Boxes,
    /// A network that was given is equivariant, and has enclosures.
    Given,
    /// The Sumformer is as close to the target as claimed.
    Residual,
    /// The parts add up to at most the certified bound, and that to at most ε.
    Total,
    /// The witness evaluates to the stated error.
    Witness,
    /// What is computed in floating point is as close to the network as claimed.
    Floats,
    /// No Sumformer with so few sums comes as close to the target as claimed.
    Floor,
    /// The whole check takes no more work than is allowed.
    Work,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::Hash => "hash",
            Rule::Shape => "shape",
            Rule::Approximation => "approximation",
            Rule::GadgetUnits => "gadget-units",
            Rule::GadgetRange => "gadget-range",
            Rule::GadgetError => "gadget-error",
            Rule::Attention => "attention",
            Rule::Cells => "cells",
            Rule::LatentRange => "latent-range",
            Rule::LatentError => "latent-error",
            Rule::Lowering => "lowering",
            Rule::Boxes => "boxes",
            Rule::Given => "given",
            Rule::Residual => "residual",
            Rule::Total => "total",
            Rule::Witness => "witness",
            Rule::Floats => "floats",
            Rule::Floor => "floor",
            Rule::Work => "work",
        })
    }
}

impl Rule {
    /// A refusal because a claim does not follow.
    pub fn invalid(self, place: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal { rule: self, place: place.into(), message: message.into(), kind: RefusalKind::Invalid }
    }

    /// A refusal because no rule covers the case.
    pub fn unsupported(self, place: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal { rule: self, place: place.into(), message: message.into(), kind: RefusalKind::Unsupported }
    }
}
