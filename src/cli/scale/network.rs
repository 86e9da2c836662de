//! `sumformer scale network TARGET…`

use super::table::{Table, line, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::failure::{Subject, failure};
use crate::cli::files::target_file;
use crate::cli::output::say;
use crate::cli::plot::{Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::{ActivationName, LayoutName, parse_epsilon, parse_latent_mode};
use crate::recipe::RecipeError;
use crate::report::numbers::{above, count, upper};
use crate::scale::length::with_length;
use crate::scale::network::{Limits, NetworkPoint, NetworkRow, degree, network_row};
use crate::sumformer::latent::LatentMode;
use clap::Args;
use itertools::Itertools;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::surrogate::SurrogateError;

/// `scale network`
#[derive(Debug, Args)]
pub struct NetworkArguments {
    /// Target files, or folders that hold `target.toml`.
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// Read the targets with these lengths instead of their own; where one makes no target, it is skipped.
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = parse_tokens)]
    pub tokens: Vec<Tokens>,
    /// The errors to prove (default: the target's, else 1/1000).
    #[arg(long, value_name = "Q,…", value_delimiter = ',', value_parser = parse_epsilon)]
    pub epsilon: Vec<Rational>,
    /// Activations.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "relu")]
    pub activation: Vec<ActivationName>,
    /// Latent features, as for `prove`.
    #[arg(long, value_name = "sparse|essential|powers|tight|paper", default_value = "sparse", value_parser = parse_latent_mode)]
    pub latent: LatentMode,
    /// Layout, as for `prove`.
    #[arg(long, value_enum, default_value = "tree")]
    pub layout: LayoutName,
    /// Refuse networks that would need more hidden units.
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub max_units: u64,
    /// Refuse targets that expand to more terms.
    #[arg(long, value_name = "N", default_value_t = sumformer_checker::limits::MAX_TERMS as u64,
          value_parser = clap::value_parser!(u64).range(1..=sumformer_checker::limits::MAX_TERMS as u64))]
    pub max_terms: u64,
}

fn parse_tokens(text: &str) -> Result<Tokens, String> {
    match text {
        "any" => Ok(Tokens::Any),
        _ => text.parse().map(Tokens::Fixed).map_err(|_| "expected a number of tokens or any".into()),
    }
}

/// One point of the network sweep.
struct Case {
    /// Where the target was read, for messages.
    file: String,
    target: Target,
    degree: u32,
    point: NetworkPoint,
}

const NETWORK_COLUMNS: [&str; 18] = [
    "target",
    "n",
    "d",
    "degree",
    "epsilon",
    "activation",
    "d'",
    "sparse",
    "tight",
    "paper",
    "psi_terms",
    "blocks",
    "width",
    "units",
    "nonzeros",
    "bits",
    "madds/token",
    "certified",
];

/// `exact`: bounds as p/q.
pub(super) fn table(arguments: &NetworkArguments, exact: bool) -> Result<Table, CliError> {
    let mut skipped = Vec::new();
    let cases = cases(arguments, &mut skipped)?;
    let limits = Limits { units: arguments.max_units, terms: arguments.max_terms as usize };
    let rows: Vec<Result<NetworkRow, RecipeError>> =
        progress::rows(&cases, |case| network_row(&case.target, &case.point, limits));
    let (mut cells, mut outcome) = (Vec::new(), Outcome::Proved);
    let mut json_rows = Vec::new();
    for (case, row) in cases.iter().zip(rows) {
        match row {
            Ok(row) => {
                cells.push(network_cells(case, &row, exact));
                json_rows.push(network_json(case, &row));
            }
            Err(error) => {
                let error = failure(error, Subject { target: &case.target, file: &case.file });
                say(&error);
                outcome = Outcome::worst([outcome, error.outcome()]);
                skipped.push(json!({
                    "target": case.target.name,
                    "n": length(&case.target),
                    "error": error.to_json(),
                }));
            }
        }
    }
    Ok(Table {
        header: NETWORK_COLUMNS.to_vec(),
        cells,
        picture: picture(&json_rows),
        json: json!({ "rows": json_rows, "skipped": skipped }),
        outcome,
        claim: "Theorem 4.3 and section 4.2.1: one attention layer, and networks for φ and ψ of a size that is left open",
    })
}

/// Hidden units and non-zeros against ε, two panels for each target, a line for each length and activation.
fn picture(rows: &[Value]) -> Picture {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_string();
    let name = |row: &Value| {
        let n = row["n"].as_u64().map_or_else(|| "any".into(), |n| n.to_string());
        format!("n = {n}, {}", text(row, "activation"))
    };
    let panel = |target: &str, title: &str, column: &str| {
        let own: Vec<&Value> = rows.iter().filter(|row| text(row, "target") == target).collect();
        let groups: Vec<String> = own.iter().map(|row| name(row)).unique().collect();
        let of =
            |group: &String| points(own.iter().copied().filter(|row| name(row) == *group), "epsilon", column);
        let lines = groups.iter().enumerate().map(|(i, group)| line(i, of(group)).labelled(group));
        Panel {
            title: format!("{target}: {title}"),
            x: ("ε", Scale::Ten),
            y: Scale::Ten,
            least: 1.0,
            lines: lines.collect(),
        }
    };
    let targets: Vec<String> = rows.iter().map(|row| text(row, "target")).unique().collect();
    let panels = targets.iter().flat_map(|target| {
        [panel(target, "hidden units", "hidden_units"), panel(target, "weights that are not 0", "nonzeros")]
    });
    let title = "Sizes against the error asked for: with relu they grow, with relu2 they do not";
    let legend = vec![(title.to_string(), Vec::new())];
    Picture { legend, columns: 2, panel_size: (480, 280), panels: panels.collect() }
}

/// All points in the order of the arguments: target, length, epsilon, activation.
///
/// A target that has an error at its own length is one of the command; at a length of `--tokens` it is skipped.
fn cases(arguments: &NetworkArguments, skipped: &mut Vec<Value>) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for path in &arguments.targets {
        let target = read_target(path)?;
        let file = plain_path(&target_file(path));
        if arguments.tokens.is_empty() {
            add_cases(arguments, &target, &file, &mut cases)?;
        }
        for &tokens in &arguments.tokens {
            let resized = with_length(&file, &target, tokens).map_err(CliError::from);
            if let Err(error) = resized.and_then(|target| add_cases(arguments, &target, &file, &mut cases)) {
                let n = name_of(tokens);
                say(format!("{}: tokens = {n} is skipped:\n{error}", target.name));
                skipped.push(json!({ "target": target.name, "n": n, "error": error.to_json() }));
            }
        }
    }
    if cases.is_empty() {
        return Err(CliError::bad_input("none of the lengths in --tokens is one for the targets given"));
    }
    Ok(cases)
}

/// All epsilons and activations for one target.
fn add_cases(
    arguments: &NetworkArguments,
    target: &Target,
    file: &str,
    cases: &mut Vec<Case>,
) -> Result<(), CliError> {
    let layout = arguments.layout.monomials()?;
    let degree = degree(target, arguments.max_terms as usize)
        .map_err(|error| failure(SurrogateError::from(error), Subject { target, file }))?;
    let own = || vec![target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000))];
    let epsilons = if arguments.epsilon.is_empty() { own() } else { arguments.epsilon.clone() };
    for epsilon in &epsilons {
        for &activation in &arguments.activation {
            let point = NetworkPoint {
                epsilon: epsilon.clone(),
                activation: activation.into(),
                latent: arguments.latent,
                layout,
            };
            cases.push(Case { target: target.clone(), file: file.to_string(), degree, point });
        }
    }
    Ok(())
}

fn name_of(tokens: Tokens) -> Value {
    match tokens {
        Tokens::Fixed(n) => json!(n),
        Tokens::Any => json!("any"),
    }
}

fn length(target: &Target) -> Value {
    name_of(target.tokens)
}

fn activation_name(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => "relu",
        Activation::Relu2 => "relu2",
        Activation::Step => "step",
    }
}

/// `exact`: the bound as p/q, too long for an aligned table.
fn network_cells(case: &Case, row: &NetworkRow, exact: bool) -> Vec<String> {
    let closed = |c: &Option<num_bigint::BigUint>| c.as_ref().map_or("-".into(), ToString::to_string);
    let n = match case.target.tokens {
        Tokens::Fixed(n) => n.to_string(),
        Tokens::Any => "any".into(),
    };
    vec![
        case.target.name.clone(),
        n,
        case.target.dimension().to_string(),
        case.degree.to_string(),
        case.point.epsilon.to_string(),
        activation_name(case.point.activation).into(),
        row.latent_dimension.to_string(),
        row.dimensions.sparse.to_string(),
        closed(&row.dimensions.tight),
        closed(&row.dimensions.paper),
        row.psi_terms.to_string(),
        row.size.blocks.to_string(),
        row.size.width.to_string(),
        row.size.hidden_units.to_string(),
        row.size.nonzeros.to_string(),
        row.size.bits.to_string(),
        row.multiply_adds.to_string(),
        if exact { row.certified.to_string() } else { above(&row.certified) },
    ]
}

fn network_json(case: &Case, row: &NetworkRow) -> Value {
    let closed = |c: &Option<num_bigint::BigUint>| c.as_ref().map(count);
    json!({
        "target": case.target.name,
        "n": length(&case.target),
        "d": case.target.dimension(),
        "degree": case.degree,
        "epsilon": upper(&case.point.epsilon),
        "activation": activation_name(case.point.activation),
        "latent": {
            "dimension": row.latent_dimension,
            "sparse": row.dimensions.sparse,
            "tight": closed(&row.dimensions.tight),
            "paper": closed(&row.dimensions.paper),
            "psi_terms": row.psi_terms,
        },
        "blocks": row.size.blocks,
        "width": row.size.width,
        "hidden_units": row.size.hidden_units,
        "nonzeros": row.size.nonzeros,
        "bits": row.size.bits,
        "multiply_adds_per_token": row.multiply_adds,
        "certified": upper(&row.certified),
    })
}
