//! What takes time runs on threads of its own, while the caller's thread looks after Ctrl-C and tells how far it is.
//!
//! Python handles signals in its main thread only, and there only where somebody asks ([`Python::check_signals`]): never in a
//! pool of threads, nor in a thread that waits for one. So the thread that was called waits, asks, and raises a flag, at which
//! arithmetic looks now and then ([`Inside::limits`]). It is also the one that calls back, as notebooks expect it.
//!
//! Every job has a pool of its own: two jobs never take work from each other, of which one may be stopped, and a process that was
//! forked, in which no thread of its parent goes on, has threads again.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use sumformer::checker::work::{Limits, Poll, within};

/// Signals are looked for this often.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A job that was stopped has so long to end; then it is left to itself, and ends later.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a poll ends a job; nobody reads it, as there is an exception already.
const STOPPED: &str = "interrupted";

/// What the thread that waits is told.
enum Event<T> {
    /// What is being done, and which share of all is done.
    Step(String, f64),
    /// The result, or what a panic said.
    Done(Result<T, String>),
}

/// The inner side of a job.
#[derive(Clone)]
pub struct Inside {
    stop: Arc<AtomicBool>,
    tell: Arc<dyn Fn(String, f64) + Send + Sync>,
}

impl Inside {
    /// Whether the job is to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// Says how far it is.
    pub fn tell(&self, step: String, share: f64) {
        (self.tell)(step, share);
    }

    /// Ends what is within when the job is to end.
    pub fn poll(&self) -> Poll {
        let stop = self.stop.clone();
        Arc::new(move || stop.load(Relaxed).then(|| STOPPED.into()))
    }

    /// Limits of nothing but the end of the job.
    pub fn limits(&self) -> Limits {
        Limits { work: u64::MAX, poll: Some(self.poll()) }
    }
}

/// Runs something to which arithmetic is all.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    body: impl FnOnce(&Inside) -> T + Send + 'static,
) -> PyResult<T> {
    let stoppable = move |inside: &Inside| within(inside.limits(), || body(inside));
    // It is only stopped where there is an exception.
    watched(py, None, stoppable)?.map_err(|stopped| PyRuntimeError::new_err(stopped.to_string()))
}

/// Runs something that looks at `inside` itself; the listener is called with every step and the share that is done.
pub fn watched<T: Send + 'static>(
    py: Python<'_>,
    listener: Option<&Bound<'_, PyAny>>,
    body: impl FnOnce(&Inside) -> T + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    start(sender, stop.clone(), body)?;
    let raised = loop {
        let event;
        (receiver, event) = py.detach(move || {
            let event = receiver.recv_timeout(LOOK_EVERY);
            (receiver, event)
        });
        let heard = match event {
            Ok(Event::Done(result)) => return result.map_err(bug),
            Ok(Event::Step(step, share)) => {
                listener.map_or(Ok(()), |call| call.call1((step, share)).map(drop))
            }
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => return Err(bug("its thread is gone".into())),
        };
        if let Err(error) = heard.and_then(|()| py.check_signals()) {
            break error;
        }
    };
    stop.store(true, Relaxed);
    py.detach(move || {
        let end = Instant::now() + PATIENCE;
        let left = || end.saturating_duration_since(Instant::now());
        while let Ok(Event::Step(..)) = receiver.recv_timeout(left()) {}
    });
    Err(raised)
}

/// Starts the job in a new pool, which ends with it.
fn start<T: Send + 'static>(
    sender: Sender<Event<T>>,
    stop: Arc<AtomicBool>,
    body: impl FnOnce(&Inside) -> T + Send + 'static,
) -> PyResult<()> {
    let steps = sender.clone();
    // Nobody listens any more where the caller has gone.
    let tell = Arc::new(move |step, share| drop(steps.send(Event::Step(step, share))));
    let pool = rayon::ThreadPoolBuilder::new()
        .thread_name(|number| format!("sumformer-{number}"))
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("no threads can be started: {error}")))?;
    pool.spawn(move || {
        let inside = Inside { stop, tell };
        let result = catch_unwind(AssertUnwindSafe(|| body(&inside))).map_err(|payload| said(&*payload));
        drop(sender.send(Event::Done(result)));
    });
    Ok(())
}

/// What a panic says.
fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

fn bug(message: String) -> PyErr {
    PyRuntimeError::new_err(format!("this is an error in sumformer itself, please report it: {message}"))
}
