//! Cameras, microphones and speakers: what a browser lists, each once, and how a list became another.

/// What a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// It makes pictures.
    Camera,
    /// It makes sound of what is said.
    Microphone,
    /// It plays sound.
    Speaker,
}

impl DeviceKind {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::Camera, Self::Microphone, Self::Speaker];

    /// The kind as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
        }
    }
}

/// A camera, a microphone or a speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDevice {
    /// What the browser knows it by; empty while it only says that there is one, before permission.
    pub id: String,
    /// The same for all devices of one piece of hardware, such as a headset; empty before permission.
    pub group_id: String,
    /// What it is for.
    pub kind: DeviceKind,
    /// Its name; empty while permission is missing.
    pub label: String,
    /// Whether it is taken when a page names none. Only some browsers tell which speaker that is.
    pub is_default: bool,
}

/// Whether the page may open devices of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DevicePermission {
    /// It may.
    Granted,
    /// It may not.
    Denied,
    /// The browser asks the person when one is opened.
    Prompt,
    /// The browser does not tell. Opening one shows.
    Unknown,
}

impl DevicePermission {
    /// The permission as JavaScript sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Prompt => "prompt",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of the devices of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// The list is another. `added` and `removed` are both empty when labels came to be known by a permission, or the
    /// default device changed.
    DevicesChanged {
        /// The list.
        devices: Vec<MediaDevice>,
        /// What was plugged in.
        added: Vec<MediaDevice>,
        /// What was plugged out.
        removed: Vec<MediaDevice>,
    },
    /// Another device is the default of its kind; none: there is none any more.
    DefaultChanged {
        /// Of which kind.
        kind: DeviceKind,
        /// The device.
        device: Option<MediaDevice>,
    },
    /// The person, or the browser, gave or took a permission.
    PermissionChanged {
        /// For which kind.
        kind: DeviceKind,
        /// What holds now.
        permission: DevicePermission,
    },
}

/// Ids by which Chromium lists a device a second time.
const DEFAULT: &str = "default";
const COMMUNICATIONS: &str = "communications";

/// Each device once, cameras first, with the default ones marked.
pub fn listed(found: &[MediaDevice]) -> Vec<MediaDevice> {
    let of = |kind: DeviceKind| {
        fold(found.iter().filter(|device| device.kind == kind).cloned().collect())
    };
    DeviceKind::ALL.into_iter().flat_map(of).collect()
}

fn fold(devices: Vec<MediaDevice>) -> Vec<MediaDevice> {
    let mut real: Vec<MediaDevice> = Vec::new();
    let mut entry = None;
    for device in devices {
        match device.id.as_str() {
            DEFAULT => entry = Some(device),
            COMMUNICATIONS => {}
            id => match real.iter_mut().find(|other| other.id == id) {
                Some(other) => *other = device,
                None => real.push(device),
            },
        }
    }
    let Some(entry) = entry else {
        if let Some(first) = real.first_mut() {
            // The default camera and microphone come first, says the standard. Of speakers it says nothing; an empty id
            // is the default.
            first.is_default = first.kind != DeviceKind::Speaker || first.id.is_empty();
        }
        return real;
    };
    match meant_by(&entry, &real) {
        Some(at) => {
            for (index, device) in real.iter_mut().enumerate() {
                device.is_default = index == at;
            }
        }
        // An entry that stands for none of the others is a device of its own, as on Linux: nothing else leads to it.
        None => real.insert(0, MediaDevice { is_default: true, ..entry }),
    }
    real
}

/// Which device Chromium's entry stands for: it is of its group, and its label ends with the device's.
fn meant_by(entry: &MediaDevice, devices: &[MediaDevice]) -> Option<usize> {
    let all = || devices.iter().enumerate();
    let grouped = || all().filter(|(_, device)| device.group_id == entry.group_id);
    if grouped().count() == 1 {
        return grouped().map(|(at, _)| at).next();
    }
    let any_group = grouped().next().is_none();
    let named = || {
        all().filter(|(_, device)| {
            (any_group || device.group_id == entry.group_id)
                && !device.label.is_empty()
                && entry.label.ends_with(&device.label)
        })
    };
    let longest = named().map(|(_, device)| device.label.len()).max()?;
    let mut best = named().filter(|(_, device)| device.label.len() == longest);
    match (best.next(), best.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

/// What is to be told of a list that became another. The order of the devices says nothing.
pub fn changes(before: &[MediaDevice], devices: &[MediaDevice]) -> Vec<DeviceEvent> {
    let mut told = Vec::new();
    if before.len() != devices.len() || devices.iter().any(|device| !before.contains(device)) {
        let covered = speakers_are_covered(before, devices);
        let missing = |of: &[MediaDevice], list: &[MediaDevice]| {
            let is_missing = |device: &&MediaDevice| {
                let is_covered = covered && device.kind == DeviceKind::Speaker;
                !is_covered && !list.iter().any(|other| may_be(device, other))
            };
            of.iter().filter(is_missing).cloned().collect()
        };
        told.push(DeviceEvent::DevicesChanged {
            devices: devices.to_vec(),
            added: missing(devices, before),
            removed: missing(before, devices),
        });
    }
    for kind in DeviceKind::ALL {
        let default = |list: &[MediaDevice]| {
            list.iter().find(|device| device.kind == kind && device.is_default).cloned()
        };
        let (old, device) = (default(before), default(devices));
        if !is_same_default(old.as_ref(), device.as_ref()) {
            told.push(DeviceEvent::DefaultChanged { kind, device });
        }
    }
    told
}

/// Whether a permission came or went: with that for microphones, Firefox shows and hides the speakers too.
fn speakers_are_covered(before: &[MediaDevice], devices: &[MediaDevice]) -> bool {
    let first = |list: &[MediaDevice]| {
        let microphone = list.iter().find(|device| device.kind == DeviceKind::Microphone);
        microphone.map(|device| device.id.is_empty())
    };
    matches!((first(before), first(devices)), (Some(old), Some(now)) if old != now)
}

/// A device without an id may be any: when permission comes, none was plugged in.
fn may_be(one: &MediaDevice, other: &MediaDevice) -> bool {
    one.kind == other.kind && (one.id == other.id || one.id.is_empty() || other.id.is_empty())
}

/// A default that only came to be known is no other one.
fn is_same_default(one: Option<&MediaDevice>, other: Option<&MediaDevice>) -> bool {
    let is_unknown = |device: Option<&MediaDevice>| device.is_some_and(|it| it.id.is_empty());
    if is_unknown(one) || is_unknown(other) {
        return true;
    }
    match (one, other) {
        // The entry of its own keeps its id whatever it leads to.
        (Some(one), Some(other)) => {
            one.id == other.id && (one.id != DEFAULT || one.label == other.label)
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
#[path = "devices_tests.rs"]
mod tests;
