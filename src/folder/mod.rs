//! Folders with proofs: three files, written all or none, and nobody's work overwritten.

mod compression;
mod network_file;

#[cfg(feature = "zstd")]
pub use compression::compress;
pub use compression::decompress;
pub use network_file::{COMPRESSED_NETWORK, NetworkForm, is_compressed, network_file, read_network_file};

use crate::certify::Proof;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use sumformer_checker::check::ProofFiles;
use sumformer_checker::language::target::Target;

/// The names of a proof's three files.
pub const PROOF_FILES: [&str; 3] = ["target.toml", "network.json", "certificate.json"];

/// The bytes of a proof that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofBytes {
    contents: [Vec<u8>; 3],
}

impl ProofBytes {
    /// As the checker takes them.
    pub fn files(&self) -> ProofFiles<'_> {
        let [target, network, certificate] = &self.contents;
        ProofFiles { target, network, certificate }
    }

    /// In the order of [`PROOF_FILES`].
    pub fn into_contents(self) -> [Vec<u8>; 3] {
        self.contents
    }
}

/// Reads the three files of a folder, the network also where it is compressed; what they say is for the checker to find out.
pub fn read_proof(folder: &Path) -> Result<ProofBytes> {
    let read = |name: &str| {
        let file = folder.join(name);
        fs::read(&file).map_err(|error| Error::new(error.kind(), format!("{}: {error}", file.display())))
    };
    let target = read(PROOF_FILES[0])?;
    let network = read_network_file(&network_file(folder)?)?;
    Ok(ProofBytes { contents: [target, network, read(PROOF_FILES[2])?] })
}

/// Writes a proof to a folder that does not exist yet, or is empty. The files are written under another name first, so that
/// there is all of them or nothing.
pub fn write_proof(folder: &Path, target: &Target, proof: &Proof) -> Result<()> {
    write_files(folder, proof.files(target), NetworkForm::Plain)
}

/// The same for the bytes of a proof, wherever they are from, and the network in any form.
pub fn write_files(folder: &Path, files: ProofFiles<'_>, form: NetworkForm) -> Result<()> {
    let taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    if taken {
        let words = format!("{}: there is something in this folder, which is left alone", folder.display());
        return Err(Error::new(ErrorKind::AlreadyExists, words));
    }
    let staging = staging(folder)?;
    let written = fill(&staging, files, form).and_then(|()| put(&staging, folder));
    if written.is_err() {
        // What went wrong is said; that nothing is left behind is all that can be tried.
        let _ = fs::remove_dir_all(&staging);
    }
    written
}

/// A new folder beside `folder`.
fn staging(folder: &Path) -> Result<PathBuf> {
    let name = folder.file_name().ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, format!("{}: this is no name for a folder", folder.display()))
    })?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    for number in 0_u32.. {
        let mut own = std::ffi::OsString::from(".");
        own.push(name);
        own.push(format!(".{}-{number}", std::process::id()));
        match fs::create_dir(parent.join(&own)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| parent.join(own)),
        }
    }
    Err(Error::other("there is no name left for a folder"))
}

fn fill(staging: &Path, files: ProofFiles<'_>, form: NetworkForm) -> Result<()> {
    let [target, _, certificate] = PROOF_FILES.map(|name| staging.join(name));
    fs::write(target, files.target)?;
    fs::write(staging.join(form.file()), form.written(files.network))?;
    fs::write(certificate, files.certificate)
}

fn put(staging: &Path, folder: &Path) -> Result<()> {
    // An empty folder has to make room on systems that rename only to where nothing is; one that is not empty stays.
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => fs::rename(staging, folder),
    }
}
