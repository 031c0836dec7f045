//! Where a function is zero, and where it is least.

/// Halvings that leave nothing of a double's 53 bits, and some for the distance of the interval from zero.
const HALVINGS: usize = 64;

/// The least x between `from` and `to` at which a rising function is not below zero; `to` if it is nowhere.
pub fn bisect(rising: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (mut low, mut high) = (from, to);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if rising(middle) < 0.0 { low = middle } else { high = middle }
    }
    high
}

/// The zero of a smooth function that has opposite signs at `from` and `to`, to within `error`: some ten values of it where bisection
/// takes forty. Regula falsi, the stale end's value halved (the Illinois method).
pub fn interpolate(f: impl Fn(f64) -> f64, from: f64, to: f64, error: f64) -> f64 {
    let (mut stale, mut fresh) = ((from, f(from)), (to, f(to)));
    while fresh.1 != 0.0 && (fresh.0 - stale.0).abs() > error {
        let x = fresh.0 - fresh.1 * (fresh.0 - stale.0) / (fresh.1 - stale.1);
        let next = (x, f(x));
        let moved = (next.0 - fresh.0).abs();
        stale = if next.1 * fresh.1 < 0.0 { fresh } else { (stale.0, stale.1 / 2.0) };
        fresh = next;
        if moved < error {
            break;
        }
    }
    fresh.0
}

/// Where a function with one minimum between `from` and `to` is least, to half the digits of a double: golden section.
pub fn least(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (from, to);
    let inner = |low: f64, high: f64| (high - golden * (high - low), low + golden * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..48 {
        if at_a < at_b {
            (high, b, at_b) = (b, a, at_a);
            a = inner(low, high).0;
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = inner(low, high).1;
            at_b = f(b);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn both_find_the_root_of_two() {
        let f = |x: f64| x * x - 2.0;
        assert!((bisect(f, 0.0, 2.0) - 2f64.sqrt()).abs() < 1e-15);
        let asked = Cell::new(0);
        let counted = |x| {
            asked.set(asked.get() + 1);
            f(x)
        };
        assert!((interpolate(counted, 0.0, 2.0, 1e-9) - 2f64.sqrt()).abs() < 1e-9);
        assert!(asked.get() < 14, "{}", asked.get());
    }

    #[test]
    fn without_a_zero_an_end_is_named() {
        assert!(bisect(|x| x + 1.0, 0.0, 4.0) < 1e-15);
        assert_eq!(bisect(|x| x - 9.0, 0.0, 4.0), 4.0);
    }

    #[test]
    fn a_parabola_is_least_at_its_vertex() {
        assert!((least(|x| (x - 0.3).powi(2), 0.0, 1.0) - 0.3).abs() < 1e-7);
        assert!(least(|x| x, 0.0, 1.0) < 1e-9);
    }
}
