//! Who one is, and in the demo who else one may be.

use leptos::prelude::*;

use crate::service::Session;

/// The user's name; in the demo a menu of plain forms, so that it works before WASM too.
#[component]
pub fn UserMenu(session: Session) -> impl IntoView {
    let Session { user, is_demo, other_users, .. } = session;
    let badge = is_demo.then(|| {
        view! {
            <span class="badge badge--demo" title="Everything here is invented; nothing real is touched">
                "Demo"
            </span>
        }
    });
    let name = if other_users.is_empty() {
        view! {
            <span class="user-menu__name" title="Signed in">
                {user}
            </span>
        }
        .into_any()
    } else {
        view! { <Others user other_users /> }.into_any()
    };
    view! {
        {badge}
        {name}
    }
    .into_any()
}

#[component]
fn Others(user: String, other_users: Vec<String>) -> impl IntoView {
    view! {
        <details class="user-menu">
            <summary class="button button--quiet" title="In the demo you may be anybody">
                {user}
            </summary>
            <form class="user-menu__list" method="post" action="/api/become">
                {other_users
                    .into_iter()
                    .map(|other| {
                        let text = format!("Become {other}");
                        view! {
                            <button type="submit" class="button button--quiet" name="user" value=other>
                                {text}
                            </button>
                        }
                    })
                    .collect_view()}
            </form>
        </details>
    }
}
