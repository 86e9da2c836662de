//! Intervals as numbers of the target language.
//!
//! Every operation encloses the values of all members for which it is defined; where that is none, or has no bounds
//! on either side (a divisor that may be 0), it is refused.

use super::FloatInterval;
use crate::numeric::rounding::{from_rational_down, from_rational_up};
use num_traits::One;
use sumformer_checker::arith::dyadic::{Dyadic, Rounding};
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::enclosure::image::Image;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::{EvalError, Scalar};

impl Scalar for FloatInterval {
    fn from_rational(value: &Rational) -> Self {
        FloatInterval::from_rational(value)
    }

    fn add(&self, other: &Self) -> Self {
        *self + *other
    }

    fn sub(&self, other: &Self) -> Self {
        *self - *other
    }

    fn mul(&self, other: &Self) -> Self {
        *self * *other
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        if other.inf <= 0.0 && 0.0 <= other.sup { Err(EvalError::DivisionByZero) } else { Ok(*self / *other) }
    }

    fn neg(&self) -> Self {
        -*self
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        Ok(FloatInterval::pow(*self, exponent))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        let one = Self::one();
        match function {
            Function::Exp => Ok(self.exp()),
            Function::Abs => Ok(self.abs()),
            Function::Relu => Ok(self.relu()),
            Function::Inverse => one.div(self),
            Function::Identity => Ok(*self),
            Function::Hat => Ok((one - self.abs()).relu()),
            Function::Sqrt => self.sqrt().ok_or(EvalError::OffDomain(function)),
            Function::Root => self.relu().call(Function::Sqrt),
            // 1/(1 + e^-t) takes t once, so the enclosure is as tight as that of exp.
            Function::Sigmoid => Ok(one / (one + (-*self).exp())),
            // tanh t = 1 - 2/(e^2t + 1), t once.
            Function::Tanh => {
                let two = one + one;
                Ok(one - two / ((*self * two).exp() + one))
            }
            Function::Log if self.sup <= 0.0 => Err(EvalError::OffDomain(function)),
            // Next to 0 the logarithm has no lower bound.
            Function::Log if self.inf <= 0.0 => {
                Ok(Self { inf: f64::NEG_INFINITY, sup: Self { inf: self.sup, ..*self }.image(function)?.sup })
            }
            Function::Log | Function::Sin | Function::Cos => self.image(function),
        }
    }

    fn max(&self, other: &Self) -> Self {
        Self { inf: self.inf.max(other.inf), sup: self.sup.max(other.sup) }
    }

    fn min(&self, other: &Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.min(other.sup) }
    }
}

impl FloatInterval {
    /// The values of a function that is defined on the whole interval, by the checker's enclosure.
    fn image(self, function: Function) -> Result<Self, EvalError> {
        let dyadic = |end: f64, rounding, infinite| {
            Rational::from_float(end).map_or(infinite, |end| Dyadic::from_rational(&end, rounding))
        };
        let inf = dyadic(self.inf, Rounding::Down, -Dyadic::INFINITY);
        let sup = dyadic(self.sup, Rounding::Up, Dyadic::INFINITY);
        let argument = DyadicInterval::new(inf, sup).ok_or(EvalError::TooWide)?;
        let values = Image::new(function, argument, argument)?.range;
        Ok(Self {
            inf: values.inf().to_rational().map_or(f64::NEG_INFINITY, |inf| from_rational_down(&inf)),
            sup: values.sup().to_rational().map_or(f64::INFINITY, |sup| from_rational_up(&sup)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::load_target;
    use sumformer_checker::arith::number::ratio;
    use sumformer_checker::language::evaluate_sequence;

    fn target(output: &str) -> sumformer_checker::language::target::Target {
        let source = format!("name=\"t\"\ntokens=3\ndomain=[[\"-1\",\"1\"]]\noutput=['{output}']");
        load_target("t", &source).unwrap()
    }

    fn enclosures(output: &str, sequence: &[Rational]) -> Result<Vec<FloatInterval>, EvalError> {
        let tokens: Vec<Vec<FloatInterval>> =
            sequence.iter().map(|value| vec![FloatInterval::from_rational(value)]).collect();
        evaluate_sequence(&target(output), &tokens).map(|rows| rows.concat())
    }

    #[test]
    fn rational_expressions_are_enclosed_tightly() {
        let expressions = [
            "sum(y: (y[0] - x[0])^3) / 7",
            "mean(y: abs(y[0])) - relu(-x[0])",
            "max(y: y[0]) - min(y: y[0]^2)",
            "min(x[0], 0.1) * max(x[0], -1/3)",
            "prod(y: y[0]) / (2 + x[0])",
            "(x[0] - sum(y: y[0]))^5 / 3 - n",
        ];
        for step in 0..40 {
            let sequence =
                [ratio(step - 20, 21), ratio(7 * step % 41 - 20, 23), ratio(11 * step % 37 - 18, 19)];
            for expression in expressions {
                let exact: Vec<Vec<Rational>> = sequence.iter().map(|v| vec![v.clone()]).collect();
                let exact = evaluate_sequence(&target(expression), &exact).unwrap().concat();
                for (value, enclosure) in exact.iter().zip(enclosures(expression, &sequence).unwrap()) {
                    assert!(enclosure.contains(value), "{expression} at {sequence:?}");
                    assert!(enclosure.wid() < 1e-12, "{expression}");
                }
            }
        }
    }

    #[test]
    fn transcendental_functions_are_enclosed_or_refused() {
        let at = |output: &str, value: Rational| {
            enclosures(output, &[value, ratio(0, 1), ratio(0, 1)]).map(|values| values[0])
        };
        // tanh t (e^2t + 1) = e^2t - 1, sigmoid(t) + sigmoid(-t) = 1, sqrt(t)^2 = t, also in the saturated range.
        for t in [ratio(1, 3), ratio(-5, 7), ratio(0, 1), ratio(30, 1), ratio(-400, 1), ratio(800, 1)] {
            let one = at("sigmoid(x[0]) + sigmoid(-x[0])", t.clone()).unwrap();
            assert!(one.contains(&ratio(1, 1)) && one.wid() < 1e-14, "{one}");
            let tanh = at("tanh(x[0])", t.clone()).unwrap();
            let float = sumformer_checker::arith::number::to_f64(&t).tanh();
            assert!(tanh.inf() <= float && float <= tanh.sup() && tanh.wid() < 1e-14, "{t}: {tanh}");
            assert!(at("sqrt(x[0]^2) - abs(x[0])", t).unwrap().contains(&ratio(0, 1)));
        }
        assert_eq!(at("sqrt(x[0])", ratio(-1, 2)), Err(EvalError::OffDomain(Function::Sqrt)));
        assert_eq!(at("log(x[0])", ratio(0, 1)), Err(EvalError::OffDomain(Function::Log)));
        assert_eq!(at("1 / x[0]", ratio(0, 1)), Err(EvalError::DivisionByZero));
    }

    #[test]
    fn logarithms_and_waves_are_enclosed_by_neighbours() {
        let at = |output: &str, value: Rational| {
            enclosures(output, &[value, ratio(0, 1), ratio(0, 1)]).map(|values| values[0])
        };
        for k in -60..60_i64 {
            let t = ratio(k, 7);
            let float = sumformer_checker::arith::number::to_f64(&t);
            for (name, value) in [("sin", float.sin()), ("cos", float.cos())] {
                let enclosure = at(&format!("{name}(x[0])"), t.clone()).unwrap();
                // t is within one unit in its last place, below 2^-49; so is the value.
                assert!((enclosure.mid() - value).abs() < 4e-15 && enclosure.wid() < 4e-15, "{name} {t}");
            }
            let circle = at("sin(x[0])^2 + cos(x[0])^2", t.clone()).unwrap();
            assert!(circle.contains(&ratio(1, 1)) && circle.wid() < 1e-14, "{t}: {circle}");
            let log = at("log(exp(x[0]))", t.clone()).unwrap();
            assert!(log.contains(&t) && log.wid() < 1e-14, "{t}: {log}");
        }
        // An exact log 1 and sin 0; beyond a quarter the wave turns back.
        assert_eq!(at("log(1 + x[0]) + sin(x[0])", ratio(0, 1)), Ok(FloatInterval::point(0.0)));
        let half_wave = FloatInterval::new(1.0, 2.0).unwrap().call(Function::Sin).unwrap();
        assert_eq!((half_wave.sup(), half_wave.contains(&ratio(85, 100))), (1.0, true));
        assert!(!half_wave.contains(&ratio(84, 100)));
    }

    #[test]
    fn next_to_the_end_of_the_domain_the_members_inside_are_enclosed() {
        let near_0 = FloatInterval::new(-1e-17, 4e-16).unwrap();
        let root = near_0.call(Function::Sqrt).unwrap();
        assert_eq!(root.inf(), 0.0);
        assert!(root.sup() >= 2e-8 && root.sup() < 2.001e-8);
        let log = near_0.call(Function::Log).unwrap();
        assert!(log.inf() == f64::NEG_INFINITY && (log.sup() - 4e-16_f64.ln()).abs() < 1e-13, "{log}");
        let unbounded = FloatInterval::new(1.0, f64::INFINITY).unwrap();
        assert!(unbounded.call(Function::Log).unwrap().encloses(FloatInterval::new(0.0, 700.0).unwrap()));
        assert_eq!(FloatInterval::ENTIRE.call(Function::Cos), Ok(FloatInterval::new(-1.0, 1.0).unwrap()));
    }
}
