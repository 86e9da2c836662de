//! Every problem is told with its class, its place if it has one, and the way out.

use super::unit;
use sumformer::certify::boxes::Slice;
use sumformer::discontinuous::Jump;
use sumformer::lowering::LoweringError;
use sumformer::planning::Routes;
use sumformer::prelude::*;
use sumformer::recipe::{Class, GridChoice, GridOptions, Latents, Problem, SumOptions, prove};
use sumformer_checker::format::network::Activation;

#[track_caller]
fn refused(target: &Target, options: &Options) -> RecipeError {
    prove(target, options, &()).map(|proofs| proofs.proofs).expect_err("refused")
}

/// Refused as bad input, with this way out.
#[track_caller]
fn bad(target: &Target, options: &Options, help: &str) -> Problem {
    let error = refused(target, options);
    assert_eq!(error.class(), Class::BadInput, "{error}");
    assert!(error.help().is_some_and(|said| said.contains(help)), "{error}: {:?}", error.help());
    *error.problem
}

fn square() -> Target {
    unit("2", 1, "sum(y != x: y[0])^2")
}

fn with_sums(sums: SumOptions) -> Options {
    Options { sums, ..Options::default() }
}

fn with_grid(grid: GridOptions) -> Options {
    Options { construction: Construction::Discontinuous, grid, ..Options::default() }
}

#[test]
fn options_that_nothing_can_come_of() {
    let defaults = Options::default;
    for epsilon in [ratio(0, 1), ratio(-1, 2)] {
        let options = Options { epsilon: Some(epsilon), ..defaults() };
        assert!(matches!(bad(&square(), &options, "positive"), Problem::Epsilon(_)));
    }
    let none = Options { architectures: Vec::new(), ..defaults() };
    assert!(matches!(bad(&square(), &none, "architectures"), Problem::NoArchitecture));
    let empty = Architecture::Performer { features: 0, seed: 0, normalized: true };
    for architecture in [empty, Architecture::Linformer { rank: 0 }] {
        let options = Options { architectures: vec![architecture], ..defaults() };
        assert!(matches!(bad(&square(), &options, "at least one"), Problem::EmptyAttention(_)));
        let asked = defaults();
        let target = square();
        let mut plan = plan(&target, &asked, &()).expect("a plan");
        let error = plan.prove(architecture, &()).expect_err("nothing to attend with");
        assert!(matches!(*error.problem, Problem::EmptyAttention(_)));
    }
    let latents = |count, routes| {
        with_sums(SumOptions { latents: Latents::Count(count), routes, ..SumOptions::default() })
    };
    assert!(matches!(bad(&square(), &latents(0, Routes::All), "at least one"), Problem::NoLatents));
    let both = latents(1, Routes::Bernstein);
    assert!(matches!(bad(&square(), &both, "sums.routes"), Problem::LatentsAndRoute));
    let slice = Slice::new(1, 2).expect("a half");
    let sliced = with_sums(SumOptions { slice, ..SumOptions::default() });
    assert!(matches!(bad(&square(), &sliced, "sums.slice"), Problem::NothingToSlice));
    let step = with_sums(SumOptions { activation: Activation::Step, ..SumOptions::default() });
    let error = refused(&square(), &step);
    assert!(matches!(&*error.problem, Problem::Lowering(LoweringError::StepContinuous)));
    assert_eq!(error.class(), Class::BadInput);
}

#[test]
fn tables_that_there_are_not() {
    let any = unit("\"any\"", 1, "mean(y: y[0])");
    assert!(matches!(bad(&any, &with_grid(GridOptions::default()), "every length"), Problem::NoLength));
    let divisions =
        |divisions| GridOptions { grid: GridChoice::Divisions(divisions), ..GridOptions::default() };
    let error = refused(&square(), &with_grid(divisions(0)));
    assert!(matches!(&*error.problem, Problem::Refused(_)) && error.class() == Class::BadInput);
    let small = GridOptions { max_entries: 10, ..divisions(100) };
    let problem = bad(&square(), &with_grid(small), "grid.max_entries");
    assert!(matches!(problem, Problem::TooManyEntries { limit: 10, .. }));
    let none = GridOptions { grid: GridChoice::Finest, max_entries: 0, ..GridOptions::default() };
    assert!(matches!(bad(&square(), &with_grid(none), "grid.max_entries"), Problem::NoFinest(_)));
    let ramp = GridOptions { jump: Jump::Ramp(ratio(1, 2)), ..divisions(3) };
    assert!(matches!(bad(&square(), &with_grid(ramp), "grid"), Problem::Table(_)));
    let far = with_grid(GridOptions { max_entries: 100_000, ..GridOptions::default() });
    let far = Options { epsilon: Some(ratio(1, 1_000_000)), ..far };
    assert!(matches!(bad(&square(), &far, "GridChoice::Finest"), Problem::Grid(_)));
    let heavy = GridOptions { max_entries: 1 << 40, ..divisions(4000) };
    let problem = bad(&square(), &with_grid(heavy), "grid.code");
    assert!(matches!(problem, Problem::TooManyWeights { .. }));
    let units = Options { max_units: 5, ..with_grid(divisions(4)) };
    assert!(matches!(bad(&square(), &units, "max_units"), Problem::TooManyUnits { limit: 5, .. }));

    let incomplete = |target: &Target, options: &Options, help: Option<&str>| {
        let error = refused(target, options);
        assert_eq!(error.class(), Class::Incomplete, "{error}");
        let said = error.help().unwrap_or_default();
        assert!(help.is_none_or(|help| said.contains(help)), "{error}: {said}");
        *error.problem
    };
    let pole = unit("2", 1, "1/(x[0] - 1/2)");
    assert!(matches!(
        incomplete(&pole, &with_grid(divisions(3)), None),
        Problem::NotEnclosed(_) | Problem::NotDerived(_)
    ));
    let coarse = Options { epsilon: Some(ratio(1, 1000)), ..with_grid(divisions(2)) };
    let problem = incomplete(&square(), &coarse, Some("GridChoice::Smallest"));
    assert!(matches!(problem, Problem::GridNotMet { divisions: 2, .. }));
    let paper = Architecture::Performer { features: 2, seed: 0, normalized: false };
    let inexact = with_grid(divisions(2));
    let inexact = Options { architectures: vec![paper], scores: Scores::Paper, ..inexact };
    assert!(matches!(incomplete(&square(), &inexact, Some("normalised")), Problem::InexactAttention));
}

#[test]
fn places_are_those_of_the_text() {
    let structural = with_sums(SumOptions { routes: Routes::Structural, ..SumOptions::default() });
    for (target, at, class) in [
        (
            unit("\"any\"", 1, "mean(y: exp(y[0]*mean(z: exp(y[0]*z[0]))))"),
            "exp(y[0]*mean(z: exp(y[0]*z[0])))",
            Class::Incomplete,
        ),
        (unit("2", 1, "log(x[0] - 2)"), "log(x[0] - 2)", Class::Incomplete),
        (unit("2", 1, "exp(1000000*x[0])"), "exp(1000000*x[0])", Class::Incomplete),
        (unit("30", 1, "sum(y: y[0])^9000"), "sum(y: y[0])^9000", Class::BadInput),
    ] {
        let error = refused(&target, &structural);
        let span = error.span().unwrap_or_else(|| panic!("no place: {error}"));
        let place = &target.source[span];
        assert!(place.contains(at), "{error}: {place}");
        assert_eq!(error.class(), class, "{error}");
        assert!(error.help().is_some_and(|help| !help.contains("--")), "{error}: {:?}", error.help());
    }
}

#[test]
fn ways_that_were_looked_at_are_told() {
    let target = unit("3", 1, "max(y: min(z != y: max(y[0],z[0])))");
    let grid = GridOptions { max_entries: 100, ..GridOptions::default() };
    let options = Options { epsilon: Some(ratio(1, 20)), grid, ..Options::default() };
    let error = refused(&target, &options);
    assert_eq!(error.ways.len(), 3);
    assert!(error.ways.iter().all(|way| way.why_not.is_some()), "{:?}", error.ways);
    let large = Options { max_units: 20, epsilon: Some(ratio(1, 10_000)), ..Options::default() };
    let error = refused(&square(), &large);
    assert!(matches!(&*error.problem, Problem::Lowering(LoweringError::TooLarge { limit: 20, .. })));
    assert!(error.ways[0].reaches.is_some_and(|reaches| reaches > 1e-4), "{:?}", error.ways);
}
