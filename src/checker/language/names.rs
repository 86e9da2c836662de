//! The words of the language.

use super::ast::{Extremum, Function, Reduction};

/// What a reserved word in front of a parenthesis means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A reduction over tokens only.
    Reduction(Reduction),
    /// A reduction over tokens, or the extremum of two arguments.
    Either(Reduction, Extremum),
    /// A function of one argument.
    Function(Function),
}

/// All reserved words that stand in front of a parenthesis.
pub const WORDS: [(&str, Word); 14] = [
    ("sum", Word::Reduction(Reduction::Sum)),
    ("mean", Word::Reduction(Reduction::Mean)),
    ("prod", Word::Reduction(Reduction::Product)),
    ("max", Word::Either(Reduction::Max, Extremum::Max)),
    ("min", Word::Either(Reduction::Min, Extremum::Min)),
    ("exp", Word::Function(Function::Exp)),
    ("log", Word::Function(Function::Log)),
    ("sqrt", Word::Function(Function::Sqrt)),
    ("sin", Word::Function(Function::Sin)),
    ("cos", Word::Function(Function::Cos)),
    ("tanh", Word::Function(Function::Tanh)),
    ("sigmoid", Word::Function(Function::Sigmoid)),
    ("abs", Word::Function(Function::Abs)),
    ("relu", Word::Function(Function::Relu)),
];

/// The meaning of a reserved word.
pub fn word(text: &str) -> Option<Word> {
    WORDS.iter().find(|(name, _)| *name == text).map(|&(_, word)| word)
}

/// Why a name can be neither a bound token nor an abbreviation.
pub fn reserved(text: &str, explicit: bool) -> Option<&'static str> {
    match text {
        "x" => Some("it is the own token"),
        "n" => Some("it is the sequence length"),
        _ if word(text).is_some() => Some("it is a function of the language"),
        _ if explicit && explicit_token(text).is_some() => Some("it is a token of `semi_invariant`"),
        _ => None,
    }
}

/// The number k of a name of the form `xk`, without leading zeros.
///
/// Numbers too large for any sequence come out as the largest one.
pub fn explicit_token(text: &str) -> Option<usize> {
    let digits = text.strip_prefix('x')?;
    let canonical = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    canonical.then(|| digits.parse().unwrap_or(usize::MAX))
}

impl Function {
    /// The function's name, in the language where it has one there.
    pub fn name(self) -> &'static str {
        match self {
            Function::Inverse => "1/t",
            Function::Hat => "hat",
            Function::Identity => "identity",
            Function::Root => Function::Sqrt.name(),
            _ => name_of(Word::Function(self)),
        }
    }
}

impl Reduction {
    /// The reduction's name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Reduction::Max => Extremum::Max.name(),
            Reduction::Min => Extremum::Min.name(),
            Reduction::Sum | Reduction::Mean | Reduction::Product => name_of(Word::Reduction(self)),
        }
    }
}

impl Extremum {
    /// The extremum's name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Extremum::Max => name_of(Word::Either(Reduction::Max, self)),
            Extremum::Min => name_of(Word::Either(Reduction::Min, self)),
        }
    }
}

fn name_of(word: Word) -> &'static str {
    WORDS.iter().find(|(_, other)| *other == word).map_or("", |&(name, _)| name)
}
