//! Refusals, warnings and errors: what happened and what helps.

use leptos::prelude::*;
use tidelock_shared::user_error::UserError;

use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::state::move_words;
use crate::words::words;

/// What is done only for whoever has just shown who he is.
const ASKED_ANEW: &str = "permission_anew";

/// How grave it is; the icon and the first word say it, the colour only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    Refusal,
    Warning,
    Error,
}

/// One problem with its hints.
#[component]
pub fn Problem(
    gravity: Gravity,
    problem: UserError,
    /// Something to do about it, below the hints.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, glyph) = match gravity {
        Gravity::Refusal => ("problem problem--refusal", Glyph::Refused),
        Gravity::Warning => ("problem problem--warning", Glyph::Alert),
        Gravity::Error => ("problem problem--refusal", Glyph::Alert),
    };
    let hints = (!problem.hints.is_empty()).then(|| {
        view! {
            <ul class="problem__hints">
                {problem.hints.into_iter().map(|hint| view! { <li>{move_words::hint(&hint)}</li> }).collect_view()}
            </ul>
        }
    });
    // A page of its own, which leads back here.
    let ask_anew = (problem.code == ASKED_ANEW).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| browser::go_to(&format!("{}&anew=true", browser::sign_in_url()))>
                {words().sign_in_anew()}
            </button>
        }
    });
    view! {
        <div class=class data-code=problem.code>
            <Icon glyph />
            <div class="problem__body">
                <p class="problem__message">{problem.message}</p>
                {hints}
                {ask_anew}
                {children.map(|children| children())}
            </div>
        </div>
    }
    .into_any()
}

/// A part of a page that could not be loaded.
#[component]
pub fn LoadError(error: UserError, #[prop(into)] what: String) -> impl IntoView {
    view! {
        <div class="load-error" role="alert">
            <h2 class="load-error__title">{what}</h2>
            <Problem gravity=Gravity::Error problem=error />
        </div>
    }
}
