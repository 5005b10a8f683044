//! Whether a call would work from here.

mod echo;
mod measured;
mod types;
mod verdicts;

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;

use self::echo::{ECHO, Sent, check_echo, skip_rest};
pub use self::types::{CheckOptions, CheckReport, CheckStep, CheckStepName, CheckVerdict, OnStep};
use self::verdicts::{
    Gathered, browser_step, candidate_step, device_step, hidden_step, report_of, type_of, urls_of,
};
use super::scrub::shown_address;
use super::together::{Work, all};
use crate::client::{self, Connection};
use crate::engine::Millis;
use crate::engine::devices::DeviceKind;
use crate::protocol::Json;
use crate::protocol::json::{Object, fields};
use crate::room::checks;
use crate::web::{self, Peer, PeerConfig, PeerEvent};
use crate::{Error, ErrorCode};

/// How long candidates are gathered at most, ms.
const GATHER: Millis = Millis(6_000);
/// How often the server is asked for a sign of life.
const PINGS: usize = 3;
const CANDIDATES: [CheckStepName; 3] =
    [CheckStepName::Host, CheckStepName::Srflx, CheckStepName::Relay];
const MEDIA: [CheckStepName; 4] =
    [CheckStepName::Media, CheckStepName::Video, CheckStepName::Audio, CheckStepName::Quality];
/// What a call needs of a browser.
const NEEDED: [&str; 3] = ["RTCPeerConnection", "WebSocket", "MediaStream"];

/// Finds out whether a call would work from here: whether the servers can be reached, which ways media has, and whether
/// media really comes back from Janus. Asks nobody for a camera, and leaves nothing on the server, also where the future
/// is dropped midway.
///
/// ```no_run
/// # async fn example() -> Result<(), janus_wasm::Error> {
/// use janus_wasm::support::{CheckOptions, CheckVerdict, check_connection};
///
/// let report = check_connection(CheckOptions::new(["wss://sfu.example/janus"])).await?;
/// if report.verdict != CheckVerdict::Passed {
///     let advice = report.to_string();
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
/// `InvalidArgument` for options that make no sense, those of a room among them: no address or one that begins
/// otherwise, no time, a list of STUN and TURN servers that is none, TURN without credentials. Whatever else goes wrong is
/// a step that failed.
pub async fn check_connection(options: CheckOptions) -> Result<CheckReport, Error> {
    let urls = checked(&options)?;
    let until = web::now() + options.timeout;
    let check =
        Check { options, urls, until, steps: RefCell::default(), reached: RefCell::default() };
    check.run().await;
    Ok(report_of(check.steps.take()))
}

/// The addresses of STUN and TURN servers.
fn checked(options: &CheckOptions) -> Result<Vec<String>, Error> {
    options.connection.check(&options.servers)?;
    let spans = [("timeout", options.timeout), ("media_duration", options.media_duration)];
    if let Some((name, _)) = spans.into_iter().find(|(_, span)| *span == Millis(0)) {
        let text = [name, ": expected at least 1 ms"].concat();
        return Err(Error::new(ErrorCode::InvalidArgument, text));
    }
    let Some(servers) = &options.peer.ice_servers else { return Ok(Vec::new()) };
    checks::ice_servers(servers)?;
    let urls = web::from_js(servers).ok().and_then(|servers| urls_of(&servers));
    Ok(urls.unwrap_or_default())
}

/// Closed when it is dropped, with the sessions on it.
struct Closing(Connection);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A check that is under way.
struct Check {
    options: CheckOptions,
    urls: Vec<String>,
    until: Millis,
    steps: RefCell<Vec<CheckStep>>,
    /// The servers that answered, by their places in the list.
    reached: RefCell<Vec<(usize, Closing)>>,
}

impl Check {
    async fn run(&self) {
        let missing = web::missing(&NEEDED);
        self.tell(browser_step(&missing, web::is_secure()));
        if missing.is_empty() {
            let (told, relay) = oneshot::channel();
            all(vec![
                Box::pin(self.candidates(told)),
                Box::pin(self.reach(relay)),
                Box::pin(self.devices()),
            ])
            .await;
        }
    }

    fn tell(&self, step: CheckStep) {
        if let Some(on_step) = &self.options.on_step {
            on_step(&step);
        }
        self.steps.borrow_mut().push(step);
    }

    fn left(&self) -> Millis {
        web::now().until(self.until)
    }

    /// What fails in a way that was not thought of, or takes too long, is a step that failed.
    async fn guard(&self, names: &[CheckStepName], work: impl Future<Output = Result<(), Error>>) {
        let text = match web::within(self.left(), work).await {
            Some(Ok(())) => return,
            Some(Err(error)) => error.message().to_owned(),
            None => "There was not enough time for this.".to_owned(),
        };
        let told: Vec<_> = self.steps.borrow().iter().map(|step| step.name).collect();
        for name in names.iter().filter(|name| !told.contains(name)) {
            self.tell(CheckStep::bare(*name, CheckVerdict::Failed, &*text));
        }
    }

    /// The three steps about candidates; `told` hears whether a TURN server gave an address.
    async fn candidates(&self, told: oneshot::Sender<bool>) {
        let work = async {
            let gathered = self.gather().await?;
            // Nobody waits for it where media found its way.
            told.send(gathered.count(CheckStepName::Relay) > 0).ok();
            for name in CANDIDATES {
                self.tell(candidate_step(name, &gathered));
            }
            Ok(())
        };
        self.guard(&CANDIDATES, work).await;
    }

    /// Gathers all candidates this browser can, until there is one of each type that can be.
    async fn gather(&self) -> Result<Gathered, Error> {
        let urls = self.urls.clone();
        let gathered = Rc::new(RefCell::new(Gathered { urls, ..Gathered::default() }));
        let (done, is_done) = oneshot::channel();
        let done = Rc::new(RefCell::new(Some(done)));
        let config = PeerConfig { relay_only: false, ..self.options.peer.clone() };
        let finding = Rc::clone(&gathered);
        let peer = Peer::new(&config, move |event| {
            let PeerEvent::Candidate(candidate) = event else { return };
            let kind = candidate.candidate.as_deref().and_then(type_of).map(str::to_owned);
            finding.borrow_mut().types.extend(kind);
            let has_each = CANDIDATES.iter().all(|name| finding.borrow().count(*name) > 0);
            let done = done.borrow_mut().take_if(|_| has_each || candidate.is_end());
            if let Some(done) = done {
                // Nobody waits any longer where time was up.
                done.send(()).ok();
            }
        })?;
        let failing = Rc::clone(&gathered);
        let _errors = web::on_candidate_error(&peer.connection(), move |code, url| {
            failing.borrow_mut().errors.push((code, url));
        });
        let opened = peer.open_channel("check", "{}");
        opened.map_err(|thrown| Error::new(ErrorCode::Negotiation, thrown.message()))?;
        peer.offer().await?;
        let span = self.left().min(GATHER);
        web::within(span, is_done).await;
        let found = gathered.borrow().clone();
        Ok(found)
    }

    async fn devices(&self) {
        let kinds = [
            (CheckStepName::Camera, DeviceKind::Camera),
            (CheckStepName::Microphone, DeviceKind::Microphone),
        ];
        if !web::is_secure() {
            return kinds.into_iter().for_each(|(name, _)| self.tell(hidden_step(name)));
        }
        let work = async {
            for (name, kind) in kinds {
                let list = web::list_devices(Some(kind)).await;
                let list =
                    list.map_err(|thrown| Error::new(ErrorCode::InvalidState, thrown.message()))?;
                let count = u64::try_from(list.len()).unwrap_or(u64::MAX);
                self.tell(device_step(name, count, web::device_permission(kind).await));
            }
            Ok(())
        };
        self.guard(&kinds.map(|(name, _)| name), work).await;
    }

    /// All addresses at once, and media over the first in the list that answers.
    async fn reach(&self, relay: oneshot::Receiver<bool>) {
        let servers = self.options.servers.iter().enumerate();
        let works = servers.map(|(at, url)| Box::pin(self.server(at, url)) as Work<'_>);
        all(works.collect()).await;
        let mut reached = self.reached.take();
        reached.sort_by_key(|(at, _)| *at);
        reached.truncate(1);
        let first = reached.pop().map(|(_, closing)| closing);
        self.guard(&MEDIA, self.media(first.as_ref(), relay)).await;
    }

    async fn server(&self, at: usize, url: &str) {
        let shown = shown_address(url);
        let mut details = Object::new();
        details.always("url", &shown);
        match web::within(self.left(), self.meet(url)).await {
            Some(Ok((closing, met))) => {
                self.reached.borrow_mut().push((at, closing));
                details.always("took", &met.took.0);
                details.always("roundTrip", &met.round_trip.0);
                details.always("version", &met.version);
                details.always("server", &met.name);
                let text = format!(
                    "{shown} answers: Janus {}, connected in {} ms, round trip {} ms.",
                    met.version, met.took.0, met.round_trip.0
                );
                let verdict = CheckVerdict::Passed;
                self.tell(CheckStep::new(CheckStepName::Server, verdict, text, &details));
            }
            Some(Err(error)) => {
                details.always("code", &error.code().as_str());
                let text = [&*shown, ": ", error.message()].concat();
                let verdict = CheckVerdict::Failed;
                self.tell(CheckStep::new(CheckStepName::Server, verdict, text, &details));
            }
            None => {
                let text = [&*shown, " did not answer in time."].concat();
                let verdict = CheckVerdict::Failed;
                self.tell(CheckStep::new(CheckStepName::Server, verdict, text, &details));
            }
        }
    }

    async fn meet(&self, url: &str) -> Result<(Closing, Met), Error> {
        let begun = web::now();
        // A check finds out what is so now: nothing is tried again behind its back.
        let options = client::Options {
            reconnect_budget: Some(Millis(0)),
            ..self.options.connection.clone()
        };
        let closing = Closing(Connection::open(&[url], options).await?);
        let took = begun.until(web::now());
        let mut times = Vec::new();
        for _ in 0..PINGS {
            let begun = web::now();
            closing.0.ping().await?;
            times.push(begun.until(web::now()));
        }
        times.sort_unstable();
        let round_trip = times.get(PINGS / 2).copied().unwrap_or_default();
        let info = closing.0.info().await?;
        let (name, version) = (text_in(&info, "name"), text_in(&info, "version_string"));
        Ok((closing, Met { took, round_trip, name, version }))
    }

    async fn media(
        &self,
        reached: Option<&Closing>,
        relay: oneshot::Receiver<bool>,
    ) -> Result<(), Error> {
        let skip = |text: &str| {
            self.tell(CheckStep::bare(CheckStepName::Media, CheckVerdict::Skipped, text));
            skip_rest(&|step| self.tell(step), text);
            Ok(())
        };
        let Some(Closing(connection)) = reached else {
            return skip("No server answers, so media was not tried.");
        };
        let info = connection.info().await?;
        let plugins = field(&info, "plugins").unwrap_or_default();
        if fields(&plugins).is_none_or(|all| all.iter().all(|(name, _)| *name != ECHO)) {
            let text = [
                "The server has no EchoTest (",
                ECHO,
                "), so media was not tried: enable it on the server.",
            ];
            return skip(&text.concat());
        }
        let (peer, duration) = (&self.options.peer, self.options.media_duration);
        let sent = Sent { peer, duration, until: self.until };
        let relay = async { relay.await.unwrap_or_default() };
        check_echo(connection, &sent, relay, &|step| self.tell(step)).await
    }
}

/// What a server said of itself.
struct Met {
    took: Millis,
    round_trip: Millis,
    name: String,
    version: String,
}

/// The text of a field.
fn field(json: &Json, name: &str) -> Option<String> {
    let found = fields(json.as_str())?.into_iter().find(|(other, _)| *other == name);
    found.map(|(_, value)| value.to_owned())
}

fn text_in(json: &Json, name: &str) -> String {
    let value = field(json, name).and_then(|value| Json::parse(value).ok());
    value.and_then(|value| value.read().ok()).unwrap_or_default()
}
