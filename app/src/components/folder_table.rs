//! The rows of a folder as a grid.

use leptos::prelude::*;
use tidelock_shared::id::ProjectId;
use tidelock_shared::listing::{Entry, SortColumn};
use tidelock_shared::name::{FileName, FilePath};

use crate::components::empty_state::EmptyState;
use crate::components::folder_row::FolderRow;
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::desk::{Browse, Pane, Shown};
use crate::state::pane::PaneView;
use crate::state::rows::{Known, PAGE};
use crate::words::words;

/// What makes two rows the same row: a row that changed is drawn anew.
type RowKey = (FilePath, u64, Option<(FileName, u64, i64, Option<ProjectId>, bool, bool)>);

/// One row to draw.
#[derive(Clone)]
struct Row {
    folder: FilePath,
    folder_project: Option<ProjectId>,
    row: u64,
    known: Known,
}

/// The rows, sortable, each a row of an ARIA grid. Of many only those are drawn that can be seen.
#[component]
pub fn FolderTable(browse: Browse, pane: Pane, #[prop(into)] shown: Signal<Option<Shown>>) -> impl IntoView {
    let drawn = Memo::new(move |_| {
        let total = shown.with(|shown| shown.as_ref().map(|shown| pane.with_rows(shown, |rows| rows.total)));
        let mut window = pane.window.get();
        window.set_total(total.unwrap_or_default());
        window.drawn(PAGE)
    });
    pane.fill(drawn);
    let total = move || drawn.with(|drawn| drawn.total);
    let rows = move || {
        shown.with(|shown| {
            let Some(shown) = shown else { return Vec::new() };
            let info = &shown.listing.folder;
            let folder_project = Some(info.tag.id).filter(|_| info.project.id.is_some());
            pane.with_rows(shown, |rows| {
                let row = |row| Row { folder: info.path.clone(), folder_project, row, known: rows.row(row) };
                drawn.get().rows.map(row).collect::<Vec<_>>()
            })
        })
    };
    let label = move || shown.with(|shown| shown.as_ref().map(|shown| words().entries_of(&shown.view.path.shown())));
    let choose_all = move |_| {
        if pane.has_chosen_all() {
            pane.selection.update(|selection| selection.clear());
        } else {
            browse.choose_all(pane.side);
        }
    };
    // The keyboard's row may have been scrolled away: then the table itself can be reached.
    let tab_index = move || {
        let row = pane.selection.with(|selection| selection.focus().map(|focus| focus.row)).unwrap_or_default();
        if browse.desk.is_hydrated.get() && !drawn.with(|drawn| drawn.rows.contains(&row)) { "0" } else { "-1" }
    };
    view! {
        <table
            id=pane.table_id()
            class="folder-table"
            role="grid"
            tabindex=tab_index
            aria-label=label
            aria-multiselectable="true"
            aria-rowcount=move || (total() + 1).to_string()
        >
            <thead class="folder-table__head" role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    <th class="folder-row__check" role="columnheader" scope="col">
                        <input
                            type="checkbox"
                            tabindex="-1"
                            aria-label=words().select_all()
                            prop:checked=move || pane.has_chosen_all()
                            on:click=choose_all
                        />
                    </th>
                    <ColumnHead browse pane column=SortColumn::Name class="folder-row__name" text=words().name() />
                    <ColumnHead browse pane column=SortColumn::Size class="folder-row__size" text=words().size() />
                    <ColumnHead browse pane column=SortColumn::Modified class="folder-row__modified" text=words().modified() />
                    <ColumnHead browse pane column=SortColumn::Owner class="folder-row__owner" text=words().owner() />
                    <ColumnHead browse pane column=SortColumn::Project class="folder-row__project" text=words().project() />
                </tr>
            </thead>
            <tbody role="rowgroup">
                <Space height=Signal::derive(move || drawn.with(|drawn| drawn.above)) />
                <For
                    each=rows
                    key=row_key
                    children=move |Row { folder, folder_project, row, known }| match known {
                        Known::Entry(entry) => view! { <FolderRow browse pane folder folder_project row entry /> }.into_any(),
                        Known::Nothing => blank_row(row, "…"),
                        Known::Gone => blank_row(row, words().no_longer_there()),
                    }
                />
                <Space height=Signal::derive(move || drawn.with(|drawn| drawn.below)) />
            </tbody>
        </table>
        {move || (total() == 0).then(|| nothing(pane, shown))}
    }
    .into_any()
}

/// What lies above or below the drawn rows. Its height is an attribute, not a style, which a strict
/// content policy refuses; and it spans no columns, some of which a narrow pane does without.
#[component]
fn Space(height: Signal<u64>) -> impl IntoView {
    view! {
        <tr class="folder-table__space" aria-hidden="true">
            <td prop:height=move || height.get().to_string()></td>
        </tr>
    }
}

/// A row of which nothing is known (yet, or any more).
fn blank_row(row: u64, text: &'static str) -> AnyView {
    view! {
        <tr class="folder-row folder-row--blank" role="row" aria-rowindex=(row + 2).to_string()>
            <td role="gridcell"></td>
            <td role="gridcell">{text}</td>
        </tr>
    }
    .into_any()
}

/// Why there are no rows.
fn nothing(pane: Pane, shown: Signal<Option<Shown>>) -> Option<AnyView> {
    let (is_complete, is_filtered) = shown.with(|shown| {
        let shown = shown.as_ref()?;
        Some((pane.with_rows(shown, |rows| rows.is_complete), !shown.view.filter.is_empty()))
    })?;
    let empty = match (is_complete, is_filtered) {
        (false, _) => {
            view! { <EmptyState glyph=Glyph::Clock title=words().reading_folder() advice=words().reading_advice() /> }
        }
        (true, true) => {
            view! { <EmptyState glyph=Glyph::Info title=words().no_match() advice=words().no_match_advice() /> }
        }
        (true, false) => {
            let advice = words().empty_advice();
            view! { <EmptyState glyph=Glyph::Folder title=words().folder_empty() advice /> }
        }
    };
    Some(empty.into_any())
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

fn row_key(row: &Row) -> RowKey {
    let entry = match &row.known {
        Known::Entry(Entry { name, size, modified, project, is_drifted, is_released, .. }) => {
            Some((name.clone(), *size, *modified, *project, *is_drifted, *is_released))
        }
        Known::Nothing | Known::Gone => None,
    };
    (row.folder.clone(), row.row, entry)
}
