//! What we publish.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{DONE, json, promise};
use crate::Error;
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

impl PublicationCore {
    fn promise(&self, change: Result<Change, Error>) -> Promise {
        let publication = self.0.clone();
        promise(async move {
            publication.change(change?).await?;
            DONE
        })
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
    pub fn change(&self, what: &str, text: Option<String>) -> Promise {
        let text = text.unwrap_or_default();
        let change = match what {
            "mute" => Ok(Change::Mute { release: false }),
            "release" => Ok(Change::Mute { release: true }),
            "device" => Ok(Change::Device(text)),
            "settings" => json(text).map(Change::Settings),
            _ => Ok(Change::Unmute),
        };
        self.promise(change)
    }

    /// Sends another track in its place.
    pub fn replace(&self, track: MediaStreamTrack) -> Promise {
        self.promise(Ok(Change::Replace(track)))
    }

    /// Publishes it no longer.
    pub fn unpublish(&self) {
        self.0.unpublish();
    }
}
