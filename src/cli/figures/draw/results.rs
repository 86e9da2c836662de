//! What is drawn.

use crate::figures::record::{ConstructedRecord, CurveRecord, LatentRecord};

/// The records of all data files.
pub(super) struct Results {
    /// Figure 1.
    pub(super) curves: Vec<CurveRecord>,
    /// Figure 2.
    pub(super) latents: Vec<LatentRecord>,
    /// Both.
    pub(super) constructed: Vec<ConstructedRecord>,
}
