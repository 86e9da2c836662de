//! Lexemes with their places in the file, and what is said of characters that belong to none.

use super::diagnostics::{Diagnostic, Reporter, quote};
use super::literal::Literal;
use sumformer_checker::language::ast::Span;
use sumformer_checker::language::lexer::{SYMBOLS, Token, lex};

/// The lexemes with their places in the file, [`Token::End`] last; other characters are reported.
pub(super) fn lexemes<'a>(literal: &Literal<'a>, reporter: &mut Reporter) -> Vec<(Token<'a>, Span)> {
    let mut lexemes = lex(literal.text);
    for (token, span) in &mut lexemes {
        let text = &literal.text[span.clone()];
        *span = literal.span(span.clone());
        if *token == Token::Foreign {
            reporter.report(foreign(text, span.clone()));
        }
    }
    lexemes
}

/// The lexeme in words, for messages.
pub(super) fn describe(token: Token<'_>) -> String {
    match token {
        Token::Number(text) | Token::Name(text) => quote(text),
        Token::Symbol(symbol) => format!("`{symbol}`"),
        Token::Foreign => "a foreign character".to_string(),
        Token::End => "the end of the expression".to_string(),
    }
}

fn foreign(text: &str, span: Span) -> Diagnostic {
    let help = match text.chars().next() {
        Some('.') => "a decimal has digits on both sides of the point, as in 0.5".to_string(),
        Some('−' | '–' | '—') => "write `-`".to_string(),
        Some('×' | '·' | '⋅' | '∗') => "write `*`".to_string(),
        Some('÷' | '∕') => "write `/`".to_string(),
        Some('≠' | '!' | '=') => "`!=` is the only comparison, as in `sum(y != x: y[0])`".to_string(),
        Some('²' | '³' | '¹' | '⁴'..='⁹') => "write powers as `x[0]^2`".to_string(),
        Some('{' | '}') => "group with parentheses".to_string(),
        Some('<' | '>') => {
            "there are no comparisons of numbers; use `max`, `min`, `relu` or `abs`".to_string()
        }
        _ => {
            let symbols = SYMBOLS.map(|symbol| format!("`{symbol}`"));
            format!("an expression consists of names, numbers and {}", symbols.join(" "))
        }
    };
    Diagnostic::new(format!("unexpected {}", quote(text)), "not part of an expression", span).with_help(help)
}
