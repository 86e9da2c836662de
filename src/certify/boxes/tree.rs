//! A tree of boxes while it grows.

use crate::words::push_node;
use sumformer_checker::subdivision::text::{Leaf, Node};

/// Nodes by number, the root being 0; the halves of a split are neighbours.
#[derive(Debug, Clone)]
pub struct Tree(Vec<Entry>);

#[derive(Debug, Clone, Copy)]
enum Entry {
    Leaf(Leaf),
    Split { coordinate: usize, lower: usize },
}

impl Tree {
    /// One open leaf.
    pub fn new() -> Self {
        Self(vec![Entry::Leaf(Leaf::Open)])
    }

    /// Says what a leaf is.
    pub fn set(&mut self, node: usize, leaf: Leaf) {
        self.0[node] = Entry::Leaf(leaf);
    }

    /// Splits a leaf; the numbers of its halves, which are open.
    pub fn split(&mut self, node: usize, coordinate: usize) -> [usize; 2] {
        let lower = self.0.len();
        self.0.extend([Entry::Leaf(Leaf::Open); 2]);
        self.0[node] = Entry::Split { coordinate, lower };
        [lower, lower + 1]
    }

    /// The number of leaves.
    pub fn leaves(&self) -> usize {
        self.0.len().div_ceil(2)
    }

    /// The text of the certificate.
    pub fn text(&self) -> String {
        let (mut text, mut stack) = (String::with_capacity(self.0.len()), vec![0]);
        while let Some(node) = stack.pop() {
            match self.0[node] {
                Entry::Leaf(leaf) => push_node(&mut text, Node::Leaf(leaf)),
                Entry::Split { coordinate, lower } => {
                    push_node(&mut text, Node::Split(coordinate));
                    stack.extend([lower + 1, lower]);
                }
            }
        }
        text
    }
}
