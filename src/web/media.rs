//! Cameras and microphones.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::{Thrown, globals};
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
}

wire!(MicrophoneOptions {
    ; optional device_id = "deviceId", echo_cancellation = "echoCancellation",
    noise_suppression = "noiseSuppression", auto_gain_control = "autoGainControl"
});

fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    // Setting a field of a fresh plain object cannot fail.
    Reflect::set(object, &key.into(), &value.into()).ok();
}

fn set_device(constraints: &Object, device: Option<&String>) {
    if let Some(device) = device {
        let exact = Object::new();
        set(&exact, "exact", device.as_str());
        set(constraints, "deviceId", exact);
    }
}

fn ideal(constraints: &Object, key: &str, value: u32) {
    let wish = Object::new();
    set(&wish, "ideal", value);
    set(constraints, key, wish);
}

impl CameraOptions {
    fn constraints(&self) -> Object {
        let constraints = Object::new();
        set_device(&constraints, self.device_id.as_ref());
        ideal(&constraints, "width", self.width.unwrap_or(640));
        ideal(&constraints, "height", self.height.unwrap_or(360));
        ideal(&constraints, "frameRate", self.frame_rate.unwrap_or(30));
        constraints
    }
}

impl MicrophoneOptions {
    fn constraints(&self) -> Object {
        let constraints = Object::new();
        set_device(&constraints, self.device_id.as_ref());
        set(&constraints, "echoCancellation", self.echo_cancellation.unwrap_or(true));
        set(&constraints, "noiseSuppression", self.noise_suppression.unwrap_or(true));
        set(&constraints, "autoGainControl", self.auto_gain_control.unwrap_or(true));
        constraints
    }
}

/// Opens devices, with one prompt for both (`getUserMedia`). Errors are the browser's own
/// `DOMException`s: `NotAllowedError`, `NotFoundError`, `NotReadableError`, ...
pub async fn capture(
    camera: Option<&CameraOptions>,
    microphone: Option<&MicrophoneOptions>,
) -> Result<Vec<MediaStreamTrack>, Thrown> {
    get_user_media(camera, microphone).await.map_err(Thrown)
}

async fn get_user_media(
    camera: Option<&CameraOptions>,
    microphone: Option<&MicrophoneOptions>,
) -> Result<Vec<MediaStreamTrack>, JsValue> {
    let constraints = MediaStreamConstraints::new();
    if let Some(camera) = camera {
        constraints.set_video(&camera.constraints());
    }
    if let Some(microphone) = microphone {
        constraints.set_audio(&microphone.constraints());
    }
    let insecure = || {
        let error = js_sys::Error::new(
            "cameras and microphones need a secure context: https:, or localhost",
        );
        error.set_name("NotSupportedError");
        JsValue::from(error)
    };
    let devices = globals::media_devices().ok_or_else(insecure)?;
    let stream = JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?;
    let stream: MediaStream = stream.unchecked_into();
    Ok(stream.get_tracks().iter().map(JsCast::unchecked_into).collect())
}
