//! Sums, differences, products and quotients, of values and of references.

use super::cost;
use super::rational::Rational;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

fn sum(a: &Rational, b: &Rational) -> Rational {
    cost::pay_divisor(a.bits() + b.bits());
    a.combine(b, |a, b| a.combination(b, 1), |a, b| a + b)
}

fn difference(a: &Rational, b: &Rational) -> Rational {
    cost::pay_divisor(a.bits() + b.bits());
    a.combine(b, |a, b| a.combination(b, -1), |a, b| a - b)
}

fn product(a: &Rational, b: &Rational) -> Rational {
    cost::pay_divisor(a.bits() + b.bits());
    a.combine(b, |a, b| Some(a.product(b)), |a, b| a * b)
}

fn quotient(a: &Rational, b: &Rational) -> Rational {
    assert!(!b.is_zero(), "division by zero");
    cost::pay_divisor(a.bits() + b.bits());
    a.combine(b, |a, b| Some(a.quotient(b)), |a, b| a / b)
}

fn remainder(a: &Rational, b: &Rational) -> Rational {
    cost::pay_divisor(a.bits() + b.bits());
    a.combine(b, |_, _| None, |a, b| a % b)
}

/// An operator on two rationals, and on a rational and an integer.
macro_rules! operator {
    ($operator:ident, $apply:ident, $function:ident) => {
        impl $operator for Rational {
            type Output = Rational;
            fn $apply(self, other: Rational) -> Rational {
                $function(&self, &other)
            }
        }

        impl $operator<&Rational> for Rational {
            type Output = Rational;
            fn $apply(self, other: &Rational) -> Rational {
                $function(&self, &other)
            }
        }

        impl $operator<Rational> for &Rational {
            type Output = Rational;
            fn $apply(self, other: Rational) -> Rational {
                $function(&self, &other)
            }
        }

        impl $operator for &Rational {
            type Output = Rational;
            fn $apply(self, other: &Rational) -> Rational {
                $function(&self, &other)
            }
        }

        impl $operator<BigInt> for Rational {
            type Output = Rational;
            fn $apply(self, other: BigInt) -> Rational {
                self.$apply(Rational::from_integer(other))
            }
        }
    };
}

operator!(Add, add, sum);
operator!(Sub, sub, difference);
operator!(Mul, mul, product);
operator!(Div, div, quotient);
operator!(Rem, rem, remainder);

/// An operator that changes its left side.
macro_rules! assignment {
    ($operator:ident, $apply:ident, $function:ident) => {
        impl $operator for Rational {
            fn $apply(&mut self, other: Rational) {
                *self = $function(self, &other);
            }
        }

        impl $operator<&Rational> for Rational {
            fn $apply(&mut self, other: &Rational) {
                *self = $function(self, &other);
            }
        }
    };
}

assignment!(AddAssign, add_assign, sum);
assignment!(SubAssign, sub_assign, difference);
assignment!(MulAssign, mul_assign, product);
assignment!(DivAssign, div_assign, quotient);

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        self.negated()
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        cost::copy(self.bits());
        self.negated()
    }
}

impl Sum for Rational {
    fn sum<I: Iterator<Item = Rational>>(terms: I) -> Rational {
        terms.fold(Rational::zero(), |sum, term| sum + term)
    }
}

impl<'a> Sum<&'a Rational> for Rational {
    fn sum<I: Iterator<Item = &'a Rational>>(terms: I) -> Rational {
        terms.fold(Rational::zero(), |sum, term| sum + term)
    }
}

impl Product for Rational {
    fn product<I: Iterator<Item = Rational>>(factors: I) -> Rational {
        factors.fold(Rational::one(), |product, factor| product * factor)
    }
}

impl<'a> Product<&'a Rational> for Rational {
    fn product<I: Iterator<Item = &'a Rational>>(factors: I) -> Rational {
        factors.fold(Rational::one(), |product, factor| product * factor)
    }
}
