//! The closed forms and certified radii behind `sumformer scale`.

mod construction;
mod scores;
