//! What is made before anybody joins, so that joining takes less time.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::Poll;

use futures_channel::oneshot;

use super::Inner;
use super::call::Call;
use super::event::Failure;
use super::line::is_of_line;
use super::local::{Slot, left};
use super::options::{GivenTrack, JoinOptions, PrepareOptions, RoomOptions};
use super::publication::check_live;
use super::signal::Signal;
use crate::client::Connection;
use crate::engine::requests::JoinRoom;
use crate::protocol::description::Source;
use crate::turns::Turns;
use crate::web::{PeerConfig, spawn_local};
use crate::{Error, ErrorCode};

fn gave_up() -> Error {
    Error::new(ErrorCode::Aborted, "the room was left")
}

/// A stay, and the word of being in the room.
type Begun = (Rc<Call>, oneshot::Receiver<Result<(), Error>>);

/// What was made ahead, or is being made. Leaving gives it up, and what is made later is another.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// One connection is made at a time: whoever joins waits for it and takes it.
    turns: Turns,
    signal: RefCell<Option<Signal>>,
    /// What is published by those who name no tracks.
    tracks: RefCell<Vec<GivenTrack>>,
    reserve_screen: Cell<bool>,
    /// A stay nobody entered yet, with an offer of these tracks.
    call: RefCell<Option<Rc<Call>>>,
    /// A stay is being begun: what is told of that finds no call of the room's yet.
    entering: Cell<bool>,
    given_up: Cell<bool>,
    /// Who makes a connection hears when it is given up.
    opening: RefCell<Option<oneshot::Sender<()>>>,
}

impl Ahead {
    /// Makes an offer of these tracks. What was offered of others is closed.
    pub(super) fn offer(&self, room: &Rc<Inner>, options: PrepareOptions) -> Result<(), Failure> {
        let PrepareOptions { tracks, reserve_screen } = options;
        // What was prepared before stays if this cannot be.
        tracks.iter().try_for_each(|given| check_live(&given.track))?;
        self.reserve_screen.set(reserve_screen);
        if tracks.is_empty() {
            self.forget();
            return Ok(());
        }
        let call = self.stay(room, Some(tracks.clone()), reserve_screen)?;
        if !call.conference.borrow().is_offering() {
            call.negotiate();
        }
        self.call.replace(Some(call));
        self.tracks.replace(tracks);
        Ok(())
    }

    /// A stay with these tracks, or with those that were prepared: the one whose offer is there, if it fits. With a place
    /// for a screen if that is wanted now, or was prepared.
    pub(super) fn stay(
        &self,
        room: &Rc<Inner>,
        named: Option<Vec<GivenTrack>>,
        reserve_screen: bool,
    ) -> Result<Rc<Call>, Failure> {
        let made = self.call.take();
        let reserve = reserve_screen || self.reserve_screen.get();
        let tracks = match named {
            Some(named) => {
                self.tracks.take();
                named
            }
            None => self.tracks.borrow().clone(),
        };
        if let Some(call) = made {
            let is_same = call.places.are_wanted() == reserve;
            if is_same && fits(&call, &tracks, &room.peer.borrow()) {
                return Ok(call);
            }
            call.close();
        }
        // Which room it is going to be is not known yet.
        Call::begin(room, tracks, reserve, JoinRoom::new(0))
    }

    /// Whether somebody is about to enter, of which the room knows only when that is done.
    pub(super) fn is_entering(&self) -> bool {
        self.entering.get()
    }

    /// Begins a stay to join with. What listeners hear of that may have them leave again, and join another room.
    pub(super) fn begin(
        &self,
        room: &Rc<Inner>,
        options: &mut JoinOptions,
    ) -> Result<Begun, Failure> {
        room.peer.borrow_mut().room_bitrate = options.room_bitrate;
        let mut make = || -> Result<Begun, Failure> {
            let call = self.stay(room, options.tracks.clone(), options.reserve_screen)?;
            // Who brings a camera needs no other.
            options.camera.take_if(|_| call.slots.of(Source::Camera).is_some());
            options.microphone.take_if(|_| call.slots.of(Source::Microphone).is_some());
            let joined = call.enter(options)?;
            Ok((call, joined))
        };
        self.entering.set(true);
        let begun = make();
        self.entering.set(false);
        let (call, joined) = begun?;
        if self.given_up.get() {
            call.close();
            return Err(left());
        }
        Ok((call, joined))
    }

    /// Makes session and handles, unless they are there.
    pub(super) async fn connect(&self, room: &Rc<Inner>) -> Result<(), Failure> {
        if room.call().is_none() {
            let mut signal = self.signal(room).await?;
            signal.is_early = true;
            self.signal.replace(Some(signal));
        }
        if self.given_up.get() { Err(left()) } else { Ok(()) }
    }

    /// Session and handles to join with: those that were made, if they are of use.
    pub(super) async fn signal(&self, room: &Rc<Inner>) -> Result<Signal, Error> {
        let _turn = self.turns.take().await;
        let made = self.signal.take();
        match made {
            Some(made) if made.is_ready() => Ok(made),
            gone => self.open(room, gone).await,
        }
    }

    /// Makes session and handles, in place of those that are gone. Who gives up does not wait for servers that do not
    /// answer.
    async fn open(&self, room: &Rc<Inner>, gone: Option<Signal>) -> Result<Signal, Error> {
        let RoomOptions { servers, connection: options, .. } = &room.options;
        let span = options.connect_timeout;
        if self.given_up.get() {
            return Err(gave_up());
        }
        let (opening, mut stopped) = oneshot::channel();
        self.opening.replace(Some(opening));
        let mut work = pin!(async {
            if let Some(gone) = gone {
                // A server that was there may be on its way back: it is waited for as long as any other. We may even be in
                // the room by it, without having been told so.
                gone.check();
                let (closed, is_closed) = oneshot::channel();
                spawn_local(async move {
                    // Said to the end, though nobody may wait for it any more.
                    gone.close_within(span, true).await;
                    closed.send(()).ok();
                });
                is_closed.await.ok();
            }
            let connection = Connection::begin(servers, options.clone()).await?;
            let (sender, opened) = oneshot::channel();
            spawn_local(async move {
                // What was asked for comes, and is ended where nobody wants it any more.
                if let Err(Ok(late)) = sender.send(Signal::begin_within(span, &connection).await) {
                    late.close(false).await;
                }
            });
            opened.await.unwrap_or_else(|_| Err(gave_up()))
        });
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => Pin::new(&mut stopped).poll(context).map(|_| Err(gave_up())),
        })
        .await
    }

    fn forget(&self) {
        self.tracks.take();
        let call = self.call.take();
        if let Some(call) = call {
            call.close();
        }
    }

    /// Ends what was made, and what is being made as soon as it is there. The server's word may be waited for.
    pub(super) fn give_up(&self) -> impl Future<Output = ()> + use<> {
        self.given_up.set(true);
        self.opening.take();
        self.forget();
        let signal = self.signal.take();
        async move {
            if let Some(signal) = signal {
                signal.close(false).await;
            }
        }
    }
}

impl Call {
    /// Says which room it is, and how it is joined.
    pub(super) fn enter(
        self: &Rc<Self>,
        options: &JoinOptions,
    ) -> Result<oneshot::Receiver<Result<(), Error>>, Failure> {
        let capturing = options.camera.is_some() || options.microphone.is_some();
        self.display.replace(options.join.display.clone().unwrap_or_default());
        self.create.replace(options.create.clone());
        self.conference.borrow_mut().enter(options.join.clone(), capturing);
        for (label, options) in options.channels.clone() {
            self.open_channel(label, options)?;
        }
        if options.create.is_some() {
            self.conference.borrow_mut().make_room();
        }
        self.conference.borrow_mut().await_room(options.await_room);
        if options.e2ee {
            self.conference.borrow_mut().set_e2ee(true);
        }
        if options.watch_none {
            self.conference.borrow_mut().subscribe_all(false);
        }
        if !self.slots.all().is_empty() && !self.conference.borrow().is_offering() {
            self.negotiate();
        }
        let (sender, joined) = oneshot::channel();
        self.joined.replace(Some(sender));
        Ok(joined)
    }

    /// Goes on as if nothing had been prepared, if this shows that what was is gone. Whether it does.
    pub(super) fn begin_anew(self: &Rc<Self>, error: Option<&Error>) -> bool {
        let was_in = self.conference.borrow().room().is_some();
        let has_asked = self.conference.borrow().has_asked();
        let is_line = error.is_some_and(|error| is_of_line(error.code()));
        let begins = |signal: &mut Signal| signal.may_be_replaced() && is_line && !was_in;
        let gone = self.signal.borrow_mut().take_if(begins);
        let (Some(room), Some(mut gone)) = (self.room.upgrade(), gone) else { return false };
        gone.route_to(Weak::new());
        gone.is_early = false;
        let ahead = Rc::clone(&room.ahead.borrow());
        ahead.signal.replace(Some(gone));
        self.conference.borrow_mut().signalling(false);
        self.start_over();
        if has_asked {
            self.conference.borrow_mut().expect_ghost();
        }
        self.get_signal(&room, ahead);
        self.pump();
        true
    }

    /// Comes by session and handles.
    pub(super) fn get_signal(self: &Rc<Self>, room: &Rc<Inner>, ahead: Rc<Ahead>) {
        let (call, room, left) = (Rc::clone(self), Rc::clone(room), room.goodbyes.take());
        spawn_local(async move {
            let signal = ahead.signal(&room).await;
            // Before, our id may not be free.
            drop(left.await);
            call.signal_opened(signal);
        });
    }
}

/// Whether what a stay offers are these tracks as they are now, found by these servers.
fn fits(call: &Call, tracks: &[GivenTrack], peer: &PeerConfig) -> bool {
    let slots = call.slots.all();
    let as_given = |(slot, given): (&Rc<Slot>, &GivenTrack)| {
        slot.track.media() == given.track
            && *slot.settings.borrow() == given.settings
            && slot.is_live()
            && slot.muted.get() != given.track.enabled()
    };
    *call.peer_config.borrow() == *peer
        && slots.len() == tracks.len()
        && slots.iter().zip(tracks).all(as_given)
}
