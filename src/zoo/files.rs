//! The suite as files: what VNN-COMP reads, what is known, and programs that need nothing of ours.

use super::error::ZooError;
use super::families::FAMILIES;
use super::instance::{Answer, Instance};
use super::readme::readme;
use super::specimen::Specimen;
use super::suite::Suite;
use super::vnnlib::{version_1, version_2};
use crate::folder::PROOF_FILES;
use serde_json::{Value, json};
use sumformer_checker::arith::number::Rational;

/// The value of `format` in the index.
pub const FORMAT: &str = "sumformer-zoo/1";
/// The index: answers, witnesses, reasons, and the names of all files.
pub const INDEX: &str = "answers.json";
/// Makes the properties anew, moved by a seed.
const GENERATOR: &str = include_str!("generate_properties.py");
/// Derives every answer again, from the files alone.
const CHECKER: &str = include_str!("check_answers.py");

/// Paths relative to the suite's folder, and contents.
pub type Files = Vec<(String, Vec<u8>)>;

impl Suite {
    /// All files, the same for a seed and a size.
    pub fn files(&self) -> Result<Files, ZooError> {
        let mut files = vec![
            ("README.md".into(), readme(self).into_bytes()),
            ("generate_properties.py".into(), GENERATOR.into()),
            ("check_answers.py".into(), CHECKER.into()),
            ("extremes.json".into(), pretty(&self.extremes()?)),
        ];
        for specimen in &self.specimens {
            files.push((onnx(specimen), weights(specimen)?));
            for (name, text) in PROOF_FILES.iter().zip(specimen.proof.iter().flatten()) {
                files.push((format!("{}/{name}", proof(specimen)), text.clone().into_bytes()));
            }
        }
        let (mut first, mut second, mut answers) = (String::new(), String::new(), Vec::new());
        for instance in &self.instances {
            let Some(specimen) = self.specimens.iter().find(|specimen| specimen.name == instance.specimen)
            else {
                continue;
            };
            let (onnx, timeout) = (onnx(specimen), self.size.timeout());
            let path = |folder: &str| format!("{folder}/{}.vnnlib", instance.name());
            let old = version_1(specimen, instance);
            if let Some(text) = &old {
                first.push_str(&format!("{onnx},{},{timeout}\n", path("vnnlib")));
                files.push((path("vnnlib"), text.clone().into_bytes()));
            }
            let new = version_2(specimen, instance).ok_or_else(|| not_dyadic(specimen))?;
            if old.is_none() && specimen.subtracted.is_empty() {
                return Err(not_dyadic(specimen));
            }
            second.push_str(&format!("{onnx},{},{timeout}\n", path("vnnlib2")));
            files.push((path("vnnlib2"), new.into_bytes()));
            answers.push(answer(specimen, instance, old.map(|_| path("vnnlib")), path("vnnlib2")));
        }
        files.push(("instances.csv".into(), first.into_bytes()));
        files.push(("instances2.csv".into(), second.into_bytes()));
        let mut names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).chain([INDEX]).collect();
        names.sort_unstable();
        let index = json!({
            "format": FORMAT,
            "seed": self.seed,
            "size": self.size.name(),
            "instances": answers,
            "files": names,
        });
        files.push((INDEX.into(), pretty(&index)));
        Ok(files)
    }

    /// What `generate_properties.py` needs.
    fn extremes(&self) -> Result<Value, ZooError> {
        let specimens: Result<Vec<Value>, ZooError> = self.specimens.iter().map(extreme).collect();
        Ok(json!({
            "format": FORMAT,
            "size": self.size.name(),
            "timeout": self.size.timeout(),
            "specimens": specimens?,
        }))
    }
}

/// Names of a specimen's files.
fn onnx(specimen: &Specimen) -> String {
    format!("onnx/{}.onnx", specimen.name)
}

fn proof(specimen: &Specimen) -> String {
    format!("proofs/{}", specimen.name)
}

/// The family that a specimen's name begins with.
fn family(specimen: &Specimen) -> &'static str {
    let family = FAMILIES.iter().find(|family| specimen.name.starts_with(&format!("{}-", family.name)));
    family.map_or("", |family| family.name)
}

/// The file with the weights, every one of which single precision has.
fn weights(specimen: &Specimen) -> Result<Vec<u8>, ZooError> {
    let mut bytes = Vec::new();
    let rounding = specimen.model.write(&specimen.name, &mut bytes)?;
    match rounding.rounded {
        0 => Ok(bytes),
        count => Err(ZooError::Defect {
            name: specimen.name.clone(),
            what: format!("{count} weights are no single-precision numbers"),
        }),
    }
}

fn not_dyadic(specimen: &Specimen) -> ZooError {
    let what = "a number of its property is no finite decimal".into();
    ZooError::Defect { name: specimen.name.clone(), what }
}

fn exact(values: &[Rational]) -> Vec<String> {
    values.iter().map(Rational::to_string).collect()
}

fn extreme(specimen: &Specimen) -> Result<Value, ZooError> {
    let [input, output] = specimen.model.shapes();
    let subtracted: Vec<Value> = specimen
        .subtracted
        .iter()
        .map(|term| json!([term.coefficient.to_string(), term.inputs[0], term.inputs[1]]))
        .collect();
    let domain: Vec<Vec<String>> = specimen.domain.iter().map(|ends| exact(ends)).collect();
    Ok(json!({
        "name": specimen.name,
        "family": family(specimen),
        "onnx": onnx(specimen),
        "input": input,
        "output": output,
        "domain": domain,
        "subtracted": subtracted,
        "side": specimen.side.name(),
        "extreme": specimen.extreme.to_string(),
        "at": exact(&specimen.at),
        "f32": specimen.float::<f32>()?.to_string(),
        "f64": specimen.float::<f64>()?.to_string(),
        "reason": specimen.why,
        "proof": specimen.proof.as_ref().map(|_| proof(specimen)),
    }))
}

fn answer(specimen: &Specimen, instance: &Instance, vnnlib: Option<String>, vnnlib2: String) -> Value {
    json!({
        "name": instance.name(),
        "family": family(specimen),
        "onnx": onnx(specimen),
        "vnnlib": vnnlib,
        "vnnlib2": vnnlib2,
        "answer": instance.answer.name(),
        "margin": instance.margin.name(),
        "threshold": instance.threshold.to_string(),
        "extreme": specimen.extreme.to_string(),
        "witness": match instance.answer {
            Answer::Sat => Some(exact(&specimen.at)),
            Answer::Unsat => None,
        },
        "reason": specimen.why,
        "proof": specimen.proof.as_ref().map(|_| proof(specimen)),
    })
}

pub(super) fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
