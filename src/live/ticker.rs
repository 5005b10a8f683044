//! Asks how a room does, once for everybody who wants to know.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};

use super::stats::{RoomStatistics, RoomStats};
use crate::engine::Millis;
use crate::room::{Listeners, Room, Tells, Watching, WeakRoom};
use crate::web::{self, Timer, spawn_local};

/// How often the browser is asked: with many tracks less, since that takes longer, and of a page that nobody sees.
const PERIOD: Millis = Millis(1_000);
const CROWD_PERIOD: Millis = Millis(2_000);
const HIDDEN_PERIOD: Millis = Millis(4_000);
const CROWD: usize = 16;

struct Ticker {
    room: WeakRoom,
    listeners: Listeners<RoomStats>,
    /// Not here while it reads.
    statistics: RefCell<Option<RoomStatistics>>,
    timer: RefCell<Timer>,
}

thread_local! {
    /// Those of the rooms that somebody listens to.
    static TICKERS: RefCell<Vec<Weak<Ticker>>> = const { RefCell::new(Vec::new()) };
}

impl Tells<RoomStats> for Ticker {
    fn listeners(&self) -> &Listeners<RoomStats> {
        &self.listeners
    }
}

impl Ticker {
    /// The one of this room.
    fn of(room: &Room) -> Rc<Self> {
        TICKERS.with_borrow_mut(|all| {
            all.retain(|ticker| ticker.strong_count() > 0);
            let mut present = all.iter().filter_map(Weak::upgrade);
            if let Some(ticker) = present.find(|ticker| ticker.room.is(room)) {
                return ticker;
            }
            let ticker = Rc::new(Self {
                room: room.downgrade(),
                listeners: Listeners::default(),
                statistics: RefCell::new(Some(RoomStatistics::new(room))),
                timer: RefCell::default(),
            });
            all.push(Rc::downgrade(&ticker));
            ticker.set(PERIOD);
            ticker
        })
    }

    fn set(self: &Rc<Self>, period: Millis) {
        let weak = Rc::downgrade(self);
        let tick = move || {
            if let Some(ticker) = weak.upgrade() {
                ticker.timer.borrow_mut().fired();
            }
            spawn_local(Self::tick(weak));
        };
        self.timer.borrow_mut().set(Some(web::now() + period), tick);
    }

    async fn tick(weak: Weak<Self>) {
        let statistics = weak.upgrade().and_then(|ticker| ticker.statistics.take());
        let Some(mut statistics) = statistics else { return };
        let stats = statistics.read().await;
        // Nobody listens any longer, otherwise.
        let Some(ticker) = weak.upgrade() else { return };
        ticker.statistics.replace(Some(statistics));
        let mut period = PERIOD;
        // A browser that cannot say how it does is asked again the next time.
        if let Ok(stats) = stats {
            if stats.tracks.len() > CROWD {
                period = CROWD_PERIOD;
            }
            ticker.listeners.emit(&stats);
        }
        ticker.set(if web::is_hidden() { HIDDEN_PERIOD } else { period });
    }
}

/// Hears how a room does, until it is dropped: [`watch_stats`].
#[must_use = "nothing is heard once it is dropped"]
pub struct StatsWatch {
    _watching: Watching<RoomStats>,
    /// Which asks as long as somebody has it.
    _ticker: Rc<Ticker>,
}

impl fmt::Debug for StatsWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatsWatch")
    }
}

/// Calls `listener` with how a room does, every second (with many tracks, every two; in a page that nobody sees, every
/// four) until what is returned is dropped. However many listen, each peer connection is asked once; nobody is asked
/// while none does. Rates are since the time before.
///
/// ```no_run
/// # fn example(room: &janus_wasm::room::Room) {
/// let watch = janus_wasm::live::watch_stats(room, |stats| {
///     let upload = stats.publisher.as_ref().and_then(|it| it.connection.available_outgoing_bitrate);
/// });
/// drop(watch);
/// # }
/// ```
pub fn watch_stats(room: &Room, listener: impl Fn(&RoomStats) + 'static) -> StatsWatch {
    let ticker = Ticker::of(room);
    StatsWatch { _watching: Watching::new(&ticker, listener), _ticker: ticker }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::live::StallsEvent;
    use crate::room::StreamRef;
    use crate::room::listening::what_an_earlier_listener_ends_hears_nothing;

    #[test]
    fn of_statistics_and_companions_what_an_earlier_listener_ends_hears_nothing() {
        what_an_earlier_listener_ends_hears_nothing(&RoomStats::default());
        let stream = StreamRef { feed: 1.into(), mid: "0".to_owned() };
        what_an_earlier_listener_ends_hears_nothing(&StallsEvent::Stalled(stream));
    }
}
