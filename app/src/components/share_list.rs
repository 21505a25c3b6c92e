//! Parts of a whole, the largest first: what each is called, a bar, and its numbers.
//!
//! Drawn as SVG and not with widths in `style`, which a strict content policy refuses.

use leptos::prelude::*;
use tidelock_shared::quota::Amount;

use crate::components::place_link::PlaceLink;
use crate::format;
use crate::words::words;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub label: String,
    /// Where to see more of it; none for what is not one thing.
    pub href: Option<String>,
    pub amount: Amount,
}

/// Rows stay what they are while their numbers change, so that whoever is at one is not thrown out.
#[component]
pub fn ShareList(
    title: &'static str,
    /// What the labels are.
    of: &'static str,
    #[prop(into)] shares: Signal<Vec<Share>>,
) -> impl IntoView {
    let whole = Memo::new(move |_| shares.with(|shares| shares.iter().map(|share| share.amount.bytes).sum::<u64>()));
    let row = move |(label, href): (String, Option<String>)| {
        let amount = {
            let label = label.clone();
            Memo::new(move |_| {
                shares.with(|shares| shares.iter().find(|share| share.label == label).map(|share| share.amount)).unwrap_or_default()
            })
        };
        #[expect(clippy::cast_precision_loss, reason = "a bar is some hundred pixels wide")]
        let width = move || format::share(amount.get().bytes as f64 / whole.get().max(1) as f64);
        view! {
            <tr>
                <th scope="row" class="share-list__label">
                    {match href {
                        Some(href) => view! { <PlaceLink href>{label}</PlaceLink> }.into_any(),
                        None => label.into_any(),
                    }}
                    <svg class="share-list__bar" aria-hidden="true" focusable="false">
                        <rect class="share-list__part" width=width height="100%" />
                    </svg>
                </th>
                <td class="table__number">
                    <span class="table__line" title=move || format::bytes_exact(amount.get().bytes)>
                        {move || format::bytes(amount.get().bytes)}
                    </span>
                    <span class="table__line table__line--less">
                        {move || words().inodes(amount.get().inodes)}
                    </span>
                </td>
            </tr>
        }
    };
    view! {
        <section class="share-list">
            <h3 class="share-list__title">{title}</h3>
            <table class="table share-list__table" aria-label=title>
                <thead>
                    <tr>
                        <th scope="col" class="share-list__label">{of}</th>
                        <th scope="col" class="table__number">{words().charged()}</th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || shares.with(|shares| {
                            shares.iter().map(|share| (share.label.clone(), share.href.clone())).collect::<Vec<_>>()
                        })
                        key=Clone::clone
                        children=row
                    />
                </tbody>
            </table>
        </section>
    }
    .into_any()
}
