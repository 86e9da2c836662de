//! Properties as VNN-LIB 1.0 and 2.0: what a counterexample has to satisfy.

use super::instance::Instance;
use super::specimen::{Side, Specimen};
use num_bigint::BigInt;
use num_traits::{One, Signed};
use sumformer_checker::arith::number::Rational;

/// A dyadic number as a decimal with digits on both sides of the point, exactly; `None` for others.
pub(super) fn decimal(value: &Rational) -> Option<String> {
    let places = value.denom().trailing_zeros().unwrap_or(0);
    if value.denom() >> places != BigInt::one() {
        return None;
    }
    // p / 2^k = p · 5^k / 10^k
    let digits = (value.numer().abs() * BigInt::from(5).pow(places as u32)).to_string();
    let width = places as usize + 1;
    let digits = format!("{digits:0>width$}");
    let (whole, fraction) = digits.split_at(digits.len() - places as usize);
    let sign = if value.is_negative() { "-" } else { "" };
    Some(format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction }))
}

/// A property in VNN-LIB 1.0; `None` where it has no words for it.
pub(super) fn version_1(specimen: &Specimen, instance: &Instance) -> Option<String> {
    if !specimen.subtracted.is_empty() {
        return None;
    }
    let [_, outputs] = specimen.model.shapes();
    let mut lines = vec![comment(specimen, instance)];
    for (name, count) in [("X", specimen.domain.len()), ("Y", outputs.iter().product())] {
        lines.extend((0..count).map(|index| format!("(declare-const {name}_{index} Real)")));
    }
    lines.extend(bounds(specimen, |input| format!("X_{input}"))?);
    lines.push(format!("(assert ({} Y_0 {}))", relation(specimen.side), decimal(&instance.threshold)?));
    Some(lines.join("\n") + "\n")
}

/// The same property in VNN-LIB 2.0.
pub(super) fn version_2(specimen: &Specimen, instance: &Instance) -> Option<String> {
    let [inputs, outputs] = specimen.model.shapes();
    let (x, y) = (|input| format!("X[{}]", index(&inputs, input)), format!("Y[{}]", index(&outputs, 0)));
    let mut compared = y;
    for term in &specimen.subtracted {
        let [i, j] = term.inputs;
        compared = format!("(- {compared} (* {} {} {}))", decimal(&term.coefficient)?, x(i), x(j));
    }
    let shape = |extents: &[usize]| extents.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        comment(specimen, instance),
        "(vnnlib-version <2.0>)".into(),
        "(declare-network f".into(),
        format!("  (declare-input X float32 [{}])", shape(&inputs)),
        format!("  (declare-output Y float32 [{}])", shape(&outputs)),
        ")".into(),
    ];
    lines.extend(bounds(specimen, x)?);
    lines.push(format!(
        "(assert ({} {compared} {}))",
        relation(specimen.side),
        decimal(&instance.threshold)?
    ));
    Some(lines.join("\n") + "\n")
}

fn comment(specimen: &Specimen, instance: &Instance) -> String {
    let known = specimen.known.words(specimen.side);
    format!("; {}: the {} value is {known} {}", instance.name(), specimen.side.name(), specimen.extreme)
}

fn relation(side: Side) -> &'static str {
    match side {
        Side::Largest => ">=",
        Side::Least => "<=",
    }
}

fn bounds(specimen: &Specimen, name: impl Fn(usize) -> String) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for (input, [lo, hi]) in specimen.domain.iter().enumerate() {
        lines.push(format!("(assert (>= {} {}))", name(input), decimal(lo)?));
        lines.push(format!("(assert (<= {} {}))", name(input), decimal(hi)?));
    }
    Some(lines)
}

/// The index of an entry in a tensor, row by row.
fn index(extents: &[usize], entry: usize) -> String {
    let mut rest = entry;
    let mut index: Vec<String> = Vec::new();
    for extent in extents.iter().rev() {
        index.insert(0, (rest % extent).to_string());
        rest /= extent;
    }
    index.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, power_of_two, ratio};

    #[test]
    fn decimals_are_exact_and_plain() {
        for (value, text) in [
            (integer(0), "0.0"),
            (integer(-12), "-12.0"),
            (ratio(1, 2), "0.5"),
            (ratio(-5, 16), "-0.3125"),
            (ratio(8_388_609, 16_777_216), "0.500000059604644775390625"),
            (power_of_two(-24), "0.000000059604644775390625"),
        ] {
            assert_eq!(decimal(&value).as_deref(), Some(text));
        }
        assert_eq!(decimal(&ratio(1, 3)), None);
    }
}
