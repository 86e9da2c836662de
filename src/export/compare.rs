//! Whether a file is a network, rounded to the file's type: it is written once more, and compared.

use super::dtype::Dtype;
use super::error::ExportError;
use super::format::Format;
use super::labels::{Labels, is_staged};
use super::read::{ReadError, order, read};
use super::skeleton::Skeleton;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::{self, Write};
use sumformer_checker::format::network::Network;
use thiserror::Error;

/// How a file differs from the network's own.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Difference {
    /// In a weight.
    #[error("{tensor}{index:?} is {found:?}, and it should be {expected:?}")]
    Entry {
        /// The tensor, by its name in the file.
        tensor: String,
        /// The index in it.
        index: Vec<usize>,
        /// The network's entry, rounded to the file's type.
        expected: f64,
        /// What stands there.
        found: f64,
    },
    /// The weights are equal, but something that is said of them is not.
    #[error(
        "its weights are the network's, but its metadata have {}, not {}",
        said(key, found),
        said(key, expected)
    )]
    Label {
        /// The key in the metadata.
        key: String,
        /// What is true of the network; nothing if the key has no place there.
        expected: Option<String>,
        /// What the file says; nothing if the key is missing.
        found: Option<String>,
    },
    /// Weights and metadata are equal, but something around them is not.
    #[error(
        "its weights are the network's, but byte {offset}, outside of them, is not as it is written here"
    )]
    Around {
        /// The first byte that differs.
        offset: u64,
    },
    /// The network has no file in this type.
    #[error("{0}")]
    NotExported(String),
}

/// Compares a file with the network: the type of its weights if the file is what [`write`](super::write) writes, byte for byte;
/// else the first difference.
pub fn compare(
    network: &Network,
    labels: &Labels,
    format: Format,
    file: Vec<u8>,
) -> Result<Result<Dtype, Difference>, ReadError> {
    let file = Bytes::from(file);
    let tensors = Skeleton::of(network).tensors();
    let order = order(format);
    let mut contents = read(format, &file)?;
    let said = std::mem::take(&mut contents.metadata);
    let (dtype, all) = contents.require(&tensors, order)?;
    for (tensor, data) in tensors.iter().zip(all) {
        let rows = tensor.rows(network, order);
        let width = rows.width();
        let mut expected = vec![0; width * dtype.size()];
        for (row, entries) in rows.iter().enumerate() {
            expected.fill(0);
            for &(column, exact) in entries {
                dtype.put(dtype.round(exact).value, &mut expected[column * dtype.size()..][..dtype.size()]);
            }
            let found = &data[row * expected.len()..][..expected.len()];
            if expected == found {
                continue;
            }
            // Compared by bits: −0 is not 0.
            let bits = |value: &f64| value.to_bits();
            let pairs = dtype.numbers(&expected).zip(dtype.numbers(found));
            let differing = pairs.enumerate().find(|(_, (expected, found))| bits(expected) != bits(found));
            if let Some((column, (expected, found))) = differing {
                let index = tensor.shape_in(order).index(row * width + column);
                let tensor = tensor.name_in(order);
                return Ok(Err(Difference::Entry { tensor, index, expected, found }));
            }
        }
    }
    // A graph may add up hidden units in stages or not; which of the two it is, its metadata say.
    let labels = &labels.clone().in_stages(is_staged(&said));
    let difference = match labels.metadata(&Skeleton::of(network), dtype, format == Format::Onnx) {
        Ok(metadata) => label(metadata.0, said),
        Err(error) => Some(Difference::NotExported(error.to_string())),
    };
    let difference = difference.or_else(|| first_difference(network, labels, format, dtype, &file));
    Ok(difference.map_or(Ok(dtype), Err))
}

/// A pair of the metadata in words; long texts are cut.
fn said(key: &str, text: &Option<String>) -> String {
    const LONG: usize = 80;
    match text {
        None => format!("no `{key}`"),
        Some(text) if text.chars().count() > LONG => {
            format!("{key} = {}…", text.chars().take(LONG).collect::<String>())
        }
        Some(text) => format!("{key} = {text}"),
    }
}

/// The first key, by its name, of which two lists say different things.
fn label(expected: Vec<(String, String)>, found: Vec<(String, String)>) -> Option<Difference> {
    let expected: BTreeMap<String, String> = expected.into_iter().collect();
    let found: BTreeMap<String, String> = found.into_iter().collect();
    let key =
        expected.keys().chain(found.keys()).filter(|key| expected.get(*key) != found.get(*key)).min()?;
    let of = |said: &BTreeMap<String, String>| said.get(key).cloned();
    Some(Difference::Label { key: key.clone(), expected: of(&expected), found: of(&found) })
}

/// The first byte in which a file differs from what is written for the network.
pub(super) fn first_difference(
    network: &Network,
    labels: &Labels,
    format: Format,
    dtype: Dtype,
    file: &[u8],
) -> Option<Difference> {
    let mut against = Against { file, offset: 0, differs: false };
    let written = super::write(network, labels, format, dtype, &mut against);
    match written {
        _ if against.differs => Some(Difference::Around { offset: against.offset }),
        Ok(_) if against.offset == file.len() as u64 => None,
        Ok(_) | Err(ExportError::Io(_)) => Some(Difference::Around { offset: against.offset }),
        Err(error) => Some(Difference::NotExported(error.to_string())),
    }
}

/// What is written has to be what the file goes on with.
struct Against<'a> {
    file: &'a [u8],
    offset: u64,
    differs: bool,
}

impl Write for Against<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Who is told that it failed may still want to end its file.
        if self.differs {
            return Ok(bytes.len());
        }
        let rest = self.file.get(self.offset as usize..).unwrap_or_default();
        let same = rest.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        self.offset += same as u64;
        if same < bytes.len() {
            self.differs = true;
            return Err(io::Error::other("the files differ"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
