//! The browser: the only place, with `js`, that names `web_sys`, `js_sys` or `wasm_bindgen`.
//!
//! Thin wrappers in the crate's own types. Every closure handed to the browser lives in a guard whose
//! `Drop` removes it. No decisions are made here.

mod blob;
mod capabilities;
mod channel;
mod clock;
mod crowd;
mod devices;
mod error;
mod globals;
mod inspect;
mod json;
mod listener;
mod media;
mod meter;
mod metronome;
mod page;
mod peer;
mod playback;
mod poll;
mod sending;
mod sight;
mod socket;
mod sources;
mod speaker;
mod stats;
mod task;

pub use blob::{BlobParts, blob_of, blob_size, date, date_text, file_name, read_blob};
pub use capabilities::{Capabilities, capabilities};
pub use channel::{Data, DataEar, DataLine, headed, is_channel_closed};
pub use clock::{
    Interval, Timer, now, now_exactly, random_id, random_text, random_u32, sleep, within,
};
pub use crowd::Place;
pub use devices::{DeviceWatch, choose_speaker, device_permission, list_devices, watch_devices};
pub use error::{Thrown, describe};
pub use inspect::{
    BrowserFacts, both_ways, browser_facts, is_secure, local_description, missing,
    on_candidate_error, standing,
};
pub use js_sys::Uint8Array;
pub use json::{from_js, read, to_value, write};
pub use listener::Listener;
pub use media::{
    CameraOptions, MicrophoneOptions, STOPPED, ScreenOptions, capture, capture_as, capture_screen,
    first_picture, stop, unplug,
};
pub use meter::Meter;
pub use metronome::Metronome;
pub use page::{Page, note, on_online};
pub use peer::{Peer, PeerConfig, PeerEvent};
pub use playback::{Playback, Played};
pub use poll::{Poll, PollEvent, beacon};
pub use sending::{Needs, PublishOptions, Sender};
pub use sight::{ElementWatch, Sight, View, on_visibility};
pub use socket::{Socket, SocketEvent};
pub use sources::{FRAME_RATE, Sources};
pub use speaker::{can_choose_speaker, play_through, speaker_of, try_speaker};
pub use stats::{
    Heard, MediaLine, Record, Report, connection_stats, heard, is_closed, is_down, is_hidden,
    is_shown, receiver_stats, sender_stats,
};
pub use task::spawn_local;
pub use wasm_bindgen::JsValue;
pub use wasm_bindgen_futures::JsFuture;
pub use web_sys::{
    Blob, File, HtmlMediaElement, MediaStreamTrack, MediaStreamTrackState, RtcDataChannel,
    RtcPeerConnection, RtcRtpSender, RtcRtpTransceiver,
};
