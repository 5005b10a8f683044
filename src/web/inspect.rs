//! What the browser says of itself and of peer connections, for reports and measurements.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{Navigator, RtcPeerConnection, RtcRtpTransceiver, RtcRtpTransceiverDirection};

use super::{Listener, Record, globals};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: Option<Navigator>;
}

/// The browser itself.
pub(super) fn navigator() -> Option<Navigator> {
    NAVIGATOR.with(Clone::clone)
}

/// A member of anything; `undefined` of nothing.
pub(super) fn member(of: &JsValue, name: &str) -> JsValue {
    // Throws for what is no object.
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A member of the window or worker.
pub(super) fn global_member(name: &str) -> JsValue {
    member(&globals::global(), name)
}

/// Which browser this is and how the page stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserFacts {
    /// What it calls itself.
    pub user_agent: String,
    /// Whether it believes to have a network.
    pub online: bool,
    /// Whether the page is seen: "visible" or "hidden"; empty in workers.
    pub visibility: String,
    /// Whether the page is one that may use devices.
    pub secure: bool,
}

/// Reads them.
pub fn browser_facts() -> BrowserFacts {
    let navigator = navigator();
    let document = globals::document();
    let visibility = document.map(|document| member(&document, "visibilityState"));
    BrowserFacts {
        user_agent: navigator.as_ref().and_then(|it| it.user_agent().ok()).unwrap_or_default(),
        online: navigator.is_some_and(|it| it.on_line()),
        visibility: visibility.and_then(|it| it.as_string()).unwrap_or_default(),
        secure: is_secure(),
    }
}

/// Whether the page is one that may use devices.
pub fn is_secure() -> bool {
    global_member("isSecureContext").as_bool().unwrap_or_default()
}

/// The names of these that the browser does not have.
pub fn missing<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| global_member(name).is_undefined()).collect()
}

/// The SDP of what we said last on a peer connection.
pub fn local_description(connection: &RtcPeerConnection) -> Option<String> {
    connection.local_description().map(|said| said.sdp())
}

/// Calls `then` with what a STUN or TURN server answered, or 701 if it did not, and which it was.
pub fn on_candidate_error(
    connection: &RtcPeerConnection,
    then: impl Fn(u32, String) + 'static,
) -> Listener {
    Listener::new(connection, "icecandidateerror", move |event: JsValue| {
        let event = Record::of(event);
        let code = event.count("errorCode").unwrap_or_default();
        let url = event.text("url").unwrap_or_default();
        then(u32::try_from(code).unwrap_or_default(), url);
    })
}

/// Receives on the m-line that sends, too. The next offer says so.
pub fn both_ways(transceiver: &RtcRtpTransceiver) {
    transceiver.set_direction(RtcRtpTransceiverDirection::Sendrecv);
}

/// How a peer connection stands: `connectionState`, `iceConnectionState` and `signalingState`, in the browser's words.
pub fn standing(connection: &RtcPeerConnection) -> [String; 3] {
    ["connectionState", "iceConnectionState", "signalingState"]
        .map(|name| member(connection, name).as_string().unwrap_or_default())
}
