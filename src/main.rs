//! The `sumformer` command.
fn main() {}
