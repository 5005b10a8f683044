//! Whether what arrives waits on its way: media comes later and later, or the pictures of several people stand still at
//! once. Over TCP nothing is ever lost, and that is all there is to be seen of a narrow way. Pure: nothing of the browser is
//! in here.

use super::budget::Verdict;
use super::network::Sample;

/// So much more delay than at the best of times is a queue that fills, ms; where a way is uneven, as much again.
const QUEUE: f64 = 200.0;
/// One that shrinks from sample to sample by so much, ms, and by this part, is being emptied.
const SHRINKS: f64 = 30.0;
const SOON: f64 = 0.97;
/// From this part of one on nothing more is to be tried.
const BEGINS: f64 = 0.5;
/// How fast the best of times is forgotten, and found, by sample.
const FORGET: f64 = 0.02;
const FIND: f64 = 0.25;
/// So often in a row: what happens once and then no more was an interruption, of our way or of whoever sends.
pub(super) const TIMES: u32 = 2;
/// Pictures stand still for us where all is later by so much, ms; one person's, where less arrives than usual as well.
const RISE: f64 = 100.0;
const FELL: f64 = 0.8;
/// How fast it is forgotten what usually arrives, by sample.
const UNUSUAL: f64 = 0.05;
/// What was asked for in place of more has come when so much less arrives.
pub(super) const LESS: f64 = 0.85;
/// Then so many samples without trouble say that it helped, and so many with the same trouble that it did not.
const HELPED: u32 = 4;
const IN_VAIN: u32 = 6;
/// Less was asked for: what arrived then, and how it went since it came.
#[derive(Clone, Copy, Debug)]
struct Cut {
    bitrate: f64,
    helped: u32,
    in_vain: u32,
}

/// How much of a queue there is.
#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    /// Of 1 that is too much.
    part: f64,
    is_emptied: bool,
}

/// What is known of waiting.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// The delay at the best of times, or where it stays whatever is held back, ms.
    calm: Option<f64>,
    before: Option<f64>,
    /// What usually arrives, bit/s.
    usual: f64,
    late: u32,
    still: u32,
    queue: Queue,
    cut: Option<Cut>,
}

impl Waits {
    pub(super) fn judge(&mut self, sample: &Sample) -> Verdict {
        let is_still = self.is_still(sample);
        self.usual = sample.bitrate.max(self.usual + (sample.bitrate - self.usual) * UNUSUAL);
        if let Some(delay) = sample.delay {
            self.queue = self.queue_of(delay);
        }
        let Queue { part, is_emptied } = self.queue;
        let is_long = part > 1.0;
        if !is_emptied && self.is_in_vain(sample.bitrate, is_still || is_long) {
            self.calm = self.before;
            return Verdict::Fair;
        }
        if sample.delay.is_some() {
            self.late = if is_long && !is_emptied { self.late.saturating_add(1) } else { 0 };
        }
        self.still = if is_still { self.still.saturating_add(1) } else { 0 };
        if self.late >= TIMES || self.still >= TIMES {
            Verdict::Bad
        } else if part > BEGINS || self.still > 0 {
            Verdict::Fair
        } else {
            Verdict::Good
        }
    }

    /// Less was asked for because of this sample.
    pub(super) fn cut(&mut self, sample: &Sample) {
        self.cut.get_or_insert(Cut { bitrate: sample.bitrate, helped: 0, in_vain: 0 });
        (self.late, self.still, self.usual) = (0, 0, 0.0);
    }

    /// Whether pictures stand still for a reason of ours: those of several people who are no few, and those of one alone,
    /// who may have reasons of their own, where less arrives. Where nothing is later this machine may be what stands still.
    fn is_still(&self, sample: &Sample) -> bool {
        let &Sample { people, frozen, bitrate, .. } = sample;
        let delay = sample.delay.or(self.before);
        if delay.zip(self.calm).is_none_or(|(delay, calm)| delay <= calm + RISE) {
            return false;
        }
        if frozen > 1 {
            frozen * 2 >= people
        } else {
            frozen > 0 && people == 1 && bitrate < self.usual * FELL
        }
    }

    fn queue_of(&mut self, delay: f64) -> Queue {
        let before = self.before.replace(delay).unwrap_or(delay);
        let calm = self.calm.unwrap_or(delay);
        let part = (delay - calm) / calm.max(QUEUE);
        let is_emptied = part > 1.0 && delay <= (before - SHRINKS).min(before * SOON);
        if !is_emptied {
            let pace = if delay < calm { FIND } else { FORGET };
            self.calm = Some(calm + (delay - calm) * pace);
        }
        Queue { part, is_emptied }
    }

    /// Whether it stays as it is although less comes.
    fn is_in_vain(&mut self, bitrate: f64, is_bad: bool) -> bool {
        let cut = self.cut.as_mut().filter(|cut| bitrate <= cut.bitrate * LESS);
        let Some(cut) = cut else { return false };
        let count = if is_bad { &mut cut.in_vain } else { &mut cut.helped };
        *count = count.saturating_add(1);
        let is_in_vain = cut.in_vain >= IN_VAIN;
        if is_in_vain || cut.helped >= HELPED {
            self.cut = None;
        }
        is_in_vain
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::super::network::tests::FINE;
    use super::*;

    fn late(delay: u32) -> Sample {
        Sample { delay: Some(f64::from(delay)), ..FINE }
    }

    proptest! {
        #[test]
        fn small_differences_are_no_queue(
            least in 0..2_000u32,
            more in proptest::collection::vec(0..200u32, 1..100),
        ) {
            let mut waits = Waits::default();
            for more in more {
                prop_assert!(waits.judge(&late(least + more)) > Verdict::Bad);
            }
        }

        #[test]
        fn whatever_stays_is_well_again_soon_after_less_came_and_stays_so_when_all_comes(
            before in 0..1_000u32,
            after in 0..5_000u32,
            frozen in 0..4usize,
        ) {
            let mut waits = Waits::default();
            for _ in 0..20 {
                prop_assert_eq!(waits.judge(&late(before)), Verdict::Good);
            }
            let stays = Sample { frozen, ..late(after) };
            let verdicts = [waits.judge(&stays), waits.judge(&stays)];
            if verdicts.contains(&Verdict::Bad) {
                waits.cut(&stays);
            }
            let less = Sample { bitrate: 5e5, ..stays };
            for _ in 0..10 {
                waits.judge(&less);
            }
            for sample in [less, stays].repeat(10) {
                prop_assert!(waits.judge(&sample) > Verdict::Bad);
            }
        }
    }
}
