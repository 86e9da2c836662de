//! What the kernels ask of vectors: numbers side by side on which one operation works at once.
//!
//! The kernels are written once, over [`Lanes`]. Plain arrays implement it everywhere ([`Arrays`]); with the feature `fast`
//! so do the registers of the machine at hand (`registers.rs`).

use std::ops::{Add, Mul};

/// A way to compute with vectors of [`Lanes::COUNT`] numbers.
pub trait Lanes: Copy {
    /// The numbers.
    type Scalar: Copy + Default + Add<Output = Self::Scalar>;
    /// Numbers side by side, in memory as in an array.
    type Vector: Copy;
    /// Numbers in a vector: 2, or a multiple of 4.
    const COUNT: usize;
    /// Vectors that the machine holds in registers.
    const REGISTERS: usize;

    /// The vector of zeros.
    fn zero(self) -> Self::Vector;
    /// a + b.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a · b.
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a · b + c, rounded once where the machine can, else twice.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    /// Four vectors, as one *piece* of four numbers for each lane: piece l has lane σ(l) of the four, σ a permutation that
    /// belongs to the machine.
    fn interleave(self, vectors: [Self::Vector; 4]) -> [Self::Vector; 4];
    /// The inverse of [`Lanes::interleave`], σ included: what is packed by one is unpacked by the other.
    fn deinterleave(self, pieces: [Self::Vector; 4]) -> [Self::Vector; 4];

    /// Numbers as vectors; what does not fill one is left out.
    fn vectors(numbers: &[Self::Scalar]) -> &[Self::Vector];
    /// Numbers as vectors; what does not fill one is left out.
    fn vectors_mut(numbers: &mut [Self::Scalar]) -> &mut [Self::Vector];
    /// The pieces of interleaved vectors.
    fn pieces(vectors: &[Self::Vector; 4]) -> &[[Self::Scalar; 4]];
    /// Vectors to be filled with pieces.
    fn pieces_mut(vectors: &mut [Self::Vector; 4]) -> &mut [[Self::Scalar; 4]];

    /// Runs a part of a kernel as a function of its own, compiled for the registers of this machine.
    fn apart(self, part: impl Part);
}

/// A part of a kernel.
pub trait Part {
    /// Does it.
    fn run(self);
}

/// Something to be done with the best vectors that the machine has.
pub trait Task<T> {
    /// Does it.
    fn run<L: Lanes<Scalar = T>>(self, lanes: L);
}

/// Arrays of four numbers, in the registers that the compiler may assume.
#[derive(Debug, Clone, Copy)]
pub struct Arrays<T>(std::marker::PhantomData<T>);

impl<T> Arrays<T> {
    /// The only value.
    pub fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: Copy + Default + Add<Output = T> + Mul<Output = T>> Lanes for Arrays<T> {
    type Scalar = T;
    type Vector = [T; 4];
    const COUNT: usize = 4;
    const REGISTERS: usize = 8;

    #[inline(always)]
    fn zero(self) -> [T; 4] {
        [T::default(); 4]
    }
    #[inline(always)]
    fn add(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|l| a[l] + b[l])
    }
    #[inline(always)]
    fn mul(self, a: [T; 4], b: [T; 4]) -> [T; 4] {
        std::array::from_fn(|l| a[l] * b[l])
    }
    #[inline(always)]
    fn mul_add(self, a: [T; 4], b: [T; 4], c: [T; 4]) -> [T; 4] {
        std::array::from_fn(|l| a[l] * b[l] + c[l])
    }
    #[inline(always)]
    fn interleave(self, vectors: [[T; 4]; 4]) -> [[T; 4]; 4] {
        std::array::from_fn(|l| vectors.map(|vector| vector[l]))
    }
    #[inline(always)]
    fn deinterleave(self, pieces: [[T; 4]; 4]) -> [[T; 4]; 4] {
        self.interleave(pieces)
    }
    #[inline(always)]
    fn vectors(numbers: &[T]) -> &[[T; 4]] {
        numbers.as_chunks().0
    }
    #[inline(always)]
    fn vectors_mut(numbers: &mut [T]) -> &mut [[T; 4]] {
        numbers.as_chunks_mut().0
    }
    #[inline(always)]
    fn pieces(vectors: &[[T; 4]; 4]) -> &[[T; 4]] {
        vectors
    }
    #[inline(always)]
    fn pieces_mut(vectors: &mut [[T; 4]; 4]) -> &mut [[T; 4]] {
        vectors
    }
    #[inline(always)]
    fn apart(self, part: impl Part) {
        part.run();
    }
}
