//! Networks that were given: enclosures, proofs of them and their changes, refusals.

mod enclosures;
mod proofs;
mod random;
