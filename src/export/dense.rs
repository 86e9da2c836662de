//! Dense rows of rounded numbers, and what rounding did.

use super::dtype::{Dtype, Rounded};
use super::error::ExportError;
use super::tensor::{Order, Shape, Tensor};
use num_traits::Signed;
use std::io::Write;
use sumformer_checker::arith::decimal;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::Network;

/// What rounding did to the weights of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rounding {
    /// Entries of all tensors.
    pub entries: u64,
    /// Entries that are not 0.
    pub nonzeros: u64,
    /// Entries that the type does not have, so that a neighbour stands there.
    pub rounded: u64,
    /// How many of these became 0.
    pub vanished: u64,
    /// The largest error, relative to the weight.
    pub largest: Option<LargestError>,
}

/// Where rounding changed a weight most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargestError {
    /// |rounded − weight| / |weight|
    pub relative: Rational,
    /// The tensor.
    pub tensor: String,
    /// The index in it.
    pub index: Vec<usize>,
}

impl Rounding {
    /// Counts an entry that is not 0.
    pub(super) fn add(
        &mut self,
        exact: &Rational,
        rounded: Rounded,
        place: impl FnOnce() -> (String, Vec<usize>),
    ) {
        self.nonzeros += 1;
        if rounded.exact {
            return;
        }
        self.rounded += 1;
        self.vanished += u64::from(rounded.value == 0.0);
        let Some(value) = Rational::from_float(rounded.value) else { return };
        let relative = (value - exact).abs() / exact.abs();
        if self.largest.as_ref().is_none_or(|largest| relative > largest.relative) {
            let (tensor, index) = place();
            self.largest = Some(LargestError { relative, tensor, index });
        }
    }
}

/// Writes the entries of a tensor row by row, zeros among them.
pub(super) fn write_tensor(
    network: &Network,
    tensor: &Tensor,
    order: Order,
    dtype: Dtype,
    out: &mut impl Write,
    rounding: &mut Rounding,
) -> Result<(), ExportError> {
    let rows = tensor.rows(network, order);
    let shape = tensor.shape_in(order);
    let mut bytes = vec![0; rows.width() * dtype.size()];
    for (row, entries) in rows.iter().enumerate() {
        let place = |column| (tensor.name.clone(), shape.index(row * rows.width() + column));
        let entries = entries.iter().map(|&(column, exact)| (column, exact));
        write_row(entries, dtype, &mut bytes, rounding, &place)?;
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Puts the entries of a row into its bytes, zeros among them.
pub(super) fn write_row<'a>(
    entries: impl Iterator<Item = (usize, &'a Rational)>,
    dtype: Dtype,
    bytes: &mut [u8],
    rounding: &mut Rounding,
    place: &dyn Fn(usize) -> (String, Vec<usize>),
) -> Result<(), ExportError> {
    let size = dtype.size();
    bytes.fill(0);
    rounding.entries += (bytes.len() / size) as u64;
    for (column, exact) in entries {
        let rounded = dtype.round(exact);
        if rounded.value.is_infinite() {
            let ((tensor, index), value) = (place(column), decimal::nearest(exact));
            return Err(ExportError::Overflow { tensor, index, value, dtype });
        }
        rounding.add(exact, rounded, || place(column));
        dtype.put(rounded.value, &mut bytes[column * size..][..size]);
    }
    Ok(())
}

/// Calls `visit` with every entry that the type does not have, tensor by tensor.
pub(super) fn for_each_rounded<E>(
    network: &Network,
    tensors: &[Tensor],
    dtype: Dtype,
    mut visit: impl FnMut(&Tensor, usize, &Rational) -> Result<(), E>,
) -> Result<(), E> {
    for tensor in tensors {
        let rows = tensor.rows(network, Order::OutputFirst);
        for (row, entries) in rows.iter().enumerate() {
            for &(column, exact) in entries.iter().filter(|(_, exact)| !dtype.round(exact).exact) {
                visit(tensor, row * rows.width() + column, exact)?;
            }
        }
    }
    Ok(())
}

/// Bytes of all tensors; `None` if they cannot be counted.
pub(super) fn total_bytes(shapes: impl Iterator<Item = Shape>, dtype: Dtype) -> Option<u128> {
    let mut total = 0_u128;
    for shape in shapes {
        total += shape.entries()? as u128 * dtype.size() as u128;
    }
    Some(total)
}
