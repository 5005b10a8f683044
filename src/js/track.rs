//! Tracks.

use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::{json, promise};
use crate::room::{Track, create_tracks};
use crate::web::{HtmlMediaElement, MediaStreamTrack, RtcRtpTransceiver};

/// What is under the facade's `LocalTrack` and `RemoteTrack`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TrackCore(Rc<Track>);

impl TrackCore {
    pub(super) fn new(track: &Rc<Track>) -> Self {
        Self(Rc::clone(track))
    }
}

#[wasm_bindgen]
impl TrackCore {
    /// "audio" or "video".
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> String {
        self.0.media().kind()
    }

    /// Where it comes from.
    #[wasm_bindgen(getter)]
    pub fn source(&self) -> String {
        self.0.source().as_str().to_owned()
    }

    /// The browser's track.
    #[wasm_bindgen(getter)]
    pub fn media(&self) -> MediaStreamTrack {
        self.0.media()
    }

    /// The browser's transceiver, of what others send.
    #[wasm_bindgen(getter)]
    pub fn transceiver(&self) -> Option<RtcRtpTransceiver> {
        self.0.transceiver()
    }

    /// Plays it.
    pub fn attach(&self, element: Option<HtmlMediaElement>) -> Result<HtmlMediaElement, JsValue> {
        self.0.played().attach(element).map_err(|thrown| thrown.0)
    }

    /// Takes it out of an element, or of all.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen takes no optional references")]
    pub fn detach(&self, element: Option<HtmlMediaElement>) -> Array {
        self.0.played().detach(element.as_ref()).into_iter().collect()
    }

    /// The elements that play it.
    pub fn elements(&self) -> Array {
        self.0.attached().into_iter().collect()
    }

    /// Closes its device.
    pub fn stop(&self) {
        self.0.stop();
    }
}

/// Opens camera and microphone.
#[wasm_bindgen(js_name = createLocalTracks)]
pub fn create_local_tracks(camera: Option<String>, microphone: Option<String>) -> Promise {
    promise(async move {
        let (camera, microphone) =
            (camera.map(json).transpose()?, microphone.map(json).transpose()?);
        let tracks = create_tracks(camera, microphone).await?;
        let cores = tracks.into_iter().map(|track| JsValue::from(TrackCore(Rc::new(track))));
        Ok(cores.collect::<Array>().into())
    })
}
