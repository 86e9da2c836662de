//! Tables in floating point: where bit counts say that a format no longer holds every number, and where look-ups
//! really begin to fail.

mod entries;
mod short;

use entries::{Built, Case};
use num_bigint::BigInt;
use num_traits::One;
use short::{Format, Short, rounded};
use sumformer::codes::CodeKind;
use sumformer::discontinuous::{FloatNeeds, Separation};
use sumformer::eval::Forward;
use sumformer::lowering::attention::Architecture;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio, to_f64};
use sumformer_checker::format::network::{AffineMap, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::Sequence;
use sumformer_checker::witness::semantics::ExactEvaluator;

const KINDS: [CodeKind; 4] = [CodeKind::Histogram, CodeKind::Moments, CodeKind::Radix, CodeKind::BoseChowla];
/// Larger tables are not built.
const MAX_ENTRIES: u64 = 60_000;
/// After the first Δ that is not exact, the first wrong look-up is sought up to this many entries.
const MAX_ENTRIES_BEYOND: u64 = 35_000;
/// Up to this many entries, all are evaluated; else those with the largest keys.
const ALL_ENTRIES: usize = 2_500;
const TOP_ENTRIES: usize = 200;

/// What a table does in a format.
#[derive(Debug, PartialEq, Eq)]
struct Measured {
    /// The weights are numbers of the format, and so is every slot before the look-up, whose float is that number.
    exact: bool,
    /// Every look-up gives the value of its entry.
    right: bool,
}

/// The stream before the look-up, all of it read out.
fn before_look_up(network: &Network) -> Network {
    let mut prefix = network.clone();
    prefix.blocks.pop();
    prefix.outputs = network.width();
    prefix.readout = AffineMap {
        weights: SparseMatrix::scaled_identity(network.width(), integer(1)),
        bias: SparseVector::default(),
    };
    prefix
}

fn weights_are_representable(network: &Network, p: u32) -> bool {
    let fits = |value: &Rational| rounded(value, p) == *value;
    let vector = |vector: &SparseVector| vector.iter().all(|(_, value)| fits(value));
    let matrix = |matrix: &SparseMatrix| matrix.iter().all(|(_, _, value)| fits(value));
    network.blocks.iter().all(|block| {
        let heads = block.attention.iter().flat_map(|attention| &attention.heads);
        vector(&block.bias)
            && heads.into_iter().all(|head| matrix(&head.value))
            && block
                .units
                .iter()
                .all(|unit| vector(&unit.input) && vector(&unit.output) && fits(&unit.bias.0))
    })
}

/// Entries to evaluate: all, or the largest keys and those just below a bias that is rounded.
fn entries_to_try(built: &Built, p: u32) -> Vec<usize> {
    let count = built.entries.len();
    if count <= ALL_ENTRIES {
        return (0..count).collect();
    }
    let below_rounded = (1..count).filter(|&r| misleads(built, r, p)).map(|r| r - 1).take(TOP_ENTRIES);
    (count - TOP_ENTRIES..count).chain(below_rounded).collect()
}

/// Whether the rounded bias ½ − κ_r lets the key before κ_r pass.
fn misleads(built: &Built, r: usize, p: u32) -> bool {
    let key = |r: usize| Rational::from(built.entries[r].0.clone());
    rounded(&(ratio(1, 2) - key(r)), p) + key(r - 1) >= integer(0)
}

fn measure<S: Format>(built: &Built) -> Measured {
    let floats = |sequence: &[Vec<Rational>]| -> Vec<Vec<S>> {
        sequence.iter().map(|token| token.iter().map(S::from_rational).collect()).collect()
    };
    let prefix = before_look_up(&built.network);
    let (exact_stream, stream) =
        (ExactEvaluator::new(&prefix).expect("valid"), Forward::<S>::compile(&prefix).expect("valid"));
    let look_up = Forward::<S>::compile(&built.network).expect("valid");
    let mut measured = Measured { exact: weights_are_representable(&built.network, S::BITS), right: true };
    for at in entries_to_try(built, S::BITS) {
        let (_, own, others) = &built.entries[at];
        let sequence = built.sequence(*own, others);
        if measured.exact {
            let wanted = exact_stream.evaluate_run(Sequence::once(&sequence), 0).expect("exact");
            let found = stream.run(&floats(&sequence)).expect("finite").swap_remove(0);
            measured.exact &= wanted.iter().zip(found).all(|(wanted, found)| {
                to_f64(wanted) == found.value() && rounded(wanted, S::BITS) == *wanted
            });
        }
        let found = look_up.run(&floats(&sequence)).expect("finite")[0][0].value();
        measured.right &= found == (at % 5) as f64;
    }
    measured
}

/// The first Δ that the bit count does not promise, and the first where a look-up fails.
#[derive(Debug, PartialEq, Eq)]
struct Firsts {
    inexact: u64,
    wrong: Option<u64>,
}

/// Grows Δ: the bit count is compared with what is measured, and failing look-ups with the rounding of biases. None if
/// the first Δ that is not promised has too large a table.
fn first_failures<S: Format>(case: Case) -> Option<Firsts> {
    let needs = |divisions| FloatNeeds::new(case.code(divisions).size(), case.tokens).expect("sizes");
    let buildable = |&divisions: &u64| case.entries(divisions) <= MAX_ENTRIES;
    let inexact = (1..).take_while(buildable).find(|&divisions| !needs(divisions).fit(S::BITS))?;
    // All of the small tables before, and the last.
    let before = (1..inexact).filter(|&d| case.entries(d) <= 600 || d + 1 == inexact);
    for divisions in before {
        let measured = measure::<S>(&case.build(divisions));
        assert_eq!(
            measured,
            Measured { exact: true, right: true },
            "{case:?}, {} bits, Δ = {divisions}",
            S::BITS
        );
    }
    let mut wrong = None;
    for divisions in
        (inexact..).take_while(|&d| d == inexact || case.entries(d) <= MAX_ENTRIES_BEYOND).take(4)
    {
        let built = case.build(divisions);
        let measured = measure::<S>(&built);
        let at = format!("{case:?}, {} bits, Δ = {divisions}", S::BITS);
        assert!(!measured.exact, "{at}");
        let largest = &built.entries[built.entries.len() - 1].0;
        if *largest <= BigInt::one() << S::BITS {
            // Keys are exact still; only biases are rounded.
            let predicted = (1..built.entries.len()).all(|r| !misleads(&built, r, S::BITS));
            assert_eq!(measured.right, predicted, "{at}");
        }
        if !measured.right {
            wrong = Some(divisions);
            break;
        }
    }
    Some(Firsts { inexact, wrong })
}

fn sweep<S: Format>(
    name: &str,
    separation: Separation,
    shapes: &[(usize, usize)],
) -> Vec<(CodeKind, Option<Firsts>)> {
    let mut found = Vec::new();
    for &(tokens, dimension) in shapes {
        for kind in KINDS {
            let case = Case { tokens, dimension, kind, separation, architecture: Architecture::Transformer };
            let firsts = first_failures::<S>(case);
            println!(
                "{name:8} {:10} n = {tokens}, d = {dimension} {:11} {firsts:?}",
                separation.name(),
                kind.name()
            );
            found.push((kind, firsts));
        }
    }
    found
}

const SHAPES: [(usize, usize); 6] = [(2, 1), (3, 1), (4, 1), (2, 2), (3, 2), (4, 2)];

#[test]
fn every_code_stops_being_exact_in_short_formats_where_its_bit_count_says() {
    for separation in [Separation::Others, Separation::All] {
        let found = [
            sweep::<Short<8>>("8 bits", separation, &SHAPES),
            sweep::<Short<11>>("11 bits", separation, &SHAPES),
        ];
        for (kind, firsts) in found.into_iter().flatten() {
            let firsts = firsts.expect("a small table");
            // Ranks are consecutive, so the first bias that is rounded up misleads.
            if (kind, separation) == (CodeKind::Histogram, Separation::Others) {
                assert_eq!(firsts.wrong, Some(firsts.inexact));
            }
        }
    }
}

#[test]
fn f32_stops_being_exact_where_the_bit_count_says() {
    let found = sweep::<f32>("f32", Separation::Others, &SHAPES);
    assert!(found.iter().filter(|(kind, firsts)| *kind == CodeKind::Radix && firsts.is_some()).count() == 6);
}

#[test]
fn f64_stops_being_exact_where_the_bit_count_says() {
    let found = sweep::<f64>("f64", Separation::Others, &SHAPES);
    assert!(found.iter().any(|(kind, firsts)| *kind == CodeKind::Radix && firsts.is_some()));
}

/// 24 software bits and f32 agree, so the software format is one.
#[test]
fn software_and_hardware_agree() {
    let case = |tokens, kind| Case {
        tokens,
        dimension: 1,
        kind,
        separation: Separation::Others,
        architecture: Architecture::Linformer { rank: 2 },
    };
    for case in [case(3, CodeKind::Radix), case(4, CodeKind::Moments)] {
        assert_eq!(first_failures::<Short<24>>(case), first_failures::<f32>(case), "{case:?}");
    }
}

/// In f32 the weight 1/7 does not give means back: keys are off by a fraction, which half integers forgive.
#[test]
fn a_mean_that_is_not_recovered_still_finds_its_entry() {
    let case = Case {
        tokens: 7,
        dimension: 1,
        kind: CodeKind::Radix,
        separation: Separation::Others,
        architecture: Architecture::Transformer,
    };
    let built = case.build(4);
    let needs = FloatNeeds::new(case.code(4).size(), 7).expect("sizes");
    assert!(needs.significand_bits() <= 24 && !needs.fit(24) && needs.fit(53));
    assert_eq!(measure::<f32>(&built), Measured { exact: false, right: true });
    assert_eq!(measure::<f64>(&built), Measured { exact: true, right: true });
}

#[test]
fn rounding_is_to_nearest_even() {
    let half = power_of_two(-1);
    for (key, p, wanted) in [(5, 3, 4), (6, 3, 6), (7, 3, 6), (8, 3, 8), (4, 3, 4)] {
        let bias = &half - integer(key);
        let exact = key <= 4;
        assert_eq!(rounded(&bias, p), if exact { bias.clone() } else { integer(-wanted) }, "{key}");
        assert_eq!(
            <Short<3> as sumformer::numeric::Scalar>::from_rational(&bias).value(),
            to_f64(&rounded(&bias, p))
        );
    }
}
