//! The most that is to come of streams, within which what the application asks for holds.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::call::Call;
use super::event::Failure;
use super::{Room, StreamRef, Terms};
use crate::Map;

/// What the application asked for, and the most there is of it.
#[derive(Debug)]
struct Bound {
    asked: Terms,
    most: Terms,
}

type Bounds = Map<StreamRef, Bound>;

thread_local! {
    /// What is bounded, by call; not with the call, so that who bounds nothing has nothing of it.
    static BOUNDS: RefCell<Vec<(Weak<Call>, Bounds)>> = const { RefCell::new(Vec::new()) };
}

/// Looks at what is bounded of a call.
fn of_call<T>(call: &Rc<Call>, look: impl FnOnce(&mut Bounds) -> T) -> T {
    BOUNDS.with_borrow_mut(|all| {
        all.retain(|(other, _)| other.strong_count() > 0);
        let is_it = |other: &Weak<Call>| other.as_ptr() == Rc::as_ptr(call);
        if let Some((_, bounds)) = all.iter_mut().find(|(other, _)| is_it(other)) {
            return look(bounds);
        }
        let mut bounds = Bounds::new();
        let seen = look(&mut bounds);
        if !bounds.is_empty() {
            all.push((Rc::downgrade(call), bounds));
        }
        seen
    })
}

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
        of_call(&call, |bounds| match most {
            Some(most) => bounds.insert(stream.clone(), Bound { asked, most }),
            None => bounds.remove(&stream),
        });
        self.pass_terms(stream, terms, more)
    }

    /// Keeps what is asked for of what is bounded; what is left of it.
    pub(super) fn within_bounds(&self, stream: &StreamRef, asked: Terms) -> Terms {
        let Some(call) = self.0.call() else { return asked };
        of_call(&call, |bounds| match bounds.get_mut(stream) {
            Some(bound) => {
                bound.asked = asked;
                within(&bound.asked, &bound.most)
            }
            None => asked,
        })
    }

    /// What was asked for of what is bounded.
    pub(super) fn asked_terms(&self, stream: &StreamRef) -> Option<Terms> {
        let call = self.0.call()?;
        of_call(&call, |bounds| bounds.get(stream).map(|bound| bound.asked.clone()))
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
