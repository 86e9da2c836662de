//! What was proved, for people and for programs.

use super::arguments::ProveArguments;
use super::words::{route_json, sums, table};
use crate::cli::check::{add_cells, add_floats, add_verdict, in_words};
use crate::cli::error::CliError;
use crate::cli::escape::{plain_path, shown_path};
use crate::cli::failure::ways_json;
use crate::cli::files::PROOF_FILES;
use crate::cli::table::aligned;
use crate::cli::values::{ActivationName, Construction, LatentName};
use crate::codes::information_bound;
use crate::discontinuous::CellValue;
use crate::lowering::attention::Architecture;
use crate::recipe::{Chosen, Proofs, Proved, SumPlan, TablePlan};
use crate::report::floors::NetworkSums;
use crate::report::numbers::{above, below, count, given, lower, upper};
use crate::sumformer::latent::LatentMode;
use num_traits::ToPrimitive;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::Verdict;
use sumformer_checker::language::target::{Target, Tokens};

/// What was asked for, and what came of it.
pub(super) struct Made<'a> {
    pub(super) arguments: &'a ProveArguments,
    pub(super) target: &'a Target,
    pub(super) proofs: Proofs<'a>,
}

impl Made<'_> {
    /// The sums of the networks.
    pub(super) fn sums(&self) -> NetworkSums {
        match self.proofs.plan.chosen() {
            Chosen::Sums(plan) => NetworkSums { count: plan.way.sumformer.latent_dimension(), jumps: false },
            Chosen::Table(plan) => {
                NetworkSums { count: plan.table.code().dimension(), jumps: self.arguments.ramp.is_none() }
            }
        }
    }
}

fn headline(made: &Made<'_>) -> String {
    match made.proofs.plan.chosen() {
        Chosen::Sums(plan) => sums(plan),
        Chosen::Table(plan) => table(plan, made.arguments.code().name()),
    }
}

pub(super) fn text(made: &Made<'_>, place: &dyn Fn(&Proved) -> PathBuf) -> String {
    let target = made.target;
    let n = match target.tokens {
        Tokens::Fixed(n) => format!("n = {n}"),
        Tokens::Any => "every n".into(),
    };
    let mut lines = vec![format!(
        "{}: {n}, d = {}, {} output(s); {}",
        target.name,
        target.dimension(),
        target.outputs(),
        headline(made),
    )];
    let proofs = &made.proofs.proofs;
    let rows: Vec<Vec<String>> = proofs
        .iter()
        .map(|p| {
            let size = p.proof.size;
            vec![
                p.architecture.name().to_string(),
                size.blocks.to_string(),
                size.width.to_string(),
                size.hidden_units.to_string(),
                size.nonzeros.to_string(),
                match p.proof.verdict {
                    Verdict::Valid(_) => above(&p.proof.certificate.certified.0),
                    // What an open or refuted proof claims is not certified.
                    _ => "-".into(),
                },
                below(&p.proof.witness.error),
                format!("{:.3}", p.seconds),
                format!("{:.3}", p.proof.check_time.as_secs_f64()),
            ]
        })
        .collect();
    let header = [
        "architecture",
        "blocks",
        "width",
        "units",
        "nonzeros",
        "certified",
        "witness",
        "prove s",
        "check s",
    ];
    lines.push(aligned(&header, &rows));
    for p in proofs {
        lines.push(format!(
            "{}: {}",
            shown_path(&place(p)),
            in_words(&p.proof.certificate, &p.proof.verdict)
        ));
    }
    lines.join("\n")
}

pub(super) fn result(made: &Made<'_>, p: &Proved, place: &Path) -> Result<Value, CliError> {
    let (target, plan) = (made.target, &made.proofs.plan);
    let (proof, size) = (&p.proof, p.proof.size);
    let exact = |rows: &[Vec<Rational>]| -> Value {
        rows.iter().map(|row| row.iter().map(Rational::to_string).collect::<Value>()).collect()
    };
    let mut witness = lower(&proof.witness.error);
    witness["input"] = exact(&proof.witness.input);
    if !proof.witness.copies.is_empty() {
        witness["copies"] = json!(proof.witness.copies);
    }
    witness["token"] = proof.witness.token.into();
    witness["output"] = proof.witness.output.into();
    witness["kind"] = if proof.witness.exact { "exact" } else { "lower bound" }.into();
    let n = match target.tokens {
        Tokens::Fixed(n) => json!(n),
        Tokens::Any => json!("any"),
    };
    let [target_file, _, certificate_file] = PROOF_FILES;
    let files: Map<String, Value> = ["target", "network", "certificate"]
        .iter()
        .zip([target_file, made.arguments.form.form().file(), certificate_file])
        .map(|(key, name)| (key.to_string(), plain_path(&place.join(name)).into()))
        .collect();
    let way_seconds: Map<String, Value> =
        plan.ways().iter().map(|way| (way.way.name().to_string(), json!(way.seconds))).collect();
    let mut result = json!({
        "name": target.name,
        "n": n,
        "d": target.dimension(),
        "outputs": target.outputs(),
        "architecture": p.architecture.name(),
        "blocks": size.blocks,
        "attention_blocks": size.attention_blocks,
        "width": size.width,
        "hidden_units": size.hidden_units,
        "nonzeros": size.nonzeros,
        "bits": size.bits,
        "epsilon": upper(&proof.certificate.epsilon.0),
        "certified": upper(&proof.certificate.certified.0),
        "witness": witness,
        "seconds": {
            "ways": way_seconds,
            "choose": plan.choosing().as_secs_f64(),
            "prove": p.seconds,
            "check": proof.check_time.as_secs_f64(),
        },
        "files": files,
    });
    let fields = match plan.chosen() {
        Chosen::Sums(plan) => sum_fields(made.arguments, plan),
        Chosen::Table(plan) => table_fields(made.arguments, plan)?,
    };
    for (key, value) in fields {
        result[key] = value;
    }
    if made.arguments.construction != Construction::Discontinuous {
        result["ways"] = ways_json(plan.ways());
    }
    match p.architecture {
        Architecture::Transformer => {}
        Architecture::Linformer { rank } => result["rank"] = rank.into(),
        Architecture::Performer { features, seed, normalized } => {
            result["features"] = features.into();
            result["seed"] = seed.into();
            result["performer"] = if normalized { "favor" } else { "paper" }.into();
        }
    }
    if let Some(cells) = proof.certificate.cells() {
        add_cells(&mut result, cells, &proof.certificate.certified.0);
    }
    add_floats(&mut result, &proof.certificate);
    add_verdict(&mut result, &proof.verdict);
    Ok(result)
}

/// What is particular to the continuous construction.
fn sum_fields(arguments: &ProveArguments, plan: &SumPlan) -> Map<String, Value> {
    let way = &plan.way;
    let mode = match arguments.latent.unwrap_or(LatentName::Mode(LatentMode::Sparse)) {
        LatentName::Mode(mode) => mode.name(),
        LatentName::Count(_) => "count",
    };
    let count = |value: &Option<num_bigint::BigUint>| value.as_ref().map(count);
    let (sumformer, dimensions) = (&way.sumformer, &way.dimensions);
    let latent = json!({
        "mode": mode,
        "dimension": sumformer.latent_dimension(),
        "paper": count(&dimensions.paper),
        "tight": count(&dimensions.tight),
        "powers": dimensions.powers,
        "sparse": dimensions.sparse,
        "sums": sumformer.basis_name(),
        "psi_terms": sumformer.psi_terms(),
    });
    let mut route = route_json(way);
    let planned = plan.planned.iter().map(|(route, units)| (route.to_string(), json!(units)));
    route["predicted_units"] = planned.collect::<Map<String, Value>>().into();
    Map::from_iter([
        ("construction".to_string(), "continuous".into()),
        ("activation".to_string(), arguments.activation_name(ActivationName::Relu).into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
        ("route".to_string(), route),
    ])
}

/// What is particular to the discontinuous construction.
fn table_fields(arguments: &ProveArguments, plan: &TablePlan) -> Result<Map<String, Value>, CliError> {
    let table = &plan.table;
    let code = table.code();
    let bits =
        information_bound(code.cells(), code.separated()).map_err(|e| CliError::bad_input(e.to_string()))?;
    let latent = json!({
        "code": arguments.code().name(),
        "dimension": code.dimension(),
        "bits": code.size().sum_bits(),
        "information_bound": bits,
        "key_bits": table.key_bits(),
        "separates": table.separation().name(),
    });
    let a_priori =
        plan.a_priori.as_ref().map(|a| a.to_u64().map_or_else(|| json!(a.to_string()), Value::from));
    let mut fields = Map::from_iter([
        ("construction".to_string(), "discontinuous".into()),
        ("activation".to_string(), arguments.activation_name(ActivationName::Step).into()),
        ("layout".to_string(), arguments.layout_name().into()),
        ("latent".to_string(), latent),
        ("grid".to_string(), plan.divisions().into()),
        ("grid_a_priori".to_string(), a_priori.into()),
        (
            "cell_value".to_string(),
            match arguments.cell_value() {
                CellValue::Centre => "centre",
                CellValue::Corner => "corner",
            }
            .into(),
        ),
    ]);
    if let Some(ramp) = &arguments.ramp {
        fields.insert("ramp".to_string(), given(ramp));
    }
    Ok(fields)
}
