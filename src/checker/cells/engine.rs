//! The network after the attention, ready to be run on one table entry after another in integers.

use super::additive::readout;
use super::budget::Budget;
use super::forms::{Form, Group};
use super::linear_form::{Additive, Slots, Stop};
use super::lookup::{Levels, Lookup, LookupError};
use super::refuse::unsupported;
use super::span::Span;
use super::tokens::TokenStates;
use crate::arith::common_denominator::{Int, Overflow};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::attention::split::Split;
use crate::format::network::{AffineMap, Network};
use crate::limits::MAX_DENOMINATOR_BITS;
use crate::sizes::{count, index};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::One;
use std::collections::BTreeMap;

/// Blocks acting as one: forms, each with what its units write.
struct Stage<T> {
    /// The index of its first form.
    first: usize,
    lookups: Vec<Lookup<T>>,
    /// The first of its writers; they are numbered by the slots in this order.
    writers: BTreeMap<usize, usize>,
    /// Whether nothing here depends on the own cell.
    own_constant: bool,
}

/// The compiled network; T decides the integers.
pub(super) struct Engine<T> {
    forms: Vec<Additive<T>>,
    stages: Vec<Stage<T>>,
    /// The first form of the readout; the outputs follow in order.
    readout: usize,
    /// Per writer whether its stage depends on the own cell.
    writers: Vec<bool>,
    /// Stages that are run once per multiset of others.
    shared: usize,
    /// n.
    tokens: usize,
}

impl<T: Int> Engine<T> {
    /// Compiles the stages and the readout of a network, for sequences of n tokens.
    pub fn new(
        network: &Network,
        states: &TokenStates,
        after_attention: Vec<Split>,
        groups: &[Group<'_>],
        n: usize,
        budget: Budget,
    ) -> Result<Self, Stop> {
        let mut slots = Slots {
            writers: vec![Vec::new(); after_attention.len()],
            additive: after_attention,
            states,
            n,
            budget,
            stored: 0,
        };
        let mut engine = Self {
            forms: Vec::new(),
            stages: Vec::new(),
            readout: 0,
            writers: Vec::new(),
            shared: 0,
            tokens: n,
        };
        let forms = groups.iter().map(|group| group.forms.len()).sum::<usize>() + network.outputs;
        slots.require_room(forms, "cells")?;
        slots.stored = 0;
        for group in groups {
            engine.add_stage(group, &mut slots)?;
        }
        // The last stage's arguments are the key of an entry, so it is run for each.
        let before_last = &engine.stages[..engine.stages.len().saturating_sub(1)];
        engine.shared = before_last.iter().take_while(|stage| stage.own_constant).count();
        engine.readout = engine.forms.len();
        engine.add_readout(&network.readout, network.outputs, &mut slots)?;
        Ok(engine)
    }

    fn add_stage(&mut self, group: &Group<'_>, slots: &mut Slots<'_>) -> Result<(), Stop> {
        let place = format!("block {}", group.first);
        let first = self.forms.len();
        let mut lookups: Vec<Lookup<T>> = Vec::with_capacity(group.forms.len());
        for form in &group.forms {
            let breaks: Vec<Rational> = form.units.iter().map(|unit| Form::kink(unit).breakpoint).collect();
            let additive = slots.form(&form.direction, &Rational::default(), &breaks, &place)?;
            let lookup = Lookup::new(form, &additive.unit).map_err(|e| match e {
                LookupError::Overflow => Stop::Overflow,
                LookupError::Unbounded => Stop::Refused(unsupported(
                    &*place,
                    "units after the attention block grow without levelling off, so they are no look-up",
                )),
            })?;
            self.forms.push(additive);
            lookups.push(lookup);
        }
        let shared = |form: &Additive<T>| {
            form.own_constant && form.inputs.iter().all(|(writer, _)| !self.writers[*writer])
        };
        let own_constant = self.forms[first..].iter().all(shared);
        let writers = self.number_writers(&mut lookups, !own_constant, slots)?;
        group.bias.iter().for_each(|(slot, value)| slots.additive[*slot].constant += value);
        self.stages.push(Stage { first, lookups, writers, own_constant });
        Ok(())
    }

    /// One writer per slot that the stage writes; all its forms write in the same unit.
    fn number_writers(
        &mut self,
        lookups: &mut [Lookup<T>],
        depends_on_own: bool,
        slots: &mut Slots<'_>,
    ) -> Result<BTreeMap<usize, usize>, Overflow> {
        let mut units = BTreeMap::<usize, BigInt>::new();
        for levels in lookups.iter().flat_map(|lookup| &lookup.outputs) {
            let unit = units.entry(levels.slot).or_insert_with(BigInt::one);
            *unit = unit.lcm(&levels.unit);
            if unit.bits() > MAX_DENOMINATOR_BITS {
                return Err(Overflow);
            }
        }
        for levels in lookups.iter_mut().flat_map(|lookup| &mut lookup.outputs) {
            let factor = &units[&levels.slot] / &levels.unit;
            if !factor.is_one() {
                levels.rescale(&factor)?;
            }
        }
        let mut writers = BTreeMap::new();
        for (slot, unit) in units {
            slots.writers[slot].push((self.writers.len(), unit));
            writers.insert(slot, self.writers.len());
            self.writers.push(depends_on_own);
        }
        Ok(writers)
    }

    fn add_readout(&mut self, map: &AffineMap, outputs: usize, slots: &mut Slots<'_>) -> Result<(), Stop> {
        for (output, (direction, constant)) in readout(map, outputs).iter().enumerate() {
            let form = slots.form(direction, constant, &[], &format!("readout, output {output}"))?;
            self.forms.push(form);
        }
        Ok(())
    }

    /// Numbers handled per entry, and per multiset of others; those that are added per other token are not counted.
    pub fn work(&self) -> (u64, u64) {
        let cost = |stages: &[Stage<T>]| -> usize {
            let forms = stages.iter().flat_map(|stage| stage.lookups.iter().zip(&self.forms[stage.first..]));
            let search = |breaks: usize| index(breaks.checked_ilog2().unwrap_or(0));
            forms.map(|(it, form)| 1 + form.inputs.len() + it.outputs.len() + search(it.len())).sum()
        };
        let (shared, own) = self.stages.split_at(self.shared);
        let outputs: usize = self.forms[self.readout..].iter().map(|form| 1 + form.inputs.len()).sum();
        let copied = self.writers.len();
        (count(cost(own) + outputs + copied), count(cost(shared) + copied))
    }

    /// Numbers added per other token.
    pub fn forms(&self) -> usize {
        self.forms.len()
    }

    /// The numbers of the key of an entry.
    pub fn key_length(&self) -> usize {
        self.stages.last().map_or(0, |stage| stage.lookups.len())
    }

    /// The bits of the longest number.
    pub fn bits(&self) -> u64 {
        let spans = self.forms.iter().flat_map(|form| form.own.iter().chain(&form.other));
        let weights = self.forms.iter().flat_map(|form| form.inputs.iter().map(|(_, weight)| weight));
        let levels = self.stages.iter().flat_map(|stage| &stage.lookups).flat_map(|it| &it.outputs);
        let ends = |span: Span<T>| [span.low, span.high];
        let numbers = spans.cloned().chain(levels.map(Levels::hull)).flat_map(ends).chain(weights.cloned());
        let zero = || (T::zero(), T::zero());
        let (low, high) = numbers.fold(zero(), |(low, high), it| (low.min(it.clone()), high.max(it)));
        let units = self.forms.iter().map(|form| form.unit.bits());
        let [low, high]: [BigInt; 2] = [low.into(), high.into()];
        units.chain([low.bits(), high.bits()]).max().unwrap_or(0)
    }

    /// The unit of an output.
    pub fn output_unit(&self, output: usize) -> &BigInt {
        &self.forms[self.readout + output].unit
    }

    /// Sums of a multiset of others without elements.
    pub fn empty_sums(&self) -> Vec<Span<T>> {
        vec![Span::zero(); self.forms.len()]
    }

    /// `to = from + other[cell]`, form by form.
    pub fn add_other(&self, from: &[Span<T>], cell: usize, to: &mut [Span<T>]) -> Result<(), Overflow> {
        for ((form, from), to) in self.forms.iter().zip(from).zip(to) {
            to.clone_from(from);
            to.add(&form.other[cell])?;
        }
        Ok(())
    }

    /// Runs the stages that do not depend on the own cell.
    pub fn run_shared(&self, sums: &[Span<T>]) -> Result<Vec<Span<T>>, Overflow> {
        let mut written = vec![Span::zero(); self.writers.len()];
        for stage in &self.stages[..self.shared] {
            stage.run(self, sums, 0, &mut written, None)?;
        }
        Ok(written)
    }

    /// Runs the rest for an own cell: the outputs into `outputs`, and the arguments of the last stage's look-ups, its
    /// key, into `key`.
    pub fn run_own(
        &self,
        sums: &[Span<T>],
        own: usize,
        written: &mut [Span<T>],
        outputs: &mut Vec<Span<T>>,
        key: &mut Vec<T>,
    ) -> Result<(), Overflow> {
        key.clear();
        for (s, stage) in self.stages.iter().enumerate().skip(self.shared) {
            let last = s + 1 == self.stages.len();
            stage.run(self, sums, own, written, last.then_some(&mut *key))?;
        }
        outputs.clear();
        for f in self.readout..self.forms.len() {
            outputs.push(self.value(f, sums, own, written)?);
        }
        Ok(())
    }

    /// Encloses what the outputs can be on whatever entry: the hull of everything they are made of.
    pub fn hulls(&self) -> Result<Vec<DyadicInterval>, Overflow> {
        let mut written = vec![Span::zero(); self.writers.len()];
        for stage in &self.stages {
            for levels in stage.lookups.iter().flat_map(|lookup| &lookup.outputs) {
                written[stage.writers[&levels.slot]].add(&levels.hull())?;
            }
        }
        let hull = |spans: &[Span<T>]| spans.iter().cloned().reduce(|all, span| all.hull(&span));
        let output = |form: &Additive<T>| {
            let mut sum = hull(&form.own).unwrap_or_else(Span::zero);
            let others = hull(&form.other).unwrap_or_else(Span::zero);
            for _ in 1..self.tokens {
                sum.add(&others)?;
            }
            for (writer, weight) in &form.inputs {
                sum.add_scaled(&written[*writer], weight)?;
            }
            Ok(sum.over(&form.unit))
        };
        self.forms[self.readout..].iter().map(output).collect()
    }

    fn value(
        &self,
        form: usize,
        sums: &[Span<T>],
        own: usize,
        written: &[Span<T>],
    ) -> Result<Span<T>, Overflow> {
        let additive = &self.forms[form];
        let mut value = sums[form].clone();
        value.add(&additive.own[own])?;
        for (writer, weight) in &additive.inputs {
            value.add_scaled(&written[*writer], weight)?;
        }
        Ok(value)
    }
}

impl<T: Int> Stage<T> {
    fn run(
        &self,
        engine: &Engine<T>,
        sums: &[Span<T>],
        own: usize,
        written: &mut [Span<T>],
        mut key: Option<&mut Vec<T>>,
    ) -> Result<(), Overflow> {
        for (at, lookup) in self.lookups.iter().enumerate() {
            let tau = engine.value(self.first + at, sums, own, written)?;
            let from = lookup.place(&tau.low);
            let to = if tau.low == tau.high { from } else { lookup.place(&tau.high) };
            for levels in &lookup.outputs {
                written[self.writers[&levels.slot]].add(&levels.range(from, to))?;
            }
            if let Some(key) = key.as_deref_mut() {
                key.push(tau.low);
            }
        }
        Ok(())
    }
}
