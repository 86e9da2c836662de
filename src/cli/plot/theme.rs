//! Pictures on light and on dark ground.

/// Follows the first tag of a picture: where the reader prefers dark ground, the ground is dark and ink is light. Rules of
/// a style sheet win over the attributes that plotters writes, so these stay as they are everywhere else.
const STYLE: &str = "\n<style>@media (prefers-color-scheme: dark) {\
     .ground{fill:#14161a}\
     text[fill=\"#000000\"]{fill:#e4e6ea}[stroke=\"#000000\"]{stroke:#e4e6ea}\
     [stroke=\"#E1E1E1\"]{stroke:#363b45}[stroke=\"#6E6E6E\"]{stroke:#a5abb6}\
     [stroke=\"#0072B2\"]{stroke:#3f9bdb}circle[fill=\"#0072B2\"]{fill:#3f9bdb}\
     [stroke=\"#785EF0\"]{stroke:#a08cff}circle[fill=\"#785EF0\"]{fill:#a08cff}\
     [stroke=\"#5A5A5A\"]{stroke:#a5abb6}circle[fill=\"#5A5A5A\"]{fill:#a5abb6}\
     [stroke=\"#FF0000\"]{stroke:#ff7a70}}</style>";

/// A picture of plotters whose first shape is its ground, made to follow the reader's preference.
pub(in crate::cli) fn themed(svg: &str) -> String {
    let marked = svg.replacen("<rect ", "<rect class=\"ground\" ", 1);
    let head = marked.find('>').map_or(0, |end| end + 1);
    format!("{}{STYLE}{}", &marked[..head], &marked[head..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ground_is_marked_and_the_style_comes_first() {
        let svg = "<svg width=\"9\">\n<rect fill=\"#FFFFFF\"/><rect/></svg>";
        let themed = themed(svg);
        assert!(themed.starts_with("<svg width=\"9\">\n<style>"), "{themed}");
        assert!(
            themed.ends_with("</style>\n<rect class=\"ground\" fill=\"#FFFFFF\"/><rect/></svg>"),
            "{themed}"
        );
    }
}
