//! Elementary functions at numbers, compared with the values that mpmath computes (`../peers/elementary.py`).

use super::exact;
use num_bigint::BigInt;
use num_traits::{Num, Signed, Zero};
use sumformer_checker::arith::dyadic::Rounding::Down;
use sumformer_checker::arith::dyadic::{Dyadic, LIMIT};
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::{Rational, integer, power_of_two};
use sumformer_checker::enclosure::image::Image;
use sumformer_checker::language::ast::Function;

/// u = 2^-62: the widths that the documentation names, in units of u·|value|.
const WIDTHS: [(&str, Function, i64); 7] = [
    ("exp", Function::Exp, 12),
    ("log", Function::Log, 32),
    ("sqrt", Function::Sqrt, 2),
    ("sin", Function::Sin, 24),
    ("cos", Function::Cos, 24),
    ("tanh", Function::Tanh, 32),
    ("sigmoid", Function::Sigmoid, 32),
];

/// m · 2^e without large integers.
fn dyadic(m: &BigInt, e: i64) -> Dyadic {
    let power = Dyadic::from_rational(&integer(2), Down).pow(e.unsigned_abs() as u32, Down);
    let m = Dyadic::from_rational(&Rational::from(m.clone()), Down);
    if e < 0 { m.div(power, Down).unwrap() } else { m.mul(power, Down) }
}

/// The bound in units of 2^f; it is a short number there.
fn in_units(bound: Dyadic, f: i64) -> Rational {
    exact(dyadic(&1.into(), -f).mul(bound, Down))
}

/// Compares a row with the enclosure; the width in units of u·|value| where a claim is made.
fn check(row: &str) -> Option<Rational> {
    let fields: Vec<&str> = row.split(' ').collect();
    let [name, m, e, v, f] = fields[..] else { panic!("{row}") };
    let integer_in = |text: &str| BigInt::from_str_radix(text, 16).unwrap();
    let (e, f): (i64, i64) = (e.parse().unwrap(), f.parse().unwrap());
    let (_, function, width) = WIDTHS.into_iter().find(|(other, ..)| *other == name).unwrap();
    let x = dyadic(&integer_in(m), e);
    let point = DyadicInterval::point(x).unwrap();
    let value = Image::new(function, point, point).unwrap().range;
    let v = Rational::from(integer_in(v));
    if f.abs() > i64::from(LIMIT) - 200 {
        // Next to the end of the range or beyond it.
        let end = if f < 0 { value.inf() } else { value.sup() };
        assert!(
            f > 0 || value.inf().signum() >= 0 && value.sup() <= dyadic(&1.into(), 300 - i64::from(LIMIT))
        );
        assert!(f < 0 || value.inf() >= dyadic(&1.into(), i64::from(LIMIT) - 200));
        assert!(!end.is_finite() || end.signum() == 0 || f.abs() < i64::from(LIMIT) + 62, "{row}");
        return None;
    }
    let (low, high) = (in_units(value.inf(), f), in_units(value.sup(), f));
    if v.is_zero() {
        assert!(low.is_zero() && high.is_zero(), "{row}");
        return None;
    }
    let one = integer(1);
    assert!(low < &v + &one && &v - &one < high, "{row}");
    if matches!(function, Function::Sin | Function::Cos) {
        if x.signum() != 0 && e + 62 > 40 {
            assert_eq!((value.inf(), value.sup()), (-Dyadic::ONE, Dyadic::ONE));
            return None;
        }
        // 2^-124 (1 + |x|), with |x| < 2^(e + 62).
        let slack = power_of_two(-124) * (integer(1) + power_of_two(e + 62)) * power_of_two(-f);
        assert!(&high - &low <= v.abs() * integer(width) * power_of_two(-62) + slack, "{row}");
        return None;
    }
    let units = (high - low) * power_of_two(62) / v.abs();
    assert!(units <= integer(width), "{row}: {units}");
    Some(units)
}

#[test]
fn values_of_mpmath_are_enclosed_tightly() {
    let rows: Vec<&str> = include_str!("../peers/elementary.txt").lines().collect();
    assert!(rows.len() > 2000);
    for row in rows {
        check(row);
    }
}

/// Rows of `elementary.py` from standard input, any number: `python3 elementary.py 1000 7 | cargo test … -- --ignored`.
#[test]
#[ignore = "reads rows from standard input"]
fn rows_from_standard_input() {
    let mut worst = std::collections::BTreeMap::new();
    let mut count = 0;
    for row in std::io::stdin().lines().map(Result::unwrap) {
        count += 1;
        if let Some(units) = check(&row) {
            let name = row.split(' ').next().unwrap().to_string();
            let entry = worst.entry(name).or_insert_with(|| units.clone());
            if *entry < units {
                *entry = units;
            }
        }
    }
    assert!(count > 0);
    for (name, units) in worst {
        println!("{name}: {:.2} units of 2^-62", sumformer_checker::arith::number::to_f64(&units));
    }
    println!("{count} rows");
}
