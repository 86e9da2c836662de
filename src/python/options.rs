//! The options of `prove`, under the names that they have in the command.

use crate::number::{positive, rational};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::ops::RangeInclusive;
use std::time::Duration;
use sumformer::certify::boxes::Slice;
use sumformer::checker::arith::number::Rational;
use sumformer::checker::format::floats::{FloatType, STAGED_GROUP};
use sumformer::checker::format::network::Activation;
use sumformer::checker::limits::MAX_TERMS;
use sumformer::codes::CodeKind;
use sumformer::discontinuous::{CellValue, Jump, MOST_ENTRIES, Separation, TableLayout};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer::planning::Routes;
use sumformer::recipe::{Construction, GridChoice, GridOptions, Latents, Options, SumOptions};
use sumformer::sumformer::latent::LatentMode;

/// About thirty years.
const MOST_SECONDS: f64 = 1e9;

/// When a proof is given up.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After so long.
    pub time: Option<Duration>,
    /// When the process uses more bytes.
    pub memory: Option<u64>,
}

/// The options as they were given; None stands for those that were not.
pub struct Asked<'py> {
    options: &'py Bound<'py, PyDict>,
}

/// What an option has a meaning beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Linformer,
    Performer,
    Continuous,
    /// Where distances are bounded on boxes.
    Boxes,
    Discontinuous,
    /// The same, or `auto`, which may choose it.
    Table,
}

use Belongs::*;

/// Options that have no meaning beside some others.
const BELONGS: [(&str, Belongs); 17] = [
    ("rank", Linformer),
    ("features", Performer),
    ("seed", Performer),
    ("performer", Performer),
    ("latent", Continuous),
    ("deploy", Continuous),
    ("order", Continuous),
    ("route", Continuous),
    ("max_terms", Continuous),
    ("max_boxes", Boxes),
    ("shard", Boxes),
    ("grid", Discontinuous),
    ("cell_value", Discontinuous),
    ("code", Discontinuous),
    ("separate", Discontinuous),
    ("ramp", Discontinuous),
    ("max_entries", Table),
];

const CONSTRUCTIONS: [(&str, Construction); 3] = [
    ("auto", Construction::Auto),
    ("continuous", Construction::Continuous),
    ("discontinuous", Construction::Discontinuous),
];
const ROUTES: [(&str, Routes); 3] =
    [("auto", Routes::All), ("structural", Routes::Structural), ("bernstein", Routes::Bernstein)];
const LATENTS: [(&str, LatentMode); 5] = [
    ("sparse", LatentMode::Sparse),
    ("essential", LatentMode::Essential),
    ("powers", LatentMode::Powers),
    ("tight", LatentMode::Tight),
    ("paper", LatentMode::Paper),
];
const ACTIVATIONS: [(&str, Activation); 2] = [("relu", Activation::Relu), ("relu2", Activation::Relu2)];
const LAYOUTS: [(&str, Layout); 2] = [("tree", Layout::Tree), ("shallow", Layout::Shallow)];
const TABLE_LAYOUTS: [(&str, TableLayout); 4] = [
    ("tree", TableLayout::Tree),
    ("balanced", TableLayout::Balanced),
    ("wide", TableLayout::Wide),
    ("layered", TableLayout::Layered),
];
/// Whether the jumps of a table are ramps.
const JUMPS: [(&str, bool); 2] = [("step", false), ("relu", true)];
const GRIDS: [(&str, GridChoice); 2] = [("auto", GridChoice::Smallest), ("finest", GridChoice::Finest)];
const CELL_VALUES: [(&str, CellValue); 2] = [("centre", CellValue::Centre), ("corner", CellValue::Corner)];
const CODES: [(&str, CodeKind); 4] = [
    ("histogram", CodeKind::Histogram),
    ("moments", CodeKind::Moments),
    ("radix", CodeKind::Radix),
    ("bose-chowla", CodeKind::BoseChowla),
];
const SEPARATIONS: [(&str, Separation); 2] = [("others", Separation::Others), ("all", Separation::All)];
/// Whether rows are divided by their sums.
const PERFORMERS: [(&str, bool); 2] = [("favor", true), ("paper", false)];
/// Those of heads that average, and whether weighted means have heads with scores of their own.
const SCORES: [(&str, (Scores, bool)); 3] =
    [("zero", (Scores::Zero, false)), ("paper", (Scores::Paper, false)), ("softmax", (Scores::Zero, true))];
const ARCHITECTURES: [&str; 3] = ["transformer", "linformer", "performer"];

impl<'py> Asked<'py> {
    /// Of a dictionary that has them all.
    pub fn new(options: &'py Bound<'py, PyDict>) -> Self {
        Self { options }
    }

    /// What is asked of the recipe.
    pub fn options(&self) -> PyResult<Options> {
        let defaults = Options::default();
        let construction = self.choice("construction", &CONSTRUCTIONS)?.unwrap_or_default();
        let names = self.architecture_names()?;
        self.refuse_idle(construction, &names)?;
        let table = construction == Construction::Discontinuous;
        let max_entries = self.whole("max_entries", 1..=MOST_ENTRIES)?.unwrap_or(defaults.grid.max_entries);
        let grid = match table {
            true => GridOptions { max_entries, ..self.grid()? },
            false => GridOptions { max_entries, ..defaults.grid },
        };
        let heads = self.choice("scores", &SCORES)? == Some((Scores::Zero, true));
        let sums = if table { defaults.sums } else { self.sums()? };
        let sums = SumOptions { heads, ..sums };
        // Tables have activations and layouts of their own.
        let named = self.is_given("activation")? || self.is_given("layout")?;
        Ok(Options {
            epsilon: self.given("epsilon")?.map(|epsilon| positive(&epsilon, "epsilon")).transpose()?,
            construction: match construction {
                Construction::Auto if named => Construction::Continuous,
                other => other,
            },
            architectures: self.architectures(&names)?,
            scores: self.choice("scores", &SCORES)?.map_or(defaults.scores, |(scores, _)| scores),
            sums,
            grid,
            max_units: self.whole("max_units", 0..=1 << 53)?.unwrap_or(defaults.max_units),
        })
    }

    /// When it is to be given up.
    pub fn patience(&self) -> PyResult<Patience> {
        let time = self.given("time_limit")?.map(|seconds| match seconds.extract::<f64>() {
            Ok(seconds) if seconds > 0.0 && seconds <= MOST_SECONDS => Ok(Duration::from_secs_f64(seconds)),
            _ => Err(PyValueError::new_err(format!(
                "`time_limit` is {}; expected a number of seconds, more than 0 and at most {MOST_SECONDS:e}, or None",
                seconds.repr()?
            ))),
        });
        Ok(Patience { time: time.transpose()?, memory: self.whole("memory_limit", 1..=u64::MAX)? })
    }

    /// In which order hidden units are added up by what is deployed.
    fn order(&self) -> PyResult<Option<usize>> {
        let order = self.choice("order", &[("any", None), ("staged", Some(STAGED_GROUP))])?;
        if order.is_some() && self.given("deploy")?.is_none() {
            return Err(PyValueError::new_err("`order` is that of what is computed: it needs `deploy`"));
        }
        Ok(order.flatten())
    }

    fn sums(&self) -> PyResult<SumOptions> {
        let defaults = SumOptions::default();
        let most = MAX_TERMS as u64;
        Ok(SumOptions {
            latents: match self.given("latent")? {
                Some(count) if !count.is_instance_of::<PyString>() => {
                    let count = whole("latent", &count, 1..=1000, &LATENTS.map(|(name, _)| name))?;
                    Latents::Count(count as usize)
                }
                _ => self.choice("latent", &LATENTS)?.map_or(defaults.latents, Latents::Mode),
            },
            routes: self.choice("route", &ROUTES)?.unwrap_or(defaults.routes),
            activation: self.choice("activation", &ACTIVATIONS)?.unwrap_or(defaults.activation),
            deploy: self.choice("deploy", &FloatType::ALL.map(|kind| (kind.name(), kind)))?,
            heads: defaults.heads,
            staged: self.order()?,
            layout: self.choice("layout", &LAYOUTS)?.unwrap_or(defaults.layout),
            max_terms: self.whole("max_terms", 1..=most)?.map_or(defaults.max_terms, |terms| terms as usize),
            max_boxes: self
                .whole("max_boxes", 1..=1 << 24)?
                .map_or(defaults.max_boxes, |boxes| boxes as usize),
            slice: match self.given("shard")? {
                None => defaults.slice,
                Some(shard) => {
                    let pair = shard.extract::<(usize, usize)>().ok();
                    pair.and_then(|(number, count)| Slice::new(number, count).ok()).ok_or_else(|| {
                        let most = Slice::MOST;
                        PyValueError::new_err(format!(
                            "`shard` is a pair (k, m) of integers with 1 <= k <= m <= {most}: the k-th of m parts"
                        ))
                    })?
                }
            },
        })
    }

    fn grid(&self) -> PyResult<GridOptions> {
        let defaults = GridOptions::default();
        let ramp = self.given("ramp")?.map(|width| positive(&width, "ramp")).transpose()?;
        Ok(GridOptions {
            grid: match self.given("grid")? {
                Some(divisions) if !divisions.is_instance_of::<PyString>() => GridChoice::Divisions(whole(
                    "grid",
                    &divisions,
                    1..=1 << 20,
                    &GRIDS.map(|(name, _)| name),
                )?),
                _ => self.choice("grid", &GRIDS)?.unwrap_or(defaults.grid),
            },
            value_at: self.choice("cell_value", &CELL_VALUES)?.unwrap_or(defaults.value_at),
            code: self.choice("code", &CODES)?.unwrap_or(defaults.code),
            separation: self.choice("separate", &SEPARATIONS)?.unwrap_or(defaults.separation),
            layout: self.choice("layout", &TABLE_LAYOUTS)?.unwrap_or(defaults.layout),
            jump: jump(self.choice("activation", &JUMPS)?.unwrap_or(false), ramp)?,
            max_entries: defaults.max_entries,
        })
    }

    /// The architectures that were asked for, each once, in the order of the command.
    fn architecture_names(&self) -> PyResult<Vec<&'static str>> {
        let asked = match self.given("architecture")? {
            None => vec!["transformer".into()],
            Some(one) if one.is_instance_of::<PyString>() => vec![one.extract::<String>()?],
            Some(several) => several.extract::<Vec<String>>().map_err(|_| {
                PyTypeError::new_err(
                    "`architecture` is a name or a list of names, such as [\"transformer\", \"performer\"]",
                )
            })?,
        };
        if let Some(other) =
            asked.iter().find(|name| *name != "all" && !ARCHITECTURES.contains(&name.as_str()))
        {
            return Err(unknown("architecture", other, &[&ARCHITECTURES[..], &["all"]].concat()));
        }
        let is_asked = |name: &&str| asked.iter().any(|asked| asked == name || asked == "all");
        Ok(ARCHITECTURES.into_iter().filter(is_asked).collect())
    }

    fn architectures(&self, names: &[&str]) -> PyResult<Vec<Architecture>> {
        const MOST: u64 = 1 << 16;
        let rank = self.whole("rank", 1..=MOST)?.unwrap_or(1) as usize;
        let features = self.whole("features", 1..=MOST)?.unwrap_or(64) as usize;
        let seed = self.whole("seed", 0..=u64::MAX)?.unwrap_or(0);
        let normalized = self.choice("performer", &PERFORMERS)?.unwrap_or(true);
        let architecture = |name: &&str| match *name {
            "linformer" => Architecture::Linformer { rank },
            "performer" => Architecture::Performer { features, seed, normalized },
            _ => Architecture::Transformer,
        };
        Ok(names.iter().map(architecture).collect())
    }

    /// Refuses options that were given and would change nothing.
    fn refuse_idle(&self, construction: Construction, architectures: &[&str]) -> PyResult<()> {
        let structural = self.choice("route", &ROUTES)? == Some(Routes::Structural);
        let discontinuous = construction == Construction::Discontinuous;
        for (name, belongs) in BELONGS {
            let missing = match belongs {
                Linformer if !architectures.contains(&"linformer") => "architecture=\"linformer\"",
                Performer if !architectures.contains(&"performer") => "architecture=\"performer\"",
                Continuous | Boxes if discontinuous => "construction=\"continuous\"",
                Boxes if structural => "route=\"bernstein\"",
                Discontinuous if !discontinuous => "construction=\"discontinuous\"",
                Table if construction == Construction::Continuous => "construction=\"discontinuous\"",
                _ => continue,
            };
            if self.is_given(name)? {
                let message =
                    format!("`{name}` belongs to {missing} and would change nothing here; leave it out");
                return Err(PyValueError::new_err(message));
            }
        }
        Ok(())
    }

    fn given(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.options.get_item(name)?.filter(|value| !value.is_none()))
    }

    fn is_given(&self, name: &str) -> PyResult<bool> {
        Ok(self.given(name)?.is_some())
    }

    /// One of some names.
    fn choice<T: Clone>(&self, name: &str, choices: &[(&str, T)]) -> PyResult<Option<T>> {
        let Some(value) = self.given(name)? else { return Ok(None) };
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let found = value.extract::<String>().ok();
        let choice = choices.iter().find(|(name, _)| found.as_deref() == Some(name));
        match choice {
            Some((_, choice)) => Ok(Some(choice.clone())),
            None => Err(unknown(name, &value.str()?.to_string(), &names)),
        }
    }

    fn whole(&self, name: &str, range: RangeInclusive<u64>) -> PyResult<Option<u64>> {
        self.given(name)?.map(|value| whole(name, &value, range, &[])).transpose()
    }
}

fn jump(ramps: bool, width: Option<Rational>) -> PyResult<Jump> {
    match (ramps, width) {
        (false, None) => Ok(Jump::Step),
        (true, Some(width)) => Ok(Jump::Ramp(width)),
        (true, None) => Err(PyValueError::new_err(
            "activation=\"relu\" makes ramps of the jumps of a table; give their width with ramp, for example ramp=\"1/1000\"",
        )),
        (false, Some(_)) => {
            Err(PyValueError::new_err("`ramp` belongs to activation=\"relu\"; step units have no ramps"))
        }
    }
}

/// A whole number within limits, beside which there are names.
pub fn whole(
    name: &str,
    value: &Bound<'_, PyAny>,
    range: RangeInclusive<u64>,
    names: &[&str],
) -> PyResult<u64> {
    let number =
        rational(value).ok().filter(|number| number.is_integer() && !value.is_instance_of::<PyString>());
    let number = number.and_then(|number| u64::try_from(number.numer()).ok());
    number.filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        let names: String = names.iter().map(|name| format!("\"{name}\", ")).collect();
        let found = value.repr().map_or_else(|_| "something else".into(), |found| found.to_string());
        PyValueError::new_err(format!(
            "`{name}` is {found}; expected {names}an integer from {least} to {most}"
        ))
    })
}

fn unknown(name: &str, found: &str, names: &[&str]) -> PyErr {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    PyValueError::new_err(format!("`{name}` is \"{found}\"; expected one of {}", names.join(", ")))
}
