//! d' by enumeration against its closed form, and what the sparse mode needs.

use proptest::prelude::*;
use rayon::prelude::*;
use sumformer::lowering::plan::Layout;
use sumformer::reading::load_target;
use sumformer::scale::latent::{LatentCount, latent_table};
use sumformer::sumformer::latent::{LatentMode, SumformerError, choose};
use sumformer_checker::arith::number::binomial;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

#[test]
fn enumeration_and_closed_form_agree_up_to_ten() {
    let rows = latent_table(&itertools::iproduct!(1..=10, 1..=10).collect::<Vec<_>>(), u64::MAX, &|| ());
    assert_eq!(rows.len(), 100);
    for row in &rows {
        let (n, d) = (u64::from(row.n), u64::from(row.d));
        let expected = |top: u64| u64::try_from(binomial(top, d)).expect("small") - 1;
        assert_eq!(row.paper.enumerated, Some(expected(n + d)), "n = {n}, d = {d}");
        assert_eq!(row.tight.enumerated, Some(expected(n - 1 + d)), "n = {n}, d = {d}");
        assert_eq!(row.agrees(), Some(true), "n = {n}, d = {d}");
    }
    let last = rows.last().expect("100 rows");
    assert_eq!((last.paper.enumerated, last.tight.enumerated), (Some(184_755), Some(92_377)));
}

#[test]
fn a_wrong_closed_form_would_be_noticed() {
    let right = LatentCount::new(4, 5, 1000);
    let wrong = LatentCount { closed_form: right.closed_form.clone() + 1u32, ..right.clone() };
    assert_eq!((right.agrees(), wrong.agrees()), (Some(true), Some(false)));
}

fn dimension(target: &Target, mode: LatentMode) -> Result<usize, SumformerError> {
    let surrogate = Surrogate::new(target, &[], MAX_TERMS)?;
    let chosen = choose(&surrogate, mode, Layout::Tree, 1e-3);
    chosen.map(|(sumformer, _)| sumformer.latent_dimension())
}

/// The function of Figure 2, n = 3.
fn figure_2(d: usize) -> Target {
    let outputs: Vec<String> =
        (0..d).map(|k| format!("\"x[{k}] + 7*x[{k}]^2 + 3*x[{k}]*sum(y != x: y[{k}])^3\"")).collect();
    let domain = vec!["[\"0\", \"1\"]"; d].join(", ");
    let source =
        format!("name = \"figure-2\"\ntokens = 3\ndomain = [{domain}]\noutput = [{}]\n", outputs.join(", "));
    load_target("figure-2", &source).expect("a target")
}

#[test]
fn figure_2_needs_exactly_d_features() {
    for d in [1, 4, 10] {
        let target = figure_2(d);
        assert_eq!(dimension(&target, LatentMode::Sparse), Ok(d));
        let tight = LatentCount::new(d as u32, 2, u64::MAX);
        assert_eq!(dimension(&target, LatentMode::Tight).ok().map(|c| c as u64), tight.enumerated);
    }
}

#[test]
fn every_construction_keeps_sparse_within_tight() {
    let entries =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/constructions")).expect("the gallery");
    let folders: Vec<_> = entries.map(|entry| entry.expect("a folder").path()).collect();
    let compared: usize = folders
        .par_iter()
        .map(|folder| {
            let source = std::fs::read_to_string(folder.join("target.toml")).expect("a target");
            let target = load_target("target.toml", &source).expect("a valid target");
            // Others need atoms, of which the modes say nothing.
            let Ok(surrogate) = Surrogate::new(&target, &[], MAX_TERMS) else { return 0 };
            if !surrogate.atoms.is_empty() {
                return 0;
            }
            let (sumformer, dimensions) =
                choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3).expect("a Sumformer");
            assert_eq!(sumformer.latent_dimension(), dimensions.sparse);
            let Some(tight) = dimensions.tight else { return 0 };
            assert!(tight >= dimensions.sparse.into(), "{}", folder.display());
            1
        })
        .sum();
    assert!(compared >= 15, "only {compared} targets of a fixed length");
}

/// A product of coordinates of one token: the exponents of x[0] and x[1].
type Powers = (u32, u32);

/// `c · x^α · Π_r sum(…: y^β_r)`, the sums over the others or over all tokens, or nested over distinct others.
#[derive(Debug, Clone)]
struct Term {
    coefficient: i32,
    own: Powers,
    sums: Vec<Powers>,
    others: bool,
    nested: bool,
}

fn power(token: &str, (a, b): Powers) -> String {
    format!("{token}[0]^{a}*{token}[1]^{b}")
}

impl Term {
    fn text(&self) -> String {
        let own = format!("({})*{}", self.coefficient, power("x", self.own));
        let exclude = if self.others { " != x" } else { "" };
        let sums = if let (true, [first, second]) = (self.nested, self.sums.as_slice()) {
            format!("*sum(y != x: sum(z != x, y: {}*{}))", power("y", *first), power("z", *second))
        } else {
            self.sums.iter().map(|&beta| format!("*sum(y{exclude}: {})", power("y", beta))).collect()
        };
        own + &sums
    }
}

fn term() -> impl Strategy<Value = Term> {
    let powers = || (0u32..3, 0u32..3);
    (-3i32..4, powers(), prop::collection::vec(powers(), 0..3), any::<bool>(), any::<bool>())
        .prop_map(|(coefficient, own, sums, others, nested)| Term { coefficient, own, sums, others, nested })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn sparse_never_exceeds_tight(n in 1usize..5, terms in prop::collection::vec(term(), 1..4)) {
        let text: Vec<String> = terms.iter().map(Term::text).collect();
        let source = format!(
            "name = \"random\"\ntokens = {n}\ndomain = [[\"0\", \"1\"], [\"-1\", \"1\"]]\noutput = [\"{}\"]\n",
            text.join(" + ")
        );
        let target = load_target("random", &source).expect("a target");
        let sparse = dimension(&target, LatentMode::Sparse).expect("a Sumformer");
        let tight = LatentCount::new(2, n as u32 - 1, u64::MAX).enumerated.expect("enumerated");
        prop_assert!(sparse as u64 <= tight, "{sparse} > {tight}: {source}");
    }
}
