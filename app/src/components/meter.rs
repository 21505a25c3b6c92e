//! One quantity of one project against its limits: the signature of the whole interface.
//!
//! Drawn as SVG and not with widths in `style`, which a strict content policy refuses.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::format;
use crate::state::meter::{Level, Meter, Quantity};
use crate::words::words;

/// Usage, what other moves reserved (hatched), the planned change (outlined), soft and hard marks.
#[component]
pub fn QuotaMeter(
    #[prop(into)] meter: Signal<Meter>,
    /// Whose it is, for screen readers.
    #[prop(into)]
    owner: String,
    /// Only the bar and one short line, for rails and headers.
    #[prop(optional)]
    is_compact: bool,
) -> impl IntoView {
    let level = move || meter.with(Meter::level);
    let class = move || {
        let compact = if is_compact { " quota-meter--compact" } else { "" };
        format!("quota-meter quota-meter--{}{compact}", level_class(level()))
    };
    let label = move || meter.with(|meter| words().meter_of(quantity_word(meter.quantity), &owner));
    view! {
        <div class=class>
            <div class="quota-meter__text">
                <span class="quota-meter__quantity">
                    {move || meter.with(|meter| quantity_word(meter.quantity))}
                    {move || {
                        meter
                            .with(note)
                            .filter(|_| is_compact)
                            .map(|(glyph, text)| view! { <span class="quota-meter__sign" title=text><Icon glyph /></span> })
                    }}
                </span>
                <span class="quota-meter__numbers" title=move || meter.with(exact)>
                    {move || meter.with(numbers)}
                </span>
            </div>
            <div
                class="quota-meter__track"
                role="meter"
                aria-label=label
                aria-valuemin="0"
                aria-valuemax=move || meter.with(|meter| meter.bounds.hard.unwrap_or(100).to_string())
                aria-valuenow=move || meter.with(|meter| value_now(meter).to_string())
                aria-valuetext=move || meter.with(spoken)
            >
                {move || bar(meter.get())}
            </div>
            {move || {
                meter
                    .with(note)
                    .filter(|_| !is_compact)
                    .map(|(glyph, text)| view! { <p class="quota-meter__note"><Icon glyph />{text}</p> })
            }}
        </div>
    }
    .into_any()
}

fn bar(meter: Meter) -> impl IntoView {
    let bar = meter.bar();
    let part = |class: &'static str, start: f64, length: f64| {
        view! { <rect class=class x=format::share(start) width=format::share(length) height="100%" /> }
    };
    let mark = |class: &'static str, place: f64| {
        view! { <line class=class x1=format::share(place) x2=format::share(place) y1="0" y2="100%" /> }
    };
    let grows = meter.after > meter.used;
    let change_class =
        if grows { "quota-meter__change quota-meter__change--more" } else { "quota-meter__change quota-meter__change--less" };
    view! {
        <svg class="quota-meter__bar" aria-hidden="true" focusable="false">
            {part("quota-meter__used", 0.0, bar.used)}
            {bar.change.map(|(start, length)| part(change_class, start, length))}
            {(bar.reserved > 0.0)
                .then(|| {
                    view! {
                        {part("quota-meter__reserved", meter.reserved_from(), bar.reserved)}
                        <rect
                            x=format::share(meter.reserved_from())
                            width=format::share(bar.reserved)
                            height="100%"
                            fill="url(#hatch)"
                        />
                    }
                })}
            {bar.soft.map(|place| mark("quota-meter__soft", place))}
            {bar.hard.map(|place| mark("quota-meter__hard", place))}
        </svg>
    }
}

/// The pattern that every meter hatches with; once per document.
#[component]
pub fn MeterPatterns() -> impl IntoView {
    view! {
        <svg class="meter-patterns" width="0" height="0" aria-hidden="true" focusable="false">
            <defs>
                <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class="meter-patterns__line" width="2" height="4" />
                </pattern>
            </defs>
        </svg>
    }
}

/// Within the range that assistive technology is told, even where the usage is beyond it.
fn value_now(meter: &Meter) -> u64 {
    meter.used.unwrap_or_default().min(meter.bounds.hard.unwrap_or(100))
}

fn amount(quantity: Quantity, value: u64) -> String {
    match quantity {
        Quantity::Bytes => format::bytes(value),
        Quantity::Inodes => format::count(value),
    }
}

fn amount_exact(quantity: Quantity, value: u64) -> String {
    match quantity {
        Quantity::Bytes => format::bytes_exact(value),
        Quantity::Inodes => words().inodes_exact(&format::count_exact(value)),
    }
}

fn quantity_word(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Bytes => words().bytes_title(),
        Quantity::Inodes => words().inodes_title(),
    }
}

/// `8.12 TiB → 8.13 TiB of 10.0 TiB`.
fn numbers(meter: &Meter) -> String {
    let Some(used) = meter.used else { return words().not_readable().to_owned() };
    let now = amount(meter.quantity, used);
    let change = match meter.after {
        Some(after) if after != used => {
            let then = amount(meter.quantity, after);
            // Rounded to the same text, the difference says more.
            if then == now {
                let sign = if after > used { '+' } else { '−' };
                format!("{now} {sign}{}", amount(meter.quantity, after.abs_diff(used)))
            } else {
                format!("{now} → {then}")
            }
        }
        _ => now,
    };
    match (meter.bounds.hard, meter.bounds.soft) {
        (Some(hard), _) => words().of_limit(&change, &amount(meter.quantity, hard)),
        (None, Some(soft)) => words().with_soft_limit(&change, &amount(meter.quantity, soft)),
        (None, None) => words().without_limit(&change),
    }
}

fn exact(meter: &Meter) -> String {
    let exact = |value| amount_exact(meter.quantity, value);
    let mut parts =
        vec![meter.used.map_or_else(|| words().usage_unreadable().to_owned(), |used| words().usage_exact(&exact(used)))];
    parts.extend(meter.after.filter(|after| Some(*after) != meter.used).map(|after| words().after_move(&exact(after))));
    if meter.reserved > 0 {
        parts.push(words().reserved_exact(&exact(meter.reserved)));
    }
    parts.extend(meter.bounds.soft.map(|soft| words().soft_exact(&exact(soft))));
    parts.extend(meter.bounds.hard.map(|hard| words().hard_exact(&exact(hard))));
    parts.join("\n")
}

fn spoken(meter: &Meter) -> String {
    match note(meter) {
        Some((_, note)) => format!("{}. {note}", numbers(meter)),
        None => numbers(meter),
    }
}

/// What the bar's colour means, in words.
fn note(meter: &Meter) -> Option<(Glyph, &'static str)> {
    let is_planned = meter.after.is_some_and(|after| Some(after) != meter.used);
    match (meter.level(), is_planned) {
        (Level::HardExceeded, true) => Some((Glyph::Refused, words().would_exceed_hard())),
        (Level::HardExceeded, false) => Some((Glyph::Refused, words().over_hard())),
        (Level::HardReached, _) => Some((Glyph::Alert, words().hard_reached())),
        (Level::SoftExceeded, true) => Some((Glyph::Alert, words().over_soft_grace())),
        (Level::SoftExceeded, false) => Some((Glyph::Alert, words().over_soft())),
        (Level::NearlyFull, _) => Some((Glyph::Info, words().nearly_full())),
        (Level::Calm | Level::Unknown, _) => None,
    }
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Unknown => "unknown",
        Level::Calm => "calm",
        Level::NearlyFull | Level::SoftExceeded => "warning",
        Level::HardReached | Level::HardExceeded => "danger",
    }
}
