//! The rows of a folder as a grid.

use leptos::prelude::*;
use tidelock_shared::id::ProjectId;
use tidelock_shared::listing::{Entry, FolderListing, SortColumn};
use tidelock_shared::name::{FileName, FilePath};

use crate::components::empty_state::EmptyState;
use crate::components::folder_row::FolderRow;
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::desk::{Browse, Pane};
use crate::format;
use crate::state::pane::PaneView;

/// What makes two rows the same row: a row that changed is drawn anew.
type RowKey = (FilePath, FileName, u64, i64, Option<ProjectId>, bool, bool);

/// The rows, sortable, each a row of an ARIA grid.
#[component]
pub fn FolderTable(browse: Browse, pane: Pane, #[prop(into)] listing: Signal<Option<FolderListing>>) -> impl IntoView {
    let rows = move || {
        listing.with(|listing| {
            let Some(listing) = listing else { return Vec::new() };
            let (folder, project) = (&listing.path, Some(listing.tag.id).filter(|_| listing.project.id.is_some()));
            listing.entries.iter().map(|entry| (folder.clone(), project, entry.clone())).collect::<Vec<_>>()
        })
    };
    let total = move || listing.with(|listing| listing.as_ref().map(|listing| listing.entries_total).unwrap_or_default());
    let label = move || listing.with(|listing| listing.as_ref().map(|listing| format!("Entries of {}", listing.path.shown())));
    let all_chosen = move || {
        let shown = listing.with(|listing| listing.as_ref().map(|listing| listing.entries.len()).unwrap_or_default());
        shown > 0 && pane.selection.with(|selection| selection.len() == shown)
    };
    let choose_all = move |_| {
        let rows = pane.rows_now();
        pane.selection
            .update(|selection| if selection.len() == rows.len() { selection.clear() } else { selection.choose_all(&rows) });
    };
    view! {
        <table
            class="folder-table"
            role="grid"
            aria-label=label
            aria-multiselectable="true"
            aria-rowcount=move || (total() + 1).to_string()
        >
            <thead class="folder-table__head" role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    <th class="folder-row__check" role="columnheader" scope="col">
                        <input type="checkbox" tabindex="-1" aria-label="Select all" prop:checked=all_chosen on:click=choose_all />
                    </th>
                    <ColumnHead browse pane column=SortColumn::Name class="folder-row__name" text="Name" />
                    <ColumnHead browse pane column=SortColumn::Size class="folder-row__size" text="Size" />
                    <ColumnHead browse pane column=SortColumn::Modified class="folder-row__modified" text="Modified" />
                    <ColumnHead browse pane column=SortColumn::Owner class="folder-row__owner" text="Owner" />
                    <ColumnHead browse pane column=SortColumn::Project class="folder-row__project" text="Project" />
                </tr>
            </thead>
            <tbody role="rowgroup">
                <ForEnumerate
                    each=rows
                    key=|(folder, _, entry)| row_key(folder, entry)
                    children=move |index, (folder, folder_project, entry)| {
                        view! { <FolderRow browse pane folder folder_project index entry /> }
                    }
                />
            </tbody>
        </table>
        {move || listing.with(|listing| listing.as_ref().map(|listing| foot(pane, listing)))}
    }
    .into_any()
}

/// What comes after the rows: more of them, or why there are none.
fn foot(pane: Pane, listing: &FolderListing) -> AnyView {
    let shown = listing.entries.len() as u64;
    let is_filtered = pane.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| !shown.filter.is_empty()));
    if shown < listing.entries_total {
        let rest = format::counted(listing.entries_total - shown, "more entry", "more entries");
        view! {
            <button type="button" class="button folder-table__more" on:click=move |_| pane.load_more()>
                {format!("Load more · {rest}")}
            </button>
        }
        .into_any()
    } else if shown == 0 && is_filtered {
        view! { <EmptyState glyph=Glyph::Info title="No name matches" advice="Clear the filter to see the whole folder." /> }
            .into_any()
    } else if shown == 0 {
        let advice = "Drag something here, or cut it elsewhere and paste it.";
        view! { <EmptyState glyph=Glyph::Folder title="This folder is empty" advice /> }.into_any()
    } else {
        ().into_any()
    }
}

#[component]
fn ColumnHead(browse: Browse, pane: Pane, column: SortColumn, class: &'static str, text: &'static str) -> impl IntoView {
    let sort = move || pane.shown.with(|shown| shown.as_ref().map(|shown| shown.sort)).unwrap_or_default();
    let is_sorted = move || sort().column == column;
    let aria_sort = move || match (is_sorted(), sort().descending) {
        (false, _) => "none",
        (true, false) => "ascending",
        (true, true) => "descending",
    };
    let href =
        Signal::derive(move || browse.url_with(pane.side, |view| PaneView { sort: view.sort.clicked(column), ..view.clone() }));
    view! {
        <th class=class role="columnheader" scope="col" aria-sort=aria_sort>
            <PlaceLink href class="folder-table__sort">
                {text}
                {move || {
                    is_sorted().then(|| view! { <Icon glyph=if sort().descending { Glyph::SortDown } else { Glyph::SortUp } /> })
                }}
            </PlaceLink>
        </th>
    }
}

fn row_key(folder: &FilePath, entry: &Entry) -> RowKey {
    let Entry { name, size, modified, project, is_drifted, is_released, .. } = entry;
    (folder.clone(), name.clone(), *size, *modified, *project, *is_drifted, *is_released)
}
