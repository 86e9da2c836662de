//! Sums, differences, products and quotients, of values and of references.

use super::cost;
use super::rational::Rational;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, Sub, SubAssign};

/// An operator on two rationals, and on a rational and an integer, with its price.
macro_rules! operator {
    ($operator:ident, $apply:ident, $price:path) => {
        impl $operator for Rational {
            type Output = Rational;
            fn $apply(self, other: Rational) -> Rational {
                $price(&self.0, &other.0);
                Rational(self.0.$apply(other.0))
            }
        }

        impl $operator<&Rational> for Rational {
            type Output = Rational;
            fn $apply(self, other: &Rational) -> Rational {
                $price(&self.0, &other.0);
                Rational(self.0.$apply(&other.0))
            }
        }

        impl $operator<Rational> for &Rational {
            type Output = Rational;
            fn $apply(self, other: Rational) -> Rational {
                $price(&self.0, &other.0);
                Rational((&self.0).$apply(other.0))
            }
        }

        impl $operator for &Rational {
            type Output = Rational;
            fn $apply(self, other: &Rational) -> Rational {
                $price(&self.0, &other.0);
                Rational((&self.0).$apply(&other.0))
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

operator!(Add, add, cost::sum);
operator!(Sub, sub, cost::sum);
operator!(Mul, mul, cost::product);
operator!(Div, div, cost::product);
operator!(Rem, rem, cost::sum);

/// An operator that changes its left side.
macro_rules! assignment {
    ($operator:ident, $apply:ident, $price:path) => {
        impl $operator for Rational {
            fn $apply(&mut self, other: Rational) {
                $price(&self.0, &other.0);
                self.0.$apply(other.0);
            }
        }

        impl $operator<&Rational> for Rational {
            fn $apply(&mut self, other: &Rational) {
                $price(&self.0, &other.0);
                self.0.$apply(&other.0);
            }
        }
    };
}

assignment!(AddAssign, add_assign, cost::sum);
assignment!(SubAssign, sub_assign, cost::sum);
assignment!(MulAssign, mul_assign, cost::product);
assignment!(DivAssign, div_assign, cost::product);

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-self.0)
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        cost::copy(&self.0);
        Rational(-&self.0)
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
