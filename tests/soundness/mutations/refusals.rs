//! Every rule refuses: one corruption each, made by hand, with the rule, the place and what is said.

use super::proofs::{Proof, Subject, build, stream};
use num_traits::{One, Zero};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{Gadget, GadgetOutput, LatentClaim, Witness, WitnessKind};
use sumformer_checker::format::network::{Activation, Head, Mechanism, Projection, UniformValue, Unit};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::{Refusal, RefusalKind, Rule};
use sumformer_checker::witness::witness_enclosure;

/// The second elementary symmetric function of five others in [0, 1], features x and x².
pub fn proof(architecture: Architecture, scores: Scores, activation: Activation) -> Proof {
    let construction = "e2-others".to_string();
    let subject =
        Subject { construction, architecture, scores, activation, layout: Layout::Tree, centred: false };
    let proof = build(&subject, 120).expect("covered");
    let verdict = proof.check().expect("well formed").verdict;
    assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
    proof
}

fn relu() -> Proof {
    proof(Architecture::Transformer, Scores::Zero, Activation::Relu)
}

fn refusal(proof: &Proof) -> Refusal {
    match proof.check().expect("readable").verdict {
        Verdict::Valid(_) => panic!("verified"),
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => refusal,
    }
}

/// Asserts that the proof, changed, is refused by this rule here for this reason.
pub fn expect(mut proof: Proof, change: impl FnOnce(&mut Proof), rule: Rule, place: &str, message: &str) {
    change(&mut proof);
    let refusal = refusal(&proof);
    assert_eq!((refusal.rule, refusal.kind), (rule, RefusalKind::Invalid), "{refusal}");
    assert!(refusal.place.contains(place) && refusal.message.contains(message), "{refusal}");
}

/// The same where no rule covers the change.
pub fn expect_unsupported(mut proof: Proof, change: impl FnOnce(&mut Proof), rule: Rule, message: &str) {
    proof.certificate.witness = None;
    change(&mut proof);
    let refusal = refusal(&proof);
    assert_eq!((refusal.rule, refusal.kind), (rule, RefusalKind::Unsupported), "{refusal}");
    assert!(!refusal.place.is_empty() && refusal.message.contains(message), "{refusal}");
}

fn attention_block(proof: &Proof) -> usize {
    proof.network.blocks.iter().position(|block| block.attention.is_some()).expect("an attention block")
}

fn head(proof: &mut Proof) -> &mut Head {
    let block = attention_block(proof);
    &mut proof.network.blocks[block].attention.as_mut().expect("it has one").heads[0]
}

fn exact(value: Rational) -> Exact {
    Exact(value)
}

#[test]
fn hash() {
    for (file, other) in [("target.toml", "\n# other\n"), ("network.json", "\n")] {
        let verdict = relu().check_with_appended(file, other).expect("readable").verdict;
        let Verdict::Invalid(refusal) = verdict else { panic!("{verdict:?}") };
        assert_eq!(
            (refusal.rule, refusal.kind, refusal.place.as_str()),
            (Rule::Hash, RefusalKind::Invalid, file)
        );
        assert!(refusal.message.contains("SHA-256"), "{refusal}");
    }
}

#[test]
fn shape() {
    let shape = Rule::Shape;
    expect(relu(), |p| p.network.tokens = Tokens::Fixed(7), shape, "tokens", "the network is for n = 7");
    expect(relu(), |p| p.network.dimension = 2, shape, "dimension", "the network reads 2, the target has 1");
    expect(relu(), |p| p.network.outputs = 2, shape, "outputs", "the network has 2, the target 1");
    expect(relu(), |p| stream(&mut p.certificate).blocks.push(Vec::new()), shape, "certificate", "blocks");
    let twice = |p: &mut Proof| p.certificate.outputs.push(p.certificate.outputs[0].clone());
    expect(relu(), twice, shape, "certificate", "2 outputs");
    expect(relu(), |p| p.certificate.epsilon.0 = Rational::zero(), shape, "epsilon", "must be positive");
    let nowhere = |p: &mut Proof| {
        let claim = GadgetOutput {
            slot: 1000,
            polynomial: Vec::new(),
            factor: None,
            error: exact(integer(0)),
            cuts: String::new(),
        };
        stream(&mut p.certificate).blocks[0][0].outputs.push(claim);
    };
    expect(relu(), nowhere, shape, "certificate", "slot 1000");
}

#[test]
fn gadget_units() {
    let rule = Rule::GadgetUnits;
    let here = "block 0, gadget 0 (units 0..";
    expect(
        relu(),
        |p| stream(&mut p.certificate).blocks[0][0].units = 0,
        rule,
        "block 0, gadget 0 (units 0..0)",
        "units",
    );
    let attention = attention_block(&relu());
    let many = |p: &mut Proof| stream(&mut p.certificate).blocks[attention][1].units = usize::MAX;
    expect(relu(), many, rule, &format!("block {attention}, gadget 1"), "the block has 4 units");
    let without = |p: &mut Proof| p.network.blocks[0].units[0].input = SparseVector::default();
    let mut silent = relu();
    silent.certificate.witness = None;
    expect(silent.clone(), without, rule, here, "a unit has no inputs");
    let other = |p: &mut Proof| {
        let input = &mut p.network.blocks[0].units[1].input;
        *input = SparseVector::from_entries([(1, integer(1))]);
    };
    expect(silent.clone(), other, rule, here, "the inputs of unit 1 are not a non-zero multiple");
    let unclaimed = |p: &mut Proof| {
        let output = &mut p.network.blocks[0].units[1].output;
        let entries: Vec<_> = output.iter().map(|(s, w)| (s, w.clone())).collect();
        *output = SparseVector::from_entries(entries.into_iter().chain([(0, integer(1))]));
    };
    expect(silent.clone(), unclaimed, rule, here, "unit 1 writes to slot 0, of which nothing is claimed");
    let repeated = |p: &mut Proof| {
        let outputs = &mut stream(&mut p.certificate).blocks[0][0].outputs;
        outputs.push(outputs[0].clone());
    };
    expect(relu(), repeated, rule, here, "not strictly increasing");
    let leading = |p: &mut Proof| {
        stream(&mut p.certificate).blocks[0][0].outputs[0].polynomial.push(exact(integer(0)));
    };
    expect(relu(), leading, rule, here, "leading zero");
    let steep = |p: &mut Proof| {
        stream(&mut p.certificate).blocks[0][0].outputs[0].polynomial = vec![exact(Rational::one()); 66];
    };
    expect(relu(), steep, rule, here, "degree above 64");
    let left = |p: &mut Proof| drop(stream(&mut p.certificate).blocks[attention].pop());
    expect(relu(), left, rule, &format!("block {attention}"), "the last 2 units belong to no gadget");
}

#[test]
fn gadget_range_and_error() {
    let narrower = |p: &mut Proof| {
        let range = &mut stream(&mut p.certificate).blocks[0][0].range;
        *range = Interval::new(ratio(1, 100), range.sup().clone()).expect("ordered");
    };
    expect(relu(), narrower, Rule::GadgetRange, "block 0, gadget 0", "t ranges over [0, 1] but [1/100,");
    let claim = |p: &mut Proof| stream(&mut p.certificate).blocks[0][0].outputs[0].error.0 = Rational::zero();
    expect(relu(), claim, Rule::GadgetError, "block 0, gadget 0", "the distance to the polynomial reaches");
    let negative = |p: &mut Proof| {
        let attention = attention_block(p);
        stream(&mut p.certificate).blocks[attention][0].outputs[0].error.0 = ratio(-1, 1000);
    };
    expect(relu(), negative, Rule::GadgetError, "gadget 0", "reaches 0");
}

fn rows(rows: &[&[(i64, i64)]]) -> Projection {
    let row = |row: &&[(i64, i64)]| row.iter().map(|&(p, q)| exact(ratio(p, q))).collect();
    Projection::Rows(rows.iter().map(row).collect())
}

#[test]
fn attention() {
    let linformer = |rank| proof(Architecture::Linformer { rank }, Scores::Zero, Activation::Relu2);
    let uneven = |p: &mut Proof| {
        p.certificate.witness = None;
        let Mechanism::Linformer { f, e } = &mut head(p).mechanism else { panic!("a Linformer") };
        *f = rows(&[&[(1, 6), (1, 6), (1, 6), (1, 6), (1, 12), (1, 4)]]);
        *e = f.clone();
    };
    expect(linformer(1), uneven, Rule::Attention, "attention, head 0", "F weighs the tokens differently");
    let subject = Subject {
        construction: "any-spread".to_string(),
        architecture: Architecture::Linformer { rank: 2 },
        scores: Scores::Zero,
        activation: Activation::Relu2,
        layout: Layout::Tree,
        centred: false,
    };
    let fixed = |p: &mut Proof| {
        p.certificate.witness = None;
        let Mechanism::Linformer { f, .. } = &mut head(p).mechanism else { panic!("a Linformer") };
        *f = Projection::Uniform { rank: 2, value: UniformValue::Fixed(exact(ratio(1, 3))) };
    };
    let any = build(&subject, 120).expect("covered");
    expect(any, fixed, Rule::Attention, "attention, head 0", "is not 1/n for every length");
}

#[test]
fn latent_range_and_error() {
    let latents = |p: &mut Proof| {
        let range = &mut stream(&mut p.certificate).latents[0].range;
        *range = Interval::new(range.inf().clone(), range.sup() - ratio(1, 1000)).expect("ordered");
    };
    expect(relu(), latents, Rule::LatentRange, "latent in slot", "the latent ranges over [0, 5] but");
    let missing = |p: &mut Proof| drop(stream(&mut p.certificate).latents.pop());
    expect(relu(), missing, Rule::LatentRange, "block", "latents are claimed of slots [1]");
    let unmade = |p: &mut Proof| {
        p.certificate.witness = None;
        let block = attention_block(p);
        p.network.blocks.truncate(block);
        stream(&mut p.certificate).blocks.truncate(block);
    };
    expect(relu(), unmade, Rule::LatentRange, "latents", "no attention layer makes any");
    let precise = |p: &mut Proof| {
        let latent: &mut LatentClaim = stream(&mut p.certificate)
            .latents
            .iter_mut()
            .find(|l| !l.error.0.is_zero())
            .expect("x² is not exact");
        latent.error.0 = Rational::zero();
    };
    expect(relu(), precise, Rule::LatentError, "latent in slot", "but 0 is claimed");
}

#[test]
fn lowering_residual_and_total() {
    let exactly = |p: &mut Proof| p.certificate.outputs[0].lowering.0 = Rational::zero();
    expect(relu(), exactly, Rule::Lowering, "output 0", "is derived, more than the claimed 0");
    let shifted = |p: &mut Proof| {
        p.certificate.witness = None;
        p.network.readout.bias = SparseVector::from_entries([(0, ratio(1, 1 << 40))]);
    };
    expect(relu(), shifted, Rule::Residual, "output 0", "1/1099511627776");
    let asymmetric = |p: &mut Proof| {
        p.certificate.witness = None;
        let text = p.target.replace("output  =", "semi_invariant =");
        let start = text.find("[\"sum").expect("the expression");
        p.target = format!("{}[\"x2[0]\"]\n", &text[..start]);
    };
    expect(relu(), asymmetric, Rule::Residual, "target", "symmetric");
    let less = |p: &mut Proof| {
        p.certificate.witness = None;
        p.certificate.certified.0 *= ratio(99, 100);
    };
    expect(relu(), less, Rule::Total, "certified", "add up to more");
    let stricter = |p: &mut Proof| p.certificate.epsilon.0 = &p.certificate.certified.0 / integer(2);
    expect(relu(), stricter, Rule::Total, "certified", "exceeds epsilon");
}

#[test]
fn witness() {
    let rule = Rule::Witness;
    let with = |change: &dyn Fn(&mut Witness), message: &str| {
        let change = |p: &mut Proof| change(p.certificate.witness.as_mut().expect("it has one"));
        expect(relu(), change, rule, "witness", message);
    };
    with(&|w| w.error.0 += ratio(1, 1 << 40), "the error there is");
    with(&|w| drop(w.input.pop()), "it has 5 tokens");
    with(&|w| w.input.clear(), "it has 0 tokens");
    with(&|w| w.token = 6, "there is no token 6");
    with(&|w| w.copies = vec![1; 5], "one positive count for each token");
    with(&|w| w.copies = vec![0, 2, 1, 1, 1, 1], "one positive count for each token");
    with(&|w| w.copies = vec![usize::MAX; 6], "one positive count for each token");
    with(&|w| w.copies = vec![2, 1, 1, 1, 1, 1], "it has 7 tokens");
    with(&|w| w.output = 1, "no output 1");
    with(&|w| w.input[2].push(exact(integer(0))), "token 2 has 2 coordinates, not 1");
    with(&|w| w.input[3][0].0 = ratio(1001, 1000), "token 3, coordinate 0 = 1001/1000 is outside [0, 1]");
    let broken = |p: &mut Proof| p.network.readout.bias = SparseVector::from_entries([(0, integer(1))]);
    expect(relu(), broken, rule, "witness", "more than the certified");
}

/// Lets a head read the token: W maps slot 0 to the head's first coordinate.
fn reads_token() -> SparseMatrix {
    SparseMatrix::from_entries([(0, 0, integer(1))])
}

#[test]
fn attention_that_no_rule_covers() {
    let rule = Rule::Attention;
    let scores = |p: &mut Proof| {
        head(p).query = reads_token();
        head(p).key = reads_token();
    };
    expect_unsupported(relu(), scores, rule, "the scores depend on slot 0");
    let performer = |normalized, scores| {
        proof(Architecture::Performer { features: 2, seed: 1, normalized }, scores, Activation::Relu2)
    };
    let keys = |p: &mut Proof| head(p).key = reads_token();
    expect_unsupported(performer(true, Scores::Zero), keys, rule, "the keys differ between tokens");
    expect_unsupported(performer(false, Scores::Zero), keys, rule, "queries or keys differ between tokens");
    let queries = |p: &mut Proof| head(p).query = reads_token();
    expect_unsupported(
        performer(false, Scores::Zero),
        queries,
        rule,
        "queries or keys differ between tokens",
    );
    let huge = |p: &mut Proof| {
        let Mechanism::Performer { features, .. } = &mut head(p).mechanism else { panic!("a Performer") };
        features[0] = SparseVector::from_entries([(0, integer(5000))]);
    };
    // The paper's features have random exponents; relu, since relu2 has no room for their enclosure.
    let paper = proof(
        Architecture::Performer { features: 2, seed: 1, normalized: false },
        Scores::Paper,
        Activation::Relu,
    );
    expect_unsupported(paper, huge, rule, "exp(9999) is out of the range");
    let any = Subject {
        construction: "any-spread".to_string(),
        architecture: Architecture::Performer { features: 2, seed: 1, normalized: true },
        scores: Scores::Zero,
        activation: Activation::Relu2,
        layout: Layout::Tree,
        centred: false,
    };
    let sums = |p: &mut Proof| {
        let Mechanism::Performer { normalized, .. } = &mut head(p).mechanism else { panic!("a Performer") };
        *normalized = false;
    };
    expect_unsupported(build(&any, 120).expect("covered"), sums, rule, "no bound covers for every length");
    let linformer = proof(Architecture::Linformer { rank: 2 }, Scores::Paper, Activation::Relu2);
    let uneven = |p: &mut Proof| {
        let Mechanism::Linformer { e, f } = &mut head(p).mechanism else { panic!("a Linformer") };
        // The rows of F differ, their mean is 1/6 in every column; the rows of E have sums 6 and 7.
        *f = rows(&[&[(1, 12); 6], &[(1, 4); 6]]);
        *e = rows(&[&[(1, 1); 6], &[(1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (2, 1)]]);
    };
    expect_unsupported(linformer.clone(), uneven, rule, "the row sums of E differ");
    // With equal row sums the same is covered, and true.
    let mut even = linformer;
    let Mechanism::Linformer { e, f } = &mut head(&mut even).mechanism else { panic!("a Linformer") };
    *f = rows(&[&[(1, 12); 6], &[(1, 4); 6]]);
    *e = rows(&[&[(1, 1); 6], &[(0, 1), (1, 1), (1, 1), (1, 1), (1, 1), (2, 1)]]);
    assert!(matches!(even.check().expect("readable").verdict, Verdict::Valid(_)));
}

#[test]
fn a_second_attention_layer_and_a_square_beside_attention() {
    let again = |p: &mut Proof| {
        let at = attention_block(p);
        let mut copy = p.network.blocks[at].clone();
        copy.units.clear();
        p.network.blocks.insert(at + 1, copy);
        stream(&mut p.certificate).blocks.insert(at + 1, Vec::new());
    };
    expect_unsupported(relu(), again, Rule::Attention, "only one attention layer may act on the stream");
    let beside = |p: &mut Proof| {
        let at = attention_block(p);
        let attention = p.network.blocks[at].attention.take();
        p.network.blocks[0].attention = attention;
    };
    expect_unsupported(relu(), beside, Rule::GadgetUnits, "in the attention block only affine gadgets");
}

#[test]
fn polynomials_and_targets_that_no_rule_covers() {
    // 2^17 terms would have to be written out.
    let wide = |p: &mut Proof| {
        let input = SparseVector::from_entries([(0, integer(1)), (1, integer(1))]);
        let unit = Unit { input, bias: exact(integer(0)), output: SparseVector::default() };
        p.network.blocks[0].units.push(unit);
        let mut polynomial = vec![exact(integer(0)); 18];
        polynomial[17].0 = Rational::one();
        let output = GadgetOutput {
            slot: 2,
            polynomial,
            factor: None,
            error: exact(integer(1_000_000)),
            cuts: String::new(),
        };
        let range = Interval::new(integer(-2), integer(2)).expect("ordered");
        stream(&mut p.certificate).blocks[0].push(Gadget {
            units: 1,
            range,
            atom: None,
            outputs: vec![output],
        });
    };
    expect_unsupported(relu(), wide, Rule::GadgetUnits, "too large to expand");
    let with_output = |expression: &str| {
        let expression = expression.to_string();
        move |p: &mut Proof| {
            let start = p.target.find("[\"sum").expect("the expression");
            p.target = format!("{}[\"{expression}\"]\n", &p.target[..start]);
        }
    };
    let pair = with_output("sum(y: abs(x[0] - y[0]))");
    expect_unsupported(relu(), pair, Rule::Residual, "`abs` of an expression that depends on 2 tokens");
    let vague = with_output("sum(y: exp(sum(z != x, y: 1)))");
    expect_unsupported(relu(), vague, Rule::Residual, "is not known well enough");
}

#[test]
fn witnesses_without_exact_values() {
    let point = || Witness {
        input: (0..6).map(|_| vec![exact(ratio(1, 3))]).collect(),
        copies: Vec::new(),
        token: 0,
        output: 0,
        error: exact(integer(0)),
        kind: WitnessKind::Exact,
    };
    let paper = proof(
        Architecture::Performer { features: 2, seed: 1, normalized: false },
        Scores::Paper,
        Activation::Relu,
    );
    assert_eq!(paper.certificate.witness.as_ref().map(|w| w.kind), Some(WitnessKind::LowerBound));
    let stated = |p: &mut Proof| p.certificate.witness = Some(point());
    expect_unsupported(paper, stated, Rule::Witness, "the network has no exact value");
    let irrational = |p: &mut Proof| {
        p.certificate.witness = Some(point());
        let start = p.target.find("[\"sum").expect("the expression");
        p.target = format!("{}[\"sqrt(x[0] + 1)\"]\n", &p.target[..start]);
    };
    expect_unsupported(relu(), irrational, Rule::Witness, "the target has no exact value");
}

#[test]
fn lower_bounds_of_witnesses() {
    let paper = || {
        let performer = Architecture::Performer { features: 2, seed: 1, normalized: false };
        proof(performer, Scores::Paper, Activation::Relu)
    };
    let with = |change: &dyn Fn(&mut Witness), message: &str| {
        let change = |p: &mut Proof| change(p.certificate.witness.as_mut().expect("it has one"));
        expect(paper(), change, Rule::Witness, "witness", message);
    };
    with(&|w| w.error.0 += integer(1), "is less than the stated");
    with(&|w| w.error.0 = ratio(-1, 1 << 40), "an error is not -1/");
    // What lies within the enclosure may be true.
    let claim = paper();
    let target = sumformer::reading::load_target("target.toml", &claim.target).expect("a target");
    let witness = claim.certificate.witness.as_ref().expect("it has one");
    let known = witness_enclosure(&target, &claim.network, witness).expect("an enclosure");
    let most = known.sup().to_rational().expect("a number");
    assert!(most > witness.error.0, "the enclosure is a point");
    let vague =
        |p: &mut Proof| p.certificate.witness = Some(Witness { error: exact(most), ..witness.clone() });
    expect_unsupported(paper(), vague, Rule::Witness, "only known to be at least");
    // An input with a larger error refutes the bound.
    let broken = |p: &mut Proof| p.network.readout.bias = SparseVector::from_entries([(0, integer(1))]);
    expect(paper(), broken, Rule::Witness, "witness", "the error is at least");
    // An exact error may be stated as a lower bound, or a smaller one.
    let mut weaker = relu();
    let witness = weaker.certificate.witness.as_mut().expect("it has one");
    witness.kind = WitnessKind::LowerBound;
    witness.error.0 /= integer(2);
    assert!(matches!(weaker.check().expect("readable").verdict, Verdict::Valid(_)));
}
