//! What the server answers to our requests.

use super::{Asked, Conference, Event, Membership, Reason, Said};
use crate::engine::negotiation::Role;
use crate::protocol::videoroom::RoomEvent;
use crate::{Error, ErrorCode};

impl Conference {
    /// An answer to one of our requests.
    pub fn answer(&mut self, asked: Asked, answer: Result<Said, Error>) {
        // Of a subscriber that is being replaced nothing matters any more.
        let is_late = asked.is_of_subscriber() && !self.receiving.ready;
        if self.membership == Membership::Over || is_late {
            return;
        }
        match (asked, answer) {
            (Asked::Join, Ok(said)) => self.joined(said),
            (Asked::Join, Err(error)) => self.join_refused(error),
            // It was about a peer connection that is gone.
            (Asked::Offer, _) if !self.publishing.is_answer_to_this() => {}
            (Asked::Offer, Ok(said)) => {
                let events = self.publishing.answered(said.jsep, said.own.as_deref());
                self.emit_all(events);
            }
            // Nobody knows whether the server took it. With the connection everything is said anew.
            (Asked::Offer, Err(error)) if error.code() == ErrorCode::ConnectionLost => {
                self.renew(Role::Offerer, error);
            }
            (Asked::Describe, Err(error)) if is_unheard(error.code()) => {
                self.publishing.forgotten();
            }
            (Asked::Offer, Err(error)) => {
                self.publishing.refused();
                self.emit(Event::PublishRefused(error));
            }
            (Asked::Words, Err(error)) if is_unheard(error.code()) => {
                self.unsaid = self.join.metadata.clone();
            }
            (Asked::Words, Err(error)) => self.emit(Event::MediaFailed(error)),
            (Asked::Words, Ok(_)) => {}
            (Asked::Describe, Ok(_)) => self.publishing.described_again(),
            (Asked::Describe, Err(error)) => {
                self.publishing.described_again();
                self.emit(Event::MediaFailed(error));
            }
            (Asked::Subscribe, Ok(said)) => {
                let updating = said.event == RoomEvent::Updating;
                let (mapping, now) = (said.mapping.as_deref(), self.now);
                let events = self.receiving.answered(mapping, said.jsep, updating, now);
                self.emit_all(events);
            }
            (Asked::Subscribe, Err(error)) => match self.receiving.failed(&error) {
                Some(events) => self.emit_all(events),
                None => self.renew(Role::Answerer, error),
            },
            (Asked::Compare, answer) => {
                if self.receiving.compared(answer) {
                    self.renew_for_lost_offer();
                }
            }
            (Asked::Configure, Err(error)) if is_unheard(error.code()) => {
                self.receiving.subscriptions.unsure();
            }
            // A stream that goes while its layer is asked for is no failure.
            (Asked::Configure, _) => self.receiving.subscriptions.configured(),
            (Asked::Restart, answer) => {
                self.receiving.restarted();
                // Of another network packets tell first, and signalling last: it took the way that is gone.
                let is_lost = |error: &Error| error.code() == ErrorCode::ConnectionLost;
                self.receiving.restart |= answer.as_ref().is_err_and(is_lost);
                if let Ok(Said { jsep: Some(jsep), .. }) = answer {
                    let events = self.receiving.told(None, Some(jsep));
                    self.emit_all(events);
                }
            }
            (Asked::Pause, answer) => {
                let unheard = answer.is_err_and(|error| is_unheard(error.code()));
                self.receiving.pausing_done(!unheard);
            }
            (Asked::Start, Ok(_)) => self.receiving.started(self.now),
            (Asked::Start, Err(error)) => self.renew(Role::Answerer, error),
        }
    }

    fn joined(&mut self, said: Said) {
        let RoomEvent::Joined(joined) = said.event else {
            let error = crate::protocol::videoroom::event::unexpected("join");
            return self.end(Reason::JoinFailed, Some(error));
        };
        self.membership = Membership::Joined;
        self.me = Some(joined.id.clone());
        self.room = Some(joined.room.clone());
        self.receiving.joined(joined.private_id);
        let (publishers, attendees) = (joined.publishers.clone(), joined.attendees.clone());
        self.emit(Event::Joined(joined));
        let is_of_this = self.publishing.is_answer_to_this();
        let jsep = said.jsep.filter(|_| is_of_this);
        let events = self.publishing.answered(jsep, said.own.as_deref());
        self.emit_all(events);
        for attendee in attendees {
            let changes = self.roster.attendee(attendee);
            self.changed(changes);
        }
        for publisher in publishers {
            let changes = self.roster.publisher(publisher);
            self.changed(changes);
        }
        self.returned();
    }
}

/// Whether the server may not have heard of the request.
fn is_unheard(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::ConnectionLost | ErrorCode::Timeout)
}
