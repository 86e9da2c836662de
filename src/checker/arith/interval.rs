//! Closed intervals with rational end points.

use super::number::{Exact, Rational, max, min};
use num_traits::{Signed, Zero};

/// The closed interval `[inf, sup]`, `inf ≤ sup`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "[Exact; 2]", into = "[Exact; 2]")]
pub struct Interval {
    inf: Rational,
    sup: Rational,
}

/// An interval was given with its end points in the wrong order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the interval [{}, {}] is empty", .0.0, .0.1)]
pub struct EmptyInterval(pub Box<(Rational, Rational)>);

impl TryFrom<[Exact; 2]> for Interval {
    type Error = EmptyInterval;
    fn try_from([Exact(inf), Exact(sup)]: [Exact; 2]) -> Result<Self, EmptyInterval> {
        Self::new(inf, sup)
    }
}

impl From<Interval> for [Exact; 2] {
    fn from(interval: Interval) -> Self {
        [Exact(interval.inf), Exact(interval.sup)]
    }
}

impl Interval {
    /// The interval `[inf, sup]`.
    pub fn new(inf: Rational, sup: Rational) -> Result<Self, EmptyInterval> {
        if inf <= sup { Ok(Self { inf, sup }) } else { Err(EmptyInterval(Box::new((inf, sup)))) }
    }

    /// The interval `[value, value]`.
    pub fn point(value: Rational) -> Self {
        Self { inf: value.clone(), sup: value }
    }

    /// The interval `[-radius, radius]`, `radius ≥ 0`.
    pub fn symmetric(radius: Rational) -> Self {
        debug_assert!(!radius.is_negative());
        Self { inf: -radius.clone(), sup: radius }
    }

    /// Lower end point.
    pub fn inf(&self) -> &Rational {
        &self.inf
    }

    /// Upper end point.
    pub fn sup(&self) -> &Rational {
        &self.sup
    }

    /// Width, `sup − inf`.
    pub fn wid(&self) -> Rational {
        &self.sup - &self.inf
    }

    /// Midpoint.
    pub fn mid(&self) -> Rational {
        (&self.sup + &self.inf) / Rational::from_integer(2.into())
    }

    /// Magnitude, the largest absolute value.
    pub fn mag(&self) -> Rational {
        max(self.inf.abs(), self.sup.abs())
    }

    /// Whether `value` lies in the interval.
    pub fn contains(&self, value: &Rational) -> bool {
        self.inf <= *value && *value <= self.sup
    }

    /// Whether `other` is a subset of this interval.
    pub fn encloses(&self, other: &Interval) -> bool {
        self.inf <= other.inf && other.sup <= self.sup
    }

    /// The interval widened by `radius ≥ 0` on both sides.
    pub fn widen(&self, radius: &Rational) -> Self {
        Self { inf: &self.inf - radius, sup: &self.sup + radius }
    }

    /// `{t + by : t in self}`.
    pub fn shift(&self, by: &Rational) -> Self {
        Self { inf: &self.inf + by, sup: &self.sup + by }
    }

    /// What lies in both; nothing if there is no such number.
    pub fn intersection(&self, other: &Interval) -> Option<Self> {
        let (inf, sup) = (max(self.inf.clone(), other.inf.clone()), min(self.sup.clone(), other.sup.clone()));
        Self::new(inf, sup).ok()
    }

    /// The smallest interval that contains both.
    pub fn hull(&self, other: &Interval) -> Self {
        Self { inf: min(self.inf.clone(), other.inf.clone()), sup: max(self.sup.clone(), other.sup.clone()) }
    }

    /// `{factor · t : t in self}`.
    pub fn scale(&self, factor: &Rational) -> Self {
        let (a, b) = (&self.inf * factor, &self.sup * factor);
        if factor.is_negative() { Self { inf: b, sup: a } } else { Self { inf: a, sup: b } }
    }

    /// The set `{t^exponent : t in self}`, sharp for even exponents.
    pub fn power(&self, exponent: u32) -> Self {
        let (a, b) = (self.inf.pow(exponent), self.sup.pow(exponent));
        if exponent % 2 == 1 || !self.inf.is_negative() {
            return Self { inf: a, sup: b };
        }
        if !self.sup.is_positive() {
            return Self { inf: b, sup: a };
        }
        Self { inf: if exponent == 0 { a.clone() } else { Rational::zero() }, sup: max(a, b) }
    }
}

impl std::ops::Add for &Interval {
    type Output = Interval;
    fn add(self, other: &Interval) -> Interval {
        Interval { inf: &self.inf + &other.inf, sup: &self.sup + &other.sup }
    }
}

impl std::ops::Mul for &Interval {
    type Output = Interval;
    fn mul(self, other: &Interval) -> Interval {
        let products =
            [&self.inf * &other.inf, &self.inf * &other.sup, &self.sup * &other.inf, &self.sup * &other.sup];
        let inf = products.iter().min().expect("four products").clone();
        let sup = products.iter().max().expect("four products").clone();
        Interval { inf, sup }
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}, {}]", self.inf, self.sup)
    }
}
