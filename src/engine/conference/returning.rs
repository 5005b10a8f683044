//! The way back into a room whose session is gone: the server started again, or forgot us.
//!
//! Nothing of ours is on the server any more; people and tracks stay as the application knows them, and are
//! found again in what the server tells next.

use super::{Asker, Conference, Event, Membership, Millis, Output, Reason};
use crate::engine::subscriptions::StreamRef;
use crate::engine::{Attempt, Mending, soonest};
use crate::protocol::Id;
use crate::{Error, ErrorCode};

/// For how long a room that refuses us is asked again unless the page chose, ms: it may be about to be made, our own ghost
/// about to vanish, its place about to be free.
const INSIST: Millis = Millis(30_000);

/// How long the ghost of ourselves is waited for before another id will do, ms.
const GHOST: Millis = Millis(5_000);

/// The first pause between two attempts, ms; each is twice as long as the one before, up to the last.
const FIRST_PAUSE: Millis = Millis(250);
const LAST_PAUSE: Millis = Millis(1_000);

/// The last pause while a room that was ended is waited for, or any that refused us for as long as others are asked, ms: it
/// may take long.
const AWAITING: Millis = Millis(5_000);

/// For how long people are kept who are not here yet, ms: when a server starts again, everybody is on the way, and as
/// patient as we are. Browsers hold back sockets to where none could be opened, for ever longer.
const LINGER: Millis = INSIST;

/// Where the way back stands.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub(super) struct Returning {
    /// The page chose the participant id.
    chosen: bool,
    /// A session of ours from before has just been ended, and may not have left the room yet.
    haunted: bool,
    /// For how long a room that refuses us is asked again.
    insist: Millis,
    /// The first refusal of this time.
    refused: Option<Millis>,
    pause: Option<Millis>,
    /// The application says when something is tried again, media as well.
    pub(super) asks: bool,
    /// How often it was asked about the room this time, and since when.
    asked: u32,
    since: Millis,
    /// When the next attempt is due.
    due: Option<Millis>,
    /// When those who have not come are asked for.
    linger: Option<Millis>,
    /// They are being asked for: whoever is not here now is gone.
    missing: bool,
    /// For how long a room that was ended is waited for.
    awaits: Millis,
    /// Until when that is now, or one that is missing.
    ended: Option<Millis>,
    /// A room that is not there is made.
    makes: bool,
    created: bool,
    /// What we offered was refused: we join without.
    pub(super) listens: bool,
    /// The pin or token that is under way to the server is another one now.
    pub(super) outdated: bool,
}

impl Returning {
    pub(super) fn new(chosen: bool) -> Self {
        Self { chosen, insist: INSIST, ..Self::default() }
    }

    /// Whether the page chose our participant id.
    pub(super) fn choose(&mut self, chosen: bool) {
        self.chosen = chosen;
    }

    /// Time during which nobody could be asked does not count. A server that started again has no room that was made.
    pub(super) fn interrupted(&mut self) {
        (self.refused, self.asked, self.created) = (None, 0, false);
        // Whoever makes rooms would make one again that was ended on purpose.
        self.ended = self.ended.filter(|_| self.makes);
    }

    /// There is another pin or token to be let in with. `asking`: with the one before it is asked now.
    pub(super) fn admit(&mut self, now: Millis, asking: bool) {
        self.outdated = asking;
        self.due = self.due.map(|due| due.min(now));
    }

    pub(super) fn deadline(&self, signalling: bool) -> Option<Millis> {
        soonest(&[self.due, self.linger.filter(|_| signalling)])
    }

    fn next_pause(&mut self, now: Millis) -> Millis {
        let is_long = self.refused.is_some_and(|since| since + INSIST <= now);
        let longest = if is_long || self.ended.is_some() { AWAITING } else { LAST_PAUSE };
        let pause = self.pause.map_or(FIRST_PAUSE, |last| Millis(last.0 * 2).min(longest));
        self.pause = Some(pause);
        pause
    }
}

impl Conference {
    /// For how long a place that was lost is asked for, ms, 0 for not at all; by default for half a minute. `asks`: whoever
    /// runs the machine says when something is tried again ([`Output::Ask`]).
    pub fn set_policy(&mut self, budget: Option<Millis>, asks: bool) {
        self.returning.insist = budget.unwrap_or(INSIST);
        self.returning.asks = asks;
    }

    /// Whether we were in the room, and are to be there again when our place is lost.
    pub fn belongs(&self) -> bool {
        let returns = self.returning.insist > Millis(0);
        returns && self.room.is_some() && self.membership != Membership::Over
    }

    /// A session of ours from before the first join was ended, or may end any moment, and we may be in the room by it.
    pub fn expect_ghost(&mut self) {
        self.returning.haunted = true;
    }

    /// A room that is not there is made: the driver knows how.
    pub fn make_room(&mut self) {
        self.returning.makes = true;
    }

    /// A room that was ended is waited for, in case it is made again.
    pub fn await_room(&mut self, patience: Millis) {
        self.returning.awaits = patience;
    }

    /// Whether a room that was ended is waited for.
    pub(super) fn awaits_room(&self) -> bool {
        self.returning.awaits > Millis(0)
    }

    /// The room was ended while we were in it.
    pub(super) fn room_ended(&mut self) {
        if !self.awaits_room() {
            return self.end_with_room();
        }
        // Not made again by ourselves: somebody ended it on purpose.
        self.returning.ended = Some(self.now + self.returning.awaits);
        self.out.push_back(Output::Return);
    }

    /// The room was ended while we were away, and may be there again already.
    pub(super) fn room_replaced(&mut self) {
        if self.awaits_room() {
            return self.room_ended();
        }
        self.out.push_back(Output::Return);
    }

    fn end_with_room(&mut self) {
        let error = Error::new(ErrorCode::Closed, "the room was ended");
        self.end(Reason::RoomDestroyed, Some(error));
    }

    /// Session, handles and peer connections are gone. What was asked for is asked for again when
    /// [`Conference::signal_ready`] is reported.
    pub fn depart(&mut self) {
        if self.membership == Membership::Over {
            return;
        }
        self.out.retain(|output| matches!(output, Output::Event(_)));
        self.membership = Membership::Waiting;
        (self.signal_ready, self.join_by) = (false, None);
        // Whoever is missing once more has their time once more.
        (self.returning.due, self.returning.linger, self.returning.missing) = (None, None, false);
        self.join.id = self.me.clone().or(self.join.id.take());
        self.hear_ourselves(false);
        let silent = self.roster.doubt();
        self.emit_all(silent.into_iter().map(Event::Roster).collect());
        self.catching_up.give_up();
        self.publishing.depart();
        self.receiving.depart();
    }

    /// We are in again: who was here before and is not now has a while to come.
    pub(super) fn returned(&mut self) {
        let returning = &mut self.returning;
        (returning.refused, returning.pause, returning.created) = (None, None, false);
        (returning.ended, returning.listens, returning.asked) = (None, false, 0);
        if self.roster.has_doubted() {
            returning.linger = Some(self.now + LINGER);
        }
    }

    /// The room refused us.
    pub(super) fn join_refused(&mut self, error: Error) {
        if error.code() == ErrorCode::RoomNotFound {
            let (now, returning) = (self.now, &mut self.returning);
            if returning.ended.is_none() && returning.makes && !returning.created {
                returning.created = true;
                return self.out.push_back(Output::Create);
            }
            if returning.awaits > Millis(0) && self.room.is_some() {
                // A server that started again has none that was made, which is to us what an end is. Of it nobody told us,
                // so that we are no less patient than with any refusal.
                let patience = returning.awaits.max(returning.insist);
                let until = *returning.ended.get_or_insert(now + patience);
                return if until <= now { self.stay_out(error) } else { self.ask_again(error) };
            }
        }
        let of_admission =
            matches!(error.code(), ErrorCode::Unauthorized | ErrorCode::MissingElement);
        if of_admission && std::mem::take(&mut self.returning.outdated) {
            return self.out.push_back(Output::Return);
        }
        let of_offer = matches!(error.code(), ErrorCode::RoomFull | ErrorCode::InvalidSdp);
        let is_offered = self.publishing.is_offered() && !self.returning.listens;
        if of_offer && is_offered && !self.is_patient() {
            // We are in the room without having been told so, on a handle of no use: once more, to listen and watch.
            (self.returning.listens, self.returning.refused) = (true, None);
            self.emit(Event::PublishRefused(error));
            return self.out.push_back(Output::Return);
        }
        self.join_failed(error);
    }

    /// Whether a place that was ours is asked for in spite of a refusal.
    fn is_patient(&self) -> bool {
        let Returning { refused, insist, .. } = self.returning;
        self.belongs() && refused.is_none_or(|since| self.now < since + insist)
    }

    /// Taking our place again did not work; it is tried once more, unless that is pointless.
    pub fn join_failed(&mut self, error: Error) {
        let (now, is_patient) = (self.now, self.is_patient());
        let since = self.returning.refused.unwrap_or(now);
        // Who could not be asked did not refuse.
        self.returning.refused = Some(since).filter(|_| error.code() != ErrorCode::ConnectionLost);
        let is_taken = error.code() == ErrorCode::IdTaken;
        let is_ghost = is_taken && now < since + GHOST;
        let insists = is_patient && may_pass(error.code());
        if !(insists || is_ghost && self.returning.haunted) {
            return self.stay_out(error);
        }
        if is_taken && !is_ghost && !self.returning.chosen {
            (self.me, self.join.id) = (None, None);
        }
        self.ask_again(error);
    }

    /// Once more after a pause.
    fn ask_again(&mut self, error: Error) {
        self.membership = Membership::Waiting;
        (self.signal_ready, self.join_by) = (false, None);
        let (now, returning) = (self.now, &mut self.returning);
        if returning.asks {
            if returning.asked == 0 {
                returning.since = now;
            }
            returning.asked += 1;
            let (number, elapsed) = (returning.asked, returning.since.until(now));
            let attempt = Attempt { what: Mending::Room, number, elapsed };
            return self.out.push_back(Output::Ask(Asker::Room(error), attempt));
        }
        let pause = returning.next_pause(now);
        self.return_at(now + pause);
    }

    pub(super) fn return_at(&mut self, due: Millis) {
        self.returning.due = Some(due);
    }

    /// Nothing more is tried.
    pub(super) fn stay_out(&mut self, error: Error) {
        if error.code() == ErrorCode::RoomNotFound && self.returning.ended.is_some() {
            return self.end_with_room();
        }
        self.end(Reason::JoinFailed, Some(error));
    }

    /// The room was made, or could not be.
    pub fn created(&mut self, result: Result<(), Error>) {
        match result {
            // Nobody knows whether it was: whoever finds none asks once more.
            Err(error) if is_unheard(error.code()) => {
                self.returning.created = false;
                self.join_failed(error);
            }
            // Somebody else was faster.
            Err(error) if error.code() != ErrorCode::RoomExists => {
                self.end(Reason::JoinFailed, Some(error));
            }
            _ => self.out.push_back(Output::Return),
        }
    }

    /// What waits on the way back.
    pub(super) fn advance_returning(&mut self, now: Millis) {
        if self.returning.due.take_if(|due| *due <= now).is_some() {
            self.out.push_back(Output::Return);
        }
        // Whoever came while we could not hear it is here all the same.
        let is_over = self.signalling && self.returning.linger.take_if(|it| *it <= now).is_some();
        if is_over && self.roster.has_doubted() {
            self.returning.missing = true;
            self.out.push_back(Output::LookAround { streams: true });
        }
    }

    /// Who is here is known, or nobody will say: those who were waited for and have not come are gone.
    pub(super) fn give_up_missing(&mut self) {
        if std::mem::take(&mut self.returning.missing) {
            let changes = self.roster.give_up_doubted();
            self.changed(changes);
        }
    }

    /// Whether nobody knows if this person is still here.
    pub(super) fn is_doubted(&self, id: &Id) -> bool {
        self.roster.people().get(id).is_some_and(|person| person.doubted)
    }

    /// The page does not want a stream whose track it still has.
    pub(super) fn let_go(&mut self, stream: &StreamRef) {
        if self.receiving.forget(stream) {
            self.emit(Event::Unsubscribed(stream.clone()));
        }
    }
}

/// Whether the request was lost with what it went over.
fn is_unheard(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ConnectionLost
            | ErrorCode::Timeout
            | ErrorCode::SessionNotFound
            | ErrorCode::HandleNotFound
    )
}

/// Whether the same request may be granted a little later.
fn may_pass(code: ErrorCode) -> bool {
    !matches!(code, ErrorCode::Unauthorized | ErrorCode::Closed | ErrorCode::InvalidState)
}
