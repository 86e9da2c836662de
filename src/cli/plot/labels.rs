//! Names at the ends of lines, side by side with the panel and never on top of each other.

use super::canvas::{Area, FONT, Failure};
use plotters::prelude::*;

/// From one name down to the next, in pixels.
const APART: i32 = 14;
/// Width of a letter, about.
const LETTER: i32 = 7;
/// Between the panel and the names.
const GAP: i32 = 12;
/// The grey of leaders.
const LEADER: RGBColor = RGBColor(0x6e, 0x6e, 0x6e);

/// A name and the places of its line, from left to right.
type Label = (String, Vec<(f64, f64)>);

/// The names of a panel's lines; lines that coincide share theirs.
#[derive(Default)]
pub(super) struct Labels(Vec<Label>);

impl Labels {
    /// Names a line; nothing for lines without a name or a place.
    pub(super) fn add(&mut self, name: &str, places: Vec<(f64, f64)>) {
        if name.is_empty() || places.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(_, known)| *known == places) {
            Some((shared, _)) => *shared = format!("{shared} / {name}"),
            None => self.0.push((name.into(), places)),
        }
    }

    /// The room they take beside the panel.
    pub(super) fn width(&self) -> i32 {
        let longest = self.0.iter().map(|(name, _)| name.chars().count() as i32).max();
        longest.map_or(0, |letters| GAP + LETTER * letters)
    }

    /// Draws the names to the right of a panel that ends at `right`, in an area that ends at `bottom`; `pixel` is where
    /// a place is drawn.
    pub(super) fn draw<'a>(
        &self,
        area: &Area<'a>,
        (right, bottom): (i32, i32),
        pixel: impl Fn((f64, f64)) -> (i32, i32),
    ) -> Result<(), Failure<'a>> {
        let (left, top) = area.get_base_pixel();
        let mut ends: Vec<((i32, i32), &str)> = self
            .0
            .iter()
            .filter_map(|(name, places)| {
                let (x, y) = pixel(*places.last()?);
                Some(((x - left, y - top), name.as_str()))
            })
            .collect();
        ends.sort_by_key(|((_, y), _)| *y);
        let heights = spread(&ends.iter().map(|((_, y), _)| *y).collect::<Vec<_>>(), bottom - APART);
        let right = right - left;
        for (((x, y), name), height) in ends.into_iter().zip(heights) {
            let leader = [(x + 5, y), (right + 1, y), (right + GAP - 3, height)];
            area.draw(&PathElement::new(leader[usize::from(x + 5 > right)..].to_vec(), LEADER))?;
            let text = (FONT, 11).into_font().color(&BLACK);
            area.draw(&Text::new(name.to_string(), (right + GAP, height - 6), text))?;
        }
        Ok(())
    }
}

/// Heights near the given ones, which ascend, at least [`APART`] from each other, the last one at most `lowest` if there
/// is room.
fn spread(wanted: &[i32], lowest: i32) -> Vec<i32> {
    let mut heights = wanted.to_vec();
    for i in 1..heights.len() {
        heights[i] = heights[i].max(heights[i - 1] + APART);
    }
    let mut limit = lowest;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(limit);
        limit = *height - APART;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_apart_and_in_order() {
        assert_eq!(spread(&[10, 10, 100], 200), [10, 24, 100]);
        assert_eq!(spread(&[190, 195, 199], 200), [172, 186, 200]);
        assert_eq!(spread(&[], 200), [0; 0]);
    }

    #[test]
    fn lines_that_coincide_share_a_name() {
        let mut labels = Labels::default();
        for (name, y) in [("radix", 1.0), ("bose-chowla", 1.0), ("moments", 2.0), ("", 3.0)] {
            labels.add(name, vec![(0.0, y)]);
        }
        labels.add("nowhere", Vec::new());
        let names: Vec<&str> = labels.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["radix / bose-chowla", "moments"]);
    }
}
