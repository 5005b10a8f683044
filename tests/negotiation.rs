//! The queue of one peer connection against a server and a browser that do what they like.
#![cfg(not(target_family = "wasm"))]

use janus_wasm::engine::Millis;
use janus_wasm::engine::negotiation::{Negotiation, Role, Step};
use janus_wasm::protocol::{Candidate, Jsep, SdpType};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Happening {
    WantOffer,
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
        }
    }

    fn tell(&mut self, happening: &Happening) {
        match happening {
            Happening::WantOffer => self.peer.want_offer(),
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
            Step::Offer => {
                assert_eq!(self.role, Role::Offerer);
                self.begin(Jsep::offer("mine".to_owned()));
            }
            Step::Answer(sdp) => {
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
        let wishes = story.iter().filter(|one| matches!(one, Happening::WantOffer)).count();
        prop_assert!(model.rounds as usize <= wishes);
        prop_assert_eq!(model.rounds > 0, wishes > 0);
        prop_assert!(model.peer.is_idle());
        let before = model.rounds;
        model.peer.want_offer();
        model.peer.want_offer();
        model.settle();
        prop_assert_eq!(model.rounds, before + 1);
    }
}
