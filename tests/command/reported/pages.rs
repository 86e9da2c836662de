//! Where pages and tables go, and what is said of it.

use common::proof_set::proofs;
use common::run;

#[test]
fn a_page_goes_to_standard_output() {
    let written = run(proofs(), "report line -o -");
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(written.stdout.starts_with("<!DOCTYPE html>") && written.stdout.trim_end().ends_with("</html>"));
    assert!(written.stderr.contains("line: valid") && written.stderr.contains("standard output: 1 proof"));
    let both = run(proofs(), "report line -o - --json");
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("use one of them"), "{}", both.stderr);
}

#[test]
fn what_a_page_does_not_replace_is_called_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let page = at("page.html");
    assert_eq!(run(proofs(), &format!("report line -o {}", page.display())).code, 0);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&page, at("link.html")).unwrap();
    std::fs::create_dir(at("folder.html")).unwrap();
    std::fs::write(at("other.html"), "mine").unwrap();
    for (name, said) in [
        #[cfg(unix)]
        ("link.html", "it is a symbolic link"),
        ("folder.html", "it exists and is not a file"),
        ("other.html", "was not made by `sumformer report`"),
    ] {
        let refused = run(proofs(), &format!("report line -o {}", at(name).display()));
        assert_eq!(refused.code, 2, "{name}");
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
    }
    assert_eq!(std::fs::read_to_string(at("other.html")).unwrap(), "mine");
}

/// An installed program carries the gallery; where the files are, they count.
#[test]
fn the_gallery_needs_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), "scale all --only latent-targets -o tables");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let [made, kept] =
        [folder.path().join("tables"), std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scaling")]
            .map(|place| std::fs::read(place.join("latent-targets.csv")).unwrap());
    assert_eq!(made, kept);
    let unknown = run(folder.path(), "prove constructions/no-such-target");
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
}

#[test]
fn a_table_that_is_not_complete_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let open = run(folder.path(), "scale grid constructions/half-mean-4 --epsilon 1/50 --max-entries 100");
    assert_eq!(open.code, 3, "{}", open.stderr);
    assert!(open.stderr.contains("incomplete (exit code 3): 1 of 1 rows have a note"), "{}", open.stderr);
}
