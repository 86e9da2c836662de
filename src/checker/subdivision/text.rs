//! Trees as text: nodes in preorder, each a few characters.
//!
//! `.` is a leaf that is enclosed, `-` one outside the chamber, `?` an open one. A split of coordinate k is the number
//! k / 26 in base 26 with the digits `A` to `Z`, empty for 0, and then k mod 26 as a letter from `a` to `z`; the two
//! halves follow, the lower one first. So every tree has one text.

/// A node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// The box is halved in this coordinate: number j·d + k is the k-th coordinate of token j, the own token first.
    Split(usize),
    /// A leaf.
    Leaf(Leaf),
}

/// What is said of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// target − Sumformer is enclosed on it.
    Enclosed,
    /// It holds no sequence whose other tokens are sorted.
    Outside,
    /// Nothing.
    Open,
}

/// The text is no node at some byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Reads nodes one after the other.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// At the root.
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), position: 0 }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Whether nothing is left.
    pub fn is_at_end(&self) -> bool {
        self.position == self.text.len()
    }

    /// The next node; after an error the position is that of the node.
    pub fn next_node(&mut self) -> Result<Node, Malformed> {
        let (mut at, mut high) = (self.position, 0_usize);
        let node = loop {
            let byte = *self.text.get(at).ok_or(Malformed)?;
            at += 1;
            match byte {
                b'a'..=b'z' => {
                    let low = usize::from(byte - b'a');
                    let coordinate = high.checked_mul(26).and_then(|k| k.checked_add(low));
                    break Node::Split(coordinate.ok_or(Malformed)?);
                }
                // A first digit 0 would be a second text of the same number.
                b'A' if high == 0 => return Err(Malformed),
                b'A'..=b'Z' => {
                    let digit = usize::from(byte - b'A');
                    high = high.checked_mul(26).and_then(|h| h.checked_add(digit)).ok_or(Malformed)?;
                }
                _ if high > 0 => return Err(Malformed),
                b'.' => break Node::Leaf(Leaf::Enclosed),
                b'-' => break Node::Leaf(Leaf::Outside),
                b'?' => break Node::Leaf(Leaf::Open),
                _ => return Err(Malformed),
            }
        };
        self.position = at;
        Ok(node)
    }
}

impl Node {
    /// Appends the node to a text.
    pub fn write(self, text: &mut String) {
        let letter = |first: char, digit: usize| {
            // 26 letters from `first` on: always a letter.
            let code = u32::from(first) + u32::try_from(digit % 26).unwrap_or(0);
            char::from_u32(code).unwrap_or(first)
        };
        match self {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coordinate_has_one_text() {
        for coordinate in [0, 1, 25, 26, 27, 51, 52, 701, 702, 1023, 26 * 26 * 26 + 5, usize::MAX] {
            let mut text = String::new();
            Node::Split(coordinate).write(&mut text);
            let mut reader = Reader::new(&text);
            assert_eq!(reader.next_node(), Ok(Node::Split(coordinate)), "{text}");
            assert!(reader.is_at_end());
        }
        let mut text = String::new();
        Node::Split(28).write(&mut text);
        assert_eq!(text, "Bc");
        let too_large = format!("{}a", "Z".repeat(20));
        for wrong in ["", "A", "Aa", "B", "B.", "é", " a", "0", &too_large] {
            let mut reader = Reader::new(wrong);
            assert_eq!((reader.next_node(), reader.position()), (Err(Malformed), 0), "{wrong}");
        }
    }
}
