//! The class `Proof`.

use crate::errors::Failure;
use crate::network::{Loaded, Network};
use crate::number::fraction;
use crate::target::Target;
use crate::verdict::Verdict;
use crate::witness::Witness;
use crate::{chain, export, job};
use pyo3::exceptions::PyFileNotFoundError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use sumformer::checker::arith::decimal::above;
use sumformer::checker::check::{ParsedProof, ProofFiles, check_proof};
use sumformer::checker::format::certificate::Certificate;
use sumformer::checker::language::target;
use sumformer::export::{Format, MODULE, write, write_file};
use sumformer::folder::{NetworkForm, PROOF_FILES, read_proof, write_files};

/// A target, a network, and a certificate of how far the two are apart.
///
/// Made by ``prove``, or read by ``Proof.load(folder)``; what a certificate says is only a claim until ``check()``.
#[pyclass(frozen, eq, hash, module = "sumformer")]
pub struct Proof {
    inner: Arc<Files>,
    verdict: OnceLock<Verdict>,
}

/// The three files, read.
pub struct Files {
    target: Arc<target::Target>,
    network: Arc<Loaded>,
    certificate: Certificate,
    certificate_json: Vec<u8>,
}

impl Files {
    /// Reads the bytes of the three files.
    pub fn read(target: &[u8], network: Vec<u8>, certificate_json: Vec<u8>) -> Result<Self, Failure> {
        let parsed = ProofFiles { target, network: &network, certificate: &certificate_json }
            .parse()
            .map_err(|error| Failure::unreadable(error, target))?;
        let ParsedProof { target, network: read, certificate } = parsed;
        let network = Arc::new(Loaded::new(network, read));
        Ok(Self { target: Arc::new(target), network, certificate, certificate_json })
    }

    fn bytes(&self) -> ProofFiles<'_> {
        ProofFiles {
            target: self.target.source.as_bytes(),
            network: self.network.json(),
            certificate: &self.certificate_json,
        }
    }
}

impl Proof {
    /// With what the checker said of these very bytes, if it was asked.
    pub fn new(files: Files, verdict: Option<Verdict>) -> Self {
        Self { inner: Arc::new(files), verdict: verdict.map_or_else(OnceLock::new, OnceLock::from) }
    }

    /// What the checker said last.
    pub fn known(&self) -> Option<&Verdict> {
        self.verdict.get()
    }

    fn read(py: Python<'_>, [target, network, certificate]: [Vec<u8>; 3]) -> PyResult<Self> {
        let read = job::run(py, move |_| Files::read(&target, network, certificate))?;
        Ok(Self::new(read?, None))
    }
}

/// Proofs with the same bytes are equal.
impl PartialEq for Proof {
    fn eq(&self, other: &Self) -> bool {
        let [one, other] = [self, other].map(|proof| proof.inner.bytes());
        (one.target, one.network, one.certificate) == (other.target, other.network, other.certificate)
    }
}

impl Hash for Proof {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // It names the other two.
        self.inner.certificate_json.hash(state);
    }
}

#[pymethods]
impl Proof {
    /// Reads the three files of a folder; ``check()`` says what they are worth.
    ///
    /// Raises TargetError or Invalid where a file says nothing, and OSError where there is none.
    #[classmethod]
    fn load(class: &Bound<'_, PyType>, folder: PathBuf) -> PyResult<Self> {
        let bytes = class.py().detach(|| read_proof(&folder)).map_err(|error| {
            // `prove` writes a folder for each architecture into one.
            let holds = |name: &str| folder.join(name).join(PROOF_FILES[2]).is_file();
            match ["transformer", "linformer", "performer"].into_iter().find(|name| holds(name)) {
                Some(name) => PyFileNotFoundError::new_err(format!(
                    "{error}; there are proofs in the folders below, {} for example",
                    folder.join(name).display()
                )),
                None => error.into(),
            }
        })?;
        Self::read(class.py(), bytes.into_contents())
    }

    /// A proof from the bytes of its three files.
    #[classmethod]
    fn from_bytes(
        class: &Bound<'_, PyType>,
        target: &[u8],
        network: &[u8],
        certificate: &[u8],
    ) -> PyResult<Self> {
        Self::read(class.py(), [target, network, certificate].map(<[u8]>::to_vec))
    }

    /// Writes the three files to a folder that does not exist yet, or is empty: all of them or nothing.
    ///
    /// With ``compress`` the network becomes ``network.json.zst``, which is read wherever ``network.json`` is. Raises
    /// FileExistsError where there is something in the folder.
    #[pyo3(signature = (folder, *, compress = false))]
    fn save(&self, py: Python<'_>, folder: PathBuf, compress: bool) -> PyResult<()> {
        let files = self.inner.clone();
        let form = if compress { NetworkForm::Compressed } else { NetworkForm::Plain };
        Ok(py.detach(move || write_files(&folder, files.bytes(), form))?)
    }

    /// Has the independent checker derive the error from the very bytes.
    fn check(&self, py: Python<'_>) -> PyResult<Verdict> {
        let files = self.inner.clone();
        let checked = job::run(py, move |_| {
            let files = files.bytes();
            let checked = check_proof(files).map_err(|error| Failure::unreadable(error, files.target))?;
            Ok::<_, Failure>(checked.verdict)
        })?;
        let verdict = Verdict::from(checked?);
        // Another thread may have been first, with the same verdict.
        let _ = self.verdict.set(verdict.clone());
        Ok(verdict)
    }

    /// Writes the network to a file: ONNX, safetensors or npz, each weight rounded once to the type.
    ///
    /// ``format`` is taken from the file's ending where it is left out; ``dtype`` is "f64", "f32", "f16" or "bf16". The proof is
    /// checked first; raises Invalid or Incomplete where it is not valid, and FileExistsError where there is a file that is no
    /// export. Returns how many weights are not 0, were rounded, and became 0.
    #[pyo3(signature = (path, format = None, dtype = "f64"))]
    fn export<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        format: Option<&str>,
        dtype: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (format, dtype) = (export::format(format, &path)?, export::dtype(dtype)?);
        let files = self.inner.clone();
        let written = job::run(py, move |_| {
            let (network, labels) = export::valid(files.bytes())?;
            Ok::<_, Failure>(write_file(&network, &labels, format, dtype, &path))
        })??;
        export::rounding_in_python(py, &written.map_err(export::not_written)?)
    }

    /// Compares a file with the network, bit for bit: returns the file's dtype if it is what ``export`` writes.
    ///
    /// Raises Invalid where it is not, with the weight or the byte that differs.
    fn check_file(&self, py: Python<'_>, path: PathBuf) -> PyResult<&'static str> {
        let format = export::format(None, &path)?;
        let files = self.inner.clone();
        let dtype = job::run(py, move |_| {
            let (network, labels) = export::valid(files.bytes())?;
            export::compared(&network, &labels, format, &path)
        })??;
        Ok(dtype.name())
    }

    /// The network as a ``torch.nn.Module``; needs torch and safetensors.
    #[pyo3(signature = (dtype = "f64"))]
    fn to_torch<'py>(&self, py: Python<'py>, dtype: &str) -> PyResult<Bound<'py, PyAny>> {
        let dtype = export::dtype(dtype)?;
        let files = self.inner.clone();
        let file = job::run(py, move |_| {
            let (network, labels) = export::valid(files.bytes())?;
            let mut file = Vec::new();
            Ok::<_, Failure>(write(&network, &labels, Format::Safetensors, dtype, &mut file).map(|_| file))
        })??;
        let file = PyBytes::new(py, &file.map_err(export::not_written)?);
        py.import("sumformer._torch")?.call_method1("load", (MODULE, file))
    }

    /// The function.
    #[getter]
    fn target(&self) -> Target {
        self.inner.target.clone().into()
    }

    /// The network.
    #[getter]
    fn network(&self) -> Network {
        self.inner.network.clone().into()
    }

    /// The bound on |network - target| over the whole box that the certificate claims, a Fraction.
    #[getter]
    fn certified<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.inner.certificate.certified.0)
    }

    /// The error that was asked for, a Fraction.
    #[getter]
    fn epsilon<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.inner.certificate.epsilon.0)
    }

    /// The input at which the error is known, or None.
    #[getter]
    fn witness(&self) -> Option<Witness> {
        self.inner.certificate.witness.clone().map(Witness::from)
    }

    /// The bytes of ``certificate.json``.
    #[getter]
    fn certificate<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.inner.certificate_json)
    }

    /// What the checker said of these bytes last, or None.
    #[getter]
    fn verdict(&self) -> Option<Verdict> {
        self.known().cloned()
    }

    fn __repr__(&self) -> String {
        let Files { target, certificate, .. } = &*self.inner;
        let worth = self
            .known()
            .map_or("not checked", |verdict| if verdict.is_valid() { "valid" } else { "not valid" });
        let certified = above(&certificate.certified.0);
        format!("<Proof {}: |network - target| <= {certified}, {worth}>", target.name)
    }

    fn _repr_html_(&self) -> String {
        chain::table(&self.inner.target, &self.inner.certificate, self.known())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let ProofFiles { target, network, certificate } = self.inner.bytes();
        let bytes = [target, network, certificate].map(|bytes| PyBytes::new(py, bytes));
        Ok((py.get_type::<Self>().getattr("from_bytes")?, PyTuple::new(py, bytes)?))
    }
}
