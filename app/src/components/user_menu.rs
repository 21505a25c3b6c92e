//! Who one is, the way out, and in the demo who else one may be.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Details;
use leptos::prelude::*;

use crate::browser;
use crate::components::place_link::PlaceLink;
use crate::service::Session;
use crate::words::words;

/// The user's name above a menu of plain forms, so that it works before WASM too.
#[component]
pub fn UserMenu(session: Session) -> impl IntoView {
    let Session { user, is_demo, other_users, .. } = session;
    let badge = is_demo.then(|| {
        view! {
            <span class="badge badge--demo" title=words().demo_title()>
                {words().demo()}
            </span>
        }
    });
    let others = other_users
        .into_iter()
        .map(|other| {
            let text = words().become_somebody(&other);
            let command = text.clone();
            view! {
                <button type="submit" class="button button--quiet" name="user" value=other data-command=command>
                    {text}
                </button>
            }
        })
        .collect_view();
    // The browser opens and closes it, also before WASM: a state of our own would close it on arrival.
    let menu = NodeRef::<Details>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    // As any menu: a press elsewhere closes it.
    Effect::new(move |_| {
        let on_press = window_event_listener(ev::pointerdown, move |event| {
            if !browser::is_within(&event, ".user-menu") {
                close();
            }
        });
        on_cleanup(move || on_press.remove());
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    view! {
        {badge}
        <details node_ref=menu class="user-menu" on:keydown=on_key>
            <summary class="button button--quiet" title=if is_demo { words().demo_menu() } else { words().signed_in() }>
                {user}
            </summary>
            <div class="user-menu__list" on:click=move |_| close()>
                {is_demo.then(|| view! { <form class="user-menu__group" method="post" action="/api/become">{others}</form> })}
                <PlaceLink href="/settings".to_owned() class="button button--quiet">{words().settings()}</PlaceLink>
                <form class="user-menu__group" method="post" action="/api/sign_out">
                    <button type="submit" class="button button--quiet" data-command=words().sign_out()>
                        {words().sign_out()}
                    </button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
