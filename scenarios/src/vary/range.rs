//! Ranges: `200ms..900ms/25ms`, `1%..20%`, `1.2x stable..3x stable/0.2x`. Both ends are meant.
//!
//! With a step the values are the lower end and as many steps as fit; the upper end is among them when the steps meet it. Without
//! one, about eight values are chosen: where the upper end is less than ten times the lower one, both ends and the multiples of a
//! round step between them (1, 2, 2.5 or 5 in its first digit; for times what divides a minute, an hour or a day), the largest that
//! makes at least five steps; otherwise both ends and, evenly among those between, round numbers (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6
//! and 8, or times such as 15s, 20m and 6h), so that neighbours are about equally far apart in ratio. What counts things stays whole.

use super::amount::{Amount, Form, ONE, Unit};

/// The most values of a range: more candidates than anybody plays.
const VALUES_MAX: i128 = 100_000;

/// How many values are chosen in ratio.
const CHOSEN: usize = 8;

const HOW: &str = "a range is like 200ms..900ms/25ms or 1%..20%, a list like 5m,10m,30m";

/// The values of a range. `form` is what bare numbers are where only it can be meant, such as multiples of stable.
pub(super) fn expand(text: &str, form: impl Fn(Amount) -> Amount) -> Result<Vec<Amount>, String> {
    let (low, rest) = Amount::leading(text).ok_or_else(|| no_number(text.split("..").next().unwrap_or_default()))?;
    let rest = rest.trim_start().strip_prefix("..").ok_or_else(|| no_number(text.split("..").next().unwrap_or_default()))?;
    let (high, rest) = Amount::leading(rest).ok_or_else(|| no_number(rest.split('/').next().unwrap_or_default()))?;
    let step = match rest.trim_start().strip_prefix('/') {
        Some(step) => Some(Amount::read(step).ok_or_else(|| no_number(step))?),
        None if rest.trim().is_empty() => None,
        None => return Err(no_number(&format!("{high}{rest}"))),
    };
    let (low, high) = alike(form(low), form(high))?;
    match high.number - low.number {
        0 => return Err(format!("both ends of the range are `{low}`; give it as a value: ={low}")),
        ..0 => return Err(format!("the range begins above its end; write it as {high}..{low}")),
        _ => {}
    }
    match step {
        Some(step) => stepped(low, high, step),
        None => Ok(chosen(low, high)),
    }
}

fn no_number(text: &str) -> String {
    match text.trim() {
        "" => format!("a range needs both its ends, and a step behind a stroke; {HOW}"),
        text => format!("`{}` is no number with a unit that a range could have; {HOW}", crate::read::shortened(text)),
    }
}

/// Both ends in the same form and unit.
fn alike(low: Amount, high: Amount) -> Result<(Amount, Amount), String> {
    let taking = |amount: Amount, from: Amount| match amount.form {
        Form::Bare => Amount { form: from.form, ..amount },
        _ => amount,
    };
    let days = low.days || high.days;
    let (low, high) = (Amount { days, ..taking(low, high) }, Amount { days, ..taking(high, low) });
    match low.unit == high.unit && low.form == high.form {
        true => Ok((low, high)),
        false => Err(format!("{}; both ends of a range have the same unit", differ("the range begins at", low, "ends at", high))),
    }
}

fn differ(first: &str, a: Amount, second: &str, b: Amount) -> String {
    let name = |amount: Amount| match amount.form {
        Form::Bare => amount.unit.name(),
        Form::TimesStable => "a multiple of stable",
        Form::StablePlus => "a distance from stable",
        Form::OfTenants => "a share of tenants",
        Form::BusinessDays => "a number of business days",
    };
    format!("{first} `{a}`, {}, and {second} `{b}`, {}", name(a), name(b))
}

fn stepped(low: Amount, high: Amount, step: Amount) -> Result<Vec<Amount>, String> {
    let bare = |amount: Amount| Amount { form: Form::Bare, ..amount };
    if step.unit != low.unit || !(step.form == Form::Bare || step.form == low.form) {
        return Err(format!(
            "{}; the step has the unit of the ends",
            differ("the range begins at", bare(low), "its step is", step)
        ));
    }
    let room = high.number - low.number;
    let shown = bare(step);
    match step.number {
        ..=0 => return Err(format!("the step `{shown}` leads nowhere; it must be above zero")),
        step if step > room => {
            return Err(format!("the step `{shown}` is longer than the range; write {low},{high} for its ends"));
        }
        _ => {}
    }
    match room / step.number + 1 {
        many if many > VALUES_MAX => {
            Err(format!("makes {many} values, and {VALUES_MAX} are the most; take a longer step, or narrow the range"))
        }
        many => Ok((0..many).map(|i| low.with(low.number + i * step.number)).collect()),
    }
}

/// Readable values of a range without a step.
fn chosen(low: Amount, high: Amount) -> Vec<Amount> {
    let whole = low.form == Form::BusinessDays || (low.unit == Unit::Plain && low.number % ONE == 0 && high.number % ONE == 0);
    let ratio = low.number > 0 && high.number / low.number >= 10;
    let between = if ratio { in_ratio(low, high, whole) } else { evenly(low, high, whole) };
    let numbers = [low.number].into_iter().chain(between).chain([high.number]);
    numbers.map(|number| low.with(number)).collect()
}

/// Multiples of a round step, not too near the ends.
fn evenly(low: Amount, high: Amount, whole: bool) -> Vec<i128> {
    let room = high.number - low.number;
    let steps = match low.unit {
        Unit::Time => times(&[1, 2, 5, 10, 15, 30], &[1, 2, 3, 6, 12], &[1, 2, 5, 10, 20, 50, 100, 200, 500]),
        _ => decimals(&[10, 20, 25, 50], whole),
    };
    let step = steps.iter().copied().filter(|step| room / step >= 5).max().unwrap_or(steps[0]);
    let first = (low.number + step / 2).div_euclid(step);
    let multiples = (first..).map(|i| i * step).take_while(|number| *number <= high.number - step / 2);
    multiples.filter(|number| *number >= low.number + step / 2 && *number > low.number).collect()
}

/// Round numbers, evenly by their place among all of them, not too near the ends.
fn in_ratio(low: Amount, high: Amount, whole: bool) -> Vec<i128> {
    let marks = match low.unit {
        Unit::Time => {
            times(&[1, 2, 3, 5, 10, 15, 20, 30, 45], &[1, 2, 3, 4, 6, 8, 12], &[1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90, 180, 365])
        }
        _ => decimals(&[10, 12, 15, 20, 25, 30, 40, 50, 60, 80], whole),
    };
    let apart = |number: &i128| number * 10 >= low.number * 12 && number * 12 <= high.number * 10;
    let marks: Vec<i128> = marks.into_iter().filter(apart).collect();
    let last = marks.len() + 1;
    if last < CHOSEN {
        return marks;
    }
    // Places 0 and `last` are the ends.
    (1..CHOSEN - 1).map(|i| marks[(i * last + (CHOSEN - 1) / 2) / (CHOSEN - 1) - 1]).collect()
}

/// Numbers with these first digits, in tenths, rising, from a billionth to a million billions.
fn decimals(digits: &[i128], whole: bool) -> Vec<i128> {
    let powers = (2..=26).map(|power| 10_i128.pow(power));
    let all = powers.flat_map(|power| digits.iter().map(move |digit| digit * power));
    all.filter(|number| !whole || number % ONE == 0).collect()
}

/// Times with these seconds and minutes, hours and days, rising; below a second the first digits are 1, 2 and 5.
fn times(minutes: &[i128], hours: &[i128], days: &[i128]) -> Vec<i128> {
    let below = (3..12).map(|power| 10_i128.pow(power)).flat_map(|power| [power, 2 * power, 5 * power]);
    let of = |sizes: &[i128], unit: i128| sizes.iter().map(|size| size * unit * ONE).collect::<Vec<_>>();
    let above = [of(minutes, 1), of(minutes, 60), of(hours, 3_600), of(days, 86_400)];
    below.chain(above.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str) -> String {
        match expand(text, |amount| amount) {
            Ok(values) => values.iter().map(Amount::to_string).collect::<Vec<_>>().join(" "),
            Err(message) => message,
        }
    }

    #[test]
    fn steps_are_exact_and_the_end_is_met_or_not() {
        assert_eq!(values("200ms..300ms/25ms"), "200ms 225ms 250ms 275ms 300ms");
        assert_eq!(values("0.1%..0.4%/0.1%"), "0.1% 0.2% 0.3% 0.4%");
        assert_eq!(values("1%..2%/0.25%"), "1% 1.25% 1.5% 1.75% 2%");
        assert_eq!(values("50..400/100"), "50 150 250 350");
        assert_eq!(values("30m..2h/30m"), "30m 1h 90m 2h");
        assert_eq!(values("1d..3d/1d"), "1d 2d 3d");
        assert_eq!(values("1.2x stable..2x stable/0.2x"), "1.2x stable 1.4x stable 1.6x stable 1.8x stable 2x stable");
        assert_eq!(values("1.2x..1.6x stable/0.2x stable"), "1.2x stable 1.4x stable 1.6x stable");
        assert_eq!(values("stable - 1%..stable + 1%/1%"), "stable - 1% stable + 0% stable + 1%");
        assert_eq!(values("10/h..30/h/10/h"), "10/h 20/h 30/h");
        assert_eq!(values("1 .. 3 business days/1"), "1 business day 2 business days 3 business days");
        assert_eq!(values("5% of tenants..10% of tenants/5%"), "5% of tenants 10% of tenants");
    }

    #[test]
    fn values_are_chosen_evenly_or_in_ratio() {
        assert_eq!(values("200ms..900ms"), "200ms 300ms 400ms 500ms 600ms 700ms 800ms 900ms");
        assert_eq!(values("5m..30m"), "5m 10m 15m 20m 25m 30m");
        assert_eq!(values("1%..5%"), "1% 1.5% 2% 2.5% 3% 3.5% 4% 4.5% 5%");
        assert_eq!(values("3..6"), "3 4 5 6");
        assert_eq!(values("0..100"), "0 20 40 60 80 100");
        assert_eq!(values("7%..31%"), "7% 10% 12.5% 15% 17.5% 20% 22.5% 25% 27.5% 31%");
        assert_eq!(values("1%..20%"), "1% 1.5% 2.5% 4% 5% 8% 12% 20%");
        assert_eq!(values("1..100"), "1 3 6 10 20 30 60 100");
        assert_eq!(values("1s..1h"), "1s 5s 15s 45s 2m 10m 20m 1h");
        assert_eq!(values("stable - 1%..stable + 1%").split(" stable").count(), 9);
    }

    #[test]
    fn mistakes_come_with_their_remedy() {
        for (text, says) in [
            ("5m..5m", "both ends of the range are `5m`; give it as a value: =5m"),
            ("900ms..200ms/25ms", "the range begins above its end; write it as 200ms..900ms"),
            ("200ms..5%", "begins at `200ms`, a duration, and ends at `5%`, a share in percent; both ends"),
            ("0..5%", "begins at `0`, a plain number, and ends at `5%`"),
            ("10/h..1/s", "`10/h`, a rate, and ends at `1/s`, a rate; both ends of a range have the same unit"),
            ("1%..5%/1", "its step is `1`, a plain number; the step has the unit of the ends"),
            ("1%..5%/0%", "the step `0%` leads nowhere"),
            ("1%..5%/-1%", "the step `-1%` leads nowhere"),
            ("1%..5%/10%", "the step `10%` is longer than the range; write 1%,5% for its ends"),
            ("0..1000000/1", "makes 1000001 values, and 100000 are the most; take a longer step"),
            ("a..b", "`a` is no number with a unit"),
            ("5m..", "a range needs both its ends"),
            ("..5m", "a range needs both its ends"),
            ("5m..1h/", "a range needs both its ends, and a step behind a stroke"),
            ("5m..1h/fast", "`fast` is no number"),
            ("5m..1h and more", "`1h and more` is no number"),
        ] {
            assert!(values(text).contains(says), "{text}: {}", values(text));
        }
    }

    proptest! {
        #[test]
        fn a_range_without_a_step_rises_from_end_to_end(
            low in 0_u32..3_000,
            room in 1_u32..3_000,
            unit in prop::sample::select(vec!["", "%", "x", "us", "ms", "s", "m", "h", "d"]),
        ) {
            let values = expand(&format!("{low}{unit}..{}{unit}", low + room), |amount| amount).unwrap();
            prop_assert!((2..=14).contains(&values.len()), "{values:?}");
            prop_assert!(values.windows(2).all(|pair| pair[0].number < pair[1].number), "{values:?}");
            let read = |number: u32| Amount::read(&format!("{number}{unit}")).unwrap().number;
            prop_assert_eq!((values[0].number, values[values.len() - 1].number), (read(low), read(low + room)));
        }
    }
}
