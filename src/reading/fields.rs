//! The fields of a target file that hold no expressions.
//!
//! A field that cannot be read is reported; what stands in for it is never seen outside, since a file with problems
//! gives no target.

use super::diagnostics::{Diagnostic, Reporter, nearest, quote};
use num_traits::{Signed, ToPrimitive};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, parse_rational};
use sumformer_checker::language::ast::Span;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::language::{KEYS, big_integer};
use sumformer_checker::limits::{MAX_DIMENSION, MAX_NAME, MAX_NUMERAL_LENGTH, MAX_TOKENS};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A TOML value and where it stands.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The kind of a TOML value, for messages.
pub(super) fn describe(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The top level of a target file.
pub(super) struct Fields<'a> {
    pub(super) source: &'a str,
    pub(super) table: &'a DeTable<'a>,
    pub(super) reporter: Reporter,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    /// The key itself, for problems that are not about its value.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.table.get_key_value(key).map_or(0..0, |(key, _)| key.span())
    }

    /// A key that must be there.
    pub(super) fn required(&mut self, key: &str, example: &str) -> Option<&'a Value<'a>> {
        let value = self.get(key);
        if value.is_none() {
            let missing = Diagnostic::new(format!("the key `{key}` is missing"), "in this file", 0..0);
            self.reporter.report(missing.with_help(format!("add, for example, `{example}`")));
        }
        value
    }

    pub(super) fn wrong(&mut self, value: &Value<'_>, expected: &str, help: &str) {
        let message = format!("expected {expected}, found {}", describe(value));
        self.reporter.report(Diagnostic::new(message, "of the wrong kind", value.span()).with_help(help));
    }

    /// Reports keys that mean nothing.
    pub(super) fn unknown_keys(&mut self) {
        for key in self.table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let help = match nearest(key.get_ref(), KEYS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", KEYS.map(|key| format!("`{key}`")).join(", ")),
            };
            let message = format!("unknown key {}", quote(key.get_ref()));
            self.reporter
                .report(Diagnostic::new(message, "not a key of a target file", key.span()).with_help(help));
        }
    }

    /// `name`: also the name of the default output folder, hence its restrictions.
    pub(super) fn name(&mut self) -> String {
        let example = "name = \"my-target\"";
        let Some(value) = self.required("name", example) else { return String::new() };
        let DeValue::String(name) = value.get_ref() else {
            self.wrong(value, "a name in quotes", &format!("write `{example}`"));
            return String::new();
        };
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > MAX_NAME || name.starts_with('.') || !name.chars().all(allowed) {
            let message = format!("{} cannot be the name of a folder", quote(name));
            let help = format!("use letters, digits, `-`, `_` and inner `.`, at most {MAX_NAME} bytes");
            self.reporter.report(Diagnostic::new(message, "not a name", value.span()).with_help(help));
        }
        name.to_string()
    }

    /// `tokens`
    pub(super) fn tokens(&mut self) -> Option<Tokens> {
        let help = format!("write `tokens = 4` (1 to {MAX_TOKENS}) or `tokens = \"any\"`");
        let value = self.required("tokens", "tokens = 4")?;
        match value.get_ref() {
            DeValue::String(text) if text == "any" => return Some(Tokens::Any),
            DeValue::Integer(integer) => {
                let n =
                    big_integer(integer).and_then(|n| n.to_usize()).filter(|n| (1..=MAX_TOKENS).contains(n));
                if n.is_none() {
                    let message = format!("the number of tokens must be between 1 and {MAX_TOKENS}");
                    self.reporter
                        .report(Diagnostic::new(message, "out of range", value.span()).with_help(help));
                }
                return n.map(Tokens::Fixed);
            }
            DeValue::String(text) => {
                let message = format!("expected an integer or \"any\", found the text {}", quote(text));
                self.reporter.report(Diagnostic::new(message, "not a length", value.span()).with_help(help));
            }
            _ => self.wrong(value, "an integer or \"any\"", &help),
        }
        None
    }

    /// `domain`; `None` also when single intervals could not be read, with the dimension still known.
    pub(super) fn domain(&mut self) -> (Option<usize>, Vec<Interval>) {
        let example = "domain = [[\"0\", \"1\"], [\"-1/2\", \"0.5\"]]";
        let Some(value) = self.required("domain", example) else { return (None, Vec::new()) };
        let DeValue::Array(sides) = value.get_ref() else {
            self.wrong(value, "a list of intervals", &format!("write `{example}`"));
            return (None, Vec::new());
        };
        let d = sides.len();
        if d == 0 || d > MAX_DIMENSION {
            let message = format!("the domain needs between 1 and {MAX_DIMENSION} intervals, found {d}");
            let label = "one interval per coordinate";
            self.reporter.report(
                Diagnostic::new(message, label, value.span()).with_help(format!("write `{example}`")),
            );
            return (None, Vec::new());
        }
        (Some(d), sides.iter().filter_map(|side| self.interval(side)).collect())
    }

    fn interval(&mut self, value: &'a Value<'a>) -> Option<Interval> {
        let example = "an interval is `[\"0\", \"1\"]`";
        let DeValue::Array(ends) = value.get_ref() else {
            self.wrong(value, "an interval, a list of two numbers", example);
            return None;
        };
        let [inf, sup] = &ends[..] else {
            let message = format!("an interval has two end points, found {}", ends.len());
            let label = "expected two numbers";
            self.reporter.report(Diagnostic::new(message, label, value.span()).with_help(example));
            return None;
        };
        let (inf, sup) = (self.number(inf), self.number(sup));
        Interval::new(inf?, sup?)
            .map_err(|empty| {
                let diagnostic =
                    Diagnostic::new(empty.to_string(), "its ends are in the wrong order", value.span());
                self.reporter.report(diagnostic.with_help("write the smaller end point first"));
            })
            .ok()
    }

    /// `epsilon`, positive.
    pub(super) fn epsilon(&mut self) -> Option<Rational> {
        let value = self.get("epsilon")?;
        let epsilon = self.number(value)?;
        if !epsilon.is_positive() {
            let diagnostic = Diagnostic::new("`epsilon` must be positive", "not above 0", value.span());
            self.reporter.report(diagnostic.with_help("write, for example, `epsilon = \"1/1000\"`"));
        }
        Some(epsilon)
    }

    /// An exact number: a string or an integer. Floats are refused, since TOML readers round them.
    fn number(&mut self, value: &Value<'_>) -> Option<Rational> {
        let problem = match value.get_ref() {
            DeValue::String(text) => match parse_rational(text) {
                Ok(number) => return Some(number),
                Err(error) => Diagnostic::new(error.to_string(), "not read", value.span()),
            },
            DeValue::Integer(integer) => match big_integer(integer) {
                Some(number) => return Some(number.into()),
                None => {
                    let digits = integer.as_str().len();
                    let message =
                        format!("an integer of {digits} digits; at most {MAX_NUMERAL_LENGTH} are read");
                    Diagnostic::new(message, "too long", value.span())
                }
            },
            DeValue::Float(_) => {
                let text = &self.source[value.span()];
                Diagnostic::new("floats are not exact", "a TOML float", value.span())
                    .with_help(format!("write it as a string: `\"{text}\"`"))
            }
            _ => {
                self.wrong(
                    value,
                    "an exact number",
                    "write an integer, or a string such as \"1/3\" or \"0.25\"",
                );
                return None;
            }
        };
        self.reporter.report(problem);
        None
    }

    /// `symmetrize`, which goes with `semi_invariant` only.
    pub(super) fn symmetrize(&mut self) -> bool {
        let Some(value) = self.get("symmetrize") else { return false };
        if self.get("semi_invariant").is_none() {
            let message = "`symmetrize` goes with `semi_invariant` only";
            let diagnostic =
                Diagnostic::new(message, "has no effect on `output`", self.key_span("symmetrize"));
            self.reporter
                .report(diagnostic.with_help("remove it: `output` expressions are equivariant as they are"));
        }
        let DeValue::Boolean(symmetrize) = value.get_ref() else {
            self.wrong(value, "`true` or `false`", "write `symmetrize = true`");
            return false;
        };
        *symmetrize
    }
}
