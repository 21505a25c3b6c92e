//! What one chooses for oneself, in this browser: colours, density, units, language; and where one is signed in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::access::{Sessions, Tokens};
use crate::browser;
use crate::desk::use_desk;
use crate::format;
use crate::preference::{Choice, Density, Speech, Theme, Units};
use crate::words::words;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let desk = use_desk();
    let density = RwSignal::new(Density::current());
    let units = RwSignal::new(Units::current());
    let speech = RwSignal::new(Speech::current());
    let keeps_sessions = move || desk.session.get().and_then(Result::ok).is_some_and(|session| session.keeps_sessions);
    // Everything on the page is worded anew.
    let choose_units = move |chosen: Units| {
        chosen.apply();
        browser::reload();
    };
    let choose_speech = move |chosen: Speech| {
        chosen.apply();
        browser::reload();
    };
    view! {
        <Title text=words().settings() />
        <div class="page">
            <h1 class="page__title">{words().settings()}</h1>
            <p class="page__lead">{words().settings_lead()}</p>
            <div class="settings">
                <Choices legend=words().colours() name="theme" chosen=desk.theme choose=Theme::apply />
                <Choices legend=words().rows() name="density" chosen=density choose=Density::apply />
                <Choices legend=words().sizes() name="units" chosen=units choose=choose_units />
                <Choices legend=words().language_title() name="language" chosen=speech choose=choose_speech />
            </div>
            <p class="page__lead">{words().size_example(&format::bytes(2_000_000))}</p>
            <noscript>
                <p class="page__lead">{words().choices_need_scripts()}</p>
            </noscript>
            <Suspense>
                {move || {
                    keeps_sessions()
                        .then(|| {
                            view! {
                                <Sessions of_all=false />
                                <Tokens of_all=false />
                            }
                        })
                }}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Choices<C: Choice>(
    legend: &'static str,
    name: &'static str,
    chosen: RwSignal<C>,
    choose: impl Fn(C) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let one = move |choice: C| {
        view! {
            <label class="settings__choice">
                <input
                    type="radio"
                    name=name
                    value=choice.value().unwrap_or("default")
                    prop:checked=move || chosen.get() == choice
                    checked=chosen.get_untracked() == choice
                    on:change=move |_| {
                        chosen.set(choice);
                        choose(choice);
                    }
                />
                {format::capitalised(choice.word())}
            </label>
        }
    };
    view! {
        <fieldset class="settings__group">
            <legend>{legend}</legend>
            {C::ALL.iter().copied().map(one).collect_view()}
        </fieldset>
    }
    .into_any()
}
