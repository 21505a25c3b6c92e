//! That the session has ended in the middle of work: said over the page, which stays as it is and goes on after
//! signing in again.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;
use crate::browser;
use crate::components::modal::{DialogHead, Modal};
use crate::desk::use_desk;
use crate::state::move_words;
use crate::words::words;

/// Begins a session, where a reverse proxy says who one is.
const SIGN_IN_CALL: &str = "/api/sign_in";

#[component]
pub fn SessionOver() -> impl IntoView {
    let desk = use_desk();
    let over = desk.moves.session_over;
    let close = Callback::new(move |()| over.set(None));
    let was = move || desk.session.get_untracked().and_then(Result::ok);
    let sign_in = move |_| {
        spawn_local(async move {
            // Where the proxy asks anew who one is, that takes a page of its own, which leads back here.
            if !browser::post(SIGN_IN_CALL).await {
                return browser::go_to(&browser::sign_in_url());
            }
            match api::session().await {
                // What is shown was somebody else's.
                Ok(now) if was().is_some_and(|was| was.user != now.user) => browser::reload(),
                Ok(_) => {
                    over.set(None);
                    desk.moves.follow();
                    desk.moves.reload();
                }
                Err(error) => over.set(Some(error.0)),
            }
        });
    };
    view! {
        <Modal
            is_open=Signal::derive(move || over.with(Option::is_some))
            on_close=close
            labelled_by="session-over"
            class="dialog"
        >
            {move || {
                over.get()
                    .map(|error| {
                        let hints = error.hints.into_iter().map(|hint| view! { <p>{move_words::hint(&hint)}</p> }).collect_view();
                        let can_sign_in = was().is_some_and(|was| was.keeps_sessions);
                        view! {
                            <div class="dialog__content">
                                <DialogHead id="session-over" title=error.message on_close=close />
                                {hints}
                                {can_sign_in
                                    .then(|| {
                                        view! {
                                            <button type="button" class="button button--primary" autofocus on:click=sign_in>
                                                {words().sign_in_again()}
                                            </button>
                                        }
                                    })}
                            </div>
                        }
                    })
            }}
        </Modal>
    }
    .into_any()
}
