//! Uploads below every page: one line, which opens to a list.

use leptos::ev::{Event, Targeted};
use leptos::prelude::*;
use tidelock_shared::upload::UploadId;
use wasm_split_helpers::wasm_split;
use web_sys::HtmlDetailsElement;

use crate::api::ApiError;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::desk::uploads::{self, UploadOrder};
use crate::desk::{Desk, Offer, use_desk};
use crate::format;
use crate::state::upload::{Job, Stage, bar};
use crate::words::words;

/// There once something is sent from this page, or was from an earlier one.
#[component]
pub fn UploadTray() -> impl IntoView {
    let desk = use_desk();
    let is_empty = Memo::new(move |_| desk.uploads.jobs.with(Vec::is_empty));
    move || (!is_empty.get()).then(|| lazy_part(list(desk)))
}

#[wasm_split(uploads, fallible)]
fn list(desk: Desk) -> Result<AnyView, ApiError> {
    let jobs = desk.uploads.jobs;
    let is_open = RwSignal::new(true);
    let on_toggle = move |event: Targeted<Event, HtmlDetailsElement>| is_open.set(event.target().open());
    // An upload keeps its row, and the keyboard in it, while its numbers change.
    let ids = move || jobs.with(|jobs| jobs.iter().rev().map(|job| job.upload.id.clone()).collect::<Vec<_>>());
    let list = view! {
        <aside class="tray tray--uploads" aria-label=words().uploads()>
            <details class="tray__fold" prop:open=move || is_open.get() on:toggle:target=on_toggle>
                <summary class="tray__bar">{move || jobs.with(|jobs| bar_view(jobs))}</summary>
                <ul class="tray__list">
                    <For each=ids key=UploadId::clone children=move |id| view! { <UploadRow desk id /> } />
                </ul>
            </details>
        </aside>
    };
    Ok(list.into_any())
}

fn bar_view(jobs: &[Job]) -> AnyView {
    let running = jobs.iter().rev().find(|job| !job.is_over());
    let newest = running.map(|job| {
        view! {
            <span class="tray__newest">{job.title()}</span>
            {progress(job, "progress tray__progress")}
            <span class="tray__numbers">
                {format::percent(job.fraction())}
            </span>
        }
    });
    view! {
        <h2 class="tray__title">{bar(jobs)}</h2>
        {newest}
        <span class="tray__toggle">
            <Icon glyph=Glyph::Up />
        </span>
    }
    .into_any()
}

fn progress(job: &Job, class: &'static str) -> AnyView {
    view! {
        <progress
            class=class
            max="1"
            value=format!("{:.4}", job.fraction().clamp(0.0, 1.0))
            aria-label=words().progress_of(&job.title())
        ></progress>
    }
    .into_any()
}

#[component]
fn UploadRow(desk: Desk, id: UploadId) -> impl IntoView {
    let id = StoredValue::new(id);
    let job = Memo::new(move |before: Option<&Option<Job>>| {
        let found = desk.uploads.jobs.with(|jobs| jobs.iter().find(|job| id.with_value(|id| job.upload.id == *id)).cloned());
        found.or_else(|| before.cloned().flatten())
    });
    let of = move |look: fn(&Job) -> bool| job.with(|job| job.as_ref().is_some_and(look));
    let order = move |order| id.with_value(|id| uploads::order(desk, id, order));
    let button = move |glyph: Glyph, text: &'static str, title: &'static str, what: UploadOrder, when: fn(&Job) -> bool| {
        view! {
            <Show when=move || of(when)>
                <button type="button" class="button" title=title on:click=move |_| order(what)>
                    <Icon glyph />
                    {text}
                </button>
            </Show>
        }
    };
    let ask_again = move |_| {
        let folder = job.with_untracked(|job| job.as_ref().map(|job| job.upload.folder.clone()));
        if let Some(folder) = folder {
            desk.uploads.offer.set(Some(Offer { folder, resumes: Some(id.get_value()) }));
        }
    };
    view! {
        <li class="tray-move">
            {move || job.get().map(|job| head(&job))}
            <div class="move-actions">
                {button(Glyph::Pause, words().pause(), words().upload_pause_title(), UploadOrder::Pause, Job::can_pause)}
                {button(Glyph::Play, words().resume(), words().resume_title(), UploadOrder::Resume, Job::can_resume)}
                <Show when=move || of(|job| job.stage == Stage::FilesNeeded)>
                    <button type="button" class="button button--primary" on:click=ask_again>
                        {words().choose_again()}
                    </button>
                </Show>
                {button(
                    Glyph::Copy,
                    words().keep_both(),
                    words().upload_keep_both_title(),
                    UploadOrder::KeepBoth,
                    |job| matches!(job.stage, Stage::NamesTaken(_)),
                )}
                {button(Glyph::Close, words().cancel(), words().upload_cancel_title(), UploadOrder::Cancel, Job::can_cancel)}
                {button(Glyph::Check, words().dismiss(), words().dismiss_from_list(), UploadOrder::Dismiss, Job::is_over)}
            </div>
        </li>
    }
    .into_any()
}

fn head(job: &Job) -> AnyView {
    let (class, glyph) = match &job.stage {
        Stage::Failed(_) | Stage::Full(_) => ("tray-move__note tray-move__note--bad", Glyph::Alert),
        Stage::Done(_) => ("tray-move__note", Glyph::Check),
        Stage::Sending | Stage::Finishing => ("tray-move__note", Glyph::Info),
        _ => ("tray-move__note", Glyph::Clock),
    };
    let hints = match &job.stage {
        Stage::Failed(error) | Stage::Full(error) | Stage::NamesTaken(error) => error.hints.clone(),
        _ => Vec::new(),
    };
    view! {
        <p class="tray-move__title">{job.title()}</p>
        <p class="tray-move__route">{words().to_name(&job.upload.folder.shown())}</p>
        {(!job.is_over())
            .then(|| {
                view! {
                    {progress(job, "progress")}
                    <p class="progress-text">
                        <span class="progress-text__percent">{format::percent(job.fraction())}</span>
                        {job.pace().map(|pace| view! { <span>{pace}</span> })}
                    </p>
                }
            })}
        <p class=class><Icon glyph />{job.note()}</p>
        {hints.into_iter().map(|hint| view! { <p class="tray-move__note">{hint}</p> }).collect_view()}
    }
    .into_any()
}
