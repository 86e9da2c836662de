//! The vector registers of the machine at hand, chosen at run time.

use super::lanes::{Arrays, Lanes, Part, Task};
use pulp::{Arch, Simd, WithSimd};

/// Implements [`Lanes`] over a width of pulp, and finds the widest.
macro_rules! registers {
    ($name:ident, $run:ident, $on:ident, $t:ty, $vector:ident, $count:ident, $zero:ident, $add:ident, $mul:ident, $mul_add:ident,
     $interleave:ident, $deinterleave:ident, $vectors:ident, $vectors_mut:ident) => {
        #[derive(Debug, Clone, Copy)]
        struct $name<S>(S);

        impl<S: Simd> Lanes for $name<S> {
            type Scalar = $t;
            type Vector = S::$vector;
            const COUNT: usize = S::$count;
            const REGISTERS: usize = S::REGISTER_COUNT;

            #[inline(always)]
            fn zero(self) -> S::$vector {
                self.0.$zero(0.0)
            }
            #[inline(always)]
            fn add(self, a: S::$vector, b: S::$vector) -> S::$vector {
                self.0.$add(a, b)
            }
            #[inline(always)]
            fn mul(self, a: S::$vector, b: S::$vector) -> S::$vector {
                self.0.$mul(a, b)
            }
            #[inline(always)]
            fn mul_add(self, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                self.0.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn interleave(self, vectors: [S::$vector; 4]) -> [S::$vector; 4] {
                self.0.$interleave(vectors)
            }
            #[inline(always)]
            fn deinterleave(self, pieces: [S::$vector; 4]) -> [S::$vector; 4] {
                self.0.$deinterleave(pieces)
            }
            #[inline(always)]
            fn vectors(numbers: &[$t]) -> &[S::$vector] {
                S::$vectors(numbers).0
            }
            #[inline(always)]
            fn vectors_mut(numbers: &mut [$t]) -> &mut [S::$vector] {
                S::$vectors_mut(numbers).0
            }
            #[inline(always)]
            fn pieces(vectors: &[S::$vector; 4]) -> &[[$t; 4]] {
                bytemuck::cast_slice(vectors)
            }
            #[inline(always)]
            fn pieces_mut(vectors: &mut [S::$vector; 4]) -> &mut [[$t; 4]] {
                bytemuck::cast_slice_mut(vectors)
            }
            #[inline(always)]
            fn apart(self, part: impl Part) {
                self.0.vectorize(Vectorized(part));
            }
        }

        /// Does a task with the widest registers of this machine.
        pub fn $run(task: impl Task<$t>) {
            $on(Arch::new(), task);
        }

        /// Does a task with these registers.
        pub(super) fn $on(arch: Arch, task: impl Task<$t>) {
            struct With<T>(T);
            impl<T: Task<$t>> WithSimd for With<T> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: Simd>(self, simd: S) {
                    // One number at a time: arrays, which the compiler puts into what registers there are, are faster.
                    if S::IS_SCALAR { self.0.run(Arrays::new()) } else { self.0.run($name(simd)) }
                }
            }
            arch.dispatch(With(task));
        }
    };
}

registers!(
    Doubles,
    run_f64,
    f64_on,
    f64,
    f64s,
    F64_LANES,
    splat_f64s,
    add_f64s,
    mul_f64s,
    mul_add_e_f64s,
    interleave_shfl_f64s,
    deinterleave_shfl_f64s,
    as_simd_f64s,
    as_mut_simd_f64s
);
registers!(
    Singles,
    run_f32,
    f32_on,
    f32,
    f32s,
    F32_LANES,
    splat_f32s,
    add_f32s,
    mul_f32s,
    mul_add_e_f32s,
    interleave_shfl_f32s,
    deinterleave_shfl_f32s,
    as_simd_f32s,
    as_mut_simd_f32s
);

/// A part of a kernel, as pulp takes it.
struct Vectorized<P>(P);

impl<P: Part> WithSimd for Vectorized<P> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.0.run();
    }
}

/// What this machine has, by name.
#[cfg(test)]
pub(super) fn every() -> Vec<(&'static str, Arch)> {
    let mut all = vec![("scalar", Arch::Scalar), ("widest", Arch::new())];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    all.extend(pulp::x86::V3::try_new().map(|simd| ("x86-64-v3", Arch::V3(simd))));
    all
}
