//! `sumformer report DIR… -o FILE.html`

mod continuous;
mod discontinuous;
mod floors;
mod json;
mod page;
mod parts;
mod pictures;
mod proof;
mod raster;
mod text;
mod verdict;
mod weights;

use super::check::outcome;
use super::error::{CliError, Outcome};
use super::files::{has_floors, proof_folders, read_proof_files, writable_file, write_file};
use super::floors::Floors;
use super::output::{print, say};
use super::progress::progress_bar;
use super::proof::unreadable;
use crate::cli::escape::{plain_path, shown, shown_path};
use crate::report::proof::ProofReport;
use clap::Args;
use indicatif::ProgressBar;
use page::{MARKER, page};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;
use sumformer_checker::check::{ProofFiles, check_proof};
use sumformer_checker::format::sha256;
use verdict::scoped;

/// Below the help of `report`.
pub const HELP: &str = "The page is one HTML file that loads nothing else and works without scripts. An invalid or \
incomplete proof is on the page as such, and the exit code says so. The same proofs give the same bytes.";

/// `report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folders written by `prove`; of one with several architectures, all sub-folders.
    #[arg(required = true)]
    pub directories: Vec<PathBuf>,
    /// The page, `-` for standard output; an existing file is replaced only if `report` made it.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
    /// The page's title (default: the names of the targets).
    #[arg(long)]
    pub title: Option<String>,
    /// Write how long each check took; pages then differ from run to run.
    #[arg(long)]
    pub timings: bool,
}

/// The marker stands within this many bytes of a page's beginning.
const HEAD: u64 = 4096;

/// Checks every proof anew and writes the page.
pub fn run(arguments: &ReportArguments, json: bool) -> Result<Outcome, CliError> {
    let file = &arguments.output;
    let to_stdout = file.as_os_str() == "-";
    if to_stdout && json {
        return Err(CliError::bad_input(
            "-o - writes the page to standard output, where --json writes its answer; use one of them",
        ));
    }
    if !to_stdout {
        may_replace(file)?;
        writable_file(file)?;
    }
    let folders: Vec<Vec<PathBuf>> =
        arguments.directories.iter().map(|folder| proof_folders(folder)).collect::<Result<_, _>>()?;
    let folders = folders.concat();
    let progress = progress_bar(folders.len() as u64);
    let mut proofs = Vec::with_capacity(folders.len());
    let mut outcomes = Vec::with_capacity(folders.len());
    for folder in &folders {
        let (report, outcome) = collect(folder, arguments.timings, &progress)?;
        proofs.push(report);
        outcomes.push(outcome);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let title = arguments.title.clone().unwrap_or_else(|| title(&proofs));
    let text = page(&title, &proofs)?;
    if to_stdout {
        print(&text)?;
    } else {
        write_file(file, text.as_bytes())?;
    }
    let lines = proofs.iter().map(|it| format!("{}: {}", shown(&it.place), scoped(&it.verdict)));
    let summary: Vec<String> = lines
        .chain([format!(
            "{}: {}, {} bytes",
            if to_stdout { "standard output".into() } else { shown_path(file) },
            parts::counted(proofs.len(), "proof"),
            text.len()
        )])
        .collect();
    if to_stdout {
        say(summary.join("\n"));
    } else if json {
        say(summary.join("\n"));
        print(json::answer(file, &title, text.len(), &proofs))?;
    } else {
        print(summary.join("\n"))?;
    }
    Ok(Outcome::worst(outcomes))
}

/// Reads and checks one proof with what stands beside it, and keeps what the page says of it.
fn collect(folder: &Path, timings: bool, progress: &ProgressBar) -> Result<(ProofReport, Outcome), CliError> {
    let step = |what: &str| progress.set_message(format!("{what} {}", shown_path(folder)));
    step("reading");
    let [target, network, certificate] = read_proof_files(folder)?;
    let files = ProofFiles { target: &target, network: &network, certificate: &certificate };
    step("checking");
    let start = Instant::now();
    let checked = check_proof(files).map_err(|e| unreadable(e, folder, &target))?;
    let seconds = timings.then(|| start.elapsed().as_secs_f64());
    let hashes = [sha256(&target), sha256(&network)];
    drop((target, network, certificate));
    step("drawing");
    let mut report = ProofReport::collect(plain_path(folder), checked, hashes, seconds);
    let mut worst = outcome(&report.verdict);
    if has_floors(folder) {
        step("deriving the floors of");
        let floors = Floors::check(folder)?;
        report.floors = floors.facts();
        if report.floors.is_none() {
            progress.suspend(|| say(floors.in_words()));
        }
        worst = Outcome::worst([worst, floors.outcome()]);
    }
    Ok((report, worst))
}

/// The targets' names, the first few of them.
fn title(proofs: &[ProofReport]) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<&str> = Vec::new();
    for it in proofs {
        if !names.contains(&it.target.name.as_str()) {
            names.push(&it.target.name);
        }
    }
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    names.truncate(NAMED);
    format!("Proofs: {}{more}", names.join(", "))
}

/// Whether there is nothing at `path`, or a page made by `report`.
fn may_replace(path: &Path) -> Result<(), CliError> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    let mut head = Vec::new();
    let refuse = |why: &str| Err(CliError::bad_input(format!("{}: {why}", shown_path(path))));
    if metadata.is_symlink() {
        return refuse(
            "it is a symbolic link, and a page replaces files only; name what it points to with -o",
        );
    }
    if !metadata.is_file() {
        return refuse("it exists and is not a file; choose another name with -o");
    }
    let ours = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head)).is_ok()
        && String::from_utf8_lossy(&head).contains(MARKER);
    if ours {
        return Ok(());
    }
    refuse("it exists and was not made by `sumformer report`; it is left alone (choose another file with -o)")
}
