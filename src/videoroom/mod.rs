//! The `VideoRoom` plugin, typed.
//!
//! ```no_run
//! # async fn example(session: janus_wasm::client::Session) -> Result<(), janus_wasm::Error> {
//! use janus_wasm::videoroom::{CreateRoom, VideoRoom};
//!
//! let rooms = VideoRoom::attach(&session).await?;
//! let description = Some("Weekly".to_owned());
//! let created = rooms.create(&CreateRoom { description, ..CreateRoom::default() }).await?;
//! assert!(rooms.exists(&created.room).await?);
//! # Ok(()) }
//! ```

mod admin;

pub use crate::protocol::videoroom::types::RoomChanged;
pub use admin::VideoRoom;
#[cfg(feature = "npm")]
pub(crate) use admin::known_request;

pub use crate::protocol::videoroom::event::{Joined, RoomEvent};
pub use crate::protocol::videoroom::request::{CreateRoom, DestroyRoom, JoinPublisher, List};
pub use crate::protocol::videoroom::types::{ParticipantInfo, RoomInfo};
