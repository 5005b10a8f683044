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

/// What changes in each of so many seconds in which pictures are dropped.
fn drops(receiving: &mut Receiving, seconds: u32) -> impl Iterator<Item = Changes> {
    (1..=seconds).map(|second| {
        let now = at(u64::from(second) * 1_000);
        let mut all = inbound(second, 0);
        all[0].frames_dropped = Some(f64::from(second) * 20.0);
        receiving.judge(now, all);
        receiving.refresh(now)
    })
}

#[test]
fn cameras_are_blurred_while_pictures_are_dropped() {
    let mut receiving = cameras(&["a"]);
    sees(&mut receiving, 0, "a", LARGE);
    receiving.refresh(at(0));
    let limited: Vec<_> = drops(&mut receiving, 11).flat_map(|changes| changes.limited).collect();
    assert_eq!(limited, [(stream("a"), Some(Limitation::Cpu))]);
}

#[test]
fn nobody_stops_for_the_processor_before_all_is_blurred_that_can_be() {
    let mut receiving = cameras(&["a"]);
    receiving.add(stream("flat"), VideoTile::new(false, false, None));
    for mid in ["a", "flat"] {
        sees(&mut receiving, 0, mid, LARGE);
    }
    receiving.refresh(at(0));
    let told: Vec<_> = drops(&mut receiving, 29).flat_map(|changes| changes.bounds).collect();
    let words: Vec<_> =
        told.iter().map(|(it, terms)| (&*it.mid, terms.paused, terms.spatial)).collect();
    let blurred = [("a", false, Some(1)), ("a", false, Some(0))];
    assert_eq!(words, [&blurred[..], &[("a", true, Some(0)), ("flat", true, None)]].concat());
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

#[cfg(not(target_family = "wasm"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    /// What may happen to one of four streams, of which the first is a screen.
    #[derive(Clone, Copy, Debug)]
    enum Happening {
        Seen(usize, u16),
        Hidden(usize, bool),
        Unknown(usize),
        Layer(usize, u32),
        Measured(usize, u16),
        Speaks(bool),
        Gone(usize),
        Back(usize),
        Arrived { expected: u16, lost: u16, decoded: u16, dropped: u16 },
        Passes(u16),
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let which = || 0..4usize;
        prop_oneof![
            (which(), 1..2_000u16).prop_map(|(at, width)| Happening::Seen(at, width)),
            (which(), any::<bool>()).prop_map(|(at, page)| Happening::Hidden(at, page)),
            which().prop_map(Happening::Unknown),
            (which(), 0..5u32).prop_map(|(at, layer)| Happening::Layer(at, layer)),
            (which(), 0..2_000u16).prop_map(|(at, width)| Happening::Measured(at, width)),
            any::<bool>().prop_map(Happening::Speaks),
            which().prop_map(Happening::Gone),
            which().prop_map(Happening::Back),
            (0..500u16, 0..500u16, 0..60u16, 0..60u16).prop_map(
                |(expected, lost, decoded, dropped)| Happening::Arrived {
                    expected,
                    lost,
                    decoded,
                    dropped
                }
            ),
            (1..8_000u16).prop_map(Happening::Passes),
        ]
    }

    fn name(at: usize) -> StreamRef {
        stream(["s", "a", "b", "c"][at])
    }

    struct World {
        receiving: Receiving,
        now: u64,
        counters: Inbound,
        /// The most that is to come of each, as it was told last.
        told: Map<StreamRef, Terms>,
        /// Whether the screen is out of sight.
        hidden: bool,
    }

    impl World {
        fn new() -> Self {
            let counters = Inbound { id: "V".to_owned(), is_video: true, ..Inbound::default() };
            let mut world = Self {
                receiving: Receiving::default(),
                now: 0,
                counters,
                told: Map::new(),
                hidden: false,
            };
            (0..4).for_each(|at| world.add(at));
            world
        }

        fn add(&mut self, at: usize) {
            self.told.remove(&name(at));
            self.hidden &= at > 0;
            self.receiving.add(name(at), VideoTile::new(at == 0, true, None));
        }

        fn see(&mut self, at: usize, sight: Sight) {
            if at == 0 {
                self.hidden = matches!(sight, Sight::Unseen { .. });
            }
            self.receiving.look(Millis(self.now), &name(at), &[sight], true);
        }

        fn happen(&mut self, happening: Happening) {
            match happening {
                Happening::Seen(at, width) => {
                    let width = f64::from(width);
                    self.see(at, Sight::Seen(View { width, height: width * 0.6, fills: false }));
                }
                Happening::Hidden(at, page_hidden) => self.see(at, Sight::Unseen { page_hidden }),
                Happening::Unknown(at) => {
                    self.receiving.look(Millis(self.now), &name(at), &[Sight::Unknown], true);
                }
                Happening::Layer(at, layer) => self.receiving.layer_changed(&name(at), layer),
                Happening::Measured(at, width) => {
                    let width = Some(f64::from(width));
                    self.receiving.measure(&name(at), Some(300_000.0), width, width);
                }
                Happening::Speaks(speaks) => {
                    self.receiving.speaking_changed(&Id::from(1), speaks);
                }
                Happening::Gone(at) => {
                    self.receiving.remove(&name(at));
                    self.told.remove(&name(at));
                    self.hidden &= at > 0;
                }
                Happening::Back(at) => self.add(at),
                Happening::Arrived { expected, lost, decoded, dropped } => {
                    self.arrive(expected, lost, decoded, dropped);
                }
                Happening::Passes(ms) => self.now += u64::from(ms),
            }
        }

        fn arrive(&mut self, expected: u16, lost: u16, decoded: u16, dropped: u16) {
            self.now += 1_000;
            let more = |counter: &mut Option<f64>, by: u16| {
                *counter = Some(counter.unwrap_or_default() + f64::from(by));
            };
            let it = &mut self.counters;
            it.time += 1_000.0;
            more(&mut it.packets_received, expected);
            more(&mut it.packets_lost, lost);
            more(&mut it.bytes_received, expected);
            more(&mut it.frames_decoded, decoded);
            more(&mut it.frames_dropped, dropped);
            self.receiving.judge(Millis(self.now), vec![it.clone()]);
        }

        fn check(&mut self) {
            let now = Millis(self.now);
            let changes = self.receiving.refresh(now);
            assert!(changes.deadline.is_none_or(|due| due > now), "asked again for ever");
            for (stream, terms) in changes.bounds {
                let is_screen = stream == name(0);
                assert!(!is_screen || terms.spatial.is_none_or(|layer| layer == 2), "blurred");
                assert!(!is_screen || !terms.paused || self.hidden, "a screen that is seen stops");
                let before = self.told.insert(stream, terms.clone());
                assert_ne!(before, Some(terms), "told twice");
            }
            for (stream, limitation) in changes.limited {
                assert_eq!(self.receiving.limitation(&stream), limitation);
            }
            assert_eq!(self.receiving.refresh(now).bounds, [], "nothing happened");
        }
    }

    /// Fewer than elsewhere: each lasts ten minutes.
    fn cases() -> ProptestConfig {
        let is_long = std::env::var_os("JANUS_WASM_LONG").is_some();
        ProptestConfig { cases: if is_long { 2_000 } else { 40 }, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn whatever_happens_screens_stay_sharp_and_all_comes_again_when_all_is_seen(
            happenings in proptest::collection::vec(happening(), 1..80),
        ) {
            let mut world = World::new();
            for one in happenings {
                world.happen(one);
                world.check();
            }
            // Long and well enough for all trials there can be, whatever was held back before.
            (0..4).for_each(|at| world.add(at));
            for _ in 0..600 {
                for at in 0..4 {
                    world.see(at, Sight::Seen(View { width: 1_920.0, height: 1_080.0, fills: false }));
                }
                world.arrive(200, 0, 100, 0);
                world.check();
            }
            for (stream, terms) in world.told.iter() {
                prop_assert!(!terms.paused && terms.spatial != Some(0), "{}", stream.mid);
                prop_assert!(world.receiving.limitation(stream).is_none(), "{}", stream.mid);
            }
        }
    }
}
