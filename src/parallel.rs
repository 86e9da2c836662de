//! Loops on all threads at the expense of one budget of work: what a thread takes is taken from the caller's.

use rayon::prelude::*;
use sumformer_checker::work::handle;

/// One result for each item, in their order. Where the caller's budget ends, or its time, all threads stop.
pub fn map<I, R>(items: I, body: impl Fn(I::Item) -> R + Sync + Send) -> Vec<R>
where
    I: IntoParallelIterator<Iter: IndexedParallelIterator>,
    R: Send,
{
    let budget = handle();
    items.into_par_iter().map(|item| budget.enter(|| body(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::map;
    use sumformer_checker::work::{Limits, charge, within};

    #[test]
    fn threads_pay_into_the_caller_s_budget() {
        let work = || map(0..64_usize, |_| (0..100_000).for_each(|_| charge(1))).len();
        assert_eq!(within(Limits::work(64 * 100_000), work), Ok(64));
        assert!(within(Limits::work(63 * 100_000), work).is_err());
    }
}
