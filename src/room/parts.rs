//! What a room is made of, for what has no word here.

use super::{Room, RoomOptions};
use crate::Id;
use crate::client::{Connection, Handle};

/// What a stay in a room rests on. A session that is made anew brings others.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The way to the server.
    pub connection: Connection,
    /// The handle that is in the room, and publishes.
    pub publisher: Handle,
    /// The handle that receives.
    pub subscriber: Handle,
}

impl Room {
    /// What it rests on now, if it is joined: for requests to the room that this type does not have, and for tests
    /// that break something.
    pub fn parts(&self) -> Option<Parts> {
        let call = self.0.call()?;
        let signal = call.signal.borrow();
        let signal = signal.as_ref()?;
        Some(Parts {
            connection: signal.connection.clone(),
            publisher: signal.publisher.clone(),
            subscriber: signal.subscriber.clone(),
        })
    }

    /// The id of the room, once it was joined.
    pub fn id(&self) -> Option<Id> {
        self.0.call()?.conference.borrow().room().cloned()
    }

    /// How it was made. Holds secrets.
    pub(crate) fn options(&self) -> &RoomOptions {
        &self.0.options
    }
}
