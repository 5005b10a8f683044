//! What this browser can do.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::RtcPeerConnection;

use super::devices::media_devices;
use super::inspect::{global_member, member};
use super::speaker::can_choose_speaker;

/// What this browser can do; what it cannot, the library does without or refuses with a clear error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Capabilities {
    /// Share a screen.
    pub screen_share: bool,
    /// Share the sound of a screen, a window or a tab with it.
    pub screen_sound: bool,
    /// Play through a speaker of one's choice.
    pub choose_speaker: bool,
    /// Have a video codec preferred (`codec` of `PublishOptions`).
    pub codec_preferences: bool,
    /// The video codecs it can send: `vp8`, `vp9`, `h264`, `av1`, ...
    pub video_codecs: Vec<String>,
    /// Send a picture in SVC layers (`scalability_mode`).
    pub svc: bool,
    /// Play video later when asked to.
    pub playout_delay: bool,
    /// Say what a track shows or sounds like (`content_hint`).
    pub content_hints: bool,
    /// Transform what is sent and received (`RTCRtpScriptTransform`), for end-to-end encryption above all.
    pub transforms: bool,
    /// Capture a canvas as a track.
    pub canvas_capture: bool,
}

/// What this browser can do. Finding out may open a peer connection for a moment, the first time.
///
/// ```no_run
/// let can_share = janus_wasm::web::capabilities().screen_share;
/// ```
pub fn capabilities() -> Capabilities {
    let devices = media_devices().unwrap_or(JsValue::UNDEFINED);
    let supported = called(&devices, "getSupportedConstraints", None);
    let sending = called(&global_member("RTCRtpSender"), "getCapabilities", Some("video"));
    let receiving = called(&global_member("RTCRtpReceiver"), "getCapabilities", Some("video"));
    let codecs = list(&sending, "codecs");
    let is_delay = |one: &JsValue| {
        member(one, "uri").as_string().is_some_and(|uri| uri.ends_with("/playout-delay"))
    };
    Capabilities {
        screen_share: member(&devices, "getDisplayMedia").is_function(),
        // No browser says so; those that share sound let a page silence it here, and say that.
        screen_sound: has(&supported, "suppressLocalAudioPlayback"),
        choose_speaker: can_choose_speaker(),
        codec_preferences: instances_have("RTCRtpTransceiver", "setCodecPreferences"),
        video_codecs: names(&codecs),
        svc: codecs.iter().any(|codec| has(codec, "scalabilityModes"))
            || READS_SCALABILITY.with(|reads| *reads.get_or_init(reads_scalability)),
        playout_delay: list(&receiving, "headerExtensions").iter().any(is_delay),
        content_hints: instances_have("MediaStreamTrack", "contentHint"),
        transforms: !global_member("RTCRtpScriptTransform").is_undefined(),
        canvas_capture: instances_have("HTMLCanvasElement", "captureStream"),
    }
}

fn has(of: &JsValue, name: &str) -> bool {
    // Throws for what is no object.
    Reflect::has(of, &name.into()).unwrap_or_default()
}

pub(super) fn instances_have(class: &str, name: &str) -> bool {
    has(&member(&global_member(class), "prototype"), name)
}

/// What a method returns, and `undefined` where there is none.
fn called(of: &JsValue, method: &str, argument: Option<&str>) -> JsValue {
    let method = member(of, method).dyn_into::<Function>();
    let answer = method.and_then(|method| match argument {
        Some(argument) => method.call1(of, &argument.into()),
        None => method.call0(of),
    });
    answer.unwrap_or(JsValue::UNDEFINED)
}

fn list(of: &JsValue, name: &str) -> Vec<JsValue> {
    member(of, name).dyn_into::<Array>().map(|list| list.to_vec()).unwrap_or_default()
}

/// The codecs by name, each once, without what only mends others.
fn names(codecs: &[JsValue]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for codec in codecs {
        let kind = member(codec, "mimeType").as_string().unwrap_or_default();
        let name = kind.split('/').nth(1).unwrap_or_default().to_ascii_lowercase();
        let mends = ["rtx", "red", "ulpfec", "flexfec-03"].contains(&name.as_str());
        if !mends && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

thread_local! {
    /// What was found out: a peer connection is dear.
    static READS_SCALABILITY: OnceCell<bool> = const { OnceCell::new() };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = RtcPeerConnection)]
    type Tried;
    #[wasm_bindgen(method, catch, js_name = addTransceiver)]
    fn add_transceiver(this: &Tried, kind: &str, options: &Object) -> Result<JsValue, JsValue>;
}

/// Whether a browser reads `scalabilityMode` at all: those that do not, do not ask for it.
fn reads_scalability() -> bool {
    let Ok(connection) = RtcPeerConnection::new() else { return false };
    let asked = Rc::new(Cell::new(false));
    let asking = Rc::clone(&asked);
    let getter = Closure::<dyn Fn() -> JsValue>::new(move || {
        asking.set(true);
        "L1T1".into()
    });
    let (descriptor, encoding, options) = (Object::new(), Object::new(), Object::new());
    // Plain objects take anything.
    Reflect::set(&descriptor, &"get".into(), getter.as_ref()).ok();
    Reflect::set(&descriptor, &"enumerable".into(), &true.into()).ok();
    Object::define_property(&encoding, &"scalabilityMode".into(), &descriptor);
    Reflect::set(&options, &"sendEncodings".into(), &Array::of1(&encoding)).ok();
    // A browser that refuses it has read it.
    connection.unchecked_ref::<Tried>().add_transceiver("video", &options).ok();
    connection.close();
    asked.get()
}
