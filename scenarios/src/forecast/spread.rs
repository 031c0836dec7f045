//! How a number is distributed, as far as a file says: what share of it lies beyond a limit.

use gatecrash_policies::maths::{gamma, normal};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::knobs::Level;

/// A mixture of distributions, each bent by a knob: in seconds, or plain numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Spread {
    /// (weight, distribution, how its values are bent); weights sum to 1.
    parts: Vec<(f64, Dist, Level)>,
    /// Values are rounded to whole numbers.
    whole: bool,
}

impl Spread {
    /// One distribution, bent.
    pub fn of(dist: Dist, level: Level) -> Spread {
        Spread { parts: vec![(1.0, dist, level)], whole: false }
    }

    /// The same, rounded to whole numbers.
    pub fn rounded(self) -> Spread {
        Spread { whole: true, ..self }
    }

    /// This for all but a share, and `other` for the share.
    pub fn mixed(self, share: f64, other: Spread) -> Spread {
        let own = self.parts.into_iter().map(|(weight, dist, level)| (weight * (1.0 - share), dist, level));
        let others = other.parts.into_iter().map(|(weight, dist, level)| (weight * share, dist, level));
        Spread { parts: own.chain(others).collect(), whole: self.whole }
    }

    /// The share of values above `limit`.
    pub fn above(&self, limit: f64) -> f64 {
        let limit = if self.whole { (limit + 1e-9).floor() + 0.5 } else { limit };
        self.parts.iter().map(|(weight, dist, level)| weight * bent_above(dist, *level, limit)).sum()
    }

    /// The share of values below `limit`: of a constant at the limit, none.
    pub fn below(&self, limit: f64) -> f64 {
        1.0 - self.above(limit * (1.0 - 1e-12))
    }

    /// The value below which a share `p` of 0..1 lies.
    pub fn quantile(&self, p: f64) -> f64 {
        let mut high = 1e-9;
        while 1.0 - self.above(high) < p && high < 1e15 {
            high *= 2.0;
        }
        let mut low = 0.0;
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if 1.0 - self.above(middle) < p { low = middle } else { high = middle }
        }
        high
    }

    /// The density at `x`, from what lies a thousandth to either side; zero where it has none.
    pub fn density(&self, x: f64) -> f64 {
        let step = x * 1e-3;
        (self.above(x - step) - self.above(x + step)) / (2.0 * step)
    }
}

/// The share of a bent distribution above a limit.
fn bent_above(dist: &Dist, level: Level, limit: f64) -> f64 {
    match () {
        () if level.times > 0.0 => above(dist, (limit - level.plus) / level.times),
        () => f64::from(u8::from(level.plus > limit)),
    }
}

/// P(X > x).
pub(super) fn above(dist: &Dist, x: f64) -> f64 {
    if x < 0.0 {
        return 1.0;
    }
    match *dist {
        Dist::Constant(value) => f64::from(u8::from(value > x)),
        Dist::Exp { mean } => exponential(x, mean),
        Dist::Uniform { low, high } if high > low => ((high - x) / (high - low)).clamp(0.0, 1.0),
        Dist::Uniform { low, .. } => f64::from(u8::from(low > x)),
        Dist::Lognormal { mu, sigma } if sigma > 0.0 => normal::upper_tail((libm::log(x) - mu) / sigma),
        Dist::Lognormal { mu, .. } => f64::from(u8::from(libm::exp(mu) > x)),
        Dist::Erlang { k, mean } => gamma::upper(f64::from(k), f64::from(k) * x / mean),
        Dist::Hyperexp { mean, cv2 } => {
            let p = 0.5 * (1.0 + libm::sqrt((cv2 - 1.0) / (cv2 + 1.0)));
            let branch = |p: f64| p * exponential(x, mean / (2.0 * p));
            if p < 1.0 { branch(p) + branch(1.0 - p) } else { exponential(x, mean) }
        }
        Dist::Geometric { mean } if mean <= 1.0 => f64::from(u8::from(x < 1.0)),
        Dist::Geometric { mean } => libm::pow(1.0 - 1.0 / mean, libm::floor(x)),
    }
}

fn exponential(x: f64, mean: f64) -> f64 {
    if mean > 0.0 { libm::exp(-x / mean) } else { 0.0 }
}

/// The smallest value that a distribution can give: what takes at least so long.
pub(super) fn least(dist: &Dist) -> f64 {
    match *dist {
        Dist::Constant(value) => value,
        Dist::Uniform { low, .. } => low,
        Dist::Lognormal { mu, sigma: 0.0 } => libm::exp(mu),
        Dist::Geometric { .. } => 1.0,
        Dist::Exp { .. } | Dist::Lognormal { .. } | Dist::Erlang { .. } | Dist::Hyperexp { .. } => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_above_are_those_of_draws() {
        let dists = [
            Dist::Exp { mean: 2.0 },
            Dist::Uniform { low: 1.0, high: 3.0 },
            Dist::Lognormal { mu: 0.2, sigma: 1.1 },
            Dist::Erlang { k: 4, mean: 2.0 },
            Dist::Hyperexp { mean: 2.0, cv2: 4.0 },
            Dist::Geometric { mean: 2.5 },
            Dist::Constant(2.0),
        ];
        let mut stream = gatecrash_sim::dice::Dice::new(3).stream(gatecrash_sim::dice::Purpose::Service, 0, 0);
        for dist in dists {
            for x in [0.5, 1.5, 2.5, 6.5] {
                let n = 20_000;
                let drawn = (0..n).filter(|_| dist.draw(&mut stream) > x).count() as f64 / f64::from(n);
                // Four standard errors of 20,000 draws.
                assert!((above(&dist, x) - drawn).abs() < 0.0142, "{dist:?} above {x}: {} and {drawn}", above(&dist, x));
            }
        }
    }

    #[test]
    fn a_bent_quantile_is_bent() {
        let dist = Dist::Lognormal { mu: libm::log(0.12), sigma: libm::log(350.0 / 120.0) / 1.644_853_626_951_472_7 };
        let own = Spread::of(dist, Level::IDENTITY);
        assert!((own.quantile(0.5) - 0.12).abs() < 1e-9 && (own.quantile(0.95) - 0.35).abs() < 1e-9);
        let six = Spread::of(dist, Level { times: 6.0, plus: 0.1 });
        assert!((six.quantile(0.5) - 0.82).abs() < 1e-9);
        let both = own.clone().mixed(0.25, six);
        assert!((both.above(0.82) - 0.75 * own.above(0.82) - 0.125).abs() < 1e-9);
        // The density of a normal at its median, by the chain rule.
        let sigma = libm::log(350.0 / 120.0) / 1.644_853_626_951_472_7;
        assert!((own.density(0.12) * 0.12 * sigma - 0.398_942_280_401).abs() < 1e-4);
    }

    #[test]
    fn whole_numbers_are_counted_as_rounded() {
        let hops = Spread::of(Dist::Uniform { low: 0.5, high: 4.5 }, Level::IDENTITY).rounded();
        assert!((hops.above(3.0) - 0.25).abs() < 1e-12, "only 4 is above 3");
    }
}
