//! What a move promises, for the people who move their data with it.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::icon::{Glyph, Icon};
use crate::words::{Message, Words, words};

#[component]
pub fn GuaranteesPage() -> impl IntoView {
    view! {
        <Title text=words().guarantees() />
        <article class="page page--text">
            <h1 class="page__title">{words().promises_title()}</h1>
            <p class="page__lead">
                {words().promises_lead()}
            </p>
            <nav class="promises" aria-label=words().on_this_page()>
                <ul class="promises__list">
                    {PROMISES
                        .iter()
                        .map(|promise| view! { <li><a href=format!("#{}", promise.id)>{(promise.title)(words())}</a></li> })
                        .collect_view()}
                </ul>
            </nav>
            {PROMISES.iter().map(|promise| view! { <PromiseText promise /> }).collect_view()}
            <h2 class="page__section">{words().not_promised()}</h2>
            <ul>{LIMITS.iter().map(|limit| view! { <li>{limit(words())}</li> }).collect_view()}</ul>
            <h2 class="page__section">{words().how_it_is_done()}</h2>
            <dl class="facts facts--text">
                {STRATEGIES
                    .iter()
                    .map(|(name, text)| view! { <div class="facts__row"><dt>{name(words())}</dt><dd>{text(words())}</dd></div> })
                    .collect_view()}
            </dl>
        </article>
    }
    .into_any()
}

struct Promise {
    id: &'static str,
    title: Message,
    text: Message,
    details: &'static [Message],
}

#[component]
fn PromiseText(promise: &'static Promise) -> impl IntoView {
    view! {
        <section class="promise" id=promise.id>
            <h2 class="page__section">
                <Icon glyph=Glyph::Shield />
                {(promise.title)(words())}
            </h2>
            <p>{(promise.text)(words())}</p>
            <ul>{promise.details.iter().map(|detail| view! { <li>{detail(words())}</li> }).collect_view()}</ul>
        </section>
    }
}

const PROMISES: [Promise; 7] = [
    Promise {
        id: "atomic",
        title: Words::atomic,
        text: Words::atomic_text,
        details: &[Words::atomic_several, Words::atomic_failure, Words::atomic_stuck, Words::atomic_lustre],
    },
    Promise {
        id: "fits",
        title: Words::fits_promise,
        text: Words::fits_text,
        details: &[Words::fits_again, Words::fits_charged, Words::fits_copy],
    },
    Promise { id: "isolated", title: Words::isolated, text: Words::isolated_text, details: &[Words::isolated_replace] },
    Promise { id: "durable", title: Words::durable, text: Words::durable_text, details: &[] },
    Promise {
        id: "undoable",
        title: Words::undoable,
        text: Words::undoable_text,
        details: &[Words::undoable_looks, Words::undoable_copy, Words::undoable_purged],
    },
    Promise { id: "once", title: Words::once, text: Words::once_text, details: &[] },
    Promise { id: "honest", title: Words::honest, text: Words::honest_text, details: &[] },
];

const LIMITS: [Message; 4] = [Words::limit_late_writes, Words::limit_piecewise, Words::limit_usage, Words::limit_others];

const STRATEGIES: [(Message, Message); 6] = [
    (Words::way_rename, Words::way_rename_text),
    (Words::way_retag, Words::way_retag_text),
    (Words::way_piecewise, Words::way_piecewise_text),
    (Words::way_staged, Words::way_staged_text),
    (Words::way_copy, Words::way_copy_text),
    (Words::trash_title, Words::way_trash_text),
];
