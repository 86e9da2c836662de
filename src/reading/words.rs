//! The words of the language, for messages.

use sumformer_checker::language::names::{WORDS, Word};

/// All reserved words that stand in front of a parenthesis.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|&(name, _)| name)
}

/// All of them, in words.
pub(super) fn all_functions() -> String {
    let listed = |wanted: &dyn Fn(&Word) -> bool, form: &dyn Fn(&str) -> String| {
        let names = WORDS.iter().filter(|(_, word)| wanted(word)).map(|(name, _)| form(name));
        names.collect::<Vec<_>>().join(", ")
    };
    format!(
        "there are {}; over tokens {}; of two numbers {}",
        listed(&|word| matches!(word, Word::Function(_)), &|name| format!("`{name}`")),
        listed(&|word| !matches!(word, Word::Function(_)), &|name| format!("`{name}(y: …)`")),
        listed(&|word| matches!(word, Word::Either(..)), &|name| format!("`{name}(a, b)`")),
    )
}
