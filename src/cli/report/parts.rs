//! Pieces that pages are made of.

use crate::cli::escape::shown;
use maud::{Markup, html};

/// Rows of one table.
pub const ROWS: usize = 200;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// Whether it holds numbers, which are aligned on the right.
    pub numeric: bool,
}

/// A column of text.
pub const fn text(title: &'static str) -> Column {
    Column { title, numeric: false }
}

/// A column of numbers.
pub const fn number(title: &'static str) -> Column {
    Column { title, numeric: true }
}

/// A table in a region that scrolls where the page is narrow; the first cell of a row is its name.
pub fn table(name: &str, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(name) {
            table {
                thead { tr { @for column in columns {
                    th scope="col" class=[column.numeric.then_some("n")] { (column.title) }
                } } }
                tbody { @for row in rows.iter().take(ROWS) { tr {
                    @for (index, (cell, column)) in row.iter().zip(columns).enumerate() {
                        @let class = column.numeric.then_some("n");
                        @if index == 0 { th scope="row" class=[class] { (cell) } } @else { td class=[class] { (cell) } }
                    }
                } } }
            }
            @if rows.len() > ROWS { p.soft { "… and " (rows.len() - ROWS) " more rows" } }
        }
    }
}

/// Text from a file.
pub fn cell(text: &str) -> Markup {
    html! { bdi { (shown(text)) } }
}

/// A formula.
pub fn formula(text: &str) -> Markup {
    html! { code { (shown(text)) } }
}

/// A number or a word of our own.
pub fn own(text: impl std::fmt::Display) -> Markup {
    html! { (text.to_string()) }
}

/// 1 234 567, with thin spaces that do not break.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let mut shown = digits[..first].to_string();
    for (index, digit) in digits[first..].chars().enumerate() {
        if index % 3 == 0 && !shown.is_empty() {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    shown
}

/// `1 block`, `2 blocks`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_grouped_by_three() {
        let shown = [0, 999, 1000, 27023, 1_234_567].map(super::grouped);
        assert_eq!(shown, ["0", "999", "1\u{202f}000", "27\u{202f}023", "1\u{202f}234\u{202f}567"]);
    }
}
