//! What the browser says of itself and of peer connections, for reports and measurements.

use js_sys::{Array, Map, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Navigator, RtcPeerConnection, RtcRtpTransceiver, RtcRtpTransceiverDirection};

use super::{Listener, Thrown, from_js, globals};
use crate::protocol::Json;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: Option<Navigator>;
    #[wasm_bindgen(thread_local_v2, js_name = isSecureContext)]
    static IS_SECURE: Option<bool>;

    #[wasm_bindgen(extends = RtcPeerConnection)]
    type Measured;
    #[wasm_bindgen(method, catch, js_name = getStats)]
    fn stats(this: &Measured) -> Result<Promise, JsValue>;
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
        secure: IS_SECURE.with(Clone::clone).unwrap_or_default(),
    }
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
        let code = whole(member(&event, "errorCode").as_f64(), 1.0).unwrap_or_default();
        let url = member(&event, "url").as_string().unwrap_or_default();
        then(u32::try_from(code).unwrap_or_default(), url);
    })
}

/// A number of the browser's that is not negative, as so many of a smaller unit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is out of range becomes the nearest that is not"
)]
fn whole(number: Option<f64>, scale: f64) -> Option<u64> {
    number.filter(|number| number.is_finite()).map(|number| (number * scale).round() as u64)
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

/// One entry of the browser's statistics.
#[derive(Clone, Debug)]
pub struct StatsEntry(JsValue);

impl StatsEntry {
    /// A text, or nothing if there is none of that name.
    pub fn text(&self, name: &str) -> Option<String> {
        member(&self.0, name).as_string()
    }

    /// A count, or nothing if there is none of that name.
    pub fn count(&self, name: &str) -> Option<u64> {
        whole(member(&self.0, name).as_f64(), 1.0)
    }

    /// A span the browser tells in seconds, in ms; or nothing if there is none of that name.
    pub fn millis(&self, name: &str) -> Option<u64> {
        whole(member(&self.0, name).as_f64(), 1000.0)
    }

    /// Whether it says yes to this.
    pub fn is(&self, name: &str) -> bool {
        member(&self.0, name).is_truthy()
    }

    /// What kind of entry it is: "inbound-rtp" for example.
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

/// The browser's statistics of a peer connection (`getStats`), as they are.
///
/// # Errors
/// The browser's.
pub async fn stats(connection: &RtcPeerConnection) -> Result<Vec<StatsEntry>, Thrown> {
    let measured: &Measured = connection.unchecked_ref();
    let report = JsFuture::from(measured.stats().map_err(Thrown)?).await.map_err(Thrown)?;
    let entries = Array::from(&report.unchecked_into::<Map>().values());
    Ok(entries.iter().map(StatsEntry).collect())
}
