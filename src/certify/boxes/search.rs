//! The search for a tree, breadth first: each round halves the boxes that are not good enough yet, all of them at
//! once. What is done with a box depends on the box alone, so that the tree does not depend on the number of threads.

use super::slice::Slice;
use super::tree::Tree;
use super::worker::{Assessment, Comparison, Failure, Subject};
use crate::parallel;
use std::cmp::Reverse;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::boxes::{LeafCount, Place, Sides};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::subdivision::text::Leaf;

/// Progress is reported after this many boxes.
const REPORT_AFTER: usize = 1 << 13;
/// Boxes that one thread takes at a time.
const BATCH: usize = 32;

/// How to search.
#[derive(Clone, Copy)]
pub struct BoxOptions<'a> {
    /// The most leaves of the tree; boxes that are not good enough when there are as many are left open.
    pub max_boxes: usize,
    /// Which part of the search.
    pub slice: Slice,
    /// Whether boxes that are not good enough at the end are leaves with the bound that they have, instead of open ones.
    pub closes: bool,
    /// Told now and then how far the search is, from the thread that called it; `false` leaves the rest open.
    pub progress: &'a dyn Fn(BoxProgress) -> bool,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxProgress {
    /// Leaves that are enclosed or outside.
    pub closed: usize,
    /// Boxes that are known to need halving.
    pub waiting: usize,
}

/// A tree and what is known of its leaves.
#[derive(Debug, Clone)]
pub struct BoxSearch {
    /// The tree as the certificate holds it.
    pub tree: String,
    /// Per output the largest bound of |target − what it is compared with| on an enclosed leaf.
    pub residuals: Vec<Rational>,
    /// What became of the boxes.
    pub report: BoxReport,
}

/// What became of the boxes of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxReport {
    /// The leaves.
    pub leaves: LeafCount,
    /// How many boxes were enclosed on the way.
    pub enclosures: usize,
    /// The worst of the open boxes.
    pub worst: Option<WorstBox>,
}

/// An open box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorstBox {
    /// n tokens of d sides, own token first.
    pub sides: Vec<Vec<Interval>>,
    /// The output with the largest enclosure.
    pub output: usize,
    /// The difference in this output on the box; nothing if it has no bounded enclosure there.
    pub enclosure: Option<Interval>,
    /// Whether the difference exceeds what is allowed at the middle of the box: no tree can prove the bound.
    pub hopeless: bool,
}

/// A box that is not good enough.
struct Waiting {
    node: usize,
    places: Box<[Place]>,
    failure: Failure,
}

struct Search<'a> {
    subject: Subject<'a>,
    tree: Tree,
    largest: Vec<Dyadic>,
    leaves: LeafCount,
    enclosures: usize,
    waiting: Vec<Waiting>,
    /// Boxes that are left open.
    open: Vec<Waiting>,
}

/// Builds a tree whose enclosed leaves have |target − what it is compared with| at most `tolerances`, one per output.
///
/// It is complete unless `max_boxes` or the levels of the tree do not suffice, the slice is not the whole, or the
/// difference is found to exceed a tolerance at some point; the rest is open. Fails if the target has no fixed length
/// or cannot be enclosed at all.
pub fn search(
    target: &Target,
    compared: &dyn Comparison,
    tolerances: &[Rational],
    options: &BoxOptions<'_>,
) -> Result<BoxSearch, EvalError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(EvalError::NoLength) };
    let sides = Sides::new(target);
    let mut search = Search {
        subject: Subject::new(target, compared, &sides, n, tolerances)?,
        tree: Tree::new(),
        largest: vec![Dyadic::ZERO; target.outputs()],
        leaves: LeafCount::default(),
        enclosures: 0,
        waiting: Vec::new(),
        open: Vec::new(),
    };
    let root = vec![(0, vec![Place::WHOLE; n * target.dimension()].into_boxed_slice())];
    let mut goes_on = search.assess(root, options.progress);
    let mut threshold = options.slice.threshold();
    while goes_on
        && !search.waiting.is_empty()
        && !search.waiting.iter().any(|waiting| waiting.failure.hopeless)
    {
        if threshold.is_some_and(|threshold| search.waiting.len() >= threshold) {
            threshold = None;
            search.keep(options.slice);
        }
        goes_on = search.halve(options);
    }
    if options.closes && !search.waiting.iter().chain(&search.open).any(|waiting| waiting.failure.hopeless) {
        search.close();
    }
    Ok(search.finish())
}

impl Search<'_> {
    /// Leaves the boxes of other slices open.
    fn keep(&mut self, slice: Slice) {
        let (mut number, mut own) = (0, Vec::new());
        for waiting in std::mem::take(&mut self.waiting) {
            if slice.takes(number) {
                own.push(waiting)
            } else {
                self.open.push(waiting)
            }
            number += 1;
        }
        self.waiting = own;
    }

    /// Halves the waiting boxes, the worst ones if not all of them may be; `false` if none, or if that is to be all.
    fn halve(&mut self, options: &BoxOptions<'_>) -> bool {
        let room = options.max_boxes.saturating_sub(self.tree.leaves());
        let mut waiting = std::mem::take(&mut self.waiting);
        if waiting.len() > room {
            waiting.sort_by_key(|waiting| Reverse(waiting.failure.magnitude()));
            self.open.extend(waiting.drain(room..));
        }
        let mut halves = Vec::with_capacity(2 * waiting.len());
        for waiting in waiting {
            let parts = waiting.failure.split.and_then(|k| Some((k, waiting.places[k].halves()?)));
            let Some((coordinate, parts)) = parts else {
                self.open.push(waiting);
                continue;
            };
            let nodes = self.tree.split(waiting.node, coordinate);
            let mut places = waiting.places;
            for (node, part) in nodes.into_iter().zip(parts) {
                places[coordinate] = part;
                if self.subject.sides.is_outside(&places) {
                    self.tree.set(node, Leaf::Outside);
                    self.leaves.outside += 1;
                } else {
                    halves.push((node, places.clone()));
                }
            }
        }
        let any = !halves.is_empty();
        self.assess(halves, options.progress) && any
    }

    /// Encloses boxes; those that are not good enough wait, in their order. If that is to be all, so do those that have not
    /// been looked at, and the answer is `false`.
    fn assess(
        &mut self,
        mut boxes: Vec<(usize, Box<[Place]>)>,
        progress: &dyn Fn(BoxProgress) -> bool,
    ) -> bool {
        let mut rest = boxes.drain(..);
        loop {
            let some: Vec<_> = rest.by_ref().take(REPORT_AFTER).collect();
            if some.is_empty() {
                return true;
            }
            let subject = &self.subject;
            let found: Vec<Assessment> = parallel::map_with(
                &some,
                BATCH,
                || subject.worker(),
                |worker, (_, places)| worker.assess(places),
            );
            self.enclosures += some.len();
            for ((node, places), assessment) in some.into_iter().zip(found) {
                match assessment {
                    Assessment::Enclosed(magnitudes) => {
                        self.tree.set(node, Leaf::Enclosed);
                        self.leaves.enclosed += 1;
                        for (largest, magnitude) in self.largest.iter_mut().zip(magnitudes) {
                            *largest = (*largest).max(magnitude);
                        }
                    }
                    Assessment::Failed(failure) => self.waiting.push(Waiting { node, places, failure }),
                }
            }
            let closed = self.leaves.enclosed + self.leaves.outside;
            if !progress(BoxProgress { closed, waiting: self.waiting.len() }) {
                let unseen = |(node, places): (usize, Box<[Place]>)| Waiting {
                    failure: Failure::unseen(&places),
                    node,
                    places,
                };
                self.waiting.extend(rest.map(unseen));
                return false;
            }
        }
    }

    /// Makes leaves of all open boxes that are enclosed at all, as large as the difference may be there.
    fn close(&mut self) {
        let open: Vec<Waiting> = self.open.drain(..).chain(self.waiting.drain(..)).collect();
        let subject = &self.subject;
        let found = parallel::map_with(
            &open,
            BATCH,
            || subject.worker(),
            |worker, waiting| worker.magnitudes(&waiting.places),
        );
        self.enclosures += open.len();
        for (waiting, magnitudes) in open.into_iter().zip(found) {
            let Some(magnitudes) = magnitudes else {
                self.open.push(waiting);
                continue;
            };
            self.tree.set(waiting.node, Leaf::Enclosed);
            self.leaves.enclosed += 1;
            for (largest, magnitude) in self.largest.iter_mut().zip(magnitudes) {
                *largest = (*largest).max(magnitude);
            }
        }
    }

    fn finish(mut self) -> BoxSearch {
        self.open.append(&mut self.waiting);
        self.leaves.open = self.open.len();
        // The first of the worst in the order of the tree's nodes.
        let rank = |w: &&Waiting| (w.failure.hopeless, w.failure.magnitude(), Reverse(w.node));
        let worst = self.open.iter().max_by_key(rank).map(|waiting| WorstBox {
            sides: self.subject.sides.exact_box(&waiting.places),
            output: waiting.failure.output,
            enclosure: waiting
                .failure
                .enclosure
                .and_then(|range| Interval::new(range.inf().to_rational()?, range.sup().to_rational()?).ok()),
            hopeless: waiting.failure.hopeless,
        });
        // Enclosed leaves are within finite tolerances.
        let exact =
            |magnitude: &Dyadic| max(magnitude.to_rational().unwrap_or_default(), Rational::default());
        BoxSearch {
            tree: self.tree.text(),
            residuals: self.largest.iter().map(exact).collect(),
            report: BoxReport { leaves: self.leaves, enclosures: self.enclosures, worst },
        }
    }
}
