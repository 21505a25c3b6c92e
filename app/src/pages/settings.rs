//! What one chooses for oneself, in this browser: colours, density, units.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::browser;
use crate::desk::use_desk;
use crate::format;
use crate::preference::{Choice, Density, Theme, Units};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let desk = use_desk();
    let density = RwSignal::new(Density::current());
    let units = RwSignal::new(Units::current());
    // Everything on the page is worded anew.
    let choose_units = move |chosen: Units| {
        chosen.apply();
        browser::reload();
    };
    view! {
        <Title text="Settings" />
        <div class="page">
            <h1 class="page__title">"Settings"</h1>
            <p class="page__lead">"For this browser only; they are kept in it."</p>
            <div class="settings">
                <Choices legend="Colours" name="theme" chosen=desk.theme choose=Theme::apply />
                <Choices legend="Rows" name="density" chosen=density choose=Density::apply />
                <Choices legend="Sizes" name="units" chosen=units choose=choose_units />
            </div>
            <p class="page__lead">{format!("A file of 2,000,000 bytes is shown as {}.", format::bytes(2_000_000))}</p>
            <noscript>
                <p class="page__lead">"Choices need scripts, which are switched off in this browser."</p>
            </noscript>
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
