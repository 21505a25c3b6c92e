//! What is charged wrongly, project by project: scanned on demand, and repaired as a move.

use leptos::prelude::*;
use leptos::task::spawn_local;
use tidelock_shared::drift::{DriftFinding, DriftKind, DriftScan, EarlierScan};
use tidelock_shared::name::FilePath;
use tidelock_shared::project::Project;
use tidelock_shared::quota::Amount;
use tidelock_shared::user_error::UserError;

use super::board::BoardFrame;
use crate::api::{self, ApiError};
use crate::components::icon::{Glyph, Icon};
use crate::components::place_link::PlaceLink;
use crate::components::problem::{Gravity, LoadError, Problem};
use crate::components::repair_offer::{PlanRepair, WhichEntries};
use crate::components::timestamp::{Age, Timestamp};
use crate::desk::use_desk;
use crate::format;
use crate::loading::load;
use crate::state::pane::project_url;
use crate::words::words;

/// The newest scans, as far as this page knows them.
#[derive(Clone, Copy)]
struct Scans {
    known: RwSignal<Vec<DriftScan>>,
    failed: RwSignal<Option<UserError>>,
}

#[component]
pub fn DriftPage() -> impl IntoView {
    let desk = use_desk();
    let scans = Scans { known: RwSignal::new(Vec::new()), failed: RwSignal::new(None) };
    let known = load(|| (), |()| api::drift_scans(false));
    view! {
        <BoardFrame title=words().drift_title() here="/board/drift">
            {move || match (known.get()?, desk.projects.get()?) {
                (Err(ApiError(error)), _) | (_, Err(ApiError(error))) => {
                    Some(view! { <LoadError error what=words().drift_failed() /> }.into_any())
                }
                (Ok(known), Ok(projects)) => {
                    scans.take_first(known);
                    Some(view! { <Projects scans projects /> }.into_any())
                }
            }}
        </BoardFrame>
    }
    .into_any()
}

impl Scans {
    /// What is known when the page is made; projects are loaded anew from time to time.
    fn take_first(self, known: Vec<DriftScan>) {
        if self.known.with_untracked(Vec::is_empty) {
            self.take(known);
        }
    }

    fn take(self, known: Vec<DriftScan>) {
        let goes_on = known.iter().any(is_open);
        self.known.set(known);
        if goes_on && cfg!(feature = "hydrate") {
            spawn_local(self.follow());
        }
    }

    /// Asks until every scan has ended, or the page is gone.
    async fn follow(self) {
        while self.known.try_with_untracked(|known| known.iter().any(is_open)) == Some(true) {
            match api::drift_scans(true).await {
                Ok(known) => self.known.set(known),
                Err(ApiError(error)) => return self.failed.set(Some(error)),
            }
        }
    }

    fn scan(self, paths: Vec<FilePath>) {
        self.failed.set(None);
        let follows = self.known.with_untracked(|known| known.iter().any(is_open));
        spawn_local(async move {
            match api::scan_drift(paths).await {
                Ok(known) if follows => self.known.set(known),
                Ok(known) => self.take(known),
                Err(ApiError(error)) => self.failed.set(Some(error)),
            }
        });
    }

    fn of(self, path: &FilePath) -> Option<DriftScan> {
        self.known.with(|known| known.iter().find(|scan| scan.path == *path).cloned())
    }
}

fn is_open(scan: &DriftScan) -> bool {
    scan.finished_ms.is_none()
}

#[component]
fn Projects(scans: Scans, projects: Vec<Project>) -> impl IntoView {
    // Where a mount has no projects nothing can be charged wrongly.
    let projects: Vec<Project> = projects.into_iter().filter(|project| project.id.is_some()).collect();
    let roots: Vec<FilePath> = projects.iter().map(|project| project.root.clone()).collect();
    let is_any_open = Memo::new(move |_| scans.known.with(|known| known.iter().any(is_open)));
    view! {
        <p class="page__lead">{words().drift_lead()}</p>
        <p>
            <button type="button" class="button button--primary" disabled=is_any_open on:click=move |_| scans.scan(roots.clone())>
                <Icon glyph=Glyph::Search />
                {words().scan_all()}
            </button>
        </p>
        {move || scans.failed.get().map(|problem| view! { <Problem gravity=Gravity::Error problem /> })}
        <ul class="drift">{projects.into_iter().map(|project| view! { <OneProject scans project /> }).collect_view()}</ul>
    }
    .into_any()
}

#[component]
fn OneProject(scans: Scans, project: Project) -> impl IntoView {
    let root = project.root.clone();
    let scan = Memo::new(move |_| scans.of(&root));
    let earlier = Memo::new(move |_| scan.with(|scan| scan.as_ref().map_or(0, |scan| scan.earlier)));
    let folder = project.root.clone();
    let is_scanning = move || scan.with(|scan| scan.as_ref().is_some_and(is_open));
    let (again, shown) = (project.root.clone(), project.root.shown());
    let (label, name) = (words().scan_project(&project.name), project.name.clone());
    view! {
        <li class="drift-project" data-project=project.name>
            <div class="drift-project__head">
                <h2 class="drift-project__name">
                    <PlaceLink href=project_url(&project.root)>{name}</PlaceLink>
                </h2>
                <span class="drift-project__facts">{shown}</span>
                <span class="drift-project__facts" role="status">{move || scan.with(|scan| standing(scan.as_ref()))}</span>
                <button
                    type="button"
                    class="button drift-project__scan"
                    aria-label=label.clone()
                    data-command=label
                    disabled=is_scanning
                    on:click=move |_| scans.scan(vec![again.clone()])
                >
                    {words().scan()}
                </button>
            </div>
            {move || scan.get().filter(|scan| !is_open(scan)).map(found)}
            {move || (earlier.get() > 0).then(|| view! { <Earlier count=earlier.get() folder=folder.clone() /> })}
        </li>
    }
    .into_any()
}

fn standing(scan: Option<&DriftScan>) -> AnyView {
    match scan {
        None => words().never_scanned().into_any(),
        Some(DriftScan { finished_ms: Some(ended), entries, .. }) => {
            view! { {words().scanned(*entries)} " · " <Age milliseconds=*ended /> }.into_any()
        }
        Some(DriftScan { started_ms: None, .. }) => words().waits_for_scan().into_any(),
        Some(scan) => words().scanning(scan.entries).into_any(),
    }
}

fn found(scan: DriftScan) -> AnyView {
    let error = scan.error.clone().map(|error| {
        view! { <Problem gravity=Gravity::Error problem=UserError::new("scan_failed", error) /> }
    });
    let both = |amount: Amount| words().bytes_and_inodes(&format::bytes(amount.bytes), amount.inodes);
    let numbers = scan.counted.map(|counted| {
        let charged = scan.charged.map_or_else(|| words().not_readable().to_owned(), both);
        view! { <p class="drift-project__facts">{words().counted_and_charged(&both(counted), &charged)}</p> }
    });
    let is_clean = scan.findings.is_empty() && scan.error.is_none() && scan.project.is_some();
    let clean =
        is_clean.then(|| view! { <p class="drift-project__clean"><Icon glyph=Glyph::Check />{words().nothing_wrong()}</p> });
    // One repair mends everything that it can.
    let repaired = scan.findings.iter().position(|finding| finding.kind == DriftKind::TagDrift);
    let findings = scan.findings.into_iter().enumerate().map(|(position, finding)| {
        let root = scan.path.clone();
        view! { <Finding finding root can_repair=repaired == Some(position) /> }
    });
    view! {
        {error}
        {numbers}
        {clean}
        {findings.collect_view()}
        {scan.remarks.into_iter().map(|remark| view! { <p class="drift-project__facts">{remark}</p> }).collect_view()}
    }
    .into_any()
}

/// What scans before the newest have found, when; asked for once somebody wants to see it.
#[component]
fn Earlier(count: u64, folder: FilePath) -> impl IntoView {
    let known = RwSignal::new(None::<Result<Vec<EarlierScan>, UserError>>);
    let on_toggle = move |_| {
        let folder = folder.clone();
        if known.with_untracked(Option::is_none) {
            spawn_local(async move { known.set(Some(api::earlier_scans(folder).await.map_err(|ApiError(error)| error))) });
        }
    };
    view! {
        <details class="drift-project__before" on:toggle=on_toggle>
            <summary>{words().earlier_scans(count)}</summary>
            {move || match known.get() {
                None => view! { <p>{words().loading()}</p> }.into_any(),
                Some(Err(error)) => view! { <LoadError error what=words().drift_failed() /> }.into_any(),
                Some(Ok(scans)) => view! { <ol>{scans.into_iter().map(earlier_line).collect_view()}</ol> }.into_any(),
            }}
        </details>
    }
    .into_any()
}

fn earlier_line(scan: EarlierScan) -> impl IntoView {
    let found = if scan.findings.is_empty() { vec![words().nothing_wrong().to_owned()] } else { scan.findings };
    view! {
        <li class="drift-project__scan-before">
            <Timestamp seconds=scan.finished_ms.div_euclid(1000) />
            <div>{found.into_iter().map(|finding| view! { <p>{finding}</p> }).collect_view()}</div>
        </li>
    }
}

#[component]
fn Finding(finding: DriftFinding, root: FilePath, can_repair: bool) -> impl IntoView {
    let mut problem = UserError::new("drift", finding.message);
    problem.hints = finding.hints;
    let examples = Some(finding.examples).filter(|examples| !examples.is_empty());
    view! {
        <Problem gravity=Gravity::Warning problem>
            {examples.map(|examples| view! { <WhichEntries examples /> })}
            {can_repair.then(|| view! { <PlanRepair folder=root /> })}
        </Problem>
    }
}
