//! Sequences in which equal neighbours are written once.

/// A sequence of tokens as runs: a token, and how many times it stands there in a row.
///
/// What is invariant under exchanging equal tokens costs as much as there are runs, whatever the length.
#[derive(Debug)]
pub struct Sequence<'a, S> {
    /// One token per run.
    tokens: &'a [Vec<S>],
    /// How many copies each run has; nothing if every run has one.
    copies: Option<&'a [usize]>,
    /// n, the number of tokens.
    length: usize,
}

impl<S> Clone for Sequence<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Sequence<'_, S> {}

impl<'a, S> Sequence<'a, S> {
    /// Every token once.
    pub fn once(tokens: &'a [Vec<S>]) -> Self {
        Self { tokens, copies: None, length: tokens.len() }
    }

    /// Token number r stands there `copies[r]` times. Nothing unless there is one positive count per token and n fits
    /// in a machine word.
    pub fn of_runs(tokens: &'a [Vec<S>], copies: &'a [usize]) -> Option<Self> {
        let length = copies.iter().try_fold(0_usize, |sum, &count| sum.checked_add(count))?;
        (tokens.len() == copies.len() && !copies.contains(&0)).then_some(Self {
            tokens,
            copies: Some(copies),
            length,
        })
    }

    /// One token per run.
    pub fn tokens(&self) -> &'a [Vec<S>] {
        self.tokens
    }

    /// The number of runs.
    pub fn runs(&self) -> usize {
        self.tokens.len()
    }

    /// How many tokens a run has; 0 if there is no such run.
    pub fn copies(&self, run: usize) -> usize {
        match self.copies {
            Some(copies) => copies.get(run).copied().unwrap_or(0),
            None => usize::from(run < self.tokens.len()),
        }
    }

    /// n, the number of tokens.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The run in which the token at a position stands, positions counted from 0.
    pub fn run_at(&self, position: usize) -> Option<usize> {
        let mut before = 0;
        (0..self.runs()).find(|&run| {
            before += self.copies(run);
            position < before
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sequence;

    #[test]
    fn runs_are_counted() {
        let tokens = [vec!['a'], vec!['b']];
        let runs = Sequence::of_runs(&tokens, &[2, 3]).unwrap();
        assert_eq!((runs.len(), runs.runs(), runs.copies(1), runs.copies(2)), (5, 2, 3, 0));
        assert_eq!([0, 1, 2, 4, 5].map(|p| runs.run_at(p)), [Some(0), Some(0), Some(1), Some(1), None]);
        let once = Sequence::once(&tokens);
        assert_eq!((once.len(), once.copies(0), once.copies(2), once.run_at(1)), (2, 1, 0, Some(1)));
        for copies in [&[1][..], &[1, 0], &[1, 1, 1], &[usize::MAX, 1]] {
            assert!(Sequence::of_runs(&tokens, copies).is_none(), "{copies:?}");
        }
    }
}
