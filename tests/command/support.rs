//! Targets and proofs to run the program on.

use common::{run, sumformer};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Covariance of two coordinates: sums, products and a latent, in a few hidden units.
pub const COVARIANCE: &str = r#"
name    = "covariance"
tokens  = 3
domain  = [["0", "1"], ["-1/2", "0.5"]]
epsilon = "1/100"
output  = ["mean(y: y[0]*y[1]) - mean(y: y[0])*mean(y: y[1])", "x[0] - 1/3"]
"#;

/// One square: the smallest target that a ReLU network only approximates.
pub const SQUARE: &str = r#"
name    = "square"
tokens  = 2
domain  = [["0", "1"]]
epsilon = "1/10"
output  = ["sum(y != x: y[0])^2"]
"#;

/// A mean for every length.
pub const ANY: &str = r#"
name    = "any-mean"
tokens  = "any"
domain  = [["0", "1"]]
output  = ["mean(y: y[0]^2) - x[0]"]
"#;

/// Runs the program in `directory` on arguments as they are, with some standard input.
#[track_caller]
pub fn run_in(directory: &Path, arguments: &[&str], stdin: &[u8]) -> common::Run {
    sumformer(directory).args(arguments).input(stdin).run()
}

/// A folder with `covariance.toml`, `square.toml` and `any.toml`.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, source) in [("covariance.toml", COVARIANCE), ("square.toml", SQUARE), ("any.toml", ANY)] {
        std::fs::write(folder.path().join(name), source).expect("a file is written");
    }
    folder
}

/// Proofs made once: `exact` and `relu` for one architecture, `all` for three, `any` for every length, `paper` with
/// transcendental attention weights.
pub fn proofs() -> &'static Path {
    static PROOFS: OnceLock<TempDir> = OnceLock::new();
    PROOFS
        .get_or_init(|| {
            let folder = folder();
            for line in [
                "prove covariance.toml -o exact --activation relu2",
                "prove square.toml -o relu",
                "prove covariance.toml -o all --activation relu2 --architecture all",
                "prove any.toml -o any --activation relu2",
                "prove square.toml -o paper --activation relu2 --architecture performer --performer paper --scores paper --features 2",
            ] {
                run(folder.path(), line).expect(0);
            }
            folder
        })
        .path()
}

/// A copy of one of [`proofs`] to be tampered with.
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    /// Copies a proof for one architecture.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in ["target.toml", "network.json", "certificate.json"] {
            std::fs::copy(proofs().join(name).join(file), folder.path().join(file)).expect("a copy");
        }
        Self { folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// One of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("the file is read")
    }

    /// Replaces a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), content).expect("the file is written");
    }

    /// Changes a JSON file as a tree.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value: Value = serde_json::from_str(&self.text(name)).expect("the file is JSON");
        change(&mut value);
        self.write(name, value.to_string());
    }

    /// Makes the certificate name the target and the network that are there now.
    pub fn rehash(&self) {
        let hash = |name: &str| sumformer_checker::format::sha256(self.text(name).as_bytes());
        let (target, network) = (hash("target.toml"), hash("network.json"));
        self.edit("certificate.json", |certificate| {
            certificate["target_sha256"] = target.into();
            certificate["network_sha256"] = network.into();
        });
    }
}
