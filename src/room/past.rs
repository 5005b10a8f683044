//! What a room went through, for a report.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::{Inner, Reason, Room, RoomEvent, RoomState};
use crate::Error;
use crate::engine::Millis;
use crate::web;

/// So many changes of state are kept.
const KEPT: usize = 50;

thread_local! {
    /// Of all rooms there are. Not a part of them, so that a page does not load it, whose package keeps them itself.
    static PASTS: RefCell<Vec<(Weak<Inner>, Vec<Past>)>> = const { RefCell::new(Vec::new()) };
}

/// A change of state.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// When, by the clock of the page.
    pub(crate) at: Millis,
    pub(crate) state: RoomState,
    pub(crate) reason: Option<Reason>,
    pub(crate) error: Option<Error>,
}

impl Room {
    /// Keeps the last changes of state from now on.
    pub(super) fn remember(&self) {
        let weak = Rc::downgrade(&self.0);
        PASTS.with_borrow_mut(|pasts| {
            pasts.retain(|(room, _)| room.strong_count() > 0);
            pasts.push((Weak::clone(&weak), Vec::new()));
        });
        self.on_event(move |event| {
            let RoomEvent::StateChanged { state, reason, error } = event else { return };
            let (state, reason, error) = (*state, *reason, error.clone());
            let past = Past { at: web::now(), state, reason, error };
            PASTS.with_borrow_mut(|pasts| {
                let Some((_, kept)) = pasts.iter_mut().find(|(room, _)| room.ptr_eq(&weak)) else {
                    return;
                };
                if kept.len() >= KEPT {
                    kept.remove(0);
                }
                kept.push(past);
            });
        });
    }

    /// Its last changes of state, the last one last.
    pub(crate) fn past(&self) -> Vec<Past> {
        let weak = Rc::downgrade(&self.0);
        PASTS.with_borrow(|pasts| {
            let own = pasts.iter().find(|(room, _)| room.ptr_eq(&weak));
            own.map(|(_, kept)| kept.clone()).unwrap_or_default()
        })
    }
}
