//! Sessions: whether they are up, when they need a sign of life, which handles they have.

use super::super::Millis;
use crate::Map;
use crate::protocol::message::HandleEvent;
use crate::protocol::{HandleId, SessionId};

/// How many events of a handle nobody knows yet are kept for the answer to its `attach`.
const MAX_EARLY: usize = 64;

/// Where a session stands on the connection in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// `create` is under way.
    Making,
    /// It belongs to this connection.
    Up,
    /// It was made on a connection that is gone.
    Adrift,
    /// `claim` is under way.
    Claiming,
}

/// Whether somebody asks for a session's events, where that takes long polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hearing {
    /// Somebody does, or nobody has to.
    Fine,
    /// Its poll was refused for its credentials at that time, and there is no other.
    Deaf(Millis),
    /// It is polled for with another token, which was not answered yet.
    OnTrial,
}

#[derive(Debug)]
struct Session {
    standing: Standing,
    /// When the server last heard of it.
    active: Millis,
    hearing: Hearing,
    handles: Vec<HandleId>,
    early: Vec<(HandleId, HandleEvent)>,
}

#[derive(Debug)]
pub(super) struct Sessions(Map<SessionId, Session>);

impl Default for Sessions {
    fn default() -> Self {
        Self(Map::new())
    }
}

impl Sessions {
    pub(super) fn begin(&mut self, id: SessionId, active: Millis) {
        if self.0.contains_key(&id) {
            return;
        }
        let (handles, early) = (Vec::new(), Vec::new());
        let standing = Standing::Making;
        self.0.insert(id, Session { standing, active, hearing: Hearing::Fine, handles, early });
    }

    pub(super) fn standing(&self, id: SessionId) -> Option<Standing> {
        self.0.get(&id).map(|session| session.standing)
    }

    pub(super) fn set(&mut self, id: SessionId, standing: Standing) {
        if let Some(session) = self.0.get_mut(&id) {
            session.standing = standing;
        }
    }

    /// The connection is gone; the sessions may outlive it.
    pub(super) fn set_adrift(&mut self) {
        for session in self.0.values_mut() {
            // Whoever finds it again polls for it.
            session.hearing = Hearing::Fine;
            if session.standing != Standing::Making {
                session.standing = Standing::Adrift;
            }
        }
    }

    /// Forgets a session; its handles, if there was one.
    pub(super) fn end(&mut self, id: SessionId) -> Option<Vec<HandleId>> {
        self.0.remove(&id).map(|session| session.handles)
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.0.keys().copied().collect()
    }

    pub(super) fn in_standing(&self, standing: Standing) -> Vec<SessionId> {
        let such = self.0.iter().filter(|(_, session)| session.standing == standing);
        such.map(|(id, _)| *id).collect()
    }

    /// Any request counts as a sign of life.
    pub(super) fn touch(&mut self, id: SessionId, now: Millis) {
        if let Some(session) = self.0.get_mut(&id) {
            session.active = now;
        }
    }

    /// Its long poll was refused; whether that was with the last token, too.
    pub(super) fn refused(&mut self, id: SessionId, now: Millis) -> bool {
        let Some(session) = self.0.get_mut(&id) else { return false };
        std::mem::replace(&mut session.hearing, Hearing::Deaf(now)) == Hearing::OnTrial
    }

    /// Those nobody polls for, and since when.
    pub(super) fn deaf(&self) -> Vec<(SessionId, Millis)> {
        let since = |session: &Session| match session.hearing {
            Hearing::Deaf(since) => Some(since),
            Hearing::Fine | Hearing::OnTrial => None,
        };
        self.0.iter().filter_map(|(id, session)| Some((*id, since(session)?))).collect()
    }

    /// There is another token, with which polls begin again.
    pub(super) fn try_again(&mut self) {
        for session in self.0.values_mut() {
            if matches!(session.hearing, Hearing::Deaf(_)) {
                session.hearing = Hearing::OnTrial;
            }
        }
    }

    /// A long poll was answered; nobody says whose.
    pub(super) fn polled(&mut self) {
        for session in self.0.values_mut() {
            if session.hearing == Hearing::OnTrial {
                session.hearing = Hearing::Fine;
            }
        }
    }

    /// Sessions of which the server has not heard for `period`.
    pub(super) fn due(&self, now: Millis, period: Millis) -> Vec<SessionId> {
        let silent =
            |session: &Session| session.standing == Standing::Up && session.active + period <= now;
        self.0.iter().filter(|(_, session)| silent(session)).map(|(id, _)| *id).collect()
    }

    pub(super) fn deadline(&self, period: Millis) -> Option<Millis> {
        let up = self.0.values().filter(|session| session.standing == Standing::Up);
        up.map(|session| session.active + period).min()
    }

    /// A handle is there; what it said before we knew it comes back.
    pub(super) fn attached(&mut self, id: SessionId, handle: HandleId) -> Vec<HandleEvent> {
        let Some(session) = self.0.get_mut(&id) else { return Vec::new() };
        session.handles.push(handle);
        let all = std::mem::take(&mut session.early);
        let (mine, others) = all.into_iter().partition(|(from, _)| *from == handle);
        session.early = others;
        let mine: Vec<(HandleId, HandleEvent)> = mine;
        mine.into_iter().map(|(_, event)| event).collect()
    }

    /// A handle is gone; whether it was known.
    pub(super) fn detached(&mut self, id: SessionId, handle: HandleId) -> bool {
        let Some(session) = self.0.get_mut(&id) else { return false };
        let known = session.handles.contains(&handle);
        session.handles.retain(|other| *other != handle);
        known
    }

    /// Events of known handles pass; others wait while an `attach` has not been answered that may be
    /// theirs. What comes from a handle after its end is of no use to anybody.
    pub(super) fn route(
        &mut self,
        id: SessionId,
        handle: HandleId,
        event: HandleEvent,
        attaching: bool,
    ) -> Option<HandleEvent> {
        let session = self.0.get_mut(&id)?;
        if session.handles.contains(&handle) {
            if matches!(event, HandleEvent::Detached) {
                session.handles.retain(|known| *known != handle);
            }
            return Some(event);
        }
        if !attaching {
            session.early.clear();
        } else if session.early.len() < MAX_EARLY {
            session.early.push((handle, event));
        }
        None
    }
}
