//! Moderation of the room one is in.

use std::cell::Cell;
use std::rc::Rc;

use super::{Credentials, Reason, Room, RoomEvent, RoomState, StreamRef, Watching};
use crate::client::Answer;
use crate::protocol::videoroom::answers::RoomInfo;
use crate::protocol::videoroom::check::RoomRequest;
use crate::protocol::videoroom::rooms::{
    DestroyRoom, EditRoom, EnableRecording, Kick, List, Moderate,
};
use crate::videoroom::ask::{field, typed};
use crate::{Error, ErrorCode, Id};

/// The fields of requests used here are as old as the plugin.
const ANY_VERSION: u32 = 0;

/// A room, for those who know its secret: [`Room::moderation`].
///
/// All requests fail with `MissingElement` (429) where a secret is needed and none was given, with
/// `Unauthorized` (433) if it is wrong, and with `InvalidState` outside of the room; it stays
/// with the room it was made in, and once that is left, another is needed. The secret is in the requests
/// and nowhere else: neither in errors nor in logs.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room, id: janus_wasm::Id) -> Result<(), janus_wasm::Error> {
/// let moderation = room.moderation(Some("the room's secret"));
/// moderation.kick(id).await?;
/// moderation.lock("4711").await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Moderation {
    room: Room,
    secret: Option<String>,
    /// Why the call is over, if it is.
    over: Rc<Cell<Option<Reason>>>,
    _watching: Rc<Watching>,
}

impl std::fmt::Debug for Moderation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Holds a secret.
        f.write_str("Moderation")
    }
}

impl Room {
    /// Moderation of this room with its secret, if it has one. Nothing is asked before something is done with it.
    pub fn moderation(&self, secret: Option<&str>) -> Moderation {
        let over = Rc::new(Cell::new(None));
        let ended = Rc::clone(&over);
        let watching = self.watch(move |event| {
            if let RoomEvent::StateChanged { state: RoomState::Disconnected, reason, .. } = event {
                ended.set(reason.or(Some(Reason::Left)));
            }
        });
        let secret = secret.map(str::to_owned);
        Moderation { room: self.clone(), secret, over, _watching: Rc::new(watching) }
    }
}

impl Moderation {
    /// Sends somebody out, who may come back.
    ///
    /// # Errors
    /// `FeedNotFound` (428) for people who are not here.
    pub async fn kick(&self, id: impl Into<Id>) -> Result<(), Error> {
        let (room, secret) = self.keys()?;
        self.ask(&Kick { room, id: id.into(), secret }).await.map(drop)
    }

    /// Nobody receives this stream any longer, until [`Moderation::unmute`]; those who join later included. Its owner
    /// cannot undo it, and everybody is told by [`RoomEvent::TrackMuted`](super::RoomEvent::TrackMuted).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if it is gone.
    pub async fn mute(&self, stream: &StreamRef) -> Result<(), Error> {
        self.moderate(stream, true).await
    }

    /// The stream is received again, unless its owner muted it.
    ///
    /// # Errors
    /// `FeedNotFound` (428) if it is gone.
    pub async fn unmute(&self, stream: &StreamRef) -> Result<(), Error> {
        self.moderate(stream, false).await
    }

    /// Lets in only those who know this pin from now on. Those who are here stay; they too need it to come back, and to
    /// see and hear others when a connection is made anew: [`Room::set_credentials`]. This room has it already.
    ///
    /// # Errors
    /// `InvalidArgument` if the pin is empty.
    pub async fn lock(&self, pin: &str) -> Result<(), Error> {
        if pin.is_empty() {
            let text = "pin: expected a text that is not empty";
            return Err(Error::new(ErrorCode::InvalidArgument, text));
        }
        self.edit(pin).await?;
        // Whoever left meanwhile needs none.
        self.room.set_credentials(Credentials::new().pin(pin)).ok();
        Ok(())
    }

    /// Lets in everybody again. No Janus so far can take a pin away: then it fails, and the room stays as it is. Lock
    /// it with another pin and give that out, or make another room.
    ///
    /// # Errors
    /// `Unsupported` if the server cannot do it.
    pub async fn unlock(&self) -> Result<(), Error> {
        self.edit("").await?;
        let (id, _) = self.keys()?;
        let answer = self.ask(&List::default()).await?;
        let rooms: Vec<RoomInfo> = field(List::NAME, &answer.data, "list")?;
        if rooms.iter().any(|room| room.room == id && !room.pin_required) {
            return Ok(());
        }
        let text = "this Janus cannot take the pin of a room away: lock it with another pin, or make a room without one";
        Err(Error::new(ErrorCode::Unsupported, text).during(EditRoom::NAME))
    }

    /// Begins or ends recording everybody, to files on the server. Gives whether everybody is recorded now.
    ///
    /// # Errors
    /// Those of all requests here.
    pub async fn set_recording(&self, record: bool) -> Result<bool, Error> {
        let (room, secret) = self.keys()?;
        let answer = self.ask(&EnableRecording { room, record, secret }).await?;
        field(EnableRecording::NAME, &answer.data, "record")
    }

    /// Ends the room and sends everybody out, ourselves too: `Disconnected` with
    /// [`Reason::RoomDestroyed`](super::Reason::RoomDestroyed), after [`JoinOptions::await_room`](super::JoinOptions::await_room)
    /// where somebody waits for another.
    ///
    /// # Errors
    /// Those of all requests here.
    pub async fn end(&self) -> Result<(), Error> {
        let (room, secret) = self.keys()?;
        let was_in = self.over.get().is_none();
        let ended = self.ask(&DestroyRoom { room, secret, permanent: None }).await.map(drop);
        // That may be told before it is answered, and ends the session the answer was to come by.
        let is_told = was_in && self.over.get() == Some(Reason::RoomDestroyed);
        if is_told { Ok(()) } else { ended }
    }

    async fn moderate(&self, stream: &StreamRef, mute: bool) -> Result<(), Error> {
        let (room, secret) = self.keys()?;
        let (id, mid) = (stream.feed.clone(), stream.mid.clone());
        self.ask(&Moderate { room, id, mid, mute, secret }).await.map(drop)
    }

    async fn edit(&self, pin: &str) -> Result<(), Error> {
        let (room, secret) = self.keys()?;
        let edit = EditRoom {
            room,
            secret,
            new_description: None,
            new_secret: None,
            new_pin: Some(pin.to_owned()),
            new_is_private: None,
            new_require_pvtid: None,
            new_bitrate: None,
            new_fir_freq: None,
            new_publishers: None,
            new_lock_record: None,
            new_rec_dir: None,
            permanent: None,
        };
        self.ask(&edit).await.map(drop)
    }

    fn keys(&self) -> Result<(Id, Option<String>), Error> {
        let id = self.room.id().ok_or_else(outside)?;
        Ok((id, self.secret.clone()))
    }

    /// These requests are answered at once, so that the handle that is in the room can carry them.
    async fn ask<R: RoomRequest>(&self, request: &R) -> Result<Answer, Error> {
        // Another room is not the one it was made for.
        let parts = self.room.parts().filter(|_| self.over.get().is_none()).ok_or_else(outside)?;
        typed(&parts.publisher, ANY_VERSION, request, None).await
    }
}

fn outside() -> Error {
    Error::new(ErrorCode::InvalidState, "join the room first")
}
