//! Hidden units by direction: all units that read proportional inputs are functions of one variable, over several
//! blocks if the blocks in between leave that variable alone.

use super::refuse::unsupported;
use crate::arith::number::{Exact, Rational};
use crate::format::network::{Activation, Block, Unit};
use crate::format::sparse::SparseVector;
use crate::refusal::{Refusal, Rule};
use num_bigint::BigInt;
use num_traits::{One, Signed};
use std::collections::{HashMap, HashSet};

/// Hidden units as functions of t = direction·z, the direction's first weight being 1.
pub(super) struct Form<'a> {
    pub direction: SparseVector,
    pub activation: Activation,
    pub units: Vec<&'a Unit>,
}

/// Blocks that act as one: no unit of them reads a slot that one of them writes.
pub(super) struct Group<'a> {
    /// The first block, for messages.
    pub first: usize,
    pub forms: Vec<Form<'a>>,
    /// The sum of their b2, by slot.
    pub bias: Vec<(usize, Rational)>,
}

/// σ(slope·(t − breakpoint)): what a unit is as a function of its form's variable.
pub(super) struct Kink {
    pub slope: Rational,
    pub breakpoint: Rational,
}

impl Form<'_> {
    /// The unit's slope and break point; its input is slope·direction.
    pub fn kink(unit: &Unit) -> Kink {
        let slope = unit.input.iter().next().map_or_else(Rational::one, |(_, weight)| weight.clone());
        // Most look-ups have millions of units of slope 1, and a division takes a gcd.
        let breakpoint = if slope.is_one() { -&unit.bias.0 } else { -&unit.bias.0 / &slope };
        Kink { breakpoint, slope }
    }

    /// Whether the unit's slope is positive.
    pub fn rising(unit: &Unit) -> bool {
        unit.input.iter().next().is_none_or(|(_, weight)| weight.is_positive())
    }
}

/// The direction and activation of a form, comparable without recursion.
type Key = (Activation, Vec<(usize, BigInt, BigInt)>);

/// Collects a group.
struct Collector<'a> {
    group: Group<'a>,
    known: HashMap<Key, usize>,
    written: HashSet<usize>,
    last: Option<usize>,
}

impl<'a> Collector<'a> {
    fn new(first: usize) -> Self {
        Self {
            group: Group { first, forms: Vec::new(), bias: Vec::new() },
            known: HashMap::new(),
            written: HashSet::new(),
            last: None,
        }
    }

    fn reads_what_it_writes(&self, block: &Block) -> bool {
        block.units.iter().flat_map(|unit| unit.input.iter()).any(|(slot, _)| self.written.contains(&slot))
    }

    fn add(&mut self, index: usize, block: &'a Block) -> Result<(), Refusal> {
        if block.activation == Activation::Relu2 {
            return Err(unsupported(format!("block {index}"), "squared ReLU is not piecewise linear"));
        }
        for (u, unit) in block.units.iter().enumerate() {
            let Some((_, lead)) = unit.input.iter().next() else {
                return Err(Rule::Cells.invalid(format!("block {index}, unit {u}"), "the unit has no inputs"));
            };
            // Units of one direction tend to stand together.
            let form = match self.last {
                Some(last) if self.continues(last, block.activation, unit) => last,
                _ => self.form(block.activation, unit, lead),
            };
            self.last = Some(form);
            self.group.forms[form].units.push(unit);
        }
        for (slot, value) in block.bias.iter() {
            self.group.bias.push((slot, value.clone()));
        }
        let outputs = block.units.iter().flat_map(|unit| unit.output.iter());
        outputs.chain(block.bias.iter()).for_each(|(slot, _)| {
            self.written.insert(slot);
        });
        Ok(())
    }

    fn continues(&self, last: usize, activation: Activation, unit: &Unit) -> bool {
        let form = &self.group.forms[last];
        form.activation == activation && unit.input.proportion(&form.direction).is_some()
    }

    fn form(&mut self, activation: Activation, unit: &Unit, lead: &Rational) -> usize {
        let direction = SparseVector::from_entries(unit.input.iter().map(|(slot, w)| (slot, w / lead)));
        let entries = direction.iter().map(|(slot, w)| (slot, w.numer().clone(), w.denom().clone()));
        let forms = &mut self.group.forms;
        *self.known.entry((activation, entries.collect())).or_insert_with(|| {
            forms.push(Form { direction, activation, units: Vec::new() });
            forms.len() - 1
        })
    }
}

/// Fuses runs of blocks `X + FC_1(X)`, `X + FC_2(X)`, … in which no block reads what an earlier one of the run wrote:
/// then each FC sees the values from before the run, and together they are `X + Σ FC_b(X)`.
pub(super) fn fuse<'a>(blocks: impl Iterator<Item = (usize, &'a Block)>) -> Result<Vec<Group<'a>>, Refusal> {
    let mut groups = Vec::new();
    let mut current: Option<Collector<'a>> = None;
    for (index, block) in blocks {
        if current.as_ref().is_some_and(|group| group.reads_what_it_writes(block)) {
            groups.extend(current.take().map(|collector| collector.group));
        }
        current.get_or_insert_with(|| Collector::new(index)).add(index, block)?;
    }
    groups.extend(current.map(|collector| collector.group));
    Ok(groups)
}

/// Slope and intercept per output slot, if the units' sum is affine in t on the whole line: every change of slope
/// must be undone at the same place.
pub(super) fn affine(form: &Form<'_>) -> Option<Vec<(usize, Rational, Rational)>> {
    if form.activation != Activation::Relu {
        return None;
    }
    // Per slot and break point the change of slope; per slot what is active far to the left.
    let mut changes = std::collections::BTreeMap::<(usize, Exact), Rational>::new();
    let mut left = std::collections::BTreeMap::<usize, (Rational, Rational)>::new();
    let zero = Rational::default;
    for unit in &form.units {
        let Kink { slope, breakpoint } = Form::kink(unit);
        let rising = slope > zero();
        for (slot, weight) in unit.output.iter() {
            let lead = &slope * weight;
            let (linear, constant) = left.entry(slot).or_insert_with(|| (zero(), zero()));
            if !rising {
                *linear += &lead;
                *constant -= &lead * &breakpoint;
            }
            let change = if rising { lead } else { -lead };
            *changes.entry((slot, Exact(breakpoint.clone()))).or_insert_with(zero) += change;
        }
    }
    let smooth = changes.values().all(|change| *change == zero());
    smooth.then(|| left.into_iter().map(|(slot, (linear, constant))| (slot, linear, constant)).collect())
}
