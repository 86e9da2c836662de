//! The class `Network`.

use crate::arrays::{self, Batch, Given, answer};
use crate::errors::{Failure, Kind};
use crate::files::read_file;
use crate::job::Inside;
use crate::sequences::{self, Rows};
use crate::shape::{Leading, Shape};
use crate::target::tokens;
use crate::{enclosed, export, job};
use pyo3::exceptions::{PyFloatingPointError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple, PyType};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use sumformer::checker::format::network::{self, Mechanism};
use sumformer::checker::format::sha256;
use sumformer::checker::witness::semantics::{ExactEvaluator, SemanticsError};
use sumformer::eval::{EvalError, Forward, Workspace};
use sumformer::export::Format;
use sumformer::folder::{is_compressed, network_file, read_network_file};
use sumformer::network::NetworkSize;
use sumformer::numeric::{FloatInterval, Scalar};
use sumformer::parallel;
use sumformer::words::to_json;

/// Passes of up to so many multiplications are made at once, without threads; some tenths of a millisecond.
const SHORT: usize = 1 << 20;

/// A thread takes sequences of about so many tokens at a time.
const TOGETHER: usize = 256;

/// A transformer with exact weights, read from the text of a ``network.json``.
///
/// ``network(X)`` evaluates it in floating point, ``network.exact(X)`` in rational numbers, ``network.interval(X)`` in
/// intervals.
#[pyclass(frozen, eq, hash, module = "sumformer")]
pub struct Network {
    inner: Arc<Loaded>,
}

/// A network with all that is computed of it once.
pub struct Loaded {
    json: Vec<u8>,
    network: network::Network,
    size: NetworkSize,
    in_f64: OnceLock<Forward<f64>>,
    in_f32: OnceLock<Forward<f32>>,
    in_intervals: OnceLock<Forward<FloatInterval>>,
}

impl Loaded {
    /// A network that was read from these bytes.
    pub fn new(json: Vec<u8>, network: network::Network) -> Self {
        let size = NetworkSize::of(&network);
        let (in_f64, in_f32, in_intervals) = Default::default();
        Self { json, network, size, in_f64, in_f32, in_intervals }
    }

    /// The bytes of its file.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

impl From<Arc<Loaded>> for Network {
    fn from(inner: Arc<Loaded>) -> Self {
        Self { inner }
    }
}

/// Networks with the same bytes are equal.
impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        self.inner.json == other.inner.json
    }
}

impl Hash for Network {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.json.hash(state);
    }
}

/// The numbers that a network is compiled for.
trait Compiled: Scalar {
    /// Where the compiled network is kept.
    fn kept(loaded: &Loaded) -> &OnceLock<Forward<Self>>;
}

impl Compiled for f64 {
    fn kept(loaded: &Loaded) -> &OnceLock<Forward<Self>> {
        &loaded.in_f64
    }
}

impl Compiled for f32 {
    fn kept(loaded: &Loaded) -> &OnceLock<Forward<Self>> {
        &loaded.in_f32
    }
}

impl Compiled for FloatInterval {
    fn kept(loaded: &Loaded) -> &OnceLock<Forward<Self>> {
        &loaded.in_intervals
    }
}

impl Network {
    fn read(py: Python<'_>, json: Vec<u8>) -> PyResult<Self> {
        let read = job::run(py, move |_| {
            network::Network::from_json(&json).map(|network| Loaded::new(json, network))
        })?;
        let loaded = read.map_err(|error| Failure::new(Kind::Invalid, error.to_string()))?;
        Ok(Self { inner: Arc::new(loaded) })
    }

    fn shape(&self) -> Shape {
        Shape { tokens: self.inner.network.tokens, dimension: self.inner.network.dimension }
    }

    /// The outputs on all sequences of a batch, n × c each.
    fn outputs_on<S: Compiled>(&self, py: Python<'_>, leading: Leading, numbers: Vec<S>) -> PyResult<Vec<S>> {
        let loaded = self.inner.clone();
        let tokens = leading.tokens * leading.sequences();
        let work =
            loaded.size.nonzeros.saturating_mul(tokens).saturating_add(leading.tokens.saturating_mul(tokens));
        let outputs = if work <= SHORT && S::kept(&loaded).get().is_some() {
            py.detach(|| pass(&loaded, leading, &numbers, None))
        } else {
            job::run(py, move |inside| pass(&loaded, leading, &numbers, Some(inside)))?
        };
        outputs.map_err(|error| match error {
            EvalError::NotFinite { .. } => {
                PyFloatingPointError::new_err(format!("{error}; exact(X) and interval(X) know no overflow"))
            }
            other => PyValueError::new_err(other.to_string()),
        })
    }

    fn rounded<'py, S: Compiled + numpy::Element>(
        &self,
        py: Python<'py>,
        batch: Batch<S>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let outputs = self.outputs_on(py, batch.leading, batch.numbers)?;
        answer(py, batch.leading, self.inner.network.outputs, outputs)
    }
}

/// The passes over a batch, on all threads where there is somebody inside of a job, who may want to stop.
fn pass<S: Compiled>(
    loaded: &Loaded,
    leading: Leading,
    numbers: &[S],
    inside: Option<&Inside>,
) -> Result<Vec<S>, EvalError> {
    let kept = S::kept(loaded);
    let forward = match kept.get() {
        Some(forward) => forward,
        None => {
            let compiled = Forward::compile(&loaded.network)?;
            kept.get_or_init(|| compiled)
        }
    };
    let width = leading.tokens * loaded.network.dimension;
    let of = |workspace: &mut Workspace<S>, sequences: &[S]| {
        forward.run_batch(workspace, leading.tokens, sequences).map(<[S]>::to_vec)
    };
    let Some(inside) = inside else { return of(&mut Workspace::default(), numbers) };
    let groups: Vec<&[S]> = numbers.chunks(width * (TOGETHER / leading.tokens).max(1)).collect();
    let unless_stopped = |workspace: &mut Workspace<S>, sequences: &&[S]| match inside.is_stopped() {
        // What comes out is not looked at.
        true => Ok(Vec::new()),
        false => of(workspace, sequences),
    };
    let outputs = parallel::map_with(&groups, 1, Workspace::default, unless_stopped);
    Ok(outputs.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

#[pymethods]
impl Network {
    /// Reads a ``network.json`` or ``network.json.zst``, or that of a folder, or a file that was exported (.onnx, .safetensors, .npz).
    ///
    /// The network of an exported file has exactly the numbers that stand there. Raises Invalid where it is none.
    #[classmethod]
    fn load(class: &Bound<'_, PyType>, path: PathBuf) -> PyResult<Self> {
        let file = if path.is_dir() { network_file(&path)? } else { path };
        if let Some(format) = file.extension().and_then(|ending| Format::of_ending(ending.to_str()?)) {
            let bytes = read_file(&file, u64::MAX)?;
            let imported = job::run(class.py(), move |_| {
                let network = export::imported(format, &file, bytes)?;
                Ok::<_, Failure>(Loaded::new(to_json(&network).into_bytes(), network))
            })??;
            return Ok(Self { inner: Arc::new(imported) });
        }
        let json = match is_compressed(&file) {
            true => class.py().detach(|| read_network_file(&file))?,
            false => read_file(&file, u64::MAX)?,
        };
        Self::read(class.py(), json)
    }

    /// Reads the bytes of a ``network.json``.
    #[classmethod]
    fn from_bytes(class: &Bound<'_, PyType>, json: &[u8]) -> PyResult<Self> {
        Self::read(class.py(), json.to_vec())
    }

    /// The bytes of its file.
    #[getter]
    fn json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.json)
    }

    /// The SHA-256 of these bytes, by which a certificate names the network.
    #[getter]
    fn sha256(&self) -> String {
        sha256(&self.inner.json)
    }

    /// n, or "any" for networks of every length.
    #[getter]
    fn tokens<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        tokens(py, self.inner.network.tokens)
    }

    /// d, the coordinates of a token.
    #[getter]
    fn dimension(&self) -> usize {
        self.inner.network.dimension
    }

    /// c, the outputs for each token.
    #[getter]
    fn outputs(&self) -> usize {
        self.inner.network.outputs
    }

    /// "transformer", "linformer" or "performer", by the first attention head; None without attention.
    #[getter]
    fn architecture(&self) -> Option<&'static str> {
        let heads = self
            .inner
            .network
            .blocks
            .iter()
            .flat_map(|block| &block.attention)
            .flat_map(|layer| &layer.heads);
        heads
            .map(|head| match head.mechanism {
                Mechanism::Softmax => "transformer",
                Mechanism::Linformer { .. } => "linformer",
                Mechanism::Performer { .. } => "performer",
            })
            .next()
    }

    /// The number of blocks.
    #[getter]
    fn blocks(&self) -> usize {
        self.inner.size.blocks
    }

    /// The number of blocks with attention.
    #[getter]
    fn attention_blocks(&self) -> usize {
        self.inner.size.attention_blocks
    }

    /// D, the width of the residual stream.
    #[getter]
    fn width(&self) -> usize {
        self.inner.size.width
    }

    /// The names of the D slots of the residual stream.
    #[getter]
    fn slots(&self) -> Vec<String> {
        self.inner.network.slots.clone()
    }

    /// The hidden units of all blocks together.
    #[getter]
    fn hidden_units(&self) -> usize {
        self.inner.size.hidden_units
    }

    /// The weights and biases that are not zero.
    #[getter]
    fn nonzeros(&self) -> usize {
        self.inner.size.nonzeros
    }

    /// The most bits of a numerator or a denominator among them.
    #[getter]
    fn bits(&self) -> u64 {
        self.inner.size.bits
    }

    /// The outputs on X, an array of shape (n, d) or (batch, n, d): an array of shape (n, c) or (batch, n, c), in the type
    /// of X (float64 or float32; float64 for integers). The weights are rounded to that type, and every step is.
    fn __call__<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match arrays::read(x, self.shape())? {
            Given::F64(batch) => self.rounded(py, batch),
            Given::F32(batch) => self.rounded(py, batch),
        }
    }

    /// The outputs on nested sequences of Fractions, integers or text ("1/3"; "0.1" is 1/10), of shape (n, d) or
    /// (batch, n, d): nested lists of Fractions.
    ///
    /// Raises Incomplete where exponentials do not cancel.
    fn exact<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let given = sequences::read(x, self.shape())?;
        let loaded = self.inner.clone();
        let outputs = job::run(py, move |_| {
            let evaluator = ExactEvaluator::new(&loaded.network)?;
            given
                .sequences
                .iter()
                .map(|rows| evaluator.evaluate(rows))
                .collect::<Result<Vec<Rows>, SemanticsError>>()
        })?;
        let outputs = outputs.map_err(|error| match error {
            SemanticsError::NotExact { .. } | SemanticsError::TooLarge => {
                Failure::new(Kind::Incomplete, format!("{error}; interval(X) gives a rigorous enclosure"))
                    .into()
            }
            other => PyValueError::new_err(other.to_string()),
        })?;
        sequences::write(py, &outputs, given.is_batch)
    }

    /// Enclosures of the exact outputs on X, whose floats are taken as they are: a pair of float64 arrays (lower, upper) of
    /// shape (n, c) or (batch, n, c).
    fn interval<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let batch = enclosed::points(arrays::read(x, self.shape())?);
        let outputs: Vec<FloatInterval> = self.outputs_on(py, batch.leading, batch.numbers)?;
        enclosed::ends(py, batch.leading, self.inner.network.outputs, &outputs)
    }

    fn __repr__(&self) -> String {
        let Loaded { network, size, .. } = &*self.inner;
        format!(
            "<Network {}: {}, d = {}, {} output(s); {} blocks of width {}, {} hidden units>",
            self.architecture().unwrap_or("without attention"),
            network.tokens,
            network.dimension,
            network.outputs,
            size.blocks,
            size.width,
            size.hidden_units,
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.json(py),)))
    }
}
