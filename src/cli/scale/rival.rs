//! `sumformer scale rival TARGET…`

use super::table::{Table, line, names, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::failure::{Subject, failure};
use crate::cli::files::target_file;
use crate::cli::output::say;
use crate::cli::plot::{Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::parse_epsilon;
use crate::lowering::plan::Layout;
use crate::recipe::RecipeError;
use crate::report::numbers::{count, upper};
use crate::scale::network::{Limits, NetworkPoint, NetworkRow, degree, network_row};
use crate::scale::rival::rival_size;
use crate::sumformer::latent::LatentMode;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;

pub(super) const HELP: &str = "Theirs: Takeshita and Imaizumi, arXiv 2502.11467, by the formulas of their abstract and its summaries: one head, \
width 12·(2d)^s·N, depth 2sL + 3s, an error of about 8^s·N^{−L}; N and L are those with the fewest parameters for this error, the \
constant in front of it taken for 1, s for the degree of the target, parameters as if every layer were dense (depth · width²). They \
approximate invariant polynomials, ours are equivariant. Ours: the transformer that is built, with ReLU, its bound derived by the \
checker's rules; hidden units of all blocks, weights that are not 0.";

/// No network has more hidden units.
const MAX_UNITS: u64 = 2_000_000;

/// `scale rival`
#[derive(Debug, Args)]
pub struct RivalArguments {
    /// Target files, or folders that hold `target.toml`; polynomials.
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// The errors to prove (default: the target's, else 1/1000).
    #[arg(long, value_name = "Q,…", value_delimiter = ',', value_parser = parse_epsilon)]
    pub epsilon: Vec<Rational>,
}

const COLUMNS: [&str; 15] = [
    "target",
    "n",
    "d",
    "s",
    "epsilon",
    "their_N",
    "their_L",
    "their_width",
    "their_depth",
    "their_parameters",
    "d'",
    "width",
    "blocks",
    "units",
    "nonzeros",
];

/// A target and an error.
struct Case {
    file: String,
    target: Target,
    degree: u32,
    epsilon: Rational,
}

pub(super) fn table(arguments: &RivalArguments, exact: bool) -> Result<Table, CliError> {
    let mut cases = Vec::new();
    for path in &arguments.targets {
        let (target, file) = (read_target(path)?, plain_path(&target_file(path)));
        let degree = degree(&target, MAX_TERMS).map_err(|error| {
            CliError::bad_input(format!("{file}: {error}; only polynomials are compared"))
        })?;
        let own = || vec![target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000))];
        let epsilons = if arguments.epsilon.is_empty() { own() } else { arguments.epsilon.clone() };
        for epsilon in epsilons {
            cases.push(Case { file: file.clone(), target: target.clone(), degree, epsilon });
        }
    }
    let found: Vec<Result<NetworkRow, RecipeError>> = progress::rows(&cases, |case| {
        let point = NetworkPoint {
            epsilon: case.epsilon.clone(),
            activation: Activation::Relu,
            latent: LatentMode::Sparse,
            layout: Layout::Tree,
        };
        network_row(&case.target, &point, Limits { units: MAX_UNITS, terms: MAX_TERMS })
    });
    let (mut rows, mut outcome) = (Vec::new(), Outcome::Proved);
    for (case, row) in cases.iter().zip(found) {
        match row {
            Ok(ours) => {
                if case.degree == 0 {
                    say(format!("{}: a constant, of which their formulas say nothing", case.target.name));
                }
                rows.push(json(case, &ours));
            }
            Err(error) => {
                let error = failure(error, Subject { target: &case.target, file: &case.file });
                say(&error);
                outcome = Outcome::worst([outcome, error.outcome()]);
            }
        }
    }
    let picture = picture(&rows);
    let claim = "Takeshita and Imaizumi: transformers for symmetric polynomials with parameters that do not depend on n";
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture).with_outcome(outcome))
}

fn json(case: &Case, ours: &NetworkRow) -> Value {
    let n = match case.target.tokens {
        Tokens::Fixed(n) => json!(n),
        Tokens::Any => json!("any"),
    };
    let theirs = rival_size(case.target.dimension() as u32, case.degree, &case.epsilon);
    json!({
        "target": case.target.name,
        "n": n,
        "d": case.target.dimension(),
        "s": case.degree,
        "epsilon": upper(&case.epsilon),
        "their_N": theirs.as_ref().map(|it| count(&it.fineness)),
        "their_L": theirs.as_ref().map(|it| it.layers),
        "their_width": theirs.as_ref().map(|it| count(&it.width)),
        "their_depth": theirs.as_ref().map(|it| it.depth),
        "their_parameters": theirs.as_ref().map(|it| count(&it.dense)),
        "d'": ours.latent_dimension,
        "width": ours.size.width,
        "blocks": ours.size.blocks,
        "units": ours.size.hidden_units,
        "nonzeros": ours.size.nonzeros,
    })
}

/// Parameters of both, target by target.
fn picture(rows: &[Value]) -> Picture {
    let numbered: Vec<Value> = rows
        .iter()
        .zip(1..)
        .map(|(row, number)| {
            json!({ "row": number, "theirs": row["their_parameters"], "ours": row["nonzeros"] })
        })
        .collect();
    let panel = Panel {
        title: "parameters, row by row".into(),
        x: ("row of the table", Scale::Linear),
        y: Scale::Ten,
        least: 1.0,
        lines: vec![line(0, points(&numbered, "row", "theirs")), line(1, points(&numbered, "row", "ours"))],
    };
    let named = ["by their formulas, dense", "ours, weights that are not 0"].map(String::from);
    Picture {
        legend: vec![(String::new(), names(named))],
        columns: 1,
        panel_size: (760, 380),
        panels: vec![panel],
    }
}
