//! What a project used over time: a line, what it says in words, and its numbers as a table.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::format;
use crate::state::meter::Quantity;
use crate::state::trend::Trend;
use crate::words::words;

/// Units of the drawing, which is stretched to what room there is.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 120.0;

#[component]
pub fn UsageChart(trend: Trend) -> impl IntoView {
    let (what, amount): (_, fn(u64) -> String) = match trend.quantity {
        Quantity::Bytes => (words().bytes_title(), format::bytes),
        Quantity::Inodes => (words().inodes_title(), format::count),
    };
    let ((begin, before), (end, now)) = (trend.first(), trend.last());
    let story = story(&trend, amount);
    let (line, area) = paths(&trend.points());
    let hard = trend.hard().map(|place| place * HEIGHT);
    view! {
        <figure class="usage-chart">
            <figcaption class="usage-chart__head">
                <span class="usage-chart__what">{what}</span>
                <span class="usage-chart__story">{story.clone()}</span>
            </figcaption>
            <div class="usage-chart__drawing">
                <span class="usage-chart__top" aria-hidden="true">{amount(trend.top())}</span>
                <svg
                    class="usage-chart__svg"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=words().chart_label(what, &amount(before), &amount(now), &story)
                >
                    <path class="usage-chart__area" d=area />
                    <path class="usage-chart__line" d=line />
                    {hard.map(|y| view! { <line class="usage-chart__hard" x1="0" x2=WIDTH.to_string() y1=y.to_string() y2=y.to_string() /> })}
                </svg>
                <p class="usage-chart__days" aria-hidden="true">
                    <span>{format::day(begin.div_euclid(1000))}</span>
                    {hard.map(|_| view! { <span class="usage-chart__key">{words().hard_limit()}</span> })}
                    <span>{format::day(end.div_euclid(1000))}</span>
                </p>
            </div>
            <details class="usage-chart__numbers">
                <summary>{words().as_numbers(what)}</summary>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{words().day_utc()}</th>
                            <th scope="col" class="table__number">{what}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {trend
                            .rows()
                            .into_iter()
                            .map(|(time, value)| {
                                view! {
                                    <tr>
                                        <th scope="row">{format::day(time.div_euclid(1000))}</th>
                                        <td class="table__number">{amount(value)}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}

/// What the line says.
fn story(trend: &Trend, amount: fn(u64) -> String) -> String {
    let ((begin, before), (end, now)) = (trend.first(), trend.last());
    let since = format::day(begin.div_euclid(1000));
    let change = amount(now.abs_diff(before));
    let mut story = match now.cmp(&before) {
        std::cmp::Ordering::Greater => words().chart_more(&change, &since),
        std::cmp::Ordering::Less => words().chart_less(&change, &since),
        std::cmp::Ordering::Equal => words().chart_equal(&since),
    };
    if let Some(days) = trend.days_left() {
        let full = end.div_euclid(1000).saturating_add(seconds_of(days));
        story.push_str(&words().chart_full(&format::day(full)));
    }
    story
}

#[expect(clippy::cast_possible_truncation, reason = "at most two years of seconds")]
fn seconds_of(days: f64) -> i64 {
    (days * 86_400.0) as i64
}

/// The line, and the area below it.
fn paths(points: &[(f64, f64)]) -> (String, String) {
    let mut line = String::new();
    for (x, y) in points {
        let command = if line.is_empty() { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(line, "{command}{:.1} {:.1}", x * WIDTH, y * HEIGHT);
    }
    let area = format!("{line}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z");
    (line, area)
}
