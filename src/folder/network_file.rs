//! The file of a network in a folder: `network.json`, or the same bytes compressed.
//!
//! A certificate names the network by the hash of its bytes before compression, which are all that the checker sees.

use super::PROOF_FILES;
use super::compression::{MOST_BYTES, decompress};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufReader, Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

/// What stands in place of `network.json` where it is compressed.
pub const COMPRESSED_NETWORK: &str = "network.json.zst";

/// In which form a network is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkForm {
    /// `network.json`
    #[default]
    Plain,
    /// [`COMPRESSED_NETWORK`]
    #[cfg(feature = "zstd")]
    Compressed,
}

impl NetworkForm {
    /// The name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Plain => PROOF_FILES[1],
            #[cfg(feature = "zstd")]
            Self::Compressed => COMPRESSED_NETWORK,
        }
    }

    /// What is written there of the bytes of `network.json`.
    pub fn written(self, json: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Plain => json.into(),
            #[cfg(feature = "zstd")]
            Self::Compressed => super::compression::compress(json).into(),
        }
    }
}

/// Where the network of a folder is; where there is none, where it should be.
///
/// Two files for one network could say different things, so both together are an error.
pub fn network_file(folder: &Path) -> Result<PathBuf> {
    let [plain, compressed] = [PROOF_FILES[1], COMPRESSED_NETWORK].map(|name| folder.join(name));
    let exists = |path: &Path| path.symlink_metadata().is_ok();
    match (exists(&plain), exists(&compressed)) {
        (true, true) => {
            let words = format!(
                "{}: {} and {COMPRESSED_NETWORK} are both there; remove one of them",
                folder.display(),
                PROOF_FILES[1]
            );
            Err(Error::new(ErrorKind::InvalidInput, words))
        }
        (false, true) => Ok(compressed),
        _ => Ok(plain),
    }
}

/// Whether a file is compressed, by its name.
pub fn is_compressed(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "zst")
}

/// The bytes of `network.json`, from this file or its compressed form.
pub fn read_network_file(file: &Path) -> Result<Vec<u8>> {
    let read = || match is_compressed(file) {
        true => decompress(BufReader::new(File::open(file)?), MOST_BYTES),
        false => fs::read(file),
    };
    read().map_err(|error| Error::new(error.kind(), format!("{}: {error}", file.display())))
}
