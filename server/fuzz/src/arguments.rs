//! Arguments of server functions: JSON that anybody may send.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tidelock_app::api;

/// What the first byte chooses is read from the rest; what could be read is written and read again.
pub fn arguments(bytes: &[u8]) {
    let Some((first, json)) = bytes.split_first() else { return };
    let calls = CALLS.len();
    if let Some(call) = CALLS.get(usize::from(*first) % calls) {
        call(json);
    }
}

fn read<T: Serialize + DeserializeOwned>(json: &[u8]) {
    let Ok(call) = serde_json::from_slice::<T>(json) else { return };
    let written = serde_json::to_string(&call).unwrap_or_default();
    let again = serde_json::from_str::<T>(&written).ok().and_then(|again| serde_json::to_string(&again).ok());
    assert_eq!(again.as_deref(), Some(written.as_str()));
}

fn plan(json: &[u8]) {
    read::<api::PlanCall>(json);
    let Ok(call) = serde_json::from_slice::<api::PlanCall>(json) else { return };
    let Ok(valid) = call.request.validate() else { return };
    let names: BTreeSet<_> = valid.items.iter().map(|item| &item.name).collect();
    assert!(!valid.items.is_empty() && names.len() == valid.items.len());
}

/// In the order in which the corpus knows them: new ones go to the end.
const CALLS: [fn(&[u8]); 30] = [
    plan,
    read::<api::StartMoveCall>,
    read::<api::FolderCall>,
    read::<api::RowsCall>,
    read::<api::EntriesCall>,
    read::<api::ContentCall>,
    read::<api::CreateFolderCall>,
    read::<api::DestinationCall>,
    read::<api::StartSurveyCall>,
    read::<api::SurveyCall>,
    read::<api::StartSearchCall>,
    read::<api::SearchResultsCall>,
    read::<api::StartInventoryCall>,
    read::<api::InventoryCall>,
    read::<api::MoveDetailCall>,
    read::<api::SetLimitsCall>,
    read::<api::BeginUploadCall>,
    read::<api::FinishUploadCall>,
    read::<api::LookForLeftoversCall>,
    read::<api::SettleLeftoverCall>,
    read::<api::ScanDriftCall>,
    read::<api::EarlierScansCall>,
    read::<api::AuditCall>,
    read::<api::SessionsCall>,
    read::<api::EndSessionCall>,
    read::<api::EndSessionsCall>,
    read::<api::TokensCall>,
    read::<api::MakeTokenCall>,
    read::<api::UsageHistoryCall>,
    read::<api::LeftoversCall>,
];
