//! How the way to us does, and how this machine, judged by what arrives. Pure: nothing of the browser is in here.

use super::budget::Verdict;
use super::waits::{LESS, TIMES, Waits};

/// What arrived since the sample before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// Packets that were to arrive, and those of them that did not.
    pub(super) expected: f64,
    pub(super) lost: f64,
    /// Of pictures, bit/s.
    pub(super) bitrate: f64,
    /// Of how many people pictures came, and of how many of them any stood still.
    pub(super) people: usize,
    pub(super) frozen: usize,
    /// How long media waited to be played, on average, ms, without what the application asked for: it waits longer where
    /// the network is uneven. And how much longer it was on its way than at first. Nothing where there is no news of that.
    pub(super) delay: Option<f64>,
    /// Pictures that were decoded, and those that came and were not.
    pub(super) decoded: f64,
    pub(super) dropped: f64,
}

/// So few packets say little, and so few pictures.
const TOO_FEW: f64 = 20.0;
/// From here on loss can be seen and heard; up to there it is mended.
const MUCH_LOSS: f64 = 0.08;
const SOME_LOSS: f64 = 0.02;
/// For so many samples after an interruption what was lost in it shows, and pictures wait for one that stands by itself.
const AFTERMATH: u32 = 4;
/// What is lost however little comes is not ours to mend, up to this much.
const MOST_AMBIENT: f64 = 0.25;

/// What was lost of how much, when less was asked for.
#[derive(Clone, Copy, Debug)]
struct Cut {
    loss: f64,
    bitrate: f64,
}

/// The way to us.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Loss that stays whatever is held back: a bad radio, not a narrow way.
    ambient: f64,
    cut: Option<Cut>,
    lossy: u32,
    away: u32,
    is_losing: bool,
    waits: Waits,
}

impl Network {
    pub(super) fn judge(&mut self, sample: &Sample) -> Verdict {
        let came = sample.expected > sample.lost;
        self.away = if came { self.away.saturating_sub(1) } else { AFTERMATH };
        let waits = if self.away > 0 { Verdict::Good } else { self.waits.judge(sample) };
        self.is_losing = false;
        if sample.expected < TOO_FEW {
            let is_fair = sample.lost > 0.0 || waits < Verdict::Good;
            return if is_fair { Verdict::Fair } else { Verdict::Good };
        }
        let loss = sample.lost / sample.expected;
        if self.away > 0 {
            return if loss > SOME_LOSS { Verdict::Fair } else { Verdict::Good };
        }
        self.learn(loss, sample.bitrate);
        let more = loss - self.ambient;
        self.lossy = if more > SOME_LOSS { self.lossy.saturating_add(1) } else { 0 };
        let hurts = more > MUCH_LOSS || (more > SOME_LOSS && sample.frozen > 0);
        self.is_losing = hurts && self.lossy >= TIMES;
        if self.is_losing {
            Verdict::Bad
        } else if self.lossy > 0 {
            waits.min(Verdict::Fair)
        } else {
            waits
        }
    }

    /// Whether packets are why it was bad: what is only late or stands still is no reason to stop anything.
    pub(super) fn is_losing(&self) -> bool {
        self.is_losing
    }

    /// Less was asked for because of this sample.
    pub(super) fn cut(&mut self, sample: &Sample) {
        if self.is_losing {
            let loss = sample.lost / sample.expected;
            self.cut = Some(Cut { loss, bitrate: sample.bitrate });
        }
        self.waits.cut(sample);
    }

    /// Where less is sent and the same part of it is lost, the loss is not of our making.
    fn learn(&mut self, loss: f64, bitrate: f64) {
        if loss < self.ambient {
            self.ambient += (loss - self.ambient) / 4.0;
        }
        let Some(cut) = self.cut.take_if(|cut| bitrate <= cut.bitrate * LESS) else { return };
        if loss > cut.loss * 0.75 {
            self.ambient = loss.min(MOST_AMBIENT);
        }
    }
}

/// Below these parts of dropped pictures all is well, above something has to be done.
const FEW_DROPS: f64 = 0.05;
const MANY_DROPS: f64 = 0.2;
/// From here on the network tears pictures.
const TORN: f64 = 0.01;

/// Whether this machine keeps up with decoding. Pictures that the network tore do not count against it.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    bad: u32,
    torn: u32,
}

impl Decoder {
    pub(super) fn judge(&mut self, sample: &Sample) -> Verdict {
        let all = sample.decoded + sample.dropped;
        // After an interruption pictures are torn for a while; what else is lost is mended soon.
        let is_away = sample.lost > sample.expected * MUCH_LOSS || sample.lost >= sample.expected;
        self.torn = if is_away { AFTERMATH } else { self.torn.saturating_sub(1) };
        if all <= 0.0 {
            return Verdict::Good;
        }
        if self.torn > 0 {
            return if is_away || sample.dropped > 0.0 { Verdict::Fair } else { Verdict::Good };
        }
        if all < TOO_FEW {
            // Of one slow camera there are never more.
            return if sample.dropped > 0.0 { Verdict::Fair } else { Verdict::Good };
        }
        let share = sample.dropped / all;
        if share > FEW_DROPS && sample.lost > sample.expected * TORN {
            // Whose fault that is cannot be told: it says nothing, neither for this machine nor against it.
            return Verdict::Fair;
        }
        self.bad = if share > MANY_DROPS { self.bad.saturating_add(1) } else { 0 };
        if self.bad >= TIMES {
            Verdict::Bad
        } else if share > FEW_DROPS {
            Verdict::Fair
        } else {
            Verdict::Good
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use Verdict::{Bad, Fair, Good};

    pub(in super::super) const FINE: Sample = Sample {
        expected: 200.0,
        lost: 0.0,
        bitrate: 1e6,
        people: 3,
        frozen: 0,
        delay: Some(60.0),
        decoded: 100.0,
        dropped: 0.0,
    };

    fn network(samples: &[Sample]) -> Verdict {
        let mut network = Network::default();
        samples.iter().map(|sample| network.judge(sample)).last().unwrap()
    }

    #[test]
    fn the_verdict_goes_by_loss_by_pictures_that_stand_still_and_by_loss_and_by_a_queue_that_fills()
    {
        assert_eq!(network(&[FINE]), Good);
        assert_eq!(network(&[Sample { lost: 10.0, ..FINE }]), Fair);
        let torn = Sample { lost: 30.0, ..FINE };
        assert_eq!(network(&[torn, torn]), Bad);
        // An interruption is over when it shows.
        assert_eq!(network(&[torn]), Fair);
        assert_eq!(network(&[torn, FINE, torn]), Fair);
        let nothing = Sample { expected: 0.0, ..FINE };
        assert_eq!(network(&[torn, nothing, torn, torn, torn]), Fair);
        assert_eq!(network(&[nothing, torn, torn, torn, torn, torn]), Bad);
        let frozen = Sample { lost: 10.0, frozen: 1, ..FINE };
        assert_eq!([network(&[frozen]), network(&[frozen, frozen])], [Fair, Bad]);
        let late = |delay| Sample { delay: Some(delay), ..FINE };
        assert_eq!(network(&[FINE, late(400.0)]), Fair);
        assert_eq!(network(&[FINE, late(400.0), late(500.0)]), Bad);
        // One that is being emptied.
        assert_eq!(network(&[FINE, late(500.0), late(450.0), late(400.0)]), Fair);
        // So few packets: they may be all there are.
        assert_eq!(network(&[Sample { expected: 3.0, ..FINE }]), Good);
        assert_eq!(network(&[Sample { expected: 3.0, lost: 1.0, ..FINE }]), Fair);
        let few = Sample { expected: 3.0, ..late(400.0) };
        assert_eq!(network(&[FINE, few, few]), Fair);
    }

    #[test]
    fn the_verdict_goes_by_pictures_that_stand_still_for_neither_their_senders_nor_this_machine() {
        let late = Sample { delay: Some(200.0), ..FINE };
        let of = |people, frozen| Sample { people, frozen, ..late };
        let (one, two) = (of(3, 1), of(3, 2));
        assert_eq!([network(&[FINE, one, one, one]), network(&[FINE, two])], [Fair, Fair]);
        assert_eq!([network(&[FINE, two, late, two]), network(&[FINE, two, two])], [Fair, Bad]);
        // Where nothing comes later it is not the way.
        let still = Sample { frozen: 3, ..FINE };
        assert_eq!(network(&[FINE, still, still]), Good);
        // Of a few among many.
        assert_eq!(network(&[FINE, of(5, 2), of(5, 2), of(5, 2)]), Fair);
        // Of the only one, where less arrives than before.
        let less = Sample { bitrate: 5e5, ..of(1, 1) };
        assert_eq!(
            [network(&[FINE, of(1, 1), of(1, 1)]), network(&[FINE, less, less])],
            [Fair, Bad]
        );
    }

    #[test]
    fn the_verdict_waits_for_news_of_the_delay() {
        let none = Sample { delay: None, ..FINE };
        let late = Sample { delay: Some(400.0), ..FINE };
        assert_eq!(
            [network(&[FINE, late, none, none]), network(&[FINE, late, none, late])],
            [Fair, Bad]
        );
        assert_eq!(network(&[none, none]), Good);
    }

    #[test]
    fn the_verdict_goes_no_longer_by_what_stays_as_it_is_although_less_comes() {
        for bad in [
            Sample { delay: Some(600.0), ..FINE },
            Sample { delay: Some(200.0), frozen: 3, ..FINE },
        ] {
            let mut network = Network::default();
            network.judge(&FINE);
            assert_eq!([network.judge(&bad), network.judge(&bad)], [Fair, Bad]);
            assert!(!network.is_losing());
            network.cut(&bad);
            let less = Sample { bitrate: 5e5, ..bad };
            let verdicts: Vec<Verdict> = (0..20).map(|_| network.judge(&less)).collect();
            assert!(verdicts.iter().skip(6).all(|it| *it == Good), "{verdicts:?}");
            assert_eq!([network.judge(&bad), network.judge(&bad)], [Good, Good]);
        }
    }

    #[test]
    fn loss_that_stays_whatever_comes_is_not_held_against_the_way() {
        let mut network = Network::default();
        let torn = Sample { lost: 24.0, ..FINE };
        assert_eq!([network.judge(&torn), network.judge(&torn)], [Fair, Bad]);
        network.cut(&torn);
        assert_eq!(network.judge(&Sample { bitrate: 5e5, ..torn }), Good);
    }

    #[test]
    fn the_verdict_counts_dropped_pictures_but_not_those_the_network_tore() {
        let judge = |samples: &[Sample]| {
            let mut decoder = Decoder::default();
            samples.iter().map(|sample| decoder.judge(sample)).last().unwrap()
        };
        let many = Sample { decoded: 70.0, dropped: 30.0, ..FINE };
        assert_eq!([judge(&[FINE]), judge(&[many]), judge(&[many, many])], [Good, Fair, Bad]);
        let few = Sample { decoded: 7.0, ..FINE };
        assert_eq!([judge(&[few]), judge(&[Sample { dropped: 1.0, ..few }])], [Good, Fair]);
        let torn = Sample { lost: 20.0, ..many };
        assert_eq!(judge(&[torn, torn]), Fair);
        // What the network tore is mended by the next picture that stands by itself, which may take a while.
        assert_eq!([judge(&[torn, many, many, many]), judge(&[torn, many, FINE])], [Fair, Good]);
        assert_eq!(judge(&[torn, many, many, many, many, many]), Bad);
        let nothing = Sample { expected: 0.0, decoded: 0.0, ..FINE };
        assert_eq!(judge(&[nothing, many, many, many]), Fair);
        // What little is lost now and then is mended, and hides no machine that is too slow, nor one that does well.
        let some = Sample { lost: 6.0, ..many };
        assert_eq!([judge(&[some]), judge(&[some, some, some, some])], [Fair, Fair]);
        assert_eq!([judge(&[some, many, many]), judge(&[some, many, some, many])], [Bad, Bad]);
        let mended = Sample { lost: 6.0, ..FINE };
        assert_eq!([judge(&[mended]), judge(&[many, mended, many])], [Good, Fair]);
    }
}
