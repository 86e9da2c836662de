//! Explicit transformer weights for equivariant functions, with a proved error bound.
//!
//! A target is a function of a sequence. Out of it come a network with exactly one attention layer, every weight a rational number,
//! and a certificate, from which the independent [`checker`] derives `sup |network − target| ≤ ε` over all sequences in
//! the box. Each step below is a few lines; whole programs stand under `examples/`.
//!
//! A target is read from text, with errors at their place; `docs/target-language.md` has the language:
//!
//! ```
//! use sumformer::prelude::*;
//! let text = "name = \"mean\"\ntokens = 4\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0]) - x[0]\"]\n";
//! assert_eq!(load_target("mean.toml", text)?.dimension(), 1);
//! let error = load_target("typo.toml", &text.replace("- x[0]", "- epx(x[0])")).unwrap_err();
//! assert!(error.list()[0].help.as_ref().is_some_and(|help| help.contains("did you mean `exp`")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Or it is built from closures over expressions, with the same text as its file ([`targets`]):
//!
//! ```
//! use sumformer::prelude::*;
//! use sumformer::targets::{mean, target};
//! let target = target("covariance").tokens(5).domain(0, 1).domain(0, 1).epsilon(ratio(1, 100));
//! let target = target.output(|_| mean(|y| y[0] * y[1]) - mean(|y| y[0]) * mean(|y| y[1])).build()?;
//! assert_eq!(load_target("saved.toml", &target.source)?, target);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Plan and prove ([`recipe`]); check from bytes alone; evaluate exactly:
//!
//! ```
//! use sumformer::prelude::*;
//! # use sumformer::targets::{mean, target};
//! # let target = target("covariance").tokens(3).domain(0, 1).domain(0, 1).epsilon(ratio(1, 100));
//! # let target = target.output(|_| mean(|y| y[0] * y[1]) - mean(|y| y[0]) * mean(|y| y[1])).build()?;
//! let proof = plan(&target, &Options::default(), &())?.prove(Architecture::Transformer, &())?.proof;
//!
//! let checked = check_proof(proof.files(&target))?;
//! assert!(matches!(checked.verdict, Verdict::Valid(_)));
//! assert!(checked.certificate.certified.0 <= ratio(1, 100));
//!
//! let sequence = [[0, 1], [1, 0], [1, 1]].map(|token| token.map(|x| ratio(x, 1)).to_vec());
//! let outputs = ExactEvaluator::new(&checked.network)?.evaluate(&sequence)?;
//! let error = &outputs[0][0] - ratio(-1, 9);
//! assert!(ratio(-1, 100) <= error && error <= ratio(1, 100));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Write a proof to a folder, in which nobody's files are overwritten, and read it back ([`folder`]):
//!
//! ```
//! use sumformer::folder::{read_proof, write_proof};
//! # use sumformer::prelude::*;
//! # let text = "name = \"mean\"\ntokens = 4\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0]) - x[0]\"]\n";
//! # let target = load_target("mean.toml", text)?;
//! # let proof = plan(&target, &Options::default(), &())?.prove(Architecture::Transformer, &())?.proof;
//! # let folder = std::env::temp_dir().join(format!("sumformer-doctest-{}", std::process::id()));
//! write_proof(&folder, &target, &proof)?;
//! assert!(matches!(check_proof(read_proof(&folder)?.files())?.verdict, Verdict::Valid(_)));
//! assert!(write_proof(&folder, &target, &proof).is_err());
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Theorem 2.12: enumerate the power sums p_α with 1 ≤ |α| ≤ n, compute all of them at once, and rewrite a symmetric polynomial
//! in them ([`algebra`]):
//!
//! ```
//! use sumformer::algebra::multi_index::{GradedLexicographic, count};
//! use sumformer::algebra::{MultiIndex, power_sums::PowerSums, rewriting::augmented_monomial};
//! use sumformer::prelude::ratio;
//! let indices: Vec<MultiIndex> = GradedLexicographic::new(2, 1, 3).collect();
//! assert_eq!(count(2, 3), indices.len().into());
//!
//! let tokens = [1, 2, 3, 4, 5, 6].map(|x| ratio(x, 1)); // three tokens of two coordinates
//! let sums = PowerSums::new(2, 3)?.evaluate_exact(&tokens)?;
//!
//! // Σ_{j ≠ k} x_j[0]·x_k[1] = p_(1,0)·p_(0,1) − p_(1,1)
//! let rewritten = augmented_monomial(&[[1, 0].into(), [0, 1].into()], 100)?;
//! let at = |alpha: &MultiIndex| sums[indices.iter().position(|index| index == alpha).expect("listed")].clone();
//! assert_eq!(rewritten.evaluate(at), ratio(9 * 12 - 44, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The second proof of Theorem 4.1: a table on a grid, looked up by a network of steps ([`discontinuous`]):
//!
//! ```
//! use sumformer::discontinuous::{Grid, network, tabulate};
//! use sumformer::network::NetworkSize;
//! use sumformer::prelude::*;
//! use sumformer::recipe::GridOptions;
//! # let text = "name = \"mean\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0]) - x[0]\"]\n";
//! # let target = load_target("mean.toml", text)?;
//! let (grid, options) = (Grid::new(target.domain.clone(), 4)?, GridOptions::default());
//! let table = tabulate(&target, 2, grid, &options.table(), &ratio(1, 4))?;
//! let network = network(&table, &options.network(Architecture::Transformer, Scores::Zero))?;
//! assert_eq!((table.entries(), NetworkSize::of(&network).attention_blocks), (4 * 4, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! *Features*: `cli` (default) has the command, pages and pictures; `fast` (with `cli`) has threads and packed matrix
//! products; `export` (with `cli`) writes networks for ONNX, safetensors and npz; `proptest` has strategies for property tests; `training` trains the paper's figures. Without any of them 46 crates are
//! linked in all.

pub mod algebra;
pub mod approximation;
#[cfg(feature = "cli")]
pub mod audit;
pub mod certify;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codes;
pub mod discontinuous;
pub mod eval;
#[cfg(feature = "export")]
pub mod export;
#[cfg(feature = "cli")]
pub mod figures;
#[cfg(feature = "cli")]
pub mod floors;
pub mod folder;
pub mod lowering;
pub mod network;
pub mod numeric;
pub mod parallel;
pub mod planning;
pub mod prelude;
pub mod reading;
pub mod recipe;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod scale;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod sumformer;
pub mod targets;
pub mod words;
#[cfg(feature = "cli")]
pub mod zoo;

/// The independent checker: numbers, the target language, the files, and the rules.
pub use sumformer_checker as checker;
