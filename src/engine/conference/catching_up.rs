//! What happened while nobody told us: the connection was made again, and the server repeats nothing.

use super::{Conference, Event, Membership, Output};
use crate::ErrorCode;
use crate::engine::requests::{Feed, Glance};
use crate::protocol::Id;
use crate::protocol::videoroom::answers::ParticipantInfo;
use crate::protocol::videoroom::event::Glimpse;
use crate::protocol::videoroom::{Attendee, Publisher, RoomEvent, Stream, StreamKind};

/// Where it stands with who is here, which is asked when events were lost.
#[derive(Debug, Default)]
pub(super) struct CatchingUp {
    /// Counts how often it was asked: what was answered to an earlier question is of no use.
    asked: u32,
    /// Of whom something was heard since.
    heard: Option<Vec<Id>>,
    /// Of whom it was told since whether they speak.
    voices: Vec<Id>,
    /// Who is here is known, and what they publish is not.
    blind: bool,
}

impl CatchingUp {
    /// Whether it is worth asking again, with what lets us in now.
    pub(super) fn is_wanting(&self) -> bool {
        self.blind || self.heard.is_some()
    }

    /// Nothing that was asked is of use.
    pub(super) fn give_up(&mut self) {
        *self = Self { asked: self.asked.wrapping_add(1), ..Self::default() };
    }

    pub(super) fn hear(&mut self, event: &RoomEvent) {
        let Some(heard) = self.heard.as_mut() else { return };
        if let RoomEvent::Publishers(publishers) = event {
            heard.extend(publishers.iter().map(|publisher| publisher.id.clone()));
        } else if let RoomEvent::Unpublished(who)
        | RoomEvent::Leaving(who)
        | RoomEvent::Kicked(who) = event
        {
            heard.push(who.id.clone());
        } else if let RoomEvent::Joining(who) = event {
            heard.push(who.id.clone());
        } else if let RoomEvent::Talking { id, .. } = event {
            self.voices.push(id.clone());
        }
    }
}

impl Conference {
    /// It is asked who is here. What is told from now on is newer than the answer. The number of the question.
    pub fn catch_up(&mut self) -> u32 {
        self.publishing.seek();
        self.catching_up.give_up();
        self.catching_up.heard = Some(Vec::new());
        self.catching_up.asked
    }

    /// Something may have gone unnoticed, unless that is known, or being asked for.
    pub(super) fn look_around(&mut self) {
        if !self.catching_up.is_wanting() {
            self.out.push_back(Output::LookAround { streams: false });
        }
    }

    /// Whether the answer to this question is still waited for: it was not asked again, and we are not on the way back.
    pub fn is_catching_up(&self, question: u32) -> bool {
        self.catching_up.asked == question
    }

    /// What was answered: who is `here`, and what of theirs is `seen`. Whether to ask once more, unless this was the `last`
    /// time.
    pub fn caught_up(
        &mut self,
        here: Result<Vec<ParticipantInfo>, ErrorCode>,
        seen: Result<Vec<Glimpse>, ErrorCode>,
        last: bool,
    ) -> bool {
        let missed = here.as_ref().err().or(seen.as_ref().err()).copied();
        // Asked again when that is back.
        let is_lost =
            matches!(missed, Some(ErrorCode::ConnectionLost | ErrorCode::SessionNotFound));
        // A pin or a token that is out of date, and streams that do not mix.
        let is_lasting = matches!(
            missed,
            Some(ErrorCode::Unauthorized | ErrorCode::MissingElement | ErrorCode::InvalidFeed)
        );
        if missed.is_some() && !(is_lost || is_lasting || last) {
            return true;
        }
        match here {
            Ok(here) if !is_lost => {
                self.resynchronise(here, &seen.unwrap_or_default());
                self.catching_up.blind = missed.is_some();
            }
            _ => self.catching_up.give_up(),
        }
        if !is_lost {
            self.give_up_missing();
            self.receiving.caught_up();
        }
        false
    }

    /// Asks for all that these people publish: the server lists streams to subscribers alone.
    pub fn glance(&self, here: &[ParticipantInfo]) -> Option<Glance> {
        let others = here.iter().filter(|one| one.publisher && Some(&one.id) != self.me.as_ref());
        let streams: Vec<Feed> = others.map(|one| Feed { feed: one.id.clone() }).collect();
        if streams.is_empty() { None } else { self.receiving.glance(&self.join, streams) }
    }

    /// Who is here, asked for after events were lost, and what they publish, if that was asked for too.
    pub fn resynchronise(&mut self, here: Vec<ParticipantInfo>, seen: &[Glimpse]) {
        let heard = self.catching_up.heard.take().unwrap_or_default();
        let voices = std::mem::take(&mut self.catching_up.voices);
        if self.membership != Membership::Joined {
            return;
        }
        if self.me.as_ref().is_some_and(|me| here.iter().all(|one| one.id != *me)) {
            return self.unlisted(&here);
        }
        self.look_for_ourselves(&here);
        let known: Vec<Id> = self.roster.people().keys().cloned().collect();
        let mut changes = Vec::new();
        for id in known.into_iter().filter(|id| !heard.contains(id)) {
            match here.iter().find(|participant| participant.id == id) {
                // These have a while to come.
                _ if self.is_doubted(&id) => {}
                None => changes.extend(self.roster.left(&id, false)),
                Some(participant) if !participant.publisher => {
                    changes.extend(self.roster.unpublished(&id));
                }
                Some(_) => {}
            }
        }
        for one in here {
            let ParticipantInfo { id, display, metadata, dummy, talking, .. } = one;
            let is_us = Some(&id) == self.me.as_ref();
            if !is_us && !dummy && !heard.contains(&id) {
                let id = id.clone();
                changes.extend(self.roster.attendee(Attendee { id, display, metadata }));
            }
            // In a room that announces nobody it is always "no", which changes nothing.
            let speaks = talking.unwrap_or_default();
            if voices.contains(&id) {
                continue;
            }
            if is_us {
                self.hear_ourselves(speaks);
            } else {
                changes.extend(self.roster.speaking(&id, speaks));
            }
        }
        for publisher in self.publishers(seen) {
            if !heard.contains(&publisher.id) {
                self.receiving.subscriptions.announced(&publisher.id);
                changes.extend(self.roster.publisher(publisher));
            }
        }
        self.changed(changes);
    }

    /// Whether we speak, as the server hears it.
    pub(super) fn hear_ourselves(&mut self, speaks: bool) {
        if std::mem::replace(&mut self.publishing.speaking, speaks) != speaks {
            self.emit(Event::LocalSpeaking(speaks));
        }
    }

    /// The server does not list us: we were sent out, or the room was ended and is another one now. To our handle
    /// it says the same in both cases; but who is here still was not in a room that was ended, unless they are back
    /// already under the same ids, as those who wait for the next room are.
    fn unlisted(&mut self, here: &[ParticipantInfo]) {
        let same = here.iter().any(|one| self.roster.people().contains_key(&one.id));
        if same && !self.awaits_room() { self.kicked() } else { self.room_replaced() }
    }

    /// What a subscriber is shown, as if its publishers had announced it.
    fn publishers(&self, seen: &[Glimpse]) -> Vec<Publisher> {
        let mut feeds: Vec<Publisher> = Vec::new();
        for line in seen {
            let (Some(id), Some(mid)) = (&line.feed_id, &line.feed_mid) else { continue };
            let known = self.roster.people().get(id).filter(|person| !person.doubted);
            let before = known.and_then(|person| person.streams.get(mid));
            let stream = Stream {
                // Of that nothing is said here.
                moderated: before.is_some_and(|it| it.kind == line.kind && it.moderated),
                description: line.feed_description.clone(),
                codec: line.codec.clone(),
                simulcast: line.simulcast.is_some(),
                ..Stream::new(line.kind, 0, mid)
            };
            if let Some(feed) = feeds.iter_mut().find(|feed| feed.id == *id) {
                feed.streams.push(stream);
                continue;
            }
            let mut streams = self.data_of(id);
            streams.push(stream);
            let (id, display) = (id.clone(), line.feed_display.clone());
            let (metadata, dummy, talking) = (None, false, None);
            feeds.push(Publisher { id, display, metadata, dummy, talking, streams });
        }
        feeds
    }

    /// Data shares one m-line, which names no stream.
    fn data_of(&self, id: &Id) -> Vec<Stream> {
        let Some(person) = self.roster.people().get(id) else { return Vec::new() };
        let data = person.streams.iter().filter(|(_, stream)| stream.kind == StreamKind::Data);
        data.map(|(mid, _)| Stream::new(StreamKind::Data, 0, mid)).collect()
    }
}

/// Whether an offer says that nothing comes over this m-line (RFC 8866, 6.7): of a stream that is published no
/// longer the server says so nowhere else.
pub fn is_inactive(sdp: &str, mid: &str) -> bool {
    let (mut here, mut inactive) = (false, false);
    for line in sdp.split('\n').map(str::trim_end) {
        if line.starts_with("m=") {
            if here {
                break;
            }
            inactive = false;
        }
        here = here || line.strip_prefix("a=mid:") == Some(mid);
        inactive = inactive || line == "a=inactive";
    }
    here && inactive
}

#[cfg(test)]
mod tests {
    use super::is_inactive;

    #[test]
    fn the_direction_is_that_of_the_m_line() {
        let sdp = "v=0\r\nm=audio 9\r\na=inactive\r\na=mid:0\r\nm=video 9\r\na=mid:1\r\na=sendonly\r\n\
                   m=video 9\r\na=mid:12\r\na=inactive\r\n";
        let inactive: Vec<&str> =
            ["0", "1", "12", "2"].into_iter().filter(|mid| is_inactive(sdp, mid)).collect();
        assert_eq!(inactive, ["0", "12"]);
    }
}
