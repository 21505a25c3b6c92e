//! One row of a folder.

use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::*;
use tidelock_shared::id::ProjectId;
use tidelock_shared::listing::Entry;
use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;

use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::components::timestamp::Timestamp;
use crate::desk::{Browse, MenuAt, Pane, Press};
use crate::format;
use crate::state::move_words;
use crate::words::words;

/// An entry: chosen by click, opened by double click or its link, taken up by dragging.
#[component]
pub fn FolderRow(
    browse: Browse,
    pane: Pane,
    folder: FilePath,
    folder_project: Option<ProjectId>,
    row: u64,
    entry: Entry,
) -> impl IntoView {
    let path = folder.join(entry.name.clone());
    let is_folder = entry.kind == EntryKind::Folder;
    let drop_url = is_folder.then(|| path.to_url());
    let name = StoredValue::new(entry.name.clone());
    let folder = StoredValue::new(folder);
    let path = StoredValue::new(path);
    let entry_kept = StoredValue::new(entry.clone());

    pane.drawn(row);
    let is_chosen = move || pane.selection.with(|selection| name.with_value(|name| selection.contains(name)));
    let is_focus = move || {
        pane.selection.with(|selection| match selection.focus() {
            Some(focus) => name.with_value(|name| focus.name == *name),
            None => row == 0,
        })
    };
    let is_cut = move || {
        browse.desk.clipboard.with(|clipboard| {
            clipboard
                .as_ref()
                .is_some_and(|clipboard| folder.with_value(|folder| name.with_value(|name| clipboard.takes_away(folder, name))))
        })
    };
    let is_over = move |over: Option<&FilePath>| path.with_value(|path| over == Some(path));
    let is_hovered = move || {
        is_folder
            && (browse.desk.hand.drag.with(|drag| drag.as_ref().is_some_and(|drag| is_over(drag.over.as_ref())))
                || browse.desk.uploads.over.with(|over| is_over(over.as_ref())))
    };

    let on_click = move |event: MouseEvent| {
        if browser::is_within(&event, "a, input") && event.default_prevented() {
            return;
        }
        browse.activate(pane.side);
        if event.shift_key() {
            browse.extend_to(pane.side, row);
        } else {
            let toggles = event.ctrl_key() || event.meta_key();
            pane.selection.update(|selection| {
                entry_kept
                    .with_value(|entry| if toggles { selection.toggle(row, entry) } else { selection.choose_only(row, entry) });
            });
        }
        // With a modifier a click on the name chooses the row and does not open a window.
        if event.shift_key() || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
        }
    };
    let on_focus = move |_| {
        if !is_focus() || pane.selection.with_untracked(|selection| selection.focus().is_none()) {
            pane.selection.update(|selection| name.with_value(|name| selection.focus_on(row, name)));
        }
    };
    let on_double_click = move |event: MouseEvent| {
        if !browser::is_within(&event, "a, input") {
            browse.open_entry(pane.side, &entry_kept.get_value());
        }
    };
    let on_menu = move |event: MouseEvent| {
        event.prevent_default();
        browse.activate(pane.side);
        pane.selection.update(|selection| entry_kept.with_value(|entry| selection.acting_on(row, entry)));
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        browse.menu.set(Some(MenuAt { side: pane.side, entry: entry_kept.get_value(), at }));
    };
    let on_pointer_down = move |event: PointerEvent| {
        // A finger scrolls; it moves things by "Move to…".
        let is_grip = event.button() == 0 && event.pointer_type() != "touch" && !browser::is_within(&event, "input");
        if is_grip {
            let at = (f64::from(event.client_x()), f64::from(event.client_y()));
            browse.press.set_value(Some(Press { side: pane.side, row, entry: entry_kept.get_value(), at }));
        }
    };
    let shown = entry.name.shown().into_owned();
    view! {
        <tr
            id=pane.row_id(row)
            class="folder-row"
            class=("folder-row--chosen", is_chosen)
            class=("folder-row--cut", is_cut)
            class=("folder-row--hovered", is_hovered)
            role="row"
            aria-rowindex=(row + 2).to_string()
            aria-selected=move || if is_chosen() { "true" } else { "false" }
            tabindex=move || if is_focus() { "0" } else { "-1" }
            data-drop=drop_url
            on:focus=on_focus
            on:click=on_click
            on:dblclick=on_double_click
            on:contextmenu=on_menu
            on:pointerdown=on_pointer_down
        >
            <td class="folder-row__check" role="gridcell">
                <input
                    type="checkbox"
                    tabindex="-1"
                    aria-label=words().select_name(&shown)
                    prop:checked=is_chosen
                    on:click=move |event| {
                        event.stop_propagation();
                        browse.activate(pane.side);
                        pane.selection.update(|selection| entry_kept.with_value(|entry| selection.toggle(row, entry)));
                    }
                />
            </td>
            <td class="folder-row__name" role="gridcell">
                <span class="folder-row__label" title=entry.name.shown().into_owned()>
                    <NameCell browse pane path entry=entry.clone() shown />
                </span>
            </td>
            <td class="folder-row__size" role="gridcell" title=(!is_folder).then(|| format::bytes_exact(entry.size))>
                {if is_folder { "–".to_owned() } else { format::bytes(entry.size) }}
            </td>
            <td class="folder-row__modified" role="gridcell">
                <Timestamp seconds=entry.modified />
            </td>
            <td
                class="folder-row__owner"
                role="gridcell"
                title=format!("{}:{} {}", entry.owner, entry.group, format::permissions(entry.mode))
            >
                {entry.owner.clone()}
            </td>
            <td class="folder-row__project" role="gridcell">
                <ProjectCell browse folder entry folder_project />
            </td>
        </tr>
    }
    .into_any()
}

/// What stands before a name.
pub fn glyph_of(kind: EntryKind) -> Glyph {
    match kind {
        EntryKind::Folder => Glyph::Folder,
        EntryKind::SymbolicLink => Glyph::Link,
        _ => Glyph::File,
    }
}

#[component]
fn NameCell(browse: Browse, pane: Pane, path: StoredValue<FilePath>, entry: Entry, shown: String) -> impl IntoView {
    let kind = move_words::kind(entry.kind);
    let label = if entry.kind == EntryKind::Folder {
        let href = Signal::derive(move || path.with_value(|path| browse.folder_url(pane.side, path)));
        // Once the rows are a grid the keyboard walks by rows; until then by links.
        let tab_index = move || browse.desk.is_hydrated.get().then_some("-1");
        view! {
            <PlaceLink href class="folder-row__link" tab_index=Signal::derive(tab_index)>
                {shown}
            </PlaceLink>
        }
        .into_any()
    } else {
        view! { <span class="folder-row__text">{shown}</span> }.into_any()
    };
    view! {
        <span class="folder-row__icon" title=kind>
            <Icon glyph=glyph_of(entry.kind) />
            <span class="visually-hidden">{kind}</span>
        </span>
        {label}
        {entry
            .points_to
            .map(|place| {
                view! {
                    <span class="folder-row__points-to" title=words().points_to(&place)>
                        {format!("→ {place}")}
                    </span>
                }
            })}
        {entry
            .is_released
            .then(|| {
                view! {
                    <span class="mark" title=words().on_tape_title()>
                        <Icon glyph=Glyph::Archive />
                        {words().released()}
                    </span>
                }
            })}
    }
    .into_any()
}

/// The project ID, and in words where it is not what its folder says.
#[component]
fn ProjectCell(browse: Browse, folder: StoredValue<FilePath>, entry: Entry, folder_project: Option<ProjectId>) -> impl IntoView {
    let id = entry.project.map(|id| id.to_string()).unwrap_or_else(|| "–".to_owned());
    let is_other = entry.project != folder_project;
    let is_drifted = entry.is_drifted;
    let name = entry.name.shown().into_owned();
    let (text, title) =
        if is_other { (words().drifted(), words().drifted_title()) } else { (words().no_flag(), words().no_flag_title()) };
    view! {
        <span class="folder-row__id">{id}</span>
        {move || {
            is_drifted
                .then(|| {
                    // A move changes projects in place, entry by entry: that is no drift.
                    if folder.with_value(|folder| browse.desk.moves.is_moving(folder, &name)) {
                        view! {
                            <span class="mark" title=words().retagging_title()>
                                <Icon glyph=Glyph::MoveTo />
                                {words().moving()}
                            </span>
                        }
                    } else {
                        view! {
                            <span class="mark mark--warning" title=title>
                                <Icon glyph=Glyph::Drift />
                                {text}
                            </span>
                        }
                    }
                })
        }}
    }
    .into_any()
}
