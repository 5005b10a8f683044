//! The line to the server: what a call hears from it.

use std::rc::Rc;

use super::Reason;
use super::call::Call;
use super::event::RoomState;
use super::signal::Signal;
use super::wire::said;
use crate::client::Answer;
use crate::engine::negotiation::Role;
use crate::protocol::message::HandleEvent;
use crate::videoroom::ask::participants;
use crate::web::{self, spawn_local};
use crate::{Error, ErrorCode};

impl Call {
    /// Session and handles are there, or will not be.
    pub(super) fn signal_opened(self: &Rc<Self>, signal: Result<Signal, Error>) {
        match signal {
            Ok(signal) if self.over.get() => spawn_local(signal.close(false)),
            Ok(signal) => {
                signal.route_to(self);
                let round_trip = signal.round_trip;
                self.signal.replace(Some(signal));
                self.conference.borrow_mut().signal_ready(web::now(), round_trip);
                for (role, candidates) in self.early.take() {
                    self.trickle(role, candidates);
                }
            }
            Err(error) => self.conference.borrow_mut().end(Reason::JoinFailed, Some(error)),
        }
        self.pump();
    }

    /// The connection to the server is being made again.
    pub(super) fn signal_lost(&self, error: Option<Error>) {
        if let Some(room) = self.room.upgrade().filter(|it| it.state.get() == RoomState::Connected)
        {
            room.set_state(RoomState::Reconnecting, None, error);
        }
    }

    /// It is back, with our session. What was told meanwhile is lost.
    pub(super) fn signal_resumed(self: &Rc<Self>) {
        let Some(room) = self.room.upgrade() else { return };
        if room.state.get() == RoomState::Reconnecting {
            room.set_state(RoomState::Connected, None, None);
            self.resynchronise();
        }
    }

    /// Asks who is here; somebody may have gone unnoticed.
    fn resynchronise(self: &Rc<Self>) {
        let (Some(handle), Some(room)) =
            (self.handle(Role::Offerer), self.conference.borrow().room().cloned())
        else {
            return;
        };
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            // Lost once more, it will be asked again.
            let Ok(here) = participants(&handle, &room).await else { return };
            if let Some(call) = weak.upgrade() {
                call.conference.borrow_mut().resynchronise(here);
                call.pump();
            }
        });
    }

    pub(super) fn session_lost(self: &Rc<Self>, error: Error) {
        let expired = error.code() == ErrorCode::SessionNotFound;
        let reason = if expired { Reason::SessionExpired } else { Reason::ConnectionLost };
        self.conference.borrow_mut().end(reason, Some(error));
        self.pump();
    }

    /// Leaves, and waits for the server's word.
    pub(super) async fn leave(self: &Rc<Self>) {
        let signal = self.signal.take();
        let joined = self.conference.borrow().room().is_some();
        self.conference.borrow_mut().end(Reason::Left, None);
        self.pump();
        if let Some(signal) = signal {
            signal.close(joined).await;
        }
    }

    /// Something happened on one of the handles.
    pub(super) fn handle_event(self: &Rc<Self>, role: Role, event: HandleEvent) {
        let mut conference = self.conference.borrow_mut();
        match event {
            HandleEvent::Plugin { data, jsep } => {
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
            HandleEvent::Detached if role == Role::Offerer => {
                let text = "the server closed our handle in the room";
                let error = Error::new(ErrorCode::HandleNotFound, text);
                conference.end(Reason::ConnectionLost, Some(error));
            }
            HandleEvent::Detached => conference.hangup(role, "the handle was closed"),
            HandleEvent::Media { .. } | HandleEvent::SlowLink { .. } | HandleEvent::IceFailed => {}
        }
        drop(conference);
        self.pump();
    }
}
