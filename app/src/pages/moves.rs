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
use crate::state::move_words;
use crate::words::words;

#[component]
pub fn MovesPage() -> impl IntoView {
    let desk = use_desk();
    let query = use_query_map();
    let kind = Memo::new(move |_| query.with(|query| query.get_str("state").map(Kind::of_word).unwrap_or_default()));
    view! {
        <Title text=words().moves_title() />
        <div class="page">
            <h1 class="page__title">{words().moves_title()}</h1>
            <nav class="filters" aria-label=words().filter()>
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
                                {format::capitalised(each.title())}
                            </PlaceLink>
                        }
                    })
                    .collect_view()}
            </nav>
            <Transition fallback=|| view! { <p>{words().loading_moves()}</p> }>
                {move || {
                    desk.moves
                        .all()
                        .map(|moves| match moves {
                            Ok(mut moves) => {
                                moves.retain(|view| kind.get().includes(view.state));
                                view! { <MoveRows moves /> }.into_any()
                            }
                            Err(error) => view! { <LoadError error what=words().moves_failed() /> }.into_any(),
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
                title=words().no_moves()
                advice=words().no_moves_advice()
            />
        }
        .into_any();
    }
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=words().moves_list()>
            <table class="table table--moves">
                <thead>
                    <tr>
                        <th scope="col">{words().what()}</th>
                        <th scope="col">{words().state()}</th>
                        <th scope="col">{words().title_from()}</th>
                        <th scope="col">{words().to_title()}</th>
                        <th scope="col" class="table__number table__wide">{words().data_copied()}</th>
                        <th scope="col" class="table__wide">{words().how()}</th>
                        <th scope="col">{words().started_title()}</th>
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
    let title = move_words::deed(&view);
    let copied = view.counters.bytes_total;
    let running = (!view.state.is_final()).then(|| {
        [Some(format::percent(view.fraction)), move_words::pace(&view)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    view! {
        <tr data-move=view.id.to_string()>
            <th scope="row">
                <PlaceLink href=format!("/moves/{}", view.id)>
                    {title}
                </PlaceLink>
            </th>
            <td>
                <StateBadge state=view.state is_undone_later=view.undone_by.is_some() rests=move_words::rests(&view) />
                {running.map(|running| view! { <span class="table__line table__line--less">{running}</span> })}
            </td>
            <td class="table--moves__from">
                <Place project=view.from_project folder=view.source_folder url=view.source_url />
            </td>
            <td class="table--moves__to">
                <Place project=view.to_project folder=view.destination_folder url=view.destination_url />
            </td>
            <td class="table__number table__wide">
                <span class="table__line">{if copied == 0 { words().none_copied().to_owned() } else { format::bytes(copied) }}</span>
                <span class="table__line table__line--less">
                    {words().entries(view.counters.entries_total)}
                </span>
            </td>
            <td class="table__wide">{move_words::strategy(view.strategy)}</td>
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
