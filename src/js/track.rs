//! Tracks.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

use super::promise;
use crate::protocol::description::Source;
use crate::room::{Track, create_local_tracks as create};
use crate::web::{HtmlMediaElement, MediaStreamTrack, Meter};

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

    /// Plays it.
    pub fn attach(&self, element: Option<HtmlMediaElement>) -> Result<HtmlMediaElement, JsValue> {
        self.0.attach(element).map_err(|thrown| thrown.0)
    }

    /// Takes it out of an element, or of all.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen takes no optional references")]
    pub fn detach(&self, element: Option<HtmlMediaElement>) -> Array {
        self.0.detach(element.as_ref()).into_iter().collect()
    }

    /// The elements that play it.
    pub fn elements(&self) -> Array {
        self.0.attached().into_iter().collect()
    }

    /// Closes its device.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Reports how loud it is until the meter is stopped.
    pub fn meter(&self, listener: Function) -> Result<MeterCore, JsValue> {
        let report = move |level: f64| {
            // What a listener throws is the page's business, and nobody is there to hear it.
            listener.call1(&JsValue::NULL, &level.into()).ok();
        };
        let meter = self.0.meter(report).map_err(|thrown| thrown.0)?;
        Ok(MeterCore(RefCell::new(Some(meter))))
    }
}

/// A running level meter.
#[wasm_bindgen]
#[derive(Debug)]
pub struct MeterCore(RefCell<Option<Meter>>);

#[wasm_bindgen]
impl MeterCore {
    /// Stops measuring.
    pub fn stop(&self) {
        self.0.take();
    }
}

/// Opens camera and microphone.
#[wasm_bindgen(js_name = createLocalTracks)]
pub fn create_local_tracks(camera: Option<String>, microphone: Option<String>) -> Promise {
    promise(async move {
        let camera = camera.as_deref().map(super::options).transpose()?;
        let microphone = microphone.as_deref().map(super::options).transpose()?;
        let tracks = create(camera.as_ref(), microphone.as_ref()).await?;
        let cores = tracks.into_iter().map(|track| JsValue::from(TrackCore(Rc::new(track))));
        Ok(cores.collect::<Array>().into())
    })
}

/// The source by its JavaScript name; what is not known is unknown.
pub(super) fn source(name: &str) -> Source {
    crate::protocol::description::read(Some(name)).0
}
