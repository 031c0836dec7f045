//! What a gate's metrics came to, thinned out.

use crate::state::{Chart, Point};

/// A chart has at most so many moments.
const MOMENTS_MAX: usize = 1_000;
/// After it was thinned out it has at most so many.
const MOMENTS_LEFT: usize = 750;
/// The latest are all kept: what has just happened is not to be missed by who comes now.
const LATEST: u64 = 250;

/// The moments of one gate. Of the older ones every second, fourth, eighth, ... is kept, evenly over the whole drill.
#[derive(Debug)]
pub struct Curve {
    rows: Vec<Row>,
    seen: u64,
    stride: u64,
}

#[derive(Debug)]
struct Row {
    number: u64,
    t_s: f64,
    point: Point,
}

impl Curve {
    /// An empty one.
    pub fn new() -> Curve {
        Curve { rows: Vec::new(), seen: 0, stride: 1 }
    }

    /// One more moment.
    pub fn push(&mut self, t_s: f64, point: &Point) {
        self.rows.push(Row { number: self.seen, t_s, point: point.clone() });
        self.seen += 1;
        if self.rows.len() > MOMENTS_MAX {
            self.thin();
            while self.rows.len() > MOMENTS_LEFT {
                self.stride *= 2;
                self.thin();
            }
        }
    }

    fn thin(&mut self) {
        let (seen, stride) = (self.seen, self.stride);
        self.rows.retain(|row| row.number % stride == 0 || row.number + LATEST >= seen);
    }

    /// It, column by column.
    pub fn chart(&self, gate: usize) -> Chart {
        let column = |pick: fn(&Point) -> Option<f64>| self.rows.iter().map(|row| pick(&row.point)).collect();
        Chart {
            gate,
            t_s: self.rows.iter().map(|row| row.t_s).collect(),
            canary: column(|point| point.canary),
            stable: column(|point| point.stable),
            former: column(|point| point.former),
            limit: column(|point| point.limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_long_a_drill_its_chart_covers_it_evenly_and_ends_in_full() {
        let mut curve = Curve::new();
        for n in 0..100_000 {
            curve.push(f64::from(n), &Point { canary: Some(f64::from(n)), ..Point::default() });
            assert!(curve.rows.len() <= MOMENTS_MAX);
        }
        let chart = curve.chart(3);
        assert_eq!((chart.gate, chart.t_s.len(), chart.canary.len()), (3, curve.rows.len(), curve.rows.len()));
        assert!(chart.canary.iter().zip(&chart.t_s).all(|(canary, t_s)| *canary == Some(*t_s)), "columns stay together");
        assert!(chart.t_s.len() > 400 && chart.t_s[0] == 0.0, "{}", chart.t_s.len());
        let steps: Vec<f64> = chart.t_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| *step <= curve.stride as f64), "no hole");
        assert!(steps[steps.len() - LATEST as usize + 1..].iter().all(|step| *step == 1.0), "the latest are all there");
    }
}
