//! Whether a file is a network, rounded to the file's type: it is written once more, and compared.

use super::dtype::Dtype;
use super::error::ExportError;
use super::format::Format;
use super::labels::Labels;
use super::read::{ReadError, order, read};
use super::skeleton::Skeleton;
use bytes::Bytes;
use std::io::{self, Write};
use sumformer_checker::format::network::Network;

/// How a file differs from the network's own.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// In a weight.
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
    /// The weights are equal, but something around them is not.
    Around {
        /// The first byte that differs.
        offset: u64,
    },
    /// The network has no file in this type.
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
    let (dtype, all) = read(format, &file)?.require(&tensors, order)?;
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
    Ok(first_difference(network, labels, format, dtype, &file).map_or(Ok(dtype), Err))
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
