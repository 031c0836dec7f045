//! Markov chains that end in an alarm: how long they take, and how likely they are to have ended.

/// Chances of going from state to state in a step, and of ending. A chain starts in state 0.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    go: Vec<Vec<f64>>,
    alarm: Vec<f64>,
}

impl Chain {
    /// A chain of these rows, each the chances of going to every state, and of these chances of alarming. A row and its alarm sum to 1.
    pub fn new(go: Vec<Vec<f64>>, alarm: Vec<f64>) -> Chain {
        Chain { go, alarm }
    }

    /// The chain of a rule with few states: everything that `step` makes of `start` by outcomes, each with its chance.
    /// `None` is the alarm.
    pub fn walk<S: PartialEq, O>(start: S, outcomes: &[(O, f64)], step: impl Fn(&S, &O) -> Option<S>) -> Chain {
        let mut states = vec![start];
        let mut chain = Chain::default();
        let mut at = 0;
        while at < states.len() {
            let (mut row, mut alarm) = (vec![0.0; states.len()], 0.0);
            for (outcome, chance) in outcomes {
                let Some(next) = step(&states[at], outcome) else {
                    alarm += chance;
                    continue;
                };
                let found = states.iter().position(|state| *state == next);
                let to = found.unwrap_or_else(|| {
                    states.push(next);
                    row.push(0.0);
                    states.len() - 1
                });
                row[to] += chance;
            }
            chain.go.push(row);
            chain.alarm.push(alarm);
            at += 1;
        }
        chain.go.iter_mut().for_each(|row| row.resize(at, 0.0));
        chain
    }

    /// The mean number of steps until the alarm. States are taken out one by one, in the manner of Grassmann, Taksar & Heyman 1985:
    /// nothing is subtracted, so that an alarm once in millions of steps keeps its digits.
    pub fn mean_steps(mut self) -> f64 {
        let mut steps = vec![1.0; self.alarm.len()];
        for last in (1..self.alarm.len()).rev() {
            let (rest, row) = self.go.split_at_mut(last);
            let row = &row[0][..last];
            let leave = row.iter().sum::<f64>() + self.alarm[last];
            for (i, other) in rest.iter_mut().enumerate() {
                let visits = other[last] / leave;
                other.iter_mut().zip(row).for_each(|(to, through)| *to += visits * through);
                self.alarm[i] += visits * self.alarm[last];
                steps[i] += visits * steps[last];
            }
        }
        steps[0] / self.alarm[0]
    }

    /// P(the alarm comes within so many steps).
    pub fn alarm_within(&self, steps: u64) -> f64 {
        let mut spread = vec![0.0; self.alarm.len()];
        spread[0] = 1.0;
        let mut alarmed = 0.0;
        for _ in 0..steps {
            alarmed += spread.iter().zip(&self.alarm).map(|(mass, alarm)| mass * alarm).sum::<f64>();
            let mut next = vec![0.0; spread.len()];
            for (mass, row) in spread.iter().zip(&self.go) {
                next.iter_mut().zip(row).for_each(|(to, chance)| *to += mass * chance);
            }
            spread = next;
        }
        alarmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `times` events in a row, each of chance `p`.
    fn in_a_row(p: f64, times: u32) -> Chain {
        let step = |run: &u32, event: &bool| match (*event, run + 1) {
            (false, _) => Some(0),
            (true, longer) => (longer < times).then_some(longer),
        };
        Chain::walk(0, &[(false, 1.0 - p), (true, p)], step)
    }

    #[test]
    fn means_keep_their_digits_however_rare_the_alarm() {
        // Feller vol. 1 XIII.7: (1 - p^r) / ((1 - p) p^r).
        for (p, times) in [(0.05f64, 5), (0.5, 1), (0.5, 5), (1e-3, 6)] {
            let all = p.powi(times as i32);
            let mean = (1.0 - all) / ((1.0 - p) * all);
            assert!((in_a_row(p, times).mean_steps() / mean - 1.0).abs() < 1e-13, "{times} in a row at {p}");
        }
    }

    #[test]
    fn an_alarm_within_so_many_steps() {
        let chain = in_a_row(0.5, 2);
        let within: Vec<f64> = (0..5).map(|steps| chain.alarm_within(steps)).collect();
        assert_eq!(within, [0.0, 0.0, 0.25, 0.375, 0.5]);
        assert!((chain.alarm_within(500) - 1.0).abs() < 1e-12);
    }
}
