//! npz: a zip of arrays, stored as they are.

use super::dense::{Rounding, write_tensor};
use super::dtype::Dtype;
use super::error::ExportError;
use super::labels::Labels;
use super::read::{Contents, ReadError, Stored};
use super::skeleton::Skeleton;
use super::tensor::{Order, Shape};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use sumformer_checker::format::network::Network;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The entry with the metadata, which comes first.
const METADATA: &str = "metadata.json";
/// What names of arrays end with.
const ENDING: &str = ".npy";
/// What our metadata begin with.
const BEGINNING: &str = "{\"sumformer.";
/// What an array begins with: its format, version 1.0.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// Writes all tensors as `torch.nn.Linear` would hold them, after their metadata.
pub(super) fn write(
    network: &Network,
    labels: &Labels,
    dtype: Dtype,
    out: impl Write,
) -> Result<Rounding, ExportError> {
    let descriptor = descriptor(dtype).ok_or(ExportError::NoBf16InNpz)?;
    let skeleton = Skeleton::of(network);
    // Nothing in the archive depends on when, where or by whom it is written.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(true);
    let mut archive = ZipWriter::new_stream(out);
    archive.start_file(METADATA, options).map_err(failed)?;
    serde_json::to_writer(&mut archive, &labels.metadata(&skeleton, dtype, false)?)
        .map_err(std::io::Error::from)?;
    let mut rounding = Rounding::default();
    for tensor in skeleton.tensors() {
        archive.start_file(format!("{}{ENDING}", tensor.name), options).map_err(failed)?;
        archive.write_all(&header(descriptor, tensor.shape))?;
        write_tensor(network, &tensor, Order::OutputFirst, dtype, &mut archive, &mut rounding)?;
    }
    archive.finish().map_err(failed)?.flush()?;
    Ok(rounding)
}

/// How numpy calls a type.
fn descriptor(dtype: Dtype) -> Option<&'static str> {
    match dtype {
        Dtype::F64 => Some("<f8"),
        Dtype::F32 => Some("<f4"),
        Dtype::F16 => Some("<f2"),
        Dtype::Bf16 => None,
    }
}

/// What stands before the numbers of an array, up to a multiple of 64 bytes.
fn header(descriptor: &str, shape: Shape) -> Vec<u8> {
    let extents: String = shape.extents().iter().map(|extent| format!("{extent}, ")).collect();
    let extents =
        if matches!(shape, Shape::Vector(_)) { extents.trim_end() } else { extents.trim_end_matches(", ") };
    let mut text = format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({extents}), }}");
    let before = MAGIC.len() + 2;
    let length = (before + text.len() + 1).next_multiple_of(64) - before;
    text.extend(std::iter::repeat_n(' ', length - text.len() - 1));
    text.push('\n');
    [MAGIC, &(length as u16).to_le_bytes(), text.as_bytes()].concat()
}

fn failed(error: ZipError) -> ExportError {
    ExportError::Io(error.into())
}

/// Whether a file that begins so was written by [`write`].
pub(super) fn is_ours(beginning: &[u8]) -> bool {
    let after = |mark: &[u8], text: &[u8]| text.windows(mark.len()).position(|part| part == mark);
    after(METADATA.as_bytes(), beginning)
        .is_some_and(|name| after(BEGINNING.as_bytes(), &beginning[name..]).is_some())
}

/// Reads an archive whose entries are stored as they are.
pub(super) fn read(file: &Bytes) -> Result<Contents, ReadError> {
    let damaged = |error: ZipError| ReadError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(file.clone())).map_err(damaged)?;
    let mut contents = Contents { metadata: Vec::new(), tensors: Vec::new() };
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
            return Err(ReadError::Damaged(format!(
                "{name} is compressed; np.savez stores arrays as they are"
            )));
        }
        let start = entry.data_start().and_then(|start| usize::try_from(start).ok());
        let data = start.and_then(|start| {
            let end = start.checked_add(usize::try_from(entry.size()).ok()?)?;
            (end <= file.len()).then(|| file.slice(start..end))
        });
        let data = data.ok_or_else(|| ReadError::Damaged(format!("{name} ends after the file does")))?;
        if name == METADATA {
            let pairs: BTreeMap<String, String> = serde_json::from_slice(&data)
                .map_err(|error| ReadError::Damaged(format!("{METADATA}: {error}")))?;
            contents.metadata = pairs.into_iter().collect();
            continue;
        }
        contents.tensors.push(array(&name, data)?);
    }
    Ok(contents)
}

/// An array with a header as [`header`] makes it; others are not ours.
fn array(name: &str, data: Bytes) -> Result<Stored, ReadError> {
    let damaged = |message: &str| ReadError::Damaged(format!("{name}: {message}"));
    let tensor = name.strip_suffix(ENDING).ok_or_else(|| damaged("this is no array"))?;
    let rest = data.strip_prefix(MAGIC).ok_or_else(|| damaged("not an array of numpy's format 1.0"))?;
    let text = rest.get(2..).and_then(|text| text.split(|&byte| byte == b'\n').next());
    let text = text.and_then(|text| std::str::from_utf8(text).ok()).ok_or_else(|| damaged("no header"))?;
    let dtype = [Dtype::F64, Dtype::F32, Dtype::F16].into_iter().find(|dtype| {
        descriptor(*dtype).is_some_and(|descriptor| text.starts_with(&format!("{{'descr': '{descriptor}',")))
    });
    let dtype =
        dtype.ok_or_else(|| ReadError::OtherType { tensor: tensor.into(), dtype: text.trim_end().into() })?;
    let shape = text.split(['(', ')']).nth(1).unwrap_or_default();
    let shape: Result<Vec<usize>, _> =
        shape.split(',').map(str::trim).filter(|extent| !extent.is_empty()).map(str::parse).collect();
    let shape = shape.map_err(|_| damaged("no shape"))?;
    let expected = match shape[..] {
        [length] => Shape::Vector(length),
        [rows, columns] => Shape::Matrix(rows, columns),
        _ => return Err(damaged("neither a vector nor a matrix")),
    };
    let head = header(descriptor(dtype).unwrap_or_default(), expected);
    let numbers =
        data.strip_prefix(&head[..]).ok_or_else(|| damaged("its header is not as numpy writes it"))?;
    Ok(Stored { name: tensor.into(), dtype, shape, data: data.slice_ref(numbers) })
}
