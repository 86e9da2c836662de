//! Data files: lines of JSON.

use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::cli::files::{read, write_file};
use crate::figures::record::{Record, parse, to_text};
use crate::figures::settings::Settings;
use std::path::Path;

/// All records of a file; `wanted` are the settings that they must have.
pub fn read_records<R: Record>(path: &Path, wanted: Option<&Settings>) -> Result<Vec<R>, CliError> {
    let fail = |e: &dyn std::fmt::Display| CliError::bad_input(format!("{}: {e}", shown_path(path)));
    let text = String::from_utf8(read(path)?).map_err(|e| fail(&e))?;
    parse(&text, wanted).map_err(|e| fail(&e))
}

/// Replaces a file as a whole.
pub fn write_records<R: Record>(path: &Path, records: &[R]) -> Result<(), CliError> {
    locked(path, || write(path, records))
}

/// Changes the records of a file, none if it does not exist, while no other process does.
#[cfg(feature = "training")]
pub fn change_records<R: Record>(
    path: &Path,
    wanted: Option<&Settings>,
    change: impl FnOnce(&mut Vec<R>),
) -> Result<(), CliError> {
    locked(path, || {
        let mut records = if path.exists() { read_records(path, wanted)? } else { Vec::new() };
        change(&mut records);
        write(path, &records)
    })
}

fn write<R: Record>(path: &Path, records: &[R]) -> Result<(), CliError> {
    let text = to_text(records).map_err(|e| CliError::bad_input(format!("{}: {e}", shown_path(path))))?;
    write_file(path, text.as_bytes())
}

/// Does something with a data file while nobody else does.
///
/// Its folder is locked, since the file itself is replaced. Not everywhere can folders be locked; the file is whole
/// there too, but of two processes that change it at the same moment one loses a record, and trains it again next time.
fn locked<T>(path: &Path, work: impl FnOnce() -> Result<T, CliError>) -> Result<T, CliError> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let lock = cfg!(unix).then(|| std::fs::File::open(folder)).and_then(Result::ok);
    if let Some(folder) = &lock {
        let _ = folder.lock();
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn changes_are_made_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("count");
        std::fs::write(&path, "0").unwrap();
        let count = || std::fs::read_to_string(&path).unwrap().parse::<u32>().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let next = || write_file(&path, (count() + 1).to_string().as_bytes());
                        locked(&path, next).unwrap();
                    }
                });
            }
        });
        assert_eq!(count(), 100);
    }
}
