//! A plan in full: cost, projects before and after, every item. In the drawer and on a move's page.

use std::sync::Arc;

use leptos::prelude::*;
use tidelock_shared::name::shown;
use tidelock_shared::plan::{Plan, PlanItem, ProjectChange, ProjectRole};
use tidelock_shared::request::Verb;

use crate::components::meter::QuotaMeter;
use crate::format;
use crate::state::meter::{Meter, Quantity};
use crate::state::move_words;
use crate::words::{language, words};

/// Items that are listed before the rest is folded away.
const ITEMS_SHOWN: usize = 5;

#[component]
pub fn PlanDetails(plan: Arc<Plan>) -> impl IntoView {
    view! {
        <section class="plan-details__section" aria-label=words().projects_before_after()>
            <h3 class="plan-details__title">{words().who_pays()}</h3>
            {plan.projects.iter().map(|change| view! { <Change change=change.clone() /> }).collect_view()}
        </section>
        <section class="plan-details__section" aria-label=words().cost()>
            <h3 class="plan-details__title">{words().what_it_takes()}</h3>
            <Cost plan=plan.clone() />
        </section>
        <section class="plan-details__section" aria-label=words().items_title()>
            <h3 class="plan-details__title">{words().items(plan.items.len() as u64)}</h3>
            <Items verb=plan.verb items=plan.items.clone() />
        </section>
    }
    .into_any()
}

#[component]
fn Change(change: ProjectChange) -> impl IntoView {
    let (role, shown) = match change.role {
        ProjectRole::Source => ("from", words().role_from()),
        ProjectRole::Destination => ("to", words().role_to()),
        ProjectRole::Both => ("within", words().role_within()),
    };
    let id = change.id.map(|id| words().id_number(&id.to_string())).unwrap_or_else(|| words().without_projects().to_owned());
    view! {
        <div class="plan-change" data-role=role>
            <p class="plan-change__head">
                <span class="plan-change__role">{shown}</span>
                <span class="plan-change__name">{change.name.clone()}</span>
                <span class="plan-change__id">{id}</span>
            </p>
            <QuotaMeter meter=Meter::of_change(&change, Quantity::Bytes) owner=change.name.clone() />
            <QuotaMeter meter=Meter::of_change(&change, Quantity::Inodes) owner=change.name.clone() />
        </div>
    }
}

#[component]
fn Cost(plan: Arc<Plan>) -> impl IntoView {
    let sum = |part: fn(&PlanItem) -> u64| plan.items.iter().map(part).fold(0_u64, u64::saturating_add);
    let (entries, bytes) = (sum(|item| item.entries), sum(|item| item.bytes));
    let (released, leaving) = (sum(|item| item.released), sum(|item| item.hard_links_leaving));
    let mut facts = vec![
        (words().entries_title(), format::count(entries), format::count_exact(entries)),
        (words().size(), format::bytes(bytes), format::bytes_exact(bytes)),
        (
            words().data_copied(),
            if plan.cost.bytes_copied == 0 { words().none_copied().to_owned() } else { format::bytes(plan.cost.bytes_copied) },
            format::bytes_exact(plan.cost.bytes_copied),
        ),
        (words().time(), format::about(plan.cost.seconds), words().seconds_exact(&language().decimal(plan.cost.seconds, 1))),
    ];
    if released > 0 {
        facts.push((words().on_tape_only(), words().files(released), words().on_tape_fact().to_owned()));
    }
    if leaving > 0 {
        facts.push((words().links_leaving(), format::count(leaving), words().links_leaving_fact().to_owned()));
    }
    view! {
        <dl class="plan-cost">
            {facts
                .into_iter()
                .map(|(name, value, exact)| view! { <div class="plan-cost__fact"><dt>{name}</dt><dd title=exact>{value}</dd></div> })
                .collect_view()}
        </dl>
    }
}

#[component]
fn Items(verb: Verb, items: Vec<PlanItem>) -> impl IntoView {
    // What is not plain comes first: it would be lost among what is folded away.
    let (mut items, plain): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| move_words::item_note(item).is_some());
    items.extend(plain);
    let rest = items.len().saturating_sub(ITEMS_SHOWN);
    let list = |items: &[PlanItem]| {
        let items = items.iter().map(|item| view! { <Item verb item=item.clone() /> }).collect_view();
        view! { <ul class="plan-items">{items}</ul> }
    };
    let (first, more) = items.split_at(items.len().min(ITEMS_SHOWN));
    view! {
        {list(first)}
        {(rest > 0)
            .then(|| {
                view! {
                    <details class="plan-items__more">
                        <summary>{words().more_items(&format::count(rest as u64))}</summary>
                        {list(more)}
                    </details>
                }
            })}
    }
}

#[component]
fn Item(verb: Verb, item: PlanItem) -> impl IntoView {
    let destination = match verb {
        Verb::Trash => Some(words().trash_place().to_owned()),
        Verb::Repair => None,
        Verb::Move | Verb::Copy => Some(shown(item.destination.as_bytes()).into_owned()),
    };
    view! {
        <li class="plan-item" data-strategy=item.strategy.words()>
            <p class="plan-item__paths">
                <span class="plan-item__path">{shown(item.source.as_bytes()).into_owned()}</span>
                {destination.map(|destination| view! { " → " <span class="plan-item__path">{destination}</span> })}
            </p>
            {move_words::item_note(&item).map(|note| view! { <p class="plan-item__note">{note}</p> })}
            <p class="plan-item__facts">
                {format!("{} · {} · ", words().entries(item.entries), format::bytes(item.bytes))}
                <span class="plan-item__strategy" title=move_words::strategy_effect(verb, item.strategy)>{move_words::strategy(item.strategy)}</span>
            </p>
            <p class="plan-item__reason">{item.reason}</p>
        </li>
    }
    .into_any()
}
