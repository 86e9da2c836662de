//! The input of `eval`: sequences of tokens as JSON, read exactly.
//!
//! A JSON number is taken as the decimal it is written as (0.1 is 1/10), so its text is kept until it becomes a
//! rational; strings hold fractions or decimals.

use serde_json::value::RawValue;
use sumformer_checker::arith::number::{NumberError, Rational, parse_rational};
use sumformer_checker::language::target::Tokens;

/// The largest input that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// The most coordinates that are read in total; each becomes a rational of about 100 bytes.
pub const MAX_COORDINATES: usize = 1 << 22;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The sequences, each n tokens with d coordinates.
    pub sequences: Vec<Vec<Vec<Rational>>>,
    /// Whether the text was an array of sequences, so that the answer is to be one too.
    pub batch: bool,
}

/// Why an input was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// More than [`MAX_BYTES`].
    #[error("the input has {got} bytes, more than the {MAX_BYTES} that are read")]
    TooManyBytes {
        /// Size of the input.
        got: usize,
    },
    /// More than [`MAX_COORDINATES`].
    #[error("{place}: the input has more than the {MAX_COORDINATES} coordinates that are read")]
    TooManyCoordinates {
        /// Where the limit was met.
        place: Place,
    },
    /// Not JSON.
    #[error("the input is not JSON: {0}")]
    Json(String),
    /// JSON of another shape.
    #[error("{place}: expected {wanted}, found {found}")]
    Shape {
        /// Where.
        place: Place,
        /// What belongs there.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// An array of the wrong length.
    #[error("{place}: expected {wanted} {what}, found {got}")]
    Count {
        /// Where.
        place: Place,
        /// `tokens` or `coordinates`.
        what: &'static str,
        /// n or d.
        wanted: usize,
        /// Length of the array.
        got: usize,
    },
    /// An array that must not be empty.
    #[error("{place}: expected at least one {what}, found an empty array")]
    Empty {
        /// Where.
        place: Place,
        /// `sequence` or `token`.
        what: &'static str,
    },
    /// A numeral that is not exact or too long.
    #[error("{place}: {source}")]
    Number {
        /// Where.
        place: Place,
        /// What is wrong with it.
        source: NumberError,
    },
}

/// A place in the input, all indices from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Which sequence, if there are several.
    pub sequence: Option<usize>,
    /// Which token.
    pub token: Option<usize>,
    /// Which coordinate.
    pub coordinate: Option<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [("sequence", self.sequence), ("token", self.token), ("coordinate", self.coordinate)];
        let mut separator = "";
        for (name, index) in parts {
            if let Some(index) = index {
                write!(f, "{separator}{name} {index}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() { f.write_str("the input") } else { Ok(()) }
    }
}

/// Reads one sequence (an array of n tokens, each an array of d numbers or exact strings) or an array of sequences.
pub fn parse_input(text: &[u8], tokens: Tokens, dimension: usize) -> Result<Input, InputError> {
    if text.len() > MAX_BYTES {
        return Err(InputError::TooManyBytes { got: text.len() });
    }
    let root: &RawValue = serde_json::from_slice(text).map_err(|e| InputError::Json(e.to_string()))?;
    let mut reader = Reader { tokens, dimension, remaining: MAX_COORDINATES };
    let top = elements(root, Place::default(), "an array of tokens or an array of sequences")?;
    let Some(first) = top.first() else {
        return Err(InputError::Empty { place: Place::default(), what: "token" });
    };
    // Three levels of brackets make a batch; what the first entry says holds for the rest.
    let batch = kind(first) == ARRAY
        && elements(first, Place::default(), "")?.first().is_some_and(|inner| kind(inner) == ARRAY);
    let sequences = if batch {
        let read = |(index, sequence)| {
            let place = Place { sequence: Some(index), ..Place::default() };
            reader.sequence(&elements(sequence, place, "a sequence (an array of tokens)")?, place)
        };
        top.into_iter().enumerate().map(read).collect::<Result<_, _>>()?
    } else {
        vec![reader.sequence(&top, Place::default())?]
    };
    Ok(Input { sequences, batch })
}

struct Reader {
    tokens: Tokens,
    dimension: usize,
    remaining: usize,
}

impl Reader {
    fn sequence(&mut self, tokens: &[&RawValue], place: Place) -> Result<Vec<Vec<Rational>>, InputError> {
        if tokens.is_empty() {
            return Err(InputError::Empty { place, what: "token" });
        }
        if let Tokens::Fixed(wanted) = self.tokens
            && wanted != tokens.len()
        {
            return Err(InputError::Count { place, what: "tokens", wanted, got: tokens.len() });
        }
        let read = |(index, token): (usize, &&RawValue)| {
            let place = Place { token: Some(index), ..place };
            let coordinates = elements(token, place, "a token (an array of coordinates)")?;
            let (wanted, got) = (self.dimension, coordinates.len());
            if wanted != got {
                return Err(InputError::Count { place, what: "coordinates", wanted, got });
            }
            self.remaining =
                self.remaining.checked_sub(got).ok_or(InputError::TooManyCoordinates { place })?;
            let read = |(index, value): (usize, &&RawValue)| {
                coordinate(value, Place { coordinate: Some(index), ..place })
            };
            coordinates.iter().enumerate().map(read).collect()
        };
        tokens.iter().enumerate().map(read).collect()
    }
}

fn coordinate(value: &RawValue, place: Place) -> Result<Rational, InputError> {
    let shape =
        |found| InputError::Shape { place, wanted: "a number or an exact string such as \"1/3\"", found };
    let parsed = match kind(value) {
        NUMBER => parse_rational(value.get()),
        STRING => {
            let text: String = serde_json::from_str(value.get()).map_err(|_| shape("a malformed string"))?;
            parse_rational(&text)
        }
        other => return Err(shape(other)),
    };
    parsed.map_err(|source| InputError::Number { place, source })
}

/// The elements of an array, unread.
fn elements<'a>(
    value: &'a RawValue,
    place: Place,
    wanted: &'static str,
) -> Result<Vec<&'a RawValue>, InputError> {
    let shape = || InputError::Shape { place, wanted, found: kind(value) };
    if kind(value) != ARRAY {
        return Err(shape());
    }
    serde_json::from_str(value.get()).map_err(|_| shape())
}

const ARRAY: &str = "an array";
const NUMBER: &str = "a number";
const STRING: &str = "a string";

/// What a JSON value is, by its first character.
fn kind(value: &RawValue) -> &'static str {
    match value.get().bytes().next() {
        Some(b'[') => ARRAY,
        Some(b'"') => STRING,
        Some(b'{') => "an object",
        Some(b't' | b'f') => "a truth value",
        Some(b'n') => "null",
        _ => NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, ratio};

    fn read(text: &str) -> Result<Input, InputError> {
        parse_input(text.as_bytes(), Tokens::Fixed(2), 2)
    }

    #[test]
    fn numbers_are_the_decimals_they_are_written_as() {
        let input = read(r#" [[0.1, -2e-3], ["1/3", "0.25"]] "#).unwrap();
        let expected = vec![vec![ratio(1, 10), ratio(-1, 500)], vec![ratio(1, 3), ratio(1, 4)]];
        assert_eq!(input, Input { sequences: vec![expected], batch: false });
        // More digits than any float has.
        let input = read("[[0.1000000000000000000000000000001, 0], [1E+2, -0.0]]").unwrap();
        assert!(input.sequences[0][0][0] > ratio(1, 10));
        assert_eq!(input.sequences[0][1], [integer(100), integer(0)]);
    }

    #[test]
    fn an_array_of_sequences_is_a_batch() {
        let input = read("[[[1,2],[3,4]],[[5,6],[7,8]]]").unwrap();
        assert!(input.batch);
        assert_eq!(input.sequences.len(), 2);
        assert_eq!(input.sequences[1][0], [integer(5), integer(6)]);
        let any = parse_input(b"[[[1,2]],[[1,2],[3,4],[5,6]]]", Tokens::Any, 2).unwrap();
        assert_eq!(any.sequences.iter().map(Vec::len).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn errors_name_the_place() {
        for (text, message) in [
            ("[[[1,2],[3,4]],[[1,2],[3,4]],[[1,null],[3,4]]]", "sequence 2, token 0, coordinate 1: expected"),
            (
                "[[1,2],[3,true]]",
                "token 1, coordinate 1: expected a number or an exact string such as \"1/3\", found a truth value",
            ),
            ("[[1,2],[3,\"x\"]]", "token 1, coordinate 1: `x` is not an exact number"),
            ("[[1,2],[3,\"1/0\"]]", "token 1, coordinate 1: `1/0` divides by zero"),
            ("[[1,2],[3,1e9999]]", "token 1, coordinate 1: a numeral"),
            ("[[1,2],[3]]", "token 1: expected 2 coordinates, found 1"),
            ("[[],[3,1]]", "token 0: expected 2 coordinates, found 0"),
            ("[[1,2],[3,[4]]]", "token 1, coordinate 1: expected a number"),
            ("[[1,2]]", "the input: expected 2 tokens, found 1"),
            ("[[[1,2],[3,4]],[[1,2]]]", "sequence 1: expected 2 tokens, found 1"),
            ("[[[1,2],[3,4]],[]]", "sequence 1: expected at least one token"),
            ("[[[1,2],[3,4]],7]", "sequence 1: expected a sequence (an array of tokens), found a number"),
            ("[[1,2],7]", "token 1: expected a token (an array of coordinates), found a number"),
            ("[]", "the input: expected at least one token"),
            ("{\"a\":1}", "the input: expected an array of tokens or an array of sequences, found an object"),
            ("3", "the input: expected an array"),
            ("[[1,2],[3,4]", "the input is not JSON"),
            ("[[1,2],[3,.5]]", "the input is not JSON"),
            ("[[1,2],[3,\"\\ud800\"]]", "token 1, coordinate 1: expected"),
            ("", "the input is not JSON"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
        assert!(matches!(parse_input(&[0xff, 0x00], Tokens::Any, 1), Err(InputError::Json(_))));
        // Deep nesting is refused without recursion.
        let deep = "[".repeat(1 << 20);
        assert!(matches!(read(&deep), Err(InputError::Json(_))));
    }

    #[test]
    fn sizes_are_limited() {
        let spaces = vec![b' '; MAX_BYTES + 1];
        assert_eq!(
            parse_input(&spaces, Tokens::Any, 1),
            Err(InputError::TooManyBytes { got: MAX_BYTES + 1 })
        );
        let many = format!("[{}[0]]", "[0],".repeat(MAX_COORDINATES));
        let place = Place { token: Some(MAX_COORDINATES), ..Place::default() };
        assert_eq!(
            parse_input(many.as_bytes(), Tokens::Any, 1),
            Err(InputError::TooManyCoordinates { place })
        );
    }
}
