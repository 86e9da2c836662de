//! Aligned tables for people, comma-separated ones for programs.

/// Columns aligned on the left for text and on the right for numbers, two spaces apart.
pub fn aligned(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let numeric: Vec<bool> = (0..header.len())
        .map(|column| {
            rows.iter()
                .all(|row| row[column].starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '<'))
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let padding = " ".repeat(widths[column] - cell.chars().count());
                if numeric[column] { format!("{padding}{cell}") } else { format!("{cell}{padding}") }
            })
            .collect();
        padded.join("  ").trim_end().to_string()
    };
    let mut lines = vec![line(header.to_vec())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// Lines of comma-separated cells, header first; cells hold neither commas nor quotes.
pub fn csv(header: &[&str], rows: &[Vec<String>]) -> String {
    let rows = rows.iter().map(|row| row.join(","));
    std::iter::once(header.join(",")).chain(rows).map(|line| line + "\n").collect()
}
