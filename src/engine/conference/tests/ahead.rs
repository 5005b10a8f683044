//! What is offered before it is known which room it is for.

use super::*;

/// A stay in no room yet, whose offer is made.
fn prepared() -> Conference {
    let mut conference = Conference::new(JoinRoom::new(0), false);
    conference.negotiate();
    drain(&mut conference, HERE);
    conference.described(Role::Offerer, Jsep::offer("mine".to_owned()), camera_and_microphone());
    assert!(drain(&mut conference, HERE).is_empty(), "nobody has joined");
    conference
}

#[test]
fn it_rides_in_the_join_at_once_and_says_what_only_the_join_knows() {
    let mut conference = prepared();
    assert!(!conference.has_asked());
    conference.enter(join(), false);
    conference.set_e2ee(true);
    conference.signal_ready(HERE, ROUND_TRIP);
    let outputs = drain(&mut conference, HERE);
    let [Output::Publisher(Asked::Join, PublisherRequest::Join(request, Some(offer)))] =
        &outputs[..]
    else {
        panic!("{outputs:?}")
    };
    assert_eq!(request.room, Id::from(1234));
    assert_eq!(request.display.as_deref(), Some("Ada"));
    assert_eq!(request.descriptions.len(), 2);
    assert_eq!((offer.sdp.as_str(), offer.e2ee), ("mine", Some(true)));
    assert!(conference.has_asked());
}

#[test]
fn it_does_not_wait_for_a_camera() {
    let mut conference = prepared();
    conference.enter(join(), true);
    conference.signal_ready(HERE, ROUND_TRIP);
    assert_eq!(drain(&mut conference, HERE).len(), 1);
}

#[test]
fn another_network_makes_it_anew() {
    let mut conference = prepared();
    conference.network_changed(HERE);
    assert!(matches!(drain(&mut conference, HERE)[..], [Output::Renew(Role::Offerer)]));
    conference.signal_ready(HERE, ROUND_TRIP);
    assert!(drain(&mut conference, HERE).is_empty(), "what is of no use does not leave");
    conference.renewed(Role::Offerer);
    let outputs = drain(&mut conference, HERE);
    assert!(matches!(outputs[..], [Output::Peer(Role::Offerer, Step::Offer { .. })]));

    let mut nothing = Conference::new(JoinRoom::new(0), false);
    nothing.network_changed(HERE);
    assert!(drain(&mut nothing, HERE).is_empty());
}

#[test]
fn whoever_may_have_a_place_has_asked_for_it() {
    let mut conference = Conference::new(join(), false);
    conference.signal_ready(HERE, ROUND_TRIP);
    assert!(!conference.has_asked());
    drain(&mut conference, HERE);
    assert!(conference.has_asked());
    conference.answer(Asked::Join, Ok(joined(Vec::new())));
    assert!(conference.has_asked());
    conference.end(Reason::Left, None);
    assert!(!conference.has_asked());
}
