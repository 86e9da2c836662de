//! Our side of `benches/peers.py`, which asks for workloads one after the other, so that ours and a peer's take turns.
//!
//! With the argument `serve`, a line of standard input is the name of a workload and how long to repeat it, in seconds; the answer is a line with the
//! shortest time that one run took, in seconds, and the sum of its results. Names: `f64/n8_d4_D8_B256`, `f32/…` likewise,
//! `exact/n6_d3_D6`. The input is a line of numbers: hexadecimal bits of doubles for floats, numerators over 97 for exact ones. For
//! `forward/pair-potential_f64` it begins with the path of an ONNX file and n; the file is what `export/pair-potential_f64` writes.

use num_traits::ToPrimitive;
use std::hint::black_box;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};
use sumformer::algebra::power_sums::{PowerSums, Scalar};
use sumformer::eval::{Forward, Workspace};
use sumformer::export::{self, Dtype, Format, Labels};
use sumformer::lowering::attention::Architecture;
use sumformer::numeric;
use sumformer::reading::load_target;
use sumformer::recipe::{Options, plan};
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::check::check_proof;
use sumformer_checker::format::Network;

fn main() {
    if !std::env::args().any(|argument| argument == "serve") {
        return println!("benches/peers.sh measures this beside others");
    }
    let mut lines = std::io::stdin().lock().lines().map_while(Result::ok);
    while let Some(line) = lines.next() {
        let (name, seconds) = line.split_once(' ').expect("a name and seconds");
        let repeat = Duration::from_secs_f64(seconds.parse().expect("seconds"));
        let numbers = lines.next().expect("numbers");
        let (seconds, first) = workload(name, &numbers, repeat);
        println!("{seconds:e} {first:?}");
        std::io::stdout().flush().expect("somebody listens");
    }
}

/// The shortest time of one run, and the sum of its results.
fn workload(name: &str, numbers: &str, repeat: Duration) -> (f64, f64) {
    let (kind, shape) = name.split_once('/').expect("a kind and a shape");
    match kind {
        "export" => {
            exported(shape, Path::new(numbers));
            return (0.0, 0.0);
        }
        "forward" => return forward(numbers, repeat),
        _ => {}
    }
    let number = |letter: char| -> Option<usize> {
        shape.split('_').find_map(|part| part.strip_prefix(letter)?.parse().ok())
    };
    let need = |letter| number(letter).unwrap_or_else(|| panic!("`{name}` has no {letter}"));
    let (n, d, max_degree) = (need('n'), need('d'), need('D') as u32);
    let sums = PowerSums::new(d, max_degree).expect("a table of this size");
    match kind {
        "f64" => timed_floats(&sums, number('B').unwrap_or(1), n, floats(numbers).collect(), repeat),
        "f32" => {
            let tokens = floats(numbers).map(|x| x as f32).collect();
            timed_floats(&sums, number('B').unwrap_or(1), n, tokens, repeat)
        }
        "exact" => {
            let tokens: Vec<Rational> =
                numbers.split(' ').map(|a| ratio(a.parse().expect("a numerator"), 97)).collect();
            let run = || sums.evaluate_exact(black_box(&tokens)).expect("the shape fits");
            let total = run().iter().map(|x| x.to_f64().expect("a number")).sum();
            (shortest(repeat, run), total)
        }
        _ => panic!("no workload `{name}`"),
    }
}

/// Writes the proved transformer of a construction, `NAME_DTYPE`.
fn exported(shape: &str, path: &Path) {
    let (name, dtype) = shape.split_once('_').expect("a name and a type");
    let dtype = if dtype == "f32" { Dtype::F32 } else { Dtype::F64 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("constructions").join(name);
    let source = std::fs::read_to_string(folder.join("target.toml")).expect("a construction");
    let target = load_target(name, &source).expect("a target");
    let options = Options::default();
    let mut plan = plan(&target, &options, &()).expect("a way");
    let proof = plan.prove(Architecture::Transformer, &()).expect("a proof").proof;
    let files = proof.files(&target);
    let (network, text) = (files.network, files.target);
    let checked = check_proof(files).expect("a proof that is read");
    let labels = Labels::of(&checked, network, text);
    let file = std::fs::File::create(path).expect("a place for the file");
    export::write(&checked.network, &labels, Format::Onnx, dtype, BufWriter::new(file)).expect("a file");
}

/// All sequences through the network of a file, in its type.
fn forward(input: &str, repeat: Duration) -> (f64, f64) {
    let (path, rest) = input.split_once(' ').expect("a path and more");
    let (n, numbers) = rest.split_once(' ').expect("a length and numbers");
    let n = n.parse().expect("a length");
    let file = std::fs::read(path).expect("the exported file");
    let read = export::import(Format::Onnx, file).expect("an export");
    match read.dtype {
        Dtype::F32 => {
            timed_pass::<f32>(&read.network, n, floats(numbers).map(|x| x as f32).collect(), repeat)
        }
        _ => timed_pass::<f64>(&read.network, n, floats(numbers).collect(), repeat),
    }
}

fn timed_pass<T: numeric::Scalar + Into<f64>>(
    network: &Network,
    n: usize,
    tokens: Vec<T>,
    repeat: Duration,
) -> (f64, f64) {
    let pass = Forward::<T>::compile(network).expect("a valid network");
    let mut workspace = Workspace::default();
    let total = pass.run_batch(&mut workspace, n, &tokens).expect("finite");
    let total = total.iter().map(|&x| x.into()).sum();
    (shortest(repeat, || pass.run_batch(&mut workspace, n, black_box(&tokens)).map(<[T]>::len)), total)
}

fn floats(numbers: &str) -> impl Iterator<Item = f64> {
    numbers.split(' ').map(|x| f64::from_bits(u64::from_str_radix(x, 16).expect("bits")))
}

fn timed_floats<T: Scalar + Into<f64>>(
    sums: &PowerSums,
    batch: usize,
    n: usize,
    tokens: Vec<T>,
    repeat: Duration,
) -> (f64, f64) {
    let mut results = vec![T::default(); batch * sums.count()];
    let mut evaluator = sums.evaluator();
    let time = shortest(repeat, || evaluator.evaluate(batch, n, black_box(&tokens), &mut results));
    (time, results.into_iter().map(Into::into).sum())
}

/// The shortest of all runs that fit into some time, after one that does not count.
fn shortest<R>(repeat: Duration, mut run: impl FnMut() -> R) -> f64 {
    black_box(run());
    let start = Instant::now();
    let mut best = f64::INFINITY;
    while start.elapsed() < repeat {
        let from = Instant::now();
        black_box(run());
        best = best.min(from.elapsed().as_secs_f64());
    }
    best
}
