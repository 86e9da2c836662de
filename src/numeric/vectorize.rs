//! Loops with the vector instructions of the machine at hand.

/// A loop that pays from vector instructions. [`run`](Self::run) and what it calls have to be `#[inline(always)]`: only what is inlined
/// is compiled for each kind of machine.
pub trait VectorLoop {
    /// What comes out.
    type Output;

    /// The loop. What comes out does not depend on the machine, as nothing is fused that was not written so.
    fn run(self) -> Self::Output;
}

/// Runs a loop in the way that is fastest on this machine.
pub fn vectorized<L: VectorLoop>(body: L) -> L::Output {
    #[cfg(feature = "fast")]
    {
        struct Body<L>(L);
        impl<L: VectorLoop> pulp::NullaryFnOnce for Body<L> {
            type Output = L::Output;
            #[inline(always)]
            fn call(self) -> L::Output {
                self.0.run()
            }
        }
        pulp::Arch::new().dispatch(Body(body))
    }
    #[cfg(not(feature = "fast"))]
    body.run()
}
