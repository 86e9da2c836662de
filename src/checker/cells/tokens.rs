//! The blocks before the attention, on one token: constant on cells, because every path from x goes through units that
//! read a single coordinate and level off.

use super::budget::Budget;
use super::forms::{Form, Group};
use super::lookup::{Lookup, LookupError};
use super::partition::{Cut, Partition, Piece, pieces};
use super::refuse::{denominators, too_long, unsupported, with_short_denominators};
use super::span::Span;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational};
use crate::format::network::{Activation, AffineMap};
use crate::limits::{MAX_CELL_VALUES, MAX_CELLS, MAX_STORED_VALUES};
use crate::refusal::Refusal;
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// What the slots hold before the attention.
pub(super) struct TokenStates {
    pub partition: Partition,
    /// Per cell the slots that are not 0, but for those that hold the token itself.
    pub values: Vec<Vec<(usize, Interval)>>,
    /// Slots whose value varies within cells: the embedded token.
    pub holds_token: Vec<bool>,
    /// The value of slots that are the same for every token.
    pub constants: Vec<Option<Rational>>,
}

/// A slot after the embedding: Σ coefficient·x_k + constant.
#[derive(Debug, Clone, Default)]
struct Embedded {
    coefficients: BTreeMap<usize, Rational>,
    constant: Rational,
}

/// What has been written to the slots, cell by cell.
struct Written {
    /// Before the present group.
    before: Vec<BTreeMap<usize, Interval>>,
    cells: Vec<BTreeMap<usize, Interval>>,
    /// How many values there are.
    stored: usize,
    /// The most bits of one of them.
    bits: u64,
}

impl Written {
    fn add(&mut self, cell: usize, slot: usize, value: &Interval) -> Result<(), Refusal> {
        let place = &mut self.cells[cell];
        let sum = match place.get(&slot) {
            Some(before) => before + value,
            None => {
                self.stored += 1;
                value.clone()
            }
        };
        if self.stored > MAX_STORED_VALUES {
            return Err(unsupported(
                "cells",
                format!("more than {MAX_STORED_VALUES} values of slots on cells"),
            ));
        }
        let sum = with_short_denominators(sum, &|| "cells".into())?;
        for end in [sum.inf(), sum.sup()] {
            self.bits = self.bits.max(end.denom().bits()).max(end.numer().bits());
        }
        place.insert(slot, sum);
        Ok(())
    }
}

/// Where a form's variable comes from.
enum Source {
    /// scale·x_k + offset.
    Token { coordinate: usize, scale: Rational, offset: Rational },
    /// Slots that are constant on cells.
    Cells,
}

/// Runs the groups; refuses what is not constant on cells.
pub(super) fn run(
    domain: &[Interval],
    embedding: &AffineMap,
    groups: &[Group<'_>],
    width: usize,
    budget: &mut Budget,
) -> Result<TokenStates, Refusal> {
    let mut embedded = vec![Embedded::default(); width];
    for (coordinate, slot, weight) in embedding.weights.iter() {
        embedded[slot].coefficients.insert(coordinate, weight.clone());
    }
    for (slot, value) in embedding.bias.iter() {
        embedded[slot].constant = value.clone();
    }
    let mut written = vec![false; width];
    let mut sources = Vec::with_capacity(groups.len());
    for group in groups {
        for form in &group.forms {
            let terms = form.direction.iter().map(|(slot, _)| 1 + embedded[slot].coefficients.len());
            budget.spend(terms.sum());
        }
        let source = |form| source(form, &embedded, &written, group.first);
        sources.push(group.forms.iter().map(source).collect::<Result<Vec<_>, _>>()?);
        let outputs = group.forms.iter().flat_map(|form| &form.units).flat_map(|unit| unit.output.iter());
        outputs.for_each(|(slot, _)| written[slot] = true);
        group.bias.iter().for_each(|(slot, _)| written[*slot] = true);
    }
    let partition = partition(domain, groups, &sources, budget)?;
    if partition.cells.len().saturating_mul(width) > MAX_CELL_VALUES {
        return Err(unsupported(
            "cells",
            format!("there are too many cells and slots: {MAX_CELL_VALUES} values are the limit"),
        ));
    }
    let cells = vec![BTreeMap::new(); partition.cells.len()];
    let mut values = Written { before: Vec::new(), cells, stored: 0, bits: 0 };
    for (group, sources) in groups.iter().zip(&sources) {
        // An interval is four integers, each in memory of its own.
        budget.spend(values.stored.saturating_mul(4).saturating_add(values.cells.len()));
        values.before.clone_from(&values.cells);
        for (form, source) in group.forms.iter().zip(sources) {
            apply(form, source, &embedded, &partition, &mut values, budget, group.first)?;
            budget.lengthen(values.bits);
        }
        budget.spend(values.cells.len().saturating_mul(group.bias.len()));
        for (slot, bias) in &group.bias {
            let bias = Interval::point(bias.clone());
            (0..values.cells.len()).try_for_each(|cell| values.add(cell, *slot, &bias))?;
        }
        budget.lengthen(values.bits);
    }
    let holds_token: Vec<bool> = embedded.iter().map(|slot| !slot.coefficients.is_empty()).collect();
    let constant =
        |slot: usize| (!holds_token[slot] && !written[slot]).then(|| embedded[slot].constant.clone());
    let constants = (0..width).map(constant).collect();
    let starts =
        embedded.iter().enumerate().filter(|(slot, it)| !holds_token[*slot] && !it.constant.is_zero());
    for (slot, start) in starts {
        budget.spend(values.cells.len());
        let start = Interval::point(start.constant.clone());
        (0..values.cells.len()).try_for_each(|cell| values.add(cell, slot, &start))?;
    }
    budget.lengthen(values.bits);
    let finish = |cell: BTreeMap<usize, Interval>| {
        cell.into_iter().filter(|(slot, v)| !holds_token[*slot] && !v.mag().is_zero()).collect()
    };
    let values = values.cells.into_iter().map(finish).collect();
    Ok(TokenStates { partition, values, holds_token, constants })
}

fn source(form: &Form<'_>, embedded: &[Embedded], written: &[bool], block: usize) -> Result<Source, Refusal> {
    let mut sum = Embedded::default();
    let mut reads_written = false;
    for (slot, weight) in form.direction.iter() {
        reads_written |= written[slot];
        sum.constant += &embedded[slot].constant * weight;
        for (&k, coefficient) in &embedded[slot].coefficients {
            *sum.coefficients.entry(k).or_default() += coefficient * weight;
        }
    }
    sum.coefficients.retain(|_, coefficient| !coefficient.is_zero());
    let mut coordinates = sum.coefficients.into_iter();
    match (coordinates.next(), coordinates.next()) {
        (None, _) => Ok(Source::Cells),
        (Some((coordinate, scale)), None) if !reads_written => {
            Ok(Source::Token { coordinate, scale, offset: sum.constant })
        }
        _ => Err(unsupported(
            format!("block {block}"),
            "a unit reads several coordinates of the token, or one together with what was made of it, so cells are not boxes",
        )),
    }
}

fn partition(
    domain: &[Interval],
    groups: &[Group<'_>],
    sources: &[Vec<Source>],
    budget: &mut Budget,
) -> Result<Partition, Refusal> {
    let mut cuts = vec![BTreeSet::<Cut>::new(); domain.len()];
    let forms = || groups.iter().zip(sources).flat_map(|(group, sources)| group.forms.iter().zip(sources));
    for (form, source) in forms() {
        let Source::Token { coordinate, scale, offset } = source else { continue };
        for unit in &form.units {
            let kink = Form::kink(unit);
            // A step unit is 1 where slope·scale·(x − at) ≥ 0; relu is continuous, either side will do.
            let falling = kink.slope.is_negative() != scale.is_negative();
            let after = form.activation == Activation::Step && falling;
            cuts[*coordinate].insert(Cut { at: Exact((kink.breakpoint - offset) / scale), after });
        }
    }
    let mut sides: Vec<Vec<Piece>> = domain.iter().zip(cuts).map(|(side, cuts)| pieces(side, cuts)).collect();
    for (form, source) in forms() {
        let Source::Token { coordinate, .. } = source else { continue };
        budget.spend(tabulation(form, sides[*coordinate].len()));
    }
    for (group, sources) in groups.iter().zip(sources) {
        for (form, source) in group.forms.iter().zip(sources) {
            let Source::Token { coordinate, scale, offset } = source else { continue };
            let side = &mut sides[*coordinate];
            let points: Vec<Rational> = side.iter().map(|piece| &piece.point * scale + offset).collect();
            let (lookup, unit) = tabulate(form, &points, group.first, budget)?;
            for (piece, point) in side.iter_mut().zip(points) {
                let place = lookup.place(&scaled(&point, &unit));
                piece.flat &= lookup.outputs.iter().all(|levels| levels.is_flat(place));
            }
        }
    }
    if let Some(k) = sides.iter().position(|side| side.iter().all(|piece| !piece.flat)) {
        return Err(unsupported("cells", format!("the network is constant nowhere along coordinate {k}")));
    }
    let most = MAX_CELLS.min(MAX_CELL_VALUES / domain.len().max(1));
    Partition::new(sides, most)
        .ok_or_else(|| unsupported("cells", format!("there are more than {most} cells")))
}

/// What it takes to evaluate a form at so many cells: a rational operation makes four integers and takes a gcd.
fn reading(form: &Form<'_>, cells: usize) -> usize {
    cells.saturating_mul(8).saturating_mul(1 + form.direction.len())
}

/// Adds what a form's units write, cell by cell.
fn apply(
    form: &Form<'_>,
    source: &Source,
    embedded: &[Embedded],
    partition: &Partition,
    values: &mut Written,
    budget: &mut Budget,
    block: usize,
) -> Result<(), Refusal> {
    let place = || format!("block {block}");
    if matches!(source, Source::Cells) {
        budget.spend(reading(form, values.cells.len()));
    }
    let arguments: Vec<Interval> = match source {
        Source::Token { coordinate, scale, offset } => partition.pieces[*coordinate]
            .iter()
            .map(|piece| {
                let x = if piece.flat { Interval::point(piece.point.clone()) } else { piece.side.clone() };
                &x.scale(scale) + &Interval::point(offset.clone())
            })
            .collect(),
        Source::Cells => values
            .before
            .iter()
            .map(|cell| {
                form.direction.iter().try_fold(Interval::point(Rational::zero()), |sum, (slot, weight)| {
                    let start = Interval::point(embedded[slot].constant.clone());
                    let value = cell.get(&slot).map_or_else(|| start.clone(), |value| value + &start);
                    with_short_denominators(&sum + &value.scale(weight), &place)
                })
            })
            .collect::<Result<_, _>>()?,
    };
    budget.spend(tabulation(form, 2 * arguments.len()));
    let ends: Vec<Rational> = arguments.iter().flat_map(|t| [t.inf().clone(), t.sup().clone()]).collect();
    let (lookup, unit) = tabulate(form, &ends, block, budget)?;
    budget.spend(values.cells.len().saturating_mul(1 + lookup.outputs.len()));
    let written = |t: &Interval| -> Vec<(usize, Interval)> {
        let (from, to) = (lookup.place(&scaled(t.inf(), &unit)), lookup.place(&scaled(t.sup(), &unit)));
        let value = |low: BigInt, high: BigInt, unit: &BigInt| {
            let end = |v: BigInt| Exact(Rational::new(v, unit.clone()));
            Interval::try_from([end(low), end(high)]).ok()
        };
        lookup
            .outputs
            .iter()
            .filter_map(|levels| {
                let Span { low, high } = levels.range(from, to);
                (!low.is_zero() || !high.is_zero())
                    .then(|| value(low, high, &levels.unit).map(|value| (levels.slot, value)))?
            })
            .collect()
    };
    let per_argument: Vec<Vec<(usize, Interval)>> = match source {
        Source::Token { .. } => arguments.iter().map(written).collect(),
        Source::Cells => Vec::new(),
    };
    for cell in 0..values.cells.len() {
        let of_cell;
        let outputs = match source {
            Source::Token { coordinate, .. } => &per_argument[partition.cells[cell][*coordinate]],
            Source::Cells => {
                of_cell = written(&arguments[cell]);
                &of_cell
            }
        };
        outputs.iter().try_for_each(|(slot, value)| values.add(cell, *slot, value))?;
    }
    Ok(())
}

/// Operations it takes to tabulate a form and find its arguments among its break points.
fn tabulation(form: &Form<'_>, arguments: usize) -> usize {
    form.units.len().saturating_add(arguments).saturating_mul(4)
}

/// The form's levels on a scale on which the given arguments are integers.
fn tabulate(
    form: &Form<'_>,
    arguments: &[Rational],
    block: usize,
    budget: &mut Budget,
) -> Result<(Lookup<BigInt>, BigInt), Refusal> {
    let place = || format!("block {block}");
    let breaks: Vec<Rational> = form.units.iter().map(|unit| Form::kink(unit).breakpoint).collect();
    let unit = denominators(breaks.iter().chain(arguments), &place)?;
    let lookup = Lookup::new(form, &unit).map_err(|e| match e {
        LookupError::Unbounded => unsupported(
            place(),
            "units before the attention grow without levelling off, so cells are not flat",
        ),
        LookupError::Overflow => too_long(place()),
    })?;
    budget.lengthen(lookup.outputs.iter().map(|levels| levels.unit.bits()).max().unwrap_or(0));
    Ok((lookup, unit))
}

fn scaled(value: &Rational, unit: &BigInt) -> BigInt {
    value.numer() * (unit / value.denom())
}
