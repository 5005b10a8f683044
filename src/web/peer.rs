//! `RTCPeerConnection` in the crate's own types.

use std::cell::RefCell;
use std::fmt;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, MediaStreamTrack, RtcBundlePolicy, RtcConfiguration, RtcDataChannel,
    RtcDataChannelEvent, RtcIceTransportPolicy, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState, RtcRtpTransceiver, RtcTrackEvent,
};

use super::sending::{Sender, open_channel};
use super::{Listener, PublishOptions, Thrown, describe};
use crate::engine::conference::PeerState;
use crate::engine::negotiation::Step;
use crate::protocol::{Candidate, Jsep, Json, SdpType};
use crate::{Error, ErrorCode};

/// How a peer connection finds its way.
#[derive(Clone, Default, PartialEq)]
pub struct PeerConfig {
    /// `RTCIceServer`s, as the page gave them.
    pub ice_servers: Option<JsValue>,
    /// Use TURN relays only.
    pub relay_only: bool,
    /// What the room lets one publisher send, bit/s, as far as that is known.
    pub room_bitrate: Option<u32>,
}

impl fmt::Debug for PeerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The servers hold credentials.
        f.debug_struct("PeerConfig").field("relay_only", &self.relay_only).finish_non_exhaustive()
    }
}

impl PeerConfig {
    fn settings(&self) -> RtcConfiguration {
        let settings = RtcConfiguration::new();
        settings.set_bundle_policy(RtcBundlePolicy::MaxBundle);
        if let Some(servers) = &self.ice_servers {
            settings.set_ice_servers(servers.unchecked_ref());
        }
        if self.relay_only {
            settings.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
        }
        settings
    }
}

/// What a peer connection tells.
#[derive(Debug)]
pub enum PeerEvent {
    /// A candidate of ours, or the end of them.
    Candidate(Candidate),
    /// Packets get through, or do not.
    State(PeerState),
    /// The server opened a data channel.
    Channel(RtcDataChannel),
    /// Something will be received here.
    Receiver(RtcRtpTransceiver),
}

#[wasm_bindgen(module = "/src/web/peer.js")]
extern "C" {
    fn offer(pc: &RtcPeerConnection, restart: bool) -> Promise;
    fn answer(pc: &RtcPeerConnection, offered: &str) -> Promise;
    fn apply(pc: &RtcPeerConnection, answered: &str) -> Promise;
    #[wasm_bindgen(js_name = addCandidates)]
    fn add_candidates(pc: &RtcPeerConnection, candidates: &str) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = RtcPeerConnection)]
    type FullConnection;
    #[wasm_bindgen(method, catch, js_name = setConfiguration)]
    fn set_configuration(this: &FullConnection, config: &RtcConfiguration) -> Result<(), JsValue>;
}

/// A peer connection; dropping it closes it and ends its events.
pub struct Peer {
    pc: RtcPeerConnection,
    room_bitrate: Option<u32>,
    /// Firefox collects a channel that nobody holds before it is open.
    channels: RefCell<Vec<RtcDataChannel>>,
    _listeners: [Listener; 4],
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peer")
    }
}

fn failed(thrown: &JsValue) -> Error {
    let text = ["the browser refused: ", &describe(thrown)].concat();
    Error::new(ErrorCode::Negotiation, text)
}

impl Peer {
    /// A fresh peer connection. Everything goes over one transport: Janus bundles.
    pub fn new(
        config: &PeerConfig,
        on_event: impl Fn(PeerEvent) + Clone + 'static,
    ) -> Result<Self, Error> {
        let pc = RtcPeerConnection::new_with_configuration(&config.settings())
            .map_err(|thrown| failed(&thrown))?;
        let (found, opened, heard) = (on_event.clone(), on_event.clone(), on_event.clone());
        let listeners = [
            Listener::new(&pc, "track", move |event: RtcTrackEvent| {
                heard(PeerEvent::Receiver(event.transceiver()));
            }),
            Listener::new(&pc, "datachannel", move |event: RtcDataChannelEvent| {
                opened(PeerEvent::Channel(event.channel()));
            }),
            Listener::new(&pc, "icecandidate", move |event: RtcPeerConnectionIceEvent| {
                found(PeerEvent::Candidate(candidate(&event)));
            }),
            Listener::new(&pc, "connectionstatechange", move |event: Event| {
                let pc = event.target().map(JsCast::unchecked_into);
                let state = pc.map(|pc: RtcPeerConnection| pc.connection_state());
                on_event(PeerEvent::State(match state {
                    Some(RtcPeerConnectionState::Connected) => PeerState::Connected,
                    Some(RtcPeerConnectionState::Disconnected) => PeerState::Disconnected,
                    Some(RtcPeerConnectionState::Failed) => PeerState::Failed,
                    _ => return,
                }));
            }),
        ];
        let (room_bitrate, channels) = (config.room_bitrate, RefCell::default());
        Ok(Self { pc, room_bitrate, channels, _listeners: listeners })
    }

    /// Other STUN and TURN servers, for the next ICE restart.
    pub fn set_config(&self, config: &PeerConfig) -> Result<(), Thrown> {
        let pc = self.pc.unchecked_ref::<FullConnection>();
        pc.set_configuration(&config.settings()).map_err(Thrown)
    }

    /// Adds a track to send. The next offer holds it.
    pub fn add_sender(
        &self,
        track: &MediaStreamTrack,
        options: &PublishOptions,
    ) -> Result<Sender, Thrown> {
        self.add_sender_as(track, &Json::write(options), false)
    }

    /// The same with the options as JSON; `any_codec`: whatever they prefer.
    pub fn add_sender_as(
        &self,
        track: &MediaStreamTrack,
        settings: &Json,
        any_codec: bool,
    ) -> Result<Sender, Thrown> {
        Sender::add(&self.pc, track, settings, any_codec, self.room_bitrate)
    }

    /// M-lines for a screen and its sound, which what is added as `source: "screen"` takes without a further offer. The
    /// next offer holds them.
    pub fn reserve_screen(&self) -> Vec<Sender> {
        Sender::reserve(&self.pc, self.room_bitrate)
    }

    /// Makes m-lines that hold nothing until there are so many, so that what is added next has the mid it had on another
    /// peer connection.
    pub fn fill(&self, count: u32) {
        Sender::fill(&self.pc, count);
    }

    /// Opens a data channel; `options` is an `RTCDataChannelInit` as JSON. The next offer holds it if it is
    /// the first. Of a connection that receives: Janus sends data only to those who have one of their own.
    pub fn open_channel(&self, label: &str, options: &str) -> Result<RtcDataChannel, Thrown> {
        let channel = open_channel(&self.pc, label, options).map_err(Thrown)?;
        self.channels.borrow_mut().push(channel.clone());
        Ok(channel)
    }

    /// The browser's peer connection.
    pub fn connection(&self) -> RtcPeerConnection {
        self.pc.clone()
    }

    /// Creates an offer and sets it.
    pub async fn offer(&self) -> Result<Jsep, Error> {
        self.described(Step::Offer { restart: false }).await
    }

    /// Applies an offer, creates an answer and sets it.
    pub async fn answer(&self, offer: &str) -> Result<Jsep, Error> {
        self.described(Step::Answer(Jsep::offer(offer.to_owned()))).await
    }

    async fn described(&self, step: Step) -> Result<Jsep, Error> {
        let nothing = || Error::new(ErrorCode::Negotiation, "the browser made no description");
        self.step(step).await?.ok_or_else(nothing)
    }

    /// Applies an answer.
    pub async fn apply(&self, answer: &str) -> Result<(), Error> {
        self.step(Step::Apply(answer.to_owned())).await.map(drop)
    }

    /// Adds a candidate of the server's. One that does not fit is of no harm: there are others.
    pub async fn add_candidate(&self, candidate: Candidate) {
        self.step(Step::AddCandidates(vec![candidate])).await.ok();
    }

    /// Does one step of a negotiation: an offer or answer of ours, or nothing where the other side's is applied.
    pub fn step(&self, step: Step) -> impl Future<Output = Result<Option<Jsep>, Error>> + use<> {
        let (kind, doing) = match step {
            Step::Offer { restart } => (SdpType::Offer, offer(&self.pc, restart)),
            Step::Answer(offered) => (SdpType::Answer, answer(&self.pc, &offered.sdp)),
            Step::Apply(answered) => (SdpType::Answer, apply(&self.pc, &answered)),
            Step::AddCandidates(candidates) => {
                let text = Json::write(&candidates);
                (SdpType::Answer, add_candidates(&self.pc, text.as_str()))
            }
            // Those are for the server.
            Step::Send(_) | Step::Trickle(_) => (SdpType::Offer, Promise::resolve(&JsValue::NULL)),
        };
        async move {
            let made = JsFuture::from(doing).await.map_err(|thrown| failed(&thrown))?;
            let Ok(made) = made.dyn_into::<Array>() else { return Ok(None) };
            let sdp = made.get(0).as_string().unwrap_or_default();
            let svc = made.get(1).as_string().and_then(|text| Json::parse(text).ok());
            Ok(Some(Jsep { kind, sdp, svc, trickle: None, e2ee: None }))
        }
    }

    /// The track received on this m-line.
    pub fn received(&self, mid: &str) -> Option<MediaStreamTrack> {
        self.transceiver(mid).map(|found| found.receiver().track())
    }

    /// The transceiver of this m-line.
    pub fn transceiver(&self, mid: &str) -> Option<RtcRtpTransceiver> {
        let transceivers = self.pc.get_transceivers();
        let mut all = transceivers.iter().map(JsCast::unchecked_into::<RtcRtpTransceiver>);
        all.find(|transceiver| transceiver.mid().as_deref() == Some(mid))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.pc.close();
    }
}

/// Copied field by field: browsers differ in what they make of an end, and Janus refuses nulls.
fn candidate(event: &RtcPeerConnectionIceEvent) -> Candidate {
    match event.candidate() {
        Some(found) if !found.candidate().is_empty() => Candidate {
            candidate: Some(found.candidate()),
            sdp_mid: found.sdp_mid(),
            sdp_m_line_index: found.sdp_m_line_index(),
            completed: None,
        },
        _ => Candidate::end(),
    }
}
