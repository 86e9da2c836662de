//! Python bindings: `import sumformer`.
//!
//! The classes are thin: what they hold is parsed once and never changes, so that threads share it. Everything that takes time
//! runs on threads of its own (`job.rs`), without the interpreter's lock, and can be interrupted. What is pleasant to write in
//! Python (options with their defaults, errors, a progress bar) is written in Python, in `sumformer/`.

mod algebra;
mod arrays;
mod chain;
mod enclosed;
mod errors;
mod export;
mod files;
mod job;
mod network;
mod number;
mod options;
mod proof;
mod prove;
mod sequences;
mod shape;
mod target;
mod verdict;
mod watch;
mod witness;
mod words;

use pyo3::prelude::*;

/// What is written in Rust of the package `sumformer`.
#[pymodule]
mod _sumformer {
    #[pymodule_export]
    use crate::algebra::{augmented_monomial, power_sums};
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::proof::Proof;
    #[pymodule_export]
    use crate::prove::prove;
    #[pymodule_export]
    use crate::target::Target;
    #[pymodule_export]
    use crate::verdict::Verdict;
    #[pymodule_export]
    use crate::witness::Witness;
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
