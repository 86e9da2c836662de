//! Polynomials, sums and attention in words.

use crate::numeric::FloatInterval;
use itertools::Itertools;
use num_traits::{One, Signed};
use sumformer_checker::format::network::{Attention, Mechanism};
use sumformer_checker::interval::Interval;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::number::{Exact, Rational};
use sumformer_checker::polynomial::{Monomial, Polynomial};
use sumformer_checker::rules::latent::Latent;

/// `1/2*x[0]^2 - x[1] + 3`, variables called by `name`.
pub fn polynomial(p: &Polynomial, name: &dyn Fn(u32) -> String) -> String {
    let power = |&(v, e): &(u32, u32)| if e == 1 { name(v) } else { format!("{}^{e}", name(v)) };
    let product = |m: &Monomial| m.powers().iter().map(power).join("*");
    sum(p.terms().map(|(monomial, coefficient)| (coefficient.clone(), product(monomial))))
}

/// Coefficients of 1, t, t², …
pub fn univariate(coefficients: &[Exact]) -> String {
    let power = |k: usize| match k {
        0 => String::new(),
        1 => "t".into(),
        _ => format!("t^{k}"),
    };
    let terms = coefficients.iter().enumerate().filter(|(_, c)| c.0 != Rational::from_integer(0.into()));
    sum(terms.map(|(k, c)| (c.0.clone(), power(k))))
}

/// `2*a - b + 1` of pairs (coefficient, product); an empty product is 1.
pub fn sum(terms: impl IntoIterator<Item = (Rational, String)>) -> String {
    let mut text = String::new();
    for (coefficient, product) in terms {
        let sign = match (text.is_empty(), coefficient.is_negative()) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text.push_str(sign);
        let magnitude = coefficient.abs();
        match (magnitude.is_one(), product.is_empty()) {
            (_, true) => text.push_str(&magnitude.to_string()),
            (true, false) => text.push_str(&product),
            (false, false) => text.push_str(&format!("{magnitude}*{product}")),
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

/// What a latent sums, in the target language.
pub fn latent(latent: &Latent, tokens: Tokens) -> String {
    let at = |token: &'static str| move |v: u32| format!("{token}[{v}]");
    let others = polynomial(&latent.others, &at("y"));
    let (symbol, all) = match tokens {
        Tokens::Any => ("mean(y: ", false),
        // Σ_{j≠i} φ(x_j) + φ(x_i) is the sum over all.
        Tokens::Fixed(_) if latent.own == latent.others => ("sum(y: ", true),
        Tokens::Fixed(_) => ("sum(y != x: ", false),
    };
    if all || latent.own.is_zero() {
        return format!("{symbol}{others})");
    }
    format!("{symbol}{others}) + {}", polynomial(&latent.own, &at("x")))
}

/// The mechanism of an attention layer and the theorem that makes its weights constant.
pub fn attention(attention: &Attention) -> (String, &'static str) {
    let heads = match attention.heads.len() {
        1 => String::new(),
        several => format!("{several} heads; the first: "),
    };
    let (mechanism, theorem) = match attention.heads.first().map(|head| &head.mechanism) {
        None => ("none".to_string(), "Definition 2.2"),
        Some(Mechanism::Softmax) => ("softmax attention (Transformer)".into(), "Theorem 4.3"),
        Some(Mechanism::Linformer { e, .. }) => (
            format!("softmax attention on projected keys and values (Linformer, k = {})", e.rank()),
            "Theorem 4.4",
        ),
        Some(Mechanism::Performer { normalized, features }) => {
            let kind = if *normalized { "rows divided by their sums as in FAVOR+" } else { "Definition 2.6" };
            let count = features.len();
            (format!("random-feature attention (Performer, m = {count} features, {kind})"), "Theorem 4.5")
        }
    };
    (format!("{heads}{mechanism}"), theorem)
}

/// An interval for people: exact if that is short, else rounded outward.
pub fn interval(range: &Interval) -> String {
    const LONGEST: usize = 40;
    let exact = range.to_string();
    if exact.len() <= LONGEST {
        return exact;
    }
    let (inf, sup) = (FloatInterval::from_rational(range.inf()), FloatInterval::from_rational(range.sup()));
    inf.hull(sup).to_string()
}

/// The beginning of a long text.
pub fn clip(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.into();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}
