//! The line to the server: what a call hears from it.

use std::rc::Rc;

use super::Reason;
use super::call::Call;
use super::event::{RoomEvent, RoomState};
use super::signal::{Attached, Signal};
use super::wire::said;
use crate::client::{self, Answer, unheard};
use crate::engine::conference::{Asker, is_inactive};
use crate::engine::negotiation::Role;
use crate::engine::requests::Glance;
use crate::engine::{Attempt, Millis};
use crate::protocol::Json;
use crate::protocol::message::HandleEvent;
use crate::protocol::videoroom::event::{Glimpse, Glimpses};
use crate::videoroom::ask::{ask, participants};
use crate::web::{self, spawn_local};
use crate::{Error, ErrorCode};

/// How often it is asked what people publish, while people come and go.
const GLANCES: u32 = 3;

impl Call {
    /// Session and handles are there, or will not be.
    pub(super) fn signal_opened(self: &Rc<Self>, signal: Result<Signal, Error>) {
        match signal {
            Ok(signal) if self.over.get() => spawn_local(signal.close(false)),
            Ok(signal) => {
                signal.route_to(Rc::downgrade(self));
                let round_trip = signal.round_trip;
                if client::is_haunted() {
                    self.conference.borrow_mut().expect_ghost();
                }
                self.signal.replace(Some(signal));
                self.signal_ready(round_trip);
            }
            Err(error) => self.conference.borrow_mut().end(Reason::JoinFailed, Some(error)),
        }
        self.pump();
    }

    fn signal_ready(&self, round_trip: Millis) {
        self.away.set(false);
        let mut conference = self.conference.borrow_mut();
        conference.signalling(true);
        conference.signal_ready(web::now(), round_trip);
        drop(conference);
        for (role, candidates) in self.early.take() {
            self.trickle(role, candidates);
        }
    }

    /// The connection to the server is being made again.
    pub(super) fn signal_lost(&self, error: Option<Error>) {
        self.conference.borrow_mut().signalling(false);
        self.away_from_room(error);
    }

    /// It is back, with our session. What was told meanwhile is lost.
    pub(super) fn signal_resumed(self: &Rc<Self>) {
        let Some(room) = self.room.upgrade() else { return };
        if self.away.get() {
            return self.return_to_room();
        }
        self.conference.borrow_mut().signalling(true);
        self.pump();
        // Who is not in yet is told so by the answer to joining.
        if room.state.get() == RoomState::Reconnecting && self.conference.borrow().is_in() {
            room.set_state(RoomState::Connected, None, None);
            self.resynchronise(true);
        }
    }

    /// Asks the application when to try this.
    pub(super) fn decide(&self, asker: Asker, attempt: Attempt) {
        let Some(room) = self.room.upgrade() else { return };
        let pause = room.options.connection.policy.as_ref().and_then(|policy| policy(attempt));
        self.conference.borrow_mut().retry(asker, pause);
    }

    /// Asks who is here; somebody may have gone unnoticed. `streams`: and what they publish.
    pub(super) fn resynchronise(self: &Rc<Self>, streams: bool) {
        let (Some(handle), Some(room)) =
            (self.handle(Role::Offerer), self.conference.borrow().room().cloned())
        else {
            return;
        };
        self.notice_closed();
        let weak = Rc::downgrade(self);
        let mut question = self.conference.borrow_mut().catch_up();
        spawn_local(async move {
            for left in (0..GLANCES).rev() {
                let here = match participants(&handle, &room).await {
                    Ok(here) => Ok(here),
                    // Then nobody is in it.
                    Err(error) if error.code() == ErrorCode::RoomNotFound => Ok(Vec::new()),
                    Err(error) => Err(error.code()),
                };
                let is_waited_for =
                    |call: &Rc<Self>| call.conference.borrow().is_catching_up(question);
                let Some(call) = weak.upgrade().filter(is_waited_for) else { return };
                let glance = match &here {
                    Ok(here) if streams => call.conference.borrow().glance(here),
                    _ => None,
                };
                let seen = match glance {
                    Some(glance) => call.glance(glance).await.map_err(|error| error.code()),
                    None => Ok(Vec::new()),
                };
                if !is_waited_for(&call) {
                    return;
                }
                let again = call.conference.borrow_mut().caught_up(here, seen, left == 0);
                call.pump();
                if !again {
                    return;
                }
                question = call.conference.borrow_mut().catch_up();
            }
        });
        self.pump();
    }

    /// What these people publish, seen through a handle that is given up at once.
    fn glance(&self, glance: Glance) -> impl Future<Output = Result<Vec<Glimpse>, Error>> + use<> {
        let attached = self.signal.borrow().as_ref().map(Signal::attach_for_a_moment);
        async move {
            let gone = || Error::new(ErrorCode::ConnectionLost, "the room was left");
            let handle = attached.ok_or_else(gone)?.await?;
            let body = Json::write(&glance).with("ptype", "subscriber");
            let answer = ask(&handle, "join", body, None).await;
            // Fails only if it is gone already.
            unheard(handle.detach());
            let answer = answer?;
            let mut seen = answer.data.read::<Glimpses>()?.streams;
            let offer = answer.jsep.map(|offer| offer.sdp).unwrap_or_default();
            seen.retain(|line| !is_inactive(&offer, &line.mid));
            Ok(seen)
        }
    }

    /// The session is gone, and with it our place in the room, which we take again as soon as there is another.
    pub(super) fn session_lost(self: &Rc<Self>, error: Error, renewing: bool) {
        if renewing && self.conference.borrow().belongs() {
            self.depart();
            self.signal_lost(Some(error));
            return self.pump();
        }
        if self.begin_anew(Some(&error)) {
            return;
        }
        let expired = error.code() == ErrorCode::SessionNotFound;
        let reason = if expired { Reason::SessionExpired } else { Reason::ConnectionLost };
        self.conference.borrow_mut().end(reason, Some(error));
        self.pump();
    }

    /// Nothing of ours is on the server any more.
    fn depart(&self) {
        self.away.set(true);
        self.epoch.set(self.epoch.get().wrapping_add(1));
        self.drop_peer(Role::Offerer);
        self.drop_peer(Role::Answerer);
        self.early.take();
        self.conference.borrow_mut().depart();
    }

    /// The same, and what we publish is offered over another peer connection.
    pub(super) fn start_over(self: &Rc<Self>) {
        self.depart();
        if self.publish_all_again() {
            self.conference.borrow_mut().negotiate();
        }
    }

    /// Our place is lost, though the line is there.
    pub(super) fn place_lost(self: &Rc<Self>) {
        self.away_from_room(None);
        self.return_to_room();
    }

    fn away_from_room(&self, error: Option<Error>) {
        if let Some(room) = self.room.upgrade().filter(|it| it.state.get() == RoomState::Connected)
        {
            room.set_state(RoomState::Reconnecting, None, error);
        }
    }

    /// Takes our place in the room again, with fresh handles and peer connections.
    pub(super) fn return_to_room(self: &Rc<Self>) {
        let attached = self.signal.borrow().as_ref().map(Signal::attach_again);
        let Some(attached) = attached else { return };
        self.start_over();
        let (weak, epoch) = (Rc::downgrade(self), self.epoch.get());
        spawn_local(async move {
            let attached = attached.await;
            let call = weak.upgrade().filter(|call| !call.over.get());
            match (call.filter(|call| call.epoch.get() == epoch), attached) {
                (Some(call), attached) => call.attached(attached),
                (None, Ok(attached)) => attached.detach(),
                (None, Err(_)) => {}
            }
        });
        self.pump();
    }

    fn attached(self: &Rc<Self>, attached: Result<Attached, Error>) {
        match attached {
            Ok(attached) => {
                let round_trip = attached.round_trip;
                if let Some(signal) = self.signal.borrow_mut().as_mut() {
                    signal.take(attached);
                }
                self.signal_ready(round_trip);
            }
            // The session tells what follows.
            Err(error) if is_of_line(error.code()) => {}
            Err(error) => self.conference.borrow_mut().join_failed(error),
        }
        self.pump();
    }

    /// Asks for a room that is not there.
    pub(super) fn make_room(self: &Rc<Self>) {
        let (Some(handle), Some(create)) =
            (self.handle(Role::Answerer), self.create.borrow().clone())
        else {
            return;
        };
        let (weak, epoch) = (Rc::downgrade(self), self.epoch.get());
        let made = handle.request(create.with("request", "create"), None);
        spawn_local(async move {
            let made = made.await.and_then(|answer| said(Role::Offerer, &answer, None));
            // Whoever departed meanwhile asks for the room on their way back.
            if let Some(call) = weak.upgrade().filter(|call| call.epoch.get() == epoch) {
                call.conference.borrow_mut().created(made.map(drop));
                call.pump();
            }
        });
    }

    /// Leaves, and waits for the server's word.
    pub(super) async fn leave(self: &Rc<Self>) {
        let signal = self.signal.take();
        let joined = self.conference.borrow().has_asked() && !self.away.get();
        self.conference.borrow_mut().end(Reason::Left, None);
        self.pump();
        if let Some(signal) = signal {
            signal.close(joined).await;
        }
    }

    /// Something happened on one of the handles.
    pub(super) fn handle_event(self: &Rc<Self>, role: Role, event: HandleEvent) {
        if let HandleEvent::SlowLink { mid, uplink, lost } = event {
            return self.emit(&slow_link(mid, uplink, lost));
        }
        let mut conference = self.conference.borrow_mut();
        match event {
            HandleEvent::Plugin { data, jsep, .. } => {
                // What is not understood is not for us: newer servers say more.
                let Ok(said) = said(role, &Answer { data, jsep }, None) else { return };
                match role {
                    Role::Offerer => conference.room_event(said.event),
                    Role::Answerer => conference.subscription_event(said),
                }
            }
            HandleEvent::WebrtcUp => conference.webrtc_up(role),
            // Our own `hangup` request, before a new offer.
            HandleEvent::Hangup { reason } if reason == "Janus API" => {}
            HandleEvent::Hangup { reason } => conference.hangup(role, &reason),
            HandleEvent::Trickle(candidate) => conference.remote_candidate(role, candidate),
            // They went with the session, whose loss brings others.
            HandleEvent::Detached if self.away.get() => {}
            HandleEvent::Detached if role == Role::Offerer && conference.belongs() => {
                drop(conference);
                let text = "the server closed our handle in the room";
                self.signal_lost(Some(Error::new(ErrorCode::HandleNotFound, text)));
                return self.return_to_room();
            }
            HandleEvent::Detached => conference.hangup(role, "the handle was closed"),
            HandleEvent::Media { .. } | HandleEvent::SlowLink { .. } | HandleEvent::IceFailed => {}
        }
        drop(conference);
        self.pump();
    }
}

/// What goes up to Janus is what it sends to us.
fn slow_link(mid: String, uplink: bool, lost: u32) -> RoomEvent {
    RoomEvent::SlowLink { mid, receiving: uplink, lost }
}

/// Whether the failure says that there is nothing to speak by any more: connection and session are made anew by
/// themselves, and handles with them.
pub(super) fn is_of_line(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ConnectionLost | ErrorCode::SessionNotFound | ErrorCode::HandleNotFound
    )
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;
    use crate::protocol::codec::decode_all;
    use crate::protocol::message::Incoming;

    /// Whether a complaint is about what we receive.
    fn is_received(uplink: &str) -> bool {
        let text = [r#"{"janus":"slowlink","sender":1,"mid":"2","lost":4,"uplink":"#, uplink, "}"];
        let message = decode_all(&text.concat()).unwrap().remove(0);
        let Incoming::Handle(_, HandleEvent::SlowLink { mid, uplink, lost }) = message.classify()
        else {
            panic!("it is a complaint")
        };
        let RoomEvent::SlowLink { mid, receiving, lost } = slow_link(mid, uplink, lost) else {
            panic!("it is told as one")
        };
        assert_eq!((mid.as_str(), lost), ("2", 4));
        receiving
    }

    #[test]
    fn what_the_server_sends_in_vain_is_what_we_receive() {
        assert!(is_received("true"));
        assert!(!is_received("false"));
    }

    #[test]
    fn what_the_room_says_is_not_of_the_line() {
        let all = [
            (ErrorCode::ConnectionLost, true),
            (ErrorCode::SessionNotFound, true),
            (ErrorCode::HandleNotFound, true),
            (ErrorCode::RoomNotFound, false),
            (ErrorCode::Unauthorized, false),
            (ErrorCode::IdTaken, false),
            (ErrorCode::Closed, false),
            // It took its time: whoever waits for that does not wait once more.
            (ErrorCode::Timeout, false),
        ];
        for (code, is_so) in all {
            assert_eq!(is_of_line(code), is_so, "{code:?}");
        }
    }
}
