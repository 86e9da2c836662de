//! The `sumformer` command.

use std::process::ExitCode;

/// Exact arithmetic allocates small numbers by the million; the system's allocator takes a third of the time then.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sumformer::cli::run()
}
