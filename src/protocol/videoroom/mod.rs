//! The `VideoRoom` plugin's requests, answers and events (`janus.plugin.videoroom`).

pub mod event;
pub mod request;
pub mod types;

pub use event::{RoomData, RoomEvent};
pub use types::{Attendee, Publisher, RoomInfo, Stream, StreamKind, SubStream};

/// The plugin's package name.
pub const PLUGIN: &str = "janus.plugin.videoroom";
