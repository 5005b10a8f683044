//! Who is in the room with what.
//!
//! `publishers` events are upserts: the whole stream list of a participant, whether new, changed or
//! described anew. The roster compares and says what is different.

use crate::Map;
use crate::protocol::Id;
use crate::protocol::description::{self, Source};
use crate::protocol::videoroom::{Attendee, Publisher, Stream, StreamKind};

/// A stream somebody publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteStream {
    /// Audio or video.
    pub kind: StreamKind,
    /// Where it comes from, if its owner says so.
    pub source: Source,
    /// Whether its owner, or a moderator, muted it.
    pub muted: bool,
}

/// Somebody else in the room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name shown to people.
    pub display: String,
    /// What is published, by the publisher's mid.
    pub streams: Map<String, RemoteStream>,
    /// Whether speaking now.
    pub speaking: bool,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody is here.
    Joined(Id),
    /// Somebody is gone.
    Left {
        /// Who.
        id: Id,
        /// Whether sent out.
        kicked: bool,
    },
    /// Somebody's name changed.
    Renamed(Id),
    /// A stream is new.
    Published(Id, String),
    /// A stream is gone.
    Unpublished(Id, String, RemoteStream),
    /// A stream was muted or unmuted.
    Muted(Id, String, bool),
    /// Somebody began or ceased to speak.
    Speaking(Id, bool),
}

/// Everybody else.
#[derive(Debug, Default)]
pub struct Roster {
    people: Map<Id, Person>,
}

impl Roster {
    /// Everybody, by id.
    pub fn people(&self) -> &Map<Id, Person> {
        &self.people
    }

    /// A participant published, or changed what is published.
    pub fn publisher(&mut self, publisher: Publisher) -> Vec<Change> {
        if publisher.dummy {
            return Vec::new();
        }
        let id = publisher.id.clone();
        let mut changes = self.appear(&id, publisher.display);
        let Some(person) = self.people.get_mut(&id) else { return changes };
        let new: Map<String, RemoteStream> =
            publisher.streams.into_iter().filter_map(remote_stream).collect();
        let old = std::mem::replace(&mut person.streams, new.clone());
        for (mid, stream) in old.iter() {
            if new.get(mid).is_none_or(|now| now.kind != stream.kind) {
                changes.push(Change::Unpublished(id.clone(), mid.clone(), stream.clone()));
            }
        }
        for (mid, stream) in new.iter() {
            match old.get(mid).filter(|before| before.kind == stream.kind) {
                None => changes.push(Change::Published(id.clone(), mid.clone())),
                Some(before) if before.muted != stream.muted => {
                    changes.push(Change::Muted(id.clone(), mid.clone(), stream.muted));
                }
                Some(_) => {}
            }
        }
        if let Some(talking) = publisher.talking {
            changes.extend(self.speaking(&id, talking));
        }
        changes
    }

    /// Somebody who does not publish is here.
    pub fn attendee(&mut self, attendee: Attendee) -> Vec<Change> {
        self.appear(&attendee.id, attendee.display)
    }

    fn appear(&mut self, id: &Id, display: Option<String>) -> Vec<Change> {
        if self.people.contains_key(id) {
            return display.map_or(Vec::new(), |display| self.renamed(id, display));
        }
        let person = Person { display: display.unwrap_or_default(), ..Person::default() };
        self.people.insert(id.clone(), person);
        vec![Change::Joined(id.clone())]
    }

    /// Somebody has a new name.
    pub fn renamed(&mut self, id: &Id, display: String) -> Vec<Change> {
        match self.people.get_mut(id) {
            Some(person) if person.display != display => {
                person.display = display;
                vec![Change::Renamed(id.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Somebody stopped publishing, and is still here.
    pub fn unpublished(&mut self, id: &Id) -> Vec<Change> {
        let Some(person) = self.people.get_mut(id) else { return Vec::new() };
        let streams = std::mem::take(&mut person.streams);
        let gone = |(mid, stream)| Change::Unpublished(id.clone(), mid, stream);
        streams.into_iter().map(gone).collect()
    }

    /// Somebody left.
    pub fn left(&mut self, id: &Id, kicked: bool) -> Vec<Change> {
        let mut changes = self.unpublished(id);
        if self.people.remove(id).is_some() {
            changes.push(Change::Left { id: id.clone(), kicked });
        }
        changes
    }

    /// A moderator muted or unmuted somebody's stream.
    pub fn moderated(&mut self, id: &Id, mid: &str, muted: bool) -> Vec<Change> {
        let person = self.people.get_mut(id);
        match person.and_then(|person| person.streams.get_mut(mid)) {
            Some(stream) if stream.muted != muted => {
                stream.muted = muted;
                vec![Change::Muted(id.clone(), mid.to_owned(), muted)]
            }
            _ => Vec::new(),
        }
    }

    /// Somebody began or ceased to speak.
    pub fn speaking(&mut self, id: &Id, speaking: bool) -> Vec<Change> {
        match self.people.get_mut(id) {
            Some(person) if person.speaking != speaking => {
                person.speaking = speaking;
                vec![Change::Speaking(id.clone(), speaking)]
            }
            _ => Vec::new(),
        }
    }

    /// Nobody is known any longer.
    pub fn clear(&mut self) -> Vec<Change> {
        let ids: Vec<Id> = self.people.keys().cloned().collect();
        ids.iter().flat_map(|id| self.left(id, false)).collect()
    }
}

/// A stream one can receive: not disabled, with a codec, and of a kind we show.
fn remote_stream(stream: Stream) -> Option<(String, RemoteStream)> {
    let (source, muted) = description::read(stream.description.as_deref());
    let playable = matches!(stream.kind, StreamKind::Audio | StreamKind::Video);
    let receivable = playable && !stream.disabled && stream.codec.as_deref() != Some("none");
    let muted = muted || stream.moderated;
    receivable.then_some((stream.mid, RemoteStream { kind: stream.kind, source, muted }))
}
