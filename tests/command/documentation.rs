//! The commands of the documentation's pages print what the pages show.

use common::process::program;
use common::python::python;
use std::path::PathBuf;

#[test]
fn commands_print_what_the_pages_show() {
    let Some(mut python) = python() else { return };
    let docs = common::repository("docs");
    let own = program().parent().expect("the program is in a folder").to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path)));
    let pages = [
        "tutorial",
        "weierstrass",
        "target-language",
        "discontinuous",
        "export",
        "latent",
        "floats",
        "given",
    ];
    let pages: Vec<PathBuf> = pages.iter().map(|page| docs.join(format!("{page}.md"))).collect();
    let replay =
        python.arg(docs.join("replay.py")).args(pages).env("PATH", path.expect("folders without colons"));
    let output = replay.output().expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "`python3 docs/replay.py --write PAGE` brings a page up to date:\n{said}"
    );
}
