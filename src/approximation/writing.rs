//! Approximants as target files: what is built is what is read back from the text.

use super::ApproximationError;
use crate::reading::load_target;
use crate::words::sum;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::normal_form::NormalForm;

/// The longest part of the original's name that is kept, in bytes.
const NAME: usize = 60;

/// A target like `original`, but with these expressions as outputs, in which the abbreviations `definitions` may occur;
/// `suffix` goes to its name.
pub(super) fn target_with(
    original: &Target,
    suffix: &str,
    outputs: &[String],
    definitions: &[(String, String)],
) -> Result<Target, ApproximationError> {
    let mut name = original.name.clone();
    while name.len() > NAME {
        name.pop();
    }
    let tokens = match original.tokens {
        Tokens::Fixed(n) => n.to_string(),
        Tokens::Any => "\"any\"".to_string(),
    };
    let sides: Vec<String> =
        original.domain.iter().map(|s| format!("[\"{}\", \"{}\"]", s.inf(), s.sup())).collect();
    let epsilon = original.epsilon.as_ref().map_or(String::new(), |e| format!("epsilon = \"{e}\"\n"));
    let outputs: Vec<String> = outputs.iter().map(|text| format!("  \"{text}\",\n")).collect();
    let abbreviations: Vec<String> =
        definitions.iter().map(|(name, text)| format!("{name} = \"{text}\"\n")).collect();
    let abbreviations = if abbreviations.is_empty() {
        String::new()
    } else {
        format!("\n[where]\n{}", abbreviations.concat())
    };
    let source = format!(
        "name = \"{name}-{suffix}\"\ntokens = {tokens}\ndomain = [{}]\n{epsilon}output = [\n{}]\n{abbreviations}",
        sides.join(", "),
        outputs.concat()
    );
    load_target("approximant", &source).map_err(|problems| {
        let first = problems.to_string().lines().next().unwrap_or_default().to_string();
        ApproximationError::Unwritable(first)
    })
}

/// `x[0]^2`, `x[1]`, one for each variable of the monomial in a token's coordinates.
pub(super) fn powers(token: &str, monomial: &Monomial) -> Vec<String> {
    let power = |&(k, e): &(u32, u32)| {
        if e == 1 { format!("{token}[{k}]") } else { format!("{token}[{k}]^{e}") }
    };
    monomial.powers().iter().map(power).collect()
}

/// A normal form for a fixed length in the target language: `A + sum(y1 != x: B + sum(y2 != x, y1: C + …))`, where A
/// has the terms of the own token, B those with one other token, C those with two distinct others, and so on.
pub(super) fn normal_form(form: &NormalForm) -> String {
    let mut by_parts: BTreeMap<usize, Vec<(Rational, Vec<String>)>> = BTreeMap::new();
    for (basis, coefficient) in form.terms() {
        let mut factors = powers("x", &basis.named);
        for (r, part) in basis.parts.iter().enumerate() {
            factors.extend(powers(&binder(r), part));
        }
        by_parts.entry(basis.parts.len()).or_default().push((coefficient.clone(), factors));
    }
    let deepest = by_parts.keys().next_back().copied().unwrap_or(0);
    let mut inner: Option<String> = None;
    for parts in (0..=deepest).rev() {
        let mut text = by_parts.remove(&parts).map(sum);
        if let Some(body) = inner.take() {
            let excluded: Vec<String> =
                std::iter::once("x".to_string()).chain((0..parts).map(binder)).collect();
            let deeper = format!("sum({} != {}: {body})", binder(parts), excluded.join(", "));
            text = Some(text.map_or(deeper.clone(), |own| format!("{own} + {deeper}")));
        }
        inner = text;
    }
    inner.unwrap_or_else(|| "0".to_string())
}

fn binder(r: usize) -> String {
    format!("y{}", r + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::limits::MAX_TERMS;
    use sumformer_checker::normal_form::expansion::expand_target;

    #[test]
    fn a_written_normal_form_reads_back_as_itself() {
        let bodies = [
            "3/4*x[0]^2 - sum(y: y[1]*x[0])^2 + 1/3",
            "prod(y: y[0] - 2*y[1])",
            "sum(y != x: sum(z != x, y: y[0]*z[0]))",
            "x[0] - x[0]",
            "-5",
        ];
        for body in bodies {
            let source = format!(
                "name = \"t\"\ntokens = 4\ndomain = [[\"0\", \"1\"], [\"-1\", \"1/3\"]]\noutput = [\"{body}\"]\n"
            );
            let target = load_target("t", &source).expect("a target");
            let forms = expand_target(&target, MAX_TERMS).expect("a polynomial");
            let texts: Vec<String> = forms.iter().map(normal_form).collect();
            let written = target_with(&target, "again", &texts, &[]).expect("readable");
            assert_eq!(expand_target(&written, MAX_TERMS).expect("a polynomial"), forms, "{body}");
            assert_eq!((written.tokens, &written.domain), (target.tokens, &target.domain));
        }
    }
}
