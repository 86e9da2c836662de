//! Expressions: a precedence parser that resolves names and expands abbreviations as it goes. The first problem ends it.
//!
//! Recursion happens at parentheses only, and their depth is limited.

use super::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction, Span, TokenLevel};
use super::error::{Read, wrong};
use super::expand::expand;
use super::lexer::{Token, lex};
use super::names::{Word, explicit_token, reserved, word};
use super::target::Tokens;
use super::term::{Chain, Term, assemble};
use crate::arith::number::{Rational, parse_rational};
use crate::limits::{MAX_EXPONENT, MAX_NODES, MAX_TREE_DEPTH};
use num_traits::{Signed, Zero};
use std::collections::{HashMap, HashSet};

/// A number counts as one more node for each of these.
pub const BITS_PER_NODE: u64 = 256;

/// What the expressions of one file share.
pub(super) struct Context {
    pub(super) tokens: Tokens,
    pub(super) dimension: usize,
    /// Whether the tokens are `x1`, `x2`, … (`semi_invariant`).
    pub(super) explicit: bool,
    /// The names of `[where]`, also of those to come.
    pub(super) abbreviations: HashSet<String>,
    /// The abbreviations read so far, themselves expanded, with how many nodes they stand for.
    pub(super) definitions: HashMap<String, (Term, u64)>,
    /// Nodes so far.
    pub(super) nodes: u64,
}

impl Context {
    /// Reads an expression that stands at `place` in the file, as do all nodes of its tree.
    pub(super) fn expression(&mut self, text: &str, place: Span) -> Read<Term> {
        let lexemes = lex(text).into_iter().map(|(token, _)| token).collect();
        let mut parser = Parser { context: self, place, lexemes, at: 0, scope: Vec::new(), depth: 0 };
        let term = parser.chain(Chain::Sum)?;
        if parser.look(0) == Token::End {
            Ok(term)
        } else {
            parser.wrong("an operator or the end is missing")
        }
    }
}

/// The state of parsing one expression.
struct Parser<'c, 'a> {
    context: &'c mut Context,
    place: Span,
    lexemes: Vec<Token<'a>>,
    at: usize,
    /// Names of the enclosing binders, outermost first; the r-th has level r.
    scope: Vec<String>,
    depth: usize,
}

impl<'a> Parser<'_, 'a> {
    fn wrong<T>(&self, message: &str) -> Read<T> {
        wrong(&self.place, message)
    }

    /// The lexeme `ahead` places further on.
    fn look(&self, ahead: usize) -> Token<'a> {
        self.lexemes.get(self.at + ahead).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'a> {
        self.at += 1;
        self.lexemes.get(self.at - 1).copied().unwrap_or(Token::End)
    }

    /// Steps over `symbol` if it is next.
    fn eat(&mut self, symbol: &'static str) -> bool {
        let found = self.look(0) == Token::Symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Read<()> {
        if self.eat(symbol) { Ok(()) } else { wrong(&self.place, format!("`{symbol}` is missing")) }
    }

    /// Counts nodes that are about to be built.
    fn count(&mut self, nodes: u64) -> Read<()> {
        self.context.nodes = self.context.nodes.saturating_add(nodes);
        if self.context.nodes <= MAX_NODES { Ok(()) } else { self.wrong("there are too many nodes") }
    }

    /// A new node, unless the tree grows too high.
    #[inline(never)]
    fn node(&mut self, term: Term) -> Read<Term> {
        self.count(1)?;
        if term.height <= MAX_TREE_DEPTH { Ok(term) } else { self.wrong("it is nested too deep") }
    }

    /// Parses what stands in parentheses.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == MAX_TREE_DEPTH {
            return self.wrong("it is nested too deep");
        }
        self.depth += 1;
        let parsed = parse(self)?;
        self.depth -= 1;
        self.expect(")")?;
        Ok(parsed)
    }

    /// Operands joined by the operators of one level of precedence.
    fn chain(&mut self, chain: Chain) -> Read<Term> {
        let (first, mut rest) = (self.operand(chain)?, Vec::new());
        loop {
            let inverted = match (chain, self.look(0)) {
                (Chain::Sum, Token::Symbol("+")) | (Chain::Product, Token::Symbol("*")) => false,
                (Chain::Sum, Token::Symbol("-")) | (Chain::Product, Token::Symbol("/")) => true,
                _ => return self.join(chain, first, rest),
            };
            self.at += 1;
            rest.push((inverted, self.operand(chain)?));
        }
    }

    #[inline(never)]
    fn join(&mut self, chain: Chain, first: Term, rest: Vec<(bool, Term)>) -> Read<Term> {
        assemble(chain, first, rest, &mut |op, left, right| {
            if op == BinaryOp::Divide && right.constant.as_deref().is_some_and(Zero::is_zero) {
                return self.wrong("this divides by zero");
            }
            self.node(left.binary(op, right))
        })
    }

    fn operand(&mut self, chain: Chain) -> Read<Term> {
        match chain {
            Chain::Sum => self.chain(Chain::Product),
            Chain::Product => self.signed(),
        }
    }

    /// Any number of minus signs in front of a power: -x^2 is -(x^2).
    fn signed(&mut self) -> Read<Term> {
        let first = self.at;
        while self.eat("-") {}
        let signs = self.at - first;
        if signs > MAX_TREE_DEPTH {
            return self.wrong("it is nested too deep");
        }
        let power = self.power()?;
        (0..signs).try_fold(power, |term, _| self.node(term.negate(self.place.clone())))
    }

    /// An atom and its exponents, which associate to the right: x^2^3 is x^8.
    fn power(&mut self) -> Read<Term> {
        let base = self.atom()?;
        if self.look(0) == Token::Symbol("^") { self.raised(base) } else { Ok(base) }
    }

    #[inline(never)]
    fn raised(&mut self, base: Term) -> Read<Term> {
        let mut exponents = Vec::new();
        while self.eat("^") {
            let Some(digits) = natural(self.next()) else { return self.wrong("an exponent is no literal") };
            // Anything beyond u32 is beyond the limit too.
            exponents.push(digits.parse().unwrap_or(u32::MAX));
        }
        let exponent = exponents.into_iter().rev().fold(1_u32, |upper, lower| lower.saturating_pow(upper));
        if exponent > MAX_EXPONENT {
            return self.wrong("an exponent is too large");
        }
        self.node(base.power(exponent, self.place.clone()))
    }

    fn atom(&mut self) -> Read<Term> {
        match self.next() {
            Token::Number(text) => self.number(text),
            Token::Name(name) => match self.look(0) {
                Token::Symbol("[") => self.coordinate(name),
                Token::Symbol("(") => self.application(name),
                _ => self.plain(name),
            },
            Token::Symbol("(") => self.nested(|parser| parser.chain(Chain::Sum)),
            _ => self.wrong("an operand is missing"),
        }
    }

    /// A number, counted by its size: abbreviations copy numbers too.
    #[inline(never)]
    fn number(&mut self, text: &str) -> Read<Term> {
        let value = parse_rational(text).or_else(|error| wrong(&self.place, error.to_string()))?;
        self.count(value.bits() / BITS_PER_NODE)?;
        self.node(Term::leaf(ExprKind::Number(value.clone()), self.place.clone(), Some(value)))
    }

    /// `n` or an abbreviation.
    #[inline(never)]
    fn plain(&mut self, name: &str) -> Read<Term> {
        if name == "n" {
            let Tokens::Fixed(n) = self.context.tokens else { return self.wrong("`n` is not fixed") };
            let value = Some(Rational::from_integer(n.into()));
            return self.node(Term::leaf(ExprKind::Length, self.place.clone(), value));
        }
        let Some(&(_, nodes)) = self.context.definitions.get(name) else {
            return wrong(&self.place, format!("`{name}` is no number"));
        };
        self.count(nodes)?;
        let (definition, _) = &self.context.definitions[name];
        let is_taken = |name: &str| self.context.abbreviations.contains(name);
        let expr: Expr = expand(&definition.expr, &self.scope, &is_taken);
        let (height, constant) = (definition.height, definition.constant.clone());
        Ok(Term { expr, place: self.place.clone(), height, constant })
    }

    /// `token[index]`
    #[inline(never)]
    fn coordinate(&mut self, name: &str) -> Read<Term> {
        let token = self.token(name)?;
        self.expect("[")?;
        let index = natural(self.next()).and_then(|digits| digits.parse().ok());
        let Some(index) = index.filter(|&index| index < self.context.dimension) else {
            return self.wrong("there is no such coordinate");
        };
        self.expect("]")?;
        self.node(Term::leaf(ExprKind::Coordinate { token, index }, self.place.clone(), None))
    }

    /// The level of a token in scope.
    fn token(&self, name: &str) -> Read<TokenLevel> {
        let level = match self.context.tokens {
            Tokens::Fixed(n) if self.context.explicit => {
                explicit_token(name).and_then(|k| k.checked_sub(1)).filter(|&level| level < n)
            }
            _ => match self.scope.iter().rposition(|bound| bound == name) {
                Some(outer) => Some(outer + 1),
                None => (name == "x").then_some(0),
            },
        };
        level.map_or_else(|| wrong(&self.place, format!("`{name}` is no token in scope")), Ok)
    }

    /// `name(…)`
    fn application(&mut self, name: &str) -> Read<Term> {
        match word(name) {
            Some(Word::Reduction(reduction)) => self.reduction(reduction),
            Some(Word::Either(reduction, extremum)) => {
                let is_binder = matches!(self.look(1), Token::Name(_))
                    && matches!(self.look(2), Token::Symbol(":" | "!="));
                if is_binder { self.reduction(reduction) } else { self.extremum(extremum) }
            }
            Some(Word::Function(function)) => self.function(function),
            None => wrong(&self.place, format!("`{name}` is no function")),
        }
    }

    /// `(a, b, …)`, as many as are wanted.
    fn arguments<const N: usize>(&mut self) -> Read<[Term; N]> {
        self.expect("(")?;
        let arguments = self.nested(|parser| {
            let mut arguments = vec![parser.chain(Chain::Sum)?];
            while parser.eat(",") {
                arguments.push(parser.chain(Chain::Sum)?);
            }
            Ok(arguments)
        })?;
        arguments.try_into().or_else(|_| self.wrong("the number of arguments is wrong"))
    }

    fn function(&mut self, function: Function) -> Read<Term> {
        let [argument] = self.arguments()?;
        let off_domain = argument.constant.as_deref().is_some_and(|value| match function {
            Function::Log => !value.is_positive(),
            Function::Sqrt => value.is_negative(),
            _ => false,
        });
        if off_domain {
            return self.wrong("a function is not defined there");
        }
        self.node(argument.call(function, self.place.clone()))
    }

    fn extremum(&mut self, extremum: Extremum) -> Read<Term> {
        let [a, b] = self.arguments()?;
        self.node(a.extremum(extremum, b, self.place.clone()))
    }

    /// A reduction, its name having been read.
    fn reduction(&mut self, reduction: Reduction) -> Read<Term> {
        let length = match self.context.tokens {
            _ if self.context.explicit => return self.wrong("nothing runs over tokens that have names"),
            Tokens::Any if reduction != Reduction::Mean => return self.wrong("only means have every length"),
            Tokens::Any => None,
            Tokens::Fixed(n) => Some(n),
        };
        self.expect("(")?;
        let Token::Name(binder) = self.next() else { return self.wrong("the token has no name") };
        if self.scope.iter().any(|bound| bound == binder)
            || self.context.abbreviations.contains(binder)
            || reserved(binder, false).is_some()
        {
            return wrong(&self.place, format!("`{binder}` cannot be bound"));
        }
        let excluded = self.excluded()?;
        self.expect(":")?;
        self.scope.push(binder.to_string());
        let body = self.nested(|parser| parser.chain(Chain::Sum))?;
        self.scope.pop();
        let may_be_empty = match reduction {
            Reduction::Sum | Reduction::Product => false,
            Reduction::Mean | Reduction::Max | Reduction::Min => true,
        };
        // Every length has means over all tokens only.
        if may_be_empty && length.is_some_and(|n| excluded.len() >= n)
            || length.is_none() && !excluded.is_empty()
        {
            return self.wrong("no token may be left over");
        }
        let binder = binder.to_string();
        let reduce = |body| ExprKind::Reduce { reduction, binder, excluded, body };
        self.node(body.reduce(self.place.clone(), reduce))
    }

    /// `!= x, y`, if it is there: the levels in increasing order.
    fn excluded(&mut self) -> Read<Vec<TokenLevel>> {
        let mut levels = Vec::new();
        let mut more = self.eat("!=");
        while more {
            let Token::Name(name) = self.next() else { return self.wrong("a token is missing") };
            let level = self.token(name)?;
            match levels.binary_search(&level) {
                Ok(_) => return self.wrong("a token is excluded twice"),
                Err(place) => levels.insert(place, level),
            }
            more = self.eat(",");
        }
        Ok(levels)
    }
}

/// The digits of a literal natural number.
fn natural(token: Token<'_>) -> Option<&str> {
    match token {
        Token::Number(text) => text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text),
        _ => None,
    }
}
