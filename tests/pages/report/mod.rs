//! `sumformer report`: what is on the page is what was proved.

mod hostile;
mod numbers;
mod page;
mod pictures;
mod refusals;
