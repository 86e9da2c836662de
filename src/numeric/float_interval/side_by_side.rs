//! Several intervals at once, without a branch for each: the same end points as one by one.

use super::FloatInterval;
use crate::numeric::rounding::TINY;

/// 2^1000: sums of two numbers below it, and what is computed on the way to their error, are finite.
const LARGE: f64 = f64::from_bits((1023 + 1000) << 52);

/// `sums += factor · numbers`
#[inline(always)]
pub(crate) fn add_multiple<const L: usize>(
    sums: &mut [FloatInterval; L],
    factor: f64,
    numbers: &[FloatInterval; L],
) {
    // Negated lower end points are rounded up, like upper ones. A negative factor exchanges them.
    let (mut low, mut high) = ([0.0; L], [0.0; L]);
    for ((low, high), number) in low.iter_mut().zip(&mut high).zip(numbers) {
        (*low, *high) = if factor < 0.0 { (number.sup, -number.inf) } else { (-number.inf, number.sup) };
    }
    let (mut inf, mut sup) = ([0.0; L], [0.0; L]);
    for ((inf, sup), sum) in inf.iter_mut().zip(&mut sup).zip(&*sums) {
        (*inf, *sup) = (-sum.inf, sum.sup);
    }
    let factor_size = factor.abs();
    let unusual = add_up_to(&mut inf, factor_size, &low) | add_up_to(&mut sup, factor_size, &high);
    if unusual == 0 {
        for ((sum, inf), sup) in sums.iter_mut().zip(inf).zip(sup) {
            *sum = FloatInterval { inf: -inf, sup };
        }
    } else {
        add_one_by_one(sums, factor, numbers);
    }
}

#[cold]
fn add_one_by_one(sums: &mut [FloatInterval], factor: f64, numbers: &[FloatInterval]) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += number.times_point(factor);
    }
}

/// `sums += factor · numbers`, rounded up, for a factor that is not negative. Not 0 if a number is too small or too large for what is
/// done without a branch; sums then mean nothing.
#[inline(always)]
fn add_up_to<const L: usize>(sums: &mut [f64; L], factor: f64, numbers: &[f64; L]) -> u64 {
    let mut unusual = 0;
    for (sum, &number) in sums.iter_mut().zip(numbers) {
        let (product, error) = product(factor, number);
        unusual |= u64::from(!is_ordinary(product, number)) | u64::from(sum.abs() >= LARGE);
        let (new, error) = two_sum(*sum, up_if(error > 0.0, product));
        *sum = up_if(error > 0.0, new);
    }
    unusual
}

/// The product and its error, which is exact for [ordinary](is_ordinary) products.
#[inline(always)]
fn product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// Whether a product by a number is so far from the ends of the exponents that its error is exact, and a sum finite; no NaN is.
#[inline(always)]
fn is_ordinary(product: f64, number: f64) -> bool {
    (product.abs() < LARGE) & ((product.abs() >= TINY) | (number == 0.0))
}

/// The sum and its exact error (Knuth), for numbers below [`LARGE`].
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The next larger number, if so, of a number that is then not zero.
#[inline(always)]
fn up_if(larger: bool, number: f64) -> f64 {
    let bits = number.to_bits();
    let next = if number > 0.0 { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
    f64::from_bits(if larger { next } else { bits })
}
