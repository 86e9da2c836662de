//! Theorem 2.13: the codes φ* of the discontinuous construction separate multisets of cells by their sums.

use itertools::Itertools;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use proptest::prelude::*;
use std::collections::HashMap;
use sumformer::codes::{
    Code, CodeError, CodeKind, MAX_CELLS, MAX_SEPARATED, first_cells_exceeding, first_separated_exceeding,
    information_bound,
};

const KINDS: [CodeKind; 4] = [CodeKind::Histogram, CodeKind::Moments, CodeKind::Radix, CodeKind::BoseChowla];

fn code(kind: CodeKind, cells: u64, separated: u32) -> Code {
    Code::new(kind, cells, separated)
        .unwrap_or_else(|error| panic!("{kind:?}, M = {cells}, s = {separated}: {error}"))
}

/// Σ by the definition: the words added up.
fn sum_of_words(code: &Code, cells: &[u64]) -> Vec<BigInt> {
    let mut sums = vec![BigInt::zero(); code.dimension()];
    for &cell in cells {
        let word = code.word(cell).expect("a cell");
        assert_eq!(word.len(), sums.len());
        sums.iter_mut().zip(word).for_each(|(sum, entry)| *sum += entry);
    }
    sums
}

fn fold(code: &Code, sums: &[BigInt]) -> BigInt {
    code.size().fold_weights().iter().zip(sums).map(|(weight, sum)| weight * sum).sum()
}

fn multisets(cells: u64, separated: u32) -> Vec<Vec<u64>> {
    (0..cells).combinations_with_replacement(separated as usize).collect()
}

/// Every multiset has its own sum and its own folded key, within the stated bits, and is decoded from its sum.
fn check_all_multisets(kind: CodeKind, cells: u64, separated: u32) {
    let code = code(kind, cells, separated);
    let all = multisets(cells, separated);
    let at = format!("{kind:?}, M = {cells}, s = {separated}");
    let weights = code.size().fold_weights();
    let words: Vec<_> = (0..cells).map(|cell| code.word(cell).expect("a cell")).collect();
    let mut sums = HashMap::new();
    let mut keys = HashMap::new();
    for multiset in &all {
        let sum = code.sum(multiset).expect("s cells");
        for (coordinate, value) in sum.iter().enumerate() {
            let by_definition: BigInt = multiset.iter().map(|&cell| &words[cell as usize][coordinate]).sum();
            assert_eq!(*value, by_definition, "{at}: {multiset:?}");
            assert!(value.bits() <= code.size().coordinate_bits()[coordinate], "{at}: {multiset:?}");
        }
        assert_eq!(code.decode(&sum).as_ref(), Ok(multiset), "{at}");
        let key: BigInt = weights.iter().zip(&sum).map(|(weight, sum)| weight * sum).sum();
        assert!(key.bits() <= code.size().key_bits(), "{at}: {multiset:?}");
        if let Some(other) = keys.insert(key, multiset) {
            panic!("{at}: {multiset:?} and {other:?} have one key");
        }
        if let Some(other) = sums.insert(sum, multiset) {
            panic!("{at}: {multiset:?} and {other:?} have one sum");
        }
    }
    assert_eq!(sums.len(), all.len());
    let bound = information_bound(cells, separated).expect("small");
    assert!(all.len() as u128 <= 1 << bound && (bound == 0 || all.len() as u128 > 1 << (bound - 1)), "{at}");
    assert!(code.size().sum_bits() >= bound && code.size().key_bits() >= bound, "{at}");
    assert_eq!(code.size().sum_bits(), code.size().coordinate_bits().iter().sum::<u64>());
}

#[test]
fn theorem_2_13_sums_separate_all_multisets_of_few_cells() {
    for kind in KINDS {
        for (cells, largest) in [(1, 4), (2, 8), (3, 6), (4, 5), (5, 4), (6, 4), (8, 3), (9, 3)] {
            for separated in 0..=largest {
                check_all_multisets(kind, cells, separated);
            }
        }
    }
}

#[test]
fn theorem_2_13_sums_separate_all_multisets_in_prime_power_fields() {
    // M = q, q itself and its extension being fields that are not prime.
    for (q, largest) in [(4, 6), (8, 5), (9, 4), (16, 3), (25, 3), (27, 3)] {
        for separated in 1..=largest {
            check_all_multisets(CodeKind::BoseChowla, q, separated);
        }
    }
}

#[test]
fn theorem_2_13_dimensions_are_those_stated() {
    for (kind, dimension) in KINDS.into_iter().zip([10, 4, 1, 1]) {
        let code = code(kind, 10, 4);
        assert_eq!(code.dimension(), dimension, "{kind:?}");
        assert_eq!((code.kind(), code.cells(), code.separated()), (kind, 10, 4));
        if dimension == 1 {
            assert_eq!(code.size().fold_weights(), [BigInt::one()]);
            assert_eq!(code.size().key_bits(), code.size().sum_bits());
        }
    }
}

/// A code with random M and s, and two multisets of s cells that often share many of them.
fn case(kind: CodeKind) -> impl Strategy<Value = (Code, Vec<u64>, Vec<u64>)> {
    let sizes = match kind {
        CodeKind::Histogram => (1u64..400, 0u32..12).boxed(),
        CodeKind::Moments => (1u64..100_000, 0u32..12).boxed(),
        CodeKind::Radix => (1u64..600, 0u32..400).boxed(),
        CodeKind::BoseChowla => (1u64..400, 0u32..7).boxed(),
    };
    sizes.prop_flat_map(move |(cells, separated)| {
        let cell = prop_oneof![0..cells, cells.saturating_sub(3)..cells, 0..cells.min(3)];
        let multiset = prop::collection::vec(cell.clone(), separated as usize);
        let code = code(kind, cells, separated);
        (multiset, prop::collection::vec(cell, 0..3), any::<usize>()).prop_map(move |(first, changes, at)| {
            let mut second = first.clone();
            for (i, change) in changes.into_iter().enumerate().take(first.len()) {
                second[(at % first.len() + i) % first.len()] = change;
            }
            (code.clone(), first, second)
        })
    })
}

fn separates((code, first, second): (Code, Vec<u64>, Vec<u64>)) -> Result<(), TestCaseError> {
    let sorted = |multiset: &[u64]| multiset.iter().copied().sorted().collect_vec();
    let sums = [code.sum(&first).expect("s cells"), code.sum(&second).expect("s cells")];
    for (multiset, sum) in [&first, &second].into_iter().zip(&sums) {
        prop_assert_eq!(&sum_of_words(&code, multiset), sum);
        prop_assert_eq!(code.decode(sum), Ok(sorted(multiset)));
        prop_assert!(sum.iter().zip(code.size().coordinate_bits()).all(|(value, bits)| value.bits() <= bits));
        prop_assert!(fold(&code, sum).bits() <= code.size().key_bits());
    }
    let equal = sorted(&first) == sorted(&second);
    prop_assert_eq!(sums[0] == sums[1], equal);
    prop_assert_eq!(fold(&code, &sums[0]) == fold(&code, &sums[1]), equal);
    prop_assert!(code.size().sum_bits() >= information_bound(code.cells(), code.separated()).expect("small"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn theorem_2_13_sums_separate_multisets_histogram(case in case(CodeKind::Histogram)) {
        separates(case)?;
    }

    #[test]
    fn theorem_2_13_sums_separate_multisets_moments(case in case(CodeKind::Moments)) {
        separates(case)?;
    }

    #[test]
    fn theorem_2_13_sums_separate_multisets_radix(case in case(CodeKind::Radix)) {
        separates(case)?;
    }

    #[test]
    fn theorem_2_13_sums_separate_multisets_bose_chowla(case in case(CodeKind::BoseChowla)) {
        separates(case)?;
    }

    /// Decoding any integers gives an error, or a multiset that has exactly these sums.
    #[test]
    fn theorem_2_13_decoding_arbitrary_integers_is_sound(
        kind in prop::sample::select(&KINDS[..]),
        sums in prop::collection::vec(-2i64..60, 0..6),
        cells in 1u64..6,
        separated in 0u32..4,
    ) {
        let code = code(kind, cells, separated);
        let sums: Vec<BigInt> = sums.into_iter().map(BigInt::from).collect();
        match code.decode(&sums) {
            Ok(found) => prop_assert_eq!(sum_of_words(&code, &found), sums),
            Err(CodeError::WrongDimension { wanted, got }) => {
                prop_assert_eq!((wanted, got), (code.dimension(), sums.len()));
                prop_assert_ne!(wanted, got);
            }
            Err(error) => {
                prop_assert_eq!(error, CodeError::NotASum);
                prop_assert!(multisets(cells, separated).iter().all(|m| sum_of_words(&code, m) != sums));
            }
        }
    }
}

/// n = 5 tokens in d = 4, Δ = 10: M = 10^4 cells.
#[test]
fn theorem_2_13_bits_for_five_tokens_and_ten_thousand_cells() {
    let bits = |kind, separated| code(kind, 10_000, separated).size().sum_bits();
    assert_eq!(bits(CodeKind::Radix, 5), 25_850);
    assert_eq!(bits(CodeKind::Radix, 4), 23_219);
    for (separated, word_bits, sum_bits, bound) in [(5, 67, 69, 60), (4, 54, 56, 49)] {
        let code = code(CodeKind::BoseChowla, 10_000, separated);
        let longest = (0..10_000).map(|cell| code.word(cell).expect("a cell")[0].bits()).max();
        assert_eq!((longest, code.size().sum_bits()), (Some(word_bits), sum_bits));
        assert_eq!(information_bound(10_000, separated), Ok(bound));
        let multiset: Vec<u64> = [0, 9_999, 9_999, 1_234, 77].into_iter().take(separated as usize).collect();
        let sums = code.sum(&multiset).expect("s cells");
        assert_eq!(code.decode(&sums), Ok(multiset.into_iter().sorted().collect()));
    }
}

/// The largest coordinate of a sum of s words by its closed form; none for Bose–Chowla, which has no such form.
fn largest_sum(kind: CodeKind, cells: u64, separated: u32) -> Option<BigInt> {
    let power = match kind {
        CodeKind::Histogram => BigInt::one(),
        CodeKind::Moments => BigInt::from(cells - 1).pow(separated),
        CodeKind::Radix => BigInt::from(separated + 1).pow(cells as u32 - 1),
        CodeKind::BoseChowla => return None,
    };
    Some(power * separated)
}

#[test]
fn theorem_2_13_first_cells_with_sums_beyond_floats() {
    for (bits, separated) in [24, 53].into_iter().cartesian_product(1..=5) {
        let safe = BigInt::one() << bits;
        assert_eq!(first_cells_exceeding(CodeKind::Histogram, separated, bits), None);
        for kind in [CodeKind::Moments, CodeKind::Radix] {
            let largest = |cells| largest_sum(kind, cells, separated).expect("a closed form");
            match first_cells_exceeding(kind, separated, bits) {
                Some(first) => assert!(largest(first) > safe && largest(first - 1) <= safe),
                None => assert!(kind == CodeKind::Moments && largest(MAX_CELLS) <= safe),
            }
        }
    }
    // The codes of s = 4 just below the threshold.
    for (kind, bits, first) in [
        (CodeKind::Radix, 53, 23),
        (CodeKind::Radix, 24, 11),
        (CodeKind::Moments, 53, 6_890),
        (CodeKind::Moments, 24, 47),
        (CodeKind::BoseChowla, 53, 6_884),
        (CodeKind::BoseChowla, 24, 44),
    ] {
        assert_eq!(first_cells_exceeding(kind, 4, bits), Some(first), "{kind:?}, {bits}");
        let widest = code(kind, first - 1, 4).size().coordinate_bits().into_iter().max();
        assert!(widest <= Some(bits.into()), "{kind:?}, {bits}: {widest:?}");
    }
}

#[test]
fn theorem_2_13_first_multisets_with_sums_beyond_floats() {
    for (bits, cells) in [24, 53].into_iter().cartesian_product([2, 3, 10, 100]) {
        let safe = BigInt::one() << bits;
        assert_eq!(first_separated_exceeding(CodeKind::Histogram, cells, bits), None);
        for kind in [CodeKind::Moments, CodeKind::Radix] {
            let largest = |separated| largest_sum(kind, cells, separated).expect("a closed form");
            match first_separated_exceeding(kind, cells, bits) {
                Some(first) => assert!(largest(first) > safe && largest(first - 1) <= safe),
                None => assert!(cells <= 3 && (cells == 2 || kind == CodeKind::Radix)),
            }
        }
        let first = first_separated_exceeding(CodeKind::BoseChowla, cells, bits).expect("fields are limited");
        if first > 1 {
            assert!(code(CodeKind::BoseChowla, cells, first - 1).size().sum_bits() <= bits.into());
        }
    }
    // Ten cells: s·10^s or so for both, M = 10 ≤ q = 11.
    assert_eq!(first_separated_exceeding(CodeKind::BoseChowla, 10, 53), Some(15));
    assert_eq!(first_separated_exceeding(CodeKind::Moments, 10, 53), Some(16));
}

#[test]
fn theorem_2_13_information_bound_is_the_binomial_coefficient() {
    // C(5, 2) = 10, C(9, 5) = 126, C(8, 4) = 70, C(4, 1) = 4 and C(2^20, 1).
    for (cells, separated, bits) in [(4, 2, 4), (5, 5, 7), (5, 4, 7), (4, 1, 2), (1 << 20, 1, 20), (7, 0, 0)]
    {
        assert_eq!(information_bound(cells, separated), Ok(bits), "{cells}, {separated}");
    }
    // C(s+1, 1) for two cells and any s, and many factors on both sides.
    assert_eq!(information_bound(2, u32::MAX), Ok(32));
    assert_eq!(information_bound(u64::MAX, 1), Ok(64));
    let half: BigInt = (1..=50u32)
        .map(|k| (BigInt::from(50 + k), BigInt::from(k)))
        .fold(BigInt::one(), |binomial, (numerator, denominator)| binomial * numerator / denominator);
    assert_eq!(information_bound(51, 50), Ok((half - BigInt::one()).bits()));
    assert!(matches!(information_bound(u64::MAX, u32::MAX), Err(CodeError::BinomialTooLarge { .. })));
}

#[test]
fn theorem_2_13_refusals_have_numbers() {
    for kind in KINDS {
        assert_eq!(Code::new(kind, 0, 3).unwrap_err(), CodeError::NoCells);
        let many = CodeError::TooManyCells { cells: u64::MAX, limit: MAX_CELLS };
        assert_eq!(Code::new(kind, u64::MAX, 3).unwrap_err(), many);
        assert!(matches!(Code::new(kind, 5, u32::MAX), Err(CodeError::TooManySeparated { .. })));
        let code = code(kind, 5, 3);
        assert_eq!(code.word(5), Err(CodeError::NoSuchCell { cell: 5, cells: 5 }));
        assert_eq!(code.sum(&[0, 1, 7]), Err(CodeError::NoSuchCell { cell: 7, cells: 5 }));
        assert_eq!(code.sum(&[0, 1]), Err(CodeError::WrongCount { wanted: 3, got: 2 }));
        let wrong = CodeError::WrongDimension { wanted: code.dimension(), got: 0 };
        assert_eq!(code.decode(&[]), Err(wrong));
        // One less than the sum of no multiset, and one more than the largest.
        assert_eq!(code.decode(&vec![BigInt::from(-1); code.dimension()]), Err(CodeError::NotASum));
        let beyond = vec![BigInt::one() << 400; code.dimension()];
        assert_eq!(code.decode(&beyond), Err(CodeError::NotASum));
    }
    for kind in [CodeKind::Histogram, CodeKind::Radix] {
        assert!(matches!(Code::new(kind, MAX_CELLS, 1), Err(CodeError::TableTooLarge { .. })));
    }
    assert!(matches!(Code::new(CodeKind::Moments, MAX_CELLS, 100), Err(CodeError::TableTooLarge { .. })));
    assert!(matches!(
        Code::new(CodeKind::BoseChowla, 10, MAX_SEPARATED),
        Err(CodeError::NoSuitableField { .. })
    ));
    let message = Code::new(CodeKind::BoseChowla, 1_000, 50).unwrap_err().to_string();
    assert!(message.contains("F_(q^50) with q ≥ 1000"), "{message}");
}
