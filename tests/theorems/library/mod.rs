//! The library's front door: what a program that links the crate asks for, and what it is told.

mod folders;
mod plans;
mod refusals;

use sumformer::reading::load_target;
use sumformer_checker::language::target::Target;

/// A target on [0, 1]^d.
fn unit(tokens: &str, dimension: usize, output: &str) -> Target {
    let domain = vec!["[0, 1]"; dimension].join(", ");
    let source = format!("name = \"t\"\ntokens = {tokens}\ndomain = [{domain}]\noutput = [\"{output}\"]\n");
    load_target("t.toml", &source).unwrap_or_else(|problems| panic!("{problems}"))
}
