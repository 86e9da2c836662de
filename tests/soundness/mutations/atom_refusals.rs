//! What the checker says of corrupted proofs with atoms: one corruption each, made by hand.

use super::proofs::{Proof, Subject, build, stream};
use super::refusals::{expect, expect_unsupported};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{Approximation, Gadget, Replacement};
use sumformer_checker::format::network::Activation;
use sumformer_checker::refusal::Rule;

fn proof(construction: &str) -> Proof {
    let subject = Subject {
        construction: construction.to_string(),
        architecture: Architecture::Transformer,
        scores: Scores::Zero,
        activation: Activation::Relu,
        layout: Layout::Tree,
        centred: false,
    };
    let proof = build(&subject, 4000).expect("covered");
    let verdict = proof.check().expect("well formed").verdict;
    assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
    proof
}

/// The block of the gadget that computes an atom, and its number there.
fn place(proof: &Proof, atom: usize) -> (usize, usize) {
    let claims = &proof.certificate.stream().expect("claims about blocks").blocks;
    let blocks = claims.iter().enumerate();
    let mut all = blocks.flat_map(|(b, gadgets)| (0..gadgets.len()).map(move |g| (b, g)));
    all.find(|&(b, g)| claims[b][g].atom == Some(atom)).expect("computed")
}

fn gadget(proof: &mut Proof, atom: usize) -> &mut Gadget {
    let (b, g) = place(proof, atom);
    &mut stream(&mut proof.certificate).blocks[b][g]
}

fn without_witness(construction: &str) -> Proof {
    let mut proof = proof(construction);
    proof.certificate.witness = None;
    proof
}

#[test]
fn gadgets_of_atoms() {
    let rule = Rule::GadgetUnits;
    let quotient = || without_witness("quotient");
    expect(
        quotient(),
        |p| gadget(p, 0).atom = Some(9),
        rule,
        "gadget",
        "there is no atom 9, the target has 1",
    );
    expect(quotient(), |p| gadget(p, 0).atom = None, rule, "gadget", "an atom has a factor, anything else");
    let factorless = |p: &mut Proof| gadget(p, 0).outputs[0].factor = None;
    expect(quotient(), factorless, rule, "gadget", "an atom has a factor, anything else has none");
    let square = |p: &mut Proof| {
        gadget(p, 0).outputs[0].polynomial = [0, 0, 1].map(|c| Exact(integer(c))).into();
    };
    expect(quotient(), square, rule, "gadget", "beside an atom there is an affine function only");
    // The arguments of atoms 0 and 1 of a maximum are other functions, not only moved ones, where a sum is between.
    let other = |p: &mut Proof| {
        let last =
            stream(&mut p.certificate).blocks.iter().flatten().filter_map(|g| g.atom).max().expect("atoms");
        gadget(p, 0).atom = Some(last);
    };
    expect(without_witness("largest"), other, rule, "gadget", "its variable is not the argument of the atom");
    let twice = |p: &mut Proof| {
        let (b, g) = place(p, 0);
        let units: usize = stream(&mut p.certificate).blocks[b][..g].iter().map(|g| g.units).sum();
        let copied = stream(&mut p.certificate).blocks[b][g].clone();
        let copies = p.network.blocks[b].units[units..units + copied.units].to_vec();
        p.network.blocks[b].units.splice(units..units, copies);
        stream(&mut p.certificate).blocks[b].insert(g, copied);
    };
    expect_unsupported(quotient(), twice, rule, "atom 0 is computed a second time");
    let squared = |p: &mut Proof| {
        let (b, _) = place(p, 0);
        p.network.blocks[b].activation = Activation::Relu2;
    };
    expect_unsupported(
        without_witness("hinge"),
        squared,
        rule,
        "only relu units are compared with functions",
    );
}

#[test]
fn errors_and_ranges_of_atoms() {
    let exactly = |p: &mut Proof| gadget(p, 0).outputs[0].error = Exact(integer(0));
    let quotient = || without_witness("quotient");
    expect(quotient(), exactly, Rule::GadgetError, "gadget", "the distance to the function reaches");
    let factor = |p: &mut Proof| {
        let factor = gadget(p, 0).outputs[0].factor.as_mut().expect("an atom");
        factor.0 = -&factor.0;
    };
    expect(quotient(), factor, Rule::GadgetError, "gadget", "the distance to the function reaches");
    // 1/t beyond 0, and the range as it is but for one end.
    let across = |p: &mut Proof| gadget(p, 0).range = Interval::symmetric(integer(1_000));
    expect(quotient(), across, Rule::GadgetError, "gadget", "a divisor may be 0");
    let narrow = |p: &mut Proof| {
        let range = &mut gadget(p, 0).range;
        *range = Interval::new(range.inf() + range.wid() / integer(2), range.sup().clone()).expect("ordered");
    };
    expect(quotient(), narrow, Rule::GadgetRange, "gadget", "t ranges over");
    // A root is steep at 0: claimed from there on, its argument, which is not exact, moves it by more.
    let to_zero = |p: &mut Proof| {
        let gadget = gadget(p, 0);
        gadget.range = Interval::new(ratio(-1, 100), gadget.range.sup().clone()).expect("ordered");
        gadget.outputs[0].error.0 += ratio(1, 10);
    };
    let rule = Rule::GadgetError;
    let deviation = || without_witness("deviation");
    expect(
        deviation(),
        |p| gadget(p, 0).outputs[0].error.0 /= integer(2),
        rule,
        "gadget",
        "the distance to the function",
    );
    expect(deviation(), to_zero, Rule::Lowering, "output 0", "is derived");
    // Below 0 the continued root is 0, and units that are not are not near it.
    let raised = |p: &mut Proof| {
        let gadget = gadget(p, 0);
        gadget.range = Interval::new(ratio(-1, 100), gadget.range.sup().clone()).expect("ordered");
    };
    expect(deviation(), raised, rule, "gadget", "the distance to the function reaches");
    // At 0 the modulus counts: the claim without it is too small.
    let root = || without_witness("root");
    let unmoved = |p: &mut Proof| {
        let claimed = &mut p.certificate.outputs[0].lowering.0;
        *claimed = &*claimed * ratio(3, 4);
    };
    expect(root(), unmoved, Rule::Lowering, "output 0", "is derived");
}

#[test]
fn atoms_of_functions_that_do_not_exist_here() {
    let other = |expression: &'static str| {
        move |p: &mut Proof| {
            let start = p.target.find("output").expect("a target");
            p.target = format!("{}output = [\"{expression}\"]\n", &p.target[..start]);
        }
    };
    let quotient = || without_witness("quotient");
    expect_unsupported(quotient(), other("max(y: y[0])"), Rule::Residual, "without threshold features");
    expect_unsupported(quotient(), other("x[0]/sum(y: y[0])"), Rule::Residual, "a divisor may be 0");
    // Of a polynomial there are no atoms.
    expect(quotient(), other("x[0]"), Rule::GadgetUnits, "gadget", "there is no atom 0, the target has 0");
    // Another function, and another argument.
    let message = "its variable is not the argument of the atom";
    expect(quotient(), other("x[0]/(2 + sum(y: y[0]^4))"), Rule::GadgetUnits, "gadget", message);
    expect(quotient(), other("x[0]*exp(1 + sum(y: y[0]^2))"), Rule::GadgetError, "gadget", "reaches");
}

#[test]
fn approximations() {
    let name = |node| Approximation {
        output: 0,
        node,
        by: Replacement::Name,
        error: Exact(integer(0)),
        cuts: String::new(),
    };
    let extra = |p: &mut Proof| approximations_of(p).push(name(99));
    expect(without_witness("quotient"), extra, Rule::Approximation, "approximation 0", "no node 99");
    let finer = |p: &mut Proof| approximations_of(p)[0].error.0 /= integer(2);
    expect(without_witness("largest"), finer, Rule::Approximation, "approximation 0", "half the distance");
    let uncut = |p: &mut Proof| approximations_of(p)[0].cuts = ".a".into();
    let message = "cuts, character 0: the text goes on behind the last part";
    expect(without_witness("largest"), uncut, Rule::Approximation, "approximation 0", message);
}

fn approximations_of(proof: &mut Proof) -> &mut Vec<Approximation> {
    super::proofs::approximations(&mut proof.certificate).expect("normal forms are compared")
}

#[test]
fn cuts_of_gadgets() {
    let rule = Rule::GadgetError;
    let quotient = || without_witness("quotient");
    let with = |cuts: &str| {
        let cuts = cuts.to_string();
        move |p: &mut Proof| gadget(p, 0).outputs[0].cuts = cuts
    };
    expect(
        quotient(),
        with("?"),
        rule,
        "gadget",
        "cuts, character 0: neither a leaf nor a split begins here",
    );
    expect(quotient(), with("b"), rule, "gadget", "character 0: this part has no such side");
    expect(quotient(), with(&"a".repeat(65)), rule, "gadget", "character 64: a part is halved more than 64");
    let long = ".".repeat(100_000);
    expect(quotient(), with(&long), rule, "gadget", "the text goes on behind the last part");
    let uncut = |p: &mut Proof| {
        let output = &mut gadget(p, 0).outputs[0];
        assert!(output.cuts.contains('a'), "the bound is that of the pieces: {}", output.cuts);
        output.cuts.clear();
    };
    expect(quotient(), uncut, rule, "gadget", "the distance to the function reaches");
    let polynomial = |p: &mut Proof| {
        let claims = &mut stream(&mut p.certificate).blocks;
        let gadget = claims.iter_mut().flatten().find(|g| g.atom.is_none() && !g.outputs.is_empty());
        gadget.expect("a polynomial").outputs[0].cuts = "a".into();
    };
    expect(quotient(), polynomial, Rule::GadgetUnits, "gadget", "beside a polynomial nothing is cut");
}

#[test]
fn atoms_beside_attention() {
    let moved = |p: &mut Proof| {
        let at = p.network.blocks.iter().position(|block| block.attention.is_some()).expect("attention");
        let (b, _) = place(p, 0);
        assert!(b < at, "the ramps come before the sum");
        let attention = p.network.blocks[at].attention.take();
        p.network.blocks[b].attention = attention;
    };
    expect_unsupported(
        without_witness("largest"),
        moved,
        Rule::GadgetUnits,
        "only affine gadgets are covered",
    );
}

/// Certified, with all its parts, less than the error at the witness.
fn below_the_witness(p: &mut Proof) -> Rational {
    let error = p.certificate.witness.as_ref().expect("a rational one").error.0.clone();
    assert!(error > integer(0), "no error at the witness");
    let less = &error * ratio(99, 100);
    p.certificate.epsilon.0 = less.clone();
    p.certificate.certified.0 = less.clone();
    for output in &mut p.certificate.outputs {
        output.lowering.0 = &less / integer(2);
        output.residual.0 = &less / integer(2);
    }
    less
}

#[test]
fn nothing_below_the_error_at_the_witness_is_certified() {
    for construction in ["quotient", "largest", "smallest-other", "distances", "force", "inverse-mean"] {
        let mut lowered = proof(construction);
        below_the_witness(&mut lowered);
        expect(lowered.clone(), |_| {}, Rule::Witness, "witness", "more than the certified");
        // Nor without it.
        lowered.certificate.witness = None;
        let verdict = lowered.check().expect("readable").verdict;
        let Verdict::Invalid(refusal) = verdict else { panic!("{construction}: {verdict:?}") };
        assert!(matches!(refusal.rule, Rule::Lowering | Rule::Residual), "{construction}: {refusal}");
    }
}
