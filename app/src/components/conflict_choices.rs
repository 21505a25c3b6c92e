//! What becomes of things whose names are taken: for all of them, or for each.

use leptos::ev::Event;
use leptos::prelude::*;
use tidelock_shared::request::OnConflict;

use crate::components::icon::{Glyph, Icon};
use crate::desk::{Planning, Stage, use_desk};
use crate::state::conflicts::{self, TakenName};
use crate::words::words;

/// Stays while the answer is planned, so that the keyboard stays where it is.
#[component]
pub fn ConflictChoices() -> impl IntoView {
    let planning = use_desk().planning;
    move || {
        let taken = planning.taken.get();
        (!taken.is_empty()).then(|| view! { <Choices planning taken /> })
    }
}

#[component]
fn Choices(planning: Planning, taken: Vec<TakenName>) -> impl IntoView {
    let is_several = taken.len() > 1;
    let choices = planning.offered(&taken).into_iter().map(|answer| {
        let effect = conflicts::effect(answer, &taken);
        view! {
            <label class="conflicts__choice">
                <input
                    type="radio"
                    name="conflicts"
                    prop:checked=move || planning.common_answer() == Some(answer)
                    on:change=move |_| planning.answer(None, answer)
                />
                <span class="conflicts__label">{conflicts::label(answer)}</span>
                <span class="conflicts__effect">{effect}</span>
            </label>
        }
    });
    let choices = choices.collect_view();
    view! {
        <section class="conflicts" class:conflicts--open=move || { planning.undecided() > 0 }>
            <fieldset class="conflicts__all" prop:disabled=move || planning.stage.with(|stage| matches!(stage, Stage::Starting(_)))>
                <legend class="conflicts__title"><Icon glyph=Glyph::Help />{conflicts::title(&taken)}</legend>
                {choices}
                {is_several.then(|| view! { <Each planning taken /> })}
            </fieldset>
        </section>
    }
    .into_any()
}

#[component]
fn Each(planning: Planning, taken: Vec<TakenName>) -> impl IntoView {
    let rows = taken.into_iter().map(|name| view! { <OneName planning name /> }).collect_view();
    view! {
        <details class="conflicts__each">
            <summary>{words().choose_each()}</summary>
            <ul class="conflicts__names">{rows}</ul>
        </details>
    }
}

#[component]
fn OneName(planning: Planning, name: TakenName) -> impl IntoView {
    let (source, offered) = (StoredValue::new(name.source.clone()), name.offered());
    let given = Memo::new(move |_| planning.answer_for(&source.get_value()));
    let on_change = move |event: Event| {
        if let Some(answer) = conflicts::labelled(&event_target_value(&event)) {
            planning.answer(Some(&source.get_value()), answer);
        }
    };
    let option = move |answer: OnConflict| {
        let label = conflicts::label(answer);
        view! {
            <option value=label disabled=answer == OnConflict::Refuse prop:selected=move || given.get() == answer>
                {label}
            </option>
        }
    };
    view! {
        <li>
            <label class="conflicts__name">
                <span class="conflicts__path">{name.name}</span>
                <select class="field" on:change=on_change>
                    {option(OnConflict::Refuse)}
                    {offered.map(option).collect_view()}
                </select>
            </label>
        </li>
    }
}
