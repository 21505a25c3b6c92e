//! A new token: its name, what it may, how long it lasts; and its secret, this once.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::access::{Role, Scope};
use tidelock_shared::user_error::UserError;

use crate::api::{self, ApiError};
use crate::components::copy_button::CopyButton;
use crate::components::problem::{Gravity, Problem};
use crate::format;
use crate::words::words;

const DAYS: [u32; 4] = [7, 30, 90, 365];
const USUAL_DAYS: u32 = 90;

/// What a token may, in words.
pub fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => words().scope_read(),
        Scope::Move => words().scope_move(),
        Scope::Administer => words().scope_administer(),
    }
}

/// Those that somebody can give: no token may more than its user.
fn scopes(role: Role) -> &'static [Scope] {
    match role {
        Role::Auditor => &[Scope::Read],
        Role::Member => &[Scope::Read, Scope::Move],
        Role::Administrator => &Scope::ALL,
    }
}

#[component]
pub fn TokenForm(role: Role, on_made: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let scope = RwSignal::new(Scope::Read);
    let days = RwSignal::new(USUAL_DAYS);
    let secret = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<UserError>);
    let is_busy = RwSignal::new(false);
    // What is typed before the program has taken over would be lost.
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        problem.set(None);
        secret.set(None);
        is_busy.set(true);
        spawn_local(async move {
            match api::make_token(name.get_untracked(), scope.get_untracked(), days.get_untracked()).await {
                Ok(made) => {
                    secret.set(Some(made.secret));
                    name.set(String::new());
                    on_made.run(());
                }
                Err(ApiError(error)) => problem.set(Some(error)),
            }
            is_busy.set(false);
        });
    };
    let scope_choice = move |choice: Scope| {
        view! {
            <label class="token-form__choice">
                <input
                    type="radio"
                    name="scope"
                    prop:checked=move || scope.get() == choice
                    checked=choice == Scope::Read
                    on:change=move |_| scope.set(choice)
                />
                {format::capitalised(scope_word(choice))}
            </label>
        }
    };
    let days_choice = |choice: u32| {
        view! {
            <option value=choice.to_string() selected=choice == USUAL_DAYS>
                {words().token_days(u64::from(choice))}
            </option>
        }
    };
    view! {
        <form class="token-form" on:submit=on_submit aria-label=words().make_token()>
            <fieldset class="token-form__fields" disabled=move || !is_alive.get()>
                <label class="token-form__field">
                    {words().token_name()}
                    <input
                        class="field"
                        type="text"
                        required
                        maxlength="64"
                        autocomplete="off"
                        placeholder=words().token_name_example()
                        prop:value=name
                        on:input:target=move |event| name.set(event.target().value())
                    />
                </label>
                <label class="token-form__field">
                    {words().token_lasts()}
                    <select class="field" on:change:target=move |event| days.set(event.target().value().parse().unwrap_or(USUAL_DAYS))>
                        {DAYS.map(days_choice).collect_view()}
                    </select>
                </label>
                <div class="token-form__choices" role="radiogroup" aria-label=words().token_scope()>
                    {scopes(role).iter().copied().map(scope_choice).collect_view()}
                </div>
                <button type="submit" class="button" disabled=is_busy>{words().make_token()}</button>
            </fieldset>
            {move || problem.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
            <div role="status">{move || secret.get().map(told)}</div>
        </form>
    }
    .into_any()
}

fn told(secret: String) -> impl IntoView {
    view! {
        <div class="token-form__secret">
            <p>{words().token_secret()}</p>
            <p class="token-form__line">
                <code>{secret.clone()}</code> <CopyButton label=words().copy_token() text=Signal::stored(secret) />
            </p>
        </div>
    }
}
