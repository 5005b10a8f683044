//! The queue of one peer connection against a server and a browser that do what they like.
#![cfg(not(target_family = "wasm"))]

use janus_wasm::engine::Millis;
use janus_wasm::engine::negotiation::{Negotiation, Role, Step};
use janus_wasm::protocol::{Candidate, Jsep, SdpType};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Happening {
    WantOffer,
    WantRestart,
    ServerOffers,
    ServerAnswers,
    BrowserIsDone,
    Started,
    OurCandidate,
    TheirCandidate,
    Pass(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => Just(Happening::WantOffer),
        1 => Just(Happening::WantRestart),
        1 => Just(Happening::ServerOffers),
        1 => Just(Happening::ServerAnswers),
        3 => Just(Happening::BrowserIsDone),
        2 => Just(Happening::Started),
        1 => Just(Happening::OurCandidate),
        1 => Just(Happening::TheirCandidate),
        1 => (1_u64..50).prop_map(Happening::Pass),
    ]
}

/// What the browser was asked to do and has not done.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Describing(Jsep),
    Applying,
}

struct Model {
    role: Role,
    peer: Negotiation,
    now: u64,
    doing: Doing,
    offers: Vec<String>,
    answered: Vec<String>,
    described: bool,
    sent: bool,
    rounds: u32,
    restarts: u32,
    restart_wanted: bool,
}

impl Model {
    fn new(role: Role) -> Self {
        Self {
            role,
            peer: Negotiation::new(role),
            now: 0,
            doing: Doing::Nothing,
            offers: Vec::new(),
            answered: Vec::new(),
            described: false,
            sent: false,
            rounds: 0,
            restarts: 0,
            restart_wanted: false,
        }
    }

    fn tell(&mut self, happening: &Happening) {
        match happening {
            Happening::WantOffer => self.peer.want_offer(),
            Happening::WantRestart => {
                self.peer.want_restart();
                self.restart_wanted = true;
            }
            Happening::ServerOffers => {
                let sdp = format!("offer {}", self.offers.len());
                self.peer.remote(Jsep::offer(sdp.clone()));
                if self.role == Role::Answerer {
                    self.offers.push(sdp);
                }
            }
            Happening::ServerAnswers => self.peer.remote(Jsep::answer("answer".to_owned())),
            Happening::BrowserIsDone => match std::mem::replace(&mut self.doing, Doing::Nothing) {
                Doing::Nothing => {}
                Doing::Describing(jsep) => {
                    self.described = true;
                    self.peer.described(jsep);
                }
                Doing::Applying => {
                    self.peer.finished();
                    self.sent = false;
                }
            },
            Happening::Started => {
                if self.role == Role::Answerer && self.sent {
                    self.peer.finished();
                    self.sent = false;
                }
            }
            Happening::OurCandidate => {
                let candidate =
                    Candidate { candidate: Some("c".to_owned()), ..Candidate::default() };
                self.peer.local_candidate(Millis(self.now), candidate);
            }
            Happening::TheirCandidate => self.peer.remote_candidate(Candidate::end()),
            Happening::Pass(span) => self.now += span,
        }
        while let Some(step) = self.peer.poll(Millis(self.now)) {
            self.execute(step);
        }
    }

    fn execute(&mut self, step: Step) {
        match step {
            Step::Offer { restart } => {
                assert_eq!(self.role, Role::Offerer);
                self.restarts += u32::from(restart);
                self.begin(Jsep::offer("mine".to_owned()));
            }
            Step::Answer(Jsep { sdp, .. }) => {
                assert_eq!(self.role, Role::Answerer);
                self.answered.push(sdp);
                self.begin(Jsep::answer("mine".to_owned()));
            }
            Step::Apply(_) => {
                assert!(self.sent, "an answer is applied only to an offer that was sent");
                assert_eq!(self.doing, Doing::Nothing);
                self.doing = Doing::Applying;
            }
            Step::Send(jsep) => {
                let expected =
                    if self.role == Role::Offerer { SdpType::Offer } else { SdpType::Answer };
                assert_eq!(jsep.kind, expected);
                assert!(!self.sent, "one description at a time is at the server");
                self.sent = true;
            }
            Step::Trickle(candidates) => {
                assert!(self.described, "candidates follow the description they belong to");
                assert!(!candidates.is_empty());
            }
            Step::AddCandidates(candidates) => assert!(!candidates.is_empty()),
        }
    }

    fn begin(&mut self, jsep: Jsep) {
        assert_eq!(self.doing, Doing::Nothing, "one step at a time");
        assert!(!self.sent, "one round at a time");
        self.rounds += 1;
        self.doing = Doing::Describing(jsep);
    }

    /// Lets everything come to rest.
    fn settle(&mut self) {
        for _ in 0..self.offers.len() + 4 {
            self.tell(&Happening::Pass(100));
            self.tell(&Happening::BrowserIsDone);
            self.tell(&Happening::ServerAnswers);
            self.tell(&Happening::BrowserIsDone);
            self.tell(&Happening::Started);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_offer_is_answered_once_and_in_order(story in proptest::collection::vec(happening(), 0..80)) {
        let mut model = Model::new(Role::Answerer);
        for happening in &story {
            model.tell(happening);
        }
        model.settle();
        prop_assert_eq!(&model.answered, &model.offers);
        prop_assert!(model.peer.is_idle());
    }

    #[test]
    fn wishes_made_during_a_round_make_one_more(story in proptest::collection::vec(happening(), 0..80)) {
        let mut model = Model::new(Role::Offerer);
        for happening in &story {
            model.tell(happening);
        }
        model.settle();
        let wishes = story.iter().filter(|one| matches!(one, Happening::WantOffer | Happening::WantRestart)).count();
        prop_assert!(model.rounds as usize <= wishes);
        prop_assert_eq!(model.rounds > 0, wishes > 0);
        prop_assert_eq!(model.restarts > 0, model.restart_wanted);
        prop_assert!(model.peer.is_idle());
        let before = model.rounds;
        model.peer.want_offer();
        model.peer.want_offer();
        model.settle();
        prop_assert_eq!(model.rounds, before + 1);
    }
}

fn candidate(text: &str) -> Candidate {
    Candidate { candidate: Some(text.to_owned()), ..Candidate::default() }
}

/// A round of an offerer up to the server's answer.
fn round(peer: &mut Negotiation, now: u64) {
    assert!(matches!(peer.poll(Millis(now)), Some(Step::Offer { .. })));
    peer.described(Jsep::offer("offer".to_owned()));
    assert!(matches!(peer.poll(Millis(now)), Some(Step::Send(_))));
}

fn answered(peer: &mut Negotiation, now: u64) -> Vec<Step> {
    peer.remote(Jsep::answer("answer".to_owned()));
    assert!(matches!(peer.poll(Millis(now)), Some(Step::Apply(_))));
    peer.finished();
    std::iter::from_fn(|| peer.poll(Millis(now))).collect()
}

#[test]
fn candidates_of_an_old_generation_are_dropped() {
    let mut peer = Negotiation::new(Role::Offerer);
    peer.want_offer();
    round(&mut peer, 0);
    peer.remote_candidate(candidate("early"));
    assert_eq!(answered(&mut peer, 0), [Step::AddCandidates(vec![candidate("early")])]);

    // Ours, found and not sent; then the server's, of its old credentials, while the restart is under way.
    peer.local_candidate(Millis(5), candidate("ours, old"));
    peer.want_restart();
    assert!(matches!(peer.poll(Millis(6)), Some(Step::Offer { restart: true })));
    peer.remote_candidate(candidate("theirs, old"));
    peer.local_candidate(Millis(6), candidate("ours, new"));
    peer.described(Jsep::offer("offer".to_owned()));
    assert!(matches!(peer.poll(Millis(6)), Some(Step::Send(_))));
    assert_eq!(answered(&mut peer, 7), []);
    peer.remote_candidate(candidate("theirs, new"));
    assert_eq!(peer.poll(Millis(7)), Some(Step::AddCandidates(vec![candidate("theirs, new")])));
    assert_eq!(peer.poll(Millis(100)), Some(Step::Trickle(vec![candidate("ours, new")])));
}

#[test]
fn candidates_wait_for_the_offer_they_came_behind() {
    let mut peer = Negotiation::new(Role::Answerer);
    peer.remote(Jsep::offer("first".to_owned()));
    assert!(matches!(peer.poll(Millis(0)), Some(Step::Answer(_))));
    // A second offer is there before the first is answered; what follows belongs to it.
    peer.remote(Jsep::offer("second".to_owned()));
    peer.remote_candidate(candidate("of the second"));
    peer.described(Jsep::answer("mine".to_owned()));
    assert!(matches!(peer.poll(Millis(0)), Some(Step::Send(_))));
    assert_eq!(peer.poll(Millis(0)), None);
    peer.finished();
    assert!(matches!(peer.poll(Millis(0)), Some(Step::Answer(_))));
    assert_eq!(peer.poll(Millis(0)), None);
    peer.described(Jsep::answer("mine".to_owned()));
    assert!(matches!(peer.poll(Millis(0)), Some(Step::Send(_))));
    let added = Step::AddCandidates(vec![candidate("of the second")]);
    assert_eq!(peer.poll(Millis(0)), Some(added));
}

#[test]
fn encryption_is_said_in_both_directions() {
    let mut peer = Negotiation::new(Role::Offerer);
    peer.set_e2ee(true);
    peer.want_offer();
    assert!(peer.poll(Millis(0)).is_some());
    peer.described(Jsep::offer("offer".to_owned()));
    let sent = peer.poll(Millis(0));
    assert!(matches!(sent, Some(Step::Send(Jsep { e2ee: Some(true), .. }))));

    let mut peer = Negotiation::new(Role::Answerer);
    peer.remote(Jsep { e2ee: Some(true), ..Jsep::offer("theirs".to_owned()) });
    assert!(matches!(peer.poll(Millis(0)), Some(Step::Answer(Jsep { e2ee: Some(true), .. }))));
    peer.described(Jsep::answer("mine".to_owned()));
    let sent = peer.poll(Millis(0));
    assert!(matches!(sent, Some(Step::Send(Jsep { e2ee: Some(true), .. }))));
}
