//! The last look before names appear: is everything still as it was planned with?

use tidelock_shared::strategy::Strategy;

use super::context::{Context, holds};
use super::error::{StepError, StepResult};
use super::publish::is_expected_of_top;
use super::rebuild::collect_latecomers;
use super::retag::retag_until_clean;
use super::verify::bring_up_to_date;
use crate::fs::walk::look;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let item = context.item().clone();
    let (source, destination) = (context.source_folder()?, context.destination_folder()?);
    let tag = context.fs.tag((&destination).into())?;
    if tag != item.destination_folder.tag {
        return Err(StepError::TagChanged(item.destination_folder.path));
    }
    let retired = context.retired_name()?;
    let hop = super::hop::place(context)?.filter(|_| item.strategy == Strategy::RetagWithHop);
    let from = match &hop {
        Some((hop, name)) => hop.at(name),
        None => source.at(if item.retires_source() { &retired } else { &item.source_name }),
    };
    let to = destination.at(&item.destination_name);
    if !holds(context.fs, from, &item.identity)? {
        // After a crash the item may have its new name already.
        let hidden = context.staging_name()?;
        let is_on_its_way = super::publish::goes_by_a_hidden_name(context, &destination)?
            && holds(context.fs, destination.at(&hidden), &item.identity)?;
        let is_published = is_on_its_way || super::publish::probe(context)? == crate::worker::Probe::Run;
        let gone = item.source_path();
        return if is_published { Ok(()) } else { Err(StepError::ItemGone(gone)) };
    }
    super::carry::remove_own_claim(context.fs, to)?;
    let makes_room = match &item.replaces {
        Some(old) => holds(context.fs, to, &old.identity)?,
        None => false,
    };
    if !makes_room && look(context.fs, to)?.is_some() && super::publish::probe(context)? != crate::worker::Probe::Run {
        return Err(StepError::NameTaken(item.destination_path()));
    }
    match item.strategy {
        // What goes out of sight has been compared before that.
        Strategy::StagedCopy if item.kept.is_none() => {
            let compares_content = context.order.compare && !item.keeps_source();
            bring_up_to_date(context, from, compares_content)?;
        }
        Strategy::PiecewiseRename => collect_latecomers(context)?,
        Strategy::RetagAndRename | Strategy::RetagWithHop => {
            retag_until_clean(context, from)?;
            if !is_expected_of_top(&item, context.fs.tag(from.into())?) {
                return Err(StepError::TagChanged(item.source_path()));
            }
        }
        _ => {}
    }
    // The usage contains what was staged and retagged by now: only being over counts.
    context.order.admissions.iter().try_for_each(|admission| super::reserve::admit(context.fs, admission))
}
