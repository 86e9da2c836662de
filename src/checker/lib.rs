//! The independent checker of `sumformer`.
//!
//! It owns everything a statement needs in order to mean something (numbers, polynomials, the target language, the
//! file formats and the exact semantics of a network) and the rules that derive an error bound from a network's own
//! weights. It imports nothing of the constructor.
//!
//! Three byte strings go in, and a verdict comes out ([`check::check_proof`]):
//!
//! ```
//! use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
//! use sumformer_checker::format::{certificate::CERTIFICATE_FORMAT, network::NETWORK_FORMAT, sha256};
//!
//! // Somebody claims that this network of one slot is the first coordinate of the own token, for every length.
//! let target = "name = \"first\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"x[0]\"]\n";
//! let one = r#"{"weights": [[0, 0, "1"]], "bias": []}"#;
//! let network = format!(
//!     r#"{{"format": "{NETWORK_FORMAT}", "tokens": "any", "dimension": 1, "outputs": 1, "slots": ["x[0]"],
//!         "embedding": {one}, "blocks": [], "readout": {one}}}"#
//! );
//! let certificate = |network: &str| format!(
//!     r#"{{"format": "{CERTIFICATE_FORMAT}", "target_sha256": "{}", "network_sha256": "{}", "epsilon": "1/1000",
//!         "certified": "0", "outputs": [{{"lowering": "0", "residual": "0"}}], "witness": null,
//!         "route": {{"polynomial": {{"stream": {{"latents": [], "blocks": []}}}}}}}}"#,
//!     sha256(target.as_bytes()), sha256(network.as_bytes())
//! );
//! let check = |network: &str| check_proof(ProofFiles {
//!     target: target.as_bytes(), network: network.as_bytes(), certificate: certificate(network).as_bytes(),
//! });
//! assert!(matches!(check(&network)?.verdict, Verdict::Valid(_)));
//! // The same is claimed of another weight.
//! assert!(matches!(check(&network.replace(r#""1"]"#, r#""2"]"#))?.verdict, Verdict::Invalid(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(
    not(test),
    deny(
        clippy::cast_lossless,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

pub mod arith;
pub mod attention;
pub mod boxes;
pub mod cells;
pub mod check;
pub mod enclosure;
pub mod floats;
pub mod floor;
pub mod format;
pub mod given;
pub mod language;
pub mod limits;
pub mod normal_form;
pub mod parts;
pub mod polynomial_route;
pub mod refusal;
pub mod sizes;
pub mod subdivision;
pub mod surrogate;
pub mod witness;
pub mod work;
