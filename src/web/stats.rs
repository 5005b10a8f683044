//! What the browser says of a peer connection, its m-lines and its sound. For applications in Rust: nothing here is part
//! of the npm package.

use std::pin::pin;

use js_sys::{Array, Error, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    HtmlMediaElement, RtcPeerConnection, RtcPeerConnectionState, RtcRtpReceiver, RtcRtpSender,
    RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcSignalingState,
};

use super::inspect::member;
use super::{Thrown, from_js, globals, within};
use crate::engine::Millis;
use crate::protocol::Json;

/// An object of the browser's whose fields may be there or not.
#[derive(Clone, Debug)]
pub struct Record(JsValue);

impl Record {
    /// This object of the browser's.
    pub fn of(object: JsValue) -> Self {
        Self(object)
    }

    fn get(&self, name: &str) -> JsValue {
        member(&self.0, name)
    }

    /// A number that is one, neither infinite nor none.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64().filter(|number| number.is_finite())
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }

    /// Yes or no.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).as_bool()
    }

    /// A count.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.number(name).map(whole)
    }

    /// A span the browser tells in seconds, in ms.
    pub fn millis(&self, name: &str) -> Option<u64> {
        self.number(name).map(|seconds| whole(seconds * 1000.0))
    }

    /// What kind of entry of statistics it is: "inbound-rtp" for example.
    pub fn kind(&self) -> String {
        self.text("type").unwrap_or_default()
    }

    /// All of it as JSON.
    pub fn to_json(&self) -> Option<Json> {
        // Its own members alone: some browsers give more than a plain object.
        let plain = Object::assign(&Object::new(), self.0.unchecked_ref());
        from_js(&plain).ok()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is out of range becomes the nearest that is not"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// What a call without arguments gives; nothing where the browser has no such method, or it throws.
fn asked(of: &JsValue, method: &str) -> Option<JsValue> {
    let method: Function = member(of, method).dyn_into().ok()?;
    method.call0(of).ok()
}

fn records(list: &JsValue) -> Vec<Record> {
    let list: Option<&Array> = list.dyn_ref();
    list.map_or_else(Vec::new, |list| list.iter().map(Record).collect())
}

/// A report of the browser's (`RTCStatsReport`).
#[derive(Clone, Debug)]
pub struct Report(JsValue);

impl Report {
    /// What the browser said before.
    pub fn of(raw: JsValue) -> Self {
        Self(raw)
    }

    /// What the browser said, as it did.
    pub fn raw(&self) -> &JsValue {
        &self.0
    }

    /// Its entries.
    pub fn entries(&self) -> Vec<Record> {
        let values = asked(&self.0, "values");
        values.map_or_else(Vec::new, |values| records(&Array::from(&values)))
    }
}

/// How often it is looked whether a connection that was asked is closed by now: no event says so.
const LOOK: Millis = Millis(200);

/// Asks how a peer connection does (`getStats`), at once and not when it is waited for.
///
/// # Errors
/// The browser's; that the connection was closed meanwhile.
pub fn connection_stats(
    pc: &RtcPeerConnection,
) -> impl Future<Output = Result<Report, Thrown>> + use<> {
    let (pc, asked) = (pc.clone(), report(pc.get_stats()));
    async move {
        let mut asked = pin!(asked);
        loop {
            if let Some(said) = within(LOOK, asked.as_mut()).await {
                return said;
            }
            // Firefox never answers what was asked of a connection that was closed before it could.
            if is_closed(&pc) {
                return closed();
            }
        }
    }
}

fn closed() -> Result<Report, Thrown> {
    Err(Thrown(Error::new("the peer connection is closed").into()))
}

/// The same of one sender.
///
/// # Errors
/// The browser's.
pub fn sender_stats(sender: &RtcRtpSender) -> impl Future<Output = Result<Report, Thrown>> + use<> {
    in_time(sender.get_stats())
}

/// The same of what a transceiver receives.
///
/// # Errors
/// The browser's.
pub fn receiver_stats(
    transceiver: &RtcRtpTransceiver,
) -> impl Future<Output = Result<Report, Thrown>> + use<> {
    in_time(transceiver.receiver().get_stats())
}

/// How long an answer takes at most, unless the connection was closed: Firefox gives none then, and who waits keeps it.
const PATIENCE: Millis = Millis(10_000);

async fn in_time(asked: Promise) -> Result<Report, Thrown> {
    within(PATIENCE, report(asked)).await.unwrap_or_else(closed)
}

async fn report(asked: Promise) -> Result<Report, Thrown> {
    JsFuture::from(asked).await.map(Report).map_err(Thrown)
}

/// Whether a peer connection is closed.
pub fn is_closed(pc: &RtcPeerConnection) -> bool {
    pc.signaling_state() == RtcSignalingState::Closed
}

/// Whether nothing gets through a peer connection that is there.
pub fn is_down(pc: &RtcPeerConnection) -> bool {
    let state = pc.connection_state();
    matches!(state, RtcPeerConnectionState::Disconnected | RtcPeerConnectionState::Failed)
}

/// An m-line that was negotiated.
#[derive(Clone, Debug)]
pub struct MediaLine(RtcRtpTransceiver);

impl MediaLine {
    /// Those of a peer connection.
    pub fn all(pc: &RtcPeerConnection) -> Vec<Self> {
        let all = pc.get_transceivers();
        let all = all.iter().map(JsCast::unchecked_into::<RtcRtpTransceiver>);
        all.filter(|line| line.mid().is_some()).map(Self).collect()
    }

    /// That of a transceiver.
    pub fn of(transceiver: RtcRtpTransceiver) -> Self {
        Self(transceiver)
    }

    /// Its mid.
    pub fn mid(&self) -> String {
        self.0.mid().unwrap_or_default()
    }

    /// Whether it is for video; for audio otherwise.
    pub fn is_video(&self) -> bool {
        self.0.receiver().track().kind() == "video"
    }

    /// Whether it sends, and whether it receives.
    pub fn directions(&self) -> (bool, bool) {
        match self.0.current_direction() {
            Some(RtcRtpTransceiverDirection::Sendrecv) => (true, true),
            Some(RtcRtpTransceiverDirection::Sendonly) => (true, false),
            Some(RtcRtpTransceiverDirection::Recvonly) => (false, true),
            _ => (false, false),
        }
    }

    /// The ids of the tracks that are sent and received.
    pub fn tracks(&self) -> (Option<String>, String) {
        let sent = self.0.sender().track().map(|track| track.id());
        (sent, self.0.receiver().track().id())
    }

    /// The SSRCs that were heard of late.
    pub fn sources(&self) -> Vec<f64> {
        let sources = synchronization_sources(&self.0.receiver());
        sources.iter().filter_map(|source| source.number("source")).collect()
    }

    /// How its layers are configured: their names, and whether they are to be sent.
    pub fn encodings(&self) -> Vec<(String, Option<bool>)> {
        let parameters = asked(self.0.sender().as_ref(), "getParameters");
        let encodings = parameters.map(|all| Record(all).get("encodings")).unwrap_or_default();
        let layer = |it: &Record| (it.text("rid").unwrap_or_default(), it.flag("active"));
        records(&encodings).iter().map(layer).collect()
    }
}

fn synchronization_sources(receiver: &RtcRtpReceiver) -> Vec<Record> {
    records(&asked(receiver.as_ref(), "getSynchronizationSources").unwrap_or_default())
}

/// What the packets of a stream say of its sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// When the last one came, as the browser has it.
    pub timestamp: f64,
    /// How loud it is, 0 to 1, linear; nothing where packets do not say it.
    pub level: Option<f64>,
}

/// What was heard last of what a transceiver receives; nothing before anything was. Browsers repeat it for ten seconds.
pub fn heard(transceiver: &RtcRtpTransceiver) -> Option<Heard> {
    let source = synchronization_sources(&transceiver.receiver()).into_iter().next()?;
    let timestamp = source.number("timestamp").unwrap_or_default();
    Some(Heard { timestamp, level: source.number("audioLevel") })
}

/// Whether nobody sees the page.
pub fn is_hidden() -> bool {
    globals::document().is_some_and(|document| document.hidden())
}

/// Whether an element plays where somebody may look at it.
pub fn is_shown(element: &HtmlMediaElement) -> bool {
    let places = asked(element.as_ref(), "getClientRects").map(Record);
    let has_place = places.and_then(|places| places.number("length")).is_some_and(|it| it > 0.0);
    has_place && !element.paused()
}
