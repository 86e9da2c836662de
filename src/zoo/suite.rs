//! All specimens of a seed and a size, and the questions about them.

use super::dice::Dice;
use super::error::ZooError;
use super::families::FAMILIES;
use super::instance::Instance;
use super::specimen::Specimen;
use std::collections::BTreeSet;

/// How much there is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// Answered in seconds by complete verifiers, so one hopes.
    Small,
    /// Deeper and wider.
    Medium,
    /// Thousands of linear pieces in twelve dimensions.
    Large,
}

/// All sizes.
pub const SIZES: [Size; 3] = [Size::Small, Size::Medium, Size::Large];

impl Size {
    /// Its name in options and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }

    /// Seconds that a program may take for one question.
    pub fn timeout(self) -> u32 {
        self.pick([60, 120, 300])
    }

    /// What there is for each size.
    pub(super) fn pick<T>(self, [small, medium, large]: [T; 3]) -> T {
        match self {
            Self::Small => small,
            Self::Medium => medium,
            Self::Large => large,
        }
    }
}

/// Specimens with known extremes, and questions with known answers.
#[derive(Debug)]
pub struct Suite {
    /// What the dice were made of.
    pub seed: u64,
    /// How much there is.
    pub size: Size,
    /// The networks.
    pub specimens: Vec<Specimen>,
    /// The questions, specimen by specimen.
    pub instances: Vec<Instance>,
}

impl Suite {
    /// The suite of a seed.
    pub fn new(seed: u64, size: Size) -> Result<Self, ZooError> {
        let mut specimens = Vec::new();
        for (stream, family) in FAMILIES.iter().enumerate() {
            let made = (family.specimens)(&mut Dice::new(seed, stream as u64), size)?;
            for mut specimen in made {
                specimen.name = format!("{}-{}", family.name, specimen.name);
                specimens.push(specimen);
            }
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = specimens.iter().find(|specimen| !names.insert(&specimen.name)) {
            return Err(ZooError::Defect {
                name: twice.name.clone(),
                what: "there are two of this name".into(),
            });
        }
        let mut instances = Vec::new();
        for specimen in &specimens {
            instances.extend(Instance::all(specimen)?);
        }
        Ok(Self { seed, size, specimens, instances })
    }
}
