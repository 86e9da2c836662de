//! Theorem 4.1, second proof: the piecewise constant Sumformer as a network of Definition 2.3.

use itertools::iproduct;
use num_bigint::BigUint;
use proptest::prelude::*;
use std::convert::Infallible;
use sumformer::codes::CodeKind;
use sumformer::discontinuous::{
    DiscontinuousError, DiscontinuousOptions, Grid, Jump, Separation, Table, TableError, TableLayout,
    network, size, table_entries,
};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::network::NetworkSize;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::witness::semantics::ExactEvaluator;

const KINDS: [CodeKind; 4] = [CodeKind::Histogram, CodeKind::Moments, CodeKind::Radix, CodeKind::BoseChowla];
const SEPARATIONS: [Separation; 2] = [Separation::Others, Separation::All];
const LAYOUTS: [TableLayout; 4] =
    [TableLayout::Tree, TableLayout::Balanced, TableLayout::Wide, TableLayout::Layered];
/// Attentions whose exact value is rational.
const ATTENTIONS: [(Architecture, Scores); 6] = [
    (Architecture::Transformer, Scores::Zero),
    (Architecture::Transformer, Scores::Paper),
    (Architecture::Linformer { rank: 2 }, Scores::Zero),
    (Architecture::Linformer { rank: 1 }, Scores::Paper),
    (Architecture::Performer { features: 2, seed: 5, normalized: false }, Scores::Zero),
    (Architecture::Performer { features: 3, seed: 6, normalized: true }, Scores::Paper),
];
const OUTPUTS: usize = 2;

/// A function of the cells, and a network to build for it.
#[derive(Debug, Clone)]
struct Case {
    tokens: usize,
    /// inf, width.
    sides: Vec<(Rational, Rational)>,
    divisions: u64,
    kind: CodeKind,
    separation: Separation,
    layout: TableLayout,
    attention: (Architecture, Scores),
    seed: u64,
    /// How many values there are; few of them make jumps of height 0.
    variety: u64,
}

impl Case {
    fn grid(&self) -> Grid {
        let side = |(inf, width): &(Rational, Rational)| {
            Interval::new(inf.clone(), inf + width).expect("a width is not negative")
        };
        Grid::new(self.sides.iter().map(side).collect(), self.divisions).expect("a grid")
    }

    /// The values at an entry: any numbers, but the same whenever asked.
    fn value(&self, own: u64, others: &[u64]) -> Vec<Rational> {
        let mix = |state: u64, next: u64| {
            let z = (state ^ next).wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
        };
        let state = others.iter().fold(mix(self.seed, own), |state, &cell| mix(state, cell));
        (0..OUTPUTS as u64)
            .map(|o| {
                let number = mix(state, o) % self.variety;
                ratio(number as i64 - 3, 1 + (number % 3) as i64)
            })
            .collect()
    }

    fn table(&self) -> Table {
        let value = |own, others: &[u64]| Ok::<_, Infallible>(self.value(own, others));
        Table::new(self.grid(), self.tokens, OUTPUTS, self.kind, self.separation, 10_000, value)
            .unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }

    fn options(&self, jump: Jump) -> DiscontinuousOptions {
        let (architecture, scores) = self.attention;
        DiscontinuousOptions { architecture, scores, layout: self.layout, jump }
    }

    fn network(&self, jump: Jump) -> Network {
        network(&self.table(), &self.options(jump)).expect("a network")
    }

    /// The point at `quarters`/(4Δ) of every side, and its cell by another way than [`Grid`]'s.
    fn token(&self, quarters: &[u64]) -> (Vec<Rational>, u64) {
        let (mut point, mut cell, mut stride) = (Vec::new(), 0, 1);
        for ((inf, width), &quarter) in self.sides.iter().zip(quarters) {
            point.push(inf + width * ratio(quarter as i64, 4 * self.divisions as i64));
            if *width != integer(0) {
                cell += stride * (quarter / 4).min(self.divisions - 1);
                stride *= self.divisions;
            }
        }
        (point, cell)
    }

    /// The network is compared with the table at a sequence.
    fn check(&self, network: &Network, sequence: &[Vec<u64>]) -> Result<(), TestCaseError> {
        let (points, cells): (Vec<_>, Vec<_>) = sequence.iter().map(|token| self.token(token)).unzip();
        let grid = self.grid();
        for (point, &cell) in points.iter().zip(&cells) {
            prop_assert_eq!(grid.cell_of(point), Some(cell));
        }
        let values = ExactEvaluator::new(network).expect("well formed").evaluate(&points).expect("exact");
        for (i, value) in values.iter().enumerate() {
            let mut others = cells.clone();
            let own = others.remove(i);
            others.sort_unstable();
            prop_assert_eq!(value, &self.value(own, &others), "token {}", i);
        }
        Ok(())
    }
}

fn side() -> impl Strategy<Value = (Rational, Rational)> {
    (-6i64..6, 1i64..4, 0i64..5).prop_map(|(a, b, width)| (ratio(a, b), ratio(width, b)))
}

fn case() -> impl Strategy<Value = Case> {
    let shape = (1usize..=4, prop::collection::vec(side(), 1..=2), 1u64..=4).prop_filter(
        "small",
        |(n, sides, divisions)| {
            table_entries(*n, divisions.pow(sides.len() as u32)).expect("small") <= BigUint::from(700u32)
        },
    );
    let choice = (
        prop::sample::select(&KINDS[..]),
        prop::sample::select(&SEPARATIONS[..]),
        prop::sample::select(&LAYOUTS[..]),
        prop::sample::select(&ATTENTIONS[..]),
        any::<u64>(),
        prop::sample::select(&[1u64, 2, 1000][..]),
    );
    (shape, choice).prop_map(
        |((tokens, sides, divisions), (kind, separation, layout, attention, seed, variety))| Case {
            tokens,
            sides,
            divisions,
            kind,
            separation,
            layout,
            attention,
            seed,
            variety,
        },
    )
}

/// Places in quarters of a slice: at the faces and, unless `flat`, at the thresholds too.
fn place(divisions: u64, flat: bool) -> impl Strategy<Value = u64> {
    let last = 4 * divisions;
    let allowed = move |&q: &u64| !flat || q % 4 != 0 || q == 0 || q == last;
    prop::sample::select((0..=last).filter(allowed).collect::<Vec<_>>())
}

fn case_and_sequences(flat: bool) -> impl Strategy<Value = (Case, Vec<Vec<Vec<u64>>>)> {
    case().prop_flat_map(move |case| {
        let token = prop::collection::vec(place(case.divisions, flat), case.sides.len());
        let sequences = prop::collection::vec(prop::collection::vec(token, case.tokens), 4);
        (Just(case), sequences)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn theorem_4_1_second_proof_the_network_is_the_piecewise_constant_function(
        (case, sequences) in case_and_sequences(false)
    ) {
        let network = case.network(Jump::Step);
        prop_assert_eq!(NetworkSize::of(&network).attention_blocks, 1);
        for sequence in &sequences {
            case.check(&network, sequence)?;
        }
    }

    #[test]
    fn theorem_4_1_second_proof_with_ramps_the_network_is_the_same_off_the_ramps(
        (case, sequences) in case_and_sequences(true), narrower in 1i64..5
    ) {
        // The widest of these ramps end a quarter of a slice from the threshold.
        let network = case.network(Jump::Ramp(ratio(1, 2 * case.divisions as i64 * narrower)));
        prop_assert!(network.blocks.iter().all(|block| block.activation == Activation::Relu));
        for sequence in &sequences {
            case.check(&network, sequence)?;
        }
    }
}

fn fixed(tokens: usize, sides: Vec<(Rational, Rational)>, divisions: u64) -> Case {
    Case {
        tokens,
        sides,
        divisions,
        kind: CodeKind::Histogram,
        separation: Separation::Others,
        layout: TableLayout::Tree,
        attention: ATTENTIONS[0],
        seed: 1,
        variety: 1 << 40,
    }
}

fn unit_side() -> (Rational, Rational) {
    (integer(0), integer(1))
}

#[test]
fn closed_form_sizes_are_the_counted_ones() {
    let mut checked = 0;
    let shapes = [
        fixed(1, vec![unit_side()], 1),
        fixed(1, vec![unit_side()], 5),
        fixed(2, vec![unit_side()], 1),
        // A threshold at 0; and at ±1/4 with ramps of half width 1/4 for η = 1/8, of which an end is at 0.
        fixed(2, vec![(integer(-2), integer(4)), (ratio(1, 3), integer(0))], 2),
        fixed(2, vec![(ratio(-7, 4), integer(4)), (ratio(-9, 4), integer(4))], 2),
        fixed(3, vec![(ratio(-1, 4), integer(1)), unit_side()], 2),
        fixed(4, vec![(ratio(-5, 3), integer(1))], 3),
    ];
    let jumps = [Jump::Step, Jump::Ramp(ratio(1, 8)), Jump::Ramp(ratio(1, 10))];
    for (shape, kind, separation) in iproduct!(&shapes, KINDS, SEPARATIONS) {
        let case = Case { kind, separation, ..shape.clone() };
        let table = case.table();
        for (layout, attention, jump) in iproduct!(LAYOUTS, ATTENTIONS, jumps.clone()) {
            let case = Case { layout, attention, ..case.clone() };
            let options = case.options(jump);
            let counted = NetworkSize::of(&network(&table, &options).expect("a network"));
            let closed = size(table.grid(), case.tokens, OUTPUTS, kind, separation, &options).expect("small");
            let at = format!("{case:?}, {:?}", options.jump);
            assert_eq!(closed.entries, table.entries().into(), "{at}");
            assert_eq!(closed.depth, counted.blocks.into(), "{at}");
            assert_eq!(closed.width, counted.width as u64, "{at}");
            assert_eq!(closed.hidden_units, counted.hidden_units.into(), "{at}");
            if !matches!(attention.0, Architecture::Performer { .. }) {
                assert_eq!(closed.nonzeros, counted.nonzeros.into(), "{at}");
            }
            assert_eq!(closed.latent_dimension, table.code().dimension(), "{at}");
            checked += 1;
        }
    }
    assert_eq!(checked, 7 * 4 * 2 * 4 * 6 * 3);
}

/// The biases ½ − κ of all look-up units: the keys but for the first.
fn keys(network: &Network) -> Vec<Rational> {
    let look_ups = network.blocks.iter().filter(|block| block.label.contains("look-up"));
    let mut keys: Vec<_> =
        look_ups.flat_map(|block| &block.units).map(|unit| ratio(1, 2) - &unit.bias.0).collect();
    keys.sort();
    keys
}

#[test]
fn ranked_keys_are_the_numbers_below_t_and_stated_key_bits_hold_for_all() {
    for (tokens, divisions) in [(2, 5), (3, 4), (5, 3)] {
        for (kind, separation) in iproduct!(KINDS, SEPARATIONS) {
            let case = Case { kind, separation, ..fixed(tokens, vec![unit_side()], divisions) };
            let keys = keys(&case.network(Jump::Step));
            let closed = size(&case.grid(), tokens, OUTPUTS, kind, separation, &case.options(Jump::Step))
                .expect("small");
            assert!(keys.iter().all(|key| key.is_integer() && key.numer().bits() <= closed.key_bits));
            if (kind, separation) == (CodeKind::Histogram, Separation::Others) {
                let expected: Vec<_> = (1..keys.len() as i64 + 1).map(integer).collect();
                assert_eq!(keys, expected);
                assert_eq!(BigUint::from(keys.len()) + 1u32, closed.entries);
                assert_eq!(closed.key_bits, BigUint::from(keys.len()).bits());
            }
        }
    }
}

/// (29) as printed: Σ over cells of f(corner)·1 on the half-open cube [corner, corner + 1/Δ), here for f = `value` of
/// the own cell and the others' cells.
fn printed_29(case: &Case, tokens: &[Rational]) -> Rational {
    let grid = case.grid();
    let in_cube = |x: &Rational, cell: u64| {
        let side = &grid.sides(cell)[0];
        side.inf() <= x && x < side.sup()
    };
    let mut total = integer(0);
    for (own, other) in iproduct!(0..grid.cells(), 0..grid.cells()) {
        if in_cube(&tokens[0], own) && in_cube(&tokens[1], other) {
            total += &case.value(own, &[other])[0];
        }
    }
    total
}

#[test]
fn theorem_4_1_second_proof_e8_half_open_cubes_leave_the_upper_faces_uncovered() {
    let case = fixed(2, vec![unit_side()], 3);
    let network = case.network(Jump::Step);
    let evaluator = ExactEvaluator::new(&network).expect("well formed");
    let ours = |x: &Rational, y: &Rational| {
        evaluator.evaluate(&[vec![x.clone()], vec![y.clone()]]).expect("exact")[0][0].clone()
    };
    let (face, inside) = (integer(1), ratio(99, 100));
    for y in [integer(0), ratio(1, 3), ratio(1, 2), ratio(2, 3)] {
        let last = case.value(2, &[(&y * integer(3)).floor().to_integer().try_into().expect("small")]);
        assert_ne!(last[0], integer(0));
        assert_eq!(printed_29(&case, &[inside.clone(), y.clone()]), last[0]);
        assert_eq!(ours(&inside, &y), last[0]);
        assert_eq!(printed_29(&case, &[face.clone(), y.clone()]), integer(0));
        assert_eq!(ours(&face, &y), last[0]);
        // One token on a face takes the value of every token.
        assert_eq!(printed_29(&case, &[y.clone(), face.clone()]), integer(0));
        assert_ne!(ours(&y, &face), integer(0));
    }
}

#[test]
fn ramps_are_centred_at_the_thresholds() {
    let case = fixed(1, vec![(integer(-1), integer(4))], 2);
    let network = case.network(Jump::Ramp(ratio(1, 8)));
    let evaluator = ExactEvaluator::new(&network).expect("well formed");
    let at = |x: Rational| evaluator.evaluate(&[vec![x]]).expect("exact")[0][0].clone();
    let (low, high) = (case.value(0, &[])[0].clone(), case.value(1, &[])[0].clone());
    // The cell number climbs from 0 to 1 for x in [3/4, 5/4]; the look-up from key 1/4 to 3/4, so twice as steeply.
    assert_eq!(at(ratio(7, 8)), low);
    assert_eq!(at(ratio(15, 16)), (&low * integer(3) + &high) / integer(4));
    assert_eq!(at(integer(1)), (&low + &high) / integer(2));
    assert_eq!(at(ratio(9, 8)), high);
    assert_ne!(low, high);
}

#[test]
fn too_many_entries_are_refused_before_any_value_is_asked_for() {
    let grid = fixed(3, vec![unit_side()], 100).grid();
    let never = |_: u64, _: &[u64]| -> Result<Vec<Rational>, Infallible> { panic!("a value was asked for") };
    let refused = Table::new(grid, 3, 1, CodeKind::BoseChowla, Separation::Others, 504_999, never);
    let message = refused.expect_err("T = 100·C(101, 2)").to_string();
    assert_eq!(message, "the table would have 505000 entries, more than the limit of 504999");
}

#[test]
fn what_cannot_be_tabulated_is_refused() {
    let grid = || fixed(2, vec![unit_side()], 3).grid();
    let table = |tokens, outputs, value: &dyn Fn() -> Result<Vec<Rational>, std::fmt::Error>| {
        Table::new(grid(), tokens, outputs, CodeKind::Radix, Separation::All, 9, |_, _| value()).map(|_| ())
    };
    let one = || Ok(vec![integer(1)]);
    let refused = |error| Err(TableError::Refused(error));
    assert_eq!(table(2, 1, &one), Ok(()));
    assert_eq!(table(0, 1, &one), refused(DiscontinuousError::NoTokens));
    assert_eq!(table(2, 0, &one), refused(DiscontinuousError::NoOutputs));
    assert_eq!(table(2, 2, &one), refused(DiscontinuousError::WrongOutputs { wanted: 2, got: 1 }));
    assert_eq!(table(2, 1, &|| Err(std::fmt::Error)), Err(TableError::Value(std::fmt::Error)));
    assert!(matches!(table(3, 1, &one), Err(TableError::Refused(DiscontinuousError::TooLarge { .. }))));
}

#[test]
fn ramps_that_meet_are_refused() {
    let case = fixed(2, vec![unit_side(), (integer(2), integer(0))], 3);
    let table = case.table();
    for (eta, fits) in [(ratio(1, 4), true), (ratio(1, 3), false), (integer(0), false), (ratio(-1, 9), false)]
    {
        let built = network(&table, &case.options(Jump::Ramp(eta.clone())));
        assert_eq!(built.is_ok(), fits, "{eta}");
        if let Err(error) = built {
            assert_eq!(error, DiscontinuousError::Ramp { eta, divisions: 3 });
        }
    }
}

#[test]
fn a_constant_function_needs_one_look_up_block_without_units() {
    for (layout, jump) in iproduct!(LAYOUTS, [Jump::Step, Jump::Ramp(ratio(1, 9))]) {
        let case = Case { layout, variety: 1, ..fixed(3, vec![unit_side()], 3) };
        let network = case.network(jump);
        let look_ups: Vec<_> = network.blocks.iter().filter(|b| b.label.contains("look-up")).collect();
        assert_eq!((look_ups.len(), look_ups[0].units.len(), look_ups[0].bias.len()), (1, 0, OUTPUTS));
        case.check(&network, &[vec![0], vec![7], vec![12]]).expect("the constant");
    }
}
