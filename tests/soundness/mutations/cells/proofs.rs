//! Random small proofs of Theorem 4.1, second proof.

use crate::mutations::dice::Dice;
use crate::mutations::proofs::Proof;
use num_traits::{One, Zero};
use sumformer::codes::CodeKind;
use sumformer::discontinuous::{
    CellValue, CellValues, DiscontinuousOptions, Grid, Jump, Separation, Table, TableLayout, network,
};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::reading::load_target;
use sumformer_checker::arith::number::{Exact, Rational, integer, max, ratio};
use sumformer_checker::cells::{CellBound, derive};
use sumformer_checker::format::certificate::{
    CERTIFICATE_FORMAT, CellClaim, Certificate, OutputClaim, ProofRoute, RampClaim, Witness, WitnessKind,
};
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::witness::witness_error;

/// Sides of boxes: unit, symmetric, negative, a point, none of it dyadic.
const SIDES: [(&str, &str); 6] =
    [("0", "1"), ("-1", "1"), ("-2", "-1/3"), ("1/3", "1/2"), ("1/2", "1/2"), ("-1/7", "2")];

/// Expressions in the own token and the sequence; `K` stands for the last coordinate.
const OUTPUTS: [&str; 11] = [
    "x[0]",
    "x[K]^2 + sum(y != x: y[0])/3",
    "abs(x[0] - mean(y: y[K]))",
    "max(x[0], 1/3) * min(y: y[K])",
    "sum(y: x[0]*y[K])",
    "max(y: abs(y[0] - x[K]))",
    "relu(x[0] - 1/5) - relu(mean(y: y[0]))",
    "min(min(x[0], x[K]), mean(y: y[0]^2))",
    "1/(5 + x[0] + mean(y: y[K]))",
    "sum(y: abs(y[0])) - 2*x[K]^3",
    "7/3",
];

/// A target for n tokens of d coordinates; sometimes in explicit tokens.
pub fn random_target(n: usize, d: usize, dice: &mut Dice) -> Target {
    let sides: Vec<String> = (0..d)
        .map(|_| {
            let (low, high) = SIDES[dice.below(SIDES.len())];
            format!("[\"{low}\", \"{high}\"]")
        })
        .collect();
    let explicit = match (n, dice.below(6)) {
        (2, 0) => Some(("x1[0]*x2[K] - x2[0]", "false")),
        (3, 0) => Some(("x1[0]*(x2[K] + x3[K]) - x2[0]*x3[0]", "false")),
        (3, 1) => Some(("abs(x1[0] - x2[K])*x3[0]", "true")),
        _ => None,
    };
    let body = match explicit {
        Some((text, symmetrize)) => format!("semi_invariant = [\"{text}\"]\nsymmetrize = {symmetrize}"),
        None => {
            let texts: Vec<String> = (0..1 + dice.below(2))
                .map(|_| format!("\"{}\"", OUTPUTS[dice.below(OUTPUTS.len())]))
                .collect();
            format!("output = [{}]", texts.join(", "))
        }
    };
    let text = format!(
        "name = \"random\"\ntokens = {n}\ndomain = [{}]\nepsilon = \"1\"\n{}\n",
        sides.join(", "),
        body.replace('K', &(d - 1).to_string())
    );
    load_target("target.toml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// A network of the construction for a random target.
pub fn random_construction(dice: &mut Dice) -> (Target, Network) {
    loop {
        let (n, d) = (1 + dice.below(3), 1 + dice.below(2));
        let target = random_target(n, d, dice);
        if let Some(network) = construct(&target, n, dice) {
            return (target, network);
        }
    }
}

/// `None` where the target has no enclosure or the table would be large.
pub fn construct(target: &Target, n: usize, dice: &mut Dice) -> Option<Network> {
    let divisions = 1 + dice.below(4 - target.dimension()) as u64;
    let grid = Grid::new(target.domain.clone(), divisions).expect("a grid");
    let at = if dice.coin() { CellValue::Centre } else { CellValue::Corner };
    let epsilon = ratio(1, 4);
    let values = CellValues::new(target, &grid, at, &epsilon);
    let mut sampler = values.sampler().ok()?;
    let kinds = [CodeKind::Histogram, CodeKind::Moments, CodeKind::Radix, CodeKind::BoseChowla];
    let separation = if dice.coin() { Separation::Others } else { Separation::All };
    let value = |own, others: &[u64]| sampler.values(&values.entry(own, others));
    let kind = kinds[dice.below(4)];
    let table = Table::new(grid.clone(), n, target.outputs(), kind, separation, 200, value).ok()?;
    let layouts = [TableLayout::Tree, TableLayout::Balanced, TableLayout::Wide, TableLayout::Layered];
    let performer = |normalized| Architecture::Performer { features: 2, seed: 5, normalized };
    let (architecture, scores) = [
        (Architecture::Transformer, Scores::Zero),
        (Architecture::Transformer, Scores::Paper),
        (Architecture::Linformer { rank: 2 }, Scores::Zero),
        (Architecture::Linformer { rank: 1 }, Scores::Paper),
        (performer(false), Scores::Zero),
        (performer(true), Scores::Paper),
    ][dice.below(6)];
    let jump = if dice.coin() { Jump::Step } else { Jump::Ramp(ratio(1, 5 + dice.below(5) as i64)) };
    let options = DiscontinuousOptions { architecture, scores, layout: layouts[dice.below(4)], jump };
    network(&table, &options).ok()
}

/// A certificate without any margin, and sometimes a witness; `None` if the rule does not cover the network.
pub fn certify(target: &Target, network: &Network, dice: &mut Dice) -> Option<Proof> {
    let bound = derive(target, network).ok()?;
    let mut proof = Proof {
        target: target.source.clone(),
        network: network.clone(),
        certificate: Certificate {
            format: CERTIFICATE_FORMAT.to_string(),
            target_sha256: String::new(),
            network_sha256: String::new(),
            epsilon: Exact(integer(1)),
            certified: Exact(integer(0)),
            outputs: Vec::new(),
            witness: None,
            floats: Vec::new(),
            route: ProofRoute::Cells(CellClaim { count: 0, entries: 0, keys: 0, ramps: None }),
        },
    };
    claim(&mut proof.certificate, bound);
    let Tokens::Fixed(n) = target.tokens else { return None };
    let coordinate = |k: usize, dice: &mut Dice| {
        let side = &target.domain[k];
        Exact(side.inf() + side.wid() * ratio(dice.below(13) as i64, 12))
    };
    let input = (0..n).map(|_| (0..target.dimension()).map(|k| coordinate(k, dice)).collect()).collect();
    let mut witness = Witness {
        input,
        copies: Vec::new(),
        token: n - 1,
        output: 0,
        error: Exact(Rational::zero()),
        kind: WitnessKind::Exact,
    };
    if let (true, Ok(error)) = (dice.coin(), witness_error(target, network, &witness)) {
        witness.error = Exact(error);
        proof.certificate.witness = Some(witness);
    }
    Some(proof)
}

/// Claims what was derived and nothing more; ε is between the bounds half of the time that there are two.
pub fn claim(certificate: &mut Certificate, bound: CellBound) {
    let certified = bound.outputs.iter().cloned().fold(Rational::zero(), max);
    let off_ramps = bound.ramps.as_ref().map_or(certified.clone(), |ramps| ramps.bound.clone());
    let tiny = Rational::new(Rational::one().numer().clone(), num_bigint::BigInt::from(1) << 60);
    certificate.epsilon = Exact(off_ramps + tiny);
    certificate.certified = Exact(certified);
    let output = |residual| OutputClaim { lowering: Exact(integer(0)), residual: Exact(residual) };
    certificate.outputs = bound.outputs.into_iter().map(output).collect();
    let ramps = bound.ramps.map(|it| RampClaim { bound: Exact(it.bound), measure: Exact(it.measure) });
    certificate.route =
        ProofRoute::Cells(CellClaim { count: bound.cells, entries: bound.entries, keys: bound.keys, ramps });
}
