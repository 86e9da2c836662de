//! Numbers whose operations are rounded, in a direction that is named, and their intervals.

pub mod dyadic;
pub mod dyadic_interval;
