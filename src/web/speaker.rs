//! The speaker an element plays through.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAudioElement, HtmlMediaElement};

use super::Thrown;
use super::capabilities::instances_have;
use super::inspect::member;

#[wasm_bindgen]
extern "C" {
    type Sounding;
    #[wasm_bindgen(method, catch, js_name = setSinkId)]
    fn set_speaker(this: &Sounding, id: &str) -> Result<Promise, JsValue>;
}

/// Whether sound can be sent to a speaker other than the default one.
pub fn can_choose_speaker() -> bool {
    instances_have("HTMLMediaElement", "setSinkId")
}

/// The speaker an element plays through; empty for the default one.
pub fn speaker_of(element: &HtmlMediaElement) -> String {
    member(element, "sinkId").as_string().unwrap_or_default()
}

/// Plays an element through a speaker from now on.
///
/// # Errors
/// The browser's `DOMException`: `NotFoundError`, `NotAllowedError`. The element stays where it is then.
pub async fn play_through(element: &HtmlMediaElement, speaker: &str) -> Result<(), Thrown> {
    let moved = element.unchecked_ref::<Sounding>().set_speaker(speaker).map_err(Thrown)?;
    JsFuture::from(moved).await.map(drop).map_err(Thrown)
}

/// Finds out whether there is such a speaker for us, by an element that plays nothing.
///
/// # Errors
/// Those of [`play_through`].
pub async fn try_speaker(speaker: &str) -> Result<(), Thrown> {
    let silent = HtmlAudioElement::new().map_err(Thrown)?;
    play_through(&silent, speaker).await
}
