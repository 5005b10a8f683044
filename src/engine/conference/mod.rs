//! A room as a state machine: joining, publishing, and receiving everybody else.
//!
//! It owns the desired state (what the application wants published, whom the room shows) and the
//! actual one (what the server confirmed), and asks for one step at a time. The driver in
//! [`crate::room`] executes the outputs and reports back; everything between is decided here.

mod answers;
mod catching_up;
mod credentials;
mod healing;
mod patience;
mod publishing;
mod receiving;
mod returning;
#[cfg(test)]
mod tests;
mod types;
mod wishes;

use std::collections::VecDeque;

use self::catching_up::CatchingUp;
pub use self::catching_up::is_inactive;
pub use self::healing::PeerState;
use self::publishing::Publishing;
pub use self::publishing::{KEPT_LINES, line_again};
use self::receiving::Receiving;
use self::returning::Returning;
pub use self::types::{
    Asked, Asker, Event, LocalStream, Output, PublisherRequest, Reason, Said, SubscriberRequest,
};
use self::wishes::Wishes;
use super::negotiation::Role;
use super::roster::{Change, Roster};
use super::subscriptions::StreamRef;
use super::{Millis, soonest};
use crate::Map;
use crate::engine::requests::{JoinRoom, Words};
use crate::protocol::videoroom::{Attendee, RoomEvent};
use crate::protocol::{Candidate, Id, Jsep, Json};
use crate::{Error, ErrorCode};

/// How long joining waits for a camera that is about to open, at most, ms. Within one round trip,
/// waiting costs nobody anything and lets the offer ride along; beyond that, people would wait.
const MAX_GRACE: Millis = Millis(250);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Membership {
    /// Waiting for the connection, or a little for the camera.
    Waiting,
    Joining,
    Joined,
    Over,
}

/// The machine of one stay in a room.
#[derive(Debug)]
pub struct Conference {
    join: JoinRoom,
    membership: Membership,
    me: Option<Id>,
    /// What is to be said of us, and joining could not say any more, or was lost on its way.
    unsaid: Option<Json>,
    /// The room as the server names it.
    room: Option<Id>,
    signal_ready: bool,
    /// Until when joining waits for the offer.
    join_by: Option<Millis>,
    capturing: bool,
    publishing: Publishing,
    receiving: Receiving,
    roster: Roster,
    wishes: Wishes,
    returning: Returning,
    catching_up: CatchingUp,
    /// Signalling works; what needs it is not given up for lack of it.
    signalling: bool,
    now: Millis,
    out: VecDeque<Output>,
}

impl Conference {
    /// A stay that begins when [`Conference::signal_ready`] is reported. `capturing`: a camera or
    /// microphone is being opened, [`Conference::captured`] will follow.
    pub fn new(join: JoinRoom, capturing: bool) -> Self {
        let returning = Returning::new(join.id.is_some());
        Self {
            join,
            membership: Membership::Waiting,
            me: None,
            unsaid: None,
            room: None,
            signal_ready: false,
            join_by: None,
            capturing,
            publishing: Publishing::new(),
            receiving: Receiving::new(),
            roster: Roster::default(),
            wishes: Wishes::default(),
            returning,
            catching_up: CatchingUp::default(),
            signalling: true,
            now: Millis(0),
            out: VecDeque::new(),
        }
    }

    /// Whether we are in the room, as far as we know.
    pub fn is_in(&self) -> bool {
        self.membership == Membership::Joined
    }

    /// Says how the room is joined after all: what is to be published may be offered before that is known.
    pub fn enter(&mut self, join: JoinRoom, capturing: bool) {
        self.returning.choose(join.id.is_some());
        (self.join, self.capturing) = (join, capturing);
    }

    /// The room, once joined.
    pub fn room(&self) -> Option<&Id> {
        self.room.as_ref()
    }

    /// Who we are, once joined.
    pub fn me(&self) -> Option<&Id> {
        self.me.as_ref()
    }

    /// Whether the server was asked for a place in the room, which we have or may get.
    pub fn has_asked(&self) -> bool {
        matches!(self.membership, Membership::Joining | Membership::Joined)
    }

    /// Everybody else.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Our own streams, by mid.
    pub fn local(&self) -> &Map<String, LocalStream> {
        self.publishing.local()
    }

    /// Session and handles are there; `round_trip` is how long the server took.
    pub fn signal_ready(&mut self, now: Millis, round_trip: Millis) {
        self.signal_ready = true;
        self.join_by = Some(now + round_trip.min(MAX_GRACE));
    }

    /// The camera and microphone are open, or will not be.
    pub fn captured(&mut self) {
        self.capturing = false;
    }

    /// Tracks were added to or removed from the publisher's peer connection.
    pub fn negotiate(&mut self) {
        if self.membership == Membership::Over {
            return;
        }
        if self.publishing.is_renewing() {
            self.publishing.hurry();
        } else if self.publishing.spent {
            self.hear_ourselves(false);
            self.publishing.renew();
            self.out.push_back(Output::Renew(Role::Offerer));
        } else {
            self.publishing.negotiation.want_offer();
        }
    }

    /// What is published is to go over a fresh peer connection.
    pub fn publish_anew(&mut self) {
        self.publishing.spent = true;
        self.negotiate();
    }

    /// The server refused an offer although nothing in it is new: the same once more, over a fresh peer connection.
    pub fn publish_again(&mut self, error: Error) {
        self.renew_publisher(error);
    }

    /// The user muted or unmuted a stream.
    pub fn mute(&mut self, mid: &str, muted: bool) {
        self.publishing.mute(mid, muted);
    }

    /// What is said of us, also when we join again. Whether we are in the room, and whoever asks has to say it now: a join
    /// to come says it otherwise, and what follows one that is under way.
    pub fn set_metadata(&mut self, metadata: Json) -> bool {
        if self.membership == Membership::Joining {
            self.unsaid = Some(metadata.clone());
        }
        self.join.metadata = Some(metadata);
        self.membership == Membership::Joined
    }

    /// A stream is called otherwise.
    pub fn rename(&mut self, mid: &str, name: Option<String>) {
        self.publishing.rename(mid, name);
    }

    /// A place that is held ready is taken, or free again. Whether words are enough and no offer is needed: a place that
    /// has its mid is on the server, or in an offer that is being made and says what there is when it is.
    pub fn restate(&mut self, mid: &str, stream: LocalStream) -> bool {
        let is_taken = !stream.off;
        let is_enough = self.publishing.restate(mid, stream);
        if is_taken && is_enough && self.publishing.is_published() {
            self.emit(Event::LocalPublished(mid.to_owned()));
        }
        is_enough
    }

    /// [`Step::Offer`](super::negotiation::Step::Offer) or [`Step::Answer`](super::negotiation::Step::Answer) was done. `streams`: what the offer holds, by mid.
    pub fn described(&mut self, role: Role, jsep: Jsep, streams: Map<String, LocalStream>) {
        match role {
            Role::Offerer => self.publishing.described(jsep, streams),
            Role::Answerer => {
                let events = self.receiving.described(jsep);
                self.emit_all(events);
            }
        }
    }

    /// [`Step::Apply`](super::negotiation::Step::Apply) was done.
    pub fn applied(&mut self) {
        self.publishing.negotiation.finished();
    }

    /// A step failed in the browser: this peer connection is of no use any longer.
    pub fn step_failed(&mut self, role: Role, error: Error) {
        self.renew(role, error);
    }

    /// A candidate of ours.
    pub fn local_candidate(&mut self, now: Millis, role: Role, candidate: Candidate) {
        let negotiation = match role {
            Role::Offerer => &mut self.publishing.negotiation,
            Role::Answerer => &mut self.receiving.negotiation,
        };
        negotiation.local_candidate(now, candidate);
    }

    /// A candidate of the server's.
    pub fn remote_candidate(&mut self, role: Role, candidate: Candidate) {
        match role {
            Role::Offerer => self.publishing.negotiation.remote_candidate(candidate),
            Role::Answerer => self.receiving.negotiation.remote_candidate(candidate),
        }
    }

    /// ICE and DTLS are up.
    pub fn webrtc_up(&mut self, role: Role) {
        match role {
            Role::Offerer => self.publishing.came_up(),
            Role::Answerer => self.receiving.patience.succeeded(),
        }
    }

    /// The server closed a peer connection.
    pub fn hangup(&mut self, role: Role, reason: &str) {
        if role == Role::Offerer && !self.publishing.is_published() {
            // Said of the one before: the server took nothing yet on the one there is now.
            return;
        }
        let text = ["the server closed the peer connection: ", reason].concat();
        self.renew(role, Error::new(ErrorCode::Negotiation, text));
    }

    /// Our descriptions say that media is end-to-end encrypted.
    pub fn set_e2ee(&mut self, e2ee: bool) {
        self.publishing.set_e2ee(e2ee);
        self.receiving.negotiation.set_e2ee(e2ee);
    }

    /// Whether an offer of ours is made, under way, or answered.
    pub fn is_offering(&self) -> bool {
        self.publishing.negotiation.is_under_way()
    }

    /// A data channel of ours is open: what is published is rebuilt for its sake too.
    pub fn data_opened(&mut self) {
        self.publishing.data = true;
        // What is made anew holds it, and waits as long as before: it may be the same channel each time.
        if !self.publishing.is_renewing() {
            self.negotiate();
        }
    }

    /// What the m-line of the offer that is being answered will carry.
    pub fn offered(&self, mid: &str) -> Option<StreamRef> {
        self.receiving.offered(mid)
    }

    /// What [`Output::Renew`] asked for could not be had.
    pub fn renewal_failed(&mut self, error: Error) {
        if self.membership != Membership::Over && self.receiving.patience.failed() {
            self.emit(Event::MediaFailed(error));
        }
    }

    /// What [`Output::Renew`] asked for is there.
    pub fn renewed(&mut self, role: Role) {
        match role {
            Role::Offerer => self.publishing.renewed(true),
            Role::Answerer => self.receiving.ready = true,
        }
    }

    /// The publisher's is not needed: there is nothing to send now.
    pub fn emptied(&mut self) {
        self.publishing.renewed(false);
    }

    /// The room is over for a reason outside: asked for, connection lost, session gone.
    pub fn end(&mut self, reason: Reason, error: Option<Error>) {
        if self.membership == Membership::Over {
            return;
        }
        // What was decided and not done yet is pointless now; what happened, happened.
        self.out.retain(|output| matches!(output, Output::Event(_)));
        let mut events = self.receiving.unsubscribe_all();
        events.extend(self.roster.clear().into_iter().map(Event::Roster));
        events.push(Event::Over(reason, error));
        self.emit_all(events);
        self.membership = Membership::Over;
    }

    /// Something the publisher handle was told.
    pub fn room_event(&mut self, event: RoomEvent) {
        if self.membership == Membership::Over {
            return;
        }
        self.catching_up.hear(&event);
        let me = self.me.clone();
        let mine = |id: &Id| Some(id) == me.as_ref();
        let changes = match event {
            RoomEvent::Publishers(publishers) => {
                for publisher in &publishers {
                    self.receiving.subscriptions.announced(&publisher.id);
                }
                let others = publishers.into_iter().filter(|publisher| !mine(&publisher.id));
                others.flat_map(|publisher| self.roster.publisher(publisher)).collect()
            }
            RoomEvent::Joining(attendee) if !mine(&attendee.id) => self.roster.attendee(attendee),
            RoomEvent::Unpublished(who) => self.roster.unpublished(&who.id),
            RoomEvent::Leaving(who) => self.roster.left(&who.id, false),
            RoomEvent::Kicked(who) => self.roster.left(&who.id, true),
            RoomEvent::KickedOurselves => return self.kicked(),
            RoomEvent::Destroyed => return self.room_ended(),
            RoomEvent::Changed(Attendee { id, display, metadata }) => {
                self.roster.renamed(&id, display, metadata)
            }
            RoomEvent::Moderated { id, mid, muted } if mine(&id) => {
                vec![Change::Muted { id, mid, moderator: true, muted }]
            }
            RoomEvent::Moderated { id, mid, muted } => self.roster.moderated(&id, &mid, muted),
            RoomEvent::Talking { id, talking, .. } if mine(&id) => {
                self.publishing.speaking = talking;
                return self.emit(Event::LocalSpeaking(talking));
            }
            RoomEvent::Talking { id, talking, .. } => self.roster.speaking(&id, talking),
            RoomEvent::Joining(_)
            | RoomEvent::SlowLink { .. }
            | RoomEvent::Layer(_)
            | RoomEvent::Failed { .. }
            | RoomEvent::Joined(_)
            | RoomEvent::Done
            | RoomEvent::Mapping
            | RoomEvent::Updating
            | RoomEvent::Unknown => Vec::new(),
        };
        self.changed(changes);
    }

    /// Something the subscriber handle was told without having asked.
    pub fn subscription_event(&mut self, said: Said) {
        if self.membership == Membership::Over || !self.receiving.ready {
            return;
        }
        if let RoomEvent::Layer(layer) = said.event {
            if let Some(stream) = self.receiving.subscriptions.layer(&layer) {
                self.emit(Event::Layer(stream, layer));
            }
        } else if said.jsep.is_some() || said.mapping.is_some() {
            let events = self.receiving.told(said.mapping.as_deref(), said.jsep);
            self.emit_all(events);
        }
    }

    fn kicked(&mut self) {
        let error = Error::new(ErrorCode::Closed, "a moderator removed you from the room");
        self.end(Reason::Kicked, Some(error));
    }

    fn changed(&mut self, changes: Vec<Change>) {
        for change in changes {
            if let Change::Unpublished(feed, mid, _) = &change {
                let stream = StreamRef { feed: feed.clone(), mid: mid.clone() };
                let events = self.receiving.ended(&stream);
                self.emit_all(events);
                self.wishes.forget(&stream);
            }
            self.emit(Event::Roster(change));
        }
        self.want();
    }

    /// Time passed; also called after every happening, since waiting may be over.
    pub fn advance(&mut self, now: Millis) {
        if self.membership == Membership::Over {
            return;
        }
        self.now = now;
        self.heal(now);
        self.advance_returning(now);
        if self.receiving.missed_offer(now) {
            self.renew_for_lost_offer();
        }
        if self.receiving.patience.is_due(now) {
            self.out.push_back(Output::Renew(Role::Answerer));
        }
        // Steps first: what they leave behind, an offer above all, is what requests are made of.
        self.publishing.drain(now, &mut self.out);
        self.retry_publishing(now);
        self.receiving.drain(now, &mut self.out);
        match self.membership {
            Membership::Waiting => self.advance_joining(now),
            Membership::Joined => {
                if let Some(metadata) = self.unsaid.take() {
                    let words = PublisherRequest::Words(Words { metadata });
                    self.out.push_back(Output::Publisher(Asked::Words, words));
                }
                if let Some(request) = self.publishing.next_request() {
                    self.out.push_back(request);
                }
                if let Some(request) = self.receiving.next_request(now, &self.join) {
                    self.out.push_back(request);
                }
            }
            Membership::Joining | Membership::Over => {}
        }
    }

    fn advance_joining(&mut self, now: Millis) {
        let mut offer = self.publishing.offer_to_join();
        let making = self.publishing.is_renewing() || !self.publishing.negotiation.is_idle();
        let listens = self.returning.listens;
        let offer_expected = (self.capturing || making) && !listens;
        let waited = self.join_by.is_some_and(|until| until <= now);
        if !self.signal_ready || (offer.is_none() && offer_expected && !waited) {
            self.publishing.keep_offer(offer);
            return;
        }
        if listens {
            // It would be refused again, and goes by itself once we are in.
            self.publishing.keep_offer(offer.take());
        }
        (self.membership, self.returning.outdated) = (Membership::Joining, false);
        self.unsaid = None;
        let mut join = self.join.clone();
        if offer.is_some() {
            self.publishing.asks();
            join.descriptions = self.publishing.descriptions();
        }
        self.out.push_back(Output::Publisher(Asked::Join, PublisherRequest::Join(join, offer)));
    }

    /// When [`Conference::advance`] wants to be called.
    pub fn deadline(&self) -> Option<Millis> {
        let join = if self.membership == Membership::Waiting { self.join_by } else { None };
        let cure =
            soonest(&[self.publishing.healing.deadline(), self.receiving.healing.deadline()]);
        let cure = cure.filter(|_| self.signalling && self.membership == Membership::Joined);
        let publishing = self.publishing.deadline(self.signalling);
        let returning = self.returning.deadline(self.signalling);
        soonest(&[join, publishing, self.receiving.deadline(), cure, returning])
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    fn emit(&mut self, event: Event) {
        self.emit_all(vec![event]);
    }

    fn emit_all(&mut self, events: Vec<Event>) {
        // After the end nothing is told, whatever is still done to what is left.
        if self.membership != Membership::Over {
            self.out.extend(events.into_iter().map(Output::Event));
        }
    }
}
