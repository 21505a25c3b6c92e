//! Giving a name: to a new folder, or to an entry that is there.

use crate::state::problems::invalid_name;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::name::FileName;
use tidelock_shared::user_error::UserError;
use wasm_split_helpers::wasm_split;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{Browse, Naming};
use crate::words::words;

#[component]
pub fn NameDialog(browse: Browse) -> impl IntoView {
    let is_open = Signal::derive(move || browse.naming.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| browse.naming.set(None)) labelled_by="name-title" class="dialog">
            {move || browse.naming.get().map(|naming| lazy_part(form(browse, naming)))}
        </Modal>
    }
}

#[wasm_split(dialogs, fallible)]
fn form(browse: Browse, naming: Naming) -> Result<AnyView, ApiError> {
    // An open dialog does not heed `autofocus` any more.
    Effect::new(|_| browser::focus("name"));
    let (title, first, note, button) = match &naming {
        Naming::NewFolder { .. } => (words().new_folder().to_owned(), String::new(), words().new_folder_note(), words().create()),
        Naming::Rename { entry, .. } => {
            let shown = entry.name.shown().into_owned();
            (words().rename_title(&shown), shown, words().rename_note(), words().rename())
        }
    };
    let name = RwSignal::new(first);
    let problem = RwSignal::new(None::<UserError>);
    let is_busy = RwSignal::new(false);
    let give = move |name: FileName| {
        let naming = naming.clone();
        match naming {
            Naming::NewFolder { side } => {
                let Some(folder) = browse.pane(side).path_now() else { return };
                is_busy.set(true);
                spawn_local(async move {
                    let answer = api::create_folder(folder.clone(), name).await;
                    is_busy.set(false);
                    match answer {
                        Ok(entry) => {
                            browse.naming.set(None);
                            browse.desk.spoken.set(words().created(&entry.name.shown()));
                            browse.arrive(side, &folder, &entry.name);
                        }
                        Err(error) => problem.set(Some(error.0)),
                    }
                });
            }
            Naming::Rename { side, entry } => {
                browse.naming.set(None);
                browse.rename(side, &entry, name);
            }
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        match FileName::new(name.get_untracked().into_bytes()) {
            Ok(name) if !is_busy.get_untracked() => give(name),
            Ok(_) => {}
            Err(why) => problem.set(Some(UserError::new("invalid", words().name_invalid(invalid_name(words(), why))))),
        }
    };
    let form = view! {
        <form class="dialog__content" on:submit=on_submit>
            <DialogHead id="name-title" title=title on_close=Callback::new(move |()| browse.naming.set(None)) />
            <label class="dialog__label" for="name">{words().name()}</label>
            <input
                id="name"
                class="field field--path"
                type="text"
                autocomplete="off"
                spellcheck="false"
                bind:value=name
            />
            {move || problem.get().map(|problem| view! { <Problem gravity=Gravity::Refusal problem /> })}
            <footer class="dialog__footer">
                <p class="dialog__note">{note}</p>
                <button type="submit" class="button button--primary" disabled=is_busy>{button}</button>
            </footer>
        </form>
    };
    Ok(form.into_any())
}
