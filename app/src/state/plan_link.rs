//! A plan as an address: whoever opens it has the same thing planned anew, with their own rights and today's numbers.

use tidelock_shared::name::FilePath;

use super::pane::{BROWSE, decode, encode};
use crate::desk::Proposal;

/// In the query of a page.
const PARAMETER: &str = "plan=";
/// Longer addresses are cut off on the way by some programs, so plans of very many things have none.
const LENGTH_MAX: usize = 4000;

/// Where a proposal is planned: the destination's page, or that of the move to be undone.
pub fn address(proposal: &Proposal) -> Option<String> {
    let page = match proposal {
        Proposal::Move(request) => browse_url(&request.destination),
        Proposal::Undo(id) => format!("/moves/{id}"),
    };
    let json = serde_json::to_string(proposal).ok()?;
    let address = format!("{page}?{PARAMETER}{}", encode(&json));
    (address.len() <= LENGTH_MAX).then_some(address)
}

fn browse_url(folder: &FilePath) -> String {
    format!("{BROWSE}{}", folder.to_url())
}

/// What the query of an address proposes. Asked of everything that a page is opened with.
pub fn proposes(query: &str) -> bool {
    query.contains(PARAMETER)
}

/// None if it proposes nothing that can be read. What a plan would refuse is for its reader to consent to, not for
/// whoever made the link.
pub fn read(query: &str) -> Option<Proposal> {
    let mut parts = query.trim_start_matches('?').split('&');
    let json = decode(parts.find_map(|part| part.strip_prefix(PARAMETER))?);
    let mut proposal = serde_json::from_str(&json).ok()?;
    if let Proposal::Move(request) = &mut proposal {
        request.allow.clear();
    }
    Some(proposal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelock_shared::request::{Consent, MoveRequest, Verb};

    fn request(sources: usize) -> Proposal {
        let path = |text: &str| FilePath::parse(text.as_bytes()).unwrap();
        let sources = (0..sources).map(|number| path(&format!("/lustre/a/é & {number}"))).collect();
        Proposal::Move(MoveRequest { verb: Verb::Copy, sources, destination: path("/lustre/b?"), ..MoveRequest::default() })
    }

    #[test]
    fn what_is_linked_is_proposed() {
        for proposal in [request(2), Proposal::Undo("k3q8x2mz-12".parse().unwrap())] {
            let address = address(&proposal).unwrap();
            let (_, query) = address.split_once('?').unwrap();
            assert!(query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'&' && byte != b'?'), "{query}");
            assert!(proposes(query));
            assert_eq!(read(&format!("?sort=name&{query}")), Some(proposal));
        }
    }

    #[test]
    fn a_link_consents_to_nothing() {
        let Proposal::Move(mut request) = request(1) else { panic!("it is a move") };
        request.allow = vec![Consent::Restore];
        let address = address(&Proposal::Move(request.clone())).unwrap();
        request.allow.clear();
        assert_eq!(read(address.split_once('?').unwrap().1), Some(Proposal::Move(request)));
    }

    #[test]
    fn too_many_things_and_nonsense_have_no_link() {
        assert_eq!(address(&request(500)), None);
        for query in ["", "?plan=", "?plan=%7B", "?plan=%22Undo%22", "?sort=name"] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
