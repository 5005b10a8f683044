use super::*;
use crate::web::View;

const TILE: View = View { width: 240.0, height: 135.0, fills: false };
const LARGE: View = View { width: 1280.0, height: 720.0, fills: false };

fn stream(mid: &str) -> StreamRef {
    StreamRef { feed: Id::from(1), mid: mid.to_owned() }
}

fn at(ms: u64) -> Millis {
    Millis(ms)
}

fn terms(paused: bool, spatial: Option<u32>, temporal: Option<u32>) -> Terms {
    Terms { paused, spatial, temporal, ..Terms::default() }
}

/// Cameras of these names, of which the best layer comes.
fn cameras(mids: &[&str]) -> Receiving {
    let mut receiving = Receiving::default();
    for mid in mids {
        receiving.add(stream(mid), VideoTile::new(false, true, Some(2)));
    }
    receiving
}

fn sees(receiving: &mut Receiving, now: u64, mid: &str, view: View) {
    receiving.look(at(now), &stream(mid), &[Sight::Seen(view)], true);
}

fn hides(receiving: &mut Receiving, now: u64, mid: &str, page_hidden: bool) {
    receiving.look(at(now), &stream(mid), &[Sight::Unseen { page_hidden }], true);
}

/// What is received at once of a stream with 100 packets a second, of which so many are lost.
fn inbound(second: u32, lost: u32) -> Vec<Inbound> {
    let seconds = f64::from(second);
    let lost = f64::from(lost);
    vec![Inbound {
        id: "V".to_owned(),
        ssrc: Some(1.0),
        time: seconds * 1_000.0,
        is_video: true,
        packets_received: Some(seconds * 100.0 - lost),
        packets_lost: Some(lost),
        bytes_received: Some(seconds * 120_000.0),
        frames_decoded: Some(seconds * 30.0),
        ..Inbound::default()
    }]
}

#[test]
fn a_small_tile_gets_the_small_layer_after_a_second_and_a_larger_one_at_once() {
    let mut receiving = cameras(&["a"]);
    sees(&mut receiving, 0, "a", TILE);
    let changes = receiving.refresh(at(0));
    assert_eq!((changes.bounds.len(), changes.deadline), (0, Some(at(1_000))));
    let changes = receiving.refresh(at(1_000));
    assert_eq!(changes.bounds, [(stream("a"), terms(false, Some(0), Some(2)))]);
    assert_eq!(changes.deadline, None);
    sees(&mut receiving, 1_500, "a", LARGE);
    let changes = receiving.refresh(at(1_500));
    assert_eq!(changes.bounds, [(stream("a"), terms(false, Some(2), Some(2)))]);
    assert_eq!(changes.resumed, []);
}

#[test]
fn nothing_comes_of_what_is_hidden_and_a_fresh_picture_is_wanted_after() {
    let mut receiving = cameras(&["a"]);
    hides(&mut receiving, 0, "a", false);
    assert_eq!(receiving.refresh(at(0)).deadline, Some(at(400)));
    let changes = receiving.refresh(at(400));
    assert_eq!(changes.bounds, [(stream("a"), terms(true, None, None))]);
    assert!(!receiving.is_coming(&stream("a")) && !receiving.is_watching(at(400)));
    sees(&mut receiving, 2_000, "a", TILE);
    let changes = receiving.refresh(at(2_000));
    assert_eq!(changes.bounds, [(stream("a"), terms(false, Some(0), Some(2)))]);
    assert_eq!(changes.resumed, [stream("a")]);
    hides(&mut receiving, 3_000, "a", true);
    assert_eq!(receiving.refresh(at(3_000)).bounds, [(stream("a"), terms(true, Some(0), Some(2)))]);
}

#[test]
fn a_new_grid_is_one_batch() {
    let mut receiving = cameras(&["a", "b", "c"]);
    for mid in ["a", "b", "c"] {
        sees(&mut receiving, 0, mid, TILE);
    }
    receiving.refresh(at(0));
    assert_eq!(receiving.refresh(at(1_000)).bounds.len(), 3);
    assert_eq!(receiving.refresh(at(2_000)), Changes::default());
}

#[test]
fn what_was_never_attached_is_left_alone_and_what_is_detached_is_not_seen() {
    let mut receiving = cameras(&["a"]);
    receiving.look(at(0), &stream("a"), &[], false);
    assert_eq!(receiving.refresh(at(5_000)), Changes::default());
    sees(&mut receiving, 6_000, "a", LARGE);
    receiving.refresh(at(6_000));
    receiving.look(at(7_000), &stream("a"), &[], false);
    receiving.refresh(at(7_000));
    let changes = receiving.refresh(at(7_400));
    assert_eq!(changes.bounds, [(stream("a"), terms(true, None, None))]);
}

#[test]
fn what_nobody_knows_yet_changes_nothing() {
    let mut receiving = cameras(&["a"]);
    receiving.look(at(0), &stream("a"), &[Sight::Unknown], true);
    assert_eq!(receiving.refresh(at(9_000)), Changes::default());
}

#[test]
fn of_several_elements_the_largest_counts() {
    let mut receiving = cameras(&["a"]);
    let sights = [Sight::Unseen { page_hidden: false }, Sight::Seen(TILE), Sight::Seen(LARGE)];
    receiving.look(at(0), &stream("a"), &sights, true);
    receiving.refresh(at(0));
    assert_eq!(receiving.refresh(at(5_000)), Changes::default());
}

#[test]
fn a_screen_comes_whole_however_small_it_is_shown() {
    let mut receiving = Receiving::default();
    receiving.add(stream("s"), VideoTile::new(true, true, Some(2)));
    sees(&mut receiving, 0, "s", TILE);
    assert_eq!(receiving.refresh(at(0)), Changes::default());
    assert_eq!(receiving.refresh(at(9_000)), Changes::default());
    hides(&mut receiving, 9_000, "s", true);
    assert_eq!(receiving.refresh(at(9_000)).bounds, [(stream("s"), terms(true, None, None))]);
}

#[test]
fn cameras_are_blurred_while_packets_are_lost_and_sharp_again_after_a_screen_never() {
    let mut receiving = cameras(&["a"]);
    receiving.add(stream("s"), VideoTile::new(true, true, Some(2)));
    for mid in ["a", "s"] {
        sees(&mut receiving, 0, mid, LARGE);
    }
    receiving.refresh(at(0));
    let mut limited = Vec::new();
    let mut lost = 0;
    let mut run = |receiving: &mut Receiving, from: u32, to: u32, rate: u32| {
        for second in from..to {
            lost += rate;
            receiving.judge(at(u64::from(second) * 1_000), inbound(second, lost));
            let changes = receiving.refresh(at(u64::from(second) * 1_000));
            limited.extend(changes.limited);
            for (stream, terms) in changes.bounds {
                assert!(stream.mid == "a" || terms.spatial == Some(2), "the screen is blurred");
            }
        }
    };
    run(&mut receiving, 1, 20, 30);
    assert_eq!(receiving.limitation(&stream("a")), Some(Limitation::Bandwidth));
    run(&mut receiving, 20, 90, 0);
    assert_eq!(receiving.limitation(&stream("a")), None);
    let (begin, end) = (limited.first().cloned(), limited.last().cloned());
    assert_eq!(begin, Some((stream("a"), Some(Limitation::Bandwidth))));
    assert_eq!(end.map(|(_, limitation)| limitation), Some(None));
}

#[test]
fn cameras_are_blurred_while_pictures_are_dropped() {
    let mut receiving = cameras(&["a"]);
    sees(&mut receiving, 0, "a", LARGE);
    receiving.refresh(at(0));
    let mut limited = Vec::new();
    for second in 1..12 {
        let mut all = inbound(second, 0);
        all[0].frames_dropped = Some(f64::from(second) * 20.0);
        receiving.judge(at(u64::from(second) * 1_000), all);
        limited.extend(receiving.refresh(at(u64::from(second) * 1_000)).limited);
    }
    assert_eq!(limited, [(stream("a"), Some(Limitation::Cpu))]);
}

#[test]
fn the_smallest_layer_is_learnt_from_what_arrives() {
    let mut receiving = cameras(&["a"]);
    let middling = View { width: 560.0, height: 315.0, fills: false };
    // 640 is the best of this camera: 160 its smallest, which is not enough for 560.
    for _ in 0..2 {
        receiving.measure(&stream("a"), Some(500_000.0), Some(640.0), Some(360.0));
    }
    sees(&mut receiving, 0, "a", middling);
    receiving.refresh(at(0));
    assert_eq!(receiving.refresh(at(2_000)), Changes::default());
}

#[test]
fn it_gives_back_what_it_bounded_when_it_is_over() {
    let mut receiving = cameras(&["a", "b"]);
    sees(&mut receiving, 0, "a", LARGE);
    hides(&mut receiving, 0, "b", true);
    receiving.refresh(at(0));
    assert_eq!(receiving.stop(), [stream("b")]);
    assert!(!receiving.remove(&stream("a")));
}
