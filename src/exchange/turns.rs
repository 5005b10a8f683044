//! What is done by one after the other.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

/// Hands out one [`Turn`] at a time, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Turns {
    is_taken: Cell<bool>,
    waiting: RefCell<VecDeque<oneshot::Sender<Turn>>>,
}

/// It is the turn of whoever has this, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Rc<Turns>);

impl Turns {
    /// Waits for one; to drop what is returned calls that off.
    pub(super) async fn turn(self: &Rc<Self>) -> Turn {
        if self.is_taken.replace(true) {
            let (sender, turn) = oneshot::channel();
            self.waiting.borrow_mut().push_back(sender);
            if let Ok(turn) = turn.await {
                return turn;
            }
        }
        Turn(Rc::clone(self))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.0.waiting.borrow_mut().pop_front();
        match next {
            // Whoever waits no longer drops it in turn.
            Some(next) => drop(next.send(Self(Rc::clone(&self.0)))),
            None => self.0.is_taken.set(false),
        }
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    type Waiting = Pin<Box<dyn Future<Output = Turn>>>;

    fn wait(turns: &Rc<Turns>) -> Waiting {
        let turns = Rc::clone(turns);
        let mut waiting: Waiting = Box::pin(async move { turns.turn().await });
        // Asked for now, not when it is looked at.
        assert!(look(&mut waiting).is_none());
        waiting
    }

    fn look(waiting: &mut Waiting) -> Option<Turn> {
        match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    fn take(turns: &Rc<Turns>) -> Turn {
        let turns = Rc::clone(turns);
        let mut waiting: Waiting = Box::pin(async move { turns.turn().await });
        look(&mut waiting).unwrap()
    }

    #[test]
    fn one_after_the_other_in_the_order_of_asking() {
        let turns = Rc::new(Turns::default());
        let first = take(&turns);
        let (mut second, mut third) = (wait(&turns), wait(&turns));
        drop(first);
        assert!(look(&mut third).is_none());
        let turn = look(&mut second).unwrap();
        assert!(look(&mut third).is_none());
        drop(turn);
        drop(look(&mut third).unwrap());
        drop(take(&turns));
    }

    #[test]
    fn who_does_not_wait_any_longer_keeps_nobody_waiting() {
        let turns = Rc::new(Turns::default());
        let first = take(&turns);
        let (second, third, mut fourth) = (wait(&turns), wait(&turns), wait(&turns));
        // Called off before it has its turn, and after.
        drop(second);
        drop(first);
        assert!(look(&mut fourth).is_none());
        drop(third);
        drop(look(&mut fourth).unwrap());
        drop(take(&turns));
    }
}
