//! Where a function crosses zero.

/// More rounds than this are no convergence.
const ROUNDS_MAX: usize = 1_000;

/// A point of the function.
#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

/// Where `f` crosses zero between `from` and `to`, at whose values it has opposite signs, to within `tolerance` in x. `None` where
/// `f` has no value, or none is found. Brent's method (1973, chapter 4) in the steps of R's `zeroin`, so that even of a function of
/// steps the same place comes out.
pub fn root(f: impl Fn(f64) -> Option<f64>, from: f64, to: f64, tolerance: f64) -> Option<f64> {
    let at = |x| f(x).filter(|y| !y.is_nan()).map(|y| Point { x, y });
    let (mut last, mut best) = (at(from)?, at(to)?);
    if last.y == 0.0 {
        return Some(last.x);
    }
    // Always on the other side of the root than `best`.
    let mut across = last;
    for _ in 0..=ROUNDS_MAX {
        let moved = best.x - last.x;
        if across.y.abs() < best.y.abs() {
            (last, best, across) = (best, across, best);
        }
        let near = 2.0 * f64::EPSILON * best.x.abs() + tolerance / 2.0;
        let half = (across.x - best.x) / 2.0;
        if half.abs() <= near || best.y == 0.0 {
            return Some(best.x);
        }
        let promising = moved.abs() >= near && last.y.abs() > best.y.abs();
        let guess = if promising { interpolated(last, best, across, moved, near) } else { None };
        let step = at_least(guess.unwrap_or(half), near);
        last = best;
        best = at(best.x + step)?;
        if best.y * across.y > 0.0 {
            across = last;
        }
    }
    None
}

/// The step to where a line or a parabola on its side through the points crosses zero; `None` where it leads too far, or converges
/// no faster than halving.
fn interpolated(last: Point, best: Point, across: Point, moved: f64, near: f64) -> Option<f64> {
    let reach = across.x - best.x;
    let (p, q) = if last.x == across.x { line(last, best, reach) } else { parabola(last, best, across) };
    let (p, q) = if p > 0.0 { (p, -q) } else { (-p, q) };
    let within = p < 0.75 * reach * q - (near * q).abs() / 2.0;
    (within && p < (moved * q / 2.0).abs()).then(|| p / q)
}

fn line(last: Point, best: Point, reach: f64) -> (f64, f64) {
    let ratio = best.y / last.y;
    (reach * ratio, 1.0 - ratio)
}

fn parabola(last: Point, best: Point, across: Point) -> (f64, f64) {
    let (a, b, c) = (last.y / across.y, best.y / across.y, best.y / last.y);
    let p = c * ((across.x - best.x) * a * (a - b) - (best.x - last.x) * (b - 1.0));
    (p, (a - 1.0) * (b - 1.0) * (c - 1.0))
}

/// A step no shorter than `near`: shorter ones would not leave the place.
fn at_least(step: f64, near: f64) -> f64 {
    match step {
        step if step.abs() >= near => step,
        step if step > 0.0 => near,
        _ => -near,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_to_the_tolerance() {
        type Curve = fn(f64) -> f64;
        let curves: [(Curve, f64, f64, f64); 3] = [
            (|x| x * x * x - 2.0, 0.0, 5.0, 2f64.cbrt()),
            (|x| x.powi(9), -1.0, 4.0, 0.0),
            (|x| 1.0 - (-50.0 * (x - 0.3)).exp(), 0.0, 1.0, 0.3),
        ];
        for (f, from, to, expect) in curves {
            for tolerance in [1e-4, 1e-10] {
                let own = root(|x| Some(f(x)), from, to, tolerance).expect("the signs differ");
                assert!((own - expect).abs() <= tolerance, "{own}, not {expect}");
            }
        }
    }

    #[test]
    fn an_end_that_is_the_root_is_the_answer() {
        assert_eq!(root(|x| Some(2.0 * x), 0.0, 3.0, 1e-4), Some(0.0));
        assert_eq!(root(|x| Some(x - 3.0), 0.0, 3.0, 1e-4), Some(3.0));
    }

    #[test]
    fn where_nothing_is_known_there_is_no_root() {
        assert_eq!(root(|_| None, 0.0, 1.0, 1e-4), None);
        assert_eq!(root(|_| Some(f64::NAN), 0.0, 1.0, 1e-4), None);
    }
}
