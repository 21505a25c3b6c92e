//! The drawer's content at each stage: planning, planned, starting, failed.

use std::sync::Arc;

use leptos::prelude::*;
use tidelock_shared::plan::Plan;
use tidelock_shared::request::Verb;
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::browser;
use crate::components::conflict_choices::ConflictChoices;
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::plan_details::PlanDetails;
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Stage, use_desk};
use crate::state::{move_words, plan_link};
use crate::words::words;

/// Loaded when the drawer first opens.
#[wasm_split(plan, fallible, preload(load))]
pub fn drawer_body() -> Result<AnyView, ApiError> {
    let planning = use_desk().planning;
    let body = view! {
        <div class="drawer__scroll" tabindex="0" role="region" aria-label=words().plan()>
            <ConflictChoices />
            {move || content(planning.stage.get(), planning.undecided() > 0)}
            <CompareChoice />
        </div>
        {move || footer(planning.stage.get(), planning.undecided())}
    };
    Ok(body.into_any())
}

fn content(stage: Stage, is_undecided: bool) -> AnyView {
    match stage {
        Stage::Planning(None) => view! {
            <p class="drawer__waiting" role="status">
                {words().plan_reading()}
            </p>
        }
        .into_any(),
        Stage::Planning(Some(plan)) => {
            view! { <div class="drawer__plan drawer__plan--old" aria-busy="true"><Planned plan is_undecided /></div> }.into_any()
        }
        Stage::Planned(plan) | Stage::Starting(plan) => {
            view! { <div class="drawer__plan"><Planned plan is_undecided /></div> }.into_any()
        }
        Stage::Expired(plan) => view! {
            <div class="drawer__plan drawer__plan--old">
                <Planned plan is_undecided />
            </div>
        }
        .into_any(),
        Stage::Failed(error) => view! {
            <div class="drawer__plan" role="alert">
                <Problem gravity=Gravity::Error problem=error />
                <p class="drawer__effect">{words().nothing_touched()}</p>
            </div>
        }
        .into_any(),
    }
}

fn footer(stage: Stage, undecided: usize) -> Option<AnyView> {
    let planning = use_desk().planning;
    let is_expired = matches!(stage, Stage::Expired(_));
    match stage {
        Stage::Planning(None) => None,
        Stage::Planning(Some(plan)) => Some(view! { <Footer plan undecided waits_for=words().planning_more() /> }.into_any()),
        Stage::Planned(plan) => Some(view! { <Footer plan undecided /> }.into_any()),
        Stage::Starting(plan) => Some(view! { <Footer plan undecided waits_for=words().starting_more() /> }.into_any()),
        Stage::Expired(_) | Stage::Failed(_) => Some(
            view! {
                <footer class="drawer__footer">
                    {is_expired.then(|| view! { <p class="drawer__reason" role="status">{words().plan_expired()}</p> })}
                    <button type="button" class="button button--primary button--large" on:click=move |_| planning.ask()>
                        {words().plan_again()}
                    </button>
                    <NotNow />
                </footer>
            }
            .into_any(),
        ),
    }
}

#[component]
fn Planned(plan: Arc<Plan>, is_undecided: bool) -> impl IntoView {
    // Asked about above, and not to be told as well.
    let is_asked = |refusal: &UserError| is_undecided && refusal.code == "name_taken";
    let refusals: Vec<UserError> = plan.refusals.iter().filter(|refusal| !is_asked(refusal)).cloned().collect();
    let warnings = plan.warnings.clone();
    view! {
        {refusals.into_iter().map(|refusal| view! { <Refusal refusal /> }).collect_view()}
        {(!plan.is_refused()).then(|| view! { <Summary plan=plan.clone() /> })}
        {warnings.into_iter().map(|problem| view! { <Problem gravity=Gravity::Warning problem /> }).collect_view()}
        {(!plan.items.is_empty()).then(|| view! { <PlanDetails plan=plan.clone() /> })}
    }
    .into_any()
}

/// For those who trust no disk.
#[component]
fn CompareChoice() -> impl IntoView {
    let planning = use_desk().planning;
    let compares = Memo::new(move |_| planning.compares());
    let is_offered = Memo::new(move |_| compares.get().is_some());
    let choice = move || {
        view! {
            <label class="drawer__choice">
                <input
                    type="checkbox"
                    prop:checked=move || compares.get() == Some(true)
                    on:change:target=move |event| planning.compare(event.target().checked())
                />
                <span>{words().compare_choice()} <small>{words().compare_choice_why()}</small></span>
            </label>
        }
    };
    move || is_offered.get().then(choice)
}

#[component]
fn Footer(
    plan: Arc<Plan>,
    undecided: usize,
    /// What is under way; nothing can be started meanwhile.
    #[prop(optional)]
    waits_for: Option<&'static str>,
) -> impl IntoView {
    let planning = use_desk().planning;
    let is_refused = plan.is_refused();
    let link = planning.proposal.with_untracked(|proposal| proposal.as_ref().and_then(plan_link::address));
    let link = link.map(|place| browser::whole_address(&place));
    let reason = if undecided > 0 { move_words::to_be_decided(undecided) } else { words().plan_refused().to_owned() };
    view! {
        <footer class="drawer__footer">
            {is_refused.then(|| view! { <p id="refused-reason" class="drawer__reason">{reason}</p> })}
            <button
                type="button"
                class="button button--primary button--large"
                disabled=is_refused || waits_for.is_some()
                aria-describedby=is_refused.then_some("refused-reason")
                on:click=move |_| planning.start()
            >
                {waits_for.map_or_else(|| move_words::move_button(&plan), str::to_owned)}
            </button>
            {(!plan.command.is_empty()).then(|| view! { <CopyButton label=words().copy_as_command() text=plan.command.clone() /> })}
            {link.map(|link| view! { <CopyButton label=words().copy_link() text=link /> })}
            <NotNow />
        </footer>
    }
    .into_any()
}

#[component]
fn NotNow() -> impl IntoView {
    let planning = use_desk().planning;
    view! {
        <button type="button" class="button button--quiet" on:click=move |_| planning.close()>
            {words().not_now()}
        </button>
    }
}

/// What happens, what it costs, and that it is safe: read in five seconds.
#[component]
fn Summary(plan: Arc<Plan>) -> impl IntoView {
    let copies = plan.cost.bytes_copied > 0;
    let safety = match plan.verb {
        Verb::Move => words().promise_move(),
        Verb::Copy => words().promise_copy(),
        Verb::Trash => words().promise_trash(),
        Verb::Repair => words().promise_repair(),
    };
    let effect = move_words::effect(&plan);
    let note = match plan.items.as_slice() {
        [item] => move_words::item_note(item),
        _ => None,
    };
    view! {
        <div class="drawer__summary">
            <p class="drawer__headline">
                <Icon glyph=if copies { Glyph::Copy } else { Glyph::Bolt } />
                {move_words::headline(&plan)}
            </p>
            {note.map(|note| view! { <p class="drawer__note">{note}</p> })}
            {effect.map(|effect| view! { <p class="drawer__effect">{effect}</p> })}
            <p class="drawer__safe">
                <Icon glyph=Glyph::Shield />
                {safety}
            </p>
        </div>
    }
}

#[component]
fn Refusal(refusal: UserError) -> impl IntoView {
    let desk = use_desk();
    let consent = move_words::consent(&refusal.code);
    view! {
        <Problem gravity=Gravity::Refusal problem=refusal>
            {consent
                .map(|(consent, words)| {
                    view! {
                        <button type="button" class="button" on:click=move |_| desk.planning.agree(consent)>
                            {words}
                        </button>
                    }
                })}
        </Problem>
    }
}
