//! All widths of vectors, not only those that this machine would choose.

use super::super::PowerSums;
use super::batch::Batch;
use super::lanes::Arrays;
use super::memory::Memory;
use super::scalar::Vectors;

/// Shapes (n, d, D, B) around the widths 2, 4, 8 and 16: sequences side by side, full groups and not, and spread ones.
const SHAPES: [(usize, usize, u32, usize); 14] = [
    (1, 1, 1, 1),
    (1, 3, 4, 2),
    (2, 2, 3, 5),
    (3, 1, 7, 9),
    (5, 4, 3, 33),
    (8, 4, 5, 16),
    (9, 5, 4, 3),
    (17, 8, 3, 1),
    (16, 3, 6, 31),
    (31, 2, 9, 4),
    (33, 7, 3, 2),
    (130, 4, 4, 3),
    (513, 3, 4, 1),
    (1030, 2, 5, 2),
];

/// Small integers, whose sums are exact in f64 and the same in any order.
fn integers(count: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * 7 + i / 5 + i / 31) % 5) as f64 - 2.0).collect()
}

#[test]
fn all_widths_agree_where_sums_are_exact() {
    for (n, d, max_degree, batch) in SHAPES {
        let power_sums = PowerSums::new(d, max_degree).unwrap();
        let tokens = integers(n * d * batch);
        let expected: Vec<f64> = tokens
            .chunks_exact(n * d)
            .flat_map(|sequence| {
                (1..power_sums.table().len()).map(|entry| {
                    let alpha = power_sums.table().multi_index(entry).unwrap();
                    let term = |token: &[f64]| -> f64 {
                        token.iter().zip(&alpha).map(|(x, &e)| x.powi(e as i32)).product()
                    };
                    sequence.chunks_exact(d).map(term).sum()
                })
            })
            .collect();
        let check = |name: &str, run: &dyn Fn(Batch<'_, f64>)| {
            let (mut memory, mut results) = (Memory::default(), vec![f64::NAN; expected.len()]);
            run(Batch {
                split: &power_sums.split,
                plan: &power_sums.plan,
                memory: &mut memory,
                length: n,
                tokens: &tokens,
                results: &mut results,
            });
            assert_eq!(results, expected, "{name}: n = {n}, d = {d}, D = {max_degree}, B = {batch}");
        };
        check("arrays", &|task| super::lanes::Task::run(task, Arrays::new()));
        check("the best", &|task| f64::run(task));
        #[cfg(feature = "fast")]
        for (name, arch) in super::registers::every() {
            check(name, &|task| super::registers::f64_on(arch, task));
        }
    }
}
