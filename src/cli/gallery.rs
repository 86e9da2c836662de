//! The targets of `constructions/`, carried by the program: an installed one has no folder of the project beside it.

use std::path::Path;

/// Names and sources.
macro_rules! gallery {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"), "/constructions/", $name, "/target.toml"
        )))),*]
    };
}

const GALLERY: &[(&str, &str)] = gallery! {
    "any-covariance" "any-spread" "centroid-attraction" "covariance" "determinants" "distance-from-mean"
    "divisive-normalisation" "e2-others" "e3-others" "figure-1-non-polynomial" "figure-1-polynomial" "figure-2-d1"
    "figure-2-d10" "figure-2-d4" "gaussian-smoothing" "half-mean-2" "half-mean-3" "half-mean-4" "largest-token"
    "log-mean-exp" "logistic-mean" "long" "mixed-moments" "pair-potential" "power-seven" "product-of-others"
    "semi-invariant" "shifted-domain" "sine-of-moment" "soft-rank" "soft-rank-sharp" "softened-deviation"
    "softened-force" "softmax-head" "softmax-head-32" "softmax-head-sharp" "sum-of-squares" "third-central-moment"
};

/// The source of `constructions/NAME` or `constructions/NAME/target.toml`, for a path at which there is nothing.
pub(super) fn source(path: &Path) -> Option<&'static str> {
    if path.exists() {
        return None;
    }
    let path = path.strip_prefix("constructions").ok()?;
    let name = if path.ends_with("target.toml") { path.parent()? } else { path };
    GALLERY.iter().find(|(known, _)| name == Path::new(known)).map(|(_, source)| *source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_carries_the_whole_gallery() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("constructions");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("the gallery")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        assert_eq!(names, GALLERY.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn only_what_is_not_there_comes_from_the_gallery() {
        assert!(source(Path::new("constructions/long")).is_none(), "the folder of the project is here");
        assert!(source(Path::new("constructions/no-such-target")).is_none());
        assert!(source(Path::new("elsewhere/long")).is_none());
    }
}
