//! Options as JavaScript writes them.

use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::client;
use crate::engine::Millis;
use crate::protocol::videoroom::request::JoinPublisher;
use crate::room::{JoinOptions, RoomOptions};
use crate::web::{CameraOptions, MicrophoneOptions, PeerConfig};

/// `ConnectionOptions`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection {
    token: Option<String>,
    api_secret: Option<String>,
    connect_timeout: Option<u32>,
    request_timeout: Option<u32>,
}

impl From<Connection> for client::Options {
    fn from(options: Connection) -> Self {
        let base = Self::default();
        let millis = |value: Option<u32>| value.map(|value| Millis(value.into()));
        Self {
            token: options.token,
            api_secret: options.api_secret,
            connect_timeout: millis(options.connect_timeout).unwrap_or(base.connect_timeout),
            request_timeout: millis(options.request_timeout).unwrap_or(base.request_timeout),
        }
    }
}

/// `RoomOptions`, of which the facade makes `servers` a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Room {
    servers: Vec<String>,
    #[serde(default)]
    ice_transport_policy: Option<String>,
}

/// The options of a room, whose parts come from the same object.
pub(super) fn room_options(
    room: Room,
    connection: Connection,
    ice_servers: JsValue,
) -> RoomOptions {
    RoomOptions {
        servers: room.servers,
        connection: connection.into(),
        peer: PeerConfig {
            ice_servers: Some(ice_servers).filter(JsValue::is_object),
            relay_only: room.ice_transport_policy.as_deref() == Some("relay"),
        },
    }
}

/// The devices of `JoinOptions`, of which the facade makes objects.
#[derive(Deserialize)]
pub(super) struct Devices {
    camera: Option<CameraOptions>,
    microphone: Option<MicrophoneOptions>,
}

pub(super) fn join_options(join: JoinPublisher, devices: Devices) -> JoinOptions {
    JoinOptions { camera: devices.camera, microphone: devices.microphone, join, tracks: Vec::new() }
}
