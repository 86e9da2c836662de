//! What is planned, what is told on the way, and what comes out.

use super::unit;
use std::cell::RefCell;
use std::sync::Arc;
use sumformer::certify::boxes::BoxProgress;
use sumformer::planning::{Routes, WayName};
use sumformer::prelude::*;
use sumformer::recipe::{
    Chosen, GridChoice, GridOptions, Latents, Note, Problem, Progress, Step, SumOptions, prove,
};
use sumformer_checker::format::network::Activation;
use sumformer_checker::work::Limits;

/// Remembers everything.
#[derive(Default)]
struct Witness {
    steps: RefCell<Vec<Step>>,
    notes: RefCell<Vec<Note>>,
    done: RefCell<usize>,
    /// Ends searches over boxes at once.
    impatient: bool,
}

impl Progress for Witness {
    fn step(&self, step: Step) {
        self.steps.borrow_mut().push(step);
    }

    fn done(&self) {
        *self.done.borrow_mut() += 1;
    }

    fn boxes(&self, _: BoxProgress) -> bool {
        !self.impatient
    }

    fn note(&self, note: &Note) {
        self.notes.borrow_mut().push(note.clone());
    }
}

fn discontinuous(grid: GridOptions) -> Options {
    Options { construction: Construction::Discontinuous, grid, ..Options::default() }
}

#[test]
fn one_plan_serves_all_attentions() {
    let target = unit("3", 1, "sum(y != x: y[0])^2");
    let architectures = vec![
        Architecture::Transformer,
        Architecture::Linformer { rank: 2 },
        Architecture::Performer { features: 4, seed: 1, normalized: true },
    ];
    let options = Options { architectures: architectures.clone(), ..Options::default() };
    let seen = Witness::default();
    let proofs = prove(&target, &options, &seen).expect("proofs");
    assert_eq!(proofs.proofs.iter().map(|p| p.architecture).collect::<Vec<_>>(), architectures);
    for proved in &proofs.proofs {
        assert!(matches!(proved.proof.verdict, Verdict::Valid(_)));
        assert!(proved.seconds >= proofs.plan.choosing().as_secs_f64());
        let checked = check_proof(proved.proof.files(&target)).expect("readable");
        assert!(matches!(checked.verdict, Verdict::Valid(_)));
    }
    assert!(matches!(proofs.plan.chosen(), Chosen::Sums(_)));
    assert_eq!(proofs.plan.ways().iter().map(|way| way.way).collect::<Vec<_>>(), [WayName::Structural]);
    let mut steps = vec![Step::Choosing, Step::LookingAt(WayName::Structural)];
    steps.extend(architectures.into_iter().map(Step::Proving));
    assert_eq!(*seen.steps.borrow(), steps);
    assert_eq!(*seen.done.borrow(), 4);
    assert!(seen.notes.borrow().is_empty() && proofs.plan.notes().is_empty());
}

#[test]
fn the_error_is_that_of_the_options_else_of_the_target() {
    let mut target = unit("2", 1, "sum(y != x: y[0])^2");
    let certified = |options: &Options, target: &Target| {
        let proofs = prove(target, options, &()).expect("proofs");
        let certificate = &proofs.first().certificate;
        assert_eq!(&certificate.epsilon.0, proofs.plan.epsilon());
        assert!(certificate.certified.0 <= certificate.epsilon.0);
        certificate.epsilon.0.clone()
    };
    assert_eq!(certified(&Options::default(), &target), ratio(1, 1000));
    target.epsilon = Some(ratio(1, 10));
    assert_eq!(certified(&Options::default(), &target), ratio(1, 10));
    let asked = Options { epsilon: Some(ratio(1, 7)), ..Options::default() };
    assert_eq!(certified(&asked, &target), ratio(1, 7));
}

/// Beside what only the continuous construction has, tables are not looked at.
#[test]
fn tables_are_looked_at_where_nothing_else_is_asked() {
    let target = unit("2", 1, "sum(y != x: y[0])^2");
    let looked = |options: Options| {
        // So small that a network is large.
        let options = Options { epsilon: Some(ratio(1, 10_000_000_000)), ..options };
        let planned = plan(&target, &options, &());
        let ways = planned.map_or_else(|error| error.ways, |plan| plan.ways().to_vec());
        ways.iter().any(|way| way.way == WayName::Table)
    };
    let sums = |sums| Options { sums, ..Options::default() };
    assert!(looked(Options::default()));
    assert!(looked(sums(SumOptions { max_boxes: 10, max_terms: 100, ..SumOptions::default() })), "limits");
    assert!(!looked(sums(SumOptions { activation: Activation::Relu2, ..SumOptions::default() })));
    assert!(!looked(sums(SumOptions { routes: Routes::Structural, ..SumOptions::default() })));
    assert!(!looked(Options { construction: Construction::Continuous, ..Options::default() }));
    let paper = Architecture::Performer { features: 2, seed: 0, normalized: false };
    let inexact = Options { architectures: vec![paper], scores: Scores::Paper, ..Options::default() };
    assert!(!looked(inexact));
}

#[test]
fn notes_are_told_and_kept() {
    let target = unit("2", 1, "exp(x[0]*mean(y: y[0]))");
    let notes_of = |target: &Target, options: Options, impatient: bool| -> Vec<Note> {
        let seen = Witness { impatient, ..Witness::default() };
        let proofs = prove(target, &options, &seen).expect("proofs");
        assert_eq!(proofs.plan.notes(), &*seen.notes.borrow());
        seen.notes.into_inner()
    };
    let note_of = |options: Options, impatient: bool| notes_of(&target, options, impatient);
    let routes = SumOptions { routes: Routes::Bernstein, ..SumOptions::default() };
    let bernstein = Options { epsilon: Some(ratio(1, 20)), sums: routes.clone(), ..Options::default() };
    let notes = note_of(bernstein.clone(), false);
    assert!(matches!(&notes[..], [Note::APriori { lipschitz: Some(_), .. }]), "{notes:?}");
    let few = SumOptions { max_boxes: 2, ..routes };
    let notes = note_of(Options { sums: few, epsilon: Some(ratio(1, 200)), ..bernstein }, true);
    let left = notes.iter().any(|note| matches!(note, Note::OpenBoxes { .. }));
    assert!(left, "{notes:?}");
    let latents = SumOptions { latents: Latents::Count(1), ..SumOptions::default() };
    let one = Options { sums: latents, ..Options::default() };
    // One sum is what the target needs; another one needs two.
    assert_eq!(note_of(one.clone(), false), []);
    let two = unit("3", 1, "mean(y: y[0]^2) - x[0]*mean(y: y[0])");
    let notes = notes_of(&two, one.clone(), false);
    assert!(matches!(&notes[..], [Note::LikelyEpsilon(_), ..]), "{notes:?}");
    let many = Options { sums: SumOptions { latents: Latents::Count(3), ..SumOptions::default() }, ..one };
    assert_eq!(notes_of(&two, many, false), [Note::FewerLatents { found: 2, asked: 3 }]);
    let grid = GridOptions { grid: GridChoice::Divisions(3), ..GridOptions::default() };
    let notes = note_of(discontinuous(grid), false);
    let [Note::EpsilonOfGrid { proved, asked }] = &notes[..] else { panic!("{notes:?}") };
    assert!(proved > asked && *asked == ratio(1, 1000));
}

#[test]
fn whoever_watches_may_end_it() {
    /// Has no patience.
    struct Never;
    impl Progress for Never {
        fn limits(&self) -> Limits {
            Limits { work: u64::MAX, poll: Some(Arc::new(|| Some("enough".into()))) }
        }
    }
    let target = unit("9", 1, "prod(y: 1 - 2*y[0])");
    let grid = GridOptions { grid: GridChoice::Finest, ..GridOptions::default() };
    let error = plan(&target, &discontinuous(grid), &Never).expect_err("ended");
    assert!(matches!(&*error.problem, Problem::Stopped(_)) && error.to_string() == "enough", "{error}");
}
