//! What is checked, and what was found.

use std::fmt;
use std::rc::Rc;

use crate::client;
use crate::engine::Millis;
use crate::protocol::Json;
use crate::protocol::json::{Encode, Object};
use crate::web::PeerConfig;

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckVerdict {
    /// Well.
    Passed,
    /// Not as it should be, though calls may work.
    Warning,
    /// Not at all.
    Failed,
    /// It could not be tried, or was not asked for.
    Skipped,
}

impl CheckVerdict {
    /// The verdict as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStepName {
    /// The browser has what a call needs.
    Browser,
    /// A server answers at one of the addresses; a step for each of them.
    Server,
    /// This browser has addresses of its own.
    Host,
    /// It sees itself from outside, by STUN.
    Srflx,
    /// It gets an address by TURN.
    Relay,
    /// Packets find a way to the server and back, encrypted (ICE and DTLS).
    Media,
    /// A picture that is sent comes back (`EchoTest`).
    Video,
    /// A sound that is sent comes back (`EchoTest`).
    Audio,
    /// Round trip, losses and jitter meanwhile.
    Quality,
    /// There is a camera, and the page may open it; nobody is asked.
    Camera,
    /// There is a microphone, and the page may open it; nobody is asked.
    Microphone,
}

impl CheckStepName {
    /// The name as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Server => "server",
            Self::Host => "host",
            Self::Srflx => "srflx",
            Self::Relay => "relay",
            Self::Media => "media",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Quality => "quality",
            Self::Camera => "camera",
            Self::Microphone => "microphone",
        }
    }
}

/// A step that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStep {
    /// What was looked at.
    pub name: CheckStepName,
    /// How it went.
    pub verdict: CheckVerdict,
    /// A sentence for people: what was found, and what to do about it.
    pub text: String,
    /// Numbers for programs, an object.
    pub details: Json,
}

impl CheckStep {
    pub(super) fn new(
        name: CheckStepName,
        verdict: CheckVerdict,
        text: impl Into<String>,
        details: &Object,
    ) -> Self {
        Self { name, verdict, text: text.into(), details: Json::write(details) }
    }

    pub(super) fn bare(
        name: CheckStepName,
        verdict: CheckVerdict,
        text: impl Into<String>,
    ) -> Self {
        Self::new(name, verdict, text, &Object::new())
    }
}

impl Encode for CheckStep {
    fn encode(&self, out: &mut String) {
        let mut step = Object::new();
        step.always("name", &self.name.as_str());
        step.always("verdict", &self.verdict.as_str());
        step.always("text", &self.text);
        step.always("details", &self.details);
        step.encode(out);
    }
}

/// What was found. As text it is one line for each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// Of all steps the worst; steps that were skipped do not count, and one address of several is enough.
    pub verdict: CheckVerdict,
    /// In the order of [`CheckStepName`].
    pub steps: Vec<CheckStep>,
}

impl CheckReport {
    /// As JSON, with the names of the npm package.
    pub fn to_json(&self) -> Json {
        let mut report = Object::new();
        report.always("verdict", &self.verdict.as_str());
        report.always("steps", &self.steps);
        Json::write(&report)
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{} {}: {}", step.name.as_str(), step.verdict.as_str(), step.text)?;
        }
        Ok(())
    }
}

/// Hears of a step.
pub type OnStep = Rc<dyn Fn(&CheckStep)>;

/// What is checked, and how.
#[derive(Clone)]
pub struct CheckOptions {
    /// Server addresses, as for a room. Each is tried; media is tried over the first that answers.
    pub servers: Vec<String>,
    /// Credentials and timeouts. Nothing is tried again behind the check's back.
    pub connection: client::Options,
    /// STUN and TURN servers, and whether media is sent over TURN only.
    pub peer: PeerConfig,
    /// Hears of each step as soon as it is done.
    pub on_step: Option<OnStep>,
    /// After how long what is not done yet has failed, ms (20000).
    pub timeout: Millis,
    /// For how long media is measured, ms (3000).
    pub media_duration: Millis,
}

impl CheckOptions {
    /// A check of these servers, without STUN and TURN. A server has 5 s to answer.
    pub fn new<S: Into<String>>(servers: impl IntoIterator<Item = S>) -> Self {
        Self {
            servers: servers.into_iter().map(Into::into).collect(),
            connection: client::Options {
                connect_timeout: Millis(5_000),
                ..client::Options::default()
            },
            peer: PeerConfig::default(),
            on_step: None,
            timeout: Millis(20_000),
            media_duration: Millis(3_000),
        }
    }
}

impl fmt::Debug for CheckOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Holds secrets.
        f.write_str("CheckOptions")
    }
}
