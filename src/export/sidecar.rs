//! What a type cannot hold: the exact values of all entries that were rounded.

use super::dense::for_each_rounded;
use super::dtype::Dtype;
use super::skeleton::Skeleton;
use std::io::{self, Write};
use sumformer_checker::format::network::Network;

/// The value of the `format` key.
const FORMAT: &str = "sumformer-exact/1";

/// Whether a file that begins so was written by [`write_rounded`].
pub fn is_our_sidecar(beginning: &[u8]) -> bool {
    beginning.starts_with(format!("{{\"format\": \"{FORMAT}\"").as_bytes())
}

/// Writes `{"format", "dtype", "rounded": [[tensor, index, "p/q"], …]}`, an entry a line: names and indices are those of
/// safetensors.
pub fn write_rounded(network: &Network, dtype: Dtype, mut out: impl Write) -> io::Result<()> {
    write!(out, "{{\"format\": \"{FORMAT}\", \"dtype\": \"{dtype}\", \"rounded\": [")?;
    let mut separator = "\n";
    for_each_rounded(network, &Skeleton::of(network).tensors(), dtype, |tensor, position, exact| {
        let index = tensor.shape.index(position);
        write!(out, "{separator}[\"{}\", {index:?}, \"{exact}\"]", tensor.name)?;
        separator = ",\n";
        Ok::<(), io::Error>(())
    })?;
    writeln!(out, "\n]}}")?;
    out.flush()
}
