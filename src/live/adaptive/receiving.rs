//! Receives of each video what is seen of it, and less where the network or this machine is short. Pure: nothing of the
//! browser is in here.

use super::Limitation;
use super::budget::{Budget, Pace, Stakes};
use super::demand::Level;
use super::downlink::Downlink;
use super::ladder::{Allocation, Tile, allocate, kinder};
use super::network::Decoder;
use super::sample::{Inbound, Sampler};
use super::tile::VideoTile;
use crate::engine::Millis;
use crate::engine::subscriptions::{StreamRef, Terms};
use crate::web::Sight;
use crate::{Id, Map};

const DECODER_PACE: Pace =
    Pace { settle: Millis(4_000), patience: Millis(10_000), longest: Millis(120_000) };
/// What is asked for of what was too much to decode.
const DECODER_GOAL: f64 = 0.7;

/// What is to be done.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// The most that is to come of these, by one request.
    pub(super) bounds: Vec<(StreamRef, Terms)>,
    /// Those of them that come again, and need a picture that stands by itself.
    pub(super) resumed: Vec<StreamRef>,
    /// What is held back for another reason than before.
    pub(super) limited: Vec<(StreamRef, Option<Limitation>)>,
    /// When to ask again, if nothing happens.
    pub(super) deadline: Option<Millis>,
}

/// Everything that is received.
#[derive(Debug)]
pub(super) struct Receiving {
    tiles: Map<StreamRef, VideoTile>,
    sampler: Sampler,
    downlink: Downlink,
    decoder: Decoder,
    power: Budget,
    wanted: Vec<Level>,
}

impl Default for Receiving {
    fn default() -> Self {
        Self {
            tiles: Map::new(),
            sampler: Sampler::default(),
            downlink: Downlink::default(),
            decoder: Decoder::default(),
            power: Budget::new(DECODER_PACE),
            wanted: Vec::new(),
        }
    }
}

impl Receiving {
    /// A video is received.
    pub(super) fn add(&mut self, stream: StreamRef, tile: VideoTile) {
        self.tiles.remove(&stream);
        self.tiles.insert(stream, tile);
    }

    /// A video is received no longer; whether there was one.
    pub(super) fn remove(&mut self, stream: &StreamRef) -> bool {
        self.tiles.remove(stream).is_some()
    }

    /// Another layer of it comes.
    pub(super) fn layer_changed(&mut self, stream: &StreamRef, layer: u32) {
        if let Some(tile) = self.tiles.get_mut(stream) {
            tile.layer = Some(layer);
        }
    }

    /// Somebody began or ceased to speak.
    pub(super) fn speaking_changed(&mut self, id: &Id, is_speaking: bool) {
        for (stream, tile) in self.tiles.iter_mut() {
            if stream.feed == *id {
                tile.is_speaking = is_speaking;
            }
        }
    }

    /// What all its elements show; `is_attached`: there are any.
    pub(super) fn look(
        &mut self,
        now: Millis,
        stream: &StreamRef,
        sights: &[Sight],
        is_attached: bool,
    ) {
        if let Some(tile) = self.tiles.get_mut(stream) {
            tile.is_governed |= is_attached;
            if tile.is_governed {
                tile.look(now, sights);
            }
        }
    }

    /// Why less of it comes than is seen.
    pub(super) fn limitation(&self, stream: &StreamRef) -> Option<Limitation> {
        self.tiles.get(stream)?.limitation
    }

    /// Whether anything of it is to come.
    pub(super) fn is_coming(&self, stream: &StreamRef) -> bool {
        self.tiles.get(stream).is_some_and(|tile| tile.held.level > Level::Nothing)
    }

    /// Whether there is anything to judge.
    pub(super) fn is_watching(&self, now: Millis) -> bool {
        self.governed().any(|tile| tile.demand.level(now) > Level::Nothing)
    }

    /// Learns from what arrived of a stream since the last time: bit/s and px.
    pub(super) fn measure(
        &mut self,
        stream: &StreamRef,
        bitrate: Option<f64>,
        width: Option<f64>,
        height: Option<f64>,
    ) {
        if let Some(tile) = self.tiles.get_mut(stream) {
            tile.measure(bitrate, width, height);
        }
    }

    /// Judges by what arrived in all since the last time.
    pub(super) fn judge(&mut self, now: Millis, inbound: Vec<Inbound>) {
        let Some(sample) = self.sampler.read(inbound) else { return };
        let (known, newest) = (self.bits(now), self.newest_bits(now));
        if self.downlink.judge(now, &sample, &known, &newest) {
            for (_, tile) in self.tiles.iter_mut() {
                if tile.is_governed {
                    tile.costs.adopt();
                }
            }
        }
        let tiles = self.pixels(now);
        let Allocation { now: used, less, more, .. } = allocate(&tiles, self.power.limit(), false);
        let goal = kinder(&tiles, used, used * DECODER_GOAL);
        let stakes = Stakes { goal, now: used, less, more };
        let verdict = self.decoder.judge(&sample);
        self.power.judge(now, verdict, &stakes);
    }

    /// Nobody looked for a while.
    pub(super) fn forget(&mut self) {
        self.sampler.forget();
    }

    /// Compares what is wanted with what was asked for.
    pub(super) fn refresh(&mut self, now: Millis) -> Changes {
        self.notice(now);
        let bits = self.downlink.allocate(&self.bits(now)).held;
        let pixels = allocate(&self.pixels(now), self.power.limit(), false).held;
        let mut changes = Changes::default();
        let governed = self.tiles.iter_mut().filter(|(_, tile)| tile.is_governed);
        for ((stream, tile), (bits, pixels)) in governed.zip(bits.into_iter().zip(pixels)) {
            let wanted = tile.demand.level(now);
            let limitation = if bits.is_short_of(wanted) {
                Some(Limitation::Bandwidth)
            } else {
                pixels.is_short_of(wanted).then_some(Limitation::Cpu)
            };
            if tile.limit(limitation) {
                changes.limited.push((stream.clone(), limitation));
            }
            let was_paused = tile.held.level == Level::Nothing;
            if tile.hold(bits.lesser(pixels)) {
                changes.bounds.push((stream.clone(), tile.bound()));
                if was_paused {
                    changes.resumed.push(stream.clone());
                }
            }
        }
        changes.deadline = self.governed().filter_map(|tile| tile.demand.deadline(now)).min();
        changes
    }

    /// It is over: what was bounded.
    pub(super) fn stop(&mut self) -> Vec<StreamRef> {
        let held = self.tiles.iter().filter(|(_, tile)| tile.bound() != Terms::default());
        let held = held.map(|(stream, _)| stream.clone()).collect();
        *self = Self::default();
        held
    }

    fn governed(&self) -> impl Iterator<Item = &VideoTile> {
        self.tiles.iter().map(|(_, tile)| tile).filter(|tile| tile.is_governed)
    }

    /// What is wanted otherwise by itself needs a while before it is judged.
    fn notice(&mut self, now: Millis) {
        let wanted: Vec<Level> = self.governed().map(|tile| tile.demand.level(now)).collect();
        if wanted != self.wanted {
            self.wanted = wanted;
            self.downlink.disturb(now);
            self.power.disturb(now);
        }
    }

    fn bits(&self, now: Millis) -> Vec<Tile> {
        self.governed().map(|tile| tile.stake(now, |held| tile.costs.known(held))).collect()
    }

    fn newest_bits(&self, now: Millis) -> Vec<Tile> {
        self.governed().map(|tile| tile.stake(now, |held| tile.costs.newest(held))).collect()
    }

    fn pixels(&self, now: Millis) -> Vec<Tile> {
        self.governed().map(|tile| tile.stake(now, |held| tile.pixels(held))).collect()
    }
}

#[cfg(test)]
mod tests;
