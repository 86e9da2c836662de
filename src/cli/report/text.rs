//! Text from files, made harmless to read: escaping is maud's, but some characters change what stands around them.

use crate::report::facts::Bound;
use crate::report::numbers::{above, at_most};
use crate::report::words::clip;
use num_traits::Zero;
use sumformer_checker::number::{Rational, parse_rational};

/// Control characters and those that turn the direction of text or hide, written as their code points.
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(' '),
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{61c}'
            | '\u{feff}'
            | '\u{2028}'
            | '\u{2029}' => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c if c.is_control() => shown.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// The beginning of a long text, made harmless.
pub fn brief(text: &str, longest: usize) -> String {
    clip(&plain(text), longest)
}

/// Three decimals, not below the bound.
pub fn upper(bound: &Bound) -> String {
    /// Longer fractions are not read again.
    const LONGEST: usize = 400;
    if bound.exact.len() <= LONGEST
        && let Ok(exact) = parse_rational(&bound.exact)
    {
        return upper_exact(&exact);
    }
    let text = at_most(bound.float.next_up());
    text.strip_prefix("<= ").unwrap_or(&text).to_string()
}

/// The same for a rational.
pub fn upper_exact(bound: &Rational) -> String {
    if bound.is_zero() { "0".into() } else { above(bound) }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn characters_that_turn_or_hide_text_are_named() {
        assert_eq!(plain("a\u{202e}b\u{0}\nc"), "a[U+202E]b[U+0000] c");
        assert_eq!(plain("φ(x) ≤ 1 < 2"), "φ(x) ≤ 1 < 2");
    }
}
