//! The way that was taken, and what should be known of it, in words and for programs.

use crate::approximation::bernstein::Operator;
use crate::approximation::way::{Route, Way};
use crate::certify::boxes::WorstBox;
use crate::cli::check::in_groups;
use crate::cli::failure;
use crate::recipe::{Note, SumPlan, TablePlan};
use crate::report::numbers::{above, measured, upper};
use serde_json::{Value, json};
use sumformer_checker::arith::decimal::range;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::format::certificate::Replacement;

/// The Sumformer of the continuous construction.
pub(super) fn sums(plan: &SumPlan) -> String {
    let sumformer = &plan.way.sumformer;
    let powers = sumformer.monomials().len();
    let what = if plan.way.surrogate.atoms.is_empty() { "power sums" } else { "features" };
    let combined = match sumformer.latent_dimension() {
        sums if sums < powers => format!(", combinations of {powers} {what}"),
        _ => String::new(),
    };
    format!(
        "{}Sumformer with d' = {} ({}{combined}), psi has {} terms",
        route(&plan.way),
        sumformer.latent_dimension(),
        sumformer.basis_name(),
        sumformer.psi_terms(),
    )
}

/// The table of the discontinuous construction.
pub(super) fn table(plan: &TablePlan, code_name: &str) -> String {
    let (table, code) = (&plan.table, plan.table.code());
    format!(
        "grid with Δ = {} ({} cells{}), table of {} entries, code {code_name} with d' = {} and {} bits",
        plan.divisions(),
        table.grid().cells(),
        plan.a_priori.as_ref().map_or(String::new(), |a| format!(", Lipschitz constants promise Δ = {a}")),
        table.entries(),
        code.dimension(),
        code.size().sum_bits(),
    )
}

/// A note for people.
pub(super) fn note(note: &Note) -> String {
    match note {
        Note::ShapeNotKept(why) => {
            format!("the target's shape cannot be kept ({why}); its values at nodes are used")
        }
        Note::APriori { degree, lipschitz, smooth } => {
            let known = |bound: &Option<Rational>| bound.as_ref().map_or_else(|| "unknown".into(), above);
            format!(
                "a priori, Bernstein's operator of degree {degree} is within {} (Lipschitz constants) and {} (second \
                 derivatives) of the target; what is certified is the distance found on boxes",
                known(lipschitz),
                known(smooth)
            )
        }
        Note::MorePowers { powers, fewest } => format!(
            "{powers} sums are kept, as combining them into {fewest} would take more hidden units; --latent essential does that"
        ),
        Note::FewerSums(sums) => {
            format!("{sums} sums are enough, with more hidden units; --latent {sums} proves it")
        }
        Note::FewerLatents { found, asked } => format!("{found} latents are as good as {asked}"),
        Note::LikelyEpsilon(epsilon) => format!(
            "epsilon is what these latents are likely to reach, {epsilon} (about {}); --epsilon asks for another",
            above(epsilon)
        ),
        Note::LookedAt(way) => format!("{}: {}", way.way.name(), failure::words(way)),
        Note::NoNetwork { way, why } => {
            format!("{}: there is no network after all ({why}); the next way is taken", way.name())
        }
        Note::EpsilonOfGrid { proved, asked } => {
            format!(
                "this grid proves {proved} ({}), which is taken for epsilon in place of {asked}",
                above(proved)
            )
        }
        Note::Computed { architecture, kind, staged, total, epsilon } => {
            let within = |total: &Rational| if total <= epsilon { "within" } else { "ABOVE" };
            let what = match total {
                Ok(total) => {
                    format!("|network - target| <= {}, {} epsilon = {epsilon}", above(total), within(total))
                }
                Err(refusal) => format!("there is no bound: {refusal}"),
            };
            format!("{}: computed in {}{}, {what}", architecture.name(), kind.name(), in_groups(*staged))
        }
        Note::SearchEnded(architecture) => format!(
            "{}: boxes were left open after half of the time limit, as the check takes as long again; --time-limit sets \
             another",
            architecture.name()
        ),
        Note::PartOfBoxes(architecture) => format!(
            "{}: this is one part of the boxes; `sumformer merge` joins it with the others",
            architecture.name()
        ),
        Note::OpenBoxes { architecture, worst, epsilon } => {
            format!("{}: {}", architecture.name(), open_box(worst, epsilon))
        }
    }
}

/// `route structural: …; `, or nothing for polynomials.
fn route(way: &Way) -> String {
    match &way.route {
        Route::Exact => String::new(),
        Route::Structural => {
            let surrogate = &way.surrogate;
            let replaced = surrogate
                .approximations
                .iter()
                .filter(|a| !matches!(a.by, Replacement::Name | Replacement::Head { sharpness: None }))
                .count();
            let functions = match surrogate.atoms.len() {
                1 => "one function of one variable".into(),
                more => format!("{more} functions of one variable"),
            };
            let functions = match (surrogate.means.len(), surrogate.atoms.len()) {
                (0, _) => functions,
                (1, 0) => "one weighted mean".into(),
                (1, _) => format!("one weighted mean, {functions}"),
                (means, 0) => format!("{means} weighted means"),
                (means, _) => format!("{means} weighted means, {functions}"),
            };
            let nodes = match replaced {
                0 => String::new(),
                1 => format!(", one node replaced (within {} of the target)", above(&deviation(way))),
                more => format!(", {more} nodes replaced (within {} of the target)", above(&deviation(way))),
            };
            format!("route structural: {functions}{nodes}; ")
        }
        Route::Nodes { guess, nodes, .. } => {
            let operator = match guess.operator {
                Operator::Bernstein => "Bernstein's operator",
                Operator::Chebyshev => "interpolation at Chebyshev nodes",
            };
            format!("route bernstein: {operator} of degree {} on {nodes} values; ", guess.degree)
        }
        Route::Latents { sampled_error, .. } => {
            format!("the best latents found, {} from the target on samples; ", measured(*sampled_error))
        }
    }
}

fn deviation(way: &Way) -> Rational {
    way.surrogate.deviations.iter().cloned().fold(Rational::default(), max)
}

/// The same for programs.
pub(super) fn route_json(way: &Way) -> Value {
    match &way.route {
        Route::Exact => json!({ "name": "exact" }),
        Route::Structural => {
            let kind = |by: &Replacement| match by {
                Replacement::Polynomial { .. } => "polynomial",
                Replacement::Product { .. } => "product",
                Replacement::Composite { .. } => "composite",
                Replacement::Hats { .. } => "hats",
                Replacement::Grid { .. } => "grid",
                Replacement::Thresholds { .. } => "thresholds",
                Replacement::Pair { .. } => "pair",
                Replacement::Head { .. } => "head",
                Replacement::Name => "name",
                Replacement::Logarithms { .. } => "logarithms",
            };
            let replaced = way.surrogate.approximations.iter().map(|a| {
                json!({ "output": a.output, "node": a.node, "by": kind(&a.by), "error": upper(&a.error.0) })
            });
            let atoms = way.surrogate.atoms.iter().map(|atom| atom.function.name());
            json!({
                "name": "structural",
                "replaced": replaced.collect::<Value>(),
                "atoms": atoms.collect::<Value>(),
                "deviation": upper(&deviation(way)),
            })
        }
        Route::Nodes { guess, nodes, lipschitz, smooth } => json!({
            "name": "bernstein",
            "operator": guess.operator.name(),
            "degree": guess.degree,
            "values": nodes,
            "sampled_error": guess.sampled_error,
            "a_priori": {
                "lipschitz": lipschitz.as_ref().map(upper),
                "smooth": smooth.as_ref().map(upper),
            },
        }),
        Route::Latents { sampled_error, rms } => {
            json!({ "name": "latents", "sampled_error": sampled_error, "rms": rms })
        }
    }
}

/// The worst box that was left open.
fn open_box(worst: &WorstBox, epsilon: &Rational) -> String {
    let sides = |token: &Vec<sumformer_checker::arith::interval::Interval>| {
        let sides: Vec<String> = token.iter().map(|side| side.to_string()).collect();
        sides.join(" x ")
    };
    let place: Vec<String> = worst.sides.iter().map(sides).collect();
    let reach = worst.enclosure.as_ref().map_or_else(
        || "nothing is known of the distance there".to_string(),
        |e| format!("the distance there is enclosed by {}", range(Some(e.inf()), Some(e.sup()))),
    );
    let way_out = if worst.hopeless {
        format!("epsilon = {epsilon} is out of reach of this approximation")
    } else {
        "a larger --max-boxes goes on".into()
    };
    format!(
        "boxes are left open; the worst is {}, output {}: {reach}; {way_out}",
        place.join(", "),
        worst.output
    )
}
