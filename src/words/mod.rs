//! What is written: the target language, the files of a proof, trees as text. A verdict reads, and rests on none of this.

mod json_lines;
mod print;
mod sum;
mod tree_text;

pub use json_lines::to_json;
pub use print::{TokenNames, print};
pub use sum::sum;
pub use tree_text::push_node;
