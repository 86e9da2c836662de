//! Polynomial approximants: what theory.md, section 2, says of them.

mod bernstein;
mod interpolants;
mod truncated;

use sumformer_checker::language::target::Target;

/// One output on a box with the same side for each coordinate.
fn target(tokens: usize, sides: &[(&str, &str)], output: &str) -> Target {
    let sides: String = sides.iter().map(|(inf, sup)| format!("[{inf}, {sup}] ")).collect();
    common::target(tokens).domain(&sides).output(output).load()
}
