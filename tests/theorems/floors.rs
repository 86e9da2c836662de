//! Floors are below what every Sumformer reaches, and Theorem B' of docs/latent.md: long sequences have one for e − 1 sums.

use num_traits::{Signed, Zero};
use proptest::prelude::*;
use sumformer::floors::{Effort, Essential, essential_sums, floor};
use sumformer::strategies::{Shape, fixed, places, sequences, shape};
use sumformer::sumformer::{SumBasis, Sumformer};
use sumformer_checker::arith::bernstein;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::floor::{Floor, Probe};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

fn essential(target: &Target) -> Essential {
    essential_sums(&Surrogate::new(target, &[], MAX_TERMS).expect("a polynomial")).expect("essential sums")
}

fn length(target: &Target) -> usize {
    match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => unreachable!("of a fixed length"),
    }
}

fn searched(target: &Target, sums: usize) -> Option<Floor> {
    floor(target, length(target), sums, &Effort { starts: 4, probes: 12, seed: 0, until: None })
}

/// The whole sequence at a probe, own token first.
fn sequence(floor: &Floor, probe: &Probe, v: &[Rational]) -> Vec<Vec<Rational>> {
    let exact = |token: &[Exact]| token.iter().map(|x| x.0.clone()).collect::<Vec<_>>();
    let mut tokens = vec![exact(&probe.own)];
    for group in &floor.moving {
        let moved = group.centre.iter().zip(&group.directions).map(|(centre, row)| {
            row.iter().zip(v).fold(centre.0.clone(), |sum, (direction, v)| sum + &direction.0 * v)
        });
        let moved: Vec<Rational> = moved.collect();
        tokens.extend(std::iter::repeat_n(moved, group.copies));
    }
    for resting in &probe.resting {
        tokens.extend(std::iter::repeat_n(exact(&resting.token), resting.copies));
    }
    tokens
}

/// The nonzero combination of the columns of a matrix with fewer rows that vanishes, scaled to the boundary of the cube.
fn kernel(mut rows: Vec<Vec<Rational>>, columns: usize) -> Vec<Rational> {
    let pivots = reduce(&mut rows);
    let free = (0..columns).find(|column| !pivots.contains(column)).expect("fewer rows than columns");
    let mut v = vec![Rational::zero(); columns];
    v[free] = integer(1);
    for (row, pivot) in rows.iter().zip(&pivots) {
        v[*pivot] = -row[free].clone();
    }
    let largest = v.iter().map(|x| x.abs()).fold(integer(1), |a, b| if b > a { b } else { a });
    v.iter().map(|x| x / &largest).collect()
}

/// Reduced echelon form, rows of 0 at the end; the columns of its pivots.
fn reduce(rows: &mut [Vec<Rational>]) -> Vec<usize> {
    let mut pivots = Vec::new();
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(found) = (pivots.len()..rows.len()).find(|row| !rows[*row][column].is_zero()) else {
            continue;
        };
        let at = pivots.len();
        rows.swap(at, found);
        let leading = rows[at][column].clone();
        rows[at].iter_mut().for_each(|x| *x /= &leading);
        let pivot = rows[at].clone();
        for (other, row) in rows.iter_mut().enumerate().filter(|(other, _)| *other != at) {
            let factor = row[column].clone();
            if !factor.is_zero() {
                assert_ne!(other, at);
                row.iter_mut().zip(&pivot).for_each(|(x, y)| *x -= &factor * y);
            }
        }
        pivots.push(column);
    }
    pivots
}

/// ψ, some polynomial of the own token and the sums.
fn psi(own: &[Rational], sums: &[Rational], coefficients: &[i64]) -> Rational {
    let all: Vec<Rational> = own.iter().chain(sums).cloned().collect();
    let mut value = Rational::zero();
    let mut coefficient = coefficients.iter().cycle();
    let mut next = || ratio(*coefficient.next().unwrap_or(&0), 7);
    for x in &all {
        value += next() * x;
        for y in &all {
            value += next() * x * y;
        }
    }
    value + next()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// A random Sumformer with a linear φ: where its sums agree is a kernel, so that the two inputs of the proof are exact.
    #[test]
    fn no_random_sumformer_is_better_than_a_floor(
        shape in shape((2usize..=4).prop_map(Some), 2),
        sums in 0usize..=2,
        phi in prop::collection::vec(-9i64..=9, 6),
        coefficients in prop::collection::vec(-9i64..=9, 11),
    ) {
        let target = shape.target();
        let found = searched(&target, sums);
        prop_assume!(found.is_some());
        let Some(floor) = found else { return Ok(()) };
        let d = target.dimension();
        let weight = |sum: usize, k: usize| ratio(phi[(sum * d + k) % phi.len()], 3);
        let of_token = |token: &[Rational], sum: usize| -> Rational {
            token.iter().enumerate().map(|(k, x)| weight(sum, k) * x).sum()
        };
        // The sums at v are A v + b.
        let matrix: Vec<Vec<Rational>> = (0..sums).map(|sum| {
            (0..=sums).map(|j| floor.moving.iter().map(|group| {
                let along: Vec<Rational> = group.directions.iter().map(|row| row[j].0.clone()).collect();
                of_token(&along, sum) * integer(group.copies as i64)
            }).sum()).collect()
        }).collect();
        let v = kernel(matrix, sums + 1);
        let back: Vec<Rational> = v.iter().map(|x| -x).collect();
        let mut worst = Rational::zero();
        for probe in &floor.probes {
            let inputs = [&v, &back].map(|v| sequence(&floor, probe, v));
            let latent = inputs.each_ref().map(|input| -> Vec<Rational> {
                (0..sums).map(|sum| input[1..].iter().map(|token| of_token(token, sum)).sum()).collect()
            });
            prop_assert_eq!(&latent[0], &latent[1]);
            for input in &inputs {
                let said = psi(&input[0], &latent[0], &coefficients);
                for value in evaluate_token(&target, input, 0).expect("a value") {
                    let error = (&said - value).abs();
                    if error > worst { worst = error }
                }
            }
        }
        prop_assert!(worst >= floor.error.0, "{} < {}", worst, floor.error.0);
    }

    /// The best Sumformer with fewer sums is at least as good as the one that takes the middle of a range for a sum.
    #[test]
    fn a_floor_is_below_what_is_proved_of_a_sumformer_with_a_sum_less(shape in shape((2usize..=4).prop_map(Some), 2), which in 0usize..8) {
        let target = shape.target();
        let essential = essential(&target);
        let fewer = essential.sums().checked_sub(1).filter(|fewer| *fewer <= 2);
        let found = fewer.and_then(|fewer| searched(&target, fewer));
        prop_assume!(found.is_some());
        let Some(floor) = found else { return Ok(()) };
        let reached = without(&essential, &target, which % essential.sums());
        prop_assert!(floor.error.0 <= reached, "{} > {}", floor.error.0, reached);
    }
}

/// An upper bound of the error where one sum is replaced by the middle of its range.
fn without(essential: &Essential, target: &Target, which: usize) -> Rational {
    let (form, d) = (&essential.form, target.dimension());
    let feature = |feature: &Polynomial| {
        let range = bernstein::range(feature, |v| &target.domain[v as usize]);
        range.scale(&integer(form.copies() as i64))
    };
    let features: Vec<Interval> = form.features.iter().map(feature).collect();
    let ranges: Vec<Interval> = essential
        .combinations
        .iter()
        .map(|row| {
            let (inf, sup) = row
                .iter()
                .map(|(&feature, c)| features[feature].scale(c))
                .fold((Rational::zero(), Rational::zero()), |(inf, sup), range| {
                    (inf + range.inf(), sup + range.sup())
                });
            Interval::new(inf, sup).expect("a range")
        })
        .collect();
    let domain = |v: u32| match (v as usize).checked_sub(d) {
        None => &target.domain[v as usize],
        Some(sum) => &ranges[sum],
    };
    let dropped = (d + which) as u32;
    let middle = ranges[which].mid();
    let mut worst = Rational::zero();
    for g in &essential.psi {
        let mut difference = g.clone();
        for (monomial, coefficient) in g.terms() {
            let (exponent, rest) = monomial.without(dropped);
            let constant = coefficient * middle.pow(exponent);
            difference.add_term(rest, -constant);
        }
        let off = bernstein::range(&difference, domain).mag();
        if off > worst {
            worst = off;
        }
    }
    worst
}

/// The power sums of a form over some tokens.
fn power_sums(form: &Sumformer, sequence: &[Vec<Rational>]) -> Vec<Rational> {
    let counted = if form.basis == SumBasis::Others { &sequence[1..] } else { sequence };
    let share = if form.basis == SumBasis::Means { ratio(1, sequence.len() as i64) } else { integer(1) };
    let of = |feature: &Polynomial| -> Rational {
        let value = |token: &Vec<Rational>| feature.evaluate(|k| token[k as usize].clone());
        counted.iter().map(value).sum::<Rational>() * &share
    };
    form.features.iter().map(of).collect()
}

/// ∂ of a polynomial by a variable, at a point.
fn derivative(p: &Polynomial, variable: u32, at: &dyn Fn(u32) -> Rational) -> Rational {
    let terms = p.terms().filter_map(|(monomial, coefficient)| {
        let (exponent, rest) = monomial.without(variable);
        let lower = exponent.checked_sub(1)?;
        let monomial = rest.times(&Monomial::from_powers([(variable, lower)]));
        Some((monomial, coefficient * integer(i64::from(exponent))))
    });
    Polynomial::from_terms(terms).evaluate(at)
}

/// The rank of G at some tokens and probes: rows are probes and outputs, columns coordinates of moving tokens.
fn rank(essential: &Essential, moving: &[Vec<Rational>], probes: &[Vec<Vec<Rational>>]) -> usize {
    let (form, d) = (&essential.form, essential.form.dimension);
    let mut rows = Vec::new();
    for probe in probes {
        let sequence: Vec<Vec<Rational>> =
            probe[..1].iter().chain(moving).chain(&probe[1..]).cloned().collect();
        let p = power_sums(form, &sequence);
        let at = |v: u32| match (v as usize).checked_sub(d) {
            None => sequence[0][v as usize].clone(),
            Some(sum) => p[sum].clone(),
        };
        for psi in &form.psi {
            let gradient: Vec<Rational> =
                (0..p.len()).map(|sum| derivative(psi, (d + sum) as u32, &at)).collect();
            let column = |token: &Vec<Rational>, j: usize| -> Rational {
                let along = form
                    .features
                    .iter()
                    .map(|feature| derivative(feature, j as u32, &|k| token[k as usize].clone()));
                gradient.iter().zip(along).map(|(a, b)| a * b).sum()
            };
            let row = moving.iter().flat_map(|token| (0..d).map(move |j| (token, j)));
            rows.push(row.map(|(token, j)| column(token, j)).collect::<Vec<_>>());
        }
    }
    reduce(&mut rows).len()
}

/// The largest rank at some points of the box: e moving tokens, the others at rest.
fn largest_rank(essential: &Essential, target: &Target, places: &[u8]) -> usize {
    let (n, e) = (length(target), essential.sums());
    (0..6)
        .map(|shift| {
            // Each place moves by another step, so that tokens that stand together part.
            let moved = |(i, place): (usize, &u8)| {
                ((usize::from(*place) + shift * (7 * i * i + 11 * i + 13)) % 61) as u8
            };
            let places: Vec<u8> = places.iter().enumerate().map(moved).collect();
            let moving = sequences(target, e, &places, 1).remove(0);
            let probes = sequences(target, n - e, &places, 2 * e + 3);
            rank(essential, &moving, &probes)
        })
        .max()
        .unwrap_or(0)
}

/// The shape for a length that is long enough: n − 1 ≥ e + m.
fn long(shape: &Shape) -> (Target, Essential) {
    let mut n = 2;
    loop {
        let mut long = shape.clone();
        long.length = Some(n);
        let target = long.target();
        let found = essential(&target);
        let needed = found.sums() + found.form.features.len() + 1;
        if n >= needed {
            return (target, found);
        }
        n = needed;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn long_sequences_decide_themselves(shape in shape(fixed(3), 2), places in places()) {
        let (target, essential) = long(&shape);
        prop_assert_eq!(largest_rank(&essential, &target, &places), essential.sums());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The rank is why there are floors: the search finds one for e − 1 sums, and the checker derives that it is positive.
    #[test]
    fn long_sequences_have_a_floor_for_a_sum_less(shape in shape(fixed(3), 1)) {
        let (target, essential) = long(&shape);
        let e = essential.sums();
        prop_assume!((1..=3).contains(&e) && length(&target) <= 12);
        // Chance decides how long it takes.
        let found = |starts| {
            let effort = Effort { starts, probes: 40, seed: 0, until: None };
            floor(&target, length(&target), e - 1, &effort).is_some_and(|floor| floor.error.0.is_positive())
        };
        prop_assert!([24, 96, 384].into_iter().any(found), "{}", shape.source());
    }
}

/// With too few tokens the rank is less than e, where fewer sums do for every ε: the product of four others has rank 1.
#[test]
fn short_sequences_may_need_less() {
    let source = |n: usize| {
        format!(
            "name = \"p\"\ntokens = {n}\ndomain = [[\"0\", \"1\"]]\noutput = [\"sum(y != x: sum(z != x, y: sum(w != x, y, z: y[0]*z[0]*w[0])))\"]\n"
        )
    };
    let at = |n: usize| {
        let target = sumformer::reading::load_target("p", &source(n)).expect("a target");
        let essential = essential(&target);
        let places: Vec<u8> = (0..23_u32).map(|i| ((i * 37 + 5) % 61) as u8).collect();
        (
            essential.sums(),
            (1..n)
                .map(|moving| {
                    let tokens = sequences(&target, moving, &places, 1).remove(0);
                    let probes = sequences(&target, n - moving, &places, 9);
                    rank(&essential, &tokens, &probes)
                })
                .max()
                .unwrap_or(0),
        )
    };
    // min(k, m − k + 1) for e_k of m others.
    assert_eq!(at(4), (3, 1));
    assert_eq!(at(5), (3, 2));
    assert_eq!(at(6), (3, 3));
    assert_eq!(at(7), (3, 3));
}
