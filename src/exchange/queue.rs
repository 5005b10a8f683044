//! Our files wait for their turn where they are more than others take from one person at a time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use super::heads::may_begin;

/// Hands out places to files, in the order in which they were asked for: as many, and of as many bytes together, as
/// others take.
#[derive(Debug, Default)]
pub(super) struct Queue(RefCell<Places>);

#[derive(Debug, Default)]
struct Places {
    under_way: Vec<u64>,
    waiting: VecDeque<(u64, oneshot::Sender<Place>)>,
}

/// The file of whoever has this is under way, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    queue: Rc<Queue>,
    size: u64,
}

impl Queue {
    /// Waits for one; to drop what is returned calls that off. Nothing if the room was left.
    pub(super) async fn place(self: &Rc<Self>, size: u64) -> Option<Place> {
        let (sender, place) = oneshot::channel();
        self.0.borrow_mut().waiting.push_back((size, sender));
        self.next();
        place.await.ok()
    }

    /// The room was left: what waits begins no more.
    pub(super) fn over(&self) {
        let waiting = std::mem::take(&mut self.0.borrow_mut().waiting);
        drop(waiting);
    }

    /// None overtakes another.
    fn next(self: &Rc<Self>) {
        while let Some((size, sender)) = self.first() {
            // Whoever waits no longer drops it in turn.
            drop(sender.send(Place { queue: Rc::clone(self), size }));
        }
    }

    fn first(&self) -> Option<(u64, oneshot::Sender<Place>)> {
        let mut places = self.0.borrow_mut();
        while places.waiting.front().is_some_and(|(_, sender)| sender.is_canceled()) {
            places.waiting.pop_front();
        }
        let size = places.waiting.front().map(|(size, _)| *size)?;
        if !may_begin(&places.under_way, size) {
            return None;
        }
        places.under_way.push(size);
        places.waiting.pop_front()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.queue.0.borrow_mut();
        if let Some(at) = places.under_way.iter().position(|size| *size == self.size) {
            places.under_way.swap_remove(at);
        }
        drop(places);
        self.queue.next();
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::super::heads::MOST_BYTES;
    use super::*;
    use proptest::prelude::*;

    type Waiting = Pin<Box<dyn Future<Output = Option<Place>>>>;

    fn wait(queue: &Rc<Queue>, size: u64) -> Waiting {
        let queue = Rc::clone(queue);
        Box::pin(async move { queue.place(size).await })
    }

    fn look(waiting: &mut Waiting) -> Poll<Option<Place>> {
        waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn begun(waiting: &mut Waiting) -> Place {
        match look(waiting) {
            Poll::Ready(Some(place)) => place,
            Poll::Ready(None) | Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn the_ninth_waits_and_so_does_what_is_too_large() {
        let queue = Rc::default();
        let mut eight: Vec<Place> = (0..8).map(|_| begun(&mut wait(&queue, 1))).collect();
        let (mut ninth, mut last) = (wait(&queue, MOST_BYTES - 7), wait(&queue, 1));
        assert!(look(&mut ninth).is_pending() && look(&mut last).is_pending());
        drop(eight.pop());
        let ninth = begun(&mut ninth);
        assert!(look(&mut last).is_pending());
        drop(ninth);
        drop(begun(&mut last));
        let mut waits = wait(&queue, MOST_BYTES);
        assert!(look(&mut waits).is_pending());
        queue.over();
        assert!(matches!(look(&mut waits), Poll::Ready(None)));
    }

    proptest! {
        #[test]
        fn everybody_gets_a_place_who_does_not_give_up(sizes in prop::collection::vec(0..MOST_BYTES, 1..30), give_up in prop::collection::vec(any::<bool>(), 30)) {
            let queue = Rc::default();
            let mut waiting: Vec<_> = sizes.iter().enumerate().map(|(index, size)| (index, wait(&queue, *size))).collect();
            let (mut begun, mut given_up) = (Vec::new(), 0);
            let mut under_way: VecDeque<Place> = VecDeque::new();
            let mut step = 0;
            while !waiting.is_empty() {
                let mut still = Vec::new();
                for (index, mut one) in waiting {
                    match look(&mut one) {
                        Poll::Ready(place) => {
                            begun.push(index);
                            under_way.extend(place);
                        }
                        Poll::Pending => still.push((index, one)),
                    }
                }
                waiting = still;
                let together: u64 = under_way.iter().map(|place| place.size).sum();
                prop_assert!(under_way.len() <= 8 && together <= MOST_BYTES);
                if give_up.get(step).copied().unwrap_or_default() && !waiting.is_empty() {
                    drop(waiting.remove(0));
                    given_up += 1;
                }
                under_way.pop_front();
                step += 1;
                prop_assert!(step < 100);
            }
            prop_assert_eq!(begun.len() + given_up, sizes.len());
            prop_assert!(begun.is_sorted());
        }
    }
}
