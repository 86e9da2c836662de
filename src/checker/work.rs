//! One meter for everything that takes time: arithmetic pays by itself, so that a new path cannot forget to.
//!
//! [`within`] opens a budget on this thread. Operations of [`Rational`](crate::arith::number::Rational), of dyadics and of
//! intervals [`charge`] it in proportion to operations times limbs; loops over machine integers and vectors that are
//! about to be allocated are charged in bulk before they start. When the budget is used up, control leaves by
//! unwinding to `within`, with a payload of this module's own and without the panic hook. Nothing that was being
//! computed outlives that, hence no number that is only half done can reach a verdict.
//!
//! *A unit* is about one step of a loop over limbs, a few nanoseconds. Every operation is charged at least the limbs
//! of its result, and every vector at least its length, so a budget of W units also bounds what is allocated, to
//! [`BYTES_PER_UNIT`]·W bytes.
//!
//! *Determinism.* Charges depend on the input alone, with limbs of 64 bits on every machine. Threads that share a
//! budget pay into one account, which is looked at once more at the end: whether the total exceeds the limit does not
//! depend on their order.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// The memory that one unit pays for at most, in bytes: a limb with its share of a vector's spare capacity, of its
/// header and of a map's node.
pub const BYTES_PER_UNIT: u64 = 256;

/// How many units a thread runs up before it pays them into the account, and polls.
const INSTALMENT: u64 = 1 << 14;

/// Looked at now and then; an answer is the reason to stop, a deadline that has passed, say.
pub type Poll = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// What a computation may take.
#[derive(Clone)]
pub struct Limits {
    /// Units of work.
    pub work: u64,
    /// Further reasons to stop, which need not be deterministic.
    pub poll: Option<Poll>,
}

impl Limits {
    /// A limit on work alone.
    pub const fn work(units: u64) -> Self {
        Self { work: units, poll: None }
    }
}

/// Why a computation did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It takes more than this many units.
    #[error("this takes more work than is allowed ({0} steps of arithmetic)")]
    Work(u64),
    /// What the poll answered.
    #[error("{0}")]
    Poll(String),
}

/// An account of work, with those it takes from.
struct Budget {
    limits: Limits,
    spent: AtomicU64,
    /// The poll's answer, for all threads.
    stopped: OnceLock<Stopped>,
    outer: Option<Arc<Budget>>,
}

/// What unwinds: whose budget is used up, and why.
struct Unwinding {
    budget: Arc<Budget>,
    why: Stopped,
}

thread_local! {
    /// What this thread has run up and not paid yet.
    static UNPAID: Cell<u64> = const { Cell::new(0) };
    /// The innermost budget of this thread.
    static BUDGET: RefCell<Option<Arc<Budget>>> = const { RefCell::new(None) };
}

impl Budget {
    /// Enters units into this account and all it takes from.
    fn enter(&self, units: u64) {
        let mut account = Some(self);
        while let Some(budget) = account {
            let add = |spent: u64| Some(spent.saturating_add(units));
            let _ = budget.spent.fetch_update(Relaxed, Relaxed, add);
            account = budget.outer.as_deref();
        }
    }

    /// Why this budget alone is at its end.
    fn why(&self) -> Option<Stopped> {
        if self.spent.load(Relaxed) > self.limits.work {
            return Some(Stopped::Work(self.limits.work));
        }
        if let Some(why) = self.stopped.get() {
            return Some(why.clone());
        }
        let why = Stopped::Poll(self.limits.poll.as_ref()?()?);
        Some(self.stopped.get_or_init(|| why).clone())
    }
}

/// Pays what this thread has run up; leaves if that was too much.
#[cold]
fn settle() {
    let units = UNPAID.take();
    let Some(innermost) = BUDGET.with_borrow(Clone::clone) else { return };
    innermost.enter(units);
    if std::thread::panicking() {
        return;
    }
    // The outermost that is at its end: what is inside of it has no say any more.
    let mut found = None;
    let mut account = Some(innermost);
    while let Some(budget) = account {
        if let Some(why) = budget.why() {
            found = Some(Unwinding { budget: budget.clone(), why });
        }
        account = budget.outer.clone();
    }
    if let Some(unwinding) = found {
        resume_unwind(Box::new(unwinding));
    }
}

/// Takes units from the budget of this thread; without one, nothing happens.
#[inline]
pub fn charge(units: u64) {
    let unpaid = UNPAID.get().saturating_add(units);
    UNPAID.set(unpaid);
    if unpaid >= INSTALMENT {
        settle();
    }
}

/// Takes `count` times `each` units, for a loop that is about to start.
pub fn charge_all(count: usize, each: u64) {
    charge(u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(each));
}

/// Limbs of 64 bits of a number of so many bits; at least 1.
#[inline]
pub const fn limbs(bits: u64) -> u64 {
    bits / 64 + 1
}

/// Puts the former budget back, whichever way control leaves.
struct Restore(Option<Arc<Budget>>);

impl Drop for Restore {
    fn drop(&mut self) {
        let units = UNPAID.take();
        BUDGET.with_borrow_mut(|current| {
            if let Some(budget) = &*current {
                budget.enter(units);
            }
            *current = self.0.take();
        });
    }
}

/// Runs `body` with this budget as the thread's own, and pays for all of it.
fn with_budget<T>(budget: Option<Arc<Budget>>, body: impl FnOnce() -> T) -> T {
    settle();
    let _restore = Restore(BUDGET.replace(budget));
    let result = body();
    settle();
    result
}

/// Runs `body` within limits, which it also takes from the budget around it, if there is one.
pub fn within<T>(limits: Limits, body: impl FnOnce() -> T) -> Result<T, Stopped> {
    let outer = BUDGET.with_borrow(Clone::clone);
    let budget = Arc::new(Budget { limits, spent: AtomicU64::new(0), stopped: OnceLock::new(), outer });
    let own = budget.clone();
    catch_unwind(AssertUnwindSafe(|| with_budget(Some(budget), body))).map_err(|payload| {
        match payload.downcast::<Unwinding>() {
            Ok(unwinding) if Arc::ptr_eq(&unwinding.budget, &own) => unwinding.why,
            Ok(unwinding) => resume_unwind(unwinding),
            Err(payload) => resume_unwind(payload),
        }
    })
}

/// Runs `body` as it is and says what it took, in units.
pub fn metered<T>(body: impl FnOnce() -> T) -> (T, u64) {
    let unlimited = Limits::work(u64::MAX);
    within(unlimited, || (body(), spent()))
        .unwrap_or_else(|_| unreachable!("nothing exceeds the largest limit"))
}

/// What has been spent of the innermost budget of this thread, in units.
pub fn spent() -> u64 {
    let paid = BUDGET.with_borrow(|budget| budget.as_ref().map_or(0, |b| b.spent.load(Relaxed)));
    paid.saturating_add(UNPAID.get())
}

/// The budget of this thread, for threads that work for it.
#[derive(Clone)]
pub struct Handle(Option<Arc<Budget>>);

/// The budget of this thread, to be shared.
pub fn handle() -> Handle {
    Handle(BUDGET.with_borrow(Clone::clone))
}

impl Handle {
    /// Runs `body` on this thread at the expense of the shared budget. What unwinds out of it has to be handed on to
    /// the thread that opened the budget, as rayon does by itself.
    pub fn enter<T>(&self, body: impl FnOnce() -> T) -> T {
        with_budget(self.0.clone(), body)
    }
}
