//! Reading a file that holds one JSON value.

use serde::de::DeserializeOwned;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not JSON of the expected shape.
    #[error("{file}: {message}")]
    Json {
        /// Which file.
        file: &'static str,
        /// What serde reports, with line and column.
        message: String,
    },
    /// JSON of the expected shape whose content makes no sense.
    #[error("{file}: {place}: {message}")]
    Structure {
        /// Which file.
        file: &'static str,
        /// Where, in words: `block 3, unit 17`.
        place: String,
        /// What is wrong.
        message: String,
    },
}

/// Reads a file that holds one JSON value, in UTF-8 without a byte order mark.
pub(super) fn from_json<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, FormatError> {
    let fail = |message: String| FormatError::Json { file, message };
    let encodings: [(&[u8], &str); 3] =
        [(b"\xef\xbb\xbf", "a byte order mark"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];
    if let Some((_, found)) = encodings.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(fail(format!("expected UTF-8 without a byte order mark, found {found}")));
    }
    serde_json::from_slice(bytes).map_err(|error| fail(json_in_words(&error)))
}

/// What is wrong with JSON, in the words of the formats instead of those of the program's types.
pub fn json_in_words(error: &serde_json::Error) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("expected usize", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected u32", "expected a whole number up to 2^32 - 1"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected an array"),
        ("expected a tuple of size", "expected an array of length"),
        ("invalid type: map", "invalid type: object"),
        ("invalid type: sequence", "invalid type: array"),
    ];
    WORDS.iter().fold(error.to_string(), |message, (from, to)| message.replace(from, to))
}
