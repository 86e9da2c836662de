//! What a file says of its network, in words.

use super::dtype::Dtype;
use super::error::ExportError;
use super::skeleton::Skeleton;
use serde::{Serialize, Serializer};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::Checked;
use sumformer_checker::format::floats::{FloatType, STAGED_GROUP};
use sumformer_checker::format::sha256;

/// The key of the [`Skeleton`], as JSON.
pub(super) const SKELETON: &str = "sumformer.network";
/// What every key begins with.
const KEYS: &str = "sumformer.";

/// The key that says how a graph adds up hidden units, where it does so in stages.
const SUMS: &str = "sumformer.sums";

/// What is said of a network beside its weights: pairs of key and text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    pairs: Vec<(String, String)>,
    /// What is claimed of the network as computed.
    computed: Vec<Claimed>,
    /// Whether a graph adds up hidden units in stages.
    staged: bool,
}

/// A bound of what is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claimed {
    kind: FloatType,
    staged: Option<usize>,
    tokens: Option<usize>,
    /// What bounds the distance from the target.
    total: Rational,
}

/// The value of [`SUMS`]: groups of at most [`STAGED_GROUP`].
fn in_groups() -> String {
    format!("staged {STAGED_GROUP}")
}

/// Whether metadata say that hidden units are added up in stages.
pub(super) fn is_staged(metadata: &[(String, String)]) -> bool {
    metadata.iter().any(|(key, text)| key == SUMS && *text == in_groups())
}

impl Labels {
    /// What a proof says: target, ε, the certified bound *over the reals*, and which bytes were checked.
    ///
    /// Its graph adds up hidden units in stages. Meant for a verdict that is valid; nothing is checked here.
    pub fn of(checked: &Checked, network: &[u8], target: &[u8]) -> Self {
        let certificate = &checked.certificate;
        let pairs = [
            ("target", checked.target.name.clone()),
            ("epsilon", certificate.epsilon.0.to_string()),
            ("certified", certificate.certified.0.to_string()),
            ("network_sha256", sha256(network)),
            ("target_sha256", sha256(target)),
        ];
        let computed = certificate.floats.iter().map(|claim| Claimed {
            kind: claim.kind,
            staged: claim.staged,
            tokens: claim.tokens,
            total: certificate.total_of(claim),
        });
        Self {
            pairs: pairs.into_iter().map(|(key, text)| (format!("{KEYS}{key}"), text)).collect(),
            computed: computed.collect(),
            staged: true,
        }
    }

    /// The same for a graph that adds up hidden units in stages, or in one product.
    pub fn in_stages(self, staged: bool) -> Self {
        Self { staged, ..self }
    }

    /// How many hidden units a graph has at most in a group of their sum.
    pub(super) fn staged(&self) -> Option<usize> {
        self.staged.then_some(STAGED_GROUP)
    }

    /// The labels among the metadata of a file, and its skeleton.
    pub(super) fn split(metadata: Vec<(String, String)>) -> (Self, Option<String>) {
        let mut skeleton = None;
        let staged = is_staged(&metadata);
        let mut labels = Vec::new();
        for (key, text) in metadata {
            if key == SKELETON {
                skeleton = Some(text);
            } else if !(key.starts_with(TYPES) || staged && key == SUMS) {
                labels.push((key, text));
            }
        }
        (Self { pairs: labels, computed: Vec::new(), staged }, skeleton)
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, text)| text.as_str())
    }

    /// All metadata of a file: the labels, the least bound of what is computed where a claim covers it, for a graph how it adds up, the
    /// types, the skeleton. Nothing says in which order files without a graph are computed, so that only claims about all orders are theirs.
    pub(super) fn metadata(
        &self,
        skeleton: &Skeleton,
        dtype: Dtype,
        is_graph: bool,
    ) -> Result<Metadata, ExportError> {
        let mut metadata = self.pairs.clone();
        let staged = self.staged().filter(|_| is_graph);
        let covers = |claim: &&Claimed| {
            claim.kind == FloatType::from(dtype) && (claim.staged.is_none() || claim.staged == staged)
        };
        if let Some(least) = self.computed.iter().filter(covers).min_by(|a, b| a.total.cmp(&b.total)) {
            metadata.push((format!("{KEYS}float_certified"), least.total.to_string()));
            if let Some(tokens) = least.tokens {
                metadata.push((format!("{KEYS}float_tokens"), tokens.to_string()));
            }
        }
        if staged.is_some() {
            metadata.push((SUMS.into(), in_groups()));
        }
        metadata.push((format!("{TYPES}stored"), dtype.name().into()));
        metadata.push((format!("{TYPES}computed"), dtype.computes_in().name().into()));
        metadata.push((SKELETON.into(), serde_json::to_string(skeleton).map_err(std::io::Error::from)?));
        Ok(Metadata(metadata))
    }
}

/// Keys and texts, as an object in this order.
#[derive(Debug)]
pub(super) struct Metadata(pub(super) Vec<(String, String)>);

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, text)| (key, text)))
    }
}

/// What the keys of types begin with.
const TYPES: &str = "sumformer.type.";
