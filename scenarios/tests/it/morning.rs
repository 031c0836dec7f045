//! The generator of `library/recorded-morning.csv`, and the test that the file is what it makes.

/// SplitMix64: all randomness of the file.
struct Dice(u64);

impl Dice {
    /// Uniform in the open interval (0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((x ^ (x >> 31)) >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.unit())
    }

    fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * gatecrash_sim::dice::normal_quantile(self.unit()))
    }
}

const SECONDS: f64 = 65.0 * 60.0;

/// Moments at which sessions begin: 0.35 a second, five times as many in bursts of a minute every eight minutes or so.
fn sessions(dice: &mut Dice) -> Vec<f64> {
    let (mut now, mut burst, mut until) = (0.0, false, 200.0);
    let mut begins = Vec::new();
    while now < SECONDS {
        now += dice.exponential(if burst { 1.0 / 1.75 } else { 1.0 / 0.35 });
        if now < until {
            begins.push(now);
        } else {
            now = until;
            burst = !burst;
            until += dice.exponential(if burst { 60.0 } else { 480.0 });
        }
    }
    begins
}

fn make() -> String {
    let mut dice = Dice(20_260_302);
    let mut rows = Vec::new();
    for (session, begin) in sessions(&mut dice).into_iter().enumerate() {
        let mut at = begin;
        loop {
            let input = dice.lognormal(900.0, 1.0).clamp(1.0, 30_000.0) as u64;
            let output = dice.lognormal(60.0, 0.9).clamp(1.0, 900.0) as u64;
            let status = if dice.unit() < 0.003 { 500 } else { 200 };
            if at < SECONDS {
                rows.push(((at * 1e3) as u64, session, input, output, status));
            }
            if dice.unit() < 1.0 / 3.0 {
                break;
            }
            at += dice.exponential(20.0);
        }
    }
    rows.sort();
    let mut text = String::from("time,session,input_tokens,output_tokens,status\n");
    for (at, session, input, output, status) in rows {
        let (hour, minute, second, milli) = (8 + at / 3_600_000, at / 60_000 % 60, at / 1_000 % 60, at % 1_000);
        let time = format!("2026-03-02T{hour:02}:{minute:02}:{second:02}.{milli:03}Z");
        text.push_str(&format!("{time},s{session:04},{input},{output},{status}\n"));
    }
    text
}

#[test]
fn the_morning_is_what_its_generator_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/library/recorded-morning.csv");
    let text = make();
    if std::env::var_os("GATECRASH_WRITE").is_some() {
        std::fs::write(path, &text).expect("the library's folder is writable");
    }
    let there = std::fs::read_to_string(path).expect("the library has the file").replace("\r\n", "\n");
    assert!(there == text, "library/recorded-morning.csv differs; make it anew with GATECRASH_WRITE=1");
    assert!(text.len() < 400_000 && (4_000..8_000).contains(&text.lines().count()), "{} bytes", text.len());
}
