//! Loops on all threads at the expense of one budget of work: what a thread takes is taken from the caller's. Without the feature
//! `fast` there is one thread. What comes out is the same, unless it says otherwise.

use sumformer_checker::work::handle;

#[cfg(feature = "fast")]
pub use rayon::iter::{IndexedParallelIterator as Indexed, IntoParallelIterator as Items};
#[cfg(feature = "fast")]
use rayon::prelude::*;

/// Items that can be given to threads.
#[cfg(not(feature = "fast"))]
pub trait Items: IntoIterator {
    /// As the items come.
    type Iter;
}

/// Items that come in an order.
#[cfg(not(feature = "fast"))]
pub trait Indexed {}

#[cfg(not(feature = "fast"))]
impl<I: IntoIterator> Items for I {
    type Iter = I::IntoIter;
}

#[cfg(not(feature = "fast"))]
impl<I: Iterator> Indexed for I {}

/// One result for each item, in their order. Where the caller's budget ends, or its time, all threads stop.
pub fn map<I, R>(items: I, body: impl Fn(I::Item) -> R + Sync + Send) -> Vec<R>
where
    I: Items<Iter: Indexed>,
    R: Send,
{
    let budget = handle();
    let body = |item| budget.enter(|| body(item));
    #[cfg(feature = "fast")]
    return items.into_par_iter().map(body).collect();
    #[cfg(not(feature = "fast"))]
    return items.into_iter().map(body).collect();
}

/// The same until there is an error, which need not be the first one.
pub fn try_map<I, R, E>(items: I, body: impl Fn(I::Item) -> Result<R, E> + Sync + Send) -> Result<Vec<R>, E>
where
    I: Items<Iter: Indexed>,
    R: Send,
    E: Send,
{
    let budget = handle();
    let body = |item| budget.enter(|| body(item));
    #[cfg(feature = "fast")]
    return items.into_par_iter().map(body).collect();
    #[cfg(not(feature = "fast"))]
    return items.into_iter().map(body).collect();
}

/// A result, if an item has one; which of several may depend on the threads.
pub fn find_map<R: Send>(count: u64, body: impl Fn(u64) -> Option<R> + Sync + Send) -> Option<R> {
    let budget = handle();
    let body = |item| budget.enter(|| body(item));
    #[cfg(feature = "fast")]
    return (0..count).into_par_iter().find_map_any(body);
    #[cfg(not(feature = "fast"))]
    return (0..count).find_map(body);
}

/// Like [`map`], where every thread first makes something to work with, and takes at least so many items at a time.
pub fn map_with<T: Sync, W, R: Send>(
    items: &[T],
    at_least: usize,
    worker: impl Fn() -> W + Sync + Send,
    body: impl Fn(&mut W, &T) -> R + Sync + Send,
) -> Vec<R> {
    let budget = handle();
    #[cfg(feature = "fast")]
    return items
        .par_iter()
        .with_min_len(at_least)
        .map_init(worker, |worker, item| budget.enter(|| body(worker, item)))
        .collect();
    #[cfg(not(feature = "fast"))]
    {
        let (_, mut worker) = (at_least, worker());
        items.iter().map(|item| budget.enter(|| body(&mut worker, item))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::work::{Limits, charge, within};

    #[test]
    fn threads_pay_into_the_caller_s_budget() {
        let work = || map(0..64_usize, |_| (0..100_000).for_each(|_| charge(1))).len();
        assert_eq!(within(Limits::work(64 * 100_000), work), Ok(64));
        assert!(within(Limits::work(63 * 100_000), work).is_err());
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let numbers: Vec<u64> = (0..1000).collect();
        let squares: Vec<u64> = numbers.iter().map(|k| k * k).collect();
        assert_eq!(map(&numbers, |k| k * k), squares);
        assert_eq!(try_map(0..1000_usize, |k| Ok::<_, ()>((k * k) as u64)), Ok(squares.clone()));
        assert_eq!(try_map(0..1000_usize, |k| if k == 777 { Err(k) } else { Ok(k) }), Err(777));
        let counted = map_with(
            &numbers,
            32,
            || 0,
            |seen, k| {
                *seen += 1;
                (*seen >= 1).then_some(k * k)
            },
        );
        assert_eq!(counted.into_iter().flatten().collect::<Vec<u64>>(), squares);
        assert_eq!(find_map(1000, |k| (k * k == 49).then_some(k)), Some(7));
        assert_eq!(find_map(1000, |k| (k * k == 50).then_some(k)), None);
    }
}
