//! What is decided of a network that `prove` made: values that its certificate excludes, and values that it takes.

use super::dice::Dice;
use super::error::ZooError;
use super::files::{FORMAT, Files, INDEX, pretty};
use super::instance::{Answer, Instance, Margin, next_single};
use super::model::Model;
use super::specimen::{Known, Side, Specimen, repeated};
use super::vnnlib::{version_1, version_2};
use crate::export::{Dtype, Format, Labels, write};
use crate::folder::PROOF_FILES;
use serde_json::json;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::check::Checked;
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::target::Tokens;

/// Inputs that are tried for large and small outputs.
const TRIED: usize = 256;
/// Seconds that a program may take for one question.
const TIMEOUT: u32 = 300;
/// The name of the network's file.
const NETWORK: &str = "network.f32.onnx";

/// Questions about the first output of the first token, with answers: `unsat` for thresholds beyond all values of the target by more
/// than the certified error, `sat` for one that is reached. Paths and contents of their files.
///
/// Meant for a proof that is valid, whose three files these are. The file of the network is in f32, so every weight has to be an f32; the
/// box is that of the target, rounded inward.
pub fn proved(checked: &Checked, labels: &Labels, proof: &[Vec<u8>; 3]) -> Result<Files, ZooError> {
    let undecided = |what: String| ZooError::Undecided(what);
    let (target, network) = (&checked.target, &checked.network);
    let Tokens::Fixed(n) = target.tokens else {
        return Err(undecided(
            "it is for every length, and a property is about one; fix the number of tokens".into(),
        ));
    };
    let mut onnx = Vec::new();
    // Tools that verify networks know products better than stages of sums.
    let rounding = write(network, &labels.clone().in_stages(false), Format::Onnx, Dtype::F32, &mut onnx)?;
    if rounding.rounded > 0 {
        return Err(undecided(format!(
            "{} of its weights are no single-precision numbers, so that its file in f32 is another network than the one that is proved",
            rounding.rounded
        )));
    }
    let token: Option<Vec<[Rational; 2]>> = target
        .domain
        .iter()
        .map(|side| {
            let end = |value: &Rational, up| {
                if Dtype::F32.round(value).exact { Some(value.clone()) } else { next_single(value, up) }
            };
            let ends = [end(side.inf(), true)?, end(side.sup(), false)?];
            (ends[0] <= ends[1]).then_some(ends)
        })
        .collect();
    let token =
        token.ok_or_else(|| undecided("a side of its box has no single-precision number in it".into()))?;
    let domain = repeated(n, &token);
    let range = first_output(checked, n)
        .map_err(|error| undecided(format!("its target is not enclosed: {error}")))?;
    let model = Model::from(network.clone());
    let mut files: Files = vec![(NETWORK.into(), onnx)];
    let (mut first, mut second, mut answers) = (String::new(), String::new(), Vec::new());
    for (side, bound) in [(Side::Least, &range[0]), (Side::Largest, &range[1])] {
        let (at, value) = extreme_of_tried(&model, &domain, side)?;
        for (answer, extreme) in [(Answer::Unsat, bound), (Answer::Sat, &value)] {
            let known = Known::Bound { reached: answer == Answer::Sat };
            let why = match answer {
                Answer::Unsat => "every value of the target, and the certified error beyond it",
                Answer::Sat => "the value at an input",
            };
            let mut specimen = Specimen::new(
                side.name(),
                model.clone(),
                domain.clone(),
                (side, extreme.clone(), at.clone()),
                why,
            );
            specimen.known = known;
            let Some(instance) = question(&specimen, answer)? else { continue };
            let texts = [version_1(&specimen, &instance), version_2(&specimen, &instance)];
            let name = format!("{}-{}", side.name(), answer.name());
            let [Some(old), Some(new)] = texts else {
                return Err(undecided(format!("the property {name} has no decimal notation")));
            };
            let paths = [format!("vnnlib/{name}.vnnlib"), format!("vnnlib2/{name}.vnnlib")];
            first.push_str(&format!("{NETWORK},{},{TIMEOUT}\n", paths[0]));
            second.push_str(&format!("{NETWORK},{},{TIMEOUT}\n", paths[1]));
            let point = |at: &Vec<Rational>| at.iter().cloned().map(Exact).collect::<Vec<_>>();
            answers.push(json!({
                "vnnlib": paths[0],
                "vnnlib2": paths[1],
                "answer": answer.name(),
                "threshold": instance.threshold.to_string(),
                "counterexample": (answer == Answer::Sat).then(|| point(&specimen.at)),
                "reason": specimen.why,
            }));
            files.extend(paths.into_iter().zip([old, new].map(String::into_bytes)));
        }
    }
    let copies =
        PROOF_FILES.iter().zip(proof).map(|(name, content)| (format!("proof/{name}"), content.clone()));
    files.extend(copies);
    files.push(("instances.csv".into(), first.into_bytes()));
    files.push(("instances2.csv".into(), second.into_bytes()));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).chain([INDEX]).collect();
    let certified = checked.certificate.certified.0.to_string();
    let index = json!({ "format": FORMAT, "certified": certified, "instances": answers, "files": names });
    files.push((INDEX.into(), pretty(&index)));
    Ok(files)
}

/// Between these two lies the network's first output of the first token: the target's range, and the certified error.
fn first_output(checked: &Checked, n: usize) -> Result<[Rational; 2], String> {
    let target = &checked.target;
    let sides: Vec<PreparedSide> = target.domain.iter().map(PreparedSide::new).collect();
    let boxes: Vec<&PreparedSide> = (0..n).flat_map(|_| &sides).collect();
    let enclosure = TargetEnclosure::new(target).and_then(|mut target| target.enclose(&boxes));
    let range = enclosure.map_err(|error| error.to_string())?[0];
    let ends = range.inf().to_rational().zip(range.sup().to_rational());
    let (low, high) = ends.ok_or("its values are not bounded")?;
    let error = &checked.certificate.certified.0;
    Ok([low - error, high + error])
}

/// The most extreme exact value among inputs that are tried: corners, and tokens that are equal.
fn extreme_of_tried(
    model: &Model,
    domain: &[[Rational; 2]],
    side: Side,
) -> Result<(Vec<Rational>, Rational), ZooError> {
    let mut dice = Dice::new(0, 0);
    let mut best: Option<(f64, Vec<Rational>)> = None;
    for _ in 0..TRIED {
        let corner: Vec<Rational> = domain.iter().map(|ends| ends[dice.below(2)].clone()).collect();
        let value: f64 = model.float(&corner)?;
        let value = if side == Side::Largest { value } else { -value };
        if best.as_ref().is_none_or(|(best, _)| value > *best) {
            best = Some((value, corner));
        }
    }
    let at = best.map_or_else(Vec::new, |(_, at)| at);
    let value = model.exact(&at)?;
    Ok((at, value))
}

/// The question whose threshold is a millionth beyond, or before; nothing if it does not survive rounding.
fn question(specimen: &Specimen, answer: Answer) -> Result<Option<Instance>, ZooError> {
    let up = (specimen.side == Side::Largest) == (answer == Answer::Unsat);
    let Some(threshold) = Margin::Millionth.threshold(&specimen.extreme, up) else { return Ok(None) };
    if answer == Answer::Sat {
        let floats = [specimen.float::<f32>()?, specimen.float::<f64>()?];
        if !floats.iter().all(|value| specimen.side.reaches(value, &threshold)) {
            return Ok(None);
        }
    }
    let specimen = specimen.name.clone();
    Ok(Some(Instance { specimen, margin: Margin::Millionth, answer, threshold }))
}
