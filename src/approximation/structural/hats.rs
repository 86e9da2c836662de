//! Piecewise linear interpolation in one coordinate of a token: how many pieces are enough.

use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::format::certificate::Replacement;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, TokenLevel};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;
use sumformer_checker::surrogate::{children, free_levels, pair_function};
use sumformer_checker::work::charge_all;

/// The most pieces that are tried.
const MAX_PIECES: u32 = 1024;
/// Sampled distances are at most this part of what is claimed.
const MARGIN: f64 = 0.9;
/// Functions of polynomials of higher degree are interpolated in both tokens.
const MAX_INNER_DEGREE: u32 = 4;
/// Samples of the other token, and places between two knots.
const SAMPLES: usize = 64;

/// The hats for an expression of two tokens, if it depends on one coordinate only of one of them.
pub fn hats(target: &Target, expr: &Expr, depth: usize, error: &Rational) -> Option<Replacement> {
    let levels: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
    let [first, second] = levels[..] else { return None };
    // The hats of the inner token are summed.
    [(first, second), (second, first)].into_iter().find_map(|(kept, token)| {
        let mut used = coordinates(expr);
        used.retain(|&(level, _)| level == token);
        let [(_, index)] = used[..] else { return None };
        let pair = pair_function(target, expr, [kept, token])?;
        let pieces =
            |pair: &Target, index: usize, part: f64| pieces(pair, index, to_f64(error) * MARGIN * part);
        let mut others = coordinates(expr);
        others.retain(|&(level, _)| level == kept);
        // Functions of high powers of the token that stays would each need these powers very precisely.
        if let [(_, other)] = others[..]
            && steepness(expr) > MAX_INNER_DEGREE
        {
            let turned = pair_function(target, expr, [token, kept])?;
            let pieces =
                self::pieces(&turned, other, to_f64(error) * MARGIN / 2.0)?.max(pieces(&pair, index, 0.5)?);
            return Some(Replacement::Grid { token, coordinate: index, pieces });
        }
        Some(Replacement::Hats { token, coordinate: index, pieces: pieces(&pair, index, 1.0)? })
    })
}

/// The highest degree of what a function or a divisor is of.
fn steepness(expr: &Expr) -> u32 {
    let inside = children(expr).into_iter().map(steepness).max().unwrap_or(0);
    match &expr.kind {
        ExprKind::Call(_, argument) | ExprKind::Binary(BinaryOp::Divide, _, argument) => {
            inside.max(degree(argument))
        }
        _ => inside,
    }
}

/// The degree as a polynomial in coordinates and functions.
fn degree(expr: &Expr) -> u32 {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length => 0,
        ExprKind::Coordinate { .. }
        | ExprKind::Call(..)
        | ExprKind::Extremum(..)
        | ExprKind::Reduce { .. } => 1,
        ExprKind::Negate(a) => degree(a),
        ExprKind::Power(a, exponent) => degree(a).saturating_mul(*exponent),
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) => degree(a).max(degree(b)),
        ExprKind::Binary(BinaryOp::Multiply, a, b) => degree(a).saturating_add(degree(b)),
        ExprKind::Binary(BinaryOp::Divide, a, b) => degree(a).saturating_add(degree(b).min(1)),
    }
}

/// The coordinates that occur, as level and index, in order, each once.
pub fn coordinates(expr: &Expr) -> Vec<(TokenLevel, usize)> {
    let mut all = match expr.kind {
        ExprKind::Coordinate { token, index } => vec![(token, index)],
        _ => children(expr).into_iter().flat_map(coordinates).collect(),
    };
    all.sort_unstable();
    all.dedup();
    all
}

/// The fewest pieces, out of an increasing sequence, with a sampled distance below the error.
fn pieces(pair: &Target, index: usize, error: f64) -> Option<u32> {
    let side = |k: usize| (to_f64(pair.domain[k].inf()), to_f64(&pair.domain[k].wid()));
    let d = pair.dimension();
    let (start, width) = side(index);
    let value = |x: &[f64], t: f64| -> Option<f64> {
        let mut other = vec![0.0; d];
        other[index] = t;
        let value = evaluate_token(pair, &[x.to_vec(), other], 0).ok()?[0];
        value.is_finite().then_some(value)
    };
    // Spread out by irrational steps, the ends of the box first; every other one in the middle of a piece, where kernels
    // with a kink at x = t are worst.
    let sample = |i: usize, pieces: u32| -> Vec<f64> {
        let share = |k: usize| match i {
            0 => 0.0,
            1 => 1.0,
            _ => (i as f64 * (2.0 + k as f64).sqrt()).fract(),
        };
        let middle = |share: f64| {
            ((share * f64::from(pieces)).floor().min(f64::from(pieces) - 1.0) + 0.5) / f64::from(pieces)
        };
        let place = |k: usize| if i.is_multiple_of(2) { share(k) } else { middle(share(k)) };
        (0..d).map(|k| side(k).0 + side(k).1 * place(k)).collect()
    };
    let distance = |pieces: u32| -> Option<f64> {
        // Four places to a piece, each about as long as two additions of fractions.
        charge_all(4 * SAMPLES * pieces as usize, 2);
        let step = width / f64::from(pieces);
        let mut worst: f64 = 0.0;
        for i in 0..SAMPLES {
            let x = sample(i, pieces);
            let knots: Option<Vec<f64>> =
                (0..=pieces).map(|r| value(&x, start + step * f64::from(r))).collect();
            let knots = knots?;
            for r in 0..pieces as usize {
                for share in [0.25, 0.5, 0.75] {
                    let chord = knots[r] + share * (knots[r + 1] - knots[r]);
                    worst = worst.max((value(&x, start + step * (r as f64 + share))? - chord).abs());
                }
            }
        }
        Some(worst)
    };
    let mut pieces = 2;
    while pieces <= MAX_PIECES {
        let reached = distance(pieces)?;
        if reached <= error {
            return Some(pieces);
        }
        // The distance goes with the square of the step, for smooth functions.
        let guess = f64::from(pieces) * (reached / error).sqrt();
        pieces = (guess.ceil().min(1e6) as u32).max(pieces + 1);
    }
    None
}
