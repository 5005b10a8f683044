//! What the conference machine says happened, told to the application.

use std::rc::Rc;

use super::call::Call;
use super::event::{Publication, RoomEvent, RoomState};
use super::track::Track;
use crate::Id;
use crate::engine::conference::Event;
use crate::engine::roster::Change;
use crate::engine::subscriptions::StreamRef;
use crate::protocol::description::Source;

impl Call {
    pub(super) fn tell(self: &Rc<Self>, event: Event) {
        match event {
            Event::Joined(joined) => {
                if let Some(room) = self.room.upgrade() {
                    let (room_id, description) = (joined.room, joined.description);
                    room.state.set(RoomState::Connected);
                    self.emit(&RoomEvent::LocalJoined {
                        room: room_id,
                        description,
                        id: joined.id,
                        display: self.display.clone(),
                    });
                    room.set_state(RoomState::Connected, None, None);
                }
                self.report_joined(Ok(()));
            }
            Event::Roster(change) => self.tell_change(change),
            Event::Subscribed(stream, mid) => self.subscribed(stream, &mid),
            Event::Unsubscribed(stream, _) => {
                self.tracks.borrow_mut().remove(&stream);
                self.emit(&RoomEvent::TrackUnsubscribed { id: stream.feed, mid: stream.mid });
            }
            Event::LocalPublished(mid) => self.local_published(mid),
            Event::LocalMuted(mid, muted) => self.emit(&RoomEvent::LocalTrackMuted { mid, muted }),
            Event::LocalSpeaking(speaking) => {
                self.emit(&RoomEvent::LocalSpeakingChanged(speaking));
            }
            Event::PublishFailed(error) | Event::ReceiveFailed(error) => {
                let failure = error.into();
                self.emit(&RoomEvent::MediaError { source: Source::Unknown, failure });
            }
            Event::Over(reason, error) => self.finish(reason, error),
        }
    }

    fn tell_change(&self, change: Change) {
        let event = match change {
            Change::Joined(id) => {
                let display = self.display_of(&id);
                RoomEvent::ParticipantJoined { id, display }
            }
            Change::Left { id, kicked } => RoomEvent::ParticipantLeft { id, kicked },
            Change::Renamed(id) => {
                let display = self.display_of(&id);
                RoomEvent::ParticipantChanged { id, display }
            }
            Change::Published(id, mid) => {
                let Some(publication) = self.publication(&id, mid) else { return };
                RoomEvent::TrackPublished { id, publication }
            }
            Change::Unpublished(id, mid, _) => RoomEvent::TrackUnpublished { id, mid },
            Change::Muted(id, mid, muted) => RoomEvent::TrackMuted { id, mid, muted },
            Change::Speaking(id, speaking) => RoomEvent::SpeakingChanged { id, speaking },
        };
        self.emit(&event);
    }

    fn display_of(&self, id: &Id) -> String {
        let conference = self.conference.borrow();
        let person = conference.roster().people().get(id);
        person.map(|person| person.display.clone()).unwrap_or_default()
    }

    fn publication(&self, id: &Id, mid: String) -> Option<Publication> {
        let conference = self.conference.borrow();
        let stream = conference.roster().people().get(id)?.streams.get(&mid)?;
        Some(Publication { mid, kind: stream.kind, source: stream.source, muted: stream.muted })
    }

    fn subscribed(&self, stream: StreamRef, sub_mid: &str) {
        let received = self.subscriber.borrow().as_ref().and_then(|peer| peer.received(sub_mid));
        let Some(media) = received else { return };
        let publication = self.publication(&stream.feed, stream.mid.clone());
        let source = publication.map_or(Source::Unknown, |publication| publication.source);
        let track = Rc::new(Track::new(media, source, Some(Rc::clone(&self.playback))));
        self.tracks.borrow_mut().insert(stream.clone(), Rc::clone(&track));
        self.emit(&RoomEvent::TrackSubscribed { id: stream.feed, mid: stream.mid, track });
    }

    fn local_published(&self, mid: String) {
        let Some(slot) = self.slots.at(&mid).filter(|slot| slot.announce(&mid)) else { return };
        let (kind, source, muted) = (slot.kind(), slot.source(), slot.muted.get());
        let publication = Publication { mid, kind, source, muted };
        let track = Rc::clone(&slot.track);
        self.emit(&RoomEvent::LocalTrackPublished { publication, track });
    }
}
