//! Names in expressions: coordinates, the length, abbreviations, functions.

use super::context::placeholder;
use super::diagnostics::{Diagnostic, quote};
use super::lexer::describe;
use super::parser::Parser;
use super::words::{all_functions, words};
use num_traits::Signed;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::ast::{ExprKind, Extremum, Function, Span, TokenLevel};
use sumformer_checker::language::expand::expand;
use sumformer_checker::language::lexer::Token;
use sumformer_checker::language::names::{Word, explicit_token, reserved, word};
use sumformer_checker::language::term::{Chain, Term};

impl Parser<'_, '_> {
    /// What a name stands for, the name itself having been read.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Term {
        match self.peek() {
            Token::Symbol("[") => self.coordinate(name, span),
            Token::Symbol("(") => self.application(name, span),
            _ => self.plain(name, span),
        }
    }

    /// `n` or an abbreviation.
    #[inline(never)]
    fn plain(&mut self, name: &str, span: Span) -> Term {
        if name == "n" {
            if self.context.any_length() {
                self.report_help(
                    "`n` has no fixed value when `tokens = \"any\"`",
                    "depends on the length of the sequence",
                    span.clone(),
                    "use `mean` instead of a sum divided by `n`",
                );
            }
            let value = self.context.fixed_length().map(|n| Rational::from_integer(n.into()));
            return self.node(Term::leaf(ExprKind::Length, span, value));
        }
        if let Some(definition) = self.context.definitions.get(name) {
            let nodes = definition.nodes;
            if self.context.count(nodes, &span)
                && let Some(definition) = self.context.definitions.get(name)
            {
                let abbreviations = &self.context.abbreviations;
                let is_taken = |name: &str| abbreviations.contains(name);
                let Term { expr, height, constant, .. } = &definition.term;
                let expr = expand(expr, &self.scope, &is_taken);
                return Term { expr, place: span, height: *height, constant: constant.clone() };
            }
            return placeholder(span);
        }
        self.report_plain(name, span.clone());
        placeholder(span)
    }

    #[inline(never)]
    fn report_plain(&mut self, name: &str, span: Span) {
        let shown = quote(name);
        if self.context.abbreviations.contains(name) {
            let message = format!("the abbreviation {shown} is not defined yet");
            self.report_help(
                message,
                "used too early",
                span,
                "an abbreviation may refer to earlier ones only",
            );
        } else if self.is_token(name) {
            let message = format!("the token {shown} is not a number");
            let help = format!("write its coordinates, such as `{name}[0]`");
            self.report_help(message, "a coordinate is missing", span, &help);
        } else if word(name).is_some() {
            self.report(format!("the function {shown} has no argument"), "expected `(` after it", span);
        } else {
            let help = match name {
                "pi" | "e" => "there are no named constants: write an exact number, such as 355/113",
                _ => "known are `n` and the names of `[where]`",
            };
            let unknown =
                Diagnostic::new(format!("unknown name {shown}"), "not defined", span).with_help(help);
            let candidates: Vec<String> = self.context.definitions.keys().cloned().collect();
            self.context.report_near(unknown, name, candidates.iter().map(String::as_str));
        }
    }

    /// Whether the name is a token in scope.
    fn is_token(&self, name: &str) -> bool {
        if self.context.explicit {
            return explicit_token(name).is_some_and(|k| k >= 1);
        }
        name == "x" || self.scope.iter().any(|bound| bound == name)
    }

    /// `token[index]`
    #[inline(never)]
    fn coordinate(&mut self, name: &str, span: Span) -> Term {
        let token = self.token(name, span.clone());
        self.advance();
        let index = self.index(name);
        let span = span.start..self.end();
        match (token, index) {
            (Some(token), Some(index)) => {
                self.node(Term::leaf(ExprKind::Coordinate { token, index }, span, None))
            }
            _ => placeholder(span),
        }
    }

    /// The level of a token in scope; other names are reported.
    pub(super) fn token(&mut self, name: &str, span: Span) -> Option<TokenLevel> {
        if self.context.explicit && explicit_token(name).is_some() {
            return self.explicit(name, span);
        }
        if !self.context.explicit {
            if let Some(outer) = self.scope.iter().rposition(|bound| bound == name) {
                return Some(outer + 1);
            }
            if name == "x" {
                return Some(0);
            }
        }
        let shown = quote(name);
        let (message, help) = if self.context.abbreviations.contains(name) || name == "n" {
            (format!("{shown} is a number, not a token"), "it has no coordinates")
        } else if self.context.explicit {
            (format!("unknown token {shown}"), "the tokens of `semi_invariant` are `x1`, `x2`, …, `xn`")
        } else if explicit_token(name).is_some() {
            (
                format!("unknown token {shown}"),
                "`x1`, `x2`, … belong to `semi_invariant`; in `output` the own token is `x`",
            )
        } else {
            (format!("unknown token {shown}"), "bind it, as in `sum(y: y[0])`; the own token is `x`")
        };
        let unknown = Diagnostic::new(message, "not a token in scope", span).with_help(help);
        let candidates = self.scope.clone();
        self.context.report_near(unknown, name, candidates.iter().map(String::as_str));
        None
    }

    /// `xk` of `semi_invariant`: 1 ≤ k ≤ n.
    #[inline(never)]
    fn explicit(&mut self, name: &str, span: Span) -> Option<TokenLevel> {
        let level = explicit_token(name)?.checked_sub(1);
        match (level, self.context.fixed_length()) {
            (None, _) => {
                let shown = quote(name);
                self.report(format!("there is no token {shown}"), "tokens count from `x1`", span);
                None
            }
            (Some(level), Some(n)) if level >= n => {
                let message = format!("there is no token {} when `tokens = {n}`", quote(name));
                self.report(message, format!("the last token is `x{n}`"), span);
                None
            }
            (level, _) => level,
        }
    }

    /// `k]`, a literal below d.
    #[inline(never)]
    fn index(&mut self, token: &str) -> Option<usize> {
        let span = self.span();
        let literal = match self.peek() {
            Token::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text,
            other => {
                let message = format!("expected a coordinate number, found {}", describe(other));
                let help = format!("coordinates count from 0: `{token}[0]`");
                self.report_help(message, "not a literal natural number", span, &help);
                self.skip_index();
                return None;
            }
        };
        self.advance();
        if !self.eat("]") {
            let message = format!("expected `]`, found {}", describe(self.peek()));
            self.report(message, "not expected here", self.span());
            self.skip_index();
            return None;
        }
        let index = literal.parse().unwrap_or(usize::MAX);
        match self.context.dimension {
            Some(d) if index >= d => {
                let message = format!("coordinate {} is out of range: `domain` has d = {d}", quote(literal));
                let help = match d {
                    1 => "the only coordinate is 0".to_string(),
                    _ => format!("coordinates are 0 to {}", d - 1),
                };
                self.report_help(message, "too large", span, &help);
                None
            }
            _ => Some(index),
        }
    }

    /// `name(…)`
    fn application(&mut self, name: &str, span: Span) -> Term {
        match word(name) {
            Some(Word::Reduction(reduction)) => self.reduction(reduction, span),
            Some(Word::Either(reduction, extremum)) => {
                let is_binder = matches!(self.look(1), Token::Name(_))
                    && matches!(self.look(2), Token::Symbol(":" | "!="));
                if is_binder { self.reduction(reduction, span) } else { self.extremum(extremum, span) }
            }
            Some(Word::Function(function)) => self.function(function, span),
            None => self.unknown_function(name, span),
        }
    }

    /// Reports the name; its arguments are read for their problems only.
    fn unknown_function(&mut self, name: &str, span: Span) -> Term {
        let shown = quote(name);
        let functions = all_functions();
        let (message, help) = if self.is_token(name) {
            (format!("the token {shown} is not a function"), "coordinates are written `x[0]`")
        } else if reserved(name, false).is_some() || self.context.abbreviations.contains(name) {
            (format!("{shown} is not a function"), "write products with `*`")
        } else {
            (format!("unknown function {shown}"), functions.as_str())
        };
        let unknown = Diagnostic::new(message, "cannot be applied", span.clone()).with_help(help);
        self.context.report_near(unknown, name, words());
        self.arguments(&span);
        placeholder(span.start..self.end())
    }

    /// `(a, b, …)`; `None` if it was too deep.
    fn arguments(&mut self, span: &Span) -> Option<Vec<Term>> {
        let open = self.span();
        self.advance();
        if self.eat(")") {
            return Some(Vec::new());
        }
        let arguments = self.nested(span, |parser| {
            let mut arguments = Vec::new();
            loop {
                arguments.push(parser.chain(Chain::Sum));
                if !parser.eat(",") {
                    return arguments;
                }
            }
        })?;
        self.close(&open);
        Some(arguments)
    }

    fn function(&mut self, function: Function, span: Span) -> Term {
        let arguments = self.arguments(&span);
        let whole = span.start..self.end();
        let Some(arguments) = arguments else { return placeholder(whole) };
        let [argument] = match <[Term; 1]>::try_from(arguments) {
            Ok(argument) => argument,
            Err(found) => {
                let message = format!("`{}` takes one argument, found {}", function.name(), found.len());
                self.report(message, "wrong number of arguments", whole.clone());
                return placeholder(whole);
            }
        };
        if let Some(value) = argument.constant.as_deref() {
            let off_domain = match function {
                Function::Log => !value.is_positive(),
                Function::Sqrt => value.is_negative(),
                _ => false,
            };
            if off_domain {
                let message = format!("`{}` is not defined at {value}", function.name());
                self.report(message, "off its domain", argument.place.clone());
            }
        }
        self.node(argument.call(function, whole))
    }

    fn extremum(&mut self, extremum: Extremum, span: Span) -> Term {
        let arguments = self.arguments(&span);
        let whole = span.start..self.end();
        let Some(arguments) = arguments else { return placeholder(whole) };
        match <[Term; 2]>::try_from(arguments) {
            Ok([a, b]) => self.node(a.extremum(extremum, b, whole)),
            Err(found) => {
                let name = extremum.name();
                let message = format!("`{name}` takes two arguments, found {}", found.len());
                let help =
                    format!("write `{name}(a, b)`, or `{name}(y: …)` for the extremum over all tokens");
                self.report_help(message, "wrong number of arguments", whole.clone(), &help);
                placeholder(whole)
            }
        }
    }
}
