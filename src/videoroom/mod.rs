//! The `VideoRoom` plugin, typed.
//!
//! [`VideoRoom`] asks about rooms, [`Publisher`] and [`Subscriber`] are the two roles a handle can have.
//!
//! ```no_run
//! # async fn example(session: janus_wasm::client::Session) -> Result<(), janus_wasm::Error> {
//! use janus_wasm::videoroom::{VideoRoom, requests::CreateRoom};
//!
//! let rooms = VideoRoom::attach(&session).await?;
//! let description = Some("Weekly".to_owned());
//! let created = rooms.create(&CreateRoom { description, ..CreateRoom::default() }).await?;
//! assert!(rooms.exists(&created.room).await?);
//! # Ok(()) }
//! ```

mod admin;
pub(crate) mod ask;
mod entry;
mod publisher;
mod subscriber;

pub use admin::VideoRoom;
pub use publisher::{Published, Publisher, PublisherEvent};
pub use subscriber::{Mapping, Subscriber, SubscriberEvent};

pub use crate::protocol::videoroom::answers;
pub use crate::protocol::videoroom::event::{Joined, Layer, RoomEvent};

/// Everything that can be asked.
pub mod requests {
    pub use crate::protocol::videoroom::publishing::*;
    pub use crate::protocol::videoroom::relaying::*;
    pub use crate::protocol::videoroom::rooms::*;
    pub use crate::protocol::videoroom::subscribing::*;
}
