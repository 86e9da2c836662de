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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coordinate_has_one_text() {
        for (text, coordinate) in [
            ("a", 0),
            ("z", 25),
            ("Ba", 26),
            ("Bc", 28),
            ("Zz", 675),
            ("BAa", 676),
            ("BAAAf", 26 * 26 * 26 * 26 + 5),
        ] {
            assert_eq!(Reader::new(text).next_node(), Ok(Node::Split(coordinate)), "{text}");
        }
        let too_large = format!("{}a", "Z".repeat(20));
        for wrong in ["", "A", "Aa", "B", "B.", "é", " a", "0", &too_large] {
            let mut reader = Reader::new(wrong);
            assert_eq!((reader.next_node(), reader.position()), (Err(Malformed), 0), "{wrong}");
        }
    }
}
