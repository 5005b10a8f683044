//! The `VideoRoom` plugin's requests, answers and events (`janus.plugin.videoroom`).
//!
//! Absent options leave no key behind, because Janus refuses `null`.

pub mod answers;
pub mod check;
pub mod event;
pub mod publishing;
pub mod relaying;
pub mod rooms;
pub mod subscribing;
pub mod types;

pub use event::{RoomData, RoomEvent};
pub use types::{Attendee, Publisher, Stream, StreamKind, SubStream};

/// The plugin's package name.
pub const PLUGIN: &str = "janus.plugin.videoroom";
