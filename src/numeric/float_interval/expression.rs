//! Intervals as numbers of the target language.
//!
//! Every operation encloses the values of all members for which it is defined; where nothing is enclosed (a divisor
//! that may be 0, a function without an enclosure here) it is refused.

use super::FloatInterval;
use num_traits::One;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::{EvalError, Scalar};
use sumformer_checker::number::Rational;

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
            Function::Sqrt if self.inf >= 0.0 => self.sqrt().ok_or(EvalError::NotEnclosed(function)),
            // 1/(1 + e^-t) takes t once, so the enclosure is as tight as that of exp.
            Function::Sigmoid => Ok(one / (one + (-*self).exp())),
            // tanh t = 1 - 2/(e^2t + 1), t once.
            Function::Tanh => {
                let two = one + one;
                Ok(one - two / ((*self * two).exp() + one))
            }
            Function::Sqrt | Function::Log | Function::Sin | Function::Cos => {
                Err(EvalError::NotEnclosed(function))
            }
        }
    }

    fn max(&self, other: &Self) -> Self {
        Self { inf: self.inf.max(other.inf), sup: self.sup.max(other.sup) }
    }

    fn min(&self, other: &Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.min(other.sup) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::language::{evaluate_sequence, load_target};
    use sumformer_checker::number::ratio;

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
            let float = sumformer_checker::number::to_f64(&t).tanh();
            assert!(tanh.inf() <= float && float <= tanh.sup() && tanh.wid() < 1e-14, "{t}: {tanh}");
            assert!(at("sqrt(x[0]^2) - abs(x[0])", t).unwrap().contains(&ratio(0, 1)));
        }
        assert_eq!(at("sin(x[0])", ratio(1, 2)), Err(EvalError::NotEnclosed(Function::Sin)));
        assert_eq!(at("sqrt(x[0])", ratio(-1, 2)), Err(EvalError::NotEnclosed(Function::Sqrt)));
        assert_eq!(at("1 / x[0]", ratio(0, 1)), Err(EvalError::DivisionByZero));
    }
}
