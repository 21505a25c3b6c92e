//! What all moves together may do at once, to be changed while they run.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::limits::Limits;
use tidelock_shared::user_error::UserError;

use crate::api::{self, ApiError};
use crate::components::problem::{Gravity, Problem};
use crate::desk::use_desk;
use crate::state::board::{LimitsDraft, Mistake};
use crate::words::words;

#[component]
pub fn LimitsForm(limits: Limits) -> impl IntoView {
    let desk = use_desk();
    let draft = RwSignal::new(LimitsDraft::of(&limits));
    let mistakes = RwSignal::new(Vec::<Mistake>::new());
    let problem = RwSignal::new(None::<UserError>);
    let is_busy = RwSignal::new(false);
    // What is typed before the program has taken over would be lost.
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        problem.set(None);
        let wanted = draft.with_untracked(LimitsDraft::read);
        mistakes.set(wanted.as_ref().err().cloned().unwrap_or_default());
        let Ok(wanted) = wanted else { return };
        is_busy.set(true);
        spawn_local(async move {
            match api::set_limits(wanted).await {
                Ok(limits) => {
                    draft.set(LimitsDraft::of(&limits));
                    desk.notify(words().limits_are_set().to_owned());
                }
                Err(ApiError(error)) => problem.set(Some(error)),
            }
            is_busy.set(false);
        });
    };
    let field = move |mistake: Mistake, id: &'static str, label: &'static str, why: &'static str, text: TextOf, set: SetText| {
        let is_wrong = move || mistakes.with(|mistakes| mistakes.contains(&mistake));
        let placeholder = if mistake == Mistake::MovesAtOnce { "" } else { words().no_such_limit() };
        view! {
            <div class="limits-form__field">
                <label for=id>{label}</label>
                <input
                    id=id
                    class="field"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=placeholder
                    prop:value=move || draft.with(|draft| text(draft).to_owned())
                    value=draft.with_untracked(|draft| text(draft).to_owned())
                    aria-invalid=move || is_wrong().then_some("true")
                    aria-describedby=move || is_wrong().then(|| format!("{id}-why"))
                    on:input:target=move |event| draft.update(|draft| set(draft, event.target().value()))
                />
                {move || is_wrong().then(|| view! { <p id=format!("{id}-why") class="limits-form__mistake">{why}</p> })}
            </div>
        }
    };
    view! {
        <form class="limits-form" on:submit=on_submit aria-label=words().limits_title()>
            <fieldset class="limits-form__fields" disabled=move || !is_alive.get()>
                {field(
                    Mistake::MovesAtOnce,
                    "limits-moves",
                    words().moves_at_once(),
                    words().mistake_moves(),
                    |draft| &draft.moves_at_once,
                    |draft, text| draft.moves_at_once = text,
                )}
                {field(
                    Mistake::Operations,
                    "limits-operations",
                    words().operations_per_second(),
                    words().mistake_operations(),
                    |draft| &draft.operations_per_second,
                    |draft, text| draft.operations_per_second = text,
                )}
                {field(
                    Mistake::Bytes,
                    "limits-bytes",
                    words().bytes_per_second(),
                    words().mistake_size(),
                    |draft| &draft.bytes_per_second,
                    |draft, text| draft.bytes_per_second = text,
                )}
                <label class="limits-form__drain" title=words().drain_title()>
                    <input
                        type="checkbox"
                        prop:checked=move || draft.with(|draft| draft.is_drained)
                        checked=limits.is_drained
                        on:change:target=move |event| draft.update(|draft| draft.is_drained = event.target().checked())
                    />
                    {words().drain()}
                </label>
                <button type="submit" class="button" disabled=is_busy>{words().set_limits()}</button>
                {move || problem.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
            </fieldset>
        </form>
    }
    .into_any()
}

type TextOf = fn(&LimitsDraft) -> &str;
type SetText = fn(&mut LimitsDraft, String);
