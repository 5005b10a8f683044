//! What lasts as long as a call, beside the room: companions that are made of a [`Room`](crate::room::Room) and end when
//! they are dropped. What nobody makes costs nothing.
//!
//! - [`RoomStatistics`], [`watch_stats`]: how each track and each connection does, the same in every browser
//!
//! Decisions are in files that know no browser, and tested on the host.

mod digest;
mod report;
mod stats;
mod streams;
#[cfg(test)]
mod tests;
mod ticker;

pub use self::digest::{ConnectionStats, Direction, LayerStats, LimitedBy, TrackStats};
pub use self::stats::{PeerStats, PublicationStats, RoomStatistics, RoomStats, StatsReader, Whose};
pub use self::ticker::{StatsWatch, watch_stats};
