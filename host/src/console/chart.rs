//! Charts as SVG within the page, drawn by the server. Each has its figures as text, for those who do not see it.

use crate::metrics::Moment;
use jiff::Timestamp;
use maud::{Markup, html};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 120;
/// The room for labels below and above the bars.
const FOOT: u32 = 18;
const HEAD: u32 = 16;

/// One bar: its height, and how much of it is drawn in another colour.
pub struct Bar {
    pub value: f64,
    pub part: f64,
}

/// A chart of bars over time. `shown` writes a value with its unit.
pub struct Chart<'a> {
    pub id: &'static str,
    pub title: &'a str,
    pub moments: &'a [Moment],
    pub bar: fn(&Moment) -> Bar,
    /// The class of the bars' parts.
    pub part: &'static str,
    pub shown: fn(f64) -> String,
}

impl Chart<'_> {
    pub fn draw(&self) -> Markup {
        let bars: Vec<_> = self.moments.iter().map(self.bar).collect();
        let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        let floor = f64::from(HEIGHT - FOOT);
        let scale = if most > 0.0 { (floor - f64::from(HEAD)) / most } else { 0.0 };
        let step = f64::from(WIDTH) / bars.len().max(1) as f64;
        let time = |moment: Option<&Moment>| moment.map(|moment| clock(moment.at)).unwrap_or_default();
        let (first, last) = (time(self.moments.first()), time(self.moments.last()));
        let top = (self.shown)(most);
        let text = format!("{}: at most {top}, from {first} to {last}", self.title);
        html! {
            figure {
                figcaption id=(self.id) { (self.title) }
                svg .chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(text) {
                    @for (at, bar) in bars.iter().enumerate() {
                        (rectangle("bar", at as f64 * step, step, floor, bar.value * scale))
                        (rectangle(self.part, at as f64 * step, step, floor, bar.part * scale))
                    }
                    line .axis x1="0" x2=(WIDTH) y1=(number(floor)) y2=(number(floor)) {}
                    text x="0" y="12" { (top) }
                    text x="0" y=(HEIGHT - 4) { (first) }
                    text x=(WIDTH) y=(HEIGHT - 4) text-anchor="end" { (last) " UTC" }
                }
            }
        }
    }
}

fn rectangle(class: &str, x: f64, step: f64, floor: f64, height: f64) -> Markup {
    html! {
        @if height > 0.0 {
            rect class=(class) x=(number(x)) y=(number(floor - height)) width=(number((step - 1.0).max(step * 0.6)))
                height=(number(height)) {}
        }
    }
}

/// A coordinate. A tenth of a pixel is enough.
fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// The time of a day.
fn clock(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default()
}

/// Requests a second.
pub fn rate(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}/s") } else { format!("{value:.2}/s") }
}

/// A duration in milliseconds.
pub fn milliseconds(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0} ms") } else { format!("{value:.1} ms") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(requests: &[u64]) -> Vec<Moment> {
        let moment = |(at, requests): (usize, &u64)| Moment {
            at: at as u64 * 60,
            seconds: 60,
            requests: *requests,
            refused: requests / 2,
            ..Moment::default()
        };
        requests.iter().enumerate().map(moment).collect()
    }

    fn drawn(moments: &[Moment]) -> String {
        let bar = |moment: &Moment| Bar { value: moment.requests as f64, part: moment.refused as f64 };
        Chart { id: "requests", title: "Requests", moments, bar, part: "bad", shown: rate }.draw().into_string()
    }

    #[test]
    fn highest_bar_fills_the_chart() {
        let svg = drawn(&moments(&[0, 5, 10]));
        assert_eq!(svg.matches("<rect").count(), 4, "{svg}");
        assert!(svg.contains("y=\"16.0\" width=\"159.0\" height=\"86.0\""), "{svg}");
        assert!(svg.contains("aria-label=\"Requests: at most 10.00/s, from 00:00 to 00:02\""), "{svg}");
    }

    #[test]
    fn chart_without_requests_has_no_bars() {
        for moments in [moments(&[]), moments(&[0, 0])] {
            let svg = drawn(&moments);
            assert!(!svg.contains("<rect") && !svg.contains("NaN") && svg.contains("0.00/s"), "{svg}");
        }
    }
}
