//! Checks a folder that somebody wrote; without an argument it first writes one.
//!
//! `cargo run --example check_folder -- out/covariance`

use std::path::{Path, PathBuf};
use sumformer::folder::{read_proof, write_proof};
use sumformer::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args_os().nth(1).map(PathBuf::from);
    let written = std::env::temp_dir().join(format!("sumformer-example-{}", std::process::id()));
    if given.is_none() {
        write(&written)?;
    }
    let bytes = read_proof(given.as_ref().unwrap_or(&written))?;
    let checked = check_proof(bytes.files())?;
    match &checked.verdict {
        Verdict::Valid(_) => println!(
            "{}: |network - target| <= {} on the whole box",
            checked.target.name, checked.certificate.certified.0
        ),
        Verdict::Invalid(refusal) => println!("{}: INVALID: {refusal}", checked.target.name),
        Verdict::Incomplete(refusal) => println!("{}: incomplete: {refusal}", checked.target.name),
    }
    if given.is_none() {
        std::fs::remove_dir_all(&written)?;
    }
    Ok(())
}

/// The covariance of two coordinates of six tokens, proved at 1/1000.
fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let target = load_target("covariance", include_str!("../constructions/covariance/target.toml"))?;
    let proof = plan(&target, &Options::default(), &())?.prove(Architecture::Transformer, &())?.proof;
    Ok(write_proof(folder, &target, &proof)?)
}
