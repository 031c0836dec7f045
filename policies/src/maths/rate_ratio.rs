//! Tests on the ratio of two rates of events: Gu, Ng, Tang and Schucany 2008 compare them.

use super::binomial;
use super::gamma::poisson;
use super::side::Side;

/// Events and exposures of two arms; counts need not be whole but for [`Method::Exact`] on both sides and for [`Rates::e_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Events of the first arm, the canary.
    pub events: f64,
    /// Its exposure, in whatever unit; more than zero.
    pub exposure: f64,
    /// Events of the other arm, stable.
    pub other_events: f64,
    /// Its exposure, in the same unit; more than zero.
    pub other_exposure: f64,
    /// What the first rate is over the other under the null; more than zero.
    pub ratio: f64,
}

/// A test; Gu et al. number them W1 to W5, C and M.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// W1: the difference, with the variance as observed.
    Wald,
    /// W2: the difference, with the variance under the null.
    Score,
    /// W3: the logarithm of the ratio, with the variance as observed. Neither count may be zero.
    WaldLog,
    /// W4: the logarithm of the ratio, with the variance under the null. Neither count may be zero.
    ScoreLog,
    /// W5: the difference of square roots, which have the same variance whatever the rate.
    Sqrt,
    /// C: exact, given the events of both (Przyborowski and Wilenski 1940).
    Exact,
    /// M: the same with half of the observed outcome's own chance.
    MidP,
}

impl Rates {
    /// How many times as many events as the other's the null expects of the first arm.
    fn scale(&self) -> f64 {
        self.ratio * self.exposure / self.other_exposure
    }

    /// The share of all events that the null expects of the first arm.
    pub fn share(&self) -> f64 {
        let own = self.ratio * self.exposure;
        own / (own + self.other_exposure)
    }

    /// The p-value. Without any event it is 1.
    pub fn p(&self, method: Method, side: Side) -> f64 {
        match self.z(method) {
            _ if self.events + self.other_events <= 0.0 => 1.0,
            Some(z) => side.of_z(z),
            None => self.conditional(method, side),
        }
    }

    /// The statistic, of those that have one that is normal under the null.
    pub fn z(&self, method: Method) -> Option<f64> {
        let (k1, k0, r) = (self.events, self.other_events, self.scale());
        Some(match method {
            Method::Wald => (k1 - k0 * r) / (k1 + k0 * r * r).sqrt(),
            Method::Score => (k1 - k0 * r) / ((k1 + k0) * r).sqrt(),
            Method::WaldLog => (k1 / k0 / r).ln() / (1.0 / k1 + 1.0 / k0).sqrt(),
            Method::ScoreLog => (k1 / k0 / r).ln() / ((2.0 + r + 1.0 / r) / (k1 + k0)).sqrt(),
            Method::Sqrt => 2.0 * ((k1 + 0.375).sqrt() - ((k0 + 0.375) * r).sqrt()) / (1.0 + r).sqrt(),
            Method::Exact | Method::MidP => return None,
        })
    }

    /// Given all events, each is the first arm's with the chance that the null expects.
    fn conditional(&self, method: Method, side: Side) -> f64 {
        let (k, n, share) = (self.events, self.events + self.other_events, self.share());
        let p = match side {
            Side::Greater => binomial::at_least(k, n, share),
            Side::Less => binomial::at_most(k, n, share),
            Side::Both => binomial::test(k as u64, n as u64, share, side),
        };
        if method == Method::MidP { p - binomial::exactly(k, n, share) / 2.0 } else { p }
    }

    /// The E-test of Krishnamoorthy and Thomson (2004): the chance of a statistic as extreme, Wald's for theirs, if both arms had
    /// the rates that the null finds likeliest. `None` for a method without a statistic. Its work grows with the events of both.
    pub fn e_test(&self, method: Method, side: Side) -> Option<f64> {
        let observed = self.z(method)?;
        let all = self.events + self.other_events;
        let (mean, other_mean) = (all * self.share(), all * (1.0 - self.share()));
        let extreme = |events: f64, other_events: f64| {
            // Without events there is no difference either.
            let z = Rates { events, other_events, ..*self }.z(method).filter(|z| z.is_finite()).unwrap_or(0.0);
            match side {
                Side::Greater => z >= observed,
                Side::Less => z <= observed,
                Side::Both => z.abs() >= observed.abs(),
            }
        };
        let other = |k: f64| likely(other_mean).filter(|j| extreme(k, *j)).map(|j| poisson(j, other_mean)).sum::<f64>();
        Some(likely(mean).map(|k| poisson(k, mean) * other(k)).sum::<f64>().min(1.0))
    }
}

/// The counts that a Poisson variable of that mean takes, but for a chance of 1e-12 or less.
fn likely(mean: f64) -> impl Iterator<Item = f64> {
    let reach = 8.0 * mean.sqrt();
    let (from, to) = ((mean - reach).max(0.0) as u64, (mean + reach) as u64 + 20);
    (from..=to).map(|k| k as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(events: f64, exposure: f64, other_events: f64, other_exposure: f64, ratio: f64) -> Rates {
        Rates { events, exposure, other_events, other_exposure, ratio }
    }

    #[test]
    fn published_p_values() {
        // Gu et al. 2008, example 1, one-sided; by way of the tests of statsmodels.
        let example = rates(60.0, 51_477.5, 30.0, 54_308.7, 1.0);
        let table = [
            (Method::Wald, 0.000356),
            (Method::Score, 0.000316),
            (Method::WaldLog, 0.000420),
            (Method::ScoreLog, 0.000200),
            (Method::Sqrt, 0.000285),
            (Method::Exact, 0.000428),
            (Method::MidP, 0.000310),
        ];
        for (method, expect) in table {
            let p = example.p(method, Side::Greater);
            assert!((p - expect).abs() < 6e-6, "{method:?}: {p}");
        }
    }

    #[test]
    fn p_values_of_r_at_another_ratio() {
        // R exactci::poisson.exact with r = 1.2, by way of the tests of statsmodels.
        let example = rates(60.0, 51_477.5, 30.0, 54_308.7, 1.2);
        let table = [
            (Method::MidP, Side::Less, 0.9949053964701466),
            (Method::MidP, Side::Greater, 0.005094603529853279),
            (Method::Exact, Side::Greater, 0.006651774552714537),
            (Method::Exact, Side::Less, 0.9964625674930079),
        ];
        for (method, side, expect) in table {
            assert!((example.p(method, side) / expect - 1.0).abs() < 1e-11, "{method:?} {side:?}");
        }
    }

    #[test]
    fn p_values_of_both_sides() {
        // The regression tests of statsmodels, ratio 1.2.
        let example = rates(6.0, 51.0, 1.0, 54.0, 1.2);
        let table = [
            (Method::Wald, 0.07136366497984171),
            (Method::Score, 0.0840167525117227),
            (Method::Sqrt, 0.0804675114297235),
            (Method::Exact, 0.1301269270479679),
            (Method::MidP, 0.09324590196774807),
        ];
        for (method, expect) in table {
            let p = example.p(method, Side::Both);
            assert!((p - expect).abs() < 1e-10, "{method:?}: {p}");
        }
    }

    #[test]
    fn the_e_test_of_its_authors() {
        // Krishnamoorthy & Thomson 2004, example 1; their Fortran, by way of scipy's tests.
        let table = [
            (rates(0.0, 100.0, 3.0, 100.0, 1.0), Side::Both, 0.0884, 1e-4),
            (rates(20.0, 10.0, 20.0, 10.0, 1.0), Side::Both, 0.999999756892963, 3e-6),
            (rates(1.0, 1.0, 50.0, 15.0, 1.0), Side::Less, 0.09322998607245102, 3e-6),
            (rates(3.0, 12.0, 4.0, 20.0, 1.0), Side::Greater, 0.40416087318539173, 3e-6),
            (rates(4.0, 20.0, 3.0, 10.0, 1.0), Side::Less, 0.3083216325432898, 3e-6),
        ];
        for (example, side, expect, tolerance) in table {
            let p = example.e_test(Method::Wald, side).expect("it has a statistic");
            assert!((p - expect).abs() < tolerance, "{p}");
        }
        assert_eq!(table[0].0.e_test(Method::Exact, Side::Both), None);
    }

    #[test]
    fn without_events_nothing_speaks_against_the_null() {
        for method in [Method::Score, Method::Exact, Method::WaldLog, Method::Sqrt] {
            assert_eq!(rates(0.0, 5.0, 0.0, 95.0, 1.0).p(method, Side::Greater), 1.0);
        }
    }
}
