//! Who is in the room with what.
//!
//! `publishers` events are upserts: the whole stream list of a participant, whether new, changed or
//! described anew. The roster compares and says what is different.

use crate::Map;
use crate::protocol::description::{self, Source};
use crate::protocol::videoroom::{Attendee, Publisher, Stream, StreamKind};
use crate::protocol::{Id, Json};

/// A stream somebody publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteStream {
    /// Audio, video or data.
    pub kind: StreamKind,
    /// The codec of audio and video.
    pub codec: Option<String>,
    /// Whether it comes in several simulcast layers.
    pub simulcast: bool,
    /// Where it comes from, if its owner says so.
    pub source: Source,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Whether its owner muted it.
    pub muted: bool,
    /// Whether a moderator muted it.
    pub moderated: bool,
}

impl RemoteStream {
    /// Whether this can be what was there under the same mid before: where a peer connection was made anew, mids may be
    /// others'. Whom nothing was missed of (`told_before`) may have begun to say what it is, or ceased to.
    fn is_same(&self, other: &Self, told_before: bool) -> bool {
        let is_unsaid = [self, other].iter().any(|one| one.source == Source::Unknown);
        self.kind == other.kind && (self.source == other.source || told_before && is_unsaid)
    }
}

/// Somebody else in the room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name shown to people.
    pub display: String,
    /// What they say of themselves, an object; servers before 1.3.0 know of none.
    pub metadata: Option<Json>,
    /// What is published, by the publisher's mid.
    pub streams: Map<String, RemoteStream>,
    /// Whether speaking now.
    pub speaking: bool,
    /// What is known of them is of before we lost our own place, and not confirmed yet.
    pub doubted: bool,
    /// They are in the room, whatever they publish.
    present: bool,
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
    /// Somebody's name or metadata changed.
    Renamed(Id),
    /// A stream is new.
    Published(Id, String),
    /// A stream is gone.
    Unpublished(Id, String, RemoteStream),
    /// A stream is called otherwise.
    Named(Id, String),
    /// A stream was muted or unmuted.
    Muted {
        /// Whose.
        id: Id,
        /// Which.
        mid: String,
        /// By a moderator, or else by its owner.
        moderator: bool,
        /// Whether it is muted now, as far as this one is concerned.
        muted: bool,
    },
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
        let mut changes = self.appear(&id, publisher.display, publisher.metadata);
        let Some(person) = self.people.get_mut(&id) else { return changes };
        let told_before = !std::mem::take(&mut person.doubted);
        let mut new: Map<String, RemoteStream> =
            publisher.streams.into_iter().filter_map(remote_stream).collect();
        let silent = |stream: &RemoteStream| told_before && stream.kind != StreamKind::Video;
        for (mid, stream) in new.iter_mut().filter(|(_, stream)| silent(stream)) {
            // Of these the server says it to those who join, and later by an event alone.
            let before = person.streams.get(mid);
            stream.moderated |= before.is_some_and(|it| it.is_same(stream, true) && it.moderated);
        }
        let old = std::mem::replace(&mut person.streams, new.clone());
        for (mid, stream) in old.iter() {
            if new.get(mid).is_none_or(|now| !now.is_same(stream, told_before)) {
                changes.push(Change::Unpublished(id.clone(), mid.clone(), stream.clone()));
            }
        }
        for (mid, stream) in new.iter() {
            match old.get(mid).filter(|before| before.is_same(stream, told_before)) {
                None => changes.push(Change::Published(id.clone(), mid.clone())),
                Some(before) => {
                    if before.name != stream.name {
                        changes.push(Change::Named(id.clone(), mid.clone()));
                    }
                    let mut compare = |moderator, before: bool, muted: bool| {
                        if before != muted {
                            let (id, mid) = (id.clone(), mid.clone());
                            changes.push(Change::Muted { id, mid, moderator, muted });
                        }
                    };
                    compare(false, before.muted, stream.muted);
                    compare(true, before.moderated, stream.moderated);
                }
            }
        }
        if let Some(talking) = publisher.talking {
            changes.extend(self.speaking(&id, talking));
        }
        changes
    }

    /// Somebody who does not publish is here.
    pub fn attendee(&mut self, attendee: Attendee) -> Vec<Change> {
        self.appear(&attendee.id, attendee.display, attendee.metadata)
    }

    fn appear(&mut self, id: &Id, display: Option<String>, metadata: Option<Json>) -> Vec<Change> {
        if let Some(person) = self.people.get_mut(id) {
            person.present = true;
            // Whoever published before is likely about to again.
            person.doubted = person.doubted && !person.streams.is_empty();
            return self.renamed(id, display, metadata);
        }
        let display = display.unwrap_or_default();
        let person = Person { display, metadata, ..Person::default() };
        self.people.insert(id.clone(), person);
        vec![Change::Joined(id.clone())]
    }

    /// Somebody has a new name, new metadata, or both.
    pub fn renamed(
        &mut self,
        id: &Id,
        display: Option<String>,
        metadata: Option<Json>,
    ) -> Vec<Change> {
        let Some(person) = self.people.get_mut(id) else { return Vec::new() };
        let display = display.filter(|display| *display != person.display);
        let metadata = metadata.filter(|metadata| person.metadata.as_ref() != Some(metadata));
        if display.is_none() && metadata.is_none() {
            return Vec::new();
        }
        if let Some(display) = display {
            person.display = display;
        }
        person.metadata = metadata.or_else(|| person.metadata.take());
        vec![Change::Renamed(id.clone())]
    }

    /// Somebody stopped publishing, and is still here.
    pub fn unpublished(&mut self, id: &Id) -> Vec<Change> {
        // The server forgets with it whether they speak, and does not say so.
        let mut changes = self.speaking(id, false);
        let Some(person) = self.people.get_mut(id) else { return changes };
        person.doubted = false;
        let streams = std::mem::take(&mut person.streams);
        let gone = |(mid, stream)| Change::Unpublished(id.clone(), mid, stream);
        changes.extend(streams.into_iter().map(gone));
        changes
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
            Some(stream) if stream.moderated != muted => {
                stream.moderated = muted;
                vec![Change::Muted { id: id.clone(), mid: mid.to_owned(), moderator: true, muted }]
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

    /// We lost our place in the room, and with it sight of everybody: of who speaks, too.
    pub fn doubt(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, person) in self.people.iter_mut() {
            (person.doubted, person.present) = (true, false);
            if std::mem::take(&mut person.speaking) {
                changes.push(Change::Speaking(id.clone(), false));
            }
        }
        changes
    }

    /// Whether there are people of whom nobody knows whether they are still here.
    pub fn has_doubted(&self) -> bool {
        self.people.values().any(|person| person.doubted)
    }

    /// Those of whom nothing was heard are gone; those who are here publish no longer what they did.
    pub fn give_up_doubted(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        let people = self.people.iter().filter(|(_, person)| person.doubted);
        let doubted: Vec<(Id, bool)> =
            people.map(|(id, person)| (id.clone(), person.present)).collect();
        for (id, present) in doubted {
            changes.extend(if present { self.unpublished(&id) } else { self.left(&id, false) });
        }
        changes
    }

    /// Nobody is known any longer.
    pub fn clear(&mut self) -> Vec<Change> {
        let ids: Vec<Id> = self.people.keys().cloned().collect();
        ids.iter().flat_map(|id| self.left(id, false)).collect()
    }
}

/// A stream one can receive: not disabled, with a codec unless it is data, and no place held ready for one.
fn remote_stream(stream: Stream) -> Option<(String, RemoteStream)> {
    let said = description::read(stream.description.as_deref());
    let is_place = stream.description.as_deref() == Some(description::SCREEN_OFF);
    let Stream { kind, codec, simulcast, moderated, disabled, mid, .. } = stream;
    let receivable = !disabled && !is_place && codec.as_deref() != Some("none");
    let (source, name, muted) = (said.source, said.name, said.muted);
    let stream = RemoteStream { kind, codec, simulcast, source, name, muted, moderated };
    receivable.then_some((mid, stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Id {
        Id::from(7)
    }

    /// Ada's microphone, as the server says it: by its owner's words, and a moderator's.
    fn says(description: &str, moderated: bool) -> Publisher {
        let stream = Stream {
            description: Some(description.to_owned()),
            codec: Some("opus".to_owned()),
            moderated,
            ..Stream::new(StreamKind::Audio, 0, "0")
        };
        let streams = vec![stream];
        Publisher { id: ada(), display: None, metadata: None, dummy: false, talking: None, streams }
    }

    fn stands(roster: &Roster) -> (bool, bool) {
        let stream = roster.people().get(&ada()).unwrap().streams.get("0").unwrap();
        (stream.muted, stream.moderated)
    }

    fn muted(moderator: bool, muted: bool) -> Change {
        Change::Muted { id: ada(), mid: "0".to_owned(), moderator, muted }
    }

    #[test]
    fn another_stream_under_the_mid_of_one_is_another() {
        let mut roster = Roster::default();
        roster.publisher(says("microphone", false));
        roster.doubt();
        let changes = roster.publisher(says("screen", false));
        let [Change::Unpublished(_, _, before), Change::Published(..)] = &changes[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(before.source, Source::Microphone);
        assert_eq!(roster.publisher(says("Slides", false)).len(), 1, "only its name is another");
        roster.doubt();
        assert_eq!(roster.publisher(says("microphone", false)).len(), 2);
    }

    #[test]
    fn a_place_held_ready_is_no_stream_until_something_is_shown_there() {
        let (mut roster, mid) = (Roster::default(), || "0".to_owned());
        assert_eq!(roster.publisher(says("screen (off)", false)), [Change::Joined(ada())]);
        assert!(roster.people().get(&ada()).unwrap().streams.is_empty());
        for _ in 0..3 {
            let on = roster.publisher(says("screen", false));
            assert_eq!(on, [Change::Published(ada(), mid())]);
            assert_eq!(roster.publisher(says("screen (muted)", false)), [muted(false, true)]);
            let off = roster.publisher(says("screen (off)", false));
            let [Change::Unpublished(id, gone, before)] = &off[..] else { panic!("{off:?}") };
            assert_eq!((id, gone, before.source), (&ada(), &mid(), Source::Screen));
            assert_eq!(roster.publisher(says("screen (off)", false)), []);
        }
        // Names may end in anything.
        let named = roster.publisher(says("screen: Slides (off)", false));
        assert_eq!(named, [Change::Published(ada(), mid())]);
        // Off when we are back in the room, and on before: it is gone.
        roster.doubt();
        assert_eq!(roster.publisher(says("screen (off)", false)).len(), 1);
    }

    #[test]
    fn owners_and_moderators_mute_apart_from_each_other() {
        let mut roster = Roster::default();
        roster.publisher(says("microphone", false));
        assert_eq!(roster.moderated(&ada(), "0", true), [muted(true, true)]);
        assert_eq!(roster.moderated(&ada(), "0", true), []);
        assert_eq!(roster.publisher(says("microphone (muted)", false)), [muted(false, true)]);
        assert_eq!(stands(&roster), (true, true));
        assert_eq!(roster.moderated(&ada(), "0", false), [muted(true, false)]);
        assert_eq!(stands(&roster), (true, false));
    }

    #[test]
    fn names_and_metadata_are_told_when_they_change() {
        let attendee = |display: Option<&str>, metadata: Option<&str>| Attendee {
            id: ada(),
            display: display.map(str::to_owned),
            metadata: metadata.map(|text| Json::parse(text.to_owned()).unwrap()),
        };
        let told = || vec![Change::Renamed(ada())];
        let mut roster = Roster::default();
        roster.attendee(attendee(Some("Ada"), None));
        assert_eq!(roster.attendee(attendee(Some("Ada"), Some(r#"{"role":"host"}"#))), told());
        assert_eq!(roster.attendee(attendee(Some("Ada"), Some(r#"{"role":"host"}"#))), []);
        assert_eq!(roster.attendee(attendee(Some("Countess"), None)), told());
        let person = roster.people().get(&ada()).unwrap();
        assert_eq!(person.display, "Countess");
        assert_eq!(person.metadata.as_ref().unwrap().as_str(), r#"{"role":"host"}"#);
    }

    #[test]
    fn a_stream_that_is_called_otherwise_is_told() {
        let mut roster = Roster::default();
        roster.publisher(says("microphone", false));
        let named = Change::Named(ada(), "0".to_owned());
        assert_eq!(roster.publisher(says("microphone: Lectern", false)), [named]);
        assert_eq!(roster.publisher(says("microphone: Lectern", false)), []);
    }

    #[test]
    fn who_comes_later_is_told_and_a_session_lost_ends_what_was_said() {
        let mut roster = Roster::default();
        roster.publisher(says("microphone", true));
        assert_eq!(stands(&roster), (false, true));
        roster.publisher(says("microphone", false));
        assert_eq!(stands(&roster), (false, true));
        roster.doubt();
        assert_eq!(roster.publisher(says("microphone", false)), [muted(true, false)]);
    }
}
