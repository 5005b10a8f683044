//! The most that is to come of streams, within which what the application asks for holds.

use std::cell::RefCell;

use super::event::Failure;
use super::{Room, StreamRef, Terms};
use crate::Map;

/// What the application asked for, and the most there is of it.
#[derive(Debug)]
struct Bound {
    asked: Terms,
    most: Terms,
}

/// What is bounded.
#[derive(Debug, Default)]
pub(super) struct Bounds(RefCell<Map<StreamRef, Bound>>);

fn lesser(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    one.zip(other).map_or(one.or(other), |(one, other)| Some(one.min(other)))
}

/// What is asked for, within the most there is.
fn within(asked: &Terms, most: &Terms) -> Terms {
    Terms {
        paused: asked.paused || most.paused,
        spatial: lesser(asked.spatial, most.spatial),
        temporal: lesser(asked.temporal, most.temporal),
        ..asked.clone()
    }
}

impl Room {
    /// Bounds how a stream comes, or no longer; nothing is sent while `more` follow.
    pub(crate) fn bound(
        &self,
        stream: StreamRef,
        most: Option<Terms>,
        more: bool,
    ) -> Result<(), Failure> {
        let asked = self.terms(&stream);
        let call = self.0.call_now()?;
        let terms = most.as_ref().map_or_else(|| asked.clone(), |most| within(&asked, most));
        let mut bounds = call.bounds.0.borrow_mut();
        match most {
            Some(most) => bounds.insert(stream.clone(), Bound { asked, most }),
            None => bounds.remove(&stream),
        };
        drop(bounds);
        self.pass_terms(stream, terms, more)
    }

    /// Keeps what is asked for of what is bounded; what is left of it.
    pub(super) fn within_bounds(&self, stream: &StreamRef, asked: Terms) -> Terms {
        let Some(call) = self.0.call() else { return asked };
        let mut bounds = call.bounds.0.borrow_mut();
        let Some(bound) = bounds.get_mut(stream) else { return asked };
        bound.asked = asked;
        within(&bound.asked, &bound.most)
    }

    /// What was asked for of what is bounded.
    pub(super) fn asked_terms(&self, stream: &StreamRef) -> Option<Terms> {
        let call = self.0.call()?;
        let bounds = call.bounds.0.borrow();
        bounds.get(stream).map(|bound| bound.asked.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(paused: bool, spatial: Option<u32>, temporal: Option<u32>) -> Terms {
        Terms { paused, spatial, temporal, min_delay: Some(3), max_delay: None }
    }

    #[test]
    fn there_is_never_more_than_was_asked_for_nor_than_there_may_be() {
        let most = terms(false, Some(1), None);
        assert_eq!(within(&terms(false, None, Some(0)), &most), terms(false, Some(1), Some(0)));
        assert_eq!(within(&terms(true, Some(0), None), &most), terms(true, Some(0), None));
        let nothing = Terms { paused: true, ..Terms::default() };
        assert_eq!(within(&terms(false, Some(2), None), &nothing), terms(true, Some(2), None));
    }
}
