//! Memory that an evaluator keeps: one block, carved anew for every call.

/// A block of numbers, whose parts start on cache lines: vectors that straddle two lines cost twice.
#[derive(Debug, Clone, Default)]
pub struct Memory<T> {
    numbers: Vec<T>,
}

/// Bytes in a cache line, and in the widest vector.
const LINE: usize = 64;

impl<T: Copy + Default> Memory<T> {
    /// Parts of the given lengths, with whatever was left in them.
    pub fn parts<const N: usize>(&mut self, lengths: [usize; N]) -> [&mut [T]; N] {
        let line = LINE / size_of::<T>();
        let needed = lengths.iter().map(|length| length.next_multiple_of(line)).sum::<usize>() + line;
        if self.numbers.len() < needed {
            self.numbers.resize(needed, T::default());
        }
        let skipped = self.numbers.as_ptr().align_offset(LINE).min(line);
        let mut rest = &mut self.numbers[skipped..];
        lengths.map(|length| {
            let (part, after) = std::mem::take(&mut rest).split_at_mut(length.next_multiple_of(line));
            rest = after;
            &mut part[..length]
        })
    }
}
