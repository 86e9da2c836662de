//! Polynomials, sums and attention in words.

use super::numbers::readable;
use itertools::Itertools;
use num_traits::{One, Signed, Zero};
use serde::{Serialize, Serializer};
use sumformer_checker::arith::decimal;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::network::{Activation, Attention, Mechanism, Network};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::polynomial_route::latent::Latent;
use sumformer_checker::surrogate::Surrogate;

/// A formula, with its numbers in full for JSON and readable for people.
#[derive(Debug, Clone, Default)]
pub struct Formula {
    exact: String,
    readable: String,
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact)
    }
}

impl Formula {
    /// For people, its beginning if it is long.
    pub fn clipped(&self, longest: usize) -> String {
        clip(&self.readable, longest)
    }

    /// Whether nothing is added up.
    pub fn is_zero(&self) -> bool {
        self.exact == "0"
    }

    fn push(&mut self, text: &str) {
        self.exact.push_str(text);
        self.readable.push_str(text);
    }

    /// The same with text around it.
    fn wrapped(&self, before: &str, after: &str) -> Self {
        Self {
            exact: format!("{before}{}{after}", self.exact),
            readable: format!("{before}{}{after}", self.readable),
        }
    }
}

/// `1/2*x[0]^2 - x[1] + 3`, variables called by `name`.
pub fn polynomial(p: &Polynomial, name: &dyn Fn(u32) -> String) -> Formula {
    let power = |&(v, e): &(u32, u32)| if e == 1 { name(v) } else { format!("{}^{e}", name(v)) };
    let product = |m: &Monomial| m.powers().iter().map(power).join("*");
    sum(p.terms().map(|(monomial, coefficient)| (coefficient.clone(), product(monomial))))
}

/// Coefficients of 1, t, t², …, and the multiple of an atom, if there is one.
pub fn univariate(coefficients: &[Exact], atom: Option<(Rational, String)>) -> Formula {
    let power = |k: usize| match k {
        0 => String::new(),
        1 => "t".into(),
        _ => format!("t^{k}"),
    };
    let terms = coefficients.iter().enumerate().filter(|(_, c)| !c.0.is_zero());
    sum(atom.into_iter().chain(terms.map(|(k, c)| (c.0.clone(), power(k)))))
}

/// `2*a - b + 1` of pairs (coefficient, product); an empty product is 1.
pub fn sum(terms: impl IntoIterator<Item = (Rational, String)>) -> Formula {
    let mut formula = Formula::default();
    for (coefficient, product) in terms {
        formula.push(match (formula.exact.is_empty(), coefficient.is_negative()) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        });
        let magnitude = coefficient.abs();
        if product.is_empty() || !magnitude.is_one() {
            formula.exact.push_str(&magnitude.to_string());
            formula.readable.push_str(&readable(&magnitude));
            formula.push(if product.is_empty() { "" } else { "*" });
        }
        formula.push(&product);
    }
    if formula.exact.is_empty() {
        formula.push("0");
    }
    formula
}

/// What coordinates and atoms of a token are called: `x[0]`, and `exp[3](x)` for the atom with number 3.
pub fn coordinate(surrogate: &Surrogate, token: &str, v: u32) -> String {
    match (v as usize).checked_sub(surrogate.dimension) {
        None => match surrogate.centre.get(v as usize) {
            Some(Exact(middle)) if middle.is_positive() => format!("({token}[{v}] - {middle})"),
            Some(Exact(middle)) if middle.is_negative() => format!("({token}[{v}] + {})", -middle),
            _ => format!("{token}[{v}]"),
        },
        Some(further) => match surrogate.atoms.get(further) {
            Some(atom) => format!("{}[{further}]({token})", atom.function.name()),
            None => format!("head[{}]({token})", further - surrogate.atoms.len()),
        },
    }
}

/// What a latent sums, in the target language; `name` says what a token's coordinates are called.
pub fn latent(latent: &Latent, tokens: Tokens, name: &dyn Fn(&str, u32) -> String) -> Formula {
    let at = |token: &'static str| move |v: u32| name(token, v);
    let others = polynomial(&latent.others, &at("y"));
    let (binder, complete) = match tokens {
        Tokens::Any => ("mean(y: ", latent.own.is_zero()),
        // Σ_{j≠i} φ(x_j) + φ(x_i) is the sum over all.
        Tokens::Fixed(_) if latent.own == latent.others => ("sum(y: ", true),
        Tokens::Fixed(_) => ("sum(y != x: ", latent.own.is_zero()),
    };
    let over_others = others.wrapped(binder, ")");
    if complete {
        return over_others;
    }
    let own = polynomial(&latent.own, &at("x"));
    Formula {
        exact: format!("{} + {}", over_others.exact, own.exact),
        readable: format!("{} + {}", over_others.readable, own.readable),
    }
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

/// relu, relu2 or step.
pub fn activation(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => "relu",
        Activation::Relu2 => "relu2",
        Activation::Step => "step",
    }
}

/// A sum of slots by their names, such as `{key} + 2*{cell}`.
pub fn slots(weights: impl IntoIterator<Item = (usize, Rational)>, names: &[String]) -> Formula {
    sum(weights.into_iter().map(|(slot, weight)| (weight, format!("{{{}}}", names[slot]))))
}

/// What the embedding writes into a slot.
pub fn embedding(network: &Network, slot: usize) -> Formula {
    let map = &network.embedding;
    let read = map.weights.iter().filter(|(_, column, _)| *column == slot);
    let terms = read.map(|(k, _, w)| (w.clone(), format!("x[{k}]")));
    let bias = map.bias.iter().filter(|(s, _)| *s == slot).map(|(_, v)| (v.clone(), String::new()));
    sum(terms.chain(bias))
}

/// An interval for people: exact if that is short, else rounded outward.
pub fn interval(range: &Interval) -> String {
    const LONGEST: usize = 40;
    let exact = range.to_string();
    if exact.len() <= LONGEST {
        return exact;
    }
    decimal::range(Some(range.inf()), Some(range.sup()))
}

/// The beginning of a long text.
pub fn clip(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.into();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, power_of_two, ratio};

    fn named(v: u32) -> String {
        format!("x[{v}]")
    }

    #[test]
    fn formulas_read_like_the_target_language() {
        let x = Polynomial::variable(0);
        let y = Polynomial::variable(1);
        let mut p = &x.power(2).scale(&ratio(-1, 2)) + &x.times(&y);
        p.add_term(Monomial::one(), integer(3));
        assert_eq!(polynomial(&p, &named).exact, "3 + x[0]*x[1] - 1/2*x[0]^2");
        assert_eq!(polynomial(&Polynomial::zero(), &named).exact, "0");
        let coefficients = [integer(0), integer(-1), integer(0), ratio(2, 3)].map(Exact);
        assert_eq!(univariate(&coefficients, None).exact, "-t + 2/3*t^3");
        assert!(univariate(&[], None).is_zero());
    }

    #[test]
    fn long_numbers_are_exact_in_json_and_short_for_people() {
        let tiny = Polynomial::constant(power_of_two(-200));
        let formula = polynomial(&tiny, &named);
        assert_eq!(serde_json::json!(formula), power_of_two(-200).to_string());
        assert_eq!(formula.clipped(99), "~6.223015277861142e-61");
        assert_eq!(formula.clipped(5), "~6.2…");
    }

    #[test]
    fn latents_are_sums_over_all_or_over_the_others() {
        let x = Polynomial::variable(0);
        let of = |own: &Polynomial, tokens| {
            let range = Interval::point(integer(0));
            let latent = Latent { slot: 1, others: x.clone(), own: own.clone(), range, error: integer(0) };
            super::latent(&latent, tokens, &|token, v| format!("{token}[{v}]")).exact
        };
        assert_eq!(of(&x, Tokens::Fixed(3)), "sum(y: y[0])");
        assert_eq!(of(&Polynomial::zero(), Tokens::Fixed(3)), "sum(y != x: y[0])");
        assert_eq!(of(&x.scale(&integer(2)), Tokens::Fixed(3)), "sum(y != x: y[0]) + 2*x[0]");
        // Every length: the mean runs over all tokens, and the own part comes on top.
        assert_eq!(of(&Polynomial::zero(), Tokens::Any), "mean(y: y[0])");
        assert_eq!(of(&x, Tokens::Any), "mean(y: y[0]) + x[0]");
    }
}
