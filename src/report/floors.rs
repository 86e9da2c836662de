//! What floors say of a network with so many sums.

use super::numbers::below;
use crate::floors::monotone;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::certificate::Certificate;
use sumformer_checker::format::floor::FloorCertificate;

/// Floors for one length, which the checker has derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorFacts {
    /// n
    pub tokens: usize,
    /// Numbers of sums, increasing, and what every Sumformer with so many errs by at least, or with fewer.
    pub floors: Vec<(usize, Rational)>,
}

/// The sums that a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkSums {
    /// d'
    pub count: usize,
    /// Whether φ jumps, as a table of steps does: then floors say nothing of the network.
    pub jumps: bool,
}

impl NetworkSums {
    /// So many, by a network with this certificate.
    pub fn of(count: usize, certificate: &Certificate) -> Self {
        Self { count, jumps: certificate.cells().is_some_and(|cells| cells.ramps.is_none()) }
    }
}

impl FloorFacts {
    /// Those of a file.
    pub fn of(certificate: &FloorCertificate) -> Self {
        let claimed = certificate.floors.iter().map(|floor| (floor.sums, floor.error.0.clone()));
        Self { tokens: certificate.tokens, floors: monotone(&claimed.collect::<Vec<_>>()) }
    }

    /// The floor with so many sums: a floor for more of them is one for fewer.
    pub fn at(&self, sums: usize) -> Option<&Rational> {
        self.floors.iter().find(|(of, _)| *of >= sums).map(|(_, floor)| floor)
    }

    /// So many sums are needed for ε at least.
    pub fn needed(&self, epsilon: &Rational) -> usize {
        let above = self.floors.iter().filter(|(_, floor)| floor > epsilon);
        above.map(|(sums, _)| sums + 1).max().unwrap_or(0)
    }

    /// Whether no Sumformer with fewer sums reaches ε.
    pub fn is_least(&self, sums: NetworkSums, epsilon: &Rational) -> bool {
        !sums.jumps && self.needed(epsilon) == sums.count
    }

    /// In a line: whether d' is the least possible, and why.
    pub fn sentence(&self, sums: NetworkSums, epsilon: &Rational) -> String {
        let d = sums.count;
        if d == 0 {
            return "d' = 0: no sums are taken".into();
        }
        let needed = self.needed(epsilon);
        let Some(fewer) = needed.checked_sub(1) else {
            return format!("d' = {d}; no floor is above epsilon = {epsilon}");
        };
        let floor = self.at(fewer).map(below).unwrap_or_default();
        let because = format!("with {} every Sumformer errs by at least {floor}", counted(fewer));
        if sums.jumps {
            return format!(
                "d' = {d}; its φ jumps, which floors do not bind; for continuous φ, {because} (n = {})",
                self.tokens
            );
        }
        match needed.cmp(&d) {
            std::cmp::Ordering::Equal => {
                format!(
                    "d' = {d}, the least possible for epsilon = {epsilon}: {because} (n = {})",
                    self.tokens
                )
            }
            _ => format!(
                "d' = {d}; epsilon = {epsilon} needs {needed} at least: {because} (n = {})",
                self.tokens
            ),
        }
    }
}

/// `1 sum`, `2 sums`.
pub fn counted(sums: usize) -> String {
    format!("{sums} sum{}", if sums == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::ratio;

    #[test]
    fn what_is_said_depends_on_epsilon() {
        let facts = FloorFacts { tokens: 4, floors: vec![(0, ratio(1, 2)), (2, ratio(1, 8))] };
        let with = |count| NetworkSums { count, jumps: false };
        assert_eq!(facts.at(1), Some(&ratio(1, 8)));
        assert_eq!(facts.at(3), None);
        assert_eq!([ratio(1, 9), ratio(1, 8), ratio(1, 2)].map(|epsilon| facts.needed(&epsilon)), [3, 1, 0]);
        let said = |count, epsilon| facts.sentence(with(count), &epsilon);
        assert_eq!(
            said(3, ratio(1, 10)),
            "d' = 3, the least possible for epsilon = 1/10: with 2 sums every Sumformer errs by at least 1.250e-1 (n = 4)"
        );
        assert_eq!(
            said(5, ratio(1, 10)),
            "d' = 5; epsilon = 1/10 needs 3 at least: with 2 sums every Sumformer errs by at least 1.250e-1 (n = 4)"
        );
        assert_eq!(said(5, ratio(1, 2)), "d' = 5; no floor is above epsilon = 1/2");
        assert!(facts.is_least(with(3), &ratio(1, 10)) && !facts.is_least(with(4), &ratio(1, 10)));
        let jumps = NetworkSums { count: 1, jumps: true };
        assert!(!facts.is_least(jumps, &ratio(1, 4)));
        assert!(facts.sentence(jumps, &ratio(1, 4)).contains("jumps"));
    }
}
