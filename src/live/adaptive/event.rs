//! What adapting tells.

use crate::live::Whose;

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limitation {
    /// Of the network.
    Bandwidth,
    /// Of the processor.
    Cpu,
}

impl Limitation {
    /// `bandwidth` or `cpu`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bandwidth => "bandwidth",
            Self::Cpu => "cpu",
        }
    }
}

/// What adapting did. The state it reports can already be read when it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdaptiveEvent {
    /// Less of a publication is sent or received than could be, for another reason than before.
    LimitationChanged {
        /// Of which.
        publication: Whose,
        /// What there is too little of; nothing when nothing is held back any longer.
        limitation: Option<Limitation>,
    },
}
