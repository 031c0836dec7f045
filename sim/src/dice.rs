//! All randomness. A stream is keyed by purpose and subject, never by order, so that the same request meets the same luck under
//! every policy and removing a fault changes no other draw.

use gatecrash_policies::time::Span;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// What a stream is for. Two purposes never share a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// A subject's bucket.
    Bucket = 1,
    /// A subject's attributes.
    Attributes,
    /// The arrival process.
    Arrivals,
    /// A burst's beginning and end.
    Bursts,
    /// A session's requests.
    Session,
    /// A request's assignment to an arm, where it has its own.
    Assignment,
    /// The drift of a service.
    Wobble,
    /// A request's service.
    Service,
    /// A request's cancellation.
    Cancel,
    /// A request's failures.
    Failure,
    /// A wait before another attempt.
    Backoff,
    /// Whether a completed request goes on to write, or needs an approval.
    Follow,
    /// A write.
    Write,
    /// A client.
    Client,
    /// A client's message.
    Message,
    /// Marks and amounts of an outcome.
    Marks,
    /// A sample's way.
    Sample,
    /// A flag's way.
    Flag,
    /// The people.
    Operator,
    /// What a restart destroys.
    Restart,
    /// A run's approval, and what becomes of it meanwhile.
    Review,
    /// The grade of an outcome, and what it triggers.
    Grade,
    /// A case.
    Case,
    /// A label of a request.
    Label,
    /// What a drill draws, so that nobody knows it.
    Drill,
}

/// The dice of one trial.
#[derive(Clone, Copy, Debug)]
pub struct Dice {
    seed: u64,
}

/// A sequence of draws for one purpose and subject.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

/// A bijective scrambling of 64 bits (the finaliser of SplitMix64, Steele et al. 2014).
fn scramble(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The dice of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice { seed: scramble(seed.wrapping_add(GOLDEN)) }
    }

    /// A hash of purpose and subject: one draw where a stream would be too much.
    pub fn hash(self, purpose: Purpose, a: u64, b: u64) -> u64 {
        let x = scramble(self.seed ^ (purpose as u64).wrapping_mul(GOLDEN));
        let x = scramble(x ^ a.wrapping_mul(0xd6e8_feb8_6659_fd93).wrapping_add(GOLDEN));
        scramble(x ^ b.wrapping_mul(0xa076_1d64_78bd_642f).wrapping_add(GOLDEN))
    }

    /// Uniform in 0..1, of such a hash.
    pub fn unit(self, purpose: Purpose, a: u64, b: u64) -> f64 {
        (self.hash(purpose, a, b) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The stream of this purpose and subject.
    pub fn stream(self, purpose: Purpose, a: u64, b: u64) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(self.hash(purpose, a, b)))
    }
}

/// Uniform in the open interval (0, 1).
fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in the open interval (0, 1): never 0, never 1.
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// True with probability `p`. Always takes one draw.
    pub fn coin(&mut self, p: f64) -> bool {
        let bits = self.bits();
        p > 0.0 && unit(bits) < p
    }

    /// Uniform in `0..n`; 0 when `n` is 0. The bias is below n / 2^64.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Exponential with mean one.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.unit())
    }

    /// A duration from a distribution in seconds, to the nearest microsecond.
    pub fn span(&mut self, dist: &Dist) -> Span {
        Span::from_secs_f64(dist.draw(self))
    }

    /// A plain number, in thousandths.
    pub fn amount(&mut self, dist: &Dist) -> u64 {
        (dist.draw(self) * 1e3 + 0.5) as u64
    }
}

/// A distribution of durations in seconds, or of plain numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dist {
    /// Always this.
    Constant(f64),
    /// Exponential.
    Exp {
        /// Mean.
        mean: f64,
    },
    /// Uniform.
    Uniform {
        /// Least.
        low: f64,
        /// Most.
        high: f64,
    },
    /// Log-normal: exp(mu + sigma z).
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// The sum of k exponentials.
    Erlang {
        /// How many.
        k: u32,
        /// Mean of the sum.
        mean: f64,
    },
    /// Two exponentials with balanced means.
    Hyperexp {
        /// Mean.
        mean: f64,
        /// Squared coefficient of variation, at least 1.
        cv2: f64,
    },
    /// Whole numbers from 1 on: trials until the first success.
    Geometric {
        /// Mean, at least 1.
        mean: f64,
    },
}

impl Dist {
    /// Nothing, always.
    pub const ZERO: Dist = Dist::Constant(0.0);

    /// A draw, in seconds or as a plain number.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        match *self {
            Dist::Constant(value) => value,
            Dist::Exp { mean } => mean * stream.exponential(),
            Dist::Uniform { low, high } => low + (high - low) * stream.unit(),
            Dist::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(stream.unit())),
            Dist::Erlang { k, mean } => mean / f64::from(k) * (0..k).map(|_| stream.exponential()).sum::<f64>(),
            Dist::Hyperexp { mean, cv2 } => {
                let p = 0.5 * (1.0 + libm::sqrt((cv2 - 1.0) / (cv2 + 1.0)));
                let branch = if stream.coin(p) { p } else { 1.0 - p };
                mean / (2.0 * branch) * stream.exponential()
            }
            Dist::Geometric { mean } if mean <= 1.0 => 1.0,
            Dist::Geometric { mean } => 1.0 + libm::floor(libm::log(stream.unit()) / libm::log(1.0 - 1.0 / mean)),
        }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        match *self {
            Dist::Constant(mean)
            | Dist::Exp { mean }
            | Dist::Erlang { mean, .. }
            | Dist::Hyperexp { mean, .. }
            | Dist::Geometric { mean } => mean,
            Dist::Uniform { low, high } => (low + high) / 2.0,
            Dist::Lognormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
        }
    }
}

/// The normal quantile to 16 digits (algorithm AS 241, Wichura 1988).
pub fn normal_quantile(p: f64) -> f64 {
    fn poly(x: f64, c: &[f64; 8]) -> f64 {
        c.iter().rev().fold(0.0, |sum, c| sum * x + c)
    }
    const A: [f64; 8] = [
        3.387_132_872_796_366_6,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_66e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ];
    const C: [f64; 8] = [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ];
    const E: [f64; 8] = [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ];
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * poly(r, &A) / poly(r, &B);
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let tail = if r <= 5.0 { poly(r - 1.6, &C) / poly(r - 1.6, &D) } else { poly(r - 5.0, &E) / poly(r - 5.0, &F) };
    if q < 0.0 { -tail } else { tail }
}

/// Draws that must never change: neither with the platform, nor with the profile, nor with what else is linked (plotters turns
/// on features of num-traits that move the last bits of other samplers). Every crate that could upset them compares the two.
#[doc(hidden)]
pub mod golden {
    use super::{Dice, Dist, Purpose};

    /// What [`draws`] gives.
    pub const DRAWS: u64 = 14_627_753_863_766_739_468;

    /// A digest of 1,000 draws of every kind.
    pub fn draws() -> u64 {
        let dists = [
            Dist::Exp { mean: 2.0 },
            Dist::Uniform { low: 1.0, high: 3.0 },
            Dist::Lognormal { mu: 0.2, sigma: 1.1 },
            Dist::Erlang { k: 4, mean: 2.0 },
            Dist::Hyperexp { mean: 2.0, cv2: 4.0 },
            Dist::Geometric { mean: 2.5 },
        ];
        let mut stream = Dice::new(20).stream(Purpose::Service, 1, 2);
        let all = (0..1_000).flat_map(|_| dists);
        all.fold(0, |digest: u64, dist| (digest ^ dist.draw(&mut stream).to_bits()).wrapping_mul(0x100_0000_01b3).rotate_left(5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn the_normal_quantile_inverts_the_distribution_function() {
        let normal = Normal::new(0.0, 1.0).expect("a standard normal");
        for p in [1e-12, 1e-6, 0.001, 0.02, 0.3, 0.5, 0.8, 0.975, 0.9999, 1.0 - 1e-9] {
            let z = normal_quantile(p);
            assert!((normal.cdf(z) / p - 1.0).abs() < 1e-7, "{p}: {z}");
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
    }

    #[test]
    fn means_are_as_told() {
        let dists = [
            Dist::Constant(2.0),
            Dist::Exp { mean: 2.0 },
            Dist::Uniform { low: 1.0, high: 3.0 },
            Dist::Lognormal { mu: 0.193_147_180_559_945_3, sigma: 1.0 },
            Dist::Erlang { k: 4, mean: 2.0 },
            Dist::Hyperexp { mean: 2.0, cv2: 4.0 },
            Dist::Geometric { mean: 2.0 },
        ];
        for dist in dists {
            let mut stream = Dice::new(1).stream(Purpose::Service, 1, 1);
            let n = 200_000;
            let mean = (0..n).map(|_| stream.span(&dist).seconds()).sum::<f64>() / f64::from(n);
            // The largest sd is 4 (cv2 = 4): four sigma of the mean are 0.036.
            assert!((mean - 2.0).abs() < 0.036 && (dist.mean() - 2.0).abs() < 1e-9, "{dist:?}: {mean}");
        }
    }

    #[test]
    fn draws_never_change() {
        assert_eq!(golden::draws(), golden::DRAWS);
    }

    #[test]
    fn streams_do_not_know_each_other() {
        let dice = Dice::new(7);
        let a = dice.stream(Purpose::Service, 1, 2).bits();
        assert_eq!(a, dice.stream(Purpose::Service, 1, 2).bits());
        assert_ne!(a, dice.stream(Purpose::Service, 2, 1).bits());
        assert_ne!(a, dice.stream(Purpose::Cancel, 1, 2).bits());
        assert_ne!(a, Dice::new(8).stream(Purpose::Service, 1, 2).bits());
    }
}
