//! What lasts as long as a call, beside the room: companions that are made of a [`Room`](crate::room::Room) and end when
//! they are dropped. What nobody makes costs nothing.
//!
//! - [`Adaptive`]: of each video what is seen of it, and less where the network or the processor is short
//! - [`Speakers`]: who speaks, and how loud everybody is
//! - [`Quality`]: how good the connections are
//! - [`Stalls`]: which streams stand still
//! - [`RoomStatistics`], [`watch_stats`]: how each track and each connection does, the same in every browser
//!
//! Rules and thresholds are those of the npm package. Decisions are in files that know no browser, and tested on the
//! host.
//!
//! ```no_run
//! # async fn example() -> Result<(), janus_wasm::room::Failure> {
//! use janus_wasm::live::{Quality, Speakers};
//! use janus_wasm::room::{JoinOptions, Room, RoomOptions};
//!
//! let room = Room::new(RoomOptions::new(["wss://sfu.example/janus"]));
//! let (speakers, quality) = (Speakers::new(&room), Quality::new(&room));
//! quality.on_event(|event| { /* show it */ });
//! room.join(JoinOptions::new(1234).microphone()).await?;
//! let mut changes = speakers.events();
//! while changes.next().await.is_some() {
//!     let who = speakers.active();
//! }
//! # Ok(()) }
//! ```

mod adaptive;
mod digest;
mod levels;
mod levels_scale;
mod quality;
mod quality_score;
mod report;
mod speakers;
mod speakers_order;
mod stalls;
mod stalls_rule;
mod stats;
mod streams;
#[cfg(test)]
mod tests;
mod ticker;

pub use self::adaptive::{Adaptive, AdaptiveEvent, Limitation};
pub use self::digest::{ConnectionStats, Direction, LayerStats, LimitedBy, TrackStats};
pub use self::quality::{Quality, QualityEvent};
pub use self::quality_score::ConnectionQuality;
pub use self::speakers::{Speakers, SpeakersEvent};
pub use self::stalls::{Stalls, StallsEvent};
pub use self::stats::{PeerStats, PublicationStats, RoomStatistics, RoomStats, StatsReader, Whose};
pub use self::ticker::{StatsWatch, watch_stats};
pub use crate::room::Events;
