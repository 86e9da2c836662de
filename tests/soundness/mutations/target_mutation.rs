//! Single changes of a target's text.

use super::dice::Dice;
use super::network_mutation::other_length;
use super::proofs::Proof;
use std::ops::Range;
use sumformer::reading::load_target;
use sumformer_checker::language::target::Tokens;

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetPart {
    Box,
    Exponent,
    Coefficient,
    Coordinate,
    Term,
    Tokens,
    Epsilon,
    Comment,
}

impl TargetPart {
    pub const ALL: [Self; 8] = [
        Self::Box,
        Self::Exponent,
        Self::Coefficient,
        Self::Coordinate,
        Self::Term,
        Self::Tokens,
        Self::Epsilon,
        Self::Comment,
    ];

    /// Changes the text in place; `None` if there is no such part.
    pub fn mutate(self, proof: &mut Proof, dice: &mut Dice) -> Option<()> {
        let target = load_target("target.toml", &proof.target).ok()?;
        let text = proof.target.clone();
        let changed = match self {
            Self::Box => {
                let mut sides: Vec<[_; 2]> =
                    target.domain.iter().map(|s| [s.inf().clone(), s.sup().clone()]).collect();
                let (k, end) = (dice.below(sides.len()), dice.below(2));
                sides[k][end] = dice.changed(&sides[k][end]);
                let sides: Vec<String> =
                    sides.iter().map(|[lo, hi]| format!("[\"{lo}\", \"{hi}\"]")).collect();
                with_line(&text, "domain", &format!("[{}]", sides.join(", ")))?
            }
            Self::Tokens => with_tokens(&text, other_length(target.tokens, dice))?,
            Self::Epsilon => {
                let value = dice.changed(target.epsilon.as_ref()?);
                with_line(&text, "epsilon", &format!("\"{value}\""))?
            }
            Self::Comment => format!("# Another comment.\n{text}"),
            Self::Exponent | Self::Coefficient | Self::Coordinate => {
                let wanted: fn(char) -> bool = match self {
                    Self::Exponent => |before| before == '^',
                    Self::Coordinate => |before| before == '[',
                    _ => |before| "(*/+- \"".contains(before),
                };
                let places: Vec<Range<usize>> = numerals(&text)
                    .into_iter()
                    .filter(|at| text[..at.start].chars().next_back().is_some_and(wanted))
                    .collect();
                let at = dice.pick(&places)?.clone();
                let number: i64 = text[at.clone()].parse().ok()?;
                let other = if dice.coin() || number == 0 { number + 1 } else { number - 1 };
                format!("{}{other}{}", &text[..at.start], &text[at.end..])
            }
            Self::Term => {
                let expressions = expressions(&text);
                let at = dice.pick(&expressions)?.clone();
                let own = if text.contains("semi_invariant") { "x1[0]" } else { "x[0]" };
                let inner = &text[at.clone()];
                let other = match dice.below(5) {
                    0 => format!("2*({inner})"),
                    1 => format!("-({inner})"),
                    2 => format!("({inner}) + {own}/1099511627776"),
                    3 => format!("({inner}) + 1/1099511627776"),
                    _ => format!("({inner})*{own}"),
                };
                format!("{}{other}{}", &text[..at.start], &text[at.end..])
            }
        };
        proof.target = changed;
        Some(())
    }
}

/// The text with another value of `tokens`.
pub fn with_tokens(text: &str, tokens: Tokens) -> Option<String> {
    match tokens {
        Tokens::Fixed(n) => with_line(text, "tokens", &n.to_string()),
        Tokens::Any => with_line(text, "tokens", "\"any\""),
    }
}

/// Replaces the value of a key that stands on one line.
fn with_line(text: &str, key: &str, value: &str) -> Option<String> {
    let start = text.find(&format!("\n{key} "))? + 1;
    let end = start + text[start..].find('\n')?;
    Some(format!("{}{key} = {value}{}", &text[..start], &text[end..]))
}

/// Where the quoted expressions stand: everything in quotes from `output` or `semi_invariant` on.
fn expressions(text: &str) -> Vec<Range<usize>> {
    let Some(start) = text.find("\noutput").or_else(|| text.find("\nsemi_invariant")) else {
        return Vec::new();
    };
    let quotes: Vec<usize> = text[start..].match_indices('"').map(|(at, _)| start + at).collect();
    quotes.chunks_exact(2).map(|pair| pair[0] + 1..pair[1]).collect()
}

/// Where the numerals of the expressions stand, names such as `x1` not counted.
fn numerals(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for expression in expressions(text) {
        let mut at = expression.start;
        while at < expression.end {
            let length = text[at..expression.end].bytes().take_while(u8::is_ascii_digit).count();
            let named = text[..at].bytes().next_back().is_some_and(|b| b.is_ascii_alphanumeric());
            if length > 0 && !named {
                found.push(at..at + length);
            }
            at += length.max(1);
        }
    }
    found
}
