//! Our side of `benches/peers.py`, which asks for workloads one after the other, so that ours and a peer's take turns.
//!
//! With the argument `serve`, a line of standard input is the name of a workload and how long to repeat it, in seconds; the answer is a line with the
//! shortest time that one run took, in seconds. Names: `f64/n8_d4_D8_B256`, `f32/…` likewise, `exact/n6_d3_D6`. The input is a line of
//! numbers as well: hexadecimal bits of doubles for floats, numerators over 97 for exact ones.

use num_traits::ToPrimitive;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};
use sumformer::algebra::power_sums::{PowerSums, Scalar};
use sumformer_checker::arith::number::{Rational, ratio};

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
    let number = |letter: char| -> Option<usize> {
        shape.split('_').find_map(|part| part.strip_prefix(letter)?.parse().ok())
    };
    let need = |letter| number(letter).unwrap_or_else(|| panic!("`{name}` has no {letter}"));
    let (n, d, max_degree) = (need('n'), need('d'), need('D') as u32);
    let sums = PowerSums::new(d, max_degree).expect("a table of this size");
    let floats = || numbers.split(' ').map(|x| f64::from_bits(u64::from_str_radix(x, 16).expect("bits")));
    match kind {
        "f64" => timed_floats(&sums, number('B').unwrap_or(1), n, floats().collect(), repeat),
        "f32" => {
            let tokens = floats().map(|x| x as f32).collect();
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
