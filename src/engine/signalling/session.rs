//! Sessions: whether they are up, when they need a sign of life, which handles they have.

use super::super::Millis;
use crate::Map;
use crate::protocol::message::HandleEvent;
use crate::protocol::{HandleId, SessionId};

/// How many events of a handle nobody knows yet are kept for the answer to its `attach`.
const MAX_EARLY: usize = 64;

#[derive(Debug)]
struct Session<B> {
    up: bool,
    /// When the server last heard of it.
    active: Millis,
    handles: Vec<HandleId>,
    early: Vec<(HandleId, HandleEvent<B>)>,
}

#[derive(Debug)]
pub(super) struct Sessions<B>(Map<SessionId, Session<B>>);

impl<B> Default for Sessions<B> {
    fn default() -> Self {
        Self(Map::new())
    }
}

impl<B> Sessions<B> {
    pub(super) fn begin(&mut self, id: SessionId, active: Millis) {
        let (handles, early) = (Vec::new(), Vec::new());
        self.0.insert(id, Session { up: false, active, handles, early });
    }

    pub(super) fn up(&mut self, id: SessionId) {
        if let Some(session) = self.0.get_mut(&id) {
            session.up = true;
        }
    }

    pub(super) fn is_up(&self, id: SessionId) -> bool {
        self.0.get(&id).is_none_or(|session| session.up)
    }

    /// Forgets a session; whether there was one.
    pub(super) fn end(&mut self, id: SessionId) -> bool {
        self.0.remove(&id).is_some()
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.0.keys().copied().collect()
    }

    pub(super) fn clear(&mut self) -> Vec<SessionId> {
        std::mem::take(&mut self.0).into_iter().map(|(id, _)| id).collect()
    }

    /// Any request counts as a sign of life.
    pub(super) fn touch(&mut self, id: SessionId, now: Millis) {
        if let Some(session) = self.0.get_mut(&id) {
            session.active = now;
        }
    }

    /// Sessions of which the server has not heard for `period`.
    pub(super) fn due(&self, now: Millis, period: Millis) -> Vec<SessionId> {
        let silent = |session: &Session<B>| session.up && session.active + period <= now;
        self.0.iter().filter(|(_, session)| silent(session)).map(|(id, _)| *id).collect()
    }

    pub(super) fn deadline(&self, period: Millis) -> Option<Millis> {
        let up = self.0.values().filter(|session| session.up);
        up.map(|session| session.active + period).min()
    }

    /// A handle is there; what it said before we knew it comes back.
    pub(super) fn attached(&mut self, id: SessionId, handle: HandleId) -> Vec<HandleEvent<B>> {
        let Some(session) = self.0.get_mut(&id) else { return Vec::new() };
        session.handles.push(handle);
        let all = std::mem::take(&mut session.early);
        let (mine, others) = all.into_iter().partition(|(from, _)| *from == handle);
        session.early = others;
        let mine: Vec<(HandleId, HandleEvent<B>)> = mine;
        mine.into_iter().map(|(_, event)| event).collect()
    }

    pub(super) fn detached(&mut self, id: SessionId, handle: HandleId) {
        if let Some(session) = self.0.get_mut(&id) {
            session.handles.retain(|known| *known != handle);
        }
    }

    /// Events of known handles pass; those of a handle whose `attach` has not been answered wait.
    pub(super) fn route(
        &mut self,
        id: SessionId,
        handle: HandleId,
        event: HandleEvent<B>,
    ) -> Option<HandleEvent<B>> {
        let session = self.0.get_mut(&id)?;
        if session.handles.contains(&handle) {
            if matches!(event, HandleEvent::Detached) {
                session.handles.retain(|known| *known != handle);
            }
            return Some(event);
        }
        if session.early.len() < MAX_EARLY {
            session.early.push((handle, event));
        }
        None
    }
}
