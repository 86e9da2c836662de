//! The distance between what the network makes of each entry and the target on the entry's cells.

use super::budget::Budget;
use super::engine::Engine;
use super::entries::{Entry, entry_count, for_each_entry};
use super::forms::Group;
use super::linear_form::Stop;
use super::refuse::{too_long, unsupported};
use super::tokens::TokenStates;
use crate::arith::common_denominator::Int;
use crate::arith::dyadic::Dyadic;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, max};
use crate::attention::split::Split;
use crate::enclosure::{PreparedSide, TargetEnclosure};
use crate::format::network::Network;
use crate::language::EvalError;
use crate::language::target::Target;
use crate::limits::{MAX_ENTRIES, MAX_KEY_WORDS, MAX_RAMP_WORK};
use crate::refusal::{Refusal, Rule};
use crate::sizes::count;
use crate::work::{charge, limbs, metered};
use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

/// What the rule derives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellBound {
    /// Per output, a bound on |network − target| over the whole box.
    pub outputs: Vec<Rational>,
    /// M, the cells of one token.
    pub cells: usize,
    /// T, own cell times multisets of the others' cells.
    pub entries: usize,
    /// How many different keys the entries have: T if the code separates them.
    pub keys: usize,
    /// What holds off the ramps, if there are any.
    pub ramps: Option<RampBound>,
    /// The entry with the largest bound.
    pub worst: WorstEntry,
}

/// A bound that holds where no coordinate of any token is on a ramp: there the network is the piecewise constant
/// Sumformer itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RampBound {
    /// The largest |network − target| off the ramps, over all outputs.
    pub bound: Rational,
    /// The relative volume of the set of sequences in which some coordinate is on a ramp.
    pub measure: Rational,
}

/// Where the largest bound comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorstEntry {
    /// The boxes of the tokens, own token first.
    pub boxes: Vec<Vec<Interval>>,
    /// The output.
    pub output: usize,
}

/// What is compared.
pub(super) struct Subject<'a> {
    pub target: &'a Target,
    pub network: &'a Network,
    pub states: &'a TokenStates,
    /// After the attention block.
    pub slots: Vec<Split>,
    /// The blocks after it.
    pub groups: &'a [Group<'a>],
    pub n: usize,
}

/// The comparison of one pass over entries.
struct Comparison<'a> {
    enclosure: &'a mut TargetEnclosure,
    sides: Vec<Vec<PreparedSide>>,
    states: &'a TokenStates,
    largest: Vec<Dyadic>,
    worst: (Dyadic, usize, Vec<usize>),
}

/// Evaluates all entries and compares.
pub(super) fn bound(
    subject: &Subject<'_>,
    enclosure: &mut TargetEnclosure,
    bits: u64,
) -> Result<CellBound, Refusal> {
    let entries = entry_count(subject.n, subject.states.partition.flat);
    let entries = entries.to_usize().filter(|&entries| entries <= MAX_ENTRIES).ok_or_else(|| {
        unsupported(
            "cells",
            format!("the table has {entries} entries, more than the {MAX_ENTRIES} that are checked"),
        )
    })?;
    // Machine integers where they do, long ones else.
    match run::<i128>(subject, enclosure, Budget::new(bits), entries) {
        Err(Stop::Overflow) => match run::<BigInt>(subject, enclosure, Budget::new(bits), entries) {
            Err(Stop::Overflow) => Err(too_long("cells".into())),
            Err(Stop::Refused(refusal)) => Err(refusal),
            Ok(bound) => Ok(bound),
        },
        Err(Stop::Refused(refusal)) => Err(refusal),
        Ok(bound) => Ok(bound),
    }
}

fn run<T: Int>(
    subject: &Subject<'_>,
    enclosure: &mut TargetEnclosure,
    budget: Budget,
    entries: usize,
) -> Result<CellBound, Stop> {
    let &Subject { target, network, states, groups, n, .. } = subject;
    let engine = Engine::<T>::new(network, states, subject.slots.clone(), groups, n, budget)?;
    let mut comparison = Comparison::new(target, states, enclosure);
    let all = states.values.len();
    let key_words = count(engine.key_length()).saturating_mul(limbs(engine.bits()));
    if count(entries).saturating_mul(key_words) > MAX_KEY_WORDS {
        return Err(unsupported(
            "cells",
            format!("there are too many entries times look-ups of the last block: {MAX_KEY_WORDS} words are the limit"),
        )
        .into());
    }
    let mut keys: Vec<Vec<T>> = Vec::with_capacity(entries);
    let (passed, work) = metered(|| {
        charge(pass_work(&engine, n, states.partition.flat, entries));
        for_each_entry(&engine, n, states.partition.flat, None, &mut |entry| {
            comparison.compare(&engine, &entry)?;
            keys.push(entry.key.to_vec());
            Ok(())
        })
    });
    passed?;
    keys.sort_unstable();
    keys.dedup();
    let keys = keys.len();
    let on_cells: Vec<Rational> = exact(&comparison.largest)?;
    let worst = comparison.worst_entry();
    let cells = states.partition.flat;
    if cells == all {
        return Ok(CellBound { outputs: on_cells, cells, entries, keys, ramps: None, worst });
    }
    let ramps = Some(RampBound {
        bound: on_cells.iter().cloned().fold(Rational::zero(), max),
        measure: states.partition.ramp_measure(n),
    });
    // With ramps there are about 2^(nd) times as many entries, each as much work as before; where they are too many, hulls
    // say less but enough.
    let affordable = |&all: &usize| {
        all <= MAX_ENTRIES && count(all).saturating_mul(work / count(entries.max(1))) <= MAX_RAMP_WORK
    };
    let outputs = match entry_count(n, all).to_usize().filter(affordable) {
        Some(count) => {
            charge(pass_work(&engine, n, all, count));
            for_each_entry(&engine, n, all, Some(cells), &mut |entry| comparison.compare(&engine, &entry))?;
            exact(&comparison.largest)?
        }
        None => comparison.of_hulls(target, &engine, n)?,
    };
    Ok(CellBound { outputs, cells, entries, keys, ramps, worst })
}

/// The work of a pass over entries, but for the enclosures, which pay by themselves.
fn pass_work<T: Int>(engine: &Engine<T>, n: usize, cells: usize, entries: usize) -> u64 {
    let (per_entry, per_multiset) = engine.work();
    // Multisets share what they begin with: all their beginnings are (M + n − 1)/M times as many.
    let sums = count(engine.forms()).saturating_mul(1 + count(n / cells.max(1)));
    let per_entry = per_entry.saturating_add(8);
    count(entries)
        .saturating_mul(per_entry)
        .saturating_add(count(entries / cells.max(1)).saturating_mul(per_multiset.saturating_add(sums)))
        .saturating_mul(limbs(engine.bits()))
}

impl<'a> Comparison<'a> {
    fn new(target: &Target, states: &'a TokenStates, enclosure: &'a mut TargetEnclosure) -> Self {
        let prepare = |pieces: &Vec<super::partition::Piece>| {
            pieces.iter().map(|piece| PreparedSide::new(&piece.side)).collect()
        };
        Self {
            enclosure,
            sides: states.partition.pieces.iter().map(prepare).collect(),
            states,
            largest: vec![Dyadic::ZERO; target.outputs()],
            worst: (Dyadic::ZERO, 0, Vec::new()),
        }
    }

    /// Raises the bounds to what an entry needs.
    fn compare<T: Int>(&mut self, engine: &Engine<T>, entry: &Entry<'_, T>) -> Result<(), Stop> {
        let tokens = std::iter::once(&entry.own).chain(entry.others);
        let cells = tokens.map(|&cell| &self.states.partition.cells[cell]);
        let boxes: Vec<&PreparedSide> =
            cells.flat_map(|cell| self.sides.iter().zip(cell).map(|(side, &at)| &side[at])).collect();
        let enclosures = self.enclosure.enclose(&boxes).map_err(not_enclosed)?;
        for (output, (wanted, got)) in enclosures.iter().zip(entry.outputs).enumerate() {
            let got = got.over(engine.output_unit(output));
            let distance = (*wanted - got).mag();
            if distance > self.largest[output] {
                self.largest[output] = distance;
            }
            if distance > self.worst.0 || self.worst.2.is_empty() {
                let cells = std::iter::once(entry.own).chain(entry.others.iter().copied()).collect();
                self.worst = (distance, output, cells);
            }
        }
        Ok(())
    }

    /// The distance between the hulls of everything the network puts out and everything the target is.
    fn of_hulls<T: Int>(
        &mut self,
        target: &Target,
        engine: &Engine<T>,
        n: usize,
    ) -> Result<Vec<Rational>, Stop> {
        let box_sides: Vec<PreparedSide> = target.domain.iter().map(PreparedSide::new).collect();
        let boxes: Vec<&PreparedSide> = (0..n).flat_map(|_| &box_sides).collect();
        let enclosures = self.enclosure.enclose(&boxes).map_err(not_enclosed)?;
        let hulls = engine.hulls()?;
        let distances: Vec<Dyadic> =
            enclosures.iter().zip(hulls).map(|(wanted, got)| (*wanted - got).mag()).collect();
        Ok(exact(&distances)?)
    }

    fn worst_entry(&self) -> WorstEntry {
        let partition = &self.states.partition;
        let sides = |&cell: &usize| {
            let pieces = partition.cells[cell].iter().zip(&partition.pieces);
            pieces.map(|(&at, side)| side[at].side.clone()).collect()
        };
        WorstEntry { boxes: self.worst.2.iter().map(sides).collect(), output: self.worst.1 }
    }
}

fn exact(distances: &[Dyadic]) -> Result<Vec<Rational>, Refusal> {
    let unbounded = || Rule::Residual.unsupported("target", "its enclosure on a cell is not bounded");
    distances.iter().map(|distance| distance.to_rational().ok_or_else(unbounded)).collect()
}

pub(super) fn not_enclosed(error: EvalError) -> Refusal {
    Rule::Residual.unsupported("target", format!("it cannot be enclosed on a cell: {error}"))
}
