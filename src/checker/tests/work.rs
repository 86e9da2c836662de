//! The meter: what is charged, who pays, and how control leaves.

use num_bigint::BigInt;
use proptest::prelude::*;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::work::{self, BYTES_PER_UNIT, Limits, Stopped, charge, within};

/// Units that `body` costs.
fn cost(body: impl FnOnce()) -> u64 {
    within(Limits::work(u64::MAX), || {
        body();
        work::spent()
    })
    .unwrap()
}

fn harmonic(terms: i64) -> Rational {
    (1..=terms).map(|k| ratio(1, k)).sum()
}

#[test]
fn what_is_used_up_stops_and_nothing_else_does() {
    let needed = cost(|| drop(harmonic(500)));
    assert_eq!(within(Limits::work(needed), || harmonic(500)), Ok(harmonic(500)));
    assert_eq!(within(Limits::work(needed - 1), || harmonic(500)), Err(Stopped::Work(needed - 1)));
}

#[test]
fn an_inner_budget_takes_from_the_outer_one() {
    let inner = |limit| within(Limits::work(limit), || charge(100_000));
    assert_eq!(cost(|| inner(1 << 20).unwrap()), 100_000);
    assert_eq!(within(Limits::work(1 << 20), || inner(99_999)), Ok(Err(Stopped::Work(99_999))));
    // The outer one is at its end, however generous the inner one.
    assert_eq!(
        within(Limits::work(250_000), || [(); 3].map(|()| inner(1 << 40))),
        Err(Stopped::Work(250_000))
    );
    // What the inner one could not afford is paid all the same.
    let twice = within(Limits::work(150_000), || [inner(99_999), inner(99_999)]);
    assert_eq!(twice, Err(Stopped::Work(150_000)));
}

#[test]
fn without_a_budget_nothing_is_limited() {
    charge(u64::MAX);
    charge(u64::MAX);
    assert_eq!(within(Limits::work(10), || charge(10)), Ok(()));
}

#[test]
fn huge_charges_do_not_wrap() {
    for charges in [&[u64::MAX, 1][..], &[u64::MAX - 1, u64::MAX - 1, 3], &[1 << 63, 1 << 63, 1 << 63]] {
        let stopped = within(Limits::work(1 << 40), || charges.iter().copied().for_each(charge));
        assert_eq!(stopped, Err(Stopped::Work(1 << 40)));
    }
    assert_eq!(within(Limits::work(99), || work::charge_all(usize::MAX, u64::MAX)), Err(Stopped::Work(99)));
}

#[test]
fn other_panics_pass_through() {
    let panic = catch_unwind(|| within(Limits::work(10), || std::panic::resume_unwind(Box::new("mine"))));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    // And the budget is closed then.
    charge(1 << 30);
}

#[test]
fn a_poll_stops_and_keeps_stopping() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let poll = Arc::new(move || (count.fetch_add(1, Relaxed) == 20).then(|| "too late".to_string()));
    let limits = Limits { work: u64::MAX, poll: Some(poll) };
    let stopped = within(limits, || {
        let share = work::handle();
        let worker = std::thread::spawn(move || share.enter(|| (0..1 << 30).for_each(|_| charge(1000))));
        // The worker's reason is the reason of all.
        std::panic::resume_unwind(worker.join().unwrap_err())
    });
    assert_eq!(stopped, Err::<(), _>(Stopped::Poll("too late".into())));
}

#[test]
fn threads_share_one_account_whatever_their_order() {
    let sum_of_threads = |limit: u64| {
        within(Limits::work(limit), || {
            let share = work::handle();
            let workers: Vec<_> = (0..4)
                .map(|_| {
                    let share = share.clone();
                    std::thread::spawn(move || share.enter(|| drop(harmonic(300))))
                })
                .collect();
            for worker in workers {
                worker.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload));
            }
        })
    };
    let needed = 4 * cost(|| drop(harmonic(300)));
    for _ in 0..20 {
        assert_eq!(sum_of_threads(needed), Ok(()));
        assert_eq!(sum_of_threads(needed - 1), Err(Stopped::Work(needed - 1)));
    }
}

proptest! {
    /// Whatever an operation allocates it pays for.
    #[test]
    fn results_are_paid_for(p in any::<i64>(), q in 1..i64::MAX, e in 1..40_u32, r in any::<i64>(), s in 1..i64::MAX) {
        let (a, b) = (ratio(p, q).pow(e), ratio(r, s).pow(e));
        let pays = |operation: &dyn Fn() -> Rational| {
            let mut bytes = 0;
            let paid = cost(|| {
                let result = operation();
                bytes = (result.bits()) / 8;
            });
            paid * BYTES_PER_UNIT >= bytes
        };
        prop_assert!(pays(&|| &a + &b) && pays(&|| &a * &b) && pays(&|| &a - &b) && pays(&|| a.clone()));
        prop_assert!(pays(&|| a.pow(3)) && pays(&|| -&a) && pays(&|| a.floor()));
        prop_assert!(pays(&|| Rational::new(a.numer() * 6, BigInt::from(10))));
    }
}

#[test]
fn long_numbers_cost_more() {
    let long = integer(3).pow(10_000);
    assert!(cost(|| drop(&long * &long)) > 1000 * cost(|| drop(integer(3) * integer(3))));
    assert!(cost(|| drop(long.clone())) > cost(|| drop(integer(3).clone())));
}
