//! What cannot be asked for: it is refused before anything is done. For the npm package TypeScript checks the same
//! (`js/checks.ts`), and has nothing of this.

use super::options::{GivenTrack, JoinOptions, PrepareOptions, RoomOptions};
use super::{CameraOptions, MicrophoneOptions, PublishOptions, ScreenOptions, Terms};
use crate::client::has_scheme;
use crate::engine::requests::JoinRoom;
use crate::protocol::Json;
use crate::protocol::json::Fields;
use crate::protocol::videoroom::check::RoomRequest;
use crate::videoroom::requests::CreateRoom;
use crate::web::{self, JsValue};
use crate::{Error, ErrorCode, Id};

type Checked = Result<(), Error>;

/// Janus has twelve bits for a playout delay.
const LONGEST_DELAY: i32 = 4_095;
const SOURCES: [&str; 4] = ["camera", "microphone", "screen", "unknown"];
/// `""` for none in particular.
const CODECS: [&str; 11] =
    ["", "vp8", "vp9", "h264", "h265", "av1", "opus", "multiopus", "g722", "pcmu", "pcma"];
const PRIORITIES: [&str; 4] = ["very-low", "low", "medium", "high"];
const DEGRADATION: [&str; 4] =
    ["maintain-framerate", "maintain-resolution", "balanced", "maintain-framerate-and-resolution"];
const HINTS: [&str; 7] = ["", "motion", "detail", "text", "speech", "speech-recognition", "music"];

/// The error of a field that is not what it has to be.
pub(super) fn invalid(field: &str, expected: &str) -> Error {
    Error::new(ErrorCode::InvalidArgument, [field, ": expected ", expected].concat())
}

fn must(is_so: bool, field: &str, expected: &str) -> Checked {
    if is_so { Ok(()) } else { Err(invalid(field, expected)) }
}

fn positive(field: &str, value: Option<u32>) -> Checked {
    must(value != Some(0), field, "at least 1")
}

fn one_of(field: &str, value: Option<&String>, words: &[&str]) -> Checked {
    let is_one = value.is_none_or(|value| words.contains(&value.as_str()));
    must(is_one, field, &any_of(words))
}

fn any_of(words: &[&str]) -> String {
    ["one of ", words.join(" ").trim_start()].concat()
}

/// `[LS][1-3]T[1-3]`, and how the layers depend on each other.
fn is_svc_mode(mode: &str) -> bool {
    let [b'L' | b'S', b'1'..=b'3', b'T', b'1'..=b'3', rest @ ..] = mode.as_bytes() else {
        return false;
    };
    matches!(rest, b"" | b"h" | b"_KEY" | b"_KEY_SHIFT")
}

/// Whether the browser sends a codec that is not among ours.
fn is_sent(codec: &str) -> bool {
    web::capabilities().video_codecs.iter().any(|sent| sent == codec)
}

/// How a camera is to be opened.
pub(super) fn camera(options: &CameraOptions) -> Checked {
    positive("camera.width", options.width)?;
    positive("camera.height", options.height)?;
    positive("camera.frame_rate", options.frame_rate)
}

/// How a microphone is to be opened.
pub(super) fn microphone(options: &MicrophoneOptions) -> Checked {
    positive("microphone.channel_count", options.channel_count)
}

/// How a screen is to be shared.
pub(super) fn screen(options: &ScreenOptions) -> Checked {
    positive("screen.width", options.width)?;
    positive("screen.height", options.height)?;
    positive("screen.frame_rate", options.frame_rate)
}

/// How a track is to be published.
pub(super) fn publishing(options: &PublishOptions) -> Checked {
    publishing_where(options, &is_sent)
}

fn publishing_where(options: &PublishOptions, is_sent: &dyn Fn(&str) -> bool) -> Checked {
    one_of("source", options.source.as_ref(), &SOURCES)?;
    let is_codec = |codec: &String| {
        let codec = codec.to_ascii_lowercase();
        CODECS.contains(&codec.as_str()) || is_sent(&codec)
    };
    must(options.codec.as_ref().is_none_or(is_codec), "codec", &any_of(&CODECS))?;
    let mode = options.scalability_mode.as_deref();
    must(mode.is_none_or(is_svc_mode), "scalability_mode", "a mode such as L3T3_KEY")?;
    positive("max_bitrate", options.max_bitrate)?;
    positive("max_frame_rate", options.max_frame_rate)?;
    one_of("priority", options.priority.as_ref(), &PRIORITIES)?;
    one_of("degradation_preference", options.degradation_preference.as_ref(), &DEGRADATION)?;
    one_of("content_hint", options.content_hint.as_ref(), &HINTS)
}

/// Janus counts layers from 0, and browsers send three at most.
const BEST_LAYER: u32 = 2;

/// How a stream is to come, with both bounds of its delay if there is one: of one alone Janus takes no notice.
pub(super) fn terms(mut asked: Terms) -> Result<Terms, Error> {
    let least = asked.min_delay.or(asked.max_delay.map(|_| 0));
    let most = asked.max_delay.or(asked.min_delay);
    let is_within = |delay: Option<i32>, from: i32| {
        delay.is_none_or(|delay| (from..=LONGEST_DELAY).contains(&delay))
    };
    must(is_within(least, 0), "min_delay", "0 to 4095, of 10 ms each")?;
    let most_is = "min_delay to 4095, of 10 ms each";
    must(is_within(most, least.unwrap_or_default()), "max_delay", most_is)?;
    for (field, layer) in [("spatial", asked.spatial), ("temporal", asked.temporal)] {
        must(layer.is_none_or(|layer| layer <= BEST_LAYER), field, "0 to 2")?;
    }
    (asked.min_delay, asked.max_delay) = (least, most);
    Ok(asked)
}

/// What has to be an object of JSON.
pub(super) fn object(field: &str, text: &str) -> Checked {
    let is_object = Json::parse(text).is_ok() && Fields::of(text).is_ok();
    must(is_object, field, "an object of JSON")
}

/// STUN and TURN servers, as the browser takes them.
pub(crate) fn ice_servers(servers: &JsValue) -> Checked {
    let servers = web::from_js(servers).ok();
    must(servers.is_some_and(|servers| are_servers(&servers)), "ice_servers", SERVERS)
}

const SERVERS: &str =
    "a list of STUN and TURN servers, each with its urls, TURN ones with username and credential";

fn are_servers(servers: &Json) -> bool {
    servers.read::<Vec<Json>>().is_ok_and(|servers| servers.iter().all(is_server))
}

fn is_server(server: &Json) -> bool {
    let Ok(mut fields) = Fields::of(server.as_str()) else { return false };
    let mut field = |name: &str| fields.optional::<Option<Json>>(name);
    let (urls, user, word) = (field("urls"), field("username"), field("credential"));
    let is_text =
        |value: &Option<Json>| value.as_ref().is_some_and(|it| it.read::<String>().is_ok());
    let has_credentials = is_text(&user) && is_text(&word);
    let schemes: &[&str] =
        if has_credentials { &["stun", "stuns", "turn", "turns"] } else { &["stun", "stuns"] };
    let Some(urls) = urls else { return false };
    let one = || urls.read::<String>().map(|url| vec![url]);
    let urls = urls.read::<Vec<String>>().or_else(|_| one()).unwrap_or_default();
    !urls.is_empty() && urls.iter().all(|url| has_scheme(url, schemes))
}

fn id(field: &str, id: &Id) -> Checked {
    let is_sendable = !matches!(id, Id::Number(number) if *number > u64::MAX / 2);
    must(is_sendable, field, "an integer below 2^63, or text")
}

impl RoomOptions {
    pub(super) fn check(&self) -> Checked {
        self.connection.check(&self.servers)?;
        self.peer.ice_servers.as_ref().map_or(Ok(()), ice_servers)
    }
}

impl JoinOptions {
    pub(super) fn check(&self) -> Checked {
        let JoinRoom { room, id: own, metadata, .. } = &self.join;
        id("room", room)?;
        if let Some(own) = own {
            id("id", own)?;
            // To Janus that is none.
            must(*own != Id::Number(0), "id", "another than 0")?;
        }
        if let Some(metadata) = metadata {
            object("metadata", metadata.as_str())?;
        }
        if let Some(options) = &self.camera {
            camera(&options.read()?)?;
        }
        if let Some(options) = &self.microphone {
            microphone(&options.read()?)?;
        }
        self.tracks.iter().flatten().try_for_each(GivenTrack::check)?;
        self.channels
            .iter()
            .try_for_each(|(_, options)| object("data_channel.options", options))?;
        let wrong = match &self.create {
            Some(room) => room.read::<CreateRoom>()?.wrong(),
            None => None,
        };
        wrong.map_or(Ok(()), |(field, allowed)| Err(invalid(&["create.", field].concat(), allowed)))
    }
}

impl PrepareOptions {
    pub(super) fn check(&self) -> Checked {
        self.tracks.iter().try_for_each(GivenTrack::check)
    }
}

impl GivenTrack {
    pub(super) fn check(&self) -> Checked {
        publishing(&self.settings.read()?)?;
        let Some(device) = &self.device else { return Ok(()) };
        camera(&device.read()?)?;
        microphone(&device.read()?)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use crate::engine::Millis;

    fn said(checked: Checked) -> Option<String> {
        checked.err().map(|error| {
            assert_eq!(error.code(), ErrorCode::InvalidArgument);
            error.message().to_owned()
        })
    }

    /// The field, and whether it is let through.
    fn table(rows: Vec<(&str, Checked)>) {
        for (field, checked) in rows {
            let said = said(checked);
            if let Some(what) = field.strip_prefix("fine: ") {
                assert_eq!(said, None, "{what}");
                continue;
            }
            let begins = [field, ": expected "].concat();
            assert!(said.as_ref().is_some_and(|it| it.starts_with(&begins)), "{said:?}");
        }
    }

    #[test]
    fn devices_are_of_some_size_and_rate() {
        let (wide, high, fast) = (Some(0), Some(0), Some(0));
        let camera_of = |width, height, frame_rate| {
            camera(&CameraOptions { width, height, frame_rate, ..CameraOptions::default() })
        };
        let screen_of = |width, height, frame_rate| {
            screen(&ScreenOptions { width, height, frame_rate, audio: None })
        };
        let channels = |channel_count| {
            microphone(&MicrophoneOptions { channel_count, ..MicrophoneOptions::default() })
        };
        table(vec![
            ("fine: nothing said", camera_of(None, None, None)),
            ("fine: the least", camera_of(Some(1), Some(1), Some(1))),
            ("camera.width", camera_of(wide, None, None)),
            ("camera.height", camera_of(None, high, None)),
            ("camera.frame_rate", camera_of(None, None, fast)),
            ("fine: nothing said", screen_of(None, None, None)),
            ("screen.width", screen_of(wide, None, None)),
            ("screen.height", screen_of(None, high, None)),
            ("screen.frame_rate", screen_of(None, None, fast)),
            ("fine: stereo", channels(Some(2))),
            ("microphone.channel_count", channels(Some(0))),
        ]);
    }

    #[test]
    fn publishing_is_told_by_known_words() {
        let plain = PublishOptions::default;
        let word = |word: &str| Some(word.to_owned());
        let is_sent = |codec: &str| codec == "vp10";
        let each = |options: PublishOptions| publishing_where(&options, &is_sent);
        let mode = |mode| each(PublishOptions { scalability_mode: word(mode), ..plain() });
        let codec = |codec| each(PublishOptions { codec: word(codec), ..plain() });
        let hint = |hint| each(PublishOptions { content_hint: word(hint), ..plain() });
        let degradation = |it| each(PublishOptions { degradation_preference: word(it), ..plain() });
        table(vec![
            ("fine: nothing said", each(plain())),
            ("fine: a screen", each(PublishOptions { source: word("screen"), ..plain() })),
            ("source", each(PublishOptions { source: word("Camera"), ..plain() })),
            ("fine: in any case", codec("VP9")),
            ("fine: none in particular", codec("")),
            ("fine: what this browser has", codec("vp10")),
            ("codec", codec("vp11")),
            ("fine: SVC", mode("L3T3_KEY")),
            ("fine: SVC", mode("S2T1h")),
            ("fine: SVC", mode("L2T2_KEY_SHIFT")),
            ("scalability_mode", mode("L4T1")),
            ("scalability_mode", mode("L3T3_")),
            ("scalability_mode", mode("")),
            ("max_bitrate", each(PublishOptions { max_bitrate: Some(0), ..plain() })),
            ("max_frame_rate", each(PublishOptions { max_frame_rate: Some(0), ..plain() })),
            ("priority", each(PublishOptions { priority: word("highest"), ..plain() })),
            ("fine: both", degradation("maintain-framerate-and-resolution")),
            ("degradation_preference", degradation("nothing")),
            ("fine: none", hint("")),
            ("content_hint", hint("film")),
        ]);
    }

    #[test]
    fn the_words_are_those_of_javascript() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/js/checks.ts");
        let source = std::fs::read_to_string(path).unwrap();
        let listed = |words: &[&str]| {
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
        };
        for words in [&SOURCES[..], &PRIORITIES, &DEGRADATION, &HINTS] {
            let rule = format!("oneOf({})", listed(words));
            assert!(source.contains(&rule), "{rule}");
        }
        assert!(source.contains(&format!("CODECS = [{}]", listed(&CODECS))));
    }

    #[test]
    fn joining_is_refused_where_it_makes_no_sense() {
        let join = |change: fn(JoinOptions) -> JoinOptions| change(JoinOptions::new(1234)).check();
        let json = |text: &str| Json::parse(text).unwrap();
        let with = |metadata: &str| JoinOptions::new(1234).metadata(json(metadata)).check();
        let no_width = || CameraOptions { width: Some(0), ..CameraOptions::default() };
        let nobody =
            || MicrophoneOptions { channel_count: Some(0), ..MicrophoneOptions::default() };
        let create = |codec: &str| {
            let videocodec = Some(codec.to_owned());
            let room = CreateRoom { videocodec, ..CreateRoom::default() };
            JoinOptions::new(1234).create(&room).check()
        };
        table(vec![
            ("fine: a room", join(|it| it)),
            ("fine: a room with text for an id", JoinOptions::new("lobby").check()),
            ("room", JoinOptions::new(1 << 63).check()),
            ("fine: an id", join(|it| it.id(7))),
            ("id", join(|it| it.id(0))),
            ("id", join(|it| it.id(u64::MAX))),
            ("fine: about us", with("{\"role\":\"host\"}")),
            ("metadata", with("[1]")),
            ("metadata", with("null")),
            ("camera.width", JoinOptions::new(1).camera_with(&no_width()).check()),
            ("microphone.channel_count", JoinOptions::new(1).microphone_with(&nobody()).check()),
            ("fine: a channel", join(|it| it.data_channel("fast", "{\"ordered\":false}"))),
            ("data_channel.options", join(|it| it.data_channel("fast", "ordered"))),
            ("fine: a room of VP8", create("vp8")),
            ("create.videocodec", create("theora")),
        ]);
    }

    #[test]
    fn a_delay_has_two_bounds() {
        let of = |min_delay, max_delay| {
            let asked = Terms { min_delay, max_delay, spatial: Some(1), ..Terms::default() };
            terms(asked).map(|terms| {
                assert_eq!(terms.spatial, Some(1));
                (terms.min_delay, terms.max_delay)
            })
        };
        assert_eq!(of(None, None), Ok((None, None)));
        assert_eq!(of(Some(20), None), Ok((Some(20), Some(20))));
        assert_eq!(of(None, Some(20)), Ok((Some(0), Some(20))));
        assert_eq!(of(Some(0), Some(4_095)), Ok((Some(0), Some(4_095))));
        table(vec![
            ("min_delay", of(Some(-1), None).map(drop)),
            ("min_delay", of(Some(4_096), None).map(drop)),
            ("max_delay", of(Some(30), Some(20)).map(drop)),
            ("max_delay", of(None, Some(-1)).map(drop)),
            ("max_delay", of(None, Some(4_096)).map(drop)),
        ]);
    }

    #[test]
    fn there_are_three_layers_of_each_kind() {
        let of =
            |spatial, temporal| terms(Terms { spatial, temporal, ..Terms::default() }).map(drop);
        table(vec![
            ("fine: all there are", of(None, None)),
            ("fine: the least", of(Some(0), Some(0))),
            ("fine: the best", of(Some(2), Some(2))),
            ("spatial", of(Some(3), None)),
            ("spatial", of(Some(u32::MAX), Some(0))),
            ("temporal", of(Some(2), Some(3))),
        ]);
    }

    #[test]
    fn servers_for_ice_are_a_list_and_turn_needs_credentials() {
        let user = r#""username":"ada","credential":"1815""#;
        for (text, are) in [
            ("[]", true),
            (r#"[{"urls":"stun:stun.example"}]"#, true),
            (r#"[{"urls":["stun:stun.example","STUNS:stun.example"]}]"#, true),
            (&format!(r#"[{{"urls":["turn:turn.example?transport=udp"],{user}}}]"#), true),
            (r#"{"urls":"stun:stun.example"}"#, false),
            (r#"["stun:stun.example"]"#, false),
            (r#"[{"urls":"turn:turn.example"}]"#, false),
            (r#"[{"urls":"turn:turn.example","username":"ada"}]"#, false),
            (r#"[{"urls":"https://turn.example"}]"#, false),
            (r#"[{"urls":[]}]"#, false),
            (r#"[{"urls":[7]}]"#, false),
            ("[{}]", false),
        ] {
            assert_eq!(are_servers(&Json::parse(text).unwrap()), are, "{text}");
        }
    }

    #[test]
    fn a_room_is_somewhere_and_waits_for_a_while() {
        let room = |change: fn(&mut RoomOptions)| {
            let mut options = RoomOptions::new(["wss://sfu.example/janus"]);
            change(&mut options);
            options.check()
        };
        let none: [&str; 0] = [];
        assert!(said(RoomOptions::new(none).check()).unwrap().starts_with("servers: "));
        let elsewhere = RoomOptions::new(["ws://sfu.example", "ftp://sfu.example"]);
        assert!(said(elsewhere.check()).unwrap().starts_with("servers: "));
        table(vec![
            ("fine: an address", room(|_| {})),
            ("fine: in any case", RoomOptions::new(["HTTPS://sfu.example/janus"]).check()),
            ("connect_timeout", room(|it| it.connection.connect_timeout = Millis(0))),
            ("request_timeout", room(|it| it.connection.request_timeout = Millis(0))),
            ("probe_after", room(|it| it.connection.probe_after = Millis(0))),
            ("probe_timeout", room(|it| it.connection.probe_timeout = Millis(0))),
            ("fine: no way back", room(|it| it.connection.reconnect_budget = Some(Millis(0)))),
        ]);
    }
}
