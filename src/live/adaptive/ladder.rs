//! What is held back of which stream when there is less than all of them want: the least important first, screens never
//! blurred. Pure: nothing of the browser is in here.

use super::demand::Level;

/// One stream that is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    pub(super) wanted: Level,
    /// Never blurred, never stopped: fewer pictures at the most.
    pub(super) is_screen: bool,
    /// Held back after the others.
    pub(super) is_speaking: bool,
    /// How large it is shown: the smallest are held back first.
    pub(super) area: f64,
    /// Whether there are layers to choose from.
    pub(super) is_layered: bool,
    /// What it takes.
    pub(super) costs: Prices,
}

/// What a stream takes on each level, with all its pictures and with the fewest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prices([(f64, f64); 4]);

impl Prices {
    pub(super) fn new(price: impl Fn(Held) -> f64) -> Self {
        let of = |level, is_thin| price(Held { level, is_thin });
        Self(Level::ALL.map(|level| (of(level, false), of(level, true))))
    }

    pub(super) fn of(&self, held: Held) -> f64 {
        let (full, thin) = self.0.get(held.level.index()).copied().unwrap_or_default();
        if held.is_thin { thin } else { full }
    }
}

/// What comes of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) level: Level,
    /// With the fewest pictures.
    pub(super) is_thin: bool,
}

impl Held {
    /// The lesser of both.
    pub(super) fn lesser(self, other: Self) -> Self {
        Self { level: self.level.min(other.level), is_thin: self.is_thin || other.is_thin }
    }

    /// Whether this is less than what is wanted.
    pub(super) fn is_short_of(self, wanted: Level) -> bool {
        self.level < wanted || (self.is_thin && self.level > Level::Nothing)
    }
}

/// What comes of all of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Allocation {
    /// In the order of the streams.
    pub(super) held: Vec<Held>,
    /// What that takes; with one step less, and with one more, where there is one.
    pub(super) now: f64,
    pub(super) less: f64,
    pub(super) more: Option<f64>,
}

#[derive(Clone, Copy)]
struct Step {
    at: usize,
    to: Held,
}

/// A sum of costs is not exact.
const HAIR: f64 = 1e-6;

type Placed<'a> = (usize, &'a Tile);

/// The steps by which all is taken away, in order.
fn steps_of(tiles: &[Tile]) -> Vec<Step> {
    let mut order: Vec<Placed<'_>> = tiles.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, other)| one.area.total_cmp(&other.area));
    order.retain(|(_, tile)| tile.wanted > Level::Nothing);
    let pick = |is_it: &dyn Fn(&Tile) -> bool| -> Vec<Placed<'_>> {
        order.iter().copied().filter(|(_, tile)| is_it(tile)).collect()
    };
    let silent = pick(&|tile| !tile.is_screen && !tile.is_speaking);
    let speaking = pick(&|tile| !tile.is_screen && tile.is_speaking);
    let screens = pick(&|tile| tile.is_screen);
    [
        blurring(&silent),
        thinning(&silent),
        blurring(&speaking),
        thinning(&speaking),
        stopping(&silent),
        thinning(&screens),
        stopping(&speaking),
    ]
    .concat()
}

/// One layer off each, round by round, so that all are about as sharp.
fn blurring(list: &[Placed<'_>]) -> Vec<Step> {
    let round = |down: usize| {
        list.iter().filter(|(_, tile)| tile.is_layered).filter_map(move |(at, tile)| {
            Some(Step { at: *at, to: Held { level: tile.wanted.down(down)?, is_thin: false } })
        })
    };
    round(1).chain(round(2)).collect()
}

/// The fewest pictures.
fn thinning(list: &[Placed<'_>]) -> Vec<Step> {
    let layered = list.iter().filter(|(_, tile)| tile.is_layered);
    let thin = layered.map(|(at, tile)| {
        let level = if tile.is_screen { tile.wanted } else { Level::Smallest };
        Step { at: *at, to: Held { level, is_thin: true } }
    });
    thin.collect()
}

fn stopping(list: &[Placed<'_>]) -> Vec<Step> {
    let to = Held { level: Level::Nothing, is_thin: true };
    list.iter().map(|(at, _)| Step { at: *at, to }).collect()
}

/// What to come down to from what all take `now`: to no less than it takes to blur and thin whatever can be, until it is
/// known whether that is enough. Only then somebody's picture stops.
pub(super) fn kinder(tiles: &[Tile], now: f64, goal: f64) -> f64 {
    let least = |tile: &Tile| {
        let can = tile.is_layered && !tile.is_screen && tile.wanted > Level::Nothing;
        let level = if can { Level::Smallest } else { tile.wanted };
        tile.costs.of(Held { level, is_thin: can })
    };
    let least = tiles.iter().map(least).sum::<f64>();
    if now > least { goal.max(least) } else { goal }
}

/// As many steps as it takes to come down to `limit`; those that save nothing go with one that does. `is_gentle`: nothing
/// stops.
pub(super) fn allocate(tiles: &[Tile], limit: f64, is_gentle: bool) -> Allocation {
    let mut held: Vec<Held> =
        tiles.iter().map(|tile| Held { level: tile.wanted, is_thin: false }).collect();
    let price = |at: usize, held: Held| tiles.get(at).map_or(0.0, |tile| tile.costs.of(held));
    let mut spent: Vec<f64> = held.iter().enumerate().map(|(at, held)| price(at, *held)).collect();
    let (mut now, mut more) = (spent.iter().sum::<f64>(), None);
    let mut free: Vec<Step> = Vec::new();
    for step in steps_of(tiles) {
        if is_gentle && step.to.level == Level::Nothing {
            continue;
        }
        let cost = price(step.at, step.to);
        let saved = spent.get(step.at).map_or(0.0, |before| before - cost);
        free.push(step);
        if saved <= now * HAIR {
            continue;
        }
        if now <= limit * (1.0 + HAIR) {
            return Allocation { held, now, less: now - saved, more };
        }
        for Step { at, to } in free.drain(..) {
            if let Some(held) = held.get_mut(at) {
                *held = to;
            }
        }
        if let Some(before) = spent.get_mut(step.at) {
            *before = cost;
        }
        more = Some(now);
        now -= saved;
    }
    Allocation { held, now, less: now, more }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: [f64; 4] = [0.0, 100.0, 300.0, 1_000.0];

    fn cost(held: Held) -> f64 {
        COSTS[held.level.index()] * if held.is_thin { 0.5 } else { 1.0 }
    }

    fn tile() -> Tile {
        Tile {
            wanted: Level::Best,
            is_screen: false,
            is_speaking: false,
            area: 100.0,
            is_layered: true,
            costs: Prices::new(cost),
        }
    }

    fn levels(tiles: &[Tile], limit: f64) -> Vec<usize> {
        allocate(tiles, limit, false).held.iter().map(|held| held.level.index()).collect()
    }

    #[test]
    fn is_nothing_where_there_is_room() {
        let all = Held { level: Level::Best, is_thin: false };
        assert_eq!(
            allocate(&[tile(), tile()], f64::INFINITY, false),
            Allocation { held: vec![all, all], now: 2_000.0, less: 1_300.0, more: None }
        );
    }

    #[test]
    fn is_of_the_smallest_first_of_who_speaks_later_of_screens_last() {
        let tiles = [
            Tile { area: 900.0, ..tile() },
            tile(),
            Tile { is_speaking: true, ..tile() },
            Tile { is_screen: true, area: 1.0, ..tile() },
        ];
        let (mut all, mut limit) = (Vec::new(), 4_000.0);
        while limit >= 0.0 {
            let Allocation { held, less, now, .. } = allocate(&tiles, limit, false);
            let word = |held: &Held| {
                let thin = if held.is_thin && held.level > Level::Nothing { "-" } else { "" };
                [&held.level.index().to_string(), thin].concat()
            };
            all.push(held.iter().map(word).collect::<Vec<_>>().join(" "));
            if less >= now {
                break;
            }
            limit = less;
        }
        let expected = [
            "3 3 3 3",
            "3 2 3 3",
            "2 2 3 3",
            "2 1 3 3",
            "1 1 3 3",
            "1 1- 3 3",
            "1- 1- 3 3",
            "1- 1- 2 3",
            "1- 1- 1 3",
            "1- 1- 1- 3",
            "1- 0 1- 3",
            "0 0 1- 3",
            "0 0 1- 3-",
            "0 0 0 3-",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn is_a_whole_stream_where_there_are_no_layers() {
        let tiles = [Tile { is_layered: false, area: 1.0, ..tile() }, tile()];
        assert_eq!(levels(&tiles, 1_400.0), [3, 2]);
        assert_eq!(levels(&tiles, 900.0), [0, 1]);
    }

    #[test]
    fn is_all_of_nobody_before_whatever_can_be_blurred_is() {
        let tiles = [
            tile(),
            Tile { is_layered: false, ..tile() },
            Tile { is_screen: true, ..tile() },
            Tile { wanted: Level::Nothing, ..tile() },
        ];
        let first = kinder(&tiles, 3_000.0, 2_000.0);
        assert!((first - 2_050.0).abs() < 1e-6);
        assert_eq!(levels(&tiles, first), [1, 3, 3, 0]);
        let second = kinder(&tiles, 2_050.0, 1_500.0);
        assert_eq!(levels(&tiles, second), [0, 0, 3, 0]);
        assert!((kinder(&tiles, 3_000.0, 2_500.0) - 2_500.0).abs() < 1e-6);
    }

    #[test]
    fn goes_past_steps_that_save_nothing() {
        let flat = Prices::new(|held| COSTS[held.level.index()].min(300.0));
        let all = allocate(&[Tile { costs: flat, ..tile() }], 200.0, false);
        let held = vec![Held { level: Level::Smallest, is_thin: false }];
        assert_eq!(all, Allocation { held, now: 100.0, less: 0.0, more: Some(300.0) });
    }

    #[cfg(not(target_family = "wasm"))]
    mod properties {
        use proptest::prelude::*;

        use super::*;

        fn any_tile() -> impl Strategy<Value = Tile> {
            let part = |chance: f64| proptest::bool::weighted(chance);
            (0..4usize, part(0.2), part(0.2), 1..9u8, part(0.8)).prop_map(
                |(wanted, is_screen, is_speaking, area, is_layered)| Tile {
                    wanted: Level::ALL[wanted],
                    is_screen,
                    is_speaking,
                    area: f64::from(area),
                    is_layered,
                    ..tile()
                },
            )
        }

        proptest! {
            #[test]
            fn never_blurs_nor_stops_a_screen_and_never_takes_more_than_it_may_where_it_can(
                tiles in proptest::collection::vec(any_tile(), 1..12),
                limit in 0..8_000u32,
            ) {
                let limit = f64::from(limit);
                let Allocation { held, now, less, more } = allocate(&tiles, limit, false);
                let sum: f64 = held.iter().map(|held| cost(*held)).sum();
                prop_assert!((sum - now).abs() < 1e-6, "{} is {}", sum, now);
                prop_assert!(less <= now && more.is_none_or(|more| more > now));
                for (held, tile) in held.iter().zip(&tiles) {
                    prop_assert!(held.level <= tile.wanted);
                    prop_assert!(!tile.is_screen || held.level == tile.wanted);
                }
                let screens = tiles.iter().filter(|tile| tile.is_screen);
                let screens: f64 = screens.map(|tile| COSTS[tile.wanted.index()]).sum();
                prop_assert!(now <= limit.max(screens) + 1e-6, "{} of {}", now, limit);
            }

            #[test]
            fn stops_nothing_where_it_is_gentle_and_is_the_same_while_it_need_not(
                tiles in proptest::collection::vec(any_tile(), 1..12),
                limit in 0..8_000u32,
            ) {
                let gentle = allocate(&tiles, f64::from(limit), true).held;
                let free = allocate(&tiles, f64::from(limit), false).held;
                let stops = |held: &[Held]| {
                    let is_stopped = |(held, tile): (&Held, &Tile)| held.level == Level::Nothing && tile.wanted > held.level;
                    held.iter().zip(&tiles).any(is_stopped)
                };
                prop_assert!(!stops(&gentle) && (stops(&free) || free == gentle));
            }
        }
    }
}
