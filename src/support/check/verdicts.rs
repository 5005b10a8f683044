//! What follows from what was measured, in words. Nothing here knows a browser.

use super::types::{CheckReport, CheckStep, CheckStepName, CheckVerdict};
use crate::engine::Millis;
use crate::engine::devices::DevicePermission;
use crate::protocol::Json;
use crate::protocol::json::{Object, items};

/// From where on people notice: round trip and jitter in ms, losses in thousandths.
const LONG: u64 = 300;
const IRREGULAR: u64 = 50;
const LOSSY: u64 = 30;

fn rank(verdict: CheckVerdict) -> u8 {
    match verdict {
        CheckVerdict::Skipped | CheckVerdict::Passed => 0,
        CheckVerdict::Warning => 1,
        CheckVerdict::Failed => 2,
    }
}

/// The steps as a report.
pub(super) fn report_of(mut steps: Vec<CheckStep>) -> CheckReport {
    steps.sort_by_key(|step| step.name);
    let is_server = |step: &&CheckStep| step.name == CheckStepName::Server;
    // A server that is down is what several addresses are for.
    let reached = steps.iter().filter(is_server).any(|it| it.verdict == CheckVerdict::Passed);
    let ranks = steps.iter().map(|step| {
        let most = if reached && is_server(&step) { 1 } else { 2 };
        rank(step.verdict).min(most)
    });
    let verdict = match ranks.max() {
        None | Some(0) => CheckVerdict::Passed,
        Some(1) => CheckVerdict::Warning,
        Some(_) => CheckVerdict::Failed,
    };
    CheckReport { verdict, steps }
}

/// What a call needs, and the browser lacks; and whether the page is one that gets devices.
pub(super) fn browser_step(missing: &[&str], is_secure: bool) -> CheckStep {
    let mut details = Object::new();
    details.always("missing", &missing.to_vec());
    details.always("secure", &is_secure);
    let step =
        |verdict, text: &str| CheckStep::new(CheckStepName::Browser, verdict, text, &details);
    if !missing.is_empty() {
        let text = ["This browser cannot do calls: ", &missing.join(", "), " missing."].concat();
        step(CheckVerdict::Failed, &text)
    } else if is_secure {
        step(CheckVerdict::Passed, "This browser has what a call needs.")
    } else {
        let text = "This page is not secure, and browsers keep cameras and microphones from such pages: it has to come by \
                    https:, or from localhost.";
        step(CheckVerdict::Failed, text)
    }
}

/// A device of which an insecure page is told nothing: `Camera` or `Microphone`.
pub(super) fn hidden_step(name: CheckStepName) -> CheckStep {
    let text = [
        "Whether there is a ",
        name.as_str(),
        " is kept from a page that is not secure, so this was not tried.",
    ];
    CheckStep::bare(name, CheckVerdict::Skipped, text.concat())
}

/// What a browser gathered.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    /// The types of all candidates.
    pub(super) types: Vec<String>,
    /// What the STUN and TURN servers said: a number, and which.
    pub(super) errors: Vec<(u32, String)>,
    /// The addresses of STUN and TURN servers that were asked.
    pub(super) urls: Vec<String>,
}

impl Gathered {
    pub(super) fn count(&self, name: CheckStepName) -> u64 {
        let count = self.types.iter().filter(|one| *one == name.as_str()).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

/// The type of a candidate, by its line.
pub(super) fn type_of(candidate: &str) -> Option<&str> {
    let (_, behind) = candidate.split_once(" typ ")?;
    behind.split(' ').next().map(str::trim_ascii)
}

/// The addresses in a list of STUN and TURN servers, JSON of `RTCIceServer`s; nothing if it is no such list.
pub(super) fn urls_of(json: &Json) -> Option<Vec<String>> {
    let servers = items(json.as_str())?;
    let known = crate::support::scrub::ice_servers(json.as_str());
    let is_whole =
        known.iter().all(|server| !server.urls.is_empty()) && known.len() == servers.len();
    is_whole.then(|| known.into_iter().flat_map(|server| server.urls).collect())
}

/// Whether there is a candidate of a type: `Host`, `Srflx` or `Relay`.
pub(super) fn candidate_step(name: CheckStepName, gathered: &Gathered) -> CheckStep {
    let count = gathered.count(name);
    let is_relay = name == CheckStepName::Relay;
    if !is_relay && name != CheckStepName::Srflx {
        return host_step(count);
    }
    let word = if is_relay { "TURN" } else { "STUN" };
    let schemes: &[&str] = if is_relay { &["turn"] } else { &["stun", "turn"] };
    let asked = |url: &&String| schemes.iter().any(|scheme| url.starts_with(scheme));
    let asked: Vec<String> = gathered.urls.iter().filter(asked).cloned().collect();
    let is_own = |error: &&(u32, String)| asked.iter().any(|url| is_same_server(url, &error.1));
    let errors: Vec<u32> = gathered.errors.iter().filter(is_own).map(|error| error.0).collect();
    let mut details = Object::new();
    details.always("count", &count);
    details.always("servers", &asked);
    details.always("errors", &errors);
    let step = |verdict, text: &str| CheckStep::new(name, verdict, text, &details);
    if asked.is_empty() {
        let text = ["No ", word, " server was given, so none was asked."].concat();
        step(CheckVerdict::Skipped, &text)
    } else if count > 0 && is_relay {
        step(CheckVerdict::Passed, "TURN works: media can be relayed.")
    } else if count > 0 {
        step(CheckVerdict::Passed, "STUN works: this browser knows how it is seen from outside.")
    } else if errors.iter().any(|code| (400..500).contains(code)) {
        let text = "The TURN server refused the user name or the credential.";
        step(CheckVerdict::Failed, text)
    } else if !is_relay && errors.is_empty() {
        // Without being behind an address translator one is seen from outside as one is.
        let text = "STUN gave no other address: this machine is seen from outside as it is, or the server did not \
                    answer.";
        step(CheckVerdict::Warning, text)
    } else {
        let verdict = if is_relay { CheckVerdict::Failed } else { CheckVerdict::Warning };
        let text = "server could not be reached: check its address and port, and whether the network lets UDP or TCP \
                    pass to it.";
        step(verdict, &["The ", word, " ", text].concat())
    }
}

fn host_step(count: u64) -> CheckStep {
    let mut details = Object::new();
    details.always("count", &count);
    let (verdict, text) = if count > 0 {
        (CheckVerdict::Passed, "This browser has network addresses to use for media.")
    } else {
        let text = "This browser shows no network address of its own: a setting, an extension or a policy hides them.";
        (CheckVerdict::Warning, text)
    };
    CheckStep::new(CheckStepName::Host, verdict, text, &details)
}

/// `turn:host:3478?transport=udp` and `turn:host:3478` are one server to the browser that complains.
fn is_same_server(given: &str, told: &str) -> bool {
    fn bare(url: &str) -> &str {
        let url = url.split('?').next().unwrap_or_default();
        let schemes = ["stuns:", "stun:", "turns:", "turn:"];
        schemes.iter().find_map(|scheme| url.strip_prefix(scheme)).unwrap_or(url)
    }
    told.is_empty() || bare(told).starts_with(bare(given)) || bare(given).starts_with(bare(told))
}

/// How far media came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Packets pass, encrypted.
    Open,
    /// Packets pass, and encryption was not agreed upon.
    Unencrypted,
    /// None.
    Closed,
}

/// Why media did not find its way. `relay`: a TURN server gave an address; `relay_only`: nothing else may be used.
pub(super) fn media_failure(way: Way, relay: bool, relay_only: bool) -> String {
    if way == Way::Unencrypted {
        let text = "Packets pass, but encryption (DTLS) was not agreed upon: something in between meddles with them.";
        return text.to_owned();
    }
    if relay_only && !relay {
        let text =
            "Media is to be relayed only, and no TURN server could be used: check the TURN server.";
        return text.to_owned();
    }
    let remedy = if relay {
        "The TURN server could be used, but does not reach the media ports of the server."
    } else {
        "A TURN server would help, or opening the media ports of the server (rtp_port_range)."
    };
    let text = "No way for media was found: the network blocks UDP to the server, or the server tells addresses that \
                cannot be reached. ";
    [text, remedy].concat()
}

/// A stream that was sent and should have come back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Echo {
    /// Pictures or packets that came back.
    pub(super) came: u64,
    /// How many there should have been each second.
    pub(super) rate: u64,
    /// For how long it was looked at.
    pub(super) span: Millis,
}

/// `Video` or `Audio`.
pub(super) fn echo_step(name: CheckStepName, Echo { came, rate, span }: Echo) -> CheckStep {
    let expected = rate.saturating_mul(span.0) / 1000;
    let mut details = Object::new();
    details.always("came", &came);
    details.always("expected", &expected);
    details.always("duration", &span.0);
    let (what, things) = if name == CheckStepName::Video {
        ("The picture", "pictures")
    } else {
        ("The sound", "packets")
    };
    if came == 0 {
        let text = [what, " that was sent did not come back, though packets pass."].concat();
        return CheckStep::new(name, CheckVerdict::Failed, text, &details);
    }
    // Fewer than half of them are a warning.
    let few = came.saturating_mul(2) < expected;
    let (verdict, more) =
        if few { (CheckVerdict::Warning, ", which is little") } else { (CheckVerdict::Passed, "") };
    let (seconds, tenths) = (span.0 / 1000, span.0 % 1000 / 100);
    let text = format!("{what} came back: {came} {things} in {seconds}.{tenths} s{more}.");
    CheckStep::new(name, verdict, text, &details)
}

/// How well media passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quality {
    /// ms
    pub(super) round_trip: Option<u64>,
    /// ms
    pub(super) jitter: Option<u64>,
    /// Of a thousand packets.
    pub(super) lost_sent: Option<u64>,
    /// Of a thousand packets.
    pub(super) lost_received: Option<u64>,
}

pub(super) fn quality_step(quality: Quality) -> CheckStep {
    const NAME: CheckStepName = CheckStepName::Quality;
    let Quality { round_trip, jitter, lost_sent, lost_received } = quality;
    let mut details = Object::new();
    details.field("roundTripTime", &round_trip);
    details.field("jitter", &jitter);
    details.field("lossSent", &lost_sent.map(thousandths));
    details.field("lossReceived", &lost_received.map(thousandths));
    if quality == Quality::default() {
        let text = "The browser did not say how well media passes.";
        return CheckStep::new(NAME, CheckVerdict::Skipped, text, &details);
    }
    let lost = lost_sent.max(lost_received).unwrap_or_default();
    let mut complaints = Vec::new();
    if round_trip.is_some_and(|it| it > LONG) {
        complaints.push("the way to the server is long, and people will talk over each other");
    }
    if jitter.is_some_and(|it| it > IRREGULAR) {
        complaints.push("packets come irregularly");
    }
    if lost > LOSSY {
        complaints.push("packets get lost, which is heard and seen");
    }
    let mut numbers = Vec::new();
    numbers.extend(round_trip.map(|it| format!("round trip {it} ms")));
    numbers.extend(jitter.map(|it| format!("jitter {it} ms")));
    numbers.push(format!("losses {}.{} %", lost / 10, lost % 10));
    let (verdict, mark) = if complaints.is_empty() {
        (CheckVerdict::Passed, "")
    } else {
        (CheckVerdict::Warning, ": ")
    };
    let text = ["Media passes with ", &numbers.join(", "), mark, &complaints.join("; "), "."];
    CheckStep::new(NAME, verdict, text.concat(), &details)
}

/// 12 as `0.012`.
fn thousandths(number: u64) -> Json {
    let (whole, part) = (number / 1000, number % 1000);
    let text = format!("{whole}.{}{}{}", part / 100, part / 10 % 10, part % 10);
    Json::parse(text).unwrap_or_else(|_| Json::write(&0_u32))
}

/// A device and the page's right to open it, as far as the browser says without asking anybody: `Camera` or
/// `Microphone`.
pub(super) fn device_step(
    name: CheckStepName,
    count: u64,
    permission: DevicePermission,
) -> CheckStep {
    let mut details = Object::new();
    details.always("count", &count);
    details.always("permission", &permission.as_str());
    let word = name.as_str();
    let (verdict, text): (_, &[&str]) = if count == 0 {
        (CheckVerdict::Warning, &["There is no ", word, "."])
    } else {
        match permission {
            DevicePermission::Denied => {
                let remedy =
                    " is blocked for this page: allow it in the browser's settings for this page.";
                (CheckVerdict::Failed, &["The ", word, remedy])
            }
            DevicePermission::Granted => (CheckVerdict::Passed, &["The ", word, " may be opened."]),
            DevicePermission::Prompt | DevicePermission::Unknown => {
                (CheckVerdict::Passed, &["There is a ", word, "; the browser will ask for it."])
            }
        }
    };
    CheckStep::new(name, verdict, text.concat(), &details)
}

#[cfg(all(test, not(target_family = "wasm")))]
#[path = "verdicts_tests.rs"]
mod tests;
