//! What there is in a room, to be looked at.

use std::fmt;
use std::rc::{Rc, Weak};

use super::call::Call;
use super::publication::LocalPublication;
use super::track::Track;
use super::{Inner, Room, StreamRef};
use crate::Id;

/// A room that may be gone; by default it is.
#[derive(Clone, Default)]
pub(crate) struct WeakRoom(Weak<Inner>);

impl fmt::Debug for WeakRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakRoom")
    }
}

impl WeakRoom {
    pub(crate) fn upgrade(&self) -> Option<Room> {
        self.0.upgrade().map(Room)
    }

    /// Whether this is that room.
    pub(crate) fn is(&self, room: &Room) -> bool {
        self.0.as_ptr() == Rc::as_ptr(&room.0)
    }
}

impl Room {
    /// For what keeps to a room and does not keep it.
    pub(crate) fn downgrade(&self) -> WeakRoom {
        WeakRoom(Rc::downgrade(&self.0))
    }

    fn of_call<T: Default>(&self, look: impl FnOnce(&Rc<Call>) -> T) -> T {
        self.0.call().map_or_else(T::default, |call| look(&call))
    }

    /// Our own id; nothing before we are in the room.
    pub fn local_id(&self) -> Option<Id> {
        self.of_call(|call| call.conference.borrow().me().cloned())
    }

    /// What we publish, also what the server does not have yet.
    pub fn local_publications(&self) -> Vec<LocalPublication> {
        self.of_call(|call| {
            let slots = call.slots.all();
            slots.into_iter().map(|slot| LocalPublication::new(call, slot)).collect()
        })
    }

    /// What can be played of others.
    pub fn tracks(&self) -> Vec<(StreamRef, Rc<Track>)> {
        self.of_call(|call| {
            let tracks = call.tracks.borrow();
            tracks.iter().map(|(stream, track)| (stream.clone(), Rc::clone(track))).collect()
        })
    }

    /// What can be played of one stream; nothing before it arrives.
    pub fn track(&self, stream: &StreamRef) -> Option<Rc<Track>> {
        self.of_call(|call| call.tracks.borrow().get(stream).cloned())
    }

    /// The stream that comes over an m-line, if it can be played: whose packets get lost
    /// ([`SlowLink`](super::RoomEvent::SlowLink)), the `feed` of it.
    ///
    /// ```no_run
    /// # fn example(room: &janus_wasm::room::Room) {
    /// use janus_wasm::room::RoomEvent;
    /// let this = room.clone();
    /// let watching = room.watch(move |event| match event {
    ///     RoomEvent::SlowLink { mid, receiving: true, .. } => {
    ///         let person = this.received_on(mid).map(|stream| stream.feed);
    ///     }
    ///     RoomEvent::SlowLink { mid, .. } => {
    ///         let source = this.sent_on(mid).map(|ours| ours.track().source());
    ///     }
    ///     _ => {}
    /// });
    /// # }
    /// ```
    pub fn received_on(&self, mid: &str) -> Option<StreamRef> {
        let is_on = |track: &Track| {
            track.transceiver().is_some_and(|line| line.mid().as_deref() == Some(mid))
        };
        let found = self.tracks().into_iter().find(|(_, track)| is_on(track));
        found.map(|(stream, _)| stream)
    }

    /// What we send over an m-line.
    pub fn sent_on(&self, mid: &str) -> Option<LocalPublication> {
        self.local_publications().into_iter().find(|ours| ours.mid().as_deref() == Some(mid))
    }

    /// Whether a stream is to be received.
    pub fn is_subscribed(&self, stream: &StreamRef) -> bool {
        self.of_call(|call| call.conference.borrow().is_subscribed(stream))
    }

    /// Whether everything that is received was stopped, by [`Room::set_receiving_paused`].
    pub fn is_receiving_paused(&self) -> bool {
        self.of_call(|call| call.conference.borrow().is_paused())
    }
}
