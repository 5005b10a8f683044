//! How much of a picture is wanted: what is seen of it, and since when. Pure: nothing of the browser is in here.

use crate::engine::Millis;
use crate::web::View;

/// What comes of a stream: nothing, or layers up to the smallest, the middle, the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Nothing,
    Smallest,
    Middle,
    #[default]
    Best,
}

impl Level {
    /// From nothing to the best, 0 to 3.
    pub(super) const ALL: [Self; 4] = [Self::Nothing, Self::Smallest, Self::Middle, Self::Best];

    /// Whose best layer is this one: 0 is the smallest, as the server counts.
    pub(super) fn of_layer(layer: u32) -> Self {
        match layer {
            0 => Self::Smallest,
            1 => Self::Middle,
            _ => Self::Best,
        }
    }

    /// Its best layer; nothing has none.
    pub(super) fn layer(self) -> Option<u32> {
        match self {
            Self::Nothing => None,
            Self::Smallest => Some(0),
            Self::Middle => Some(1),
            Self::Best => Some(2),
        }
    }

    /// Its place in [`Level::ALL`].
    pub(super) fn index(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Smallest => 1,
            Self::Middle => 2,
            Self::Best => 3,
        }
    }

    /// So many layers less, if any are left then.
    pub(super) fn down(self, layers: usize) -> Option<Self> {
        let at = self.index().checked_sub(layers)?;
        Self::ALL.get(at).copied().filter(|level| *level > Self::Nothing)
    }

    /// How much wider its picture is than that of the smallest.
    pub(super) fn scale(self) -> f64 {
        match self {
            Self::Nothing | Self::Smallest => 1.0,
            Self::Middle => 2.0,
            Self::Best => 4.0,
        }
    }
}

/// A size, px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The smallest layer of a camera, until the stream has shown its own.
pub(super) const USUAL: Size = Size { width: 320.0, height: 180.0 };
/// Up to here a picture may be enlarged before a better layer is worth its bytes.
const ENLARGED: f64 = 1.25;
/// So much smaller a picture has to be before less is enough: one that is just at the limit stays.
const CLEARLY: f64 = 0.9;
/// How long a picture has to be smaller before less comes.
const SHRINK: Millis = Millis(1_000);
/// How long nothing has to be seen of it before nothing comes: elements are moved about, and scrolled past.
const HIDE: Millis = Millis(400);

/// How much larger than the smallest layer a picture is shown.
pub(super) fn scale_of(view: &View, smallest: Size) -> f64 {
    let (wide, high) = (view.width / smallest.width, view.height / smallest.height);
    if view.fills { wide.max(high) } else { wide.min(high) }
}

/// The least that looks right at this scale, for a stream of which `now` comes.
pub(super) fn level_for(scale: f64, now: Level) -> Level {
    let enough =
        |level: Level| scale <= ENLARGED * level.scale() * if level < now { CLEARLY } else { 1.0 };
    let fits = [Level::Smallest, Level::Middle].into_iter().find(|level| enough(*level));
    fits.unwrap_or(Level::Best)
}

/// What is wanted of one stream. More is wanted at once, less only after a while.
#[derive(Debug, Default)]
pub(super) struct Demand {
    level: Level,
    less: Option<(Level, Millis)>,
}

impl Demand {
    /// Nothing is seen of it; `at_once` when the page as a whole is hidden, whose timers are slow from then on.
    pub(super) fn hide(&mut self, now: Millis, at_once: bool) {
        self.want(Level::Nothing, if at_once { now } else { now + HIDE }, now);
    }

    /// It is seen at this scale.
    pub(super) fn show(&mut self, now: Millis, scale: f64, sharp: bool) {
        let level = if sharp { Level::Best } else { level_for(scale, self.level(now)) };
        self.want(level, now + SHRINK, now);
    }

    /// What is wanted now.
    pub(super) fn level(&self, now: Millis) -> Level {
        self.less.filter(|(_, due)| *due <= now).map_or(self.level, |(level, _)| level)
    }

    /// When less will be wanted, if nothing changes.
    pub(super) fn deadline(&self, now: Millis) -> Option<Millis> {
        self.less.map(|(_, due)| due).filter(|due| *due > now)
    }

    fn want(&mut self, level: Level, due: Millis, now: Millis) {
        self.level = self.level(now);
        let before = self.less.take().filter(|(_, due)| *due > now);
        if level >= self.level {
            self.level = level;
        } else {
            // What shrinks on and on is not put off for ever.
            self.less = Some((level, before.map_or(due, |(_, before)| before.min(due))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(width: f64, height: f64, fills: bool) -> View {
        View { width, height, fills }
    }

    fn at(ms: u64) -> Millis {
        Millis(ms)
    }

    use Level::{Best, Middle, Nothing, Smallest};

    #[test]
    fn is_the_least_that_looks_right_in_its_element() {
        let level = |width: f64, height: f64, fills: bool| {
            level_for(scale_of(&view(width, height, fills), USUAL), Nothing)
        };
        for (width, height) in [(160.0, 90.0), (320.0, 180.0), (400.0, 225.0)] {
            assert_eq!(level(width, height, false), Smallest);
        }
        for (width, height) in [(480.0, 270.0), (640.0, 360.0)] {
            assert_eq!(level(width, height, false), Middle);
        }
        for (width, height) in [(960.0, 540.0), (1280.0, 720.0), (3840.0, 2160.0)] {
            assert_eq!(level(width, height, false), Best);
        }
        // Shown whole, with bars above and below; and cut at the sides.
        assert_eq!(level(320.0, 720.0, false), Smallest);
        assert_eq!(level(320.0, 720.0, true), Best);
    }

    #[test]
    fn is_more_at_once_and_less_after_a_while() {
        let mut demand = Demand::default();
        demand.show(at(0), 1.0, false);
        assert_eq!([0, 999, 1_000].map(|ms| demand.level(at(ms))), [Best, Best, Smallest]);
        demand.show(at(1_100), 4.0, false);
        assert_eq!(demand.level(at(1_100)), Best);
        demand.show(at(1_200), 1.0, false);
        assert_eq!(demand.deadline(at(1_200)), Some(at(2_200)));
        demand.show(at(1_300), 4.0, false);
        assert_eq!((demand.level(at(5_000)), demand.deadline(at(5_000))), (Best, None));
    }

    #[test]
    fn is_not_put_off_by_what_shrinks_on_and_on() {
        let mut demand = Demand::default();
        let mut scale = 2.2;
        for now in (0..=1_000).step_by(50) {
            demand.show(at(now), scale, false);
            scale -= 0.05;
        }
        assert!(demand.level(at(1_001)) < Best);
    }

    #[test]
    fn stays_where_it_is_when_a_size_is_at_the_edge() {
        let mut demand = Demand::default();
        demand.show(at(0), 1.26, false);
        assert_eq!(demand.level(at(1_000)), Middle);
        demand.show(at(1_000), 1.24, false);
        assert_eq!(demand.level(at(9_000)), Middle);
        demand.show(at(9_000), 1.1, false);
        assert_eq!(demand.level(at(10_000)), Smallest);
    }

    #[test]
    fn is_nothing_soon_after_it_is_hidden_and_at_once_when_the_page_is() {
        let mut demand = Demand::default();
        demand.hide(at(0), false);
        assert_eq!([399, 400].map(|ms| demand.level(at(ms))), [Best, Nothing]);
        demand.show(at(1_000), 1.0, false);
        assert_eq!(demand.level(at(1_000)), Smallest);
        demand.hide(at(2_000), true);
        assert_eq!(demand.level(at(2_000)), Nothing);
        demand.hide(at(2_000), false);
        demand.show(at(2_100), 1.0, false);
        demand.hide(at(2_200), false);
        demand.show(at(2_300), 1.0, false);
        assert_eq!(demand.level(at(9_000)), Smallest);
    }

    #[test]
    fn is_all_of_a_screen_that_is_seen_at_all() {
        let mut demand = Demand::default();
        demand.show(at(0), 0.1, true);
        assert_eq!(demand.level(at(9_000)), Best);
    }

    #[test]
    fn layers_and_levels_are_each_others() {
        for level in Level::ALL {
            assert_eq!(level.layer().map(Level::of_layer), (level > Nothing).then_some(level));
            assert_eq!(Level::ALL.get(level.index()), Some(&level));
        }
        assert_eq!(Level::of_layer(9), Best);
        assert_eq!(
            [0, 1, 2, 3].map(|down| Best.down(down)),
            [Some(Best), Some(Middle), Some(Smallest), None]
        );
    }
}
