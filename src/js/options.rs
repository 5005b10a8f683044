//! Options as JavaScript writes them.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::client::{self, Leaving, Level};
use crate::engine::Millis;
use crate::engine::recorder::Recorder;
use crate::engine::requests::JoinRoom;
use crate::protocol::Json;
use crate::protocol::wire::wire;
use crate::room::{JoinOptions, RoomOptions};
use crate::web::PeerConfig;

/// `ConnectionOptions`
pub(super) struct Connection {
    token: Option<String>,
    api_secret: Option<String>,
    connect_timeout: Option<u32>,
    request_timeout: Option<u32>,
    probe_interval: Option<u32>,
    probe_timeout: Option<u32>,
    reconnect_budget: Option<u32>,
    leave_on: Option<Vec<String>>,
    log_level: Option<String>,
    recorder: Option<u32>,
}

wire!(Connection {
    ; optional token, api_secret = "apiSecret", connect_timeout = "connectTimeout",
    request_timeout = "requestTimeout", probe_interval = "probeInterval", probe_timeout = "probeTimeout",
    reconnect_budget = "reconnectBudget", leave_on = "leaveOn", log_level = "logLevel", recorder
});

impl From<Connection> for client::Options {
    fn from(options: Connection) -> Self {
        let base = Self::default();
        let millis = |value: Option<u32>| value.map(|value| Millis(value.into()));
        Self {
            token: options.token,
            api_secret: options.api_secret,
            connect_timeout: millis(options.connect_timeout).unwrap_or(base.connect_timeout),
            request_timeout: millis(options.request_timeout).unwrap_or(base.request_timeout),
            probe_after: millis(options.probe_interval).unwrap_or(base.probe_after),
            probe_timeout: millis(options.probe_timeout).unwrap_or(base.probe_timeout),
            reconnect_budget: millis(options.reconnect_budget),
            leave_on: options.leave_on.map_or(base.leave_on, |kinds| leaving(&kinds)),
            log_level: options.log_level.map_or(base.log_level, |level| log_level(&level)),
            recorder: options.recorder.map_or(base.recorder, recorder),
            ..base
        }
    }
}

fn recorder(capacity: u32) -> Rc<RefCell<Recorder>> {
    Rc::new(RefCell::new(Recorder::new(capacity as usize)))
}

fn leaving(kinds: &[String]) -> Vec<Leaving> {
    let all = [
        ("pagehide", Leaving::PageHide),
        ("freeze", Leaving::Freeze),
        ("beforeunload", Leaving::BeforeUnload),
    ];
    let wanted = |name: &str| kinds.iter().any(|kind| kind == name);
    all.into_iter().filter(|(name, _)| wanted(name)).map(|(_, leaving)| leaving).collect()
}

fn log_level(level: &str) -> Level {
    match level {
        "debug" => Level::Debug,
        "warn" => Level::Warn,
        "error" => Level::Error,
        _ => Level::Info,
    }
}

/// `RoomOptions`, of which the facade makes `servers` a list.
pub(super) struct Room {
    servers: Vec<String>,
    ice_transport_policy: Option<String>,
}

wire!(Room { servers; optional ice_transport_policy = "iceTransportPolicy" });

/// The options of a room, whose parts come from the same object.
pub(super) fn room_options(
    room: Room,
    connection: client::Options,
    ice_servers: JsValue,
) -> RoomOptions {
    RoomOptions {
        servers: room.servers,
        connection,
        peer: PeerConfig {
            ice_servers: Some(ice_servers).filter(JsValue::is_object),
            relay_only: room.ice_transport_policy.as_deref() == Some("relay"),
            room_bitrate: None,
        },
    }
}

/// The devices of `JoinOptions`, of which the facade makes objects.
pub(super) struct Devices {
    camera: Option<Json>,
    microphone: Option<Json>,
    e2ee: bool,
    subscribe: Option<bool>,
    data: bool,
    create: Option<Json>,
    room_bitrate: Option<u32>,
    await_room: Option<u32>,
    reserve_screen: bool,
}

wire!(Devices {
    ; optional camera, microphone, e2ee, subscribe, data, create, room_bitrate = "roomBitrate",
    await_room = "awaitRoom", reserve_screen = "reserveScreen"
});

pub(super) fn join_options(mut join: JoinRoom, devices: Devices) -> JoinOptions {
    // What streams are is said by those who publish them.
    join.descriptions.clear();
    let base = JoinOptions::new(join.room.clone());
    let base = if devices.data { base.data_channel("reliable", "{}") } else { base };
    JoinOptions {
        camera: devices.camera,
        microphone: devices.microphone,
        e2ee: devices.e2ee,
        create: devices.create,
        room_bitrate: devices.room_bitrate,
        await_room: Millis(devices.await_room.unwrap_or_default().into()),
        reserve_screen: devices.reserve_screen,
        watch_none: devices.subscribe == Some(false),
        join,
        ..base
    }
}
