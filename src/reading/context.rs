//! What an expression may refer to, and the limits all expressions of a file share.

use super::diagnostics::{Diagnostic, Reporter, nearest};
use num_traits::Zero;
use std::collections::{HashMap, HashSet};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::ast::{ExprKind, Span};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::language::term::Term;
use sumformer_checker::limits::MAX_NODES;

/// An abbreviation of `[where]`, itself expanded.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) term: Term,
    /// How many nodes it stands for, also where that was too many to build them.
    pub(super) nodes: u64,
}

/// Surroundings of the expressions of one file.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) reporter: Reporter,
    /// `tokens`, if it was readable.
    pub(super) tokens: Option<Tokens>,
    /// d, if `domain` was readable.
    pub(super) dimension: Option<usize>,
    /// Whether the tokens are `x1`, `x2`, … (`semi_invariant`).
    pub(super) explicit: bool,
    /// The names of `[where]`, also of those to come.
    pub(super) abbreviations: HashSet<String>,
    /// The abbreviations read so far.
    pub(super) definitions: HashMap<String, Definition>,
    /// Nodes so far.
    nodes: u64,
    exhausted: bool,
}

impl Context {
    pub(super) fn new(
        reporter: Reporter,
        tokens: Option<Tokens>,
        dimension: Option<usize>,
        explicit: bool,
    ) -> Self {
        Self {
            reporter,
            tokens,
            dimension,
            explicit,
            abbreviations: HashSet::new(),
            definitions: HashMap::new(),
            nodes: 0,
            exhausted: false,
        }
    }

    /// Nodes counted so far.
    pub(super) fn nodes(&self) -> u64 {
        self.nodes
    }

    /// Counts nodes about to be built at `span`; false, and one report per file, when there are too many.
    pub(super) fn count(&mut self, nodes: u64, span: &Span) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_NODES {
            return true;
        }
        if !self.exhausted {
            self.exhausted = true;
            let message =
                format!("all expressions and abbreviations together expand to more than {MAX_NODES} nodes");
            let label = match nodes {
                0 | 1 => "the limit is passed here".to_string(),
                u64::MAX => "this alone expands to 2^64 nodes or more".to_string(),
                _ => format!("this alone expands to {nodes} nodes"),
            };
            self.reporter.report(
                Diagnostic::new(message, label, span.clone()).with_help(
                    "an abbreviation is copied wherever it is used; write the target in fewer terms",
                ),
            );
        }
        false
    }

    /// Whether there have been too many nodes.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// n, if it is known and the same for all sequences.
    pub(super) fn fixed_length(&self) -> Option<usize> {
        match self.tokens {
            Some(Tokens::Fixed(n)) => Some(n),
            Some(Tokens::Any) | None => None,
        }
    }

    /// Whether the length varies.
    pub(super) fn any_length(&self) -> bool {
        self.tokens == Some(Tokens::Any)
    }

    /// Reports a problem, with a near name in front of its help.
    pub(super) fn report_near<'a>(
        &mut self,
        mut diagnostic: Diagnostic,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) {
        if !self.reporter.is_full()
            && let Some(near) = nearest(name, candidates)
        {
            let help = diagnostic.help.map_or_else(String::new, |help| format!(" {help}"));
            diagnostic.help = Some(format!("did you mean `{near}`?{help}"));
        }
        self.reporter.report(diagnostic);
    }
}

/// What stands in for text that was reported.
pub(super) fn placeholder(span: Span) -> Term {
    Term::leaf(ExprKind::Number(Rational::zero()), span, None)
}
