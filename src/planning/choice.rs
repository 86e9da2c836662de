//! The choice among the ways.

use super::outlook::{Outlook, WayName};
use crate::approximation::ApproximationError;
use crate::approximation::structural::StructuralError;
use crate::approximation::way::{
    Route, Way, WayError, WayOptions, fewer_sums, nodes, planned_units, structural_shares,
};
use crate::codes::CodeKind;
use crate::discontinuous::{
    CellValue, DiscontinuousOptions, GridError, Separation, TableOutlook, table_outlook,
};
use crate::sumformer::latent::SumformerError;
use std::time::Instant;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::normal_form::expansion::ExpansionError;
use sumformer_checker::surrogate::SurrogateError;
use sumformer_checker::work::{Limits, within};

/// Beyond so many coordinates of all tokens, values at nodes are not looked at beside another route.
const FEW_COORDINATES: usize = 3;
/// Continuous networks up to this size are taken without a look at tables.
const MANY_UNITS: f64 = 10_000.0;
/// A table takes the place of a larger one only if it has this many times fewer units.
const MUCH_SMALLER: f64 = 16.0;
/// Work for each of the ways, in the units of the checker's meter, while others have not been looked at: some ten times
/// what planning takes for any target of the gallery.
const FIRST_SHARE: u64 = 1 << 28;
/// So many times that for a look at fewer sums.
const SUMS_SHARE: u64 = 4;

/// Which routes of the continuous construction may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routes {
    /// Any.
    All,
    /// The target's shape is kept.
    Structural,
    /// Values at nodes.
    Bernstein,
}

/// What a table would be like.
#[derive(Debug, Clone)]
pub struct TableWishes {
    /// Where in a cell its value is taken.
    pub at: CellValue,
    /// φ*, and which multiset its sums tell.
    pub code: (CodeKind, Separation),
    /// The network.
    pub network: DiscontinuousOptions,
    /// Larger tables are refused.
    pub max_entries: u64,
    /// Networks with more weights are refused.
    pub max_weights: u64,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// ε, and how monomials are computed.
    pub continuous: WayOptions,
    /// Which routes of the continuous construction may be taken.
    pub routes: Routes,
    /// The most hidden units; infinite for gadgets without an error, whose number is not planned.
    pub max_units: f64,
    /// Tables, if they may be taken.
    pub table: Option<TableWishes>,
}

/// Where to go.
#[derive(Debug)]
pub enum Choice {
    /// The continuous construction.
    Continuous(Box<Way>),
    /// The discontinuous construction, as far as can be seen on this grid.
    Table(TableOutlook),
}

/// Why no way leads to ε within the limits: what is wrong with the route that was looked at first, or nothing if its network
/// is too large.
pub type NoWay = Option<WayError>;

/// What the choice is told, and tells, on the way.
pub struct Watch<'a> {
    /// All ways that were looked at so far, whatever becomes of the choice.
    pub outlooks: &'a mut Vec<Outlook>,
    /// Told which way is looked at.
    pub step: &'a dyn Fn(WayName),
}

/// The cheapest way that can reach ε, but for those that have been `tried` and had no network after all.
///
/// Every route first has a share of work; only if there is no other way does a route that was given up for that go on
/// until it ends, or whatever limits the whole.
pub fn choose(
    target: &Target,
    wishes: &Wishes,
    tried: &[WayName],
    watch: &mut Watch<'_>,
) -> Result<Choice, NoWay> {
    let mut search = Search { target, wishes, tried, watch, best: None, first: None };
    if let Some(plan) = search.all(FIRST_SHARE) {
        return Ok(plan);
    }
    if search.watch.outlooks.iter().any(|outlook| outlook.given_up) {
        search.first = None;
        search.watch.outlooks.clear();
        if let Some(plan) = search.all(u64::MAX) {
            return Ok(plan);
        }
    }
    Err(search.first)
}

struct Search<'a, 'w> {
    target: &'a Target,
    wishes: &'a Wishes,
    tried: &'a [WayName],
    watch: &'a mut Watch<'w>,
    best: Option<Way>,
    first: NoWay,
}

impl Search<'_, '_> {
    /// All ways, each with so much work.
    fn all(&mut self, work: u64) -> Option<Choice> {
        let open = |way| !self.tried.contains(&way);
        let [structural, nodes, table] = [WayName::Structural, WayName::Bernstein, WayName::Table].map(open);
        if structural && self.wishes.routes != Routes::Bernstein {
            self.structural(work);
        }
        if nodes && self.wants_nodes() {
            self.nodes(work);
        }
        // Where numbers leave what can be planned, lowering says which, and where.
        let most = self.wishes.max_units;
        let affordable =
            self.best.take_if(|way| way.predicted_units <= most || way.predicted_units.is_infinite());
        let units = affordable.as_ref().map_or(f64::INFINITY, |way| way.predicted_units);
        let far = units > MANY_UNITS && self.first.as_ref().is_none_or(has_a_value);
        let wished = self.wishes.table.as_ref().filter(|_| table && far);
        match wished.and_then(|table| self.table(table)) {
            Some(table) if table.units * MUCH_SMALLER < units => Some(Choice::Table(table)),
            _ => affordable.map(|way| Choice::Continuous(Box::new(way))),
        }
    }

    fn structural(&mut self, work: u64) {
        (self.watch.step)(WayName::Structural);
        let start = Instant::now();
        let mut found = None;
        let outlooks = &mut *self.watch.outlooks;
        outlooks.push(Outlook::unfinished(WayName::Structural));
        let mut better = |way: Way| {
            outlooks.last_mut().expect("the unfinished one").units = Some(way.predicted_units);
            found = Some(way);
        };
        let ended = within(Limits::work(work), || {
            structural_shares(self.target, &self.wishes.continuous, &mut better)
        });
        let shape = match (found, ended) {
            // Another share might have been better; this one is good.
            (Some(way), _) => Ok(way),
            (None, Ok(Ok(()))) => Err(ApproximationError::NoSample.into()),
            (None, Ok(Err(error))) => Err(error),
            (None, Err(stopped)) => Err(stopped.into()),
        };
        let fewer = within(Limits::work(work.saturating_mul(SUMS_SHARE)), || {
            fewer_sums(self.target, &self.wishes.continuous, shape.as_ref().ok())
        });
        let shape = fewer.ok().flatten().map_or(shape, Ok);
        self.watch.outlooks.pop();
        self.watch.outlooks.push(continuous_outlook(WayName::Structural, &shape, self.wishes, start));
        match shape {
            Ok(way) => self.best = Some(way),
            Err(error) => self.first = Some(error),
        }
    }

    fn nodes(&mut self, work: u64) {
        (self.watch.step)(WayName::Bernstein);
        let start = Instant::now();
        let limit = self.wishes.max_units;
        let most = self.best.as_ref().map_or(limit, |way| way.predicted_units.min(limit));
        self.watch.outlooks.push(Outlook::unfinished(WayName::Bernstein));
        let values = within(Limits::work(work), || nodes(self.target, &self.wishes.continuous, most));
        let values = values.unwrap_or_else(|stopped| Err(stopped.into()));
        self.watch.outlooks.pop();
        self.watch.outlooks.push(continuous_outlook(WayName::Bernstein, &values, self.wishes, start));
        match values {
            Ok(way) if self.best.as_ref().is_none_or(|best| way.predicted_units < best.predicted_units) => {
                self.best = Some(way);
            }
            // A network that is too large is what is wrong with the structural route.
            Err(error) if self.best.is_none() && self.first.is_none() => self.first = Some(error),
            Ok(_) | Err(_) => {}
        }
    }

    fn table(&mut self, table: &TableWishes) -> Option<TableOutlook> {
        (self.watch.step)(WayName::Table);
        let start = Instant::now();
        let found = within(Limits::work(FIRST_SHARE), || look_at_table(self.target, table, self.wishes));
        let found = found.unwrap_or_else(|stopped| Err(NoTable::because(format!("given up: {stopped}"))));
        self.watch.outlooks.push(table_words(&found, start));
        found.ok()
    }

    /// Values at nodes are looked at if they are asked for, beside a structural way that is not exact for few coordinates,
    /// and where the target's shape cannot be kept.
    fn wants_nodes(&self) -> bool {
        let small = match self.target.tokens {
            Tokens::Fixed(n) => n.saturating_mul(self.target.dimension()) <= FEW_COORDINATES,
            Tokens::Any => false,
        };
        match (self.wishes.routes, &self.best) {
            (Routes::Bernstein, _) => true,
            (Routes::Structural, _) => false,
            (Routes::All, Some(way)) => small && way.route != Route::Exact,
            (Routes::All, None) => {
                self.tried.contains(&WayName::Structural) || self.first.as_ref().is_some_and(is_out_of_reach)
            }
        }
    }
}

/// Whether the target is not one for the structural route, whatever else it is one for.
fn is_out_of_reach(error: &WayError) -> bool {
    match error {
        WayError::Structural(StructuralError::Surrogate(error)) => {
            matches!(
                error,
                SurrogateError::NotCovered { .. } | SurrogateError::OffDomain { certain: false, .. }
            )
        }
        WayError::Stopped(_)
        | WayError::Structural(_)
        | WayError::Sumformer(SumformerError::SecondRound { .. }) => true,
        _ => false,
    }
}

/// Whether the target is one at all.
fn has_a_value(error: &WayError) -> bool {
    let WayError::Structural(StructuralError::Surrogate(SurrogateError::Expansion(error))) = error else {
        return true;
    };
    !matches!(error, ExpansionError::NotSymmetric { .. } | ExpansionError::Undefined { .. })
}

fn continuous_outlook(
    way: WayName,
    found: &Result<Way, WayError>,
    wishes: &Wishes,
    start: Instant,
) -> Outlook {
    let (units, why_not) = match found {
        Ok(found) if found.predicted_units > wishes.max_units => {
            let why = format!("more hidden units than the limit of {}", wishes.max_units);
            (Some(found.predicted_units), Some(why))
        }
        Ok(found) => (Some(found.predicted_units), None),
        Err(error) => {
            let units = match error {
                WayError::Approximation(ApproximationError::Cancelling { coefficient, .. }) => {
                    Some(planned_units(*coefficient, &wishes.continuous))
                }
                _ => None,
            };
            (units, Some(error.to_string()))
        }
    };
    // Gadgets' errors fall with the square of their number of pieces; a little more, so that it is enough.
    let reaches = units
        .filter(|units| found.is_ok() && *units > wishes.max_units)
        .map(|units| to_f64(&wishes.continuous.epsilon) * (units / wishes.max_units).powi(2) * 1.1);
    let seconds = start.elapsed().as_secs_f64();
    let given_up = matches!(found, Err(WayError::Stopped(_)));
    Outlook { way, units, entries: None, why_not, given_up, reaches, seconds }
}

/// Why there is no table.
struct NoTable {
    why: String,
    /// An error that is not below what some table within the limits has.
    reaches: Option<f64>,
    /// The one that is too large.
    large: Option<Box<TableOutlook>>,
}

impl NoTable {
    fn because(why: impl ToString) -> Self {
        Self { why: why.to_string(), reaches: None, large: None }
    }
}

fn look_at_table(target: &Target, table: &TableWishes, wishes: &Wishes) -> Result<TableOutlook, NoTable> {
    let Tokens::Fixed(n) = target.tokens else {
        return Err(NoTable::because("a table needs a fixed number of tokens"));
    };
    let epsilon = &wishes.continuous.epsilon;
    let found = table_outlook(target, n, table.at, table.code, &table.network, epsilon, table.max_entries)
        .map_err(|error| {
            let reaches = match error {
                GridError::OutOfSight { reached, .. } => Some(reached).filter(|reached| reached.is_finite()),
                _ => None,
            };
            NoTable { reaches, ..NoTable::because(error) }
        })?;
    let why = if found.units > wishes.max_units {
        format!("more hidden units than the limit of {}", wishes.max_units)
    } else if found.nonzeros > table.max_weights.into() {
        format!("{} weights, more than the {} that fit into memory", found.nonzeros, table.max_weights)
    } else {
        return Ok(found);
    };
    Err(NoTable { large: Some(Box::new(found)), ..NoTable::because(why) })
}

fn table_words(found: &Result<TableOutlook, NoTable>, start: Instant) -> Outlook {
    let table = match found {
        Ok(table) => Some(table),
        Err(none) => none.large.as_deref(),
    };
    let none = found.as_ref().err();
    Outlook {
        way: WayName::Table,
        units: table.map(|table| table.units),
        entries: table.map(|table| table.entries.to_string()),
        why_not: none.map(|none| none.why.clone()),
        given_up: false,
        reaches: none.and_then(|none| none.reaches),
        seconds: start.elapsed().as_secs_f64(),
    }
}
