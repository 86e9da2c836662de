//! Enclosures of target − network contain what is there.

use super::random::{network, part, target};
use crate::dice::Dice;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::boxes::difference::{Difference, Distance};
use sumformer_checker::enclosure::PreparedSide;
use sumformer_checker::given::{GivenDifference, GivenNetwork};
use sumformer_checker::language::{Sequence, evaluate_run};
use sumformer_checker::witness::semantics::enclosure::enclose_run;
use sumformer_checker::work::{Limits, within};

/// Networks of the sample; `SUMFORMER_ENCLOSURES` raises it.
const NETWORKS: u64 = 250;
const BOXES: usize = 6;
const POINTS: usize = 6;

/// A point of a box, corners and the middle among them.
fn point(sides: &[Interval], d: usize, dice: &mut Dice) -> Vec<Vec<Rational>> {
    let kind = dice.below(4);
    let mut coordinate = |side: &Interval| {
        let share = match kind {
            0 => ratio(1, 2),
            1 => ratio(dice.below(2) as i64, 1),
            _ => ratio(dice.below(1025) as i64, 1024),
        };
        side.inf() + side.wid() * share
    };
    let coordinates: Vec<Rational> = sides.iter().map(&mut coordinate).collect();
    coordinates.chunks(d).map(<[Rational]>::to_vec).collect()
}

#[test]
fn enclosures_contain_the_differences_at_all_points() {
    let asked = std::env::var("SUMFORMER_ENCLOSURES").ok();
    let count = asked.map_or(NETWORKS, |count| count.parse().expect("SUMFORMER_ENCLOSURES is a number"));
    let [points, tight, none] = [const { AtomicUsize::new(0) }; 3];
    (0..count).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(7_000_000 + seed);
        let (n, d) = (1 + dice.below(3), 1 + dice.below(2));
        let outputs = 1 + dice.below(2);
        let target = target(n, d, outputs, &mut dice);
        let network = network(&target, &mut dice);
        let given = GivenNetwork::new(&network).expect("covered");
        let mut difference = GivenDifference::new(&target, given).expect("enclosed");
        for _ in 0..BOXES {
            let sides = part(&target, &mut dice);
            let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
            let Ok(found) = difference.distances(&prepared) else {
                none.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            for _ in 0..POINTS {
                let tokens = point(&sides, d, &mut dice);
                let is_middle = tokens.iter().flatten().zip(&sides).all(|(x, side)| *x == side.mid());
                let numbers: Vec<Vec<DyadicInterval>> = tokens
                    .iter()
                    .map(|token| token.iter().map(DyadicInterval::from_rational).collect())
                    .collect();
                let wanted = evaluate_run(&target, Sequence::once(&numbers), 0).expect("a value");
                let got = enclose_run(&network, Sequence::once(&tokens), 0).expect("a value");
                for (output, Distance { range, centre, .. }) in found.iter().enumerate() {
                    let value = wanted[output] - got[output];
                    let name = || format!("network {seed}, output {output}, {tokens:?} in {sides:?}");
                    assert!(range.intersection(value).is_some(), "{}: {value:?} is not in {range:?}", name());
                    assert!(!is_middle || centre.intersection(value).is_some(), "{}: {centre:?}", name());
                    points.fetch_add(1, Ordering::Relaxed);
                    // Not all of the range is air: at some points an end of it is near.
                    let to_rational =
                        |x: DyadicInterval| Some((x.inf().to_rational()?, x.sup().to_rational()?));
                    if let (Some((low, high)), Some((value, _))) = (to_rational(*range), to_rational(value)) {
                        let near = (&high - &low) * ratio(1, 10);
                        if high - &value <= near || value - low <= near {
                            tight.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            }
        }
    });
    let load = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "{} points, {} near an end of their enclosure; {} boxes without one",
        load(&points),
        load(&tight),
        load(&none)
    );
    assert!(load(&points) > 20 * count as usize, "too few boxes are enclosed");
    assert!(load(&tight) * 20 > load(&points), "enclosures are wide");
}

/// Coordinates are copied for each box, whatever is computed of them.
#[test]
fn copies_are_paid_for() {
    let output = "name = \"t\"\ntokens = 1024\ndomain = [[0, 1]]\noutput = [\"0\"]\n";
    let target = sumformer::reading::load_target("t.toml", output).expect("a target");
    let mut network = network(&target, &mut Dice::new(1));
    network.blocks.clear();
    let given = GivenNetwork::new(&network).expect("covered");
    let mut difference = GivenDifference::new(&target, given).expect("enclosed");
    let sides = vec![PreparedSide::new(&target.domain[0]); 1024];
    let mut within_limit = |units| within(Limits::work(units), || difference.distances(&sides).is_ok());
    // A slope of each coordinate for each of those before it.
    assert!(within_limit(1024 * 1024 / 2).is_err());
    assert_eq!(within_limit(1 << 24), Ok(true));
}

#[test]
fn the_width_of_an_enclosure_falls_like_the_square_of_the_box_where_nothing_bends() {
    // Softmax, exp, products: no kinks. Halving the box leaves a quarter, or less, of what is not affine.
    let text = "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"mean(y: exp(x[0]*y[0])*y[0])\"]\n";
    let target = sumformer::reading::load_target("t.toml", text).expect("a target");
    let mut dice = Dice::new(5);
    let smooth = loop {
        let mut network = network(&target, &mut dice);
        network.blocks.iter_mut().for_each(|block| block.units.clear());
        let attends = network.blocks.iter().flat_map(|block| &block.attention).count();
        if attends == 1 && !network.readout.weights.is_empty() {
            break network;
        }
    };
    let mut difference =
        GivenDifference::new(&target, GivenNetwork::new(&smooth).expect("covered")).expect("enclosed");
    let mut off = |level: u32| {
        let side = Interval::new(ratio(1, 3), ratio(1, 3) + ratio(1, 1 << level)).expect("ordered");
        let sides = [PreparedSide::new(&side), PreparedSide::new(&side)];
        let found = &difference.distances(&sides).expect("enclosed")[0];
        found.centre.wid().to_rational().expect("finite")
    };
    for level in 3..8 {
        assert!(off(level + 1) * ratio(7, 2) <= off(level), "level {level}");
    }
}
