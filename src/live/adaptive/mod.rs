//! What is sent and received by itself as it can be seen, and as the network and this machine allow.
//!
//! `drive` joins the browser with the decisions, which are in files that name nothing of it: `demand` (what is wanted),
//! `ladder` (what is held back), `budget`, `network`, `waits` and `downlink` (when), `tile` and `receiving` (of which stream),
//! `reduction`, `encoders` and `sending` (what is sent).

mod budget;
mod costs;
mod demand;
mod downlink;
mod drive;
mod encoders;
mod event;
mod fresh;
mod ladder;
mod network;
mod receiving;
mod reduction;
mod sample;
mod sending;
mod tile;
mod waits;

use std::fmt;
use std::rc::Rc;

use self::drive::Drive;
pub use self::event::{AdaptiveEvent, Limitation};
use super::ticker::{StatsWatch, watch_stats};
use crate::room::{Events, Room, StreamRef, Watching, on_elements};
use crate::web::{self, Listener};

/// Receives of each video what can be seen of it, and sends and receives less where the network or the processor is
/// short, until it is dropped. Make it before joining; one that is made later begins with what there is. One for each
/// room.
///
/// What counts are the elements a track plays in ([`Track::attach`](crate::room::Track::attach)): the largest of them,
/// in pixels of the screen. A larger one gets the layer that fits at once, a smaller one after a second. Nothing comes
/// of what is scrolled away, `display: none`, out of the document or without a size after 0.4 s, and of a hidden page
/// at once; picture-in-picture goes on. Screens come whole whenever they are seen. What was never attached is left
/// alone.
///
/// [`Room::set_terms`] is the most that comes: what was paused stays paused, and no better layer comes than was asked
/// for. When this is dropped all comes again as it was asked for.
///
/// Where packets get lost, pictures of several people stand still, or a delay grows that was not asked for, the smallest
/// cameras lose layers first, those of people who speak later; screens keep every pixel, and sound is never touched. Whole
/// videos are stopped only where packets get lost. After four seconds without trouble one step back is tried. The same is
/// done where this machine drops pictures it should decode. Where its encoder is short of processor for four seconds, the
/// best layer is left out of what is sent, then the next, then pictures per second.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room) -> Result<(), janus_wasm::room::Failure> {
/// use janus_wasm::live::{Adaptive, AdaptiveEvent, Limitation};
/// use janus_wasm::room::JoinOptions;
///
/// let adaptive = Adaptive::new(&room);
/// adaptive.on_event(|event| match event {
///     AdaptiveEvent::LimitationChanged { limitation: Some(Limitation::Bandwidth), .. } => { /* a narrow network */ }
///     _ => {}
/// });
/// room.join(JoinOptions::new(1234).camera()).await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is adapted once it is dropped"]
pub struct Adaptive {
    drive: Rc<Drive>,
    _hearing: Rc<dyn Fn()>,
    _watching: Watching,
    _ticking: StatsWatch,
    _visibility: Option<Listener>,
}

impl fmt::Debug for Adaptive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adaptive")
    }
}

impl Adaptive {
    /// Begins, also where the room is joined already. The room is not kept.
    pub fn new(room: &Room) -> Self {
        let drive = Drive::begin(room);
        let weak = || Rc::downgrade(&drive);
        let (hears, reads, shows, moves) = (weak(), weak(), weak(), weak());
        let hearing: Rc<dyn Fn()> = Rc::new(move || {
            if let Some(drive) = moves.upgrade() {
                drive.plan(web::now());
            }
        });
        on_elements(&hearing);
        let watching = room.watch(move |event| {
            if let Some(drive) = hears.upgrade() {
                drive.hear(event);
            }
        });
        let ticking = watch_stats(room, move |stats| {
            if let Some(drive) = reads.upgrade() {
                drive.judge(stats);
            }
        });
        // At once: the timers of a hidden page are slow.
        let visibility = web::on_visibility(move || {
            if let Some(drive) = shows.upgrade() {
                drive.refresh();
            }
        });
        Self {
            drive,
            _hearing: hearing,
            _watching: watching,
            _ticking: ticking,
            _visibility: visibility,
        }
    }

    /// Why less of a stream comes than is seen of it; nothing where all of that comes.
    pub fn limitation_of(&self, stream: &StreamRef) -> Option<Limitation> {
        self.drive.limitation_of(stream)
    }

    /// Why less of a publication of ours is sent than was asked for; by its
    /// [key](crate::room::LocalPublication::key).
    pub fn limitation_of_ours(&self, key: u32) -> Option<Limitation> {
        self.drive.limitation_of_ours(key)
    }

    /// Calls `listener` with every event, at once and in order, until this is dropped.
    pub fn on_event(&self, listener: impl Fn(&AdaptiveEvent) + 'static) {
        self.drive.listeners().add(listener);
    }

    /// Every event from now on, as a stream that ends when this is dropped.
    pub fn events(&self) -> Events<AdaptiveEvent> {
        self.drive.listeners().stream()
    }
}

impl Drop for Adaptive {
    fn drop(&mut self) {
        self.drive.stop();
    }
}
