//! What was put into the trash and waits there: to come back, or to be deleted for good.

use leptos::prelude::*;
use leptos_meta::Title;
use tidelock_shared::progress::MoveView;
use tidelock_shared::quota::Amount;
use tidelock_shared::request::Verb;

use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::move_actions::MoveActions;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::components::timestamp::{Age, Timestamp};
use crate::desk::use_desk;
use crate::format;
use crate::state::move_words;
use crate::words::words;

#[component]
pub fn TrashPage() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Title text=words().trash_title() />
        <div class="page">
            <h1 class="page__title">{words().trash_title()}</h1>
            <Transition fallback=|| view! { <p>{words().loading_trash()}</p> }>
                {
                    // Made anew only if something in it is another: what somebody is being asked stays.
                    let kept = Memo::new(move |_| {
                        desk.moves.all().map(|moves| moves.map(|moves| moves.into_iter().filter(is_kept).collect::<Vec<_>>()))
                    });
                    move || {
                        kept.get()
                            .map(|kept| match kept {
                                Ok(moves) => view! { <Kept moves /> }.into_any(),
                                Err(error) => view! { <LoadError error what=words().trash_failed() /> }.into_any(),
                            })
                    }
                }
            </Transition>
        </div>
    }
    .into_any()
}

fn is_kept(view: &MoveView) -> bool {
    view.verb == Verb::Trash && view.retired.is_some() && view.undone_by.is_none()
}

#[component]
fn Kept(moves: Vec<MoveView>) -> impl IntoView {
    if moves.is_empty() {
        return view! {
            <EmptyState
                glyph=Glyph::Trash
                title=words().trash_empty()
                advice=words().trash_empty_advice()
            />
        }
        .into_any();
    }
    let charged = moves.iter().filter_map(|view| view.retired).fold(Amount::ZERO, |sum, amount| sum + amount);
    let lead = words().trash_total(&format::bytes(charged.bytes), charged.inodes);
    view! {
        <p class="page__lead">{lead}</p>
        <ul class="trash">{moves.into_iter().map(|view| view! { <Thing view /> }).collect_view()}</ul>
    }
    .into_any()
}

#[component]
fn Thing(view: MoveView) -> impl IntoView {
    let desk = use_desk();
    let charged = view.retired.unwrap_or(Amount::ZERO);
    let facts = format!("{} · {} · {}", view.from_project, format::bytes(charged.bytes), words().inodes(charged.inodes));
    let (title, href) = (move_words::title(&view), format!("/moves/{}", view.id));
    let (folder, url, until) = (view.source_folder.clone(), view.source_url.clone(), view.kept_until_ms);
    let put_there = view.finished_ms.unwrap_or(view.started_ms);
    let id = view.id.to_string();
    let followed = desk.moves.follow_one(view);
    view! {
        <li class="trash__thing" data-move=id>
            <p class="trash__name">
                <PlaceLink href>{title}</PlaceLink>
            </p>
            <p class="trash__from">{words().trash_from()} <PlaceLink href=url>{folder}</PlaceLink></p>
            <p class="trash__facts">
                {facts} " · " <Age milliseconds=put_there /> " · "
                {match until {
                    Some(until) => view! { {words().kept_until()} <Timestamp seconds=until.div_euclid(1000) /> }.into_any(),
                    None => words().kept_until_deleted().into_any(),
                }}
            </p>
            <MoveActions view=followed />
        </li>
    }
    .into_any()
}
