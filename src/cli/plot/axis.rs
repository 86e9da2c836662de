//! Scales of axes and their labels.

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// The most labels of an axis.
const MAX_LABELS: usize = 6;
/// No logarithm of a number that is drawn is larger.
const LARGEST_LOGARITHM: f64 = 1000.0;

/// How numbers are placed on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Scale {
    /// As they are, with whole numbers as labels.
    Linear,
    /// By their logarithm to base 2, labelled by the numbers.
    Two,
    /// By their logarithm to base 10, labelled by powers of ten.
    Ten,
}

impl Scale {
    /// Where a number is placed; on logarithmic scales infinite for 0 and NaN below.
    pub(super) fn place(self, value: f64) -> f64 {
        match self {
            Scale::Linear => value,
            Scale::Two => value.log2(),
            Scale::Ten => value.log10(),
        }
    }

    /// The label at a whole place.
    pub(super) fn label(self, place: f64) -> String {
        match self {
            Scale::Linear => format!("{place:.0}"),
            Scale::Two => format!("{:.0}", place.exp2()),
            Scale::Ten => power_of_ten(place),
        }
    }
}

/// A range with labels at given places.
pub(in crate::cli) struct Axis {
    range: Range<f64>,
    labels: Vec<f64>,
}

impl Axis {
    /// As given.
    pub(in crate::cli) fn new(range: Range<f64>, labels: Vec<f64>) -> Self {
        Self { range, labels }
    }

    /// From the least to the largest place, rounded to whole numbers, with labels at some of these, and a little room on
    /// both sides.
    pub(super) fn around(places: impl Iterator<Item = f64> + Clone, room: f64) -> Self {
        let low = places.clone().fold(f64::INFINITY, f64::min).floor().min(LARGEST_LOGARITHM);
        let high = places.fold(low, f64::max).ceil().max(low + 1.0);
        let step = ((high - low) as usize).div_ceil(MAX_LABELS).max(1);
        let labels = (low as i64..=high as i64).step_by(step).map(|label| label as f64);
        Self { labels: labels.collect(), range: low - room..high + room }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Light lines between the labels are not drawn.
        if hint.weight().allow_light_points() { Vec::new() } else { self.labels.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// 1, 10, 100, otherwise 10³, 10⁻² and so on.
fn power_of_ten(exponent: f64) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).map_or('⁻', |d| SUPERSCRIPTS[d as usize]);
    match exponent.round() as i64 {
        0 => "1".into(),
        1 => "10".into(),
        2 => "100".into(),
        exponent => format!("10{}", exponent.to_string().chars().map(raised).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_stands_at_the_place() {
        assert_eq!(Scale::Ten.label(Scale::Ten.place(1e-12)), "10⁻¹²");
        assert_eq!(Scale::Ten.label(2.0), "100");
        assert_eq!(Scale::Two.label(Scale::Two.place(4096.0)), "4096");
        assert_eq!(Scale::Linear.label(13.0), "13");
    }

    #[test]
    fn an_axis_has_few_labels_and_room_for_all_places() {
        let axis = Axis::around([-12.5, 3.0].into_iter(), 0.25);
        assert_eq!(axis.range(), -13.25..3.25);
        assert!(axis.labels.len() <= MAX_LABELS + 1 && axis.labels[0] == -13.0);
        // One point still has an axis.
        assert_eq!(Axis::around([2.0].into_iter(), 0.0).range(), 2.0..3.0);
    }
}
