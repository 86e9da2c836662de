//! Results as lines of JSON: one per finished run, in the order of their keys.

use super::antipodal::AntipodalPair;
use super::settings::Settings;
use super::targets::Figure1Function;
use num_traits::Signed;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use sumformer_checker::arith::number::parse_rational;
use sumformer_checker::format::json_in_words;

/// What φ is; ψ is a multi-layer perceptron in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// All monomials of degree 1 to n, as in the proof of Theorem 4.1.
    Polynomial,
    /// A multi-layer perceptron.
    Mlp,
}

impl Model {
    /// In the order of the records.
    pub const ALL: [Self; 2] = [Self::Polynomial, Self::Mlp];

    /// The paper's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Polynomial => "Polynomial Sumformer",
            Self::Mlp => "MLP Sumformer",
        }
    }
}

/// One training run of Figure 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a run of figure 1, an object")]
pub struct CurveRecord {
    /// What is learned.
    pub target: Figure1Function,
    /// What learns it.
    pub model: Model,
    /// d'
    pub latents: usize,
    /// How.
    pub settings: Settings,
    /// The relative L2 error on the validation sequences after `validate_every` epochs, twice as many, and so on.
    pub errors: Vec<f64>,
}

/// One training run of Figure 2, with an MLP Sumformer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a run of figure 2, an object")]
pub struct LatentRecord {
    /// d
    pub dimension: usize,
    /// d'
    pub latents: usize,
    /// How.
    pub settings: Settings,
    /// The least relative L2 error on the validation sequences.
    pub best_error: f64,
    /// After so many epochs.
    pub best_epoch: usize,
    /// The relative L2 error at the end.
    pub last_error: f64,
    /// The largest error of any output of the best network, on the validation sequences and where x1 = (1, …, 1) and
    /// x2 = x3 is a corner of the cube.
    pub sampled_error: f64,
    /// Where d' < d: two inputs that the best network cannot tell apart.
    pub pair: Option<Collision>,
}

/// What a network of Figure 2 says at (1, …, 1; t, t) and at (1, …, 1; 1 − t, 1 − t), where φ(t) ≈ φ(1 − t).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a pair of inputs, an object")]
pub struct Collision {
    /// t, on the boundary of the cube.
    pub point: Vec<f64>,
    /// |φ(t) − φ(1 − t)|₂
    pub distance: f64,
    /// A coordinate k in which t_k is 0 or 1.
    pub coordinate: usize,
    /// The network's output k at the own token, for t and for 1 − t.
    pub outputs: [f64; 2],
    /// Their distances from the function's values there, which are 8 and 32.
    pub errors: [f64; 2],
}

impl Collision {
    /// The same for any network; `output(t)` is its vector of outputs at the own token for x1 = (1, …, 1), x2 = x3 = t.
    pub fn new(pair: AntipodalPair, output: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let AntipodalPair { point, distance } = pair;
        let opposite: Vec<f64> = point.iter().map(|t| 1.0 - t).collect();
        let all = [output(&point), output(&opposite)];
        let errors_at = |k: usize| {
            let values = [&point, &opposite].map(|t| super::targets::figure_2_at_ones(t[k]));
            [0, 1].map(|side| (all[side][k] - values[side]).abs())
        };
        let on_face = (0..point.len()).filter(|&k| point[k] == 0.0 || point[k] == 1.0);
        // The coordinate in which the network is off most.
        let largest = |k: &usize| errors_at(*k).into_iter().fold(0.0, f64::max);
        let coordinate = on_face.max_by(|a, b| largest(a).total_cmp(&largest(b))).unwrap_or(0);
        Self {
            coordinate,
            outputs: [all[0][coordinate], all[1][coordinate]],
            errors: errors_at(coordinate),
            point,
            distance,
        }
    }

    /// The larger of the two errors; at least 12 if φ(t) = φ(1 − t).
    pub fn largest_error(&self) -> f64 {
        self.errors[0].max(self.errors[1])
    }
}

/// What is constructed for a function of a figure, with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "what is constructed, an object")]
pub struct ConstructedRecord {
    /// 1 or 2
    pub figure: u8,
    /// The target's name.
    pub target: String,
    /// d
    pub dimension: usize,
    /// `relu` or `relu2`
    pub activation: String,
    /// d'
    pub latents: usize,
    /// Blocks of the transformer.
    pub blocks: usize,
    /// Hidden units in all blocks.
    pub hidden_units: usize,
    /// The certified bound of the largest error, exactly.
    pub certified: String,
    /// The relative L2 error on the figure's validation sequences, evaluated in `f64`.
    pub relative_error: f64,
    /// The largest error there.
    pub sampled_error: f64,
}

/// A line of a data file.
pub trait Record: Serialize + DeserializeOwned + Clone {
    /// What tells it from other lines of its file.
    type Key: Ord + Clone;
    /// Its key.
    fn key(&self) -> Self::Key;
    /// The key, in words.
    fn describe(&self) -> String;
    /// How it was trained, if it was.
    fn settings(&self) -> Option<&Settings>;
    /// What no run could have left, in words: lengths that do not fit, indices out of range, negative errors.
    fn problem(&self) -> Option<&'static str>;
}

/// More sums, coordinates or epochs are no result of this program.
const LARGEST: usize = 1 << 20;

fn is_count(number: usize) -> bool {
    (1..=LARGEST).contains(&number)
}

fn are_errors(numbers: &[f64]) -> bool {
    numbers.iter().all(|number| *number >= 0.0)
}

impl Record for CurveRecord {
    type Key = (Figure1Function, Model);
    fn key(&self) -> Self::Key {
        (self.target, self.model)
    }
    fn describe(&self) -> String {
        format!("{}, {}", self.target.name(), self.model.name())
    }
    fn settings(&self) -> Option<&Settings> {
        Some(&self.settings)
    }
    fn problem(&self) -> Option<&'static str> {
        let Settings { epochs, validate_every, .. } = self.settings;
        if !is_count(self.latents) {
            Some("`latents` must be between 1 and 2^20")
        } else if !is_count(epochs) || !is_count(validate_every) {
            Some("`epochs` and `validate_every` must be between 1 and 2^20")
        } else if self.errors.len() != epochs / validate_every || self.errors.is_empty() {
            Some("`errors` must have one number for every `validate_every` epochs")
        } else if !are_errors(&self.errors) {
            Some("a negative error")
        } else {
            None
        }
    }
}

impl Record for LatentRecord {
    type Key = (usize, usize);
    fn key(&self) -> Self::Key {
        (self.dimension, self.latents)
    }
    fn describe(&self) -> String {
        format!("d = {}, d' = {}", self.dimension, self.latents)
    }
    fn settings(&self) -> Option<&Settings> {
        Some(&self.settings)
    }
    fn problem(&self) -> Option<&'static str> {
        let misplaced =
            |pair: &Collision| pair.point.len() != self.dimension || pair.coordinate >= self.dimension;
        if !is_count(self.dimension) || !is_count(self.latents) {
            Some("`dimension` and `latents` must be between 1 and 2^20")
        } else if !are_errors(&[self.best_error, self.last_error, self.sampled_error]) {
            Some("a negative error")
        } else if self.pair.as_ref().is_some_and(misplaced) {
            Some("`point` must have `dimension` coordinates, and `coordinate` be one of them")
        } else if self.pair.as_ref().is_some_and(|pair| !are_errors(&pair.errors) || pair.distance < 0.0) {
            Some("a negative error or distance in `pair`")
        } else {
            None
        }
    }
}

impl Record for ConstructedRecord {
    type Key = (u8, usize, String, String);
    fn key(&self) -> Self::Key {
        (self.figure, self.dimension, self.target.clone(), self.activation.clone())
    }
    fn describe(&self) -> String {
        format!("{}, {}", self.target, self.activation)
    }
    fn settings(&self) -> Option<&Settings> {
        None
    }
    fn problem(&self) -> Option<&'static str> {
        if !matches!(self.figure, 1 | 2) {
            Some("`figure` must be 1 or 2")
        } else if !["relu", "relu2"].contains(&self.activation.as_str()) {
            Some("`activation` must be \"relu\" or \"relu2\"")
        } else if !is_count(self.dimension) || !is_count(self.latents) {
            Some("`dimension` and `latents` must be between 1 and 2^20")
        } else if !are_errors(&[self.relative_error, self.sampled_error]) {
            Some("a negative error")
        } else if !parse_rational(&self.certified).is_ok_and(|bound| !bound.is_negative()) {
            Some("`certified` must be a fraction that is not negative")
        } else {
            None
        }
    }
}

/// Why a data file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A line is no record.
    #[error("line {line}: {problem}")]
    Malformed {
        /// From 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// The same run twice.
    #[error("line {line}: a second record of {run}")]
    Twice {
        /// From 1.
        line: usize,
        /// Which.
        run: String,
    },
    /// Runs of one file that are not comparable.
    #[error("line {line}: {run} was trained with other settings than asked for or than line 1: {difference}")]
    OtherSettings {
        /// From 1.
        line: usize,
        /// Which.
        run: String,
        /// The first setting that differs.
        difference: String,
    },
}

/// Reads all lines of a data file; `wanted` are the settings that it must have (default: those of its first line).
pub fn parse<R: Record>(text: &str, wanted: Option<&Settings>) -> Result<Vec<R>, RecordError> {
    let mut records: Vec<R> = Vec::new();
    let mut keys = BTreeSet::new();
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        let record: R = serde_json::from_str(content)
            .map_err(|e| RecordError::Malformed { line, problem: json_in_words(&e) })?;
        if let Some(problem) = record.problem() {
            return Err(RecordError::Malformed { line, problem: problem.into() });
        }
        let run = record.describe();
        let settings = wanted.or_else(|| records.first().and_then(R::settings));
        if let Some(difference) = settings.zip(record.settings()).and_then(|(a, b)| difference(a, b)) {
            return Err(RecordError::OtherSettings { line, run, difference });
        }
        if !keys.insert(record.key()) {
            return Err(RecordError::Twice { line, run });
        }
        records.push(record);
    }
    records.sort_by_key(R::key);
    Ok(records)
}

/// The text of a data file, sorted by key, so that it does not depend on which run ended first.
pub fn to_text<R: Record>(records: &[R]) -> Result<String, serde_json::Error> {
    let mut sorted: Vec<&R> = records.iter().collect();
    sorted.sort_by_key(|record| record.key());
    sorted.into_iter().map(|record| Ok(serde_json::to_string(record)? + "\n")).collect()
}

/// The first setting that differs: `batch is 50, not 100`.
fn difference(wanted: &Settings, found: &Settings) -> Option<String> {
    let object = |settings: &Settings| match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let found = object(found);
    object(wanted)
        .into_iter()
        .find(|(name, value)| found.get(name) != Some(value))
        .map(|(name, value)| format!("{name} is {}, not {value}", found.get(&name).unwrap_or_default()))
}
