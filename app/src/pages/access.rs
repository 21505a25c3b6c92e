//! Where people are signed in, and the tokens of their scripts: one's own in the settings, everybody's on the board.

use std::collections::BTreeMap;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::access::{Role, SessionView, TokenView};
use tidelock_shared::user_error::UserError;

use super::board::BoardFrame;
use crate::api::{self, ApiError};
use crate::components::access_row::AccessRow;
use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::timestamp::{Age, Timestamp};
use crate::components::token_form::{TokenForm, scope_word};
use crate::desk::use_desk;
use crate::loading::load;
use crate::words::words;

type Call = Pin<Box<dyn Future<Output = Result<(), ApiError>>>>;

/// What a list shows, and what is done to it.
#[derive(Clone, Copy)]
struct List {
    of_all: bool,
    /// Counts up when the list has changed.
    version: RwSignal<u32>,
    failed: RwSignal<Option<UserError>>,
}

impl List {
    fn new(of_all: bool) -> Self {
        Self { of_all, version: RwSignal::new(0), failed: RwSignal::new(None) }
    }

    /// Of others an administrator alone ends anything.
    fn may_end(self) -> bool {
        !self.of_all || use_desk().role() == Role::Administrator
    }

    fn reload(self) {
        self.version.update(|version| *version += 1);
    }

    fn ask(self, call: Call) {
        self.failed.set(None);
        spawn_local(async move {
            match call.await {
                Ok(()) => self.reload(),
                Err(ApiError(error)) => self.failed.set(Some(error)),
            }
        });
    }

    fn why_not(self) -> impl IntoView {
        move || self.failed.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })
    }
}

/// The page of the board.
#[component]
pub fn AccessPage() -> impl IntoView {
    view! {
        <BoardFrame title=words().people_title() here="/board/people">
            <Sessions of_all=true />
            <Tokens of_all=true />
        </BoardFrame>
    }
    .into_any()
}

#[component]
pub fn Sessions(of_all: bool) -> impl IntoView {
    let list = List::new(of_all);
    let sessions = load(move || list.version.get(), move |_| api::sessions(of_all));
    view! {
        <section aria-labelledby="sessions">
            <h2 id="sessions" class="page__section">{if of_all { words().sessions_of_all_title() } else { words().sessions_title() }}</h2>
            <p class="page__lead">{if of_all { words().sessions_of_all_lead() } else { words().sessions_lead() }}</p>
            {list.why_not()}
            <Transition fallback=|| view! { <p>{words().loading()}</p> }>
                {move || {
                    sessions.get().map(|sessions| match sessions {
                        Ok(sessions) => session_rows(list, sessions).into_any(),
                        Err(ApiError(error)) => view! { <LoadError error what=words().sessions_failed() /> }.into_any(),
                    })
                }}
            </Transition>
        </section>
    }
    .into_any()
}

fn session_rows(list: List, sessions: Vec<SessionView>) -> impl IntoView {
    let mut of_each = BTreeMap::<String, usize>::new();
    for session in sessions.iter().filter(|session| !session.is_this) {
        *of_each.entry(session.user.clone()).or_default() += 1;
    }
    let end_all = |user: Option<String>, text: String| {
        let command = text.clone();
        let on_click = move |_| list.ask(Box::pin(api::end_sessions(user.clone())));
        view! { <button type="button" class="button" data-command=command on:click=on_click>{text}</button> }
    };
    // Of everybody those who are in several times: one by one is tedious when somebody has left.
    let all = if list.of_all {
        let several = of_each.into_iter().filter(|(_, count)| *count > 1 && list.may_end());
        several.map(|(user, _)| end_all(Some(user.clone()), words().end_all_of(&user)).into_any()).collect()
    } else if of_each.is_empty() {
        Vec::new()
    } else {
        vec![end_all(None, words().end_all_others().to_owned()).into_any()]
    };
    let all = (!all.is_empty()).then(|| view! { <p class="settings__orders">{all}</p> });
    let rows = sessions.into_iter().map(|session| session_row(list, session)).collect_view();
    view! {
        <ul class="access-list" aria-labelledby="sessions">{rows}</ul>
        {all}
    }
}

fn session_row(list: List, session: SessionView) -> AnyView {
    let program = match (session.program.name, session.program.system) {
        (Some(name), Some(system)) => words().program_on(&name, &system),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => words().unknown_program().to_owned(),
    };
    let title = if list.of_all { format!("{} · {program}", session.user) } else { program };
    let id = session.id;
    // One leaves the page with the session that shows it: that is what signing out is for.
    let on_end = (list.may_end() && !session.is_this).then(|| Callback::new(move |()| list.ask(Box::pin(api::end_session(id)))));
    let address = session.address.map(|address| format!("{} · ", words().session_from(&address)));
    view! {
        <AccessRow end_label=words().end_session(&title) title on_end badge=session.is_this.then(|| words().this_session())>
            {address} {words().signed_in_since()} " " <Timestamp seconds=session.created_ms.div_euclid(1000) /> " · "
            {words().seen_last()} " " <Age milliseconds=session.seen_ms />
        </AccessRow>
    }
    .into_any()
}

#[component]
pub fn Tokens(of_all: bool) -> impl IntoView {
    let desk = use_desk();
    let list = List::new(of_all);
    let tokens = load(move || list.version.get(), move |_| api::tokens(of_all));
    view! {
        <section aria-labelledby="tokens">
            <h2 id="tokens" class="page__section">{words().tokens_title()}</h2>
            <p class="page__lead">{if of_all { words().tokens_of_all_lead() } else { words().tokens_lead() }}</p>
            {list.why_not()}
            <Transition fallback=|| view! { <p>{words().loading()}</p> }>
                {move || {
                    tokens.get().map(|tokens| match tokens {
                        Ok(tokens) => token_rows(list, tokens),
                        Err(ApiError(error)) => view! { <LoadError error what=words().tokens_failed() /> }.into_any(),
                    })
                }}
            </Transition>
            {(!of_all).then(|| view! {
                <Suspense>
                    {move || view! { <TokenForm role=desk.role() on_made=Callback::new(move |()| list.reload()) /> }}
                </Suspense>
            })}
        </section>
    }
    .into_any()
}

fn token_rows(list: List, tokens: Vec<TokenView>) -> AnyView {
    if tokens.is_empty() {
        if !list.of_all {
            return ().into_any();
        }
        return view! { <EmptyState glyph=Glyph::Check title=words().no_tokens() advice=words().no_tokens_advice() /> }.into_any();
    }
    let rows = tokens.into_iter().map(|token| token_row(list, token)).collect_view();
    view! { <ul class="access-list" aria-labelledby="tokens">{rows}</ul> }.into_any()
}

fn token_row(list: List, token: TokenView) -> AnyView {
    let title = if list.of_all { format!("{} · {}", token.user, token.name) } else { token.name };
    let id = token.id;
    let on_end = list.may_end().then(|| Callback::new(move |()| list.ask(Box::pin(api::end_token(id)))));
    let used = match token.used_ms {
        Some(used_ms) => view! { {words().used_last()} " " <Age milliseconds=used_ms /> }.into_any(),
        None => words().never_used().into_any(),
    };
    view! {
        <AccessRow end_label=words().end_token(&title) title on_end badge=None>
            {scope_word(token.scope)} " · " {words().expires()} " " <Timestamp seconds=token.expires_ms.div_euclid(1000) /> " · " {used}
        </AccessRow>
    }
    .into_any()
}
