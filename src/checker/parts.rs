//! The parts of the checker, and how many lines each has: what a verdict rests on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Counted when the package is built.
mod counted {
    include!(concat!(env!("OUT_DIR"), "/lines.rs"));
}

/// One part of the checker: the code that has to be right if a verdict used it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Files in, verdict out; the meter of work.
    Check,
    /// Exact numbers, their intervals, polynomials.
    Arithmetic,
    /// Numbers whose operations are rounded, and their intervals.
    Rounding,
    /// What a target file means.
    Statement,
    /// The values of targets.
    Values,
    /// What network and certificate say.
    Files,
    /// Equivariant polynomials as normal forms, and targets expanded to them.
    NormalForms,
    /// Attention that is a multiple of the mean.
    Attention,
    /// Networks near a polynomial, block by block.
    Polynomials,
    /// Ranges of expressions and of functions of one variable.
    Enclosures,
    /// What stands for a target that is no polynomial.
    Surrogates,
    /// Heads with scores of their own, and the weighted means that they compute.
    Heads,
    /// Residuals over a tree of boxes.
    Boxes,
    /// Networks that were given, on a tree of boxes.
    Given,
    /// Networks that are constant on cells.
    Tables,
    /// The error at one input.
    Witness,
    /// What is computed in floating point.
    Floats,
    /// Floors under the error of every Sumformer with few sums; no verdict about a network rests on them.
    Floors,
    /// Numbers in sentences: no verdict rests on them.
    Words,
}

/// Of each part its name, the files and folders of the package that it consists of, but for what is inside them and named by
/// another part, and the parts that it needs besides those that every check uses. Polynomial rules need enclosures for the
/// atoms of surrogates only, which need them too.
const TABLE: [(Part, &str, &[&str], &[Part]); 19] = {
    use Part::{
        Arithmetic, Attention, Boxes, Check, Enclosures, Files, Floats, Floors, Given, Heads, NormalForms,
        Polynomials, Rounding, Statement, Surrogates, Tables, Values, Witness, Words,
    };
    [
        (Check, "check", &["check", "lib", "limits", "parts", "refusal", "sizes", "work"], &[]),
        (Arithmetic, "arithmetic", &["arith"], &[]),
        (Rounding, "rounding", &["arith/rounded"], &[]),
        (Statement, "statement", &["language"], &[]),
        (Values, "values", &["language/values"], &[]),
        (Files, "files", &["format", "subdivision"], &[]),
        (NormalForms, "normal forms", &["normal_form"], &[]),
        (Attention, "attention", &["attention"], &[]),
        (Polynomials, "polynomial rules", &["polynomial_route"], &[NormalForms, Attention]),
        (Enclosures, "enclosures", &["enclosure"], &[Rounding, Values]),
        (
            Surrogates,
            "surrogates",
            &["surrogate", "polynomial_route/function_supremum"],
            &[NormalForms, Enclosures],
        ),
        (
            Heads,
            "heads",
            &["surrogate/heads", "surrogate/weighted_mean", "polynomial_route/attending"],
            &[Surrogates],
        ),
        (Boxes, "boxes", &["boxes"], &[Polynomials, NormalForms, Attention, Enclosures]),
        (Given, "given networks", &["given"], &[Boxes]),
        (Tables, "tables", &["cells"], &[NormalForms, Attention, Enclosures]),
        (Witness, "witness", &["witness"], &[Values]),
        (Floats, "floats", &["floats", "format/floats"], &[Polynomials, Rounding]),
        (Floors, "floors", &["floor", "format/floor"], &[Values, Enclosures]),
        (Words, "words", &["arith/decimal"], &[]),
    ]
};

/// Lines of code by part.
static LINES: LazyLock<BTreeMap<Part, usize>> = LazyLock::new(|| {
    let mut lines = BTreeMap::new();
    for (file, own) in counted::LINES {
        if let Some(part) = Part::of(file) {
            *lines.entry(part).or_default() += own;
        }
    }
    lines
});

impl Part {
    /// All parts.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.into_iter().map(|(part, ..)| part)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The files and folders of the package that it consists of, but for what is inside them and named by another part.
    pub fn rooms(self) -> &'static [&'static str] {
        TABLE[self as usize].2
    }

    /// Its lines of code: neither blank, nor comments, nor unit tests.
    pub fn lines(self) -> usize {
        LINES.get(&self).copied().unwrap_or(0)
    }

    /// The part that a file belongs to, named without `.rs`: the one that names the innermost folder around it.
    fn of(file: &str) -> Option<Self> {
        let around =
            |room: &str| file.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let rooms =
            Self::all().flat_map(|part| part.rooms().iter().map(move |room| (room.len(), part, *room)));
        rooms.filter(|(_, _, room)| around(room)).max().map(|(_, part, _)| part)
    }
}

/// Parts that were used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts(BTreeSet<Part>);

impl Parts {
    /// What every check uses.
    pub(crate) fn common() -> Self {
        Self(BTreeSet::from([Part::Check, Part::Arithmetic, Part::Statement, Part::Files]))
    }

    /// Records a part that is used, with those that it needs.
    pub(crate) fn add(&mut self, part: Part) {
        if self.0.insert(part) {
            TABLE[part as usize].3.iter().for_each(|needed| self.add(*needed));
        }
    }

    /// The parts, in the order of [`Part::all`].
    pub fn iter(&self) -> impl Iterator<Item = Part> {
        self.0.iter().copied()
    }

    /// The lines of all of them together.
    pub fn lines(&self) -> usize {
        self.iter().map(Part::lines).sum()
    }
}
