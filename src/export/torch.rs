//! The same network as a module for torch.

/// A file of Python that reads a safetensors file of ours into a `torch.nn.Module`. It is the same for all networks.
pub const MODULE: &str = include_str!("sumformer_network.py");

/// Whether a file that begins so is this module, of whatever version.
pub fn is_our_module(beginning: &[u8]) -> bool {
    MODULE.lines().next().is_some_and(|line| beginning.starts_with(line.as_bytes()))
}
