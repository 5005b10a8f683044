//! What the conference asks for: those fields of `VideoRoom`'s requests that it uses.
//!
//! The full types (`protocol::videoroom`) are for applications that ask themselves. Here each field would
//! cost every page its bytes.

use std::fmt;

use crate::protocol::videoroom::publishing::StreamDescription;
use crate::protocol::wire::wire;
use crate::protocol::{Id, Json};

/// `join` as a publisher, and `joinandconfigure` when an offer travels with it.
#[derive(Clone)]
pub struct JoinRoom {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    pub id: Option<Id>,
    /// The name shown to people.
    pub display: Option<String>,
    /// Words about us, an object; servers before 1.3.0 ignore it.
    pub metadata: Option<Json>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
    /// What the streams of the offer are.
    pub descriptions: Vec<StreamDescription>,
}

wire!(JoinRoom { room; optional id, display, metadata, pin, token, descriptions });

impl fmt::Debug for JoinRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds a pin and a token.
        f.debug_struct("JoinRoom").field("room", &self.room).finish_non_exhaustive()
    }
}

impl JoinRoom {
    /// With the server's choice for the rest.
    pub fn new(room: impl Into<Id>) -> Self {
        let room = room.into();
        let (id, display, metadata, pin, token) = (None, None, None, None, None);
        Self { room, id, display, metadata, pin, token, descriptions: Vec::new() }
    }
}

/// `publish` and `configure`: what our streams are.
#[derive(Clone, Debug)]
pub struct Describe {
    /// Words about streams, by mid.
    pub descriptions: Vec<StreamDescription>,
}

wire!(Describe { ; optional descriptions });

/// `configure`: what we say of ourselves.
#[derive(Clone, Debug)]
pub struct Words {
    /// An object.
    pub metadata: Json,
}

wire!(Words { metadata });

/// `join` as a subscriber.
#[derive(Clone)]
pub struct Watch {
    /// The room.
    pub room: Id,
    /// What to receive; never empty.
    pub streams: Vec<Entry>,
    /// Ties the subscription to the publisher handle.
    pub private_id: Option<u64>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
}

wire!(Watch { room, streams; optional private_id, pin, token });

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds a pin and a token.
        let mut shown = f.debug_struct("Watch");
        shown.field("room", &self.room).field("streams", &self.streams).finish_non_exhaustive()
    }
}

/// Everything somebody publishes.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The publisher.
    pub feed: Id,
}

wire!(Feed { feed });

/// `join` as a subscriber who only wants to know what there is.
#[derive(Clone)]
pub struct Glance {
    /// The room.
    pub room: Id,
    /// Of whom.
    pub streams: Vec<Feed>,
    /// Ties the subscription to the publisher handle.
    pub private_id: Option<u64>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
}

wire!(Glance { room, streams; optional private_id, pin, token });

impl fmt::Debug for Glance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds a pin and a token.
        let mut shown = f.debug_struct("Glance");
        shown.field("room", &self.room).field("streams", &self.streams).finish_non_exhaustive()
    }
}

/// A stream and how it is to come. In `join` and `update` the feed's `mid`; in `switch` the m-line too; in
/// `configure` the m-line alone, as `mid`. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Which stream.
    pub mid: String,
    /// The publisher.
    pub feed: Option<Id>,
    /// The m-line of the subscription that is to carry it.
    pub sub_mid: Option<String>,
    /// Whether it is relayed.
    pub send: Option<bool>,
    /// The simulcast layer, 0 to 2.
    pub substream: Option<u32>,
    /// The temporal layer of a simulcast, 0 to 2.
    pub temporal: Option<u32>,
    /// The spatial layer of an SVC stream, 0 to 2.
    pub spatial_layer: Option<u32>,
    /// The temporal layer of an SVC stream, 0 to 2.
    pub temporal_layer: Option<u32>,
    /// The least playout delay, 10 ms; negative for none.
    pub min_delay: Option<i32>,
    /// The most playout delay, 10 ms; negative for none.
    pub max_delay: Option<i32>,
}

wire!(Entry {
    mid
    ; optional feed, sub_mid, send, substream, temporal, spatial_layer, temporal_layer, min_delay, max_delay
});

/// What is to be removed: an m-line, or, of data, which shares one, what a feed sends there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The subscription's mid.
    pub sub_mid: Option<String>,
    /// The publisher.
    pub feed: Option<Id>,
    /// The publisher's mid.
    pub mid: Option<String>,
}

wire!(Line { ; optional sub_mid, feed, mid });

/// `update`: removals and additions in one renegotiation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What to add.
    pub subscribe: Vec<Entry>,
    /// What to remove.
    pub unsubscribe: Vec<Line>,
}

wire!(Exchange { ; optional subscribe, unsubscribe });

/// `switch`, and `configure` of a subscriber.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Which m-lines, and what becomes of them.
    pub streams: Vec<Entry>,
    /// An offer with new ICE credentials.
    pub restart: Option<bool>,
}

wire!(Entries { ; optional streams, restart });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_and_tokens_are_not_shown() {
        let (pin, token) = (Some("4321".to_owned()), Some("5678".to_owned()));
        let room = Id::from(1);
        let join = JoinRoom { pin: pin.clone(), token: token.clone(), ..JoinRoom::new(1) };
        let watch = Watch {
            room: room.clone(),
            streams: Vec::new(),
            private_id: None,
            pin: pin.clone(),
            token: token.clone(),
        };
        let glance = Glance { room, streams: Vec::new(), private_id: None, pin, token };
        let shown = format!("{join:?} {watch:?} {glance:?}");
        assert!(shown.contains("Glance") && !shown.contains("4321") && !shown.contains("5678"));
    }
}
