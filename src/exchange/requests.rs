//! Requests to one person, and answers to theirs. Everybody hears them; those they are not for pass over them.

use super::words::Number;
use crate::engine::Millis;
use crate::{Id, Map};

/// What was not answered is asked again: one of us may not hear the other yet.
const AGAIN: Millis = Millis(1_000);
/// Requests of one person that are answered at a time, and answers that are kept for those who ask again.
const AT_A_TIME: usize = 64;

/// A request of ours. `E` is what is said, `S` settles it.
struct Asked<E, S> {
    of: Id,
    words: E,
    /// When it is said again; not while it is being said, for on a line that is down they would pile up.
    again: Option<Millis>,
    until: Millis,
    settle: S,
}

/// What time brings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due<E, S> {
    /// To be said again.
    Say(Number, E),
    /// Nobody answered in time.
    TooLate(S),
}

/// What becomes of a request of somebody's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question<E> {
    /// It is new.
    Handle,
    /// It was answered before.
    Say(E),
    /// It is being worked on, or there is too much of it.
    PassOver,
}

type Answers<E> = Vec<(Number, Option<E>)>;

/// What was asked, by us and of us.
pub(super) struct Requests<E, S> {
    asked: Map<i64, Asked<E, S>>,
    answers: Map<Id, Answers<E>>,
}

impl<E, S> Default for Requests<E, S> {
    fn default() -> Self {
        Self { asked: Map::new(), answers: Map::new() }
    }
}

impl<E: Clone, S> Requests<E, S> {
    /// Asks somebody. It is being said for the first time.
    pub(super) fn ask(&mut self, number: Number, of: Id, words: E, until: Millis, settle: S) {
        self.asked.insert(number.0, Asked { of, words, again: None, until, settle });
    }

    /// It was said.
    pub(super) fn said(&mut self, number: Number, now: Millis) {
        if let Some(asked) = self.asked.get_mut(&number.0) {
            asked.again = Some(now + AGAIN);
        }
    }

    /// Nobody waits for it any longer.
    pub(super) fn forget(&mut self, number: Number) -> Option<S> {
        self.asked.remove(&number.0).map(|asked| asked.settle)
    }

    /// Somebody answers; what settles the request, if it was for them.
    pub(super) fn answered(&mut self, by: &Id, number: Number) -> Option<S> {
        let is_theirs = self.asked.get(&number.0).is_some_and(|asked| asked.of == *by);
        if is_theirs { self.forget(number) } else { None }
    }

    /// What is due.
    pub(super) fn tick(&mut self, now: Millis) -> Vec<Due<E, S>> {
        let late: Vec<i64> =
            self.asked.iter().filter(|(_, asked)| asked.until <= now).map(|(at, _)| *at).collect();
        let late = late.into_iter().filter_map(|number| self.forget(Number(number)));
        let mut due: Vec<_> = late.map(Due::TooLate).collect();
        for (number, asked) in self.asked.iter_mut() {
            if asked.again.is_some_and(|again| again <= now) {
                asked.again = None;
                due.push(Due::Say(Number(*number), asked.words.clone()));
            }
        }
        due
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.asked
            .values()
            .map(|asked| asked.again.map_or(asked.until, |at| at.min(asked.until)))
            .min()
    }

    /// Somebody asks.
    pub(super) fn question(&mut self, of: &Id, number: Number) -> Question<E> {
        if !self.answers.contains_key(of) {
            self.answers.insert(of.clone(), Vec::new());
        }
        let Some(answers) = self.answers.get_mut(of) else { return Question::PassOver };
        if let Some((_, answer)) = answers.iter().find(|(other, _)| *other == number) {
            return answer.clone().map_or(Question::PassOver, Question::Say);
        }
        // The oldest makes room, unless it is being worked on: then there is too much of it.
        if answers.len() >= AT_A_TIME {
            let Some(oldest) = answers.iter().position(|(_, answer)| answer.is_some()) else {
                return Question::PassOver;
            };
            answers.remove(oldest);
        }
        answers.push((number, None));
        Question::Handle
    }

    /// We have an answer. Whether the one who asked is still here.
    pub(super) fn keep(&mut self, of: &Id, number: Number, answer: E) -> bool {
        let answers = self.answers.get_mut(of).map(Vec::as_mut_slice).unwrap_or_default();
        let found = answers.iter_mut().find(|(other, _)| *other == number);
        found.map(|(_, kept)| *kept = Some(answer)).is_some()
    }

    /// Somebody is gone; what we asked of them.
    pub(super) fn parted(&mut self, who: &Id) -> Vec<S> {
        self.answers.remove(who);
        let asked = self.asked.iter().filter(|(_, asked)| asked.of == *who).map(|(at, _)| *at);
        let numbers: Vec<_> = asked.collect();
        numbers.into_iter().filter_map(|number| self.forget(Number(number))).collect()
    }

    /// The room was left; what was not answered.
    pub(super) fn over(&mut self) -> Vec<S> {
        self.answers = Map::new();
        std::mem::take(&mut self.asked).into_iter().map(|(_, asked)| asked.settle).collect()
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u64) -> Id {
        Id::from(number)
    }

    const ONE: Number = Number(1);

    #[test]
    fn what_is_not_answered_is_said_again_until_it_is_too_late() {
        let mut requests = Requests::default();
        requests.ask(ONE, id(2), "words", Millis(2_500), "settle");
        assert_eq!(requests.deadline(), Some(Millis(2_500)));
        requests.said(ONE, Millis(0));
        assert_eq!(requests.deadline(), Some(Millis(1_000)));
        assert_eq!(requests.tick(Millis(1_000)), [Due::Say(ONE, "words")]);
        assert_eq!(requests.tick(Millis(1_500)), []);
        requests.said(ONE, Millis(1_600));
        assert_eq!(requests.tick(Millis(2_600)), [Due::TooLate("settle")]);
        assert_eq!(requests.deadline(), None);
    }

    #[test]
    fn only_the_one_who_was_asked_answers() {
        let mut requests = Requests::default();
        requests.ask(ONE, id(2), (), Millis(9), "settle");
        assert_eq!(requests.answered(&id(3), ONE), None);
        assert_eq!(requests.answered(&id(2), Number(4)), None);
        assert_eq!(requests.answered(&id(2), ONE), Some("settle"));
        assert_eq!(requests.answered(&id(2), ONE), None);
        requests.ask(ONE, id(2), (), Millis(9), "parted");
        requests.ask(Number(2), id(3), (), Millis(9), "over");
        assert_eq!(requests.parted(&id(2)), ["parted"]);
        assert_eq!(requests.over(), ["over"]);
    }

    #[test]
    fn a_question_is_handled_once_and_answered_as_often_as_it_is_asked() {
        let mut requests: Requests<&str, ()> = Requests::default();
        assert_eq!(requests.question(&id(2), ONE), Question::Handle);
        assert_eq!(requests.question(&id(2), ONE), Question::PassOver);
        assert!(requests.keep(&id(2), ONE, "answer"));
        assert_eq!(requests.question(&id(2), ONE), Question::Say("answer"));
        requests.parted(&id(2));
        assert!(!requests.keep(&id(2), ONE, "answer"));
    }

    #[test]
    fn nobody_is_answered_without_end() {
        let mut requests: Requests<&str, ()> = Requests::default();
        let handled = |requests: &mut Requests<&str, ()>, from: i64| {
            (from..from + 1_000)
                .filter(|at| requests.question(&id(2), Number(*at)) == Question::Handle)
                .count()
        };
        assert_eq!(handled(&mut requests, 0), AT_A_TIME);
        for number in 0..10 {
            assert!(requests.keep(&id(2), Number(number), "answer"));
        }
        assert_eq!(handled(&mut requests, 5_000), 10);
        assert_eq!(requests.question(&id(3), ONE), Question::Handle);
    }

    proptest! {
        /// Over a line that loses most of what is said.
        #[test]
        fn a_request_is_handled_once_and_answered(lost in prop::collection::vec(prop::bool::weighted(0.7), 400)) {
            let (mut ada, mut bob) = (Requests::<(), ()>::default(), Requests::<(), ()>::default());
            let mut lost = lost.into_iter().chain(std::iter::repeat(false));
            let (mut handled, mut now) = (0, Millis(0));
            ada.ask(ONE, id(2), (), Millis(u64::MAX), ());
            let mut is_said = true;
            for _ in 0..500 {
                if is_said && !lost.next().unwrap() {
                    let question = bob.question(&id(1), ONE);
                    if question == Question::Handle {
                        handled += 1;
                        bob.keep(&id(1), ONE, ());
                    }
                    if question != Question::PassOver && !lost.next().unwrap() && ada.answered(&id(2), ONE).is_some() {
                        break;
                    }
                }
                ada.said(ONE, now);
                now = now + AGAIN;
                is_said = ada.tick(now) == [Due::Say(ONE, ())];
            }
            prop_assert_eq!(handled, 1);
            prop_assert!(ada.answered(&id(2), ONE).is_none());
        }
    }
}
