//! What an application wants of what others send, and of the connections themselves.

use std::rc::Rc;

use super::call::Call;
use super::checks;
use super::event::Failure;
use super::{Room, StreamRef, Terms};
use crate::engine::negotiation::Role;
use crate::web::{JsValue, PeerConfig, RtcPeerConnection, now};

impl Room {
    fn with_call(&self, act: impl FnOnce(&Rc<Call>)) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        act(&call);
        call.pump();
        Ok(())
    }

    /// Whether a stream is received. By default all are; of one that is published no longer, nothing is remembered. One that takes the place of another of the same
    /// codec needs no negotiation (`switch`).
    pub fn set_subscribed(&self, stream: StreamRef, subscribed: bool) -> Result<(), Failure> {
        self.with_call(|call| call.conference.borrow_mut().subscribe(stream, subscribed))
    }

    /// How a stream is received: which layers, or not for now. Layers above 2 are taken for 2. Where
    /// [adapting](crate::live::Adaptive) asks for less, less comes. One bound of a playout delay alone makes the other: the
    /// least is 0 then, and the most the same.
    ///
    /// # Errors
    /// `InvalidArgument` for a playout delay of less than nothing or more than 4,095 times 10 ms, and for one whose least is
    /// above its most; `InvalidState` outside of a room.
    pub fn set_terms(&self, stream: StreamRef, terms: Terms) -> Result<(), Failure> {
        self.collect_terms(stream, terms, false)
    }

    /// The same; nothing is sent while `more` follow in the same breath, so that all of them take one request.
    pub fn collect_terms(
        &self,
        stream: StreamRef,
        terms: Terms,
        more: bool,
    ) -> Result<(), Failure> {
        let terms = self.within_bounds(&stream, checks::terms(terms)?);
        self.pass_terms(stream, terms, more)
    }

    /// The same, whatever was bounded.
    pub(crate) fn pass_terms(
        &self,
        stream: StreamRef,
        terms: Terms,
        more: bool,
    ) -> Result<(), Failure> {
        let call = self.0.call_now()?;
        call.conference.borrow_mut().terms(stream, terms);
        if !more {
            call.pump();
        }
        Ok(())
    }

    /// How a stream was asked to come, by [`Room::set_terms`].
    pub fn terms(&self, stream: &StreamRef) -> Terms {
        self.asked_terms(stream).unwrap_or_else(|| self.terms_in_force(stream))
    }

    /// How a stream is to come: what was asked for, and what [adapting](crate::live::Adaptive) left of it.
    pub fn terms_in_force(&self, stream: &StreamRef) -> Terms {
        self.0.call().map_or_else(Terms::default, |call| call.conference.borrow().terms_of(stream))
    }

    /// Asks the sender for a picture that stands by itself. Browsers do that themselves where they miss one.
    pub fn request_key_frame(&self, stream: &StreamRef) -> Result<(), Failure> {
        self.with_call(|call| call.conference.borrow_mut().key_frame(stream))
    }

    /// Stops or continues everything that is received (`pause`, `start`); the subscriptions stay.
    pub fn set_receiving_paused(&self, paused: bool) -> Result<(), Failure> {
        self.with_call(|call| call.conference.borrow_mut().pause(paused))
    }

    /// Looks for another way for packets, sending and receiving, with new ICE credentials. Done by itself when
    /// packets are missing for two seconds, when ICE fails, and when the network changes.
    pub fn restart_ice(&self) -> Result<(), Failure> {
        self.with_call(Call::restart_ice)
    }

    /// Nothing comes of all that should, and has not for many seconds: the peer connection that receives is made anew,
    /// with the same tracks, unless its packets do not get through, which is mended otherwise. Whether that is done now;
    /// if it is not, there is reason to say so again.
    pub fn receives_nothing(&self) -> bool {
        let Some(call) = self.0.call() else { return false };
        let acts = call.conference.borrow_mut().nothing_comes(now());
        call.pump();
        acts
    }

    /// Other STUN and TURN servers (`RTCIceServer`s), or new credentials for them. They are used from the next
    /// peer connection or ICE restart on.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no list of such servers, and for TURN without username and credential; the browser's,
    /// for servers it does not take.
    pub fn set_ice_servers(&self, servers: JsValue) -> Result<(), Failure> {
        checks::ice_servers(&servers)?;
        self.remember_ice_servers(&servers);
        self.use_ice_servers(servers)
    }

    /// The same; nothing is kept of them for a report.
    pub(crate) fn use_ice_servers(&self, servers: JsValue) -> Result<(), Failure> {
        let config = PeerConfig { ice_servers: Some(servers), ..self.0.peer.borrow().clone() };
        if let Some(call) = self.0.call() {
            for role in [Role::Offerer, Role::Answerer] {
                if let Some(peer) = call.present(role) {
                    peer.set_config(&config)?;
                }
            }
            call.peer_config.replace(config.clone());
        }
        self.0.peer.replace(config);
        Ok(())
    }

    /// Opens a data channel to the room; `options` is an object of JSON.
    pub(crate) fn open_channel(&self, label: String, options: String) -> Result<(), Failure> {
        self.0.call_now()?.open_channel(label, options)
    }

    /// The browser's peer connections, the one that sends and the one that receives, as far as there are any.
    pub fn connections(&self) -> [Option<RtcPeerConnection>; 2] {
        let call = self.0.call();
        let of = |role| Some(call.as_ref()?.present(role)?.connection());
        [of(Role::Offerer), of(Role::Answerer)]
    }
}
