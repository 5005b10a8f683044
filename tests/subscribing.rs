//! What a room receives, against a model of the server's rules: m-lines that are reused and never removed, offers
//! that wait for answers, updates without a word, switches that are passed over.
#![cfg(not(target_family = "wasm"))]

#[path = "subscribing/model.rs"]
mod model;

use model::{Happening, World, story};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: model::cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever people and the application do, in the end everybody who is to be seen is seen, once, on the
    /// terms that were asked for, and nobody else.
    #[test]
    fn it_ends_in_the_right_picture(story in story()) {
        let mut world = World::new();
        for happening in &story {
            world.happen(happening);
        }
        world.settle();
        world.check()?;
    }

    /// However many come at once: one renegotiation for those who are there, one for those who came meanwhile.
    #[test]
    fn a_crowd_costs_few_renegotiations(people in 1_u8..30, later in 0_u8..30) {
        let mut world = World::new();
        for person in 0..people {
            world.happen(&Happening::Publish { person, video: 1, data: false });
        }
        world.tell_one();
        for person in people..people + later {
            world.happen(&Happening::Publish { person, video: 1, data: false });
        }
        world.settle();
        world.check()?;
        prop_assert!(world.offers() <= 2, "{} offers", world.offers());
    }
}

/// One person for another of the same codec: no renegotiation.
#[test]
fn a_view_that_turns_to_somebody_else_is_switched() {
    let mut world = World::new();
    for person in [0, 2] {
        world.happen(&Happening::Publish { person, video: 1, data: false });
    }
    world.settle();
    world.happen(&Happening::Unwant { person: 2, line: 1 });
    world.settle();
    let before = world.offers();
    world.turn((0, 1), (2, 1));
    world.settle();
    world.check().unwrap();
    assert_eq!(world.offers(), before);
    assert_eq!(world.switches(), 1);
}

/// A layer that does not come is asked for again: Janus passes over what follows a key frame too closely.
#[test]
fn a_layer_that_does_not_come_is_asked_for_again() {
    let mut world = World::new();
    world.happen(&Happening::Publish { person: 0, video: 1, data: false });
    world.settle();
    world.layer_comes(0, 1, 2);
    world.deaf(1);
    world.happen(&Happening::Terms { person: 0, line: 1, spatial: 0, paused: false });
    world.settle();
    world.check().unwrap();
    assert_eq!(world.layer_requests(), 2);
}
