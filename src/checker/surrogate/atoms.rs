//! The atoms found so far.

use super::tree::{coordinate, fingerprint, free_levels, relabel};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::enclosure::image::Image;
use crate::language::ast::{Expr, Function, Span, TokenLevel};
use crate::limits::MAX_ATOMS;
use std::collections::HashMap;

/// An atom, its argument still a syntax tree at level 0.
pub(super) struct AtomTree {
    pub function: Function,
    pub span: Span,
    pub argument: Expr,
    pub argument_range: Interval,
    pub range: DyadicInterval,
}

/// The atoms, in the order in which they were found.
#[derive(Default)]
pub(super) struct Atoms {
    pub all: Vec<AtomTree>,
    /// Which of them have arguments with this fingerprint.
    known: HashMap<u64, Vec<usize>>,
}

impl Atoms {
    /// The coordinate that holds `function(argument)`: the argument may depend on one token outside its own binders.
    ///
    /// `called` is the function in words, as in "`exp` of". Seen from that token the argument is an equivariant function, so it makes sense at every token; `depth` levels
    /// are in scope where it stands.
    pub fn coordinate(
        &mut self,
        dimension: usize,
        (function, span): (Function, &Span),
        argument: &Expr,
        argument_range: DyadicInterval,
        depth: usize,
        called: &str,
    ) -> Result<Expr, String> {
        let free = free_levels(argument, depth);
        if free.len() > 1 {
            return Err(format!("{called} an expression that depends on {} tokens at once", free.len()));
        }
        let token = free.into_iter().next().unwrap_or(0);
        let level = |l: TokenLevel| if l >= depth { l - depth + 1 } else { 0 };
        let argument = relabel(argument, &level, &|l, index| coordinate(level(l), index));
        let alike = self.known.entry(fingerprint(&argument)).or_default();
        let is_known = |&&at: &&usize| self.all[at].function == function && self.all[at].argument == argument;
        if let Some(known) = alike.iter().find(is_known) {
            return Ok(coordinate(token, dimension + known));
        }
        if self.all.len() == MAX_ATOMS {
            return Err(format!("the surrogate has more than {MAX_ATOMS} atoms"));
        }
        let image = Image::new(function, argument_range, argument_range).map_err(|e| e.to_string())?;
        let rational = to_rational(argument_range)
            .ok_or_else(|| format!("{called} an expression that is not enclosed: it may be unbounded"))?;
        alike.push(self.all.len());
        self.all.push(AtomTree {
            function,
            span: span.clone(),
            argument,
            argument_range: rational,
            range: image.range,
        });
        Ok(coordinate(token, dimension + self.all.len() - 1))
    }
}

/// The interval, if it is bounded.
pub(super) fn to_rational(interval: DyadicInterval) -> Option<Interval> {
    Interval::new(interval.inf().to_rational()?, interval.sup().to_rational()?).ok()
}
