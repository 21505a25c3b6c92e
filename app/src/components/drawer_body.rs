//! The drawer's content at each stage: planning, planned, starting, failed.

use std::sync::Arc;

use leptos::prelude::*;
use tidelock_shared::plan::Plan;
use tidelock_shared::user_error::UserError;

use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::plan_details::PlanDetails;
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Stage, use_desk};
use crate::state::words;

#[component]
pub fn DrawerBody(stage: Stage) -> impl IntoView {
    match stage {
        Stage::Planning => view! {
            <div class="drawer__scroll">
                <p class="drawer__waiting" role="status">
                    "Reading what would move and what it costs. Nothing is touched yet."
                </p>
            </div>
        }
        .into_any(),
        Stage::Planned(plan) => view! { <Planned plan is_starting=false /> }.into_any(),
        Stage::Starting(plan) => view! { <Planned plan is_starting=true /> }.into_any(),
        Stage::Failed(error) => view! { <Failed error /> }.into_any(),
    }
}

#[component]
fn Planned(plan: Arc<Plan>, is_starting: bool) -> impl IntoView {
    let desk = use_desk();
    let refusals = plan.refusals.clone();
    let warnings = plan.warnings.clone();
    let is_refused = plan.is_refused();
    view! {
        <div class="drawer__scroll" tabindex="0" role="region" aria-label="Plan">
            {refusals.into_iter().map(|refusal| view! { <Refusal refusal /> }).collect_view()}
            {(!is_refused).then(|| view! { <Summary plan=plan.clone() /> })}
            {warnings.into_iter().map(|problem| view! { <Problem gravity=Gravity::Warning problem /> }).collect_view()}
            <PlanDetails plan=plan.clone() />
        </div>
        <footer class="drawer__footer">
            {is_refused
                .then(|| {
                    view! {
                        <p id="refused-reason" class="drawer__reason">
                            "Nothing was touched. It cannot start as it is: see above."
                        </p>
                    }
                })}
            <button
                type="button"
                class="button button--primary button--large"
                disabled=is_refused || is_starting
                aria-describedby=is_refused.then_some("refused-reason")
                on:click=move |_| desk.planning.start()
            >
                {if is_starting { "Starting…".to_owned() } else { words::move_button(&plan) }}
            </button>
            <CopyButton label="Copy as command" text=plan.command.clone() />
            <button type="button" class="button button--quiet" on:click=move |_| desk.planning.close()>
                "Not now"
            </button>
        </footer>
    }
    .into_any()
}

/// What happens, what it costs, and that it is safe: read in five seconds.
#[component]
fn Summary(plan: Arc<Plan>) -> impl IntoView {
    let copies = plan.cost.bytes_copied > 0;
    let effect = plan.strategy().map(words::strategy_effect);
    view! {
        <div class="drawer__summary">
            <p class="drawer__headline">
                <Icon glyph=if copies { Glyph::Copy } else { Glyph::Bolt } />
                {words::headline(&plan)}
            </p>
            {effect.map(|effect| view! { <p class="drawer__effect">{effect}</p> })}
            <p class="drawer__safe">
                <Icon glyph=Glyph::Shield />
                "All of it moves or none of it. You can undo it afterwards."
            </p>
        </div>
    }
}

#[component]
fn Refusal(refusal: UserError) -> impl IntoView {
    let desk = use_desk();
    let consent = words::consent(&refusal.code);
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

#[component]
fn Failed(error: UserError) -> impl IntoView {
    let desk = use_desk();
    view! {
        <div class="drawer__scroll" role="alert">
            <Problem gravity=Gravity::Error problem=error />
            <p class="drawer__effect">"Nothing was touched."</p>
        </div>
        <footer class="drawer__footer">
            <button type="button" class="button button--primary button--large" on:click=move |_| desk.planning.ask()>
                "Plan again"
            </button>
            <button type="button" class="button button--quiet" on:click=move |_| desk.planning.close()>
                "Not now"
            </button>
        </footer>
    }
}
