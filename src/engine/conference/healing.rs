//! When a peer connection whose packets do not get through is mended, and how.

use super::{Asker, Conference, Event, Membership, Millis, Output, Role};
use crate::engine::{Attempt, Mending};
use crate::protocol::videoroom::answers::ParticipantInfo;
use crate::{Error, ErrorCode};

/// How long packets may be missing before something is done, ms: short gaps mend themselves.
const PATIENCE: Millis = Millis(2_000);

/// How long a cure is given, ms.
const CURE: Millis = Millis(6_000);

/// How often ICE is restarted before the peer connection is rebuilt.
const RESTARTS: u32 = 3;

/// How long a connection that has come up is given to bring something, ms: what stood still before may be on its way.
const FRESH: Millis = Millis(4_000);

/// How a peer connection's transport does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerState {
    /// Packets get through.
    Connected,
    /// They do not, which may pass.
    Disconnected,
    /// ICE gave up.
    Failed,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cure {
    /// Ask when.
    Ask(Attempt),
    /// Look for another way with new ICE credentials.
    Restart,
    /// Begin anew with another peer connection.
    Rebuild,
}

/// The way back of one peer connection.
#[derive(Debug, Default)]
pub(super) struct Healing {
    /// Since when packets get through, as far as the browser knows, if they do.
    well: Option<Millis>,
    due: Option<Millis>,
    /// Nothing is tried before.
    not_before: Millis,
    /// Since packets got through last, over peer connections that took each other's place.
    attempts: u32,
    /// When the application was asked for the first of them.
    since: Millis,
    /// It says that the next cure may be taken.
    granted: bool,
}

impl Healing {
    /// That of the peer connection that takes its place.
    pub(super) fn anew(&mut self) -> Self {
        // Where it begins is where ICE is restarted.
        let attempts = self.attempts.next_multiple_of(RESTARTS + 1);
        Self { attempts, since: self.since, ..Self::default() }
    }

    /// `asks`: the application decides when something is done, and is asked at once.
    fn state(&mut self, now: Millis, state: PeerState, asks: bool) {
        let well = self.well.unwrap_or(now);
        self.well = (state == PeerState::Connected).then_some(well);
        match state {
            PeerState::Connected => (self.due, self.attempts, self.granted) = (None, 0, false),
            PeerState::Disconnected if !asks => self.at(now + PATIENCE),
            PeerState::Disconnected | PeerState::Failed => self.at(now),
        }
    }

    /// The way packets took may be gone: look for another at once.
    fn look(&mut self, now: Millis) {
        (self.attempts, self.not_before, self.granted) = (0, now, true);
        self.at(now);
    }

    fn at(&mut self, time: Millis) {
        let time = time.max(self.not_before);
        self.due = Some(self.due.map_or(time, |due| due.min(time)));
    }

    pub(super) fn deadline(&self) -> Option<Millis> {
        self.due
    }

    /// The application says how long to wait before the next cure; nothing if there is to be none.
    fn answer(&mut self, now: Millis, pause: Option<Millis>) {
        self.due = pause.map(|pause| now + pause);
        self.not_before = self.due.unwrap_or_default();
        self.granted = pause.is_some();
    }

    /// What is due now. If it does not help, something follows.
    fn cure(&mut self, now: Millis, asks: bool) -> Option<Cure> {
        self.due.filter(|due| *due <= now)?;
        if self.well.is_some() && self.attempts > 0 {
            // It never ceased to work, so that nothing told of its success.
            (self.due, self.attempts) = (None, 0);
            return None;
        }
        if asks && !self.granted {
            if self.attempts == 0 {
                self.since = now;
            }
            self.due = None;
            let (number, elapsed) = (self.attempts + 1, self.since.until(now));
            return Some(Cure::Ask(Attempt { what: Mending::Media, number, elapsed }));
        }
        self.granted = false;
        self.attempts += 1;
        self.not_before = now + CURE;
        self.due = Some(self.not_before);
        let is_last = self.attempts.is_multiple_of(RESTARTS + 1);
        Some(if is_last { Cure::Rebuild } else { Cure::Restart })
    }
}

impl Conference {
    /// How the transport of a peer connection does.
    pub fn peer_state(&mut self, now: Millis, role: Role, state: PeerState) {
        let asks = self.returning.asks;
        self.healing(role).state(now, state, asks);
    }

    fn healing(&mut self, role: Role) -> &mut Healing {
        match role {
            Role::Offerer => &mut self.publishing.healing,
            Role::Answerer => &mut self.receiving.healing,
        }
    }

    /// How long to wait before the attempt that [`Output::Ask`] is about; nothing to give up. A peer connection that is
    /// given up stays as it is until packets get through again or the network is another one; whoever gives up the room is
    /// out of it.
    pub fn retry(&mut self, asker: Asker, pause: Option<Millis>) {
        let now = self.now;
        match (asker, pause) {
            (Asker::Peer(role), pause) => self.healing(role).answer(now, pause),
            (Asker::Room(_), Some(pause)) => self.return_at(now + pause),
            (Asker::Room(error), None) => self.stay_out(error),
        }
    }

    /// The network is another one: both peer connections look for a new way, without waiting for what a
    /// browser may take long to notice.
    pub fn network_changed(&mut self, now: Millis) {
        if self.publishing.is_published() {
            self.publishing.healing.look(now);
        } else if self.publishing.is_renewing() {
            self.publishing.hurry();
        } else if !self.signal_ready && self.me.is_none() && !self.publishing.is_empty() {
            // Nobody has seen the offer, and its candidates are of the network before.
            self.publishing.keep_offer(None);
            self.publish_anew();
        }
        if self.receiving.subscriptions.is_joined() {
            self.receiving.healing.look(now);
        }
        self.receiving.patience.hurry();
    }

    /// Nothing of what should be received comes, and has not for a while. Where packets get through as far as the
    /// browser knows, it is the connection that is of no use, and no other way for packets would help.
    /// Whether something is done about it now.
    pub fn nothing_comes(&mut self, now: Millis) -> bool {
        let healing = &self.receiving.healing;
        let is_well = healing.well.is_some_and(|since| since + FRESH <= now);
        let idle = is_well && healing.due.is_none() && self.receiving.subscriptions.is_joined();
        let acts = idle && self.signalling && self.membership == Membership::Joined;
        if acts {
            let text = "the connection is up, and nothing comes over it";
            self.renew(Role::Answerer, Error::new(ErrorCode::Negotiation, text));
        }
        acts
    }

    /// The browser says that a peer connection is closed, of which it tells nobody. The server may not have noticed, or its
    /// word was lost on the way.
    pub fn peer_closed(&mut self, role: Role) {
        let counts = role == Role::Answerer || self.publishing.is_published();
        if counts && self.signalling && self.membership == Membership::Joined {
            let text = "the peer connection was closed";
            self.renew(role, Error::new(ErrorCode::Negotiation, text));
        }
    }

    /// Who the server says is here: if we publish nothing as far as it knows, it hung up, and that was not heard. Browsers
    /// may take what is left of it for a connection, even after ICE was restarted.
    pub(super) fn look_for_ourselves(&mut self, here: &[ParticipantInfo]) {
        let ours = here.iter().find(|one| Some(&one.id) == self.me.as_ref());
        if ours.is_some_and(|one| !one.publisher) && self.publishing.is_sought() {
            let text = "the server has nothing of what is published";
            self.renew(Role::Offerer, Error::new(ErrorCode::Negotiation, text));
        }
    }

    /// The connection to the server broke, or is there again.
    pub fn signalling(&mut self, works: bool) {
        if works && !self.signalling {
            self.receiving.was_away = self.receiving.subscriptions.is_joined();
        }
        self.signalling = works;
        if !works {
            self.returning.interrupted();
        }
    }

    /// A peer connection is of no use any longer: another is to take its place.
    pub(super) fn renew(&mut self, role: Role, error: Error) {
        if self.membership == Membership::Over {
            return;
        }
        if role == Role::Offerer {
            return self.renew_publisher(error);
        }
        if !self.receiving.ready {
            // Another takes its place already.
            return;
        }
        if self.receiving.renew() {
            self.emit(Event::MediaFailed(error));
        }
    }

    /// The server waits for the answer to an offer that we never saw, and would wait for ever.
    pub(super) fn renew_for_lost_offer(&mut self) {
        let text = "an offer of the server was lost";
        self.renew(Role::Answerer, Error::new(ErrorCode::Negotiation, text));
    }

    /// Mends what packets do not get through.
    pub(super) fn heal(&mut self, now: Millis) {
        if !self.signalling || self.membership != Membership::Joined {
            return;
        }
        for role in [Role::Offerer, Role::Answerer] {
            let asks = self.returning.asks;
            match self.healing(role).cure(now, asks) {
                Some(Cure::Ask(attempt)) => {
                    self.out.push_back(Output::Ask(Asker::Peer(role), attempt));
                }
                Some(Cure::Restart) if role == Role::Offerer => {
                    self.publishing.negotiation.want_restart();
                    // The server answers that as well if it has hung up, and only says who publishes.
                    self.look_around();
                }
                Some(Cure::Restart) => {
                    self.receiving.restart = self.receiving.subscriptions.is_joined();
                }
                Some(Cure::Rebuild) => {
                    let text = "no packets get through";
                    self.renew(role, Error::new(ErrorCode::Negotiation, text));
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_gap_mends_itself() {
        let mut healing = Healing::default();
        healing.state(Millis(0), PeerState::Disconnected, false);
        assert_eq!(healing.cure(Millis(1_999), false), None);
        healing.state(Millis(1_999), PeerState::Connected, false);
        assert_eq!(healing.deadline(), None);
        assert_eq!(healing.cure(Millis(60_000), false), None);
    }

    #[test]
    fn what_does_not_come_back_is_restarted_and_then_rebuilt() {
        let mut healing = Healing::default();
        healing.state(Millis(0), PeerState::Disconnected, false);
        let mut cures = Vec::new();
        while cures.last() != Some(&Cure::Rebuild) {
            let due = healing.deadline().unwrap();
            cures.extend(healing.cure(due, false));
        }
        assert_eq!(cures, [Cure::Restart, Cure::Restart, Cure::Restart, Cure::Rebuild]);
    }

    #[test]
    fn a_failure_is_acted_upon_at_once_though_not_again_and_again() {
        let mut healing = Healing::default();
        healing.state(Millis(10), PeerState::Failed, false);
        assert_eq!(healing.cure(Millis(10), false), Some(Cure::Restart));
        healing.state(Millis(20), PeerState::Failed, false);
        assert_eq!(healing.cure(Millis(20), false), None);
        assert_eq!(healing.cure(Millis(6_010), false), Some(Cure::Restart));
    }

    #[test]
    fn another_network_costs_one_restart() {
        let mut healing = Healing::default();
        healing.state(Millis(0), PeerState::Connected, false);
        healing.look(Millis(100));
        assert_eq!(healing.cure(Millis(100), false), Some(Cure::Restart));
        let due = healing.deadline().unwrap();
        assert_eq!(healing.cure(due, false), None);
        assert_eq!(healing.deadline(), None);
    }
}
