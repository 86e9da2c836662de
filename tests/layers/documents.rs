//! Files that the documentation names are there.

use std::path::Path;

/// Pages that lead people to files, and where the paths on them may begin.
const PAGES: [&str; 4] = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/trusted-base.md"];
const ROOTS: [&str; 10] = [
    "",
    "src",
    "src/checker",
    "src/checker/polynomial_route",
    "src/approximation",
    "src/cli",
    "tests",
    "tests/soundness",
    "tests/command",
    "tests/theorems",
];

#[test]
fn files_that_pages_name_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = 0;
    for page in PAGES {
        let text = std::fs::read_to_string(here.join(page)).expect("the page is readable");
        // In code, outside of blocks, every other piece between backticks.
        for (code, line) in
            text.lines().flat_map(|line| line.split('`').skip(1).step_by(2).map(move |c| (c, line)))
        {
            let is_path = code.contains('/') && (code.ends_with(".rs") || code.ends_with('/'));
            if !is_path || code.contains([' ', '*', '<', '{', '$']) {
                continue;
            }
            named += 1;
            let exists = ROOTS.iter().any(|root| here.join(root).join(code).exists());
            assert!(exists, "{page} names `{code}`, which is not there: {line}");
        }
    }
    assert!(named > 100, "only {named} paths were seen");
}

/// What the chapter on the proved checker quotes as its statement is what the theory says.
#[test]
fn quoted_statements_are_those_of_the_theory() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(here.join("docs/verified.md")).expect("the page is readable");
    let theory: String = ["statement/Semantics.v", "evaluate/Witness.v", "check/Verdict.v"]
        .map(|file| {
            std::fs::read_to_string(here.join("src/verified").join(file)).expect("a file of the theory")
        })
        .concat();
    let quoted: Vec<&str> =
        page.split("```coq\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(quoted.len() >= 5, "{} quotations", quoted.len());
    for text in quoted {
        assert!(theory.contains(text), "no longer in src/verified:\n{text}");
    }
}
