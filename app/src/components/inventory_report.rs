//! Who uses what below a folder: asked for by a button, since it reads every folder there, and
//! followed until it is done. Each line leads to where something can be done about it.
//!
//! Not here: what is counted (the server).

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::inventory::{AGES_DAYS, FileExample, Inventory, OnTape};
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::Amount;
use tidelock_shared::user_error::UserError;

use crate::api::{self, ApiError};
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::repair_offer::{PlanRepair, WhichEntries};
use crate::components::share_list::{Share, ShareList};
use crate::components::timestamp::{Age, Timestamp};
use crate::format;
use crate::loading::load;
use crate::state::pane::entry_url;
use crate::state::search::{Field, SearchView};
use crate::words::{Message, Words, words};

/// What [`AGES_DAYS`] divides.
const AGE_WORDS: [Message; AGES_DAYS.len() + 1] =
    [Words::age_month, Words::age_half_year, Words::age_year, Words::age_two_years, Words::age_older];

/// The newest inventory of one folder, as far as this page knows it.
#[derive(Clone, Copy)]
struct Report {
    path: StoredValue<FilePath>,
    so_far: RwSignal<Option<Inventory>>,
    failed: RwSignal<Option<UserError>>,
    is_asking: RwSignal<bool>,
}

#[component]
pub fn InventoryReport(path: FilePath) -> impl IntoView {
    let report = Report {
        path: StoredValue::new(path.clone()),
        so_far: RwSignal::new(None),
        failed: RwSignal::new(None),
        is_asking: RwSignal::new(false),
    };
    let known = load(move || path.clone(), |path| async move { api::inventory(path, None).await });
    view! {
        <section aria-labelledby="project-inventory" class="inventory">
            <h2 id="project-inventory" class="page__section">{words().who_uses_what()}</h2>
            <Transition fallback=|| view! { <p>{words().loading()}</p> }>
                {move || {
                    known
                        .get()
                        .map(|known| {
                            match known {
                                Ok(known) => report.begin(known),
                                Err(ApiError(error)) => report.failed.set(Some(error)),
                            }
                            view! { <Body report /> }
                        })
                }}
            </Transition>
        </section>
    }
    .into_any()
}

impl Report {
    fn begin(self, known: Option<Inventory>) {
        let goes_on = known.as_ref().is_some_and(|known| known.finished_ms.is_none());
        self.so_far.set(known);
        if goes_on && cfg!(feature = "hydrate") {
            spawn_local(self.follow());
        }
    }

    fn start(self) {
        self.failed.set(None);
        self.is_asking.set(true);
        spawn_local(async move {
            match api::start_inventory(self.path.get_value()).await {
                Ok(first) => self.begin(Some(first)),
                Err(ApiError(error)) => self.failed.set(Some(error)),
            }
            self.is_asking.set(false);
        });
    }

    /// Asks for more until it is done, or the page is gone.
    async fn follow(self) {
        let known = || {
            let running = self.so_far.try_get_untracked().flatten().filter(|so_far| so_far.finished_ms.is_none());
            running.map(|so_far| (so_far.sequence, so_far.started_ms))
        };
        while let (Some((sequence, started_ms)), Some(path)) = (known(), self.path.try_get_value()) {
            let answer = api::inventory(path, Some(sequence)).await;
            if known().is_none_or(|(_, started)| started != started_ms) {
                return;
            }
            match answer {
                Ok(answer) => self.so_far.set(answer),
                Err(ApiError(error)) => return self.failed.set(Some(error)),
            }
        }
    }

    fn is_running(self) -> bool {
        self.is_asking.get() || self.so_far.with(|so_far| so_far.as_ref().is_some_and(|so_far| so_far.finished_ms.is_none()))
    }

    /// A value of what was found; of nothing while there is nothing.
    fn read<T: Default>(self, read: impl FnOnce(&Inventory) -> T) -> T {
        self.so_far.with(|so_far| so_far.as_ref().map(read)).unwrap_or_default()
    }
}

#[component]
fn Body(report: Report) -> impl IntoView {
    let has_any = Memo::new(move |_| report.so_far.with(Option::is_some));
    let order = move || if has_any.get() { words().look_again() } else { words().look_through() };
    view! {
        {move || report.failed.get().map(|error| view! { <LoadError error what=words().inventory_failed() /> })}
        <Show when=move || !has_any.get()>
            <EmptyState
                glyph=Glyph::Search
                title=words().inventory_none()
                advice=words().inventory_advice()
            />
        </Show>
        <div class="inventory__bar">
            <button type="button" class="button" disabled=move || report.is_running() on:click=move |_| report.start()>
                <Icon glyph=Glyph::Search />
                {order}
            </button>
            <Show when=move || has_any.get()>
                <p class="inventory__status" role="status">
                    <Status report />
                </p>
            </Show>
        </div>
        <Show when=move || has_any.get()>
            <Findings report />
        </Show>
    }
    .into_any()
}

#[component]
fn Status(report: Report) -> impl IntoView {
    let ended = Memo::new(move |_| report.read(|so_far| so_far.finished_ms));
    let counted = move || {
        report.read(|so_far| {
            format!(
                "{} · {} · {}",
                words().entries(so_far.entries),
                format::bytes(so_far.amount.bytes),
                words().inodes(so_far.amount.inodes),
            )
        })
    };
    view! {
        {counted}
        {move || match ended.get() {
            None => words().so_far().into_any(),
            Some(ended) => view! { ", " <Age milliseconds=ended /> }.into_any(),
        }}
    }
}

#[component]
fn Findings(report: Report) -> impl IntoView {
    let owners = Signal::derive(move || report.read(owners));
    let parts = Signal::derive(move || report.read(parts));
    let ages = Signal::derive(move || report.read(ages));
    let is_empty = Memo::new(move |_| report.read(|so_far| so_far.largest.is_empty()));
    view! {
        <Remarks report />
        <div class="inventory__shares">
            <ShareList title=words().by_person() of=words().owner() shares=owners />
            <ShareList title=words().by_folder() of=words().name() shares=parts />
            <ShareList title=words().by_age() of=words().content_changed() shares=ages />
        </div>
        <Show when=move || !is_empty.get()>
            <FileTable title=words().largest_files() report of=|inventory| inventory.largest.clone() />
            <FileTable title=words().oldest_files() report of=|inventory| inventory.oldest.clone() />
        </Show>
    }
    .into_any()
}

/// What deserves a sentence: drift, what is hidden, and what could not be seen.
#[component]
fn Remarks(report: Report) -> impl IntoView {
    let error = Memo::new(move |_| report.read(|so_far| so_far.error.clone()));
    let elsewhere = Memo::new(move |_| report.read(|so_far| (so_far.elsewhere, so_far.elsewhere_examples.clone())));
    let hidden = Memo::new(move |_| report.read(|so_far| so_far.hidden));
    let on_tape = Memo::new(move |_| report.read(|so_far| so_far.on_tape));
    let unread = Memo::new(move |_| report.read(|so_far| so_far.unread));
    view! {
        {move || {
            let warned = |error: String| UserError::new("incomplete", words().incomplete(&error));
            error.get().map(|error| view! { <Problem gravity=Gravity::Warning problem=warned(error) /> })
        }}
        {move || {
            let (amount, examples) = elsewhere.get();
            let folder = report.path.get_value();
            (amount != Amount::ZERO).then(|| view! { <Elsewhere folder amount examples /> })
        }}
        {move || {
            let amount = hidden.get();
            let text = words().hidden_charged(&both(amount));
            (amount != Amount::ZERO).then(|| view! { <Note text /> })
        }}
        {move || on_tape_view(report, on_tape.get())}
        {move || {
            let unread = unread.get();
            let text = words().unread_folders(unread);
            (unread > 0).then(|| view! { <Note text /> })
        }}
    }
}

fn on_tape_view(report: Report, on_tape: OnTape) -> impl IntoView {
    let OnTape { released, restoring, lost } = on_tape;
    let size = |amount: Amount| format::bytes(amount.bytes);
    let href = report.read(|inventory| looked_for(inventory, &[(Field::Released, "on".to_owned())]));
    let text = words().lie_on_tape(released.inodes, &size(released));
    let released = (released != Amount::ZERO)
        .then(|| view! { <p class="inventory__note">{text} " " <PlaceLink href>{words().show_them()}</PlaceLink></p> });
    let restoring =
        (restoring != Amount::ZERO).then(|| view! { <Note text=words().come_from_tape(restoring.inodes, &size(restoring)) /> });
    let problem = || UserError::new("lost", words().tape_has_lost(lost.inodes, &size(lost))).hint(words().tape_has_lost_hint());
    let lost = (lost != Amount::ZERO).then(|| view! { <Problem gravity=Gravity::Warning problem=problem() /> });
    (released, restoring, lost)
}

#[component]
fn Elsewhere(folder: FilePath, amount: Amount, examples: Vec<FilePath>) -> impl IntoView {
    let drifted = UserError::new("drift", words().lie_elsewhere(&both(amount))).hint(words().lie_elsewhere_hint());
    view! {
        <Problem gravity=Gravity::Warning problem=drifted>
            <PlanRepair folder />
            <WhichEntries examples />
        </Problem>
    }
}

#[component]
fn Note(text: String) -> impl IntoView {
    view! { <p class="inventory__note">{text}</p> }
}

#[component]
fn FileTable(title: &'static str, report: Report, of: fn(&Inventory) -> Vec<FileExample>) -> impl IntoView {
    let row = move |file: FileExample| {
        let (folder, name) = match file.path.split_last() {
            Some((folder, name)) => (folder, name.clone()),
            None => return ().into_any(),
        };
        let href = entry_url(&folder, &name, false);
        let place = report.path.with_value(|top| {
            let names = folder.names_below(top).unwrap_or_default();
            names.iter().map(|name| name.shown()).collect::<Vec<_>>().join("/")
        });
        view! {
            <tr>
                <th scope="row">
                    <span class="table__line inventory__name"><PlaceLink href>{name.shown().into_owned()}</PlaceLink></span>
                    <span class="table__line table__line--less inventory__place">{place}</span>
                </th>
                <td class="table__number" title=format::bytes_exact(file.bytes)>{format::bytes(file.bytes)}</td>
                <td><Timestamp seconds=file.modified /></td>
                <td class="table__wide">{file.owner}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <section>
            <h3 class="share-list__title">{title}</h3>
            <div class="table-scroll">
                <table class="table" aria-label=title>
                    <thead>
                        <tr>
                            <th scope="col">{words().name()}</th>
                            <th scope="col" class="table__number">{words().charged()}</th>
                            <th scope="col">{words().modified()}</th>
                            <th scope="col" class="table__wide">{words().owner()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || report.read(of)
                            key=|file| (file.path.clone(), file.bytes, file.modified)
                            children=row
                        />
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn both(amount: Amount) -> String {
    words().bytes_and_inodes(&format::bytes(amount.bytes), amount.inodes)
}

fn looked_for(inventory: &Inventory, fields: &[(Field, String)]) -> String {
    let mut view = SearchView::below(inventory.path.clone());
    for (field, text) in fields {
        view.set(*field, text.clone());
    }
    view.to_url()
}

fn owners(inventory: &Inventory) -> Vec<Share> {
    let shares = inventory.owners.iter().map(|share| Share {
        label: share.owner.clone(),
        href: Some(looked_for(inventory, &[(Field::Owner, share.owner.clone())])),
        amount: share.amount,
    });
    shares.chain(others(words().others(), inventory.other_owners)).collect()
}

fn parts(inventory: &Inventory) -> Vec<Share> {
    let shares = inventory.parts.iter().map(|part| Share {
        label: part.name.shown().into_owned(),
        href: Some(entry_url(&inventory.path, &part.name, part.is_folder)),
        amount: part.amount,
    });
    shares.chain(others(words().everything_else(), inventory.other_parts)).collect()
}

fn others(label: &str, amount: Amount) -> Option<Share> {
    (amount != Amount::ZERO).then(|| Share { label: label.to_owned(), href: None, amount })
}

fn ages(inventory: &Inventory) -> Vec<Share> {
    let days = |days: i64| format!("{days} d");
    let share = |(index, amount): (usize, &Amount)| {
        let from = index.checked_sub(1).and_then(|index| AGES_DAYS.get(index)).map(|from| (Field::Older, days(*from)));
        let to = AGES_DAYS.get(index).map(|to| (Field::Newer, days(*to)));
        let fields: Vec<(Field, String)> = [Some((Field::Kind, "file".to_owned())), from, to].into_iter().flatten().collect();
        let label = AGE_WORDS.get(index).map(|age| age(words())).unwrap_or_default().to_owned();
        Share { label, href: Some(looked_for(inventory, &fields)), amount: *amount }
    };
    inventory.ages.iter().enumerate().map(share).collect()
}
