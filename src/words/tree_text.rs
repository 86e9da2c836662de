//! Trees as text, as [`Reader`](sumformer_checker::subdivision::text::Reader) reads them.

use sumformer_checker::subdivision::text::{Leaf, Node};

/// Appends a node to a text.
pub fn push_node(text: &mut String, node: Node) {
    let letter = |first: char, digit: usize| {
        // 26 letters from `first` on: always a letter.
        let code = u32::from(first) + u32::try_from(digit % 26).unwrap_or(0);
        char::from_u32(code).unwrap_or(first)
    };
    match node {
        Node::Leaf(Leaf::Enclosed) => text.push('.'),
        Node::Leaf(Leaf::Outside) => text.push('-'),
        Node::Leaf(Leaf::Open) => text.push('?'),
        Node::Split(coordinate) => {
            let (mut digits, mut high) = (Vec::new(), coordinate / 26);
            while high > 0 {
                digits.push(letter('A', high));
                high /= 26;
            }
            text.extend(digits.iter().rev());
            text.push(letter('a', coordinate));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::subdivision::text::Reader;

    #[test]
    fn every_coordinate_has_one_text() {
        for coordinate in [0, 1, 25, 26, 27, 51, 52, 701, 702, 1023, 26 * 26 * 26 + 5, usize::MAX] {
            let mut text = String::new();
            push_node(&mut text, Node::Split(coordinate));
            let mut reader = Reader::new(&text);
            assert_eq!(reader.next_node(), Ok(Node::Split(coordinate)), "{text}");
            assert!(reader.is_at_end());
        }
        let mut text = String::new();
        push_node(&mut text, Node::Split(28));
        assert_eq!(text, "Bc");
    }
}
