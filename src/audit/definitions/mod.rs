//! The definitions, each against a direct transcription of its formula.

mod blocks;
mod functions;
mod heads;

use super::Entry;

/// In the order of the paper.
pub(super) const DEFINITIONS: [Entry; 11] = [
    ("Definition 2.1", heads::definition_2_1),
    ("Definition 2.2", blocks::definition_2_2),
    ("Definition 2.3", blocks::definition_2_3),
    ("Definition 2.4", blocks::definition_2_4),
    ("Definition 2.5", heads::definition_2_5),
    ("Definition 2.6", heads::definition_2_6),
    ("Definition 2.7", functions::definition_2_7),
    ("Definition 2.8", functions::definition_2_8),
    ("Definition 2.10", functions::definition_2_10),
    ("Definition 2.11", functions::definition_2_11),
    ("Definition 3.1", functions::definition_3_1),
];
