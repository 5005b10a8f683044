//! What we publish.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{DONE, json, promise};
use crate::room::{Change, LocalPublication};
use crate::web::{MediaStreamTrack, RtcRtpTransceiver};

/// What is under the facade's `LocalTrackPublication`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PublicationCore(LocalPublication);

impl PublicationCore {
    pub(super) fn new(publication: &LocalPublication) -> Self {
        Self(publication.clone())
    }
}

#[wasm_bindgen]
impl PublicationCore {
    /// The browser's transceiver.
    #[wasm_bindgen(getter)]
    pub fn transceiver(&self) -> Option<RtcRtpTransceiver> {
        self.0.transceiver()
    }

    /// How it is published, as JSON.
    #[wasm_bindgen(getter)]
    pub fn settings(&self) -> String {
        self.0.settings().as_str().to_owned()
    }

    /// Changes it: "mute", "release", "unmute"; "device" and "settings" with text.
    pub fn change(&self, what: String, text: Option<String>) -> Promise {
        let (publication, text) = (self.0.clone(), text.unwrap_or_default());
        promise(async move {
            match what.as_str() {
                "mute" => publication.mute(false).await?,
                "release" => publication.mute(true).await?,
                "device" => publication.switch_to(&text).await?,
                "settings" => publication.change(Change::Settings(json(text)?)).await?,
                _ => publication.unmute().await?,
            }
            DONE
        })
    }

    /// Sends another track in its place.
    pub fn replace(&self, track: MediaStreamTrack) -> Promise {
        let publication = self.0.clone();
        promise(async move {
            publication.change(Change::Replace(track)).await?;
            DONE
        })
    }

    /// Publishes it no longer.
    pub fn unpublish(&self) {
        self.0.unpublish();
    }
}
