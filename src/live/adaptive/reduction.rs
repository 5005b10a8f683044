//! What of our own streams is left out while this machine cannot keep up. Pure: nothing of the browser is in here.

/// How one of our pictures is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// Screens stay sharp.
    pub(super) is_screen: bool,
    /// Its simulcast layers.
    pub(super) layers: usize,
}

/// What is left out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reduction {
    /// How many of its best layers.
    pub(super) layers: usize,
    /// The most pictures per second.
    pub(super) frame_rate: Option<u32>,
}

/// Pictures per second that still look like moving, and that still show what is typed.
const CAMERA_RATE: u32 = 15;
const SCREEN_RATE: u32 = 5;

/// How many steps there are.
pub(super) fn steps_of(all: &[Sent]) -> usize {
    all.iter().map(|sent| if sent.is_screen { 1 } else { sent.layers }).sum()
}

/// The first so many steps: the best layers of cameras, their pictures per second, and at last those of screens.
pub(super) fn reduce(all: &[Sent], steps: usize) -> Vec<Reduction> {
    let mut out = vec![Reduction::default(); all.len()];
    let most = all.iter().filter(|sent| !sent.is_screen).map(|sent| sent.layers).max();
    let rounds = (1..most.unwrap_or_default()).flat_map(|round| {
        let is_it = move |sent: &Sent| !sent.is_screen && round < sent.layers;
        all.iter()
            .enumerate()
            .filter(move |(_, sent)| is_it(sent))
            .map(move |(at, _)| (at, Step::Layers(round)))
    });
    let rates = |screens: bool, rate: u32| {
        let chosen = all.iter().enumerate().filter(move |(_, sent)| sent.is_screen == screens);
        chosen.map(move |(at, _)| (at, Step::Rate(rate)))
    };
    let order = rounds.chain(rates(false, CAMERA_RATE)).chain(rates(true, SCREEN_RATE));
    for (at, step) in order.take(steps) {
        let Some(reduction) = out.get_mut(at) else { continue };
        match step {
            Step::Layers(layers) => reduction.layers = layers,
            Step::Rate(rate) => reduction.frame_rate = Some(rate),
        }
    }
    out
}

enum Step {
    Layers(usize),
    Rate(u32),
}

/// What the application asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Which layers are sent, best first; all if left out.
    pub(super) layers: Option<Vec<bool>>,
    /// The most pictures per second.
    pub(super) max_frame_rate: Option<u32>,
}

impl Asked {
    /// What that comes to of a picture with so many layers when this is left out. At least one layer is sent.
    pub(super) fn reduced(&self, reduction: Reduction, count: usize) -> Self {
        let said = self.layers.as_deref().unwrap_or_default();
        let sent = (0..count).map(|at| said.get(at).copied().unwrap_or(true));
        let rest: Vec<bool> =
            sent.enumerate().map(|(at, sent)| sent && at >= reduction.layers).collect();
        let is_less = reduction.layers > 0 && rest.contains(&true);
        let layers = if is_less { Some(rest) } else { self.layers.clone() };
        let asked = self.max_frame_rate;
        let max_frame_rate = match reduction.frame_rate {
            Some(rate) => Some(asked.map_or(rate, |asked| asked.min(rate))),
            None => asked,
        };
        Self { layers, max_frame_rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_best_layers_then_pictures_those_of_screens_last() {
        let all = [
            Sent { is_screen: false, layers: 3 },
            Sent { is_screen: false, layers: 1 },
            Sent { is_screen: true, layers: 2 },
        ];
        let word = |reduction: &Reduction| {
            let rate = reduction.frame_rate.map(|rate| rate.to_string()).unwrap_or_default();
            [reduction.layers.to_string(), rate].join("/")
        };
        let words: Vec<String> = (0..=steps_of(&all))
            .map(|steps| reduce(&all, steps).iter().map(word).collect::<Vec<_>>().join(" "))
            .collect();
        let expected =
            ["0/ 0/ 0/", "1/ 0/ 0/", "2/ 0/ 0/", "2/15 0/ 0/", "2/15 0/15 0/", "2/15 0/15 0/5"];
        assert_eq!(words, expected);
    }

    #[test]
    fn is_never_more_than_was_asked_for_and_never_all() {
        let off = |layers, frame_rate| Reduction { layers, frame_rate };
        let asked = |layers: Option<&[bool]>, max_frame_rate| Asked {
            layers: layers.map(<[bool]>::to_vec),
            max_frame_rate,
        };
        let all = Asked::default();
        assert_eq!(all.reduced(off(1, None), 3), asked(Some(&[false, true, true]), None));
        let some = asked(Some(&[true, false, true]), Some(10));
        assert_eq!(some.reduced(off(1, Some(15)), 3), asked(Some(&[false, false, true]), Some(10)));
        let best = asked(Some(&[true, false]), None);
        assert_eq!(best.reduced(off(1, None), 2), best);
        assert_eq!(best.reduced(off(0, None), 2), best);
    }
}
