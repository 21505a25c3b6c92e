//! "Move to…": a destination without dragging.

use crate::state::problems;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::wasm_split;

use crate::api::ApiError;
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Departure, Desk, Proposal, use_desk};
use crate::format;
use crate::state::clipboard;
use crate::words::words;

#[component]
pub fn MoveDialog() -> impl IntoView {
    let desk = use_desk();
    let departing = desk.planning.departing;
    let is_open = Signal::derive(move || departing.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| departing.set(None)) labelled_by="move-title" class="dialog">
            {move || departing.get().map(|departure| lazy_part(form(desk, departure)))}
        </Modal>
    }
}

#[wasm_split(dialogs, fallible, preload(load))]
pub fn form(desk: Desk, departure: Departure) -> Result<AnyView, ApiError> {
    // An open dialog does not heed `autofocus` any more.
    Effect::new(|_| browser::focus("destination"));
    let Departure { things, beside } = departure;
    let title = match things.as_slice() {
        [thing] => words().move_name_to(&thing.split_last().map(|(_, name)| name.shown()).unwrap_or_default()),
        many => words().move_items_to(many.len() as u64),
    };
    let here = || things.first().and_then(|thing| Some(thing.split_last()?.0));
    let first_guess = beside.clone().or_else(here).unwrap_or_default();
    let path = RwSignal::new(first_guess.shown());
    // What is shown may be escaped; a folder that was picked is meant by its bytes.
    let picked = StoredValue::new(first_guess);
    let problems = RwSignal::new(Vec::<String>::new());
    let close = move || desk.planning.departing.set(None);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = path.get_untracked();
        let parsed = match picked.get_value() {
            picked if picked.shown() == text => Ok(picked),
            _ => FilePath::parse(text.trim().as_bytes()),
        };
        let destination = match parsed {
            Ok(destination) => destination,
            Err(problem) => return problems.set(vec![problems::invalid_name(words(), problem).to_owned()]),
        };
        let request = clipboard::request(things.iter().cloned(), &destination);
        match request.validate() {
            Ok(_) => {
                close();
                desk.planning.propose(Proposal::Move(request));
            }
            Err(found) => problems.set(found.iter().map(problems::request).collect()),
        }
    };
    let place = move |text: String, folder: &FilePath| {
        let folder = folder.clone();
        view! {
            <li>
                <button
                    type="button"
                    class="button button--quiet"
                    on:click=move |_| {
                        path.set(folder.shown());
                        picked.set_value(folder.clone());
                        problems.set(Vec::new());
                    }
                >
                    <Icon glyph=Glyph::Folder />
                    {text}
                </button>
            </li>
        }
    };
    let form = view! {
        <form class="dialog__content" on:submit=on_submit>
            <DialogHead id="move-title" title=title on_close=Callback::new(move |()| close()) />
            <label class="dialog__label" for="destination">{words().destination_folder()}</label>
            <input
                id="destination"
                class="field field--path"
                type="text"
                autofocus=true
                autocomplete="off"
                spellcheck="false"
                bind:value=path
            />
            <ul class="dialog__places" aria-label=words().places()>
                {beside.map(|folder| place(words().other_pane_is(&folder.shown()), &folder))}
                <Transition>
                {move || {
                    let projects = desk.projects.get().and_then(Result::ok).unwrap_or_default();
                    projects.iter().map(|project| place(project.name.clone(), &project.root)).collect_view()
                }}
                </Transition>
            </ul>
            {move || {
                problems
                    .get()
                    .into_iter()
                    .map(|problem| view! { <Problem gravity=Gravity::Refusal problem=UserError::new("invalid", format::sentence(&problem)) /> })
                    .collect_view()
            }}
            <footer class="dialog__footer">
                <p class="dialog__note">{words().plan_first()}</p>
                <button type="submit" class="button button--primary">{words().show_plan()}</button>
            </footer>
        </form>
    };
    Ok(form.into_any())
}
