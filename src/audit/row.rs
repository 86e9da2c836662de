//! What a row of the audit consists of.

use std::error::Error;

/// What an audited statement turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing is the matter.
    Holds,
    /// An exact instance refutes a statement or a formula as it is printed.
    Counterexample,
    /// A step is missing, or cannot be carried out as it is printed; the conclusion stands with the repair.
    Gap,
    /// True, but more is asked for than is needed.
    Loose,
    /// True, but a cost that matters is not said.
    Omission,
    /// Two places of the paper disagree.
    Inconsistency,
    /// A remark, and what it is not to be taken for.
    Interpretation,
    /// A slip of notation; what is meant is clear.
    Typo,
}

impl Kind {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Holds => "holds",
            Kind::Counterexample => "counterexample",
            Kind::Gap => "gap",
            Kind::Loose => "not sharp",
            Kind::Omission => "omission",
            Kind::Inconsistency => "inconsistency",
            Kind::Interpretation => "interpretation",
            Kind::Typo => "typo",
        }
    }
}

/// How an instance was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The checker verified a certificate, from the written bytes.
    Checker,
    /// Exact evaluation over Q.
    Evaluation,
    /// Equality of normal forms: an identity of polynomials.
    NormalForm,
    /// All cases, one by one.
    Enumeration,
    /// Closed intervals that contain the numbers in question.
    Enclosure,
    /// Arithmetic on sizes that are printed: rows, columns, layers.
    Shapes,
}

impl By {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            By::Checker => "the checker",
            By::Evaluation => "exact evaluation",
            By::NormalForm => "normal forms",
            By::Enumeration => "enumeration",
            By::Enclosure => "enclosures",
            By::Shapes => "arithmetic on the printed sizes",
        }
    }
}

/// What became of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is as stated.
    Holds,
    /// It is not.
    Fails,
    /// It could not be decided; never what is expected.
    Broken(String),
}

impl Outcome {
    /// In a word.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Holds => "holds",
            Outcome::Fails => "fails",
            Outcome::Broken(_) => "not decided",
        }
    }
}

/// Names with exact values, in the order in which they are to be read.
pub type Numbers = Vec<(&'static str, String)>;

/// Whether an instance holds, with its numbers.
pub type Evidence = Result<(bool, Numbers), Box<dyn Error>>;

/// One exact instance of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// What is claimed of it.
    pub what: String,
    /// How it was decided.
    pub by: By,
    /// What is to come out: [`Outcome::Holds`] or [`Outcome::Fails`].
    pub expected: Outcome,
    /// What came out.
    pub found: Outcome,
    /// The exact numbers.
    pub numbers: Numbers,
}

impl Instance {
    /// Whether what came out is what is to come out.
    pub fn is_met(&self) -> bool {
        self.found == self.expected
    }

    fn new(by: By, expected: Outcome, what: impl Into<String>, evidence: Evidence) -> Self {
        let (found, numbers) = match evidence {
            Ok((true, numbers)) => (Outcome::Holds, numbers),
            Ok((false, numbers)) => (Outcome::Fails, numbers),
            Err(error) => (Outcome::Broken(error.to_string()), Vec::new()),
        };
        Self { what: what.into(), by, expected, found, numbers }
    }
}

/// An instance that is to hold.
pub(super) fn holds(by: By, what: impl Into<String>, evidence: impl FnOnce() -> Evidence) -> Instance {
    Instance::new(by, Outcome::Holds, what, evidence())
}

/// An instance that is to fail.
pub(super) fn fails(by: By, what: impl Into<String>, evidence: impl FnOnce() -> Evidence) -> Instance {
    Instance::new(by, Outcome::Fails, what, evidence())
}

/// One statement of the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// "Theorem 4.4", "E1", …
    pub id: &'static str,
    /// Where it is in the paper.
    pub place: &'static str,
    /// What it turned out to be; the weightiest first.
    pub kinds: &'static [Kind],
    /// What the paper says, in our words.
    pub statement: &'static str,
    /// What is the matter with it, or how it is to be read.
    pub finding: &'static str,
    /// Instances of what is printed.
    pub printed: Vec<Instance>,
    /// What is to be put in its place, if anything.
    pub repair: Option<&'static str>,
    /// Instances of the repair, or of the construction where none is needed.
    pub repaired: Vec<Instance>,
}

impl Row {
    /// All instances, the printed ones first.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.printed.iter().chain(&self.repaired)
    }

    /// Whether every instance came out as expected.
    pub fn is_met(&self) -> bool {
        self.instances().all(Instance::is_met)
    }

    /// [`Outcome::Fails`] if an instance of what is printed fails.
    pub fn printed_outcome(&self) -> Outcome {
        outcome(&self.printed)
    }

    /// The same for the repair.
    pub fn repaired_outcome(&self) -> Outcome {
        outcome(&self.repaired)
    }
}

/// What could not be decided outweighs what fails, and that what holds.
fn outcome(instances: &[Instance]) -> Outcome {
    let broken = instances.iter().find(|i| matches!(i.found, Outcome::Broken(_)));
    let worst = broken.or_else(|| instances.iter().find(|i| i.found == Outcome::Fails));
    worst.map_or(Outcome::Holds, |instance| instance.found.clone())
}
