//! Which way leads from a target to a network with the error that is wanted, and what each of them would cost.
//!
//! The predictions are cheap next to a proof: the structural route is planned but not built, interpolation is looked at
//! in floating point, and a table on some of its entries. The cheapest way that can reach ε is taken; a continuous network
//! where there is one of a reasonable size, as tables are discontinuous functions.

mod choice;
mod outlook;

pub use choice::{Choice, NoWay, Routes, TableWishes, Watch, Wishes, choose};
pub use outlook::{Outlook, WayName};
