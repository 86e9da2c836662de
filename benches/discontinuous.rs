//! The piecewise constant construction: tables, networks, exact evaluation, and the bound entry by entry.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::convert::Infallible;
use std::hint::black_box;
use sumformer::codes::CodeKind;
use sumformer::discontinuous::{
    CellValue, CellValues, DiscontinuousOptions, Grid, Jump, Separation, Table, TableLayout, network, size,
};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::reading::load_target;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::cells::derive;
use sumformer_checker::format::network::Network;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// x + Σ_y y² for two tokens.
const TARGET: &str =
    "name = \"bench\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\noutput = [\"x[0] + sum(y: y[0]^2)\"]\n";

fn unit_grid(dimension: usize, divisions: u64) -> Grid {
    let side = Interval::new(integer(0), integer(1)).expect("in order");
    Grid::new(vec![side; dimension], divisions).expect("a grid")
}

/// Values without equal neighbours.
fn table(tokens: usize, dimension: usize, divisions: u64, kind: CodeKind) -> Table {
    let mut count = 0;
    let value = |_: u64, _: &[u64]| -> Result<Vec<Rational>, Infallible> {
        count += 1;
        Ok(vec![ratio(count * 7919 % 1021, 1024)])
    };
    let grid = unit_grid(dimension, divisions);
    Table::new(grid, tokens, 1, kind, Separation::Others, 1 << 22, value).expect("a table")
}

fn options(jump: Jump) -> DiscontinuousOptions {
    let (architecture, scores) = (Architecture::Transformer, Scores::Zero);
    DiscontinuousOptions { architecture, scores, layout: TableLayout::Tree, jump }
}

fn tables(c: &mut Criterion) {
    let mut group = c.benchmark_group("table");
    for (tokens, dimension, divisions) in [(2, 1, 300), (4, 2, 4)] {
        for kind in [CodeKind::Histogram, CodeKind::BoseChowla] {
            let entries = table(tokens, dimension, divisions, kind).entries();
            group.throughput(Throughput::Elements(entries));
            group.bench_function(format!("{}_n{tokens}_d{dimension}_D{divisions}", kind.name()), |b| {
                b.iter(|| table(black_box(tokens), dimension, divisions, kind));
            });
        }
    }
}

fn networks(c: &mut Criterion) {
    let table = table(2, 1, 300, CodeKind::BoseChowla);
    let mut group = c.benchmark_group("network");
    group.throughput(Throughput::Elements(table.entries()));
    for (name, jump) in [("step", Jump::Step), ("ramp", Jump::Ramp(ratio(1, 1000)))] {
        let options = options(jump);
        group.bench_function(format!("{name}_n2_M300"), |b| b.iter(|| network(black_box(&table), &options)));
    }
    group.finish();
    let built = network(&table, &options(Jump::Step)).expect("a network");
    let exact = ExactEvaluator::new(&built).expect("a valid network");
    let sequence = [vec![ratio(1, 3)], vec![ratio(3, 4)]];
    c.bench_function("exact_forward/n2_M300", |b| b.iter(|| exact.evaluate(black_box(&sequence))));
}

fn certification(c: &mut Criterion) {
    let (target, epsilon) = (load_target("bench", TARGET).expect("a target"), ratio(1, 100));
    let grid = unit_grid(1, 100);
    let values = CellValues::new(&target, &grid, CellValue::Centre, &epsilon);
    let mut sampler = values.sampler().expect("enclosures");
    let table =
        Table::new(grid.clone(), 2, 1, CodeKind::BoseChowla, Separation::Others, 1 << 22, |own, others| {
            sampler.values(&values.entry(own, others))
        })
        .expect("a table");
    let built: Network = network(&table, &options(Jump::Step)).expect("a network");
    let mut group = c.benchmark_group("derive");
    group.throughput(Throughput::Elements(table.entries()));
    group.bench_function("n2_M100", |b| b.iter(|| derive(&target, black_box(&built))));
}

/// Closed forms, as `scale discontinuous` asks for them.
fn sizes(c: &mut Criterion) {
    let (grid, options) = (unit_grid(2, 64), options(Jump::Step));
    for kind in [CodeKind::Histogram, CodeKind::BoseChowla] {
        c.bench_function(&format!("size/{}_n4_M4096", kind.name()), |b| {
            b.iter(|| size(black_box(&grid), 4, 1, kind, Separation::Others, &options));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = tables, networks, certification, sizes
}
criterion_main!(benches);
