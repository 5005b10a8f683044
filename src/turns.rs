//! What is done by one after the other.

use std::cell::RefCell;

use futures_channel::oneshot;

/// Hands out one [`Turn`] at a time, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Turns(RefCell<Option<Before>>);

/// It is the turn of whoever has this, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    before: Option<Before>,
    done: Option<oneshot::Sender<Before>>,
}

/// Ends when whoever was before is done, or waits no longer and says who was before them.
#[derive(Debug)]
struct Before(oneshot::Receiver<Before>);

impl Turns {
    /// Takes a place at once, and waits for the turn. To drop what is returned calls that off, and whoever is behind
    /// moves up.
    pub(crate) fn take(&self) -> impl Future<Output = Turn> + use<> {
        let (done, ends) = oneshot::channel();
        let before = self.0.replace(Some(Before(ends)));
        let mut turn = Turn { before, done: Some(done) };
        async move {
            while let Some(Before(before)) = &mut turn.before {
                turn.before = before.await.ok();
            }
            turn
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let (Some(mut before), Some(done)) = (self.before.take(), self.done.take()) {
            // Who called it off as well is no link any more: chains do not grow by those who come and go.
            let earlier = before.0.try_recv().ok().flatten();
            // Nobody may be behind.
            done.send(earlier.unwrap_or(before)).ok();
        }
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use proptest::prelude::*;

    use super::*;

    type Waiting = Pin<Box<dyn Future<Output = Turn>>>;

    fn ask(turns: &Turns) -> Waiting {
        Box::pin(turns.take())
    }

    fn now(waiting: &mut Waiting) -> Option<Turn> {
        match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_after_the_other_in_the_order_of_asking() {
        let turns = Turns::default();
        // Each has its place when it asked, not when it is looked at.
        let (mut first, mut second, mut third) = (ask(&turns), ask(&turns), ask(&turns));
        assert!(now(&mut second).is_none());
        drop(now(&mut first).unwrap());
        assert!(now(&mut third).is_none());
        let turn = now(&mut second).unwrap();
        assert!(now(&mut third).is_none());
        drop(turn);
        drop(now(&mut third).unwrap());
        drop(now(&mut ask(&turns)).unwrap());
    }

    #[test]
    fn who_does_not_wait_any_longer_keeps_nobody_waiting() {
        let turns = Turns::default();
        let first = now(&mut ask(&turns)).unwrap();
        let (second, third, mut fourth) = (ask(&turns), ask(&turns), ask(&turns));
        // Called off before it has its turn, and after.
        drop(second);
        assert!(now(&mut fourth).is_none());
        drop(first);
        assert!(now(&mut fourth).is_none());
        drop(third);
        drop(now(&mut fourth).unwrap());
        drop(now(&mut ask(&turns)).unwrap());
    }

    #[test]
    fn the_order_lasts_as_long_as_somebody_is_in_it() {
        let turns = Turns::default();
        let (mut first, mut second) = (ask(&turns), ask(&turns));
        drop(turns);
        drop(now(&mut first).unwrap());
        drop(now(&mut second).unwrap());
    }

    #[derive(Clone, Copy, Debug)]
    enum Doing {
        Ask,
        Finish,
        CallOff(usize),
    }

    fn doing() -> impl Strategy<Value = Doing> {
        prop_oneof![Just(Doing::Ask), Just(Doing::Finish), (0..8usize).prop_map(Doing::CallOff)]
    }

    proptest! {
        #[test]
        fn whoever_asked_first_and_still_waits_is_next(doings in prop::collection::vec(doing(), 0..80)) {
            let turns = Turns::default();
            let (mut waiting, mut turn): (VecDeque<Waiting>, Option<Turn>) = Default::default();
            for doing in doings {
                match doing {
                    Doing::Ask => waiting.push_back(ask(&turns)),
                    Doing::Finish => turn = None,
                    Doing::CallOff(at) => drop(waiting.remove(at)),
                }
                for behind in waiting.iter_mut().skip(usize::from(turn.is_none())) {
                    prop_assert!(now(behind).is_none());
                }
                if turn.is_none() && let Some(mut first) = waiting.pop_front() {
                    turn = now(&mut first);
                    prop_assert!(turn.is_some());
                }
            }
        }
    }
}
