//! What the conference machine says happened, told to the application.

use std::rc::Rc;

use super::call::Call;
use super::event::{Failure, Publication, RoomEvent, RoomState};
use super::local::Slot;
use super::publication::LocalPublication;
use super::track::Track;
use crate::engine::conference::Event;
use crate::engine::negotiation::Role;
use crate::engine::roster::Change;
use crate::engine::subscriptions::StreamRef;
use crate::protocol::Json;
use crate::protocol::description::Source;
use crate::protocol::videoroom::StreamKind;
use crate::protocol::videoroom::event::Layer;
use crate::{Error, ErrorCode, Id};

impl Call {
    pub(super) fn tell(self: &Rc<Self>, event: Event) {
        match event {
            Event::Joined(joined) => {
                if let Some(room) = self.room.upgrade() {
                    let returned = room.state.get() == RoomState::Reconnecting;
                    let (room_id, description) = (joined.room, joined.description);
                    room.state.set(RoomState::Connected);
                    self.emit(&RoomEvent::LocalJoined {
                        room: room_id,
                        description,
                        id: joined.id,
                        display: self.display.borrow().clone(),
                    });
                    room.set_state(RoomState::Connected, None, None);
                    if returned {
                        self.resynchronise(false);
                    }
                }
                self.report_joined(Ok(()));
            }
            Event::Roster(change) => self.tell_change(change),
            Event::Subscribed(stream, mid) => self.subscribed(stream, &mid),
            Event::Resubscribed(stream, mid) => self.resubscribed(stream, &mid),
            Event::Unsubscribed(stream) => {
                self.tracks.borrow_mut().remove(&stream);
                self.emit(&RoomEvent::TrackUnsubscribed { id: stream.feed, mid: stream.mid });
            }
            Event::Layer(
                stream,
                Layer { substream, temporal, spatial_layer, temporal_layer, .. },
            ) => {
                let (spatial, temporal) =
                    (substream.or(spatial_layer), temporal.or(temporal_layer));
                let StreamRef { feed: id, mid } = stream;
                self.emit(&RoomEvent::LayerChanged { id, mid, spatial, temporal });
            }
            Event::LocalPublished(mid) => self.local_published(mid),
            Event::LocalRefused(mid) => {
                if let Some(slot) = self.slots.at(&mid) {
                    self.local_refused(&slot);
                }
            }
            Event::LocalSpeaking(speaking) => {
                self.emit(&RoomEvent::LocalSpeakingChanged(speaking));
            }
            Event::PublishRefused(error) => self.publish_refused(error),
            Event::PublishFailed(error) => {
                let fresh = self.slots.all().into_iter().filter(|slot| !slot.is_announced());
                self.take_back(fresh.collect(), &error.into());
            }
            Event::MediaFailed(error) => self.media_failed(error.into()),
            Event::Over(reason, error) => self.finish(reason, error),
        }
    }

    fn tell_change(&self, change: Change) {
        let event = match change {
            Change::Joined(id) => {
                let (display, metadata) = self.words_of(&id);
                RoomEvent::ParticipantJoined { id, display, metadata }
            }
            Change::Left { id, kicked } => RoomEvent::ParticipantLeft { id, kicked },
            Change::Renamed(id) => {
                let (display, metadata) = self.words_of(&id);
                RoomEvent::ParticipantChanged { id, display, metadata }
            }
            Change::Published(id, mid) => {
                let publication = self.publication(&id, mid);
                let Some(publication) = publication.filter(|it| it.kind != StreamKind::Data) else {
                    return;
                };
                RoomEvent::TrackPublished { id, publication }
            }
            Change::Named(id, mid) => {
                let name = self.publication(&id, mid.clone()).and_then(|it| it.name);
                RoomEvent::TrackRenamed { id, mid, name }
            }
            Change::Unpublished(_, _, stream) if stream.kind == StreamKind::Data => return,
            Change::Unpublished(id, mid, _) => RoomEvent::TrackUnpublished { id, mid },
            Change::Muted { id, mid, moderator, muted } => {
                RoomEvent::TrackMuted { id, mid, moderator, muted }
            }
            Change::Speaking(id, speaking) => RoomEvent::SpeakingChanged { id, speaking },
        };
        self.emit(&event);
    }

    fn words_of(&self, id: &Id) -> (String, Option<Json>) {
        let conference = self.conference.borrow();
        let person = conference.roster().people().get(id);
        person.map(|person| (person.display.clone(), person.metadata.clone())).unwrap_or_default()
    }

    fn publication(&self, id: &Id, mid: String) -> Option<Publication> {
        let conference = self.conference.borrow();
        let stream = conference.roster().people().get(id)?.streams.get(&mid)?;
        let (source, name) = (stream.source, stream.name.clone());
        let (kind, muted, moderated) = (stream.kind, stream.muted, stream.moderated);
        Some(Publication { mid, kind, source, name, muted, moderated })
    }

    fn subscribed(&self, stream: StreamRef, sub_mid: &str) {
        let peer = self.present(Role::Answerer);
        let Some(transceiver) = peer.and_then(|peer| peer.transceiver(sub_mid)) else { return };
        let media = transceiver.receiver().track();
        let publication = self.publication(&stream.feed, stream.mid.clone());
        let source = publication.map_or(Source::Unknown, |publication| publication.source);
        let track = Track::received(media, source, Rc::clone(&self.playback), transceiver);
        let track = Rc::new(track);
        self.tracks.borrow_mut().insert(stream.clone(), Rc::clone(&track));
        self.emit(&RoomEvent::TrackSubscribed { id: stream.feed, mid: stream.mid, track });
    }

    /// The same track, over another connection.
    fn resubscribed(&self, stream: StreamRef, sub_mid: &str) {
        let track = self.tracks.borrow().get(&stream).cloned();
        let Some(track) = track else { return self.subscribed(stream, sub_mid) };
        let peer = self.present(Role::Answerer);
        let Some(transceiver) = peer.and_then(|peer| peer.transceiver(sub_mid)) else { return };
        track.receive(transceiver);
        self.emit(&RoomEvent::TrackReplaced { id: stream.feed, mid: stream.mid });
    }

    fn local_published(self: &Rc<Self>, mid: String) {
        let Some(slot) = self.slots.at(&mid) else { return };
        slot.accepted.take();
        if !slot.announce(&mid) {
            return;
        }
        for other in self.slots.all().iter().filter(|other| !Rc::ptr_eq(other, &slot)) {
            other.displace(&mid);
        }
        let (kind, source, name) = (slot.kind(), slot.source(), slot.name());
        let muted = slot.muted.get();
        let publication = Publication { mid, kind, source, name, muted, moderated: false };
        slot.settle(&Ok(()));
        let local = LocalPublication::new(self, slot);
        self.emit(&RoomEvent::LocalTrackPublished { publication, local });
    }

    /// The room has none of the codecs offered: once more with all the browser has, if only one was offered.
    pub(super) fn local_refused(self: &Rc<Self>, slot: &Rc<Slot>) {
        if slot.has_codec() && !slot.any_codec.replace(true) {
            // On a fresh peer connection: browsers would give the refused m-line another mid, which Janus ignores.
            self.conference.borrow_mut().publish_anew();
            return self.pump();
        }
        let text = "the room does not take the codecs this browser offers for the ";
        let text = [text, slot.source().as_str()].concat();
        self.refuse(slot, Error::new(ErrorCode::Negotiation, text).into());
    }

    /// The server refused an offer: what is new in it is taken back, and what was there before goes on, if we are in.
    fn publish_refused(self: &Rc<Self>, error: Error) {
        let conference = self.conference.borrow();
        let (held, is_in) = (conference.local().clone(), conference.is_in());
        drop(conference);
        // Refused on the way into the room, none of it is there.
        let (mut refused, mut is_new) = (Vec::new(), !is_in);
        for slot in self.slots.all() {
            if !is_in || !slot.is_announced() {
                is_new |= slot.sender().is_some();
                if slot.mid().is_some_and(|mid| held.contains_key(&mid)) {
                    refused.push(slot);
                }
            } else if let Some(accepted) = slot.accepted.take() {
                slot.settings.replace(accepted);
                is_new = true;
            }
        }
        if !is_new {
            self.conference.borrow_mut().publish_again(error);
            return self.pump();
        }
        self.take_back(refused, &error.into());
        // Also where nothing is left: the server may still have what was unpublished since.
        self.negotiate();
    }

    /// What is new is published no longer; if nothing is, there is more amiss than that.
    fn take_back(&self, fresh: Vec<Rc<Slot>>, failure: &Failure) {
        if fresh.is_empty() {
            self.media_failed(failure.clone());
        }
        for slot in fresh {
            self.refuse(&slot, failure.clone());
        }
    }

    fn media_failed(&self, failure: Failure) {
        self.emit(&RoomEvent::MediaError { source: Source::Unknown, failure });
    }

    /// Whoever waits for it is told so; otherwise everybody is.
    pub(super) fn refuse(&self, slot: &Rc<Slot>, failure: Failure) {
        self.vacate(slot);
        if !self.take_out(slot, &failure) {
            self.emit(&RoomEvent::MediaError { source: slot.source(), failure });
        }
    }
}
