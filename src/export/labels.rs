//! What a file says of its network, in words.

use super::dtype::Dtype;
use super::error::ExportError;
use super::skeleton::Skeleton;
use serde::{Serialize, Serializer};
use sumformer_checker::check::Checked;
use sumformer_checker::format::sha256;

/// The key of the [`Skeleton`], as JSON.
pub(super) const SKELETON: &str = "sumformer.network";
/// What every key begins with.
const KEYS: &str = "sumformer.";

/// What is said of a network beside its weights: pairs of key and text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    /// What a proof says: target, ε, the certified bound *over the reals*, and which bytes were checked.
    ///
    /// Meant for a verdict that is valid; nothing is checked here.
    pub fn of(checked: &Checked, network: &[u8], target: &[u8]) -> Self {
        let certificate = &checked.certificate;
        let pairs = [
            ("target", checked.target.name.clone()),
            ("epsilon", certificate.epsilon.0.to_string()),
            ("certified", certificate.certified.0.to_string()),
            ("network_sha256", sha256(network)),
            ("target_sha256", sha256(target)),
        ];
        Self(pairs.into_iter().map(|(key, text)| (format!("{KEYS}{key}"), text)).collect())
    }

    /// The labels among the metadata of a file, and its skeleton.
    pub(super) fn split(metadata: Vec<(String, String)>) -> (Self, Option<String>) {
        let mut skeleton = None;
        let mut labels = Vec::new();
        for (key, text) in metadata {
            if key == SKELETON {
                skeleton = Some(text);
            } else if !key.starts_with(TYPES) {
                labels.push((key, text));
            }
        }
        (Self(labels), skeleton)
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, text)| text.as_str())
    }

    /// All metadata of a file: the labels, the types, the skeleton.
    pub(super) fn metadata(&self, skeleton: &Skeleton, dtype: Dtype) -> Result<Metadata, ExportError> {
        let mut metadata = self.0.clone();
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
