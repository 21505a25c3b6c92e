//! What is to be sent, where it goes, and whether it fits, before the first byte.

use crate::state::problems;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::listing::Destination;
use tidelock_shared::name::FilePath;
use tidelock_shared::upload::{OnTaken, UploadId, UploadRequest, UploadState};
use tidelock_shared::user_error::UserError;
use wasm_bindgen::JsCast;
use wasm_split_helpers::wasm_split;
use web_sys::HtmlInputElement;

use crate::api::{self, ApiError};
use crate::browser;
use crate::components::icon::{Glyph, Icon};
use crate::components::lazy_part::lazy_part;
use crate::components::modal::{DialogHead, Modal};
use crate::components::problem::{Gravity, Problem};
use crate::desk::{self, Desk, Offer, use_desk};
use crate::format;
use crate::state::upload;
use crate::words::words;

/// Opens where files are dropped, by the toolbar, and by an upload that needs its files again.
#[component]
pub fn UploadDialog() -> impl IntoView {
    let desk = use_desk();
    let offer = desk.uploads.offer;
    let is_open = Signal::derive(move || offer.with(Option::is_some));
    view! {
        <Modal is_open on_close=Callback::new(move |()| offer.set(None)) labelled_by="upload-title" class="dialog">
            {move || offer.get().map(|offer| lazy_part(form(desk, offer)))}
        </Modal>
    }
}

/// What the dialog knows.
#[derive(Clone, Copy)]
struct Form {
    desk: Desk,
    offer: StoredValue<Offer>,
    request: RwSignal<Option<UploadRequest>>,
    destination: RwSignal<Option<Destination>>,
    /// The upload that is to go on.
    state: RwSignal<Option<UploadState>>,
    on_taken: RwSignal<OnTaken>,
    problem: RwSignal<Option<UserError>>,
    counted: RwSignal<u64>,
    is_busy: RwSignal<bool>,
}

#[wasm_split(uploads, fallible)]
fn form(desk: Desk, offer: Offer) -> Result<AnyView, ApiError> {
    let form = Form {
        desk,
        offer: StoredValue::new(offer.clone()),
        request: RwSignal::new(None),
        destination: RwSignal::new(None),
        state: RwSignal::new(None),
        on_taken: RwSignal::new(OnTaken::Refuse),
        problem: RwSignal::new(None),
        counted: RwSignal::new(0),
        is_busy: RwSignal::new(false),
    };
    // An open dialog does not heed `autofocus` any more.
    Effect::new(|_| browser::focus("pick-files"));
    match &offer.resumes {
        Some(id) => form.ask_for(id.clone()),
        None => form.read_dropped(),
    }
    let title = match offer.resumes {
        Some(_) => words().upload_resume().to_owned(),
        None => words().upload_to(&last_name(&offer.folder)),
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.start();
    };
    let view = view! {
        <form class="dialog__content upload-dialog" on:submit=on_submit>
            <DialogHead id="upload-title" title=title on_close=Callback::new(move |()| desk.uploads.offer.set(None)) />
            <p class="dialog__path">{offer.folder.shown()}</p>
            <div class="move-actions">
                <Picker form id="upload-files" button="pick-files" glyph=Glyph::File text=words().choose_files() is_folder=false />
                <Picker form id="upload-folder" button="pick-folder" glyph=Glyph::Folder text=words().choose_folder() is_folder=true />
            </div>
            <div class="upload-dialog__chosen" role="status">
                {move || form.chosen()}
            </div>
            {move || form.conflicts()}
            {move || form.problem.get().map(|problem| view! { <Problem gravity=Gravity::Refusal problem /> })}
            <footer class="dialog__footer">
                <p class="dialog__note">{words().upload_note()}</p>
                <button type="submit" class="button button--primary" disabled=move || !form.is_ready()>
                    {move || form.button()}
                </button>
            </footer>
        </form>
    };
    Ok(view.into_any())
}

/// A button, and the browser's own picker that it opens.
#[component]
fn Picker(form: Form, id: &'static str, button: &'static str, glyph: Glyph, text: &'static str, is_folder: bool) -> impl IntoView {
    let on_change = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Some(list) = input.files().filter(|list| list.length() > 0) {
            form.took(desk::uploads::take_list(&list, form.resumes()));
        }
        // The same choice again is a choice too.
        input.set_value("");
    };
    view! {
        <button id=button type="button" class="button" on:click=move |_| browser::press(id)>
            <Icon glyph />
            {text}
        </button>
        <input
            id=id
            type="file"
            hidden=true
            multiple=true
            prop:webkitdirectory=is_folder
            on:change=on_change
        />
    }
    .into_any()
}

impl Form {
    fn resumes(self) -> bool {
        self.offer.with_value(|offer| offer.resumes.is_some())
    }

    fn read_dropped(self) {
        spawn_local(async move {
            match desk::uploads::take_dropped(self.counted).await {
                Ok(None) => {}
                Ok(Some(request)) => self.took(Ok(request)),
                Err(error) => self.took(Err(error)),
            }
        });
    }

    fn ask_for(self, id: UploadId) {
        spawn_local(async move {
            match api::upload(id).await {
                Ok(state) => self.state.set(Some(state)),
                Err(ApiError(error)) => self.problem.set(Some(error)),
            }
        });
    }

    /// Something was picked: whether it can go there is asked of the server.
    fn took(self, request: Result<UploadRequest, ApiError>) {
        self.counted.set(0);
        let mut request = match request {
            Ok(request) => request,
            Err(ApiError(error)) => return self.problem.set(Some(error)),
        };
        request.folder = self.offer.with_value(|offer| offer.folder.clone());
        self.problem.set(request.problems().first().map(|problem| sentence(&problems::upload(problem))));
        self.on_taken.set(OnTaken::Refuse);
        self.destination.set(None);
        self.request.set(Some(request.clone()));
        if self.resumes() || self.problem.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            match api::destination(request.folder.clone(), request.tops().into_iter().collect()).await {
                // Another choice may have been made since.
                Ok(destination) if self.request.with_untracked(|now| now.as_ref() == Some(&request)) => {
                    self.destination.set(Some(destination));
                }
                Ok(_) => {}
                Err(ApiError(error)) => self.problem.set(Some(error)),
            }
        });
    }

    /// What was picked, in a few lines.
    fn chosen(self) -> AnyView {
        if self.resumes() {
            return self.found_again();
        }
        let Some(request) = self.request.get() else {
            let counted = self.counted.get();
            let text = if counted > 0 { words().files_so_far(counted) } else { words().drop_anywhere().to_owned() };
            return view! { <p class="dialog__note">{text}</p> }.into_any();
        };
        let adds = request.adds();
        let verdict = self.destination.with(|destination| destination.as_ref().map(|there| upload::verdict(&request, there)));
        let payer = self.destination.with(|there| there.as_ref().map(|there| there.folder.project.name.clone()));
        let line = verdict.map(|verdict| {
            let (class, glyph) = if verdict.fits {
                ("upload-dialog__verdict upload-dialog__verdict--good", Glyph::Check)
            } else {
                ("upload-dialog__verdict upload-dialog__verdict--bad", Glyph::Refused)
            };
            view! { <p class=class><Icon glyph />{verdict.text}</p> }
        });
        let charge = payer.map(|payer| words().adds_to(&format::bytes(adds.bytes), adds.inodes, &payer));
        view! {
            <p class="upload-dialog__summary">{upload::summary(&request)}</p>
            {charge.map(|charge| view! { <p class="dialog__note">{charge}</p> })}
            {line}
        }
        .into_any()
    }

    fn found_again(self) -> AnyView {
        let text = self.state.with(|state| {
            let Some(state) = state else { return words().upload_asking().to_owned() };
            let Some(matched) = self.matched() else {
                return words().upload_wanted(&state.upload.name.shown(), &format::bytes(state.upload.bytes), state.upload.files);
            };
            match upload::missing(&state.files, &matched) {
                None => words().upload_all_chosen().to_owned(),
                Some((count, example)) => words().upload_missing(count, example.shown().trim_start_matches('/')),
            }
        });
        view! { <p>{text}</p> }.into_any()
    }

    fn matched(self) -> Option<Vec<Option<usize>>> {
        self.request.with(|request| {
            let request = request.as_ref()?;
            self.state.with(|state| Some(upload::matched(&state.as_ref()?.files, &request.files)))
        })
    }

    /// What becomes of names that are taken.
    fn conflicts(self) -> Option<AnyView> {
        let taken = self.destination.with(|there| there.as_ref().map(|there| there.taken.clone()))?;
        let title = match taken.as_slice() {
            [] => return None,
            [name] => words().name_there(&name.shown()),
            many => words().names_there(many.len() as u64),
        };
        let choice = move |answer: OnTaken, label: &'static str, effect: &'static str| {
            view! {
                <label class="conflicts__choice">
                    <input
                        type="radio"
                        name="upload-conflicts"
                        prop:checked=move || self.on_taken.get() == answer
                        on:change=move |_| self.on_taken.set(answer)
                    />
                    <span class="conflicts__label">{label}</span>
                    <span class="conflicts__effect">{effect}</span>
                </label>
            }
        };
        let view = view! {
            <fieldset class="conflicts conflicts__all">
                <legend class="conflicts__title"><Icon glyph=Glyph::Help />{title}</legend>
                {choice(OnTaken::KeepBoth, words().keep_both(), words().upload_keep_both())}
                {choice(OnTaken::Skip, words().skip(), words().upload_skip())}
            </fieldset>
        };
        Some(view.into_any())
    }

    fn is_ready(self) -> bool {
        if self.is_busy.get() || self.problem.with(Option::is_some) {
            return false;
        }
        if self.resumes() {
            let matched = self.matched();
            return self.state.with(|state| {
                state.as_ref().zip(matched).is_some_and(|(state, matched)| upload::missing(&state.files, &matched).is_none())
            });
        }
        let is_decided = |there: &Destination| there.taken.is_empty() || self.on_taken.get() != OnTaken::Refuse;
        self.request.with(|request| {
            self.destination.with(|there| {
                let both = request.as_ref().zip(there.as_ref());
                both.is_some_and(|(request, there)| is_decided(there) && upload::verdict(request, there).fits)
            })
        })
    }

    fn button(self) -> String {
        if self.resumes() {
            return words().go_on().to_owned();
        }
        match self.request.with(|request| request.as_ref().map(|request| request.files.len() as u64)) {
            Some(files) if files > 0 => words().upload_files(files),
            _ => words().upload().to_owned(),
        }
    }

    fn start(self) {
        let desk = self.desk;
        if !untrack(move || self.is_ready()) {
            return;
        }
        if let (Some(state), Some(matched)) = (self.state.get_untracked(), untrack(move || self.matched())) {
            desk.uploads.offer.set(None);
            return desk::uploads::go_on(desk, state, &matched);
        }
        let Some(request) = self.request.get_untracked() else { return };
        self.is_busy.set(true);
        spawn_local(async move {
            let request = UploadRequest { on_taken: self.on_taken.get_untracked(), ..request };
            match desk::uploads::start(desk, request).await {
                Ok(()) => desk.uploads.offer.set(None),
                // The dialog may have been closed meanwhile.
                Err(ApiError(error)) if self.problem.try_set(Some(error.clone())).is_some() => desk.notify(error.message),
                Err(_) => {
                    self.is_busy.try_set(false);
                }
            }
        });
    }
}

fn sentence(problem: &str) -> UserError {
    UserError::new("invalid", format::sentence(problem))
}

fn last_name(path: &FilePath) -> String {
    path.split_last().map_or_else(|| "/".to_owned(), |(_, name)| name.shown().into_owned())
}
