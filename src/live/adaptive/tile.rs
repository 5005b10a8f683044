//! One video that is received: what is seen of it, what it takes, and what comes of it. Pure: nothing of the browser is
//! in here.

use super::Limitation;
use super::costs::Costs;
use super::demand::{Demand, Level, Size, USUAL, scale_of};
use super::ladder::{Held, Prices, Tile};
use crate::engine::Millis;
use crate::engine::subscriptions::Terms;
use crate::web::Sight;

/// The best of temporal layers, and the one with the fewest pictures.
const ALL_PICTURES: u32 = 2;
const FEWEST_PICTURES: u32 = 0;

/// What came at the last measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Came {
    level: Level,
    width: f64,
}

/// One video.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug)]
pub(super) struct VideoTile {
    is_screen: bool,
    /// Whether its owner says that there are layers; what the server says of them counts more.
    has_layers: bool,
    /// The layer that comes, as far as the server says: 0 is the smallest.
    pub(super) layer: Option<u32>,
    pub(super) is_speaking: bool,
    /// Whether it is adapted at all: what was never attached, the application shows in a way of its own.
    pub(super) is_governed: bool,
    pub(super) demand: Demand,
    pub(super) costs: Costs,
    /// What comes at most.
    pub(super) held: Held,
    pub(super) limitation: Option<Limitation>,
    /// In pixels of the screen.
    area: f64,
    smallest: Size,
    /// The layer of when it came last: it is chosen anew when it comes again.
    most: Option<(u32, u32)>,
    came: Option<Came>,
}

impl VideoTile {
    pub(super) fn new(is_screen: bool, has_layers: bool, layer: Option<u32>) -> Self {
        Self {
            is_screen,
            has_layers,
            layer,
            is_speaking: false,
            is_governed: false,
            demand: Demand::default(),
            costs: Costs::default(),
            held: Held::default(),
            limitation: None,
            area: 0.0,
            smallest: USUAL,
            most: None,
            came: None,
        }
    }

    /// What all its elements show.
    pub(super) fn look(&mut self, now: Millis, sights: &[Sight]) {
        let views = || {
            sights.iter().filter_map(|sight| match sight {
                Sight::Seen(view) => Some(view),
                Sight::Unseen { .. } | Sight::Unknown => None,
            })
        };
        let smallest = self.smallest;
        let scale = views().map(|view| scale_of(view, smallest)).reduce(f64::max);
        if let Some(scale) = scale {
            let areas = views().map(|view| view.width * view.height);
            self.area = areas.reduce(f64::max).unwrap_or_default();
            self.demand.show(now, scale, self.is_screen);
        } else if !sights.contains(&Sight::Unknown) {
            let page_hidden = sights.contains(&Sight::Unseen { page_hidden: true });
            self.demand.hide(now, page_hidden);
        }
    }

    /// Learns from what arrived since the last time: bit/s and px.
    pub(super) fn measure(
        &mut self,
        bitrate: Option<f64>,
        width: Option<f64>,
        height: Option<f64>,
    ) {
        let level = self.layer.map_or(Level::Best, Level::of_layer);
        let came = width.map(|width| Came { level, width });
        let is_steady = came.is_some() && self.came == came;
        self.came = came;
        let Some((width, height)) = width.zip(height) else { return };
        if !is_steady || self.held.level == Level::Nothing || width < 1.0 || height < 1.0 {
            return;
        }
        self.costs.top = if self.held.level > level { level } else { Level::Best };
        if self.layer.is_some() {
            let scale = level.scale();
            self.smallest =
                Size { width: (width / scale).max(1.0), height: (height / scale).max(1.0) };
        }
        if let Some(bitrate) = bitrate.filter(|_| !self.held.is_thin) {
            self.costs.measure(level, bitrate);
        }
    }

    /// As the ladder sees it.
    pub(super) fn stake(&self, now: Millis, price: impl Fn(Held) -> f64) -> Tile {
        Tile {
            wanted: self.demand.level(now),
            is_screen: self.is_screen,
            is_speaking: self.is_speaking,
            area: self.area,
            is_layered: self.layer.is_some() || self.has_layers,
            costs: Prices::new(price),
        }
    }

    /// Pixels per second, in those of the smallest layer.
    pub(super) fn pixels(&self, held: Held) -> f64 {
        if held.level == Level::Nothing {
            return 0.0;
        }
        let scale = held.level.min(self.costs.top).scale();
        scale * scale * if held.is_thin { 0.5 } else { 1.0 }
    }

    /// Has so much come, when it is told next; whether that is anything new.
    pub(super) fn hold(&mut self, held: Held) -> bool {
        let before = std::mem::replace(&mut self.held, held);
        // Of nothing there are neither many pictures nor few.
        let is_nothing = before.level == Level::Nothing && held.level == Level::Nothing;
        if before == held || is_nothing {
            return false;
        }
        // Of nothing there is no layer: the one there was stays, until it comes again.
        if let Some(layer) = held.level.layer() {
            let temporal = if held.is_thin { FEWEST_PICTURES } else { ALL_PICTURES };
            self.most = Some((layer, temporal));
        }
        true
    }

    /// The most that is to come, within which the application's own word holds.
    pub(super) fn bound(&self) -> Terms {
        let paused = self.held.level == Level::Nothing;
        let (spatial, temporal) = self.most.unzip();
        Terms { paused, spatial, temporal, ..Terms::default() }
    }

    /// Whether it is limited now for another reason than before.
    pub(super) fn limit(&mut self, limitation: Option<Limitation>) -> bool {
        std::mem::replace(&mut self.limitation, limitation) != limitation
    }
}
