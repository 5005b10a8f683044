//! Session descriptions and ICE candidates as they travel.

use serde::{Deserialize, Serialize};

/// The two kinds of session description Janus knows (no pranswer, no rollback).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SdpType {
    /// An offer.
    Offer,
    /// An answer.
    Answer,
}

/// A session description with Janus's flags (`jsep`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jsep {
    /// Offer or answer.
    #[serde(rename = "type")]
    pub kind: SdpType,
    /// The SDP text.
    pub sdp: String,
    /// `false`: the SDP holds every candidate and none will be trickled. Absent means `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trickle: Option<bool>,
    /// The media is end-to-end encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e2ee: Option<bool>,
}

impl Jsep {
    /// An offer whose candidates will be trickled.
    pub fn offer(sdp: String) -> Self {
        Self { kind: SdpType::Offer, sdp, trickle: None, e2ee: None }
    }

    /// An answer whose candidates will be trickled.
    pub fn answer(sdp: String) -> Self {
        Self { kind: SdpType::Answer, sdp, trickle: None, e2ee: None }
    }
}

/// One ICE candidate, or the end of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The candidate line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// The m-line it belongs to, by mid. Never `null` on the wire: Janus refuses that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The m-line it belongs to, by index.
    #[serde(default, rename = "sdpMLineIndex", skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// `true`: no more candidates will come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
}

impl Candidate {
    /// The end-of-candidates marker.
    pub fn end() -> Self {
        Self { completed: Some(true), ..Self::default() }
    }

    /// Whether this is the end-of-candidates marker.
    pub fn is_end(&self) -> bool {
        self.completed.is_some() || self.candidate.as_deref().is_none_or(str::is_empty)
    }
}
