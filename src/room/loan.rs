//! Tracks of the application's that rooms show: one may be in two rooms.

use std::cell::RefCell;

use crate::web::MediaStreamTrack;

thread_local! {
    static LENT: RefCell<Vec<MediaStreamTrack>> = const { RefCell::new(Vec::new()) };
}

/// A track the application gave, until it is given back.
#[derive(Debug)]
pub(super) struct Loan(MediaStreamTrack);

impl Loan {
    pub(super) fn new(media: MediaStreamTrack) -> Self {
        // Not `.clone()`: that is the browser's own, which makes a second track.
        LENT.with_borrow_mut(|lent| lent.push(Clone::clone(&media)));
        Self(media)
    }

    /// Whether somebody else has it too, for whom it must not end.
    pub(super) fn is_shared(&self) -> bool {
        LENT.with_borrow(|lent| lent.iter().filter(|media| **media == self.0).count() > 1)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        LENT.with_borrow_mut(|lent| {
            if let Some(at) = lent.iter().position(|media| *media == self.0) {
                lent.swap_remove(at);
            }
        });
    }
}
