//! Sums over all tokens: one of their terms is that of the own token.
//!
//! Σ_y b(x, y) over n tokens is b(x, x) and n − 1 values of b. What b(x, x) ranges over is often known much better than b, since
//! what depends on x − y is constant there: a kernel that falls off has its largest value.

use super::cover::range;
use super::pass::Pass;
use super::replace::{explicit, pair};
use super::tree::{coordinate, free_levels, relabel};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::integer;
use crate::language::ast::{Expr, Reduction, TokenLevel};
use crate::language::target::Tokens;

impl Pass<'_> {
    /// Contains the values of the sum or mean over all tokens of a body, whose values are in `body_range`; nothing for what is of
    /// another kind.
    pub(super) fn with_own_token(
        &self,
        reduction: Reduction,
        excluded: &[TokenLevel],
        (body, depth): (&Expr, usize),
        body_range: DyadicInterval,
    ) -> Option<DyadicInterval> {
        let Tokens::Fixed(n) = self.target.tokens else { return None };
        let sums = matches!(reduction, Reduction::Sum | Reduction::Mean) && excluded.is_empty();
        // The token of the only reduction around the body is level 1.
        if !sums || depth != 2 || free_levels(body, depth).len() != 2 {
            return None;
        }
        let both = explicit(self.target, body, &[0, 1])?;
        let own = relabel(&both, &|level| level, &|_, index| coordinate(0, index));
        let domain = [&self.target.domain[..]; 2].concat();
        let own = range(&pair(self.target, own), &domain).ok()?;
        let number = |count: usize| DyadicInterval::from_rational(&integer(count));
        let sum = own + body_range * number(n.saturating_sub(1));
        if reduction == Reduction::Sum { Some(sum) } else { sum.divide(number(n)) }
    }
}
