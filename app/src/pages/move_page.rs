//! One move: where it stands, what happened, and the plan as it was approved.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::{MoveDetail, MoveState, MoveView, TimelineEvent};
use tidelock_shared::request::Verb;
use tidelock_shared::user_error::UserError;

use super::status::set_page_status;
use crate::api::{self, ApiError};
use crate::browser;
use crate::components::copy_button::CopyButton;
use crate::components::move_actions::MoveActions;
use crate::components::move_progress::MoveProgress;
use crate::components::phase_track::PhaseTrack;
use crate::components::place_link::PlaceLink;
use crate::components::plan_details::PlanDetails;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::state_badge::StateBadge;
use crate::components::timestamp::Timestamp;
use crate::desk::use_desk;
use crate::format;
use crate::loading;
use crate::state::{move_words, timeline};
use crate::words::words;

#[component]
pub fn MovePage() -> impl IntoView {
    let desk = use_desk();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id").map(str::to_owned)).unwrap_or_default());
    // The timeline is asked for again when the move's state or phase has changed.
    let mark = Memo::new(move |_| {
        let told = id.get().parse::<MoveId>().ok().and_then(|id| desk.moves.told(id));
        told.map(|view| (view.state, view.phase, view.undone_by, view.can_purge))
    });
    let detail =
        loading::load(move || (id.get(), mark.get().is_some(), mark.get().map(|mark| format!("{mark:?}"))), |(id, ..)| load(id));
    view! {
        <div class="page">
            <Transition fallback=|| view! { <h1 class="page__title">{words().move_title()}</h1><p>{words().loading()}</p> }>
                {move || {
                    detail
                        .get()
                        .map(|detail| match detail {
                            Ok(detail) => view! { <Detail detail /> }.into_any(),
                            Err(error) => {
                                set_page_status(&error.0);
                                view! {
                                    <Title text=words().move_title() />
                                    <h1 class="page__title">{words().move_title()}</h1>
                                    <LoadError error=error.0 what=words().move_failed() />
                                }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

async fn load(id: String) -> Result<MoveDetail, ApiError> {
    let id =
        id.parse().map_err(|_| UserError::new("not_found.move", words().no_such_move(&id)).hint(words().no_such_move_hint()))?;
    api::move_detail(id).await
}

#[component]
fn Detail(detail: MoveDetail) -> impl IntoView {
    let desk = use_desk();
    let MoveDetail { view, events, plan, whereabouts } = detail;
    let heading = move_words::deed(&view);
    // What the feed tells is newer than what was loaded.
    let newest = desk.moves.follow_one(view);
    let command = plan.command.clone();
    view! {
        <Title text=heading.clone() />
        <h1 class="page__title">{heading}</h1>
        <div class="move-now">
            {move || view! { <Now view=newest.get() /> }} <MoveActions view=newest />
        </div>
        {(!whereabouts.is_empty())
            .then(|| {
                view! {
                    <section class="move-page__whereabouts" aria-labelledby="whereabouts-title">
                        <h2 id="whereabouts-title" class="page__section">{words().whereabouts()}</h2>
                        <ul>{whereabouts.into_iter().map(|place| view! { <li>{place}</li> }).collect_view()}</ul>
                    </section>
                }
            })}
        <div class="move-page__columns">
            <section aria-labelledby="timeline-title">
                <h2 id="timeline-title" class="page__section">{words().timeline()}</h2>
                <Timeline events />
            </section>
            <section aria-labelledby="plan-title">
                <h2 id="plan-title" class="page__section">{words().plan_approved()}</h2>
                {plan
                    .warnings
                    .iter()
                    .map(|warning| view! { <Problem gravity=Gravity::Warning problem=warning.clone() /> })
                    .collect_view()}
                <PlanDetails plan=Arc::new(plan) />
                <CopyButton label=words().copy_as_command() text=command />
            </section>
        </div>
    }
    .into_any()
}

/// Where the move stands, live.
#[component]
fn Now(view: MoveView) -> impl IntoView {
    let (note, error) = (view.note.clone(), view.error.clone());
    let is_final = view.state.is_final();
    let gravity = if view.state == MoveState::Stuck { Gravity::Error } else { Gravity::Warning };
    let kept = view.clone();
    let took = view.finished_ms.map(|finished| words().took(&format::duration((finished - view.started_ms) as f64 / 1000.0)));
    let (kept_until, is_trash) = (view.kept_until_ms, view.verb == Verb::Trash);
    let retired = view.retired.map(|retired| words().still_charges(&format::bytes(retired.bytes), &view.from_project));
    view! {
            <p class="move-now__state">
                <StateBadge state=view.state is_undone_later=view.undone_by.is_some() rests=move_words::rests(&view) />
                <span>{move_words::outcome(&view)}</span>
                <code class="move-now__id">{view.id.to_string()}</code>
            </p>
            <dl class="facts">
                <div class="facts__row">
                    <dt>{words().title_from()}</dt>
                    <dd>
                        {view.from_project.clone()}
                        " · "
                        <PlaceLink href=view.source_url.clone()>{view.source_folder.clone()}</PlaceLink>
                    </dd>
                </div>
                <div class="facts__row">
                    <dt>{words().to_title()}</dt>
                    <dd>
                        {view.to_project.clone()}
                        " · "
                        <PlaceLink href=view.destination_url.clone()>{view.destination_folder.clone()}</PlaceLink>
                    </dd>
                </div>
                <div class="facts__row">
                    <dt>{words().strategy()}</dt>
                    <dd>{move_words::strategy(view.strategy)}</dd>
                </div>
                <div class="facts__row">
                    <dt>{words().started_title()}</dt>
                    <dd>
                        <Timestamp seconds=view.started_ms.div_euclid(1000) />
                        {took}
                    </dd>
                </div>
                {view.undoes.map(|other| view! { <Other name=words().undoes() other /> })}
                {view.undone_by.map(|other| view! { <Other name=words().undone_by() other /> })}
                {retired
                    .map(|retired| {
                        view! {
                            <div class="facts__row">
                                <dt>{if is_trash { words().in_trash() } else { words().hidden_original() }}</dt>
                                <dd>
                                    {retired}
                                    {kept_until
                                        .map(|end| view! { {words().until()} <Timestamp seconds=end.div_euclid(1000) /> })}
                                </dd>
                            </div>
                        }
                    })}
            </dl>
            {if is_final {
                view! { <PhaseTrack view=kept /> }.into_any()
            } else {
                view! { <MoveProgress view=kept /> }.into_any()
            }}
            {note.filter(|_| !is_final).map(|note| view! { <p class="move-now__note">{note}</p> })}
            {error.map(|problem| view! { <Problem gravity problem /> })}
    }
    .into_any()
}

#[component]
fn Other(name: &'static str, other: MoveId) -> impl IntoView {
    view! {
        <div class="facts__row">
            <dt>{name}</dt>
            <dd>
                <PlaceLink href=format!("/moves/{other}")>{other.to_string()}</PlaceLink>
            </dd>
        </div>
    }
}

#[component]
fn Timeline(events: Vec<TimelineEvent>) -> impl IntoView {
    let desk = use_desk();
    view! {
        <ol class="timeline">
            {events
                .into_iter()
                .map(|event| {
                    let seconds = event.time_ms.div_euclid(1000);
                    let time = move || {
                        let offset = if desk.is_hydrated.get() { browser::utc_offset_minutes(seconds) } else { 0 };
                        format::time_of_day(seconds, offset)
                    };
                    let class = if event.event == "committed" { "timeline__event timeline__event--committed" } else { "timeline__event" };
                    let what = [Some(timeline::event(&event.event)), event.step.as_deref().map(timeline::step)]
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join(": ");
                    view! {
                        <li class=class>
                            <time class="timeline__time" datetime=format::second_exact(seconds) title=format::second_exact(seconds)>
                                {time}
                            </time>
                            <span class="timeline__what">
                                {what}
                                {event.item.map(|item| view! { <span class="timeline__item">{words().item_number(&(item + 1).to_string())}</span> })}
                                {event.detail.map(|detail| view! { <span class="timeline__detail">{detail}</span> })}
                            </span>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}
