//! Cameras, microphones and screens.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MediaStreamTrack;

use super::Thrown;
use crate::protocol::Json;
use crate::protocol::wire::wire;

/// How a camera is opened. Sizes and rates are wishes: the nearest the device can do is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameraOptions {
    /// The device; the browser's choice otherwise.
    pub device_id: Option<String>,
    /// Width, px (640).
    pub width: Option<u32>,
    /// Height, px (360).
    pub height: Option<u32>,
    /// Pictures per second (30).
    pub frame_rate: Option<u32>,
    /// Send several sizes at once, so that the server can choose for each viewer.
    pub simulcast: bool,
}

wire!(CameraOptions {
    ; optional device_id = "deviceId", width, height, frame_rate = "frameRate", simulcast
});

/// How a microphone is opened. What is not said is on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MicrophoneOptions {
    /// The device; the browser's choice otherwise.
    pub device_id: Option<String>,
    /// Remove what the loudspeaker plays.
    pub echo_cancellation: Option<bool>,
    /// Remove steady noise.
    pub noise_suppression: Option<bool>,
    /// Keep the loudness even.
    pub auto_gain_control: Option<bool>,
    /// 2 for stereo; the browser's choice otherwise.
    pub channel_count: Option<u32>,
}

wire!(MicrophoneOptions {
    ; optional device_id = "deviceId", echo_cancellation = "echoCancellation",
    noise_suppression = "noiseSuppression", auto_gain_control = "autoGainControl",
    channel_count = "channelCount"
});

/// How a screen is shared; what exactly, the person chooses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScreenOptions {
    /// The most in width, px; as it is otherwise.
    pub width: Option<u32>,
    /// The most in height, px; as it is otherwise.
    pub height: Option<u32>,
    /// Pictures per second (15).
    pub frame_rate: Option<u32>,
    /// With its sound, where the browser gives it (true).
    pub audio: Option<bool>,
}

wire!(ScreenOptions { ; optional width, height, frame_rate = "frameRate", audio });

#[wasm_bindgen(module = "/src/web/media.js")]
extern "C" {
    #[wasm_bindgen(js_name = capture)]
    fn open_devices(camera: Option<String>, microphone: Option<String>) -> Promise;
    #[wasm_bindgen(js_name = captureScreen)]
    fn open_screen(screen: String) -> Promise;
    #[wasm_bindgen(catch, js_name = firstPicture)]
    fn await_picture(track: &MediaStreamTrack) -> Result<Promise, JsValue>;
}

/// Waits for the first picture of a camera that was opened, for a second at most.
pub async fn first_picture(camera: &MediaStreamTrack) {
    if let Ok(shows) = await_picture(camera) {
        JsFuture::from(shows).await.ok();
    }
}

/// Opens devices, with one prompt for both (`getUserMedia`). Errors are the browser's own
/// `DOMException`s: `NotAllowedError`, `NotFoundError`, `NotReadableError`, ...
pub async fn capture(
    camera: Option<&CameraOptions>,
    microphone: Option<&MicrophoneOptions>,
) -> Result<Vec<MediaStreamTrack>, Thrown> {
    let camera = camera.map(|options| Json::write(options));
    let microphone = microphone.map(|options| Json::write(options));
    capture_as(camera.as_ref(), microphone.as_ref()).await
}

/// The same with the options as JSON.
pub async fn capture_as(
    camera: Option<&Json>,
    microphone: Option<&Json>,
) -> Result<Vec<MediaStreamTrack>, Thrown> {
    let text = |options: Option<&Json>| options.map(|options| options.as_str().to_owned());
    tracks(open_devices(text(camera), text(microphone))).await
}

/// What tells that a track was stopped: an event of ours, for browsers tell of a device that is gone by `ended`, and of
/// one that the page stopped not at all.
pub const STOPPED: &str = "stopped";

/// Ends a track, and tells everything that publishes it.
pub fn stop(track: &MediaStreamTrack) {
    end(track, STOPPED);
}

/// Ends a track as if its device was unplugged.
pub fn unplug(track: &MediaStreamTrack) {
    end(track, "ended");
}

fn end(track: &MediaStreamTrack, event: &str) {
    track.stop();
    if let Ok(event) = web_sys::Event::new(event) {
        // Fails only for events that are being dispatched already.
        track.dispatch_event(&event).ok();
    }
}

/// Shares a screen, a window or a tab (`getDisplayMedia`); `options` are [`ScreenOptions`] as JSON. Its
/// picture, and its sound if there is any.
pub async fn capture_screen(options: &Json) -> Result<Vec<MediaStreamTrack>, Thrown> {
    tracks(open_screen(options.as_str().to_owned())).await
}

async fn tracks(opening: Promise) -> Result<Vec<MediaStreamTrack>, Thrown> {
    let tracks = JsFuture::from(opening).await.map_err(Thrown)?;
    let tracks: js_sys::Array = tracks.unchecked_into();
    Ok(tracks.iter().map(JsCast::unchecked_into).collect())
}
