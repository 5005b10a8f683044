//! Sessions that may still be on the server although nobody here can speak for them any more.
//!
//! A goodbye may be lost, and Firefox closes sockets before it lets a page say one. The server would keep the
//! session, and whoever is in a room by it, until its time is up; a person who reloads the page would meet their own
//! ghost. So the ids of such sessions are left for whatever comes next in this tab, which ends them. Only those are
//! that belong to a connection which is closed for good: nobody goes on with them, whoever finds a copy of the note.

use std::cell::Cell;

use super::transport::shown;
use crate::engine::Millis;
use crate::protocol::SessionId;
use crate::web;

/// For how long rooms may not have noticed that a session was ended, ms.
const LATELY: Millis = Millis(10_000);

thread_local! {
    /// Until when that is, whichever connection of this page ended some.
    static HAUNTED: Cell<Millis> = const { Cell::new(Millis(0)) };
}

/// Leaves a session of this server to whoever comes next. What may be secret in its address is not kept.
pub(super) fn leave(url: &str, session: SessionId) {
    web::note(&shown(url), &session.to_string());
}

/// Takes over what was left of this server, to `end` it now.
pub(super) fn take(url: &str, mut end: impl FnMut(SessionId)) {
    read(&web::note(&shown(url), ""), |session| {
        HAUNTED.set(web::now() + LATELY);
        end(session);
    });
}

/// Whether we may be in a room already, by a session that was ended just now.
pub(crate) fn is_haunted() -> bool {
    web::now() < HAUNTED.get()
}

/// Anything may be found there.
fn read(note: &str, mut each: impl FnMut(SessionId)) {
    for word in note.split(' ') {
        if let Ok(id) = word.parse() {
            each(SessionId(id));
        }
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_found_among_anything() {
        let all = |note: &str| {
            let mut found = Vec::new();
            read(note, |session| found.push(session.0));
            found
        };
        assert_eq!(all(" 17 9007199254740991"), [17, 9_007_199_254_740_991]);
        assert!(all("").is_empty());
        assert_eq!(all("null {} -5 1e3 99999999999999999999999 \u{1f47b} 12\n  8 "), [8]);
    }
}
