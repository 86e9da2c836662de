//! Splits the text of an expression into lexemes.

use super::ast::Span;

/// A lexeme; names and numerals keep their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// An integer or a decimal.
    Number(&'a str),
    /// A letter or `_`, then letters, digits and `_`.
    Name(&'a str),
    /// An operator or a delimiter, `!=` included.
    Symbol(&'static str),
    /// Characters that belong to no lexeme.
    Foreign,
    /// Behind the last lexeme.
    End,
}

/// All operators and delimiters.
pub const SYMBOLS: [&str; 12] = ["!=", "+", "-", "*", "/", "^", "(", ")", "[", "]", ":", ","];

/// The lexemes with their places in the text, [`Token::End`] last.
pub fn lex(text: &str) -> Vec<(Token<'_>, Span)> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (token, length) = match rest.chars().next() {
            Some(c) if c.is_whitespace() => (None, c.len_utf8()),
            Some(c) if c.is_ascii_digit() => {
                let length = number_length(rest);
                (Some(Token::Number(&rest[..length])), length)
            }
            Some(c) if c.is_alphabetic() || c == '_' => {
                let length = length_while(rest, continues_name);
                (Some(Token::Name(&rest[..length])), length)
            }
            _ => match SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
                Some(symbol) => (Some(Token::Symbol(symbol)), symbol.len()),
                None => (Some(Token::Foreign), length_while(rest, is_foreign).max(1)),
            },
        };
        lexemes.extend(token.map(|token| (token, at..at + length)));
        at += length;
    }
    lexemes.push((Token::End, at..at));
    lexemes
}

fn length_while(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}

/// The longest prefix of the form digits, digits.digits, with an exponent or without.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| length_while(&text[from..], |c| c.is_ascii_digit());
    let mut length = digits(0);
    if text[length..].starts_with('.') {
        let fraction = digits(length + 1);
        length += if fraction > 0 { fraction + 1 } else { 0 };
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}

fn continues_name(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || c == '_'
}

/// Whether the text can stand for a token or an abbreviation.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| continues_name(c) && !c.is_ascii_digit()) && text.chars().all(continues_name)
}

/// Characters that belong to no lexeme.
fn is_foreign(c: char) -> bool {
    !(c.is_whitespace() || continues_name(c) || "!+-*/^()[]:,".contains(c))
}
