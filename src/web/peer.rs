//! `RTCPeerConnection` in the crate's own types.

use std::fmt;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, MediaStreamTrack, RtcBundlePolicy, RtcConfiguration, RtcIceCandidateInit,
    RtcIceTransportPolicy, RtcPeerConnection, RtcPeerConnectionIceEvent, RtcPeerConnectionState,
    RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcRtpTransceiverInit, RtcSdpType,
    RtcSessionDescriptionInit,
};

use super::{Listener, Thrown, describe};
use crate::protocol::{Candidate, Jsep};
use crate::{Error, ErrorCode};

/// How a peer connection finds its way.
#[derive(Clone, Debug, Default)]
pub struct PeerConfig {
    /// `RTCIceServer`s, as the page gave them.
    pub ice_servers: Option<JsValue>,
    /// Use TURN relays only.
    pub relay_only: bool,
}

/// What a peer connection tells.
#[derive(Debug)]
pub enum PeerEvent {
    /// A candidate of ours, or the end of them.
    Candidate(Candidate),
    /// ICE and DTLS are up.
    Connected,
    /// Packets do not get through, for the moment or for good.
    Troubled,
}

/// One layer of a simulcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The RTP stream id.
    pub rid: &'static str,
    /// The most it may take, bit/s.
    pub max_bitrate: u32,
    /// How many times smaller than the picture, in each direction.
    pub scale_down: u32,
}

/// A peer connection; dropping it closes it and ends its events.
pub struct Peer {
    pc: RtcPeerConnection,
    _listeners: [Listener; 2],
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
        let settings = RtcConfiguration::new();
        settings.set_bundle_policy(RtcBundlePolicy::MaxBundle);
        if let Some(servers) = &config.ice_servers {
            settings.set_ice_servers(servers.unchecked_ref());
        }
        if config.relay_only {
            settings.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
        }
        let pc = RtcPeerConnection::new_with_configuration(&settings)
            .map_err(|thrown| failed(&thrown))?;
        let found = on_event.clone();
        let listeners = [
            Listener::new(&pc, "icecandidate", move |event: RtcPeerConnectionIceEvent| {
                found(PeerEvent::Candidate(candidate(&event)));
            }),
            Listener::new(&pc, "connectionstatechange", move |event: Event| {
                let pc = event.target().map(JsCast::unchecked_into);
                let state = pc.map(|pc: RtcPeerConnection| pc.connection_state());
                match state {
                    Some(RtcPeerConnectionState::Connected) => on_event(PeerEvent::Connected),
                    Some(RtcPeerConnectionState::Disconnected | RtcPeerConnectionState::Failed) => {
                        on_event(PeerEvent::Troubled);
                    }
                    _ => {}
                }
            }),
        ];
        Ok(Self { pc, _listeners: listeners })
    }

    /// Adds a track to send, in several layers or in one. The next offer holds it.
    pub fn add_sender(&self, track: &MediaStreamTrack, layers: &[Encoding]) -> Sender {
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(RtcRtpTransceiverDirection::Sendonly);
        if !layers.is_empty() {
            init.set_send_encodings(&encodings(layers));
        }
        Sender(self.pc.add_transceiver_with_media_stream_track_and_init(track, &init))
    }

    /// Creates an offer and sets it.
    pub async fn offer(&self) -> Result<Jsep, Error> {
        let offer = JsFuture::from(self.pc.create_offer()).await.map_err(|e| failed(&e))?;
        self.set_local(RtcSdpType::Offer, sdp_of(&offer)).await.map(Jsep::offer)
    }

    /// Applies an offer, creates an answer and sets it.
    pub async fn answer(&self, offer: &str) -> Result<Jsep, Error> {
        self.set_remote(RtcSdpType::Offer, offer).await?;
        let answer = JsFuture::from(self.pc.create_answer()).await.map_err(|e| failed(&e))?;
        self.set_local(RtcSdpType::Answer, sdp_of(&answer)).await.map(Jsep::answer)
    }

    /// Applies an answer.
    pub async fn apply(&self, answer: &str) -> Result<(), Error> {
        self.set_remote(RtcSdpType::Answer, answer).await
    }

    async fn set_local(&self, kind: RtcSdpType, sdp: String) -> Result<String, Error> {
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(&sdp);
        let done = self.pc.set_local_description(&description);
        JsFuture::from(done).await.map_err(|e| failed(&e))?;
        Ok(sdp)
    }

    async fn set_remote(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Error> {
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(sdp);
        let done = self.pc.set_remote_description(&description);
        JsFuture::from(done).await.map(drop).map_err(|e| failed(&e))
    }

    /// Adds a candidate of the server's. One that does not fit is of no harm: there are others.
    pub async fn add_candidate(&self, candidate: &Candidate) {
        let init = RtcIceCandidateInit::new(candidate.candidate.as_deref().unwrap_or_default());
        init.set_sdp_mid(candidate.sdp_mid.as_deref());
        init.set_sdp_m_line_index(candidate.sdp_m_line_index.or(Some(0)));
        let done = self.pc.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
        JsFuture::from(done).await.ok();
    }

    /// The track received on this m-line.
    pub fn received(&self, mid: &str) -> Option<MediaStreamTrack> {
        let transceivers = self.pc.get_transceivers();
        let mut all = transceivers.iter().map(JsCast::unchecked_into::<RtcRtpTransceiver>);
        let found = all.find(|transceiver| transceiver.mid().as_deref() == Some(mid))?;
        Some(found.receiver().track())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.pc.close();
    }
}

/// What sends a track on a peer connection.
#[derive(Clone)]
pub struct Sender(RtcRtpTransceiver);

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl Sender {
    /// Its m-line; known once an offer was set.
    pub fn mid(&self) -> Option<String> {
        self.0.mid()
    }

    /// Sends another track, or nothing, without negotiating anew.
    pub async fn replace(&self, track: Option<&MediaStreamTrack>) -> Result<(), Thrown> {
        let done = self.0.sender().replace_track(track);
        JsFuture::from(done).await.map(drop).map_err(Thrown)
    }
}

fn sdp_of(description: &JsValue) -> String {
    let sdp = Reflect::get(description, &"sdp".into()).ok();
    sdp.and_then(|sdp| sdp.as_string()).unwrap_or_default()
}

fn encodings(layers: &[Encoding]) -> Array {
    let all = Array::new();
    for layer in layers {
        let encoding = Object::new();
        let fields: [(&str, JsValue); 3] = [
            ("rid", layer.rid.into()),
            ("maxBitrate", layer.max_bitrate.into()),
            ("scaleResolutionDownBy", layer.scale_down.into()),
        ];
        for (key, value) in fields {
            // Setting a field of a fresh plain object cannot fail.
            Reflect::set(&encoding, &key.into(), &value).ok();
        }
        all.push(&encoding);
    }
    all
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
