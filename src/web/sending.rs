//! What sends a track.

use std::fmt;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaStreamTrack, RtcDataChannel, RtcPeerConnection, RtcRtpTransceiver};

use super::Thrown;
use crate::protocol::Json;
use crate::protocol::wire::wire;

/// How a track is published. What is not said is chosen by what the track is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// What it is: "camera", "microphone" or "screen"; "unknown" by default.
    pub source: Option<String>,
    /// A name for people to see, "Document camera" for example.
    pub name: Option<String>,
    /// Send a picture in several sizes, so that the server can choose for each viewer.
    pub simulcast: Option<bool>,
    /// Send a picture in SVC layers: a scalability mode such as "L3T3". Needs a codec that has it (VP9, AV1) and
    /// a room that takes it.
    pub scalability_mode: Option<String>,
    /// The codec to prefer ("vp8", "vp9", "h264", "av1", "opus"). If the room refuses it, its own choice is taken.
    pub codec: Option<String>,
    /// The most it may take, all layers together, bit/s.
    pub max_bitrate: Option<u32>,
    /// The most pictures per second.
    pub max_frame_rate: Option<u32>,
    /// "very-low", "low", "medium" or "high".
    pub priority: Option<String>,
    /// What gives way when there is not enough: "maintain-framerate", "maintain-resolution" or "balanced".
    pub degradation_preference: Option<String>,
    /// What it shows or sounds like: "motion", "detail", "text", "speech" or "music".
    pub content_hint: Option<String>,
    /// Which layers are sent, best first; all if left out.
    pub layers: Option<Vec<bool>>,
    /// Opus sends next to nothing in silence.
    pub dtx: Option<bool>,
    /// Opus repairs lost packets from the next.
    pub fec: Option<bool>,
    /// Opus in stereo.
    pub stereo: Option<bool>,
}

wire!(PublishOptions {
    ; optional source, name, simulcast, scalability_mode = "scalabilityMode", codec,
    max_bitrate = "maxBitrate", max_frame_rate = "maxFrameRate", priority,
    degradation_preference = "degradationPreference", content_hint = "contentHint", layers, dtx, fec, stereo
});

#[wasm_bindgen(module = "/src/web/sending.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = addSender)]
    fn add(
        pc: &RtcPeerConnection,
        track: &MediaStreamTrack,
        options: &str,
        any_codec: bool,
        room_bitrate: Option<u32>,
    ) -> Result<RtcRtpTransceiver, JsValue>;
    #[wasm_bindgen(catch, js_name = reserveScreen)]
    fn reserve(pc: &RtcPeerConnection, room_bitrate: Option<u32>) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch)]
    fn fill(pc: &RtcPeerConnection, count: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = changeSender)]
    fn change(sender: &RtcRtpTransceiver, track: &MediaStreamTrack, options: &str) -> Promise;
    #[wasm_bindgen(js_name = replaceSender)]
    fn replace(sender: &RtcRtpTransceiver, track: &MediaStreamTrack, options: &str) -> Promise;
    #[wasm_bindgen(catch, js_name = removeSender)]
    fn remove(sender: &RtcRtpTransceiver) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = isRefused)]
    fn is_refused(sender: &RtcRtpTransceiver) -> Result<bool, JsValue>;
    #[wasm_bindgen(catch, js_name = openChannel)]
    pub(super) fn open_channel(
        pc: &RtcPeerConnection,
        label: &str,
        options: &str,
    ) -> Result<RtcDataChannel, JsValue>;
}

/// What it takes until a track is sent as it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// It is.
    Nothing,
    /// Another offer.
    Offer,
    /// Another m-line; nothing was changed.
    MLine,
}

impl Needs {
    /// What a change comes to.
    pub fn of(changed: &JsValue) -> Self {
        match changed.as_string().as_deref() {
            Some("m-line") => Self::MLine,
            Some("offer") => Self::Offer,
            _ => Self::Nothing,
        }
    }
}

/// What sends a track on a peer connection.
#[derive(Clone, PartialEq)]
pub struct Sender(RtcRtpTransceiver);

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl Sender {
    /// `settings`: [`PublishOptions`] as JSON. `any_codec`: whatever they prefer. `room_bitrate`: the most the room
    /// lets through, bit/s.
    pub(super) fn add(
        pc: &RtcPeerConnection,
        track: &MediaStreamTrack,
        settings: &Json,
        any_codec: bool,
        room_bitrate: Option<u32>,
    ) -> Result<Self, Thrown> {
        add(pc, track, settings.as_str(), any_codec, room_bitrate).map(Self).map_err(Thrown)
    }

    /// M-lines for a screen and its sound that may be shared later; none where the browser makes none without a track.
    pub(super) fn reserve(pc: &RtcPeerConnection, room_bitrate: Option<u32>) -> Vec<Self> {
        let made = reserve(pc, room_bitrate).unwrap_or_default();
        made.iter().map(|transceiver| Self(transceiver.unchecked_into())).collect()
    }

    /// M-lines that hold nothing until there are so many; fewer where the browser makes none without a track.
    pub(super) fn fill(pc: &RtcPeerConnection, count: u32) {
        fill(pc, count).ok();
    }

    /// Its m-line; known once an offer was set.
    pub fn mid(&self) -> Option<String> {
        self.0.mid()
    }

    /// The browser's transceiver.
    pub fn transceiver(&self) -> RtcRtpTransceiver {
        self.0.clone()
    }

    /// Sends another track, without negotiating anew.
    pub fn replace(&self, track: &MediaStreamTrack, settings: &Json) -> JsFuture {
        replace(&self.0, track, settings.as_str()).into()
    }

    /// Sends nothing.
    pub fn pause(&self) -> JsFuture {
        self.0.sender().replace_track(None).into()
    }

    /// Sends the track in another way, as far as that goes without negotiating anew; [`Needs::of`] reads what comes.
    pub fn change(&self, track: &MediaStreamTrack, settings: &Json) -> JsFuture {
        change(&self.0, track, settings.as_str()).into()
    }

    /// Whether the server refused its m-line.
    pub fn is_refused(&self) -> bool {
        is_refused(&self.0).unwrap_or_default()
    }

    /// Ceases to send. The next offer says so, and the m-line is free for another track; one that is reserved stays as it
    /// is, and is free at once.
    pub fn remove(&self) {
        // Throws only where the connection is closed, and nothing is sent any more.
        remove(&self.0).ok();
    }
}
