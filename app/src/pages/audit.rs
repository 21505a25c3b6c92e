//! Who had what done: the newest acts, older ones on demand, and whether the chain holds.

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::audit::{AuditCheck, AuditRecord, AuditRecords};
use tidelock_shared::user_error::UserError;

use super::board::BoardFrame;
use crate::api::{self, ApiError};
use crate::components::copy_button::CopyButton;
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::timestamp::Timestamp;
use crate::format;
use crate::loading::load;
use crate::words::words;

/// What the page has read so far.
#[derive(Clone, Copy)]
struct Reading {
    records: RwSignal<Vec<AuditRecord>>,
    older_before: RwSignal<Option<u64>>,
    check: RwSignal<Option<AuditCheck>>,
    failed: RwSignal<Option<UserError>>,
    is_asking: RwSignal<bool>,
}

#[component]
pub fn AuditPage() -> impl IntoView {
    let reading = Reading {
        records: RwSignal::default(),
        older_before: RwSignal::default(),
        check: RwSignal::default(),
        failed: RwSignal::default(),
        is_asking: RwSignal::new(false),
    };
    let newest = load(|| (), |()| api::audit(None));
    view! {
        <BoardFrame title=words().audit() here="/board/audit">
            {move || match newest.get()? {
                Err(ApiError(error)) => Some(view! { <LoadError error what=words().audit_failed() /> }.into_any()),
                Ok(known) => {
                    reading.records.set(Vec::new());
                    reading.add(known);
                    Some(view! { <Acts reading /> }.into_any())
                }
            }}
        </BoardFrame>
    }
    .into_any()
}

impl Reading {
    fn add(self, known: AuditRecords) {
        self.records.update(|records| records.extend(known.records));
        self.older_before.set(known.older_before);
    }

    fn ask_for_older(self) {
        let before = self.older_before.get_untracked();
        self.ask(move || async move { api::audit(before).await }, Self::add);
    }

    fn ask_for_check(self) {
        self.ask(api::check_audit, |reading, check| reading.check.set(Some(check)));
    }

    fn ask<T: 'static, F: Future<Output = Result<T, ApiError>> + 'static>(
        self,
        call: impl FnOnce() -> F + 'static,
        take: impl FnOnce(Self, T) + 'static,
    ) {
        self.failed.set(None);
        self.is_asking.set(true);
        spawn_local(async move {
            match call().await {
                Ok(answer) => take(self, answer),
                Err(ApiError(error)) => self.failed.set(Some(error)),
            }
            self.is_asking.set(false);
        });
    }
}

#[component]
fn Acts(reading: Reading) -> impl IntoView {
    view! {
        <p class="page__lead">{words().audit_lead()}</p>
        <p>
            <button type="button" class="button" disabled=reading.is_asking on:click=move |_| reading.ask_for_check()>
                <Icon glyph=Glyph::Check />
                {words().check_audit()}
            </button>
        </p>
        <div class="audit__check" role="status">{move || reading.check.get().map(checked)}</div>
        {move || reading.failed.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
        <Show when=move || reading.records.with(Vec::is_empty)>
            <EmptyState glyph=Glyph::Check title=words().no_acts() advice=words().no_acts_advice() />
        </Show>
        <ol class="audit" reversed>
            <For each=move || reading.records.get() key=|record| record.number children=act />
        </ol>
        <Show when=move || reading.older_before.get().is_some()>
            <button type="button" class="button" disabled=reading.is_asking on:click=move |_| reading.ask_for_older()>
                {words().older_acts()}
            </button>
        </Show>
    }
    .into_any()
}

fn checked(check: AuditCheck) -> AnyView {
    if let Some(broken) = check.broken {
        let problem = UserError::new("audit_broken", words().audit_broken(&broken));
        return view! { <Problem gravity=Gravity::Error problem /> }.into_any();
    }
    view! {
        <p>{words().audit_holds(check.records)}</p>
        <p class="audit__head">
            {words().audit_head()} " " <code>{check.head.clone()}</code> <CopyButton label=words().copy_digest() text=check.head />
        </p>
    }
    .into_any()
}

fn act(record: AuditRecord) -> AnyView {
    let by = record.user.unwrap_or_else(|| words().by_itself().to_owned());
    let of_move = record.id.map(|id| {
        view! { <PlaceLink href=format!("/moves/{id}")>{id.to_string()}</PlaceLink> }
    });
    view! {
        <li class="audit__act">
            <span class="audit__when">
                <Timestamp seconds=record.time_ms.div_euclid(1000) />
            </span>
            <span class="audit__who">{by}</span>
            <span class="audit__what">{format::sentence(&record.what)} " " {of_move}</span>
        </li>
    }
    .into_any()
}
