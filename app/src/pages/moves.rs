//! Every move, newest first.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use tidelock_shared::progress::MoveView;

use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::place_link::PlaceLink;
use crate::components::problem::LoadError;
use crate::components::state_badge::StateBadge;
use crate::components::timestamp::Age;
use crate::desk::use_desk;
use crate::format;
use crate::state::move_list::Kind;
use crate::state::words;

#[component]
pub fn MovesPage() -> impl IntoView {
    let desk = use_desk();
    let query = use_query_map();
    let kind = Memo::new(move |_| query.with(|query| query.get_str("state").map(Kind::of_word).unwrap_or_default()));
    view! {
        <Title text="Moves" />
        <div class="page">
            <h1 class="page__title">"Moves"</h1>
            <nav class="filters" aria-label="Filter">
                {Kind::EACH
                    .into_iter()
                    .map(|each| {
                        let href = if each == Kind::All { "/moves".to_owned() } else { format!("/moves?state={}", each.word()) };
                        view! {
                            <PlaceLink
                                href
                                class="filters__link"
                                current=Signal::derive(move || (kind.get() == each).then_some("true"))
                            >
                                {format::capitalised(each.word())}
                            </PlaceLink>
                        }
                    })
                    .collect_view()}
            </nav>
            <Transition fallback=|| view! { <p>"Loading moves…"</p> }>
                {move || {
                    desk.moves
                        .all()
                        .map(|moves| match moves {
                            Ok(mut moves) => {
                                moves.retain(|view| kind.get().includes(view.state));
                                view! { <MoveRows moves /> }.into_any()
                            }
                            Err(error) => view! { <LoadError error what="The moves could not be loaded" /> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
    .into_any()
}

/// Moves as a table.
#[component]
pub fn MoveRows(moves: Vec<MoveView>) -> impl IntoView {
    if moves.is_empty() {
        return view! {
            <EmptyState
                glyph=Glyph::MoveTo
                title="No moves here"
                advice="Drag a folder onto another project, or choose “Move to…”."
            />
        }
        .into_any();
    }
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="List of moves">
            <table class="table table--moves">
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"To"</th>
                        <th scope="col" class="table__number table__wide">"Data copied"</th>
                        <th scope="col" class="table__wide">"How"</th>
                        <th scope="col">"Started"</th>
                    </tr>
                </thead>
                <tbody>{moves.into_iter().map(|view| view! { <MoveRow view /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn MoveRow(view: MoveView) -> impl IntoView {
    let title = words::deed(&view);
    let copied = view.counters.bytes_total;
    let running = (!view.state.is_final())
        .then(|| [Some(format::percent(view.fraction)), words::pace(&view)].into_iter().flatten().collect::<Vec<_>>().join(" · "));
    view! {
        <tr data-move=view.id.to_string()>
            <th scope="row">
                <PlaceLink href=format!("/moves/{}", view.id)>
                    {title}
                </PlaceLink>
            </th>
            <td>
                <StateBadge state=view.state is_undone_later=view.undone_by.is_some() rests=words::rests(&view) />
                {running.map(|running| view! { <span class="table__line table__line--less">{running}</span> })}
            </td>
            <td class="table--moves__from">
                <Place project=view.from_project folder=view.source_folder url=view.source_url />
            </td>
            <td class="table--moves__to">
                <Place project=view.to_project folder=view.destination_folder url=view.destination_url />
            </td>
            <td class="table__number table__wide">
                <span class="table__line">{if copied == 0 { "none".to_owned() } else { format::bytes(copied) }}</span>
                <span class="table__line table__line--less">
                    {format::counted(view.counters.entries_total, "entry", "entries")}
                </span>
            </td>
            <td class="table__wide">{view.strategy.words()}</td>
            <td class="table--moves__started">
                <Age milliseconds=view.started_ms />
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Place(project: String, folder: String, url: String) -> impl IntoView {
    view! {
        <span class="table__line">{project}</span>
        <PlaceLink href=url class="table__line table__line--less table__path">
            {folder}
        </PlaceLink>
    }
}
