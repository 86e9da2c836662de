//! Polynomial approximants: what theory.md, section 2, says of them.

mod bernstein;
mod interpolants;
mod truncated;

use sumformer_checker::language::load_target;
use sumformer_checker::language::target::Target;

/// One output on a box with the same side for each coordinate.
fn target(tokens: usize, sides: &[(&str, &str)], output: &str) -> Target {
    let sides: Vec<String> = sides.iter().map(|(inf, sup)| format!("[\"{inf}\", \"{sup}\"]")).collect();
    let source = format!(
        "name = \"t\"\ntokens = {tokens}\ndomain = [{}]\noutput = [\"{output}\"]\n",
        sides.join(", ")
    );
    load_target("t", &source).expect("a target")
}
