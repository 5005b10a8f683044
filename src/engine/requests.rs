//! What the conference asks for: those fields of `VideoRoom`'s requests that it uses.
//!
//! The full types (`protocol::videoroom`) are for applications that ask themselves. Here each field would
//! cost every page its bytes.

use super::subscriptions::StreamRef;
use crate::protocol::Id;
use crate::protocol::videoroom::publishing::StreamDescription;
use crate::protocol::wire::wire;

/// `join` as a publisher, and `joinandconfigure` when an offer travels with it.
#[derive(Clone, Debug)]
pub struct JoinRoom {
    /// The room.
    pub room: Id,
    /// The participant id to have; the server picks one otherwise.
    pub id: Option<Id>,
    /// The name shown to people.
    pub display: Option<String>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
    /// What the streams of the offer are.
    pub descriptions: Vec<StreamDescription>,
}

wire!(JoinRoom { room; optional id, display, pin, token, descriptions });

impl JoinRoom {
    /// With the server's choice for the rest.
    pub fn new(room: impl Into<Id>) -> Self {
        let room = room.into();
        Self { room, id: None, display: None, pin: None, token: None, descriptions: Vec::new() }
    }
}

/// `publish` and `configure`: what our streams are.
#[derive(Clone, Debug)]
pub struct Describe {
    /// Words about streams, by mid.
    pub descriptions: Vec<StreamDescription>,
}

wire!(Describe { ; optional descriptions });

/// `join` as a subscriber.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The room.
    pub room: Id,
    /// What to receive; never empty.
    pub streams: Vec<StreamRef>,
    /// Ties the subscription to the publisher handle.
    pub private_id: Option<u64>,
    /// The room's pin.
    pub pin: Option<String>,
    /// A token of the room's list, or a signed one.
    pub token: Option<String>,
}

wire!(Watch { room, streams; optional private_id, pin, token });

/// One m-line to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The subscription's mid.
    pub sub_mid: String,
}

wire!(Line { sub_mid });

/// `update`: removals and additions in one renegotiation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What to add.
    pub subscribe: Vec<StreamRef>,
    /// What to remove.
    pub unsubscribe: Vec<Line>,
}

wire!(Exchange { ; optional subscribe, unsubscribe });
