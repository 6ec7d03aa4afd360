//! Charts as plain drawings, each with what it says in words and its numbers below it. Floats place shapes; every figure that is
//! read comes as text.

use std::fmt::Write;
use std::str::FromStr;

use sla_core::ratio::Percent;

use crate::html::escape;
use crate::manuscript::{BurnDay, BurnDown, Chart, HourMap, HourState, Months, Status};

/// Width and height of a plot, in its own units.
const WIDTH: f32 = 720.0;
const HEIGHT: f32 = 120.0;

/// Bars of a percentage per day.
pub(super) fn days(chart: &Chart) -> String {
    let target = number(&chart.target);
    let known = chart.days.iter().filter_map(|day| day.percent.as_deref()).map(number);
    let scale = Scale::down_to(known.chain([target]).fold(100.0, f32::min));
    let slot = slot(chart.days.len());
    let mut drawn = String::new();
    for (at, day) in places(chart.days.iter(), slot) {
        let missed = day.percent.as_deref().is_some_and(|percent| is_below(percent, &chart.target));
        match (&day.percent, day.open) {
            (_, false) => bar(&mut drawn, at, slot, HEIGHT, "tint"),
            (None, true) => bar(&mut drawn, at, slot, HEIGHT, "undecidable"),
            (Some(percent), true) => {
                bar(&mut drawn, at, slot, scale.height(number(percent)), if missed { "breached" } else { "bar" });
                if day.unknown {
                    bar(&mut drawn, at, slot, 8.0, "undecidable");
                }
            }
        }
    }
    line(&mut drawn, scale.height(target));
    let legend = &chart.legend;
    let labels = [
        ("ink", &chart.target_label),
        ("bar", &legend.reached),
        ("breached", &legend.missed),
        ("undecidable", &legend.unknown),
        ("tint", &legend.closed),
    ];
    let rows = chart.days.iter().map(|day| (day.label.as_str(), told(day.percent.as_deref(), &chart.decimal_mark)));
    figure(&chart.caption, &chart.description, &drawn, &labels.map(|(colour, label)| (colour, label.as_str())), rows)
}

/// Bars of a percentage per month.
pub(super) fn months(chart: &Months) -> String {
    let known = chart.months.iter().filter_map(|month| month.attained.as_ref().map(|[low, _]| (low, &month.target)));
    let least = known.map(|(low, target)| number(low).min(number(target))).fold(100.0, f32::min);
    let (scale, slot) = (Scale::down_to(least), slot(chart.months.len()));
    let mut drawn = String::new();
    for (at, month) in places(chart.months.iter(), slot) {
        let Some([low, high]) = &month.attained else { continue };
        let colour = if month.status == Some(Status::Breached) { "breached" } else { "bar" };
        if low != high {
            bar(&mut drawn, at, slot, scale.height(number(high)), "undecidable");
        }
        bar(&mut drawn, at, slot, scale.height(number(low)), colour);
        let y = HEIGHT - scale.height(number(&month.target));
        // Writing into a text cannot fail.
        let _ = write!(drawn, "<path d=\"M{at:.1} {y:.1}h{slot:.1}\" stroke=\"var(--ink)\" stroke-dasharray=\"4 3\"/>");
    }
    let [met, breached, undecidable] = &chart.legend;
    let labels = [("ink", &chart.target), ("bar", met), ("breached", breached), ("undecidable", undecidable)];
    let rows = chart.months.iter().map(|month| {
        let attained = match &month.attained {
            None => "–".to_owned(),
            Some([low, high]) if low == high => format!("{low} / {}", month.target),
            Some([low, high]) => format!("{low} – {high} / {}", month.target),
        };
        (month.label.as_str(), told(Some(&attained), &chart.decimal_mark))
    });
    figure(&chart.caption, &chart.description, &drawn, &labels.map(|(colour, label)| (colour, label.as_str())), rows)
}

/// A line of a budget: its colour, its value of a day in percent, and how it is dashed.
type Line = (&'static str, fn(&BurnDay) -> f32, &'static str);

/// What is left of a budget, day by day.
pub(super) fn burn_down(chart: &BurnDown, decimal_mark: &str) -> String {
    let least = chart.days.iter().map(|day| number(&day.left[0])).fold(0.0, f32::min).max(-100_000.0);
    let scale = Scale { least, most: 100.0 };
    let slot = slot(chart.days.len());
    let mut drawn = String::new();
    let lines: [Line; 3] = [
        ("muted", |day| number(&day.ideal), " stroke-dasharray=\"4 3\""),
        ("undecidable", |day| number(&day.left[1]), ""),
        ("brand", |day| number(&day.left[0]), ""),
    ];
    for (colour, value, dashes) in lines {
        let mut path = format!("M0 {:.1}", HEIGHT - scale.height(100.0));
        for (at, day) in places(chart.days.iter(), slot) {
            // Writing into a text cannot fail.
            let _ = write!(path, "L{:.1} {:.1}", at + slot, HEIGHT - scale.height(value(day)));
        }
        let _ =
            write!(drawn, "<path d=\"{path}\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"2\"{dashes}/>");
    }
    line(&mut drawn, scale.height(0.0));
    let labels = [("brand", &chart.left), ("muted", &chart.ideal), ("undecidable", &chart.range)];
    let rows = chart.days.iter().map(|day| {
        let [low, high] = &day.left;
        let left = if low == high { low.clone() } else { format!("{low} – {high}") };
        (day.label.as_str(), told(Some(&left), decimal_mark))
    });
    figure(&chart.caption, &chart.description, &drawn, &labels.map(|(colour, label)| (colour, label.as_str())), rows)
}

/// Every hour of every day: a column for a day, a row for an hour.
pub(super) fn hours(map: &HourMap) -> String {
    let (slot, row) = (slot(map.days.len()), HEIGHT / 24.0);
    let colour = |state| match state {
        HourState::Good => ("bar", "0.3"),
        HourState::Down => ("breached", "1"),
        HourState::Unknown => ("undecidable", "0.7"),
        HourState::Excluded => ("muted", "0.4"),
        HourState::Quiet => ("rule", "1"),
        HourState::Outside => ("tint", "1"),
    };
    let mut drawn = String::new();
    for (at, day) in places(map.days.iter(), slot) {
        for (top, hour) in places(day.hours.iter(), row) {
            let Some(state) = hour.state else { continue };
            let (paint, opacity) = colour(state);
            // Writing into a text cannot fail.
            let _ = write!(
                drawn,
                "<rect x=\"{at:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--{paint})\" opacity=\"{opacity}\"/>",
                slot - 0.6,
                row - 0.4
            );
        }
    }
    let labels: Vec<(&str, &str)> =
        HourState::ALL.into_iter().zip(&map.legend).map(|(state, label)| (colour(state).0, label.as_str())).collect();
    let rows = map.days.iter().map(|day| {
        let down: u32 = day.hours.iter().map(|hour| u32::from(hour.down_seconds)).sum();
        (day.label.as_str(), if down == 0 { "–".to_owned() } else { format!("{down} s") })
    });
    figure(&map.caption, &map.description, &drawn, &labels, rows)
}

/// A drawing with its words, its legend and its numbers.
fn figure<'l>(
    caption: &str,
    description: &str,
    drawn: &str,
    legend: &[(&str, &str)],
    rows: impl Iterator<Item = (&'l str, String)>,
) -> String {
    // A chart that its template tells nothing of is told by its caption.
    let words = if description.trim().is_empty() { caption } else { description };
    let sign = |(colour, label): &(&str, &str)| {
        format!("<li><span aria-hidden=\"true\" style=\"color:var(--{colour})\">■</span> {}</li>", escape(label))
    };
    let signs: String = legend.iter().filter(|(_, label)| !label.is_empty()).map(sign).collect();
    let row = |(label, value): (&str, String)| {
        format!("<tr><th scope=\"row\">{}</th><td class=\"right\">{}</td></tr>", escape(label), escape(&value))
    };
    let rows: String = rows.map(row).collect();
    format!(
        "<figure><figcaption>{caption}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">{drawn}</svg>\n\
         <ul class=\"legend\">{signs}</ul>\n<details><summary>{caption}</summary><table>{rows}</table></details></figure>",
        escape(words),
        caption = escape(caption),
    )
}

/// From percentages to heights.
struct Scale {
    least: f32,
    most: f32,
}

impl Scale {
    /// A scale up to 100 that shows the least value with some room below it.
    fn down_to(least: f32) -> Self {
        let room = (100.0 - least).max(0.02) * 0.25;
        Self { least: (least - room).max(0.0), most: 100.0 }
    }

    fn height(&self, percent: f32) -> f32 {
        let share = (percent - self.least) / (self.most - self.least).max(0.001);
        share.clamp(0.01, 1.0) * HEIGHT
    }
}

fn slot(count: usize) -> f32 {
    WIDTH / f32::from(u16::try_from(count.max(1)).unwrap_or(u16::MAX))
}

/// Things with the places at which their slots begin.
fn places<T>(things: impl Iterator<Item = T>, slot: f32) -> impl Iterator<Item = (f32, T)> {
    (0_u16..).map(move |index| f32::from(index) * slot).zip(things)
}

fn bar(drawn: &mut String, at: f32, slot: f32, height: f32, colour: &str) {
    // Writing into a text cannot fail.
    let _ = write!(
        drawn,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"var(--{colour})\"/>",
        at + slot * 0.1,
        HEIGHT - height,
        slot * 0.8
    );
}

fn line(drawn: &mut String, height: f32) {
    // Writing into a text cannot fail.
    let _ =
        write!(drawn, "<path d=\"M0 {:.1}h{WIDTH}\" stroke=\"var(--ink)\" stroke-dasharray=\"4 3\"/>", HEIGHT - height);
}

/// Percentages as a reader of the language writes them.
fn told(percentages: Option<&str>, decimal_mark: &str) -> String {
    percentages.map_or_else(|| "–".to_owned(), |all| all.replace('.', decimal_mark))
}

/// A percentage as a coordinate.
fn number(percent: &str) -> f32 {
    percent.parse().unwrap_or(0.0)
}

/// Whether a percentage is below another one, compared exactly.
fn is_below(percent: &str, target: &str) -> bool {
    match (Percent::from_str(percent), Percent::from_str(target)) {
        (Ok(percent), Ok(target)) => percent.ratio() < target.ratio(),
        _ => false,
    }
}
