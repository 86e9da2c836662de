//! Expressions: precedence, parentheses, and going on after a problem.
//!
//! A problem is reported where it stands and replaced by a placeholder; parsing goes on behind it, so that one run
//! names all of them. Recursion happens at parentheses only, and their depth is limited.

use super::context::{Context, placeholder};
use super::diagnostics::Diagnostic;
use super::lexer::{describe, lexemes};
use super::literal::Literal;
use num_traits::Zero;
use std::convert::Infallible;
use sumformer_checker::arith::number::parse_rational;
use sumformer_checker::language::BITS_PER_NODE;
use sumformer_checker::language::ast::{BinaryOp, ExprKind, Span};
use sumformer_checker::language::lexer::Token;
use sumformer_checker::language::term::{Chain, Term, assemble};
use sumformer_checker::limits::{MAX_EXPONENT, MAX_TREE_DEPTH};

/// Parses one expression; problems go to the context's reporter.
pub(super) fn parse_expression(context: &mut Context, literal: &Literal<'_>) -> Term {
    let lexemes = lexemes(literal, &mut context.reporter);
    let span = literal.span(0..literal.text.len());
    Parser { context, lexemes, at: 0, scope: Vec::new(), depth: 0, too_deep: false, unclosed: false }
        .whole(span)
}

/// The state of parsing one expression.
pub(super) struct Parser<'c, 'a> {
    pub(super) context: &'c mut Context,
    lexemes: Vec<(Token<'a>, Span)>,
    at: usize,
    /// Names of the enclosing binders, outermost first; the r-th has level r.
    pub(super) scope: Vec<String>,
    depth: usize,
    too_deep: bool,
    unclosed: bool,
}

impl<'a> Parser<'_, 'a> {
    fn whole(mut self, span: Span) -> Term {
        if let [(Token::End, _)] = self.lexemes[..] {
            self.report("expected an expression", "nothing here", span.clone());
            return placeholder(span);
        }
        let term = self.chain(Chain::Sum);
        while self.peek() != Token::End {
            let found = describe(self.peek());
            self.report(
                format!("expected an operator or the end, found {found}"),
                "not expected here",
                self.span(),
            );
            self.advance();
            if matches!(self.peek(), Token::Symbol("+" | "-" | "*" | "/" | "^")) {
                self.advance();
            }
            if matches!(self.peek(), Token::Name(_) | Token::Number(_) | Token::Symbol("(")) {
                self.chain(Chain::Sum);
            }
        }
        term
    }

    /// The lexeme `ahead` places further on.
    pub(super) fn look(&self, ahead: usize) -> Token<'a> {
        self.lexemes.get(self.at + ahead).map_or(Token::End, |(token, _)| *token)
    }

    pub(super) fn peek(&self) -> Token<'a> {
        self.look(0)
    }

    /// The place of the current lexeme.
    pub(super) fn span(&self) -> Span {
        self.lexemes.get(self.at).or(self.lexemes.last()).map_or(0..0, |(_, span)| span.clone())
    }

    /// The end of the lexeme before the current one.
    pub(super) fn end(&self) -> usize {
        self.lexemes.get(self.at.wrapping_sub(1)).map_or(0, |(_, span)| span.end)
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.lexemes.len());
    }

    /// Steps over `symbol` if it is next.
    pub(super) fn eat(&mut self, symbol: &'static str) -> bool {
        let found = self.peek() == Token::Symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn report(&mut self, message: impl Into<String>, label: impl Into<String>, span: Span) {
        self.context.reporter.report(Diagnostic::new(message, label, span));
    }

    pub(super) fn report_help(&mut self, message: impl Into<String>, label: &str, span: Span, help: &str) {
        self.context.reporter.report(Diagnostic::new(message, label, span).with_help(help));
    }

    /// Counts a new node and refuses it when the tree grows too high.
    #[inline(never)]
    pub(super) fn node(&mut self, term: Term) -> Term {
        let span = term.place.clone();
        self.context.count(1, &span);
        if term.height <= MAX_TREE_DEPTH {
            return term;
        }
        self.report_depth(span.clone());
        placeholder(span)
    }

    #[inline(never)]
    fn report_depth(&mut self, span: Span) {
        if !std::mem::replace(&mut self.too_deep, true) {
            let message = format!("the expression is nested more than {MAX_TREE_DEPTH} levels deep");
            self.report_help(
                message,
                "too deep from here on",
                span.start..span.start,
                "split it with `[where]` or flatten it",
            );
        }
    }

    /// Operands joined by the operators of one level of precedence.
    pub(super) fn chain(&mut self, chain: Chain) -> Term {
        let (first, mut rest) = (self.operand(chain), Vec::new());
        loop {
            let foreign = self.skip_foreign();
            let inverted = match (chain, self.peek()) {
                (Chain::Sum, Token::Symbol("+")) | (Chain::Product, Token::Symbol("*")) => false,
                (Chain::Sum, Token::Symbol("-")) | (Chain::Product, Token::Symbol("/")) => true,
                (Chain::Product, token @ (Token::Number(_) | Token::Name(_) | Token::Symbol("("))) => {
                    if !foreign {
                        self.missing_operator(token);
                    }
                    rest.push((false, self.operand(chain)));
                    continue;
                }
                _ => break,
            };
            self.advance();
            rest.push((inverted, self.operand(chain)));
        }
        self.join(chain, first, rest)
    }

    #[inline(never)]
    fn join(&mut self, chain: Chain, first: Term, rest: Vec<(bool, Term)>) -> Term {
        let mut join = |op, left, right| Ok::<Term, Infallible>(self.binary(op, left, right));
        let Ok(joined) = assemble(chain, first, rest, &mut join);
        joined
    }

    #[inline(never)]
    fn missing_operator(&mut self, found: Token<'_>) {
        let message = format!("expected an operator, found {}", describe(found));
        self.report_help(message, "no operator in front", self.span(), "write products with `*`");
    }

    /// Steps over characters that were reported already.
    fn skip_foreign(&mut self) -> bool {
        let first = self.at;
        while self.peek() == Token::Foreign {
            self.advance();
        }
        self.at > first
    }

    fn operand(&mut self, chain: Chain) -> Term {
        match chain {
            Chain::Sum => self.chain(Chain::Product),
            Chain::Product => self.signed(),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: Term, right: Term) -> Term {
        if op == BinaryOp::Divide && right.constant.as_deref().is_some_and(Zero::is_zero) {
            self.report("division by zero", "this is 0", right.place.clone());
        }
        self.node(left.binary(op, right))
    }

    /// Any number of minus signs in front of a power: -x^2 is -(x^2).
    fn signed(&mut self) -> Term {
        let first = self.at;
        while self.eat("-") {}
        let signs = first..self.at;
        let mut term = self.power();
        if signs.len() > MAX_TREE_DEPTH {
            let span = self.lexemes[first].1.clone();
            self.report_depth(span.clone());
            return placeholder(span);
        }
        for sign in signs.rev() {
            let span = self.lexemes[sign].1.start..term.place.end;
            term = self.node(term.negate(span));
        }
        term
    }

    /// An atom and its exponents, which associate to the right: x^2^3 is x^8.
    fn power(&mut self) -> Term {
        let base = self.atom();
        if self.peek() == Token::Symbol("^") { self.raised(base) } else { base }
    }

    #[inline(never)]
    fn raised(&mut self, base: Term) -> Term {
        let mut exponents = Vec::new();
        while self.eat("^") {
            exponents.push(self.exponent());
        }
        let span = base.place.start..self.end();
        let Some(exponents) = exponents.into_iter().collect::<Option<Vec<u32>>>() else {
            return placeholder(span);
        };
        let exponent = exponents.into_iter().rev().fold(1, |upper, lower| lower.saturating_pow(upper));
        if exponent > MAX_EXPONENT {
            self.report(
                format!("an exponent is larger than {MAX_EXPONENT}"),
                "too large a power",
                span.clone(),
            );
            return placeholder(span);
        }
        self.node(base.power(exponent, span))
    }

    #[inline(never)]
    fn exponent(&mut self) -> Option<u32> {
        let span = self.span();
        if let Token::Number(text) = self.peek()
            && text.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.advance();
            // Anything beyond u32 is beyond the limit too.
            return Some(text.parse().unwrap_or(u32::MAX));
        }
        let message = format!("expected a literal natural exponent, found {}", describe(self.peek()));
        self.report_help(
            message,
            "not a natural number",
            span,
            "for a negative exponent divide, as in `1/x[0]^2`; for others use `exp`, `log` and `sqrt`",
        );
        self.skip_operand();
        None
    }

    /// Steps over signs and one operand without looking at it.
    fn skip_operand(&mut self) {
        while self.eat("-") {}
        if matches!(self.peek(), Token::Name(_) | Token::Number(_)) {
            self.advance();
            if self.eat("[") {
                self.skip_index();
            }
        }
        if self.eat("(") {
            self.skip_to_close();
        }
    }

    fn atom(&mut self) -> Term {
        self.skip_foreign();
        let span = self.span();
        match self.peek() {
            Token::Number(text) => {
                self.advance();
                self.number(text, span)
            }
            Token::Name(name) => {
                self.advance();
                self.name(name, span)
            }
            Token::Symbol("(") => {
                self.advance();
                let Some(mut term) = self.nested(&span, |parser| parser.chain(Chain::Sum)) else {
                    return placeholder(span);
                };
                self.close(&span);
                term.place = span.start..self.end();
                term
            }
            other => self.missing_operand(other, span),
        }
    }

    #[inline(never)]
    fn missing_operand(&mut self, found: Token<'_>, span: Span) -> Term {
        let before = self.at.checked_sub(1).map(|at| self.lexemes[at].0);
        let help = match (found, before) {
            (Token::Symbol("*"), Some(Token::Symbol("*"))) => Some("powers are written `^`"),
            (Token::Symbol("+"), _) => Some("there is no sign `+`; leave it out"),
            _ => None,
        };
        let message = format!("expected an expression, found {}", describe(found));
        let diagnostic = Diagnostic::new(message, "an operand is missing here", span.clone());
        self.context.reporter.report(Diagnostic { help: help.map(str::to_string), ..diagnostic });
        if matches!(found, Token::Symbol("[" | "]" | ":" | "!=")) {
            self.skip_to_stop();
        }
        placeholder(span)
    }

    /// A number, counted by its size: abbreviations copy numbers too.
    #[inline(never)]
    fn number(&mut self, text: &str, span: Span) -> Term {
        if self.context.is_exhausted() {
            return placeholder(span);
        }
        match parse_rational(text) {
            Ok(value) => {
                self.context.count(value.bits() / BITS_PER_NODE, &span);
                self.node(Term::leaf(ExprKind::Number(value.clone()), span, Some(value)))
            }
            Err(error) => {
                self.report(error.to_string(), "not read", span.clone());
                placeholder(span)
            }
        }
    }

    /// Parses what stands in parentheses opened at `open`, unless that is too deep; then skips it.
    pub(super) fn nested<T>(&mut self, open: &Span, parse: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == MAX_TREE_DEPTH {
            self.report_depth(open.clone());
            self.skip_to_close();
            return None;
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        Some(parsed)
    }

    /// Expects the `)` that belongs to the `(` at `open`.
    #[inline(never)]
    pub(super) fn close(&mut self, open: &Span) {
        if self.eat(")") {
            return;
        }
        if self.peek() != Token::End {
            let found = describe(self.peek());
            self.report(
                format!("expected an operator or `)`, found {found}"),
                "not expected here",
                self.span(),
            );
            self.skip_to_close();
        } else if !std::mem::replace(&mut self.unclosed, true) {
            self.report("a parenthesis is not closed", "opened here", open.clone());
        }
    }

    /// Skips to the next `,` or `)` on this level, or the end.
    fn skip_to_stop(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End => return,
                Token::Symbol("," | ")") if open == 0 => return,
                Token::Symbol("(") => open += 1,
                Token::Symbol(")") => open -= 1,
                _ => {}
            }
            self.advance();
        }
    }

    /// Skips behind the `)` that closes this level, or to the end.
    pub(super) fn skip_to_close(&mut self) {
        self.skip_to_stop();
        while self.eat(",") {
            self.skip_to_stop();
        }
        self.eat(")");
    }

    /// Skips behind the next `]`, but not beyond the enclosing parentheses.
    pub(super) fn skip_index(&mut self) {
        while !matches!(self.peek(), Token::End | Token::Symbol(")" | "]")) {
            self.advance();
        }
        self.eat("]");
    }
}
