//! `sum(y != x: e)` and its like.

use super::context::placeholder;
use super::diagnostics::quote;
use super::lexer::describe;
use super::parser::Parser;
use sumformer_checker::language::ast::{ExprKind, Reduction, Span, TokenLevel};
use sumformer_checker::language::lexer::Token;
use sumformer_checker::language::names::reserved;
use sumformer_checker::language::term::{Chain, Term};

impl Parser<'_, '_> {
    /// A reduction, its name having been read; the next lexeme is `(`.
    pub(super) fn reduction(&mut self, reduction: Reduction, span: Span) -> Term {
        let name = reduction.name();
        let open = self.span();
        self.advance();
        if self.context.explicit {
            self.report_help(
                format!("`{name}` over tokens is not part of `semi_invariant`"),
                "no bound tokens here",
                span.clone(),
                "write the tokens out, as in `x2[0] + x3[0]`, or use `output`",
            );
            self.skip_to_close();
            return placeholder(span.start..self.end());
        }
        if self.context.any_length() && reduction != Reduction::Mean {
            self.report_help(
                format!("`{name}` over tokens is not available when `tokens = \"any\"`"),
                "its range grows with the length of the sequence",
                span.clone(),
                "only `mean` over all tokens is",
            );
        }
        let (Token::Name(binder), Token::Symbol(":" | "!=")) = (self.peek(), self.look(1)) else {
            if self.look(1) != Token::Foreign {
                self.report_help(
                    format!("`{name}` needs a name for the token it runs over"),
                    "expected a name and `:`",
                    self.span(),
                    &format!("write `{name}(y: …)` with `y[0]` inside"),
                );
            }
            self.skip_to_close();
            return placeholder(span.start..self.end());
        };
        self.check_binder(binder, self.span());
        self.advance();
        let Some(excluded) = self.excluded(binder) else {
            self.skip_to_close();
            return placeholder(span.start..self.end());
        };
        if !self.eat(":") {
            let found = describe(self.peek());
            self.report(format!("expected `:` or `,`, found {found}"), "not expected here", self.span());
            self.skip_to_close();
            return placeholder(span.start..self.end());
        }
        self.scope.push(binder.to_string());
        let body = self.nested(&span, |parser| parser.chain(Chain::Sum));
        self.scope.pop();
        let Some(body) = body else { return placeholder(span) };
        self.close(&open);
        let whole = span.start..self.end();
        self.check_range(reduction, &excluded, &whole);
        let binder = binder.to_string();
        self.node(body.reduce(whole, |body| ExprKind::Reduce { reduction, binder, excluded, body }))
    }

    /// Bound names shadow nothing.
    fn check_binder(&mut self, binder: &str, span: Span) {
        let shown = quote(binder);
        let reason = if self.scope.iter().any(|bound| bound == binder) {
            Some("it is bound already")
        } else if self.context.abbreviations.contains(binder) {
            Some("it is an abbreviation of `[where]`")
        } else {
            reserved(binder, false)
        };
        if let Some(reason) = reason {
            let message = format!("{shown} cannot be bound: {reason}");
            self.report_help(message, "shadows another name", span, "choose another name");
        }
    }

    /// `!= x, y`, if it is there: the levels in increasing order; `None` where the list breaks off.
    fn excluded(&mut self, binder: &str) -> Option<Vec<TokenLevel>> {
        let mut levels = Vec::new();
        if self.peek() != Token::Symbol("!=") {
            return Some(levels);
        }
        if self.context.any_length() {
            self.report_help(
                "`!=` is not available when `tokens = \"any\"`",
                "may leave no token over",
                self.span(),
                "only `mean` over all tokens is",
            );
        }
        loop {
            self.advance();
            let span = self.span();
            let Token::Name(name) = self.peek() else {
                let found = describe(self.peek());
                self.report(format!("expected an earlier token, found {found}"), "not a token", span);
                return None;
            };
            if name == binder && !self.scope.iter().any(|bound| bound == name) {
                self.report(
                    format!("{} cannot differ from itself", quote(name)),
                    "not an earlier token",
                    span,
                );
            } else if let Some(level) = self.token(name, span.clone()) {
                match levels.binary_search(&level) {
                    Ok(_) => {
                        self.report(format!("{} is excluded twice", quote(name)), "already in the list", span)
                    }
                    Err(place) => levels.insert(place, level),
                }
            }
            self.advance();
            if self.peek() != Token::Symbol(",") {
                return Some(levels);
            }
        }
    }

    /// A mean or an extremum needs a token left over, wherever the excluded tokens stand.
    fn check_range(&mut self, reduction: Reduction, excluded: &[TokenLevel], whole: &Span) {
        let may_be_empty = match reduction {
            Reduction::Sum | Reduction::Product => false,
            Reduction::Mean | Reduction::Max | Reduction::Min => true,
        };
        if let Some(n) = self.context.fixed_length().filter(|&n| may_be_empty && excluded.len() >= n) {
            let message = format!("`{}` over no token: `tokens = {n}` leaves none over", reduction.name());
            let count = excluded.len();
            let label = format!("{count} token{} excluded", if count == 1 { "" } else { "s" });
            self.report(message, label, whole.clone());
        }
    }
}
