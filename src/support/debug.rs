//! A report about a room, for those who are to find out what went wrong.

use std::fmt;

use super::scrub::{IceServer, Scrubbing, ice_servers, scrub, shown_address};
use super::together::both;
use crate::client::Leaving;
use crate::engine::Millis;
use crate::engine::devices::{DeviceKind, DevicePermission, MediaDevice};
use crate::protocol::Json;
use crate::protocol::json::{Object, fields};
use crate::room::{Past, Person, Reason, Room};
use crate::web::{self, Capabilities, Record, RtcPeerConnection};
use crate::{Error, Id};

/// How long anything may take that has to be asked for, ms.
const PATIENCE: Millis = Millis(2_000);

/// What a report holds beyond the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DebugBundleOptions {
    /// The addresses of candidates as they are; otherwise only whether they are IPv4, IPv6 or hidden.
    pub addresses: bool,
}

/// A report about a room: JSON, without secrets, names of people, labels of devices and addresses. Its text form is the
/// JSON.
///
/// - `version`: of this format, 1
/// - `summary`: in a few lines, for people
/// - `createdAt`, and `at`: the same moment by the clock of `states` and `log`, ms
/// - `library`, `browser`, `server`: what they are, and what the browser can do; no `server` if it does not answer
/// - `options`: how the room was made
/// - `room`: its `state`, `id`, our `participantId` and how many others are in it
/// - `states`: the last changes of state, with reason and error
/// - `connections`: how the peer connections stand, how many candidates of each type they have, and the browser's
///   statistics as they are
/// - `people`, `publications`: what others and we publish, and what of it is muted
/// - `devices`, `permissions`
/// - `log`: what was said to the server and by it, from the flight recorder
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebugBundle {
    summary: String,
    json: Json,
}

impl DebugBundle {
    /// In a few lines, for people.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// All of it.
    pub fn json(&self) -> &Json {
        &self.json
    }
}

impl fmt::Display for DebugBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}

/// Collects a report about a room, in the call or before or after. Whatever cannot be had is left out: a report helps
/// most where something fails.
///
/// ```no_run
/// # async fn example(room: janus_wasm::room::Room) {
/// let bundle = janus_wasm::support::debug_bundle(&room).await;
/// let (text, first_lines) = (bundle.to_string(), bundle.summary());
/// # }
/// ```
pub async fn debug_bundle(room: &Room) -> DebugBundle {
    debug_bundle_with(room, DebugBundleOptions::default()).await
}

/// The same, with what is not usual in it.
pub async fn debug_bundle_with(room: &Room, options: DebugBundleOptions) -> DebugBundle {
    let servers = ice_servers_of(room);
    let [sending, receiving] = room.connections();
    let connections = both(connection("publisher", sending), connection("subscriber", receiving));
    let permissions = both(permission(DeviceKind::Camera), permission(DeviceKind::Microphone));
    let devices = web::within(PATIENCE, web::list_devices(None));
    let asked = both(both(server(room), connections), both(devices, permissions)).await;
    let ((server, (sending, receiving)), (devices, (camera, microphone))) = asked;
    let seen = Seen {
        server,
        connections: [sending, receiving],
        devices: devices.and_then(Result::ok),
        permissions: [camera, microphone],
        now: web::now(),
    };
    let scrubbing = Scrubbing { secrets: secrets(room, &servers), addresses: options.addresses };
    let summary = summary(room, &seen);
    let text = scrub(bundle(room, &servers, &seen, &summary).as_str(), &scrubbing);
    let summary = super::scrub::scrub_text(&summary, &scrubbing);
    // What was scrubbed is JSON as before; whatever is not is no report.
    let json = Json::parse(text).unwrap_or_else(|_| Json::write(&Object::new()));
    DebugBundle { summary, json }
}

/// What had to be asked for.
struct Seen {
    server: Option<Server>,
    connections: [Option<Connection>; 2],
    devices: Option<Vec<MediaDevice>>,
    permissions: [DevicePermission; 2],
    now: Millis,
}

struct Server {
    name: String,
    version: String,
    session_timeout: Option<u64>,
    plugins: Vec<(String, String)>,
}

struct Connection {
    role: &'static str,
    /// `connectionState`, `iceConnectionState`, `signalingState`.
    standing: [String; 3],
    stats: Vec<Record>,
}

fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::write(&items.into_iter().collect::<Vec<_>>())
}

async fn permission(kind: DeviceKind) -> DevicePermission {
    let asked = web::within(PATIENCE, web::device_permission(kind)).await;
    asked.unwrap_or(DevicePermission::Unknown)
}

async fn server(room: &Room) -> Option<Server> {
    let asked = room.parts()?.connection.info();
    let info = web::within(PATIENCE, asked).await?.ok()?;
    let all = fields(info.as_str())?;
    let find = |name: &str| {
        let found = all.iter().find(|(other, _)| *other == name)?;
        Json::parse(found.1).ok()
    };
    let text = |name: &str| find(name)?.read::<String>().ok();
    let plugins = find("plugins");
    let plugins = plugins.as_ref().and_then(|plugins| fields(plugins.as_str())).unwrap_or_default();
    let version_of = |(name, about): (&str, &str)| {
        let (_, version) =
            fields(about)?.into_iter().find(|(name, _)| *name == "version_string")?;
        Some((name.to_owned(), Json::parse(version).ok()?.read().ok()?))
    };
    Some(Server {
        name: text("name").unwrap_or_default(),
        version: text("version_string").unwrap_or_default(),
        session_timeout: find("session-timeout").and_then(|it| it.read().ok()),
        plugins: plugins.into_iter().filter_map(version_of).collect(),
    })
}

async fn connection(
    role: &'static str,
    connection: Option<RtcPeerConnection>,
) -> Option<Connection> {
    let connection = connection?;
    let stats = web::within(PATIENCE, web::connection_stats(&connection)).await;
    let stats = stats.and_then(Result::ok).map(|report| report.entries());
    let mut stats = stats.unwrap_or_default();
    // Long, and of no use.
    stats.retain(|entry| entry.kind() != "certificate");
    Some(Connection { role, standing: web::standing(&connection), stats })
}

fn ice_servers_of(room: &Room) -> Vec<IceServer> {
    let servers = room.options().peer.ice_servers.as_ref();
    let json = servers.and_then(|servers| web::from_js(servers).ok());
    json.map(|json| ice_servers(json.as_str())).unwrap_or_default()
}

/// Those that are known: credentials of TURN servers may have been replaced since the room was made.
fn secrets(room: &Room, ice: &[IceServer]) -> Vec<String> {
    let connection = &room.options().connection;
    let own = [connection.token.clone(), connection.api_secret.clone()];
    let later = room.later_ice_servers();
    let later = later.iter().flat_map(|servers| ice_servers(servers.as_str()));
    let first = ice.iter().flat_map(|server| server.secrets.clone());
    own.into_iter().flatten().chain(first).chain(later.flat_map(|server| server.secrets)).collect()
}

fn bundle(room: &Room, ice: &[IceServer], seen: &Seen, summary: &str) -> Json {
    let mut bundle = Object::new();
    bundle.always("version", &1_u32);
    bundle.always("summary", &summary);
    bundle.always("createdAt", &web::date_text());
    bundle.always("at", &seen.now.0);
    bundle.always("library", &env!("CARGO_PKG_VERSION"));
    bundle.always("browser", &browser());
    bundle.field("server", &seen.server.as_ref().map(Server::to_json));
    bundle.always("options", &options(room, ice));
    bundle.always("room", &standing(room));
    bundle.always("states", &list(room.past().iter().map(state)));
    let connections = seen.connections.iter().flatten().map(Connection::to_json);
    bundle.always("connections", &list(connections));
    bundle.always("people", &list(room.participants().iter().map(person)));
    bundle.always("publications", &list(publications(room)));
    let devices = seen.devices.iter().flatten().map(device);
    bundle.always("devices", &list(devices));
    let mut permissions = Object::new();
    for (kind, permission) in DeviceKind::ALL.into_iter().zip(seen.permissions) {
        permissions.always(kind.as_str(), &permission.as_str());
    }
    bundle.always("permissions", &permissions);
    bundle.always("log", &log(room));
    Json::write(&bundle)
}

fn browser() -> Json {
    let (facts, can) = (web::browser_facts(), web::capabilities());
    let mut browser = Object::new();
    browser.always("userAgent", &facts.user_agent);
    browser.always("online", &facts.online);
    browser.always("visibility", &facts.visibility);
    browser.always("secure", &facts.secure);
    browser.always("capabilities", &capabilities(&can));
    Json::write(&browser)
}

fn capabilities(can: &Capabilities) -> Json {
    let mut all = Object::new();
    all.always("screenShare", &can.screen_share);
    all.always("screenSound", &can.screen_sound);
    all.always("chooseSpeaker", &can.choose_speaker);
    all.always("codecPreferences", &can.codec_preferences);
    all.always("videoCodecs", &can.video_codecs);
    all.always("svc", &can.svc);
    all.always("playoutDelay", &can.playout_delay);
    all.always("contentHints", &can.content_hints);
    all.always("transforms", &can.transforms);
    all.always("canvasCapture", &can.canvas_capture);
    Json::write(&all)
}

impl Server {
    fn to_json(&self) -> Json {
        let mut plugins = Object::new();
        for (name, version) in &self.plugins {
            plugins.always(name, version);
        }
        let mut server = Object::new();
        server.always("name", &self.name);
        server.always("version", &self.version);
        server.field("sessionTimeout", &self.session_timeout);
        server.always("plugins", &plugins);
        Json::write(&server)
    }
}

fn options(room: &Room, ice: &[IceServer]) -> Json {
    let (servers, options) = (&room.options().servers, &room.options().connection);
    let shown = |urls: &[String]| urls.iter().map(|url| shown_address(url)).collect::<Vec<_>>();
    let ice = ice.iter().map(|server| {
        let mut about = Object::new();
        about.always("urls", &shown(&server.urls));
        about.always("authenticated", &!server.secrets.is_empty());
        Json::write(&about)
    });
    let leaving = |one: &Leaving| match one {
        Leaving::PageHide => "pagehide",
        Leaving::Freeze => "freeze",
        Leaving::BeforeUnload => "beforeunload",
    };
    let given = [
        ("token", options.token.is_some() || options.token_provider.is_some()),
        ("apiSecret", options.api_secret.is_some()),
        ("transport", options.connector.is_some()),
        ("logger", options.logger.is_some()),
        ("reconnect", options.policy.is_some()),
    ];
    let mut all = Object::new();
    all.always("servers", &shown(servers));
    all.always("iceServers", &list(ice));
    all.always("connectTimeout", &options.connect_timeout.0);
    all.always("requestTimeout", &options.request_timeout.0);
    all.always("probeInterval", &options.probe_after.0);
    all.always("probeTimeout", &options.probe_timeout.0);
    all.always("reconnectBudget", &options.budget().0);
    all.always("leaveOn", &options.leave_on.iter().map(leaving).collect::<Vec<_>>());
    all.always("logLevel", &options.log_level.as_str());
    let policy = if room.options().peer.relay_only { "relay" } else { "all" };
    all.always("iceTransportPolicy", &policy);
    let given = given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name);
    all.always("given", &given.collect::<Vec<_>>());
    Json::write(&all)
}

fn standing(room: &Room) -> Json {
    let mut about = Object::new();
    about.always("state", &room.state().as_str());
    about.field("id", &room.id());
    about.field("participantId", &room.local_id());
    about.always("participants", &count(room.participants().len()));
    Json::write(&about)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn state(past: &Past) -> Json {
    let mut about = Object::new();
    about.always("at", &past.at.0);
    about.always("state", &past.state.as_str());
    about.field("reason", &past.reason.map(Reason::as_str));
    about.field("error", &past.error.as_ref().map(error));
    Json::write(&about)
}

fn error(error: &Error) -> Json {
    let mut about = Object::new();
    about.always("code", &error.code().as_str());
    about.field("status", &error.status());
    about.always("message", &error.message());
    Json::write(&about)
}

/// How many candidates of each type.
fn candidates(stats: &[Record], kind: &str) -> Json {
    let types: Vec<_> = stats
        .iter()
        .filter(|entry| entry.kind() == kind)
        .filter_map(|entry| entry.text("candidateType"))
        .collect();
    let mut counts = Object::new();
    for (at, one) in types.iter().enumerate() {
        if types.iter().position(|other| other == one) == Some(at) {
            counts.always(one, &count(types.iter().filter(|other| *other == one).count()));
        }
    }
    Json::write(&counts)
}

impl Connection {
    fn to_json(&self) -> Json {
        let [connection, ice, signaling] = &self.standing;
        let mut about = Object::new();
        about.always("role", &self.role);
        about.always("connectionState", connection);
        about.always("iceConnectionState", ice);
        about.always("signalingState", signaling);
        about.always("localCandidates", &candidates(&self.stats, "local-candidate"));
        about.always("remoteCandidates", &candidates(&self.stats, "remote-candidate"));
        let stats = self.stats.iter().filter_map(Record::to_json);
        about.always("stats", &list(stats));
        Json::write(&about)
    }
}

fn person((id, person): &(Id, Person)) -> Json {
    let streams = person.streams.iter().map(|(mid, stream)| {
        let mut about = Object::new();
        about.always("mid", mid);
        about.always("kind", &stream.kind.as_str());
        about.always("source", &stream.source.as_str());
        about.field("codec", &stream.codec);
        about.always("simulcast", &stream.simulcast);
        about.always("muted", &stream.muted);
        about.always("moderated", &stream.moderated);
        Json::write(&about)
    });
    let mut about = Object::new();
    about.always("id", id);
    about.always("speaking", &person.speaking);
    about.always("streams", &list(streams));
    Json::write(&about)
}

fn publications(room: &Room) -> Vec<Json> {
    let publications = room.local_publications().into_iter().map(|publication| {
        let track = publication.track();
        let mut about = Object::new();
        about.field("mid", &publication.mid());
        about.always("kind", &if track.is_video() { "video" } else { "audio" });
        about.always("source", &track.source().as_str());
        about.always("muted", &publication.is_muted());
        about.always("moderated", &publication.is_moderated());
        about.always("live", &track.is_live());
        Json::write(&about)
    });
    publications.collect()
}

fn device(device: &MediaDevice) -> Json {
    let mut about = Object::new();
    about.always("kind", &device.kind.as_str());
    about.always("isDefault", &device.is_default);
    Json::write(&about)
}

fn log(room: &Room) -> Json {
    let text = room.options().connection.recorder.borrow().export();
    let all = Json::parse(text).ok();
    let all = all.as_ref().and_then(|all| fields(all.as_str())).unwrap_or_default();
    let entries = all.into_iter().find(|(name, _)| *name == "entries");
    let entries = entries.and_then(|(_, entries)| Json::parse(entries).ok());
    entries.unwrap_or_else(|| list([]))
}

fn summary(room: &Room, seen: &Seen) -> String {
    let facts = web::browser_facts();
    let mut lines = vec![
        ["janus-wasm ", env!("CARGO_PKG_VERSION"), " (Rust), ", &facts.user_agent].concat(),
        match &seen.server {
            Some(server) => [&*server.name, " ", &server.version].concat(),
            None => "the server was not asked, or does not answer".to_owned(),
        },
        format!("room {}, {} others", room.state().as_str(), room.participants().len()),
    ];
    for connection in seen.connections.iter().flatten() {
        let [state, ice, _] = &connection.standing;
        lines.push([connection.role, " ", state, ", ICE ", ice].concat());
    }
    let [camera, microphone] = seen.permissions.map(DevicePermission::as_str);
    lines.push(["camera ", camera, ", microphone ", microphone].concat());
    lines.extend(room.past().iter().map(|past| {
        let ago = past.at.until(seen.now).0;
        let mut words = vec![past.state.as_str().to_owned()];
        words.extend(past.reason.map(|reason| reason.as_str().to_owned()));
        if let Some(error) = &past.error {
            words.extend([error.code().as_str().to_owned(), error.message().to_owned()]);
        }
        format!("{}.{} s before: {}", ago / 1000, ago % 1000 / 100, words.join(", "))
    }));
    lines.join("\n")
}
