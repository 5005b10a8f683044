//! Messages in order on one channel, or on those that take its place.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use super::frames::{Cursor, HEAD_BYTES, travels_whole};
use crate::room::Failure;
use crate::web::{Data, DataLine, RtcDataChannel, Uint8Array, headed, random_u32};

/// Bytes that may wait in the browser; what is more waits here.
const HIGH_BYTES: usize = 1_048_576;
/// When as few wait, more is handed over.
const LOW_BYTES: u32 = 262_144;

/// The head of a piece, as the browser counts.
pub(super) const HEAD_LENGTH: u32 = 16;

/// Resolves when the browser has all of a message.
pub(super) type Posted = oneshot::Receiver<Result<(), Failure>>;

enum Body {
    Whole(Data),
    Pieces(Uint8Array, Cursor),
}

struct Job {
    body: Body,
    settle: oneshot::Sender<Result<(), Failure>>,
}

impl Job {
    /// `is_ours`: what the library says, in one frame.
    fn new(data: Data, is_ours: bool, settle: oneshot::Sender<Result<(), Failure>>) -> Self {
        let is_text = data.text().is_some();
        let head = data.head(HEAD_LENGTH);
        if is_ours || travels_whole(&head, data.size(), is_text) {
            return Self { body: Body::Whole(data), settle };
        }
        let bytes = data.into_bytes();
        let cursor = Cursor::new(random_u32(), bytes.length(), is_text);
        Self { body: Body::Pieces(bytes, cursor), settle }
    }

    /// Begins anew: on another channel, nobody has the pieces that were sent.
    fn again(&mut self) {
        if let Body::Pieces(_, cursor) = &mut self.body {
            cursor.again(random_u32());
        }
    }

    /// Apart from what its owner may change while it waits.
    fn own(&mut self) {
        match &mut self.body {
            Body::Whole(data) => *data = data.clone().copied(),
            Body::Pieces(bytes, _) => *bytes = bytes.slice(0, bytes.length()),
        }
    }

    /// Hands over what the browser may have; how it ended, unless the rest has to wait.
    fn advance(&mut self, line: &DataLine) -> Option<Result<(), Failure>> {
        let is_free = |size| line.is_open() && line.buffered() + size <= HIGH_BYTES;
        while !self.settle.is_canceled() {
            let sent = match &mut self.body {
                Body::Whole(data) if is_free(data.size()) => {
                    return Some(line.send(data).map_err(Failure::from));
                }
                Body::Whole(_) => return None,
                Body::Pieces(bytes, cursor) => {
                    let Some((head, range)) = cursor.piece() else { break };
                    if !is_free(HEAD_BYTES + range.len()) {
                        return None;
                    }
                    cursor.advance();
                    let body = bytes.subarray(range.start, range.end);
                    line.send(&Data::Bytes(headed(&head, &body)))
                }
            };
            if let Err(thrown) = sent {
                return Some(Err(thrown.into()));
            }
        }
        Some(Ok(()))
    }
}

/// Messages of one kind, on their way.
#[derive(Default)]
pub(super) struct Lane {
    jobs: RefCell<VecDeque<Job>>,
    line: RefCell<Option<Rc<DataLine>>>,
}

impl Lane {
    /// Another channel: what was not sent is sent there, what was sent in part is sent again.
    pub(super) fn open(self: &Rc<Self>, channel: RtcDataChannel) {
        let weak = Rc::downgrade(self);
        let fresh = DataLine::new(channel, LOW_BYTES, move || {
            if let Some(lane) = weak.upgrade() {
                lane.pump();
            }
        });
        drop(self.line.replace(Some(Rc::new(fresh))));
        if let Some(job) = self.jobs.borrow_mut().front_mut() {
            job.again();
        }
        self.pump();
    }

    /// Sends at once what needs no waiting, which is most of what is small.
    pub(super) fn add(&self, data: Data, is_ours: bool) -> Posted {
        let (settle, posted) = oneshot::channel();
        self.jobs.borrow_mut().push_back(Job::new(data, is_ours, settle));
        self.pump();
        // What waits is last, and what the library says is nobody else's.
        let waiting = if is_ours { None } else { self.jobs.borrow_mut().pop_back() };
        if let Some(mut job) = waiting {
            job.own();
            self.jobs.borrow_mut().push_back(job);
        }
        posted
    }

    /// Hands over what the browser may have.
    fn pump(&self) {
        let Some(line) = self.line.borrow().clone() else { return };
        loop {
            let Some(mut job) = self.jobs.borrow_mut().pop_front() else { return };
            match job.advance(&line) {
                // Nobody may wait for it any longer.
                Some(result) => drop(job.settle.send(result)),
                None => return self.jobs.borrow_mut().push_front(job),
            }
        }
    }

    /// Nothing more is sent; what waits ends with this.
    pub(super) fn close(&self, failure: &Failure) {
        drop(self.line.take());
        for job in self.jobs.take() {
            job.settle.send(Err(failure.clone())).ok();
        }
    }
}
