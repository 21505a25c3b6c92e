//! What a move promises, for the people who move their data with it.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::icon::{Glyph, Icon};

#[component]
pub fn GuaranteesPage() -> impl IntoView {
    view! {
        <Title text="Guarantees" />
        <article class="page page--text">
            <h1 class="page__title">"What a move promises"</h1>
            <p class="page__lead">
                "A move is one transaction. It ends done or undone, and you are told which. Nothing more is claimed: this is one verb with promises, not a new kind of file system."
            </p>
            <nav class="promises" aria-label="On this page">
                <ul class="promises__list">
                    {PROMISES
                        .iter()
                        .map(|promise| view! { <li><a href=format!("#{}", promise.id)>{promise.title}</a></li> })
                        .collect_view()}
                </ul>
            </nav>
            {PROMISES.iter().map(|promise| view! { <PromiseText promise /> }).collect_view()}
            <h2 class="page__section">"What is not promised"</h2>
            <ul>{LIMITS.iter().map(|limit| view! { <li>{*limit}</li> }).collect_view()}</ul>
            <h2 class="page__section">"How it is done"</h2>
            <dl class="facts facts--text">
                {STRATEGIES
                    .iter()
                    .map(|(name, text)| view! { <div class="facts__row"><dt>{*name}</dt><dd>{*text}</dd></div> })
                    .collect_view()}
            </dl>
        </article>
    }
    .into_any()
}

struct Promise {
    id: &'static str,
    title: &'static str,
    text: &'static str,
    details: &'static [&'static str],
}

#[component]
fn PromiseText(promise: &'static Promise) -> impl IntoView {
    view! {
        <section class="promise" id=promise.id>
            <h2 class="page__section">
                <Icon glyph=Glyph::Shield />
                {promise.title}
            </h2>
            <p>{promise.text}</p>
            <ul>{promise.details.iter().map(|detail| view! { <li>{*detail}</li> }).collect_view()}</ul>
        </section>
    }
}

const PROMISES: [Promise; 7] = [
    Promise {
        id: "atomic",
        title: "All or nothing",
        text: "Under the new name there is nothing, or everything. Nobody can list half a folder there.",
        details: &[
            "Several items move together: all of them, or none.",
            "After an error, a cancel, a killed server, a power cut or a full quota, the move goes on by itself and ends done, or undone with everything as before. Only change times and the times of the folders above may differ.",
            "If a second thing fails while putting things back, the move says it is stuck. Nothing is lost, nothing is hidden from you, and it says where everything is.",
            "On Lustre a folder's new name can show for a moment as an empty folder that nobody can enter.",
        ],
    },
    Promise {
        id: "fits",
        title: "It fits, or it does not start",
        text: "Bytes and inodes are checked against the destination's hard limit, its usage, and what other running moves have set aside. The file system itself does not check this for such moves, so we do.",
        details: &[
            "The same is checked once more right before the new name appears.",
            "Afterwards every file is charged to the destination's project, or the plan said before what would not be.",
            "A copy is charged to both projects until its hidden original is purged. That is shown, and counted.",
        ],
    },
    Promise {
        id: "isolated",
        title: "Nobody gets in the way",
        text: "Two moves whose folders overlap never run together. Something that changes while it is moved is noticed: it is read again, or the move is undone. Changed data is never deleted.",
        details: &["Where a name is taken, the plan asks. What you choose to replace is kept hidden and comes back with undo."],
    },
    Promise {
        id: "durable",
        title: "Done means on disk",
        text: "Done is said only when data, names and the record of the move have reached stable storage, by the rules of that file system. A move reported done is still done after a power cut of every machine involved.",
        details: &[],
    },
    Promise {
        id: "undoable",
        title: "You can undo it",
        text: "A finished move can be undone days later, after a restart, from any device. Undo is a move of its own with the same promises and shows its plan first.",
        details: &[
            "It first looks whether things are still as the move left them, and says what differs if not.",
            "For a copy the original is kept hidden for the retention time, seven days unless your site says otherwise, so that undo copies nothing. It stays charged to its project until then.",
            "After a purge, undo has to copy the data back.",
        ],
    },
    Promise {
        id: "once",
        title: "Asked twice, done once",
        text: "Pressing the button twice, or sending a command again after a lost connection, starts one move.",
        details: &[],
    },
    Promise {
        id: "honest",
        title: "No surprises",
        text: "Everything that stands against a move, and everything you should know, is said at once and before the start, with what would help. Progress never runs backwards.",
        details: &[],
    },
];

const LIMITS: [&str; 4] = [
    "While data is copied, a program that has a file open may write to it after the last check. Such late writes are looked for, kept with the hidden original and reported; not every one can be seen.",
    "In a piecewise rename a program that stands in an old folder can still create files there. They are kept and reported.",
    "Usage as the file system reports it can lag behind by seconds. An ambiguous reading waits instead of refusing.",
    "Programs that do not use this server can change anything at any time. The check before the new name appears makes that window small; it cannot close it.",
];

const STRATEGIES: [(&str, &str); 6] = [
    (
        "Rename",
        "One rename; no data is copied. Used where nothing about the charge changes, or where the file system changes it in the same step.",
    ),
    (
        "Retag and rename",
        "Every file's project ID is changed where it lies, then one rename moves the folder. No data is copied, links and open files stay valid, running jobs do not notice.",
    ),
    (
        "Piecewise rename",
        "For users without the right to change project IDs: folders are made anew in hiding and every file is renamed into them. No data is copied.",
    ),
    (
        "Staged copy",
        "Where nothing cheaper is possible, such as another file system: a complete copy grows in hiding, is compared, and appears at once. The original is then hidden and kept for undo.",
    ),
    ("Copy", "Asked for as such, the same copy appears beside the original, which stays. An undo puts the copy into the trash."),
    (
        "Trash",
        "One rename hides it where it is. It stays charged, comes back by another rename, and is deleted for good on your word or after the retention.",
    ),
];
