//! A stream that comes again needs a picture that stands by itself.

use std::rc::{Rc, Weak};

use super::drive::Drive;
use crate::engine::Millis;
use crate::room::{StreamRef, Track};
use crate::web::{self, sleep};

/// Janus asks a sender for one at most once a second, and passes over who asks more often.
const AGAIN: Millis = Millis(1_150);
const ATTEMPTS: u32 = 3;

/// How many came so far; unknown where the browser does not count, and of a connection that is closed.
async fn key_frames(track: &Track) -> Option<f64> {
    let report = web::receiver_stats(&track.transceiver()?).await.ok()?;
    let entries = report.entries().into_iter();
    let mut counts = entries
        .filter(|entry| entry.text("type").as_deref() == Some("inbound-rtp"))
        .filter_map(|entry| entry.number("keyFramesDecoded"));
    counts.next_back()
}

/// Sees to it that one comes. The server asks for one when it sends again; where that was too soon after the last time
/// nothing comes of it, and what moves is shown on top of what was there before.
pub(super) async fn fresh_picture(drive: Weak<Drive>, stream: StreamRef, track: Rc<Track>) {
    let Some(before) = key_frames(&track).await else { return };
    for _ in 0..ATTEMPTS {
        sleep(AGAIN).await;
        let is_wanted = drive.upgrade().is_some_and(|drive| drive.is_coming(&stream, &track));
        let is_same = |now: f64| now.total_cmp(&before).is_eq();
        if !is_wanted || !key_frames(&track).await.is_some_and(is_same) {
            return;
        }
        if let Some(room) = drive.upgrade().and_then(|drive| drive.room()) {
            // Without a room there is nothing to ask for.
            room.request_key_frame(&stream).ok();
        }
    }
}
