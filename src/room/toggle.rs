//! Something that can be switched on and off faster than it follows.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use futures_channel::oneshot;

use super::event::Failure;
use super::local::left;
use crate::web::spawn_local;
use crate::{Error, ErrorCode};

/// What somebody wants of a switch: a future that makes it so, and does nothing before it is polled.
pub(super) type Wish = Pin<Box<dyn Future<Output = Result<(), Failure>>>>;

/// Begins something nobody waits for.
pub(super) fn begin(work: Wish) {
    spawn_local(async move { drop(work.await) });
}

/// Applies one wish at a time; of those made meanwhile only the last counts, and everybody who asked
/// is answered when the switch has come to rest.
#[derive(Default)]
pub(super) struct Toggle {
    next: RefCell<Option<Wish>>,
    running: Cell<bool>,
    waiting: RefCell<Vec<Waiting>>,
    wishes: Cell<u32>,
    /// Whether the last wish is for on.
    on: Cell<bool>,
    /// Whether there is about to be a wish.
    claimed: Cell<bool>,
}

impl fmt::Debug for Toggle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Toggle")
    }
}

/// Lets the switch go even when its future is dropped half-way. Nobody waits for its wishes then.
struct Running<'a>(&'a Toggle);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.set(false);
        self.0.claimed.set(false);
        let next = self.0.take();
        let waiting = self.0.waiting.take();
        drop((next, waiting));
    }
}

impl Toggle {
    /// Makes a wish, and waits until the switch rests.
    pub(super) async fn set(&self, wish: Wish) -> Result<(), Failure> {
        let before = self.next.replace(Some(wish));
        drop(before);
        self.wishes.set(self.wishes.get().wrapping_add(1));
        if self.running.replace(true) {
            let (sender, rests) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let text = "the switch was given up before it came to rest";
            return rests
                .await
                .unwrap_or_else(|_| Err(Error::new(ErrorCode::Aborted, text).into()));
        }
        let running = Running(self);
        let mut result = Ok(());
        while let Some(wish) = self.take() {
            result = wish.await;
        }
        for waiting in self.waiting.take() {
            // Whoever stopped waiting does not want to know.
            waiting.send(result.clone()).ok();
        }
        drop(running);
        result
    }

    /// The same of a wish for on or off.
    pub(super) fn turn(&self, on: bool, wish: Wish) -> impl Future<Output = Result<(), Failure>> {
        self.on.set(on);
        self.set(wish)
    }

    /// From now on it is being switched, though nothing is done yet.
    pub(super) fn claim(&self) {
        self.claimed.set(true);
    }

    /// Whether it is being switched.
    pub(super) fn is_running(&self) -> bool {
        self.running.get() || self.claimed.get()
    }

    /// Whether what is being switched on is to be off again already.
    pub(super) fn is_turned_off(&self) -> bool {
        self.is_superseded() && !self.on.get()
    }

    /// How many wishes there were, to see whether there are more.
    pub(super) fn wishes(&self) -> u32 {
        self.wishes.get()
    }

    /// Whether somebody wants something else already than what is being done.
    pub(super) fn is_superseded(&self) -> bool {
        self.next.borrow().is_some()
    }

    fn take(&self) -> Option<Wish> {
        self.next.borrow_mut().take()
    }
}

/// Who waits for something that the end of the call ends as well.
#[derive(Clone, Debug)]
pub(super) struct Answer(Rc<RefCell<Option<Waiting>>>);

type Waiting = oneshot::Sender<Result<(), Failure>>;

/// Everybody who waits.
#[derive(Debug, Default)]
pub(super) struct Answers(RefCell<Vec<Answer>>);

impl Answer {
    pub(super) fn give(&self, result: Result<(), Failure>) {
        let answer = self.0.borrow_mut().take();
        if let Some(answer) = answer {
            // Whoever stopped waiting does not want to know.
            answer.send(result).ok();
        }
    }
}

impl Answers {
    /// Does something that may take as long as a prompt stays open, even if whoever asked stops waiting.
    pub(super) async fn of(&self, work: Wish) -> Result<(), Failure> {
        let (answer, answered) = oneshot::channel();
        let answer = self.add(answer);
        spawn_local(async move { answer.give(work.await) });
        answered.await.unwrap_or_else(|_| Err(left()))
    }

    fn add(&self, waiting: Waiting) -> Answer {
        let answer = Answer(Rc::new(RefCell::new(Some(waiting))));
        let mut all = self.0.borrow_mut();
        all.retain(|one| one.0.borrow().is_some());
        all.push(answer.clone());
        answer
    }

    /// Nothing more is to be waited for.
    pub(super) fn give_up(&self) {
        for answer in self.0.take() {
            answer.give(Err(left()));
        }
    }
}
