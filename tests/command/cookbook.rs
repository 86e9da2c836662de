//! The commands of `docs/cookbook.md` and `docs/heads.md` do what the pages show: sizes, bounds and verdicts, not seconds.

use common::sumformer;
use rayon::prelude::*;
use std::fs;

const PAGES: [&str; 2] = [include_str!("../../docs/cookbook.md"), include_str!("../../docs/heads.md")];

/// Seconds for one command, on a busy machine.
const PATIENCE: u64 = 300;

/// A target and the command that proves it.
struct Recipe {
    target: String,
    command: String,
    shown: String,
}

/// A page's pairs of a `toml` and a `console` block; what is shown as text alone is for reading.
fn recipes(page: &str) -> Vec<Recipe> {
    let mut recipes = Vec::new();
    let mut target = None;
    for block in page.split("\n```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').expect("a block has lines");
        match kind {
            "toml" => {
                assert!(target.replace(body.to_string()).is_none(), "a target without a command:\n{body}")
            }
            "console" => {
                let (command, shown) = body.split_once('\n').unwrap_or((body, ""));
                let command =
                    command.strip_prefix("$ sumformer ").expect("a command of the program").to_string();
                let target = target.take().expect("a command comes after its target");
                recipes.push(Recipe { target, command, shown: shown.to_string() });
            }
            "text" => {}
            other => panic!("a block of kind {other:?}"),
        }
    }
    assert!(target.is_none());
    recipes
}

impl Recipe {
    /// Runs the command; says what differs from the page.
    fn problem(&self) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let name = self.target.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let file = format!("{}.toml", name.expect("a target has a name"));
        fs::write(folder.path().join(file), &self.target).expect("a file is written");
        let run = sumformer(folder.path()).line(&self.command).within(PATIENCE).run();
        let (is, shown) = (facts(&run.stdout), facts(&self.shown));
        (is != shown || shown.is_none() || run.code != 0).then(|| {
            format!("sumformer {}: {}: {is:?}, the page {shown:?}\n{}", self.command, run.code, run.all())
        })
    }
}

/// Blocks, width, units, non-zeros of the only proof, and the certified bound, if it is valid.
fn facts(output: &str) -> Option<([&str; 4], &str)> {
    let mut row = output.lines().find(|line| line.starts_with("transformer "))?.split_whitespace().skip(1);
    let sizes = [row.next()?, row.next()?, row.next()?, row.next()?];
    let verdict = output.lines().find_map(|line| line.split_once(": valid: |network - target| <= "))?.1;
    Some((sizes, verdict.split(' ').next()?))
}

#[test]
fn every_recipe_is_as_the_page_says() {
    let recipes: Vec<Recipe> = PAGES.iter().flat_map(|page| recipes(page)).collect();
    assert!(recipes.len() >= 20, "{} recipes", recipes.len());
    let problems: Vec<String> = recipes.par_iter().filter_map(Recipe::problem).collect();
    assert!(
        problems.is_empty(),
        "{} of {} recipes:\n{}",
        problems.len(),
        recipes.len(),
        problems.join("\n\n")
    );
}
