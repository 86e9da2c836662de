//! Copies an abbreviation to the place where it is used.

use super::ast::{Expr, ExprKind, TokenLevel};

/// Copies `definition` below the binders named in `scope`.
///
/// The definition knows no binders but its own: level 0 stays the own token, its other levels move below the binders
/// at the place of use, and its binders are renamed where `is_taken` or a name in scope forbids them, so that the result shadows nothing.
/// The recursion is as deep as the definition is high, which is limited.
pub fn expand(definition: &Expr, scope: &[String], is_taken: &dyn Fn(&str) -> bool) -> Expr {
    Expansion { shift: scope.len(), scope: scope.to_vec(), is_taken }.expr(definition)
}

struct Expansion<'a> {
    shift: usize,
    scope: Vec<String>,
    is_taken: &'a dyn Fn(&str) -> bool,
}

impl Expansion<'_> {
    fn level(&self, level: TokenLevel) -> TokenLevel {
        if level == 0 { 0 } else { level + self.shift }
    }

    fn fresh(&self, binder: &str) -> String {
        let is_free = |name: &String| !self.scope.contains(name);
        let candidates = (2..).map(|k| format!("{binder}_{k}")).filter(|name| !(self.is_taken)(name));
        std::iter::once(binder.to_string()).chain(candidates).find(is_free).unwrap_or_default()
    }

    fn expr(&mut self, expr: &Expr) -> Expr {
        let kind = match &expr.kind {
            ExprKind::Number(_) | ExprKind::Length => expr.kind.clone(),
            &ExprKind::Coordinate { token, index } => {
                ExprKind::Coordinate { token: self.level(token), index }
            }
            ExprKind::Negate(inner) => ExprKind::Negate(self.boxed(inner)),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, self.boxed(a), self.boxed(b)),
            ExprKind::Power(base, exponent) => ExprKind::Power(self.boxed(base), *exponent),
            ExprKind::Reduce { reduction, binder, excluded, body } => {
                let binder = self.fresh(binder);
                let excluded = excluded.iter().map(|&level| self.level(level)).collect();
                self.scope.push(binder.clone());
                let body = self.boxed(body);
                self.scope.pop();
                ExprKind::Reduce { reduction: *reduction, binder, excluded, body }
            }
            ExprKind::Call(function, inner) => ExprKind::Call(*function, self.boxed(inner)),
            ExprKind::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, self.boxed(a), self.boxed(b)),
        };
        Expr { kind, span: expr.span.clone() }
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }
}
