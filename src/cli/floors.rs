//! `check` of `floor.json`, and what it says of a network.

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::{FLOOR_FILE, PROOF_FILES, read};
use super::proof::unreadable;
use crate::report::floors::{FloorFacts, NetworkSums};
use crate::report::numbers::{below, lower};
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::{CheckedFloors, check_floors};
use sumformer_checker::refusal::RefusalKind;

/// The floors of a folder, checked.
pub struct Floors<'p> {
    folder: &'p Path,
    checked: CheckedFloors,
}

impl<'p> Floors<'p> {
    /// Reads target and floors, and has the checker derive these.
    pub fn check(folder: &'p Path) -> Result<Self, CliError> {
        let [target, floors] = [PROOF_FILES[0], FLOOR_FILE].map(|name| read(&folder.join(name)));
        let target = target?;
        let checked = check_floors(&target, &floors?).map_err(|error| unreadable(error, folder, &target))?;
        Ok(Self { folder, checked })
    }

    /// As for proofs.
    pub fn outcome(&self) -> Outcome {
        match &self.checked.verdict {
            Ok(_) => Outcome::Proved,
            Err(refusal) if refusal.kind == RefusalKind::Invalid => Outcome::Refuted,
            Err(_) => Outcome::Incomplete,
        }
    }

    /// What they say, if they are valid.
    pub fn facts(&self) -> Option<FloorFacts> {
        self.checked.verdict.is_ok().then(|| FloorFacts::of(&self.checked.certificate))
    }

    /// A line for people.
    pub fn in_words(&self) -> String {
        let file = shown_path(&self.folder.join(FLOOR_FILE));
        let certificate = &self.checked.certificate;
        match &self.checked.verdict {
            Ok(derived) if derived.is_empty() => format!("{file}: valid, but there are no floors in it"),
            Ok(_) => {
                let floors = certificate.floors.iter();
                let floors: Vec<String> =
                    floors.map(|floor| format!("{} {}", floor.sums, below(&floor.error.0))).collect();
                format!(
                    "{file}: valid: on sequences of {} tokens every Sumformer with so many sums errs by at least: {}",
                    certificate.tokens,
                    floors.join(", ")
                )
            }
            Err(refusal) if refusal.kind == RefusalKind::Invalid => {
                format!("{file}: INVALID: {}", shown(&refusal.to_string()))
            }
            Err(refusal) => format!("{file}: incomplete: {}", shown(&refusal.to_string())),
        }
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let certificate = &self.checked.certificate;
        let mut json = json!({ "path": plain_path(self.folder), "n": certificate.tokens });
        match &self.checked.verdict {
            Ok(_) => {
                json["verdict"] = "valid".into();
                let floors = certificate.floors.iter();
                json["floors"] = floors.map(|floor| step(floor.sums, &floor.error.0)).collect();
            }
            Err(refusal) => {
                json["verdict"] =
                    if refusal.kind == RefusalKind::Invalid { "invalid" } else { "incomplete" }.into();
                json["rule"] = refusal.rule.to_string().into();
                json["place"] = refusal.place.clone().into();
                json["message"] = refusal.message.clone().into();
            }
        }
        json
    }
}

/// What floors say of a network, for programs.
pub fn about(facts: &FloorFacts, sums: NetworkSums, epsilon: &Rational) -> Value {
    let floors = facts.floors.iter().map(|(sums, floor)| step(*sums, floor));
    json!({
        "n": facts.tokens,
        "floors": floors.collect::<Value>(),
        "needed": facts.needed(epsilon),
        "least": facts.is_least(sums, epsilon),
    })
}

fn step(sums: usize, floor: &Rational) -> Value {
    json!({ "sums": sums, "floor": lower(floor) })
}
