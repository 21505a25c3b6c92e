//! What moves left behind and nobody knows of any more: found on demand, settled one by one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::leftovers::{Deed, Leftover, Leftovers};
use tidelock_shared::user_error::UserError;

use super::board::BoardFrame;
use crate::api::{self, ApiError};
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::timestamp::Age;
use crate::format;
use crate::loading::load;
use crate::words::words;

/// The newest search, as far as this page knows it.
#[derive(Clone, Copy)]
struct Search {
    so_far: RwSignal<Leftovers>,
    failed: RwSignal<Option<UserError>>,
    is_asking: RwSignal<bool>,
}

#[component]
pub fn LeftoversPage() -> impl IntoView {
    let search =
        Search { so_far: RwSignal::new(Leftovers::default()), failed: RwSignal::new(None), is_asking: RwSignal::new(false) };
    let known = load(|| (), |()| api::leftovers(false));
    view! {
        <BoardFrame title=words().leftovers() here="/board/leftovers">
            {move || match known.get()? {
                Err(ApiError(error)) => Some(view! { <LoadError error what=words().leftovers_failed() /> }.into_any()),
                Ok(known) => {
                    search.begin(known);
                    Some(view! { <Found search /> }.into_any())
                }
            }}
        </BoardFrame>
    }
    .into_any()
}

impl Search {
    fn begin(self, known: Leftovers) {
        let goes_on = is_running(&known);
        self.so_far.set(known);
        if goes_on && cfg!(feature = "hydrate") {
            spawn_local(self.follow());
        }
    }

    /// Asks until the search has ended, or the page is gone.
    async fn follow(self) {
        while self.so_far.try_with_untracked(is_running) == Some(true) {
            match api::leftovers(true).await {
                Ok(so_far) => self.so_far.set(so_far),
                Err(ApiError(error)) => return self.failed.set(Some(error)),
            }
        }
    }

    fn take(self, answer: Result<Leftovers, ApiError>) {
        match answer {
            Ok(known) => self.begin(known),
            Err(ApiError(error)) => self.failed.set(Some(error)),
        }
        self.is_asking.set(false);
    }

    fn look(self) {
        self.failed.set(None);
        self.is_asking.set(true);
        spawn_local(async move { self.take(api::look_for_leftovers(None).await) });
    }

    fn settle(self, thing: &Leftover, deed: Deed) {
        self.failed.set(None);
        self.is_asking.set(true);
        let path = thing.path.clone();
        spawn_local(async move { self.take(api::settle_leftover(path, deed).await) });
    }
}

fn is_running(known: &Leftovers) -> bool {
    known.started_ms.is_some() && known.finished_ms.is_none()
}

#[component]
fn Found(search: Search) -> impl IntoView {
    let is_busy = move || search.is_asking.get() || search.so_far.with(is_running);
    view! {
        <p class="page__lead">{words().leftovers_lead()}</p>
        <p class="leftovers__look">
            <button type="button" class="button" disabled=is_busy on:click=move |_| search.look()>
                <Icon glyph=Glyph::Search />
                {words().look_for_leftovers()}
            </button>
            <span class="leftovers__when" role="status">
                {move || {
                    let (running, ended) = search.so_far.with(|known| (is_running(known), known.finished_ms));
                    match ended {
                        _ if running => words().looking_for_leftovers().into_any(),
                        Some(ended) => view! { {words().looked_at()} " " <Age milliseconds=ended /> }.into_any(),
                        None => words().not_looked_yet().into_any(),
                    }
                }}
            </span>
        </p>
        {move || search.failed.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
        {move || search.so_far.with(|known| list(search, known))}
    }
    .into_any()
}

fn list(search: Search, known: &Leftovers) -> AnyView {
    if known.finished_ms.is_none() {
        return ().into_any();
    }
    let error = known.error.clone().map(|error| {
        view! { <Problem gravity=Gravity::Error problem=UserError::new("search_failed", error) /> }
    });
    let is_all = known.unreadable == 0 && !known.is_cut && error.is_none();
    let incomplete = [
        (known.unreadable > 0).then(|| words().leftovers_unreadable(known.unreadable)),
        known.is_cut.then(|| words().leftovers_cut().to_owned()),
    ];
    let none = (known.things.is_empty() && is_all)
        .then(|| view! { <EmptyState glyph=Glyph::Check title=words().no_leftovers() advice=words().no_leftovers_advice() /> });
    let things = known.things.iter().map(|thing| view! { <Thing search thing=thing.clone() /> }).collect_view();
    view! {
        {error}
        {none}
        <ul class="leftovers">{things}</ul>
        {incomplete.into_iter().flatten().map(|text| view! { <p class="page__lead">{text}</p> }).collect_view()}
    }
    .into_any()
}

#[component]
fn Thing(search: Search, thing: Leftover) -> impl IntoView {
    let wants_delete = RwSignal::new(false);
    let facts = [
        words().entries(thing.entries),
        format::bytes(thing.amount.bytes),
        thing.owner.clone(),
        words().left_for(&format::duration(u32::try_from(thing.age_seconds.max(0)).unwrap_or(u32::MAX).into())),
    ];
    let shown = thing.path.shown();
    let (what, deeds) = (format::sentence(&thing.what), thing.deeds.clone());
    let was = thing.original.as_ref().map(|original| words().it_was(&original.shown()));
    let loss = words().deletion_loses(thing.entries, &format::bytes(thing.amount.bytes));
    let thing = StoredValue::new(thing);
    let settle = move |deed| thing.with_value(|thing| search.settle(thing, deed));
    let button = move |deed: Deed| {
        let (glyph, text, what) = match deed {
            Deed::Restore => (Glyph::Undo, words().bring_back(), words().bring_back_title()),
            Deed::Delete => (Glyph::Trash, words().delete_for_good(), words().purge_title()),
            Deed::Adopt(_) => (Glyph::Check, words().adopt(), words().adopt_title()),
        };
        let on_click = move |_| if deed == Deed::Delete { wants_delete.set(true) } else { settle(deed) };
        view! {
            <button type="button" class="button" title=what disabled=search.is_asking on:click=on_click>
                <Icon glyph />
                {text}
            </button>
        }
    };
    view! {
        <li class="leftover">
            <p class="leftover__path">{shown}</p>
            <p>{what}</p>
            {was.map(|was| view! { <p>{was}</p> })}
            <p class="leftover__facts">{facts.join(" · ")}</p>
            <div class="move-actions">{deeds.into_iter().map(button).collect_view()}</div>
            <Show when=move || wants_delete.get()>
                <div class="move-actions__confirm" role="group" aria-label=words().delete_for_good()>
                    <p>{loss.clone()}</p>
                    <div class="move-actions">
                        <button
                            type="button"
                            class="button button--danger"
                            on:click=move |_| {
                                wants_delete.set(false);
                                settle(Deed::Delete);
                            }
                        >
                            {words().delete_for_good()}
                        </button>
                        <button type="button" class="button button--quiet" on:click=move |_| wants_delete.set(false)>
                            {words().keep_it()}
                        </button>
                    </div>
                </div>
            </Show>
        </li>
    }
    .into_any()
}
