//! What is not enclosed, and why.

use super::{ends, target};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{integer, power_of_two, ratio};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::{EvalError, read_target};
use sumformer_checker::limits::MAX_COORDINATES;

fn side(inf: i64, sup: i64) -> PreparedSide {
    PreparedSide::new(&Interval::new(integer(inf), integer(sup)).unwrap())
}

fn refused(source: &str) -> Option<EvalError> {
    TargetEnclosure::new(&read_target(source).unwrap()).err()
}

#[test]
fn targets_without_enclosure_are_refused_at_once() {
    let fixed =
        |n: usize, rest: &str| refused(&format!("name = 't'\ntokens = {n}\ndomain = [[0, 1]]\n{rest}\n"));
    assert_eq!(
        fixed(9, "semi_invariant = ['x2[0]']\nsymmetrize = true"),
        Some(EvalError::TooManyPermutations(9))
    );
    assert_eq!(fixed(MAX_COORDINATES, "output = ['x[0]']"), None);
    let more = MAX_COORDINATES + 1;
    assert_eq!(fixed(more, "output = ['x[0]']"), Some(EvalError::TooManyCoordinates(more)));
    let any = "name = 't'\ntokens = 'any'\ndomain = [[0, 1]]\noutput = ['x[0]']\n";
    assert_eq!(refused(any), Some(EvalError::NoLength));
}

#[test]
fn boxes_without_enclosure_are_refused() {
    let mut enclosure = TargetEnclosure::new(&target(2, "sum(y: y[0]) / x[0]")).unwrap();
    let (unit, negative, wide) = (side(1, 2), side(-2, -1), side(-1, 1));
    assert_eq!(enclosure.enclose(&[&wide, &unit]), Err(EvalError::DivisorMayVanish));
    assert_eq!(enclosure.partial_derivatives(&[&wide, &unit]), Err(EvalError::DivisorMayVanish));
    assert_eq!(enclosure.enclose(&[&unit]), Err(EvalError::WrongSides { wanted: 2, got: 1 }));
    assert_eq!(enclosure.partial_derivatives(&[&unit; 3]), Err(EvalError::WrongSides { wanted: 2, got: 3 }));
    // A refusal leaves no trace.
    assert!(enclosure.enclose(&[&negative, &wide]).unwrap()[0].contains(&ratio(1, 2)));
    let huge = Interval::new(integer(0), power_of_two(1 << 21)).unwrap();
    assert_eq!(enclosure.enclose(&[&unit, &PreparedSide::new(&huge)]), Err(EvalError::TooWide));
    assert_eq!(enclosure.partial_derivatives(&[&unit, &PreparedSide::new(&huge)]), Err(EvalError::TooWide));
}

#[test]
fn functions_are_refused_where_they_are_not_defined() {
    let refused = |expression: &str, inf: i64, sup: i64| {
        TargetEnclosure::new(&target(1, expression)).unwrap().enclose(&[&side(inf, sup)]).err()
    };
    assert_eq!(refused("1 + log(x[0])", -1, 1), Some(EvalError::OffDomain(Function::Log)));
    assert_eq!(refused("log(x[0])", 0, 1), Some(EvalError::OffDomain(Function::Log)));
    assert_eq!(refused("log(x[0])", 1, 2), None);
    assert_eq!(refused("sqrt(x[0] - 1/2)", -1, 1), Some(EvalError::OffDomain(Function::Sqrt)));
    assert_eq!(refused("sqrt(x[0]) * sin(x[0])", 0, 1), None);
    let message = EvalError::OffDomain(Function::Log).to_string();
    assert!(message.starts_with("`log` is not defined on all of the box"), "{message}");
}

#[test]
fn results_beyond_the_range_are_unbounded_or_next_to_zero() {
    let tower = "((x[0]^10000)^10000)^10000";
    let mut enclosure = TargetEnclosure::new(&target(1, tower)).unwrap();
    let output = enclosure.enclose(&[&side(1, 2)]).unwrap()[0];
    assert!(output.contains(&integer(1)) && output.contains(&power_of_two(1 << 12)));
    assert!(output.contains(&power_of_two(1 << 21)) && !output.is_bounded());
    let slopes = enclosure.partial_derivatives(&[&side(1, 2)]).unwrap().remove(0)[0];
    assert!(slopes.contains(&power_of_two(1 << 12)) && slopes.contains(&power_of_two(40)));
    let (inf, sup) = ends(1, tower, &[Interval::new(ratio(1, 4), ratio(1, 2)).unwrap()]);
    assert!(inf == integer(0) && integer(0) < sup && sup < power_of_two(-(1 << 19)));
}
