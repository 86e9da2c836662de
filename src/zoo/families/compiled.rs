//! Networks that `sumformer prove` makes, with their proofs.

use super::product::minus_products;
use super::{Family, architectures};
use crate::reading::load_target;
use crate::recipe::{Options, prove};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::specimen::{Side, Specimen, Term, repeated};
use crate::zoo::suite::Size;
use crate::zoo::unroll::unroll;
use num_traits::Signed;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::network::Network;

pub(super) const FAMILY: Family = Family {
    name: "compiled",
    statement: "Targets that `sumformer prove` compiled, minus the target: a network that also multiplies (`…-mul`), or the network itself with its \
attention and a property in VNN-LIB 2.0 that subtracts the target (`…-arithmetic`).\n\n\
*The extreme is the certified bound*: the certificate in `proofs/` proves |network − target| ≤ bound on the whole box, and names an input where \
the distance is the bound exactly. `sumformer check` verifies it from the network's own weights.",
    specimens,
};

/// The mean over n tokens of the squares of all d coordinates.
struct Target {
    n: usize,
    d: usize,
}

const TARGETS: [Target; 3] = [Target { n: 2, d: 1 }, Target { n: 4, d: 1 }, Target { n: 2, d: 2 }];

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let epsilon = size.pick([ratio(1, 50), ratio(1, 500), ratio(1, 5000)]);
    let mut made = Vec::new();
    for (index, target) in TARGETS.iter().enumerate() {
        let architecture = architectures(dice.below(1 << 16) as u64)[index];
        let options = Options {
            epsilon: Some(epsilon.clone()),
            architectures: vec![architecture],
            ..Options::default()
        };
        made.extend(target.specimens(&options)?);
    }
    Ok(made)
}

impl Target {
    fn specimens(&self, options: &Options) -> Result<[Specimen; 2], ZooError> {
        let Self { n, d } = *self;
        let name = format!("squares-n{n}-d{d}");
        let defect = |what: &str| ZooError::Defect { name: name.clone(), what: what.into() };
        let sum: Vec<String> = (0..d).map(|coordinate| format!("y[{coordinate}]^2")).collect();
        let (output, domain) = (format!("mean(y: {})", sum.join(" + ")), vec!["[0, 1]"; d].join(", "));
        let text = format!("name = \"{name}\"\ntokens = {n}\ndomain = [{domain}]\noutput = [\"{output}\"]\n");
        let target = load_target("target.toml", &text).map_err(ZooError::Target)?;
        let proofs = prove(&target, options, &())?;
        let proof = proofs.first();
        let network =
            Network::from_json(proof.network_json.as_bytes()).map_err(|error| defect(&error.to_string()))?;
        let certificate = &proof.certificate;
        let witness = certificate.witness.as_ref().ok_or_else(|| defect("there is no witness"))?;
        if witness.error != certificate.certified || !witness.copies.is_empty() {
            return Err(defect("the witness does not reach the bound"));
        }
        let mut tokens = witness.input.clone();
        tokens.swap(0, witness.token);
        let at: Vec<Rational> = tokens.into_iter().flatten().map(|x| x.0).collect();
        let square = |input| Term { coefficient: ratio(1, n as i64), inputs: [input, input] };
        let terms: Vec<Term> = (0..n * d).map(square).collect();
        let mul = minus_products(&unroll(&network)?, &terms);
        let domain = repeated(n * d, &[[integer(0), integer(1)]]);
        let mul = crate::zoo::Model::from(mul);
        let error = mul.exact(&at)?;
        let side = if error.is_positive() { Side::Largest } else { Side::Least };
        if error != &certificate.certified.0 * side.sign() {
            return Err(defect("the network that multiplies is not the one that was proved"));
        }
        let specimen = |kind: &str, model: crate::zoo::Model, subtracted: &[Term]| {
            let why = "the certificate proves the bound, and its witness reaches it";
            let extreme = (side, error.clone(), at.clone());
            let mut specimen = Specimen::new(format!("{name}-{kind}"), model, domain.clone(), extreme, why);
            specimen.subtracted = subtracted.to_vec();
            let files = [&target.source, &proof.network_json, &proof.certificate_json];
            specimen.proof = Some(files.map(|file| file.to_string()));
            specimen
        };
        Ok([specimen("mul", mul, &[]), specimen("arithmetic", network.into(), &terms)])
    }
}
