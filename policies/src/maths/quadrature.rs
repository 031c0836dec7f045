//! Gauss-Legendre quadrature.

/// Nodes and weights on (-1, 1): exact for polynomials of degree 2n - 1. Newton's method on the Legendre recurrence.
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let node = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        loop {
            let (value, slope) = legendre(n, x);
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-15 {
                return (x, 2.0 / ((1.0 - x * x) * slope * slope));
            }
        }
    };
    (0..n).rev().map(node).collect()
}

/// The Legendre polynomial of degree `n` at `x`, and its slope.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

/// The nodes and weights of an interval.
pub fn on(nodes: &[(f64, f64)], from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    nodes.iter().map(move |(x, w)| (middle + half * x, half * w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in [1, 2, 5, 24, 160] {
            let nodes = gauss_legendre(n);
            for degree in (0..2 * n).take(12) {
                let sum: f64 = on(&nodes, 0.0, 2.0).map(|(x, w)| w * x.powi(degree as i32)).sum();
                let exact = 2f64.powi(degree as i32 + 1) / (degree as f64 + 1.0);
                assert!((sum / exact - 1.0).abs() < 1e-12, "{n} nodes, degree {degree}: {sum}");
            }
        }
    }
}
