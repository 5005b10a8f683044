#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use super::*;

fn device(kind: DeviceKind, id: &str, group_id: &str, label: &str) -> MediaDevice {
    let (id, group_id, label) = (id.to_owned(), group_id.to_owned(), label.to_owned());
    MediaDevice { id, group_id, kind, label, is_default: false }
}

fn microphone(id: &str, group: &str, label: &str) -> MediaDevice {
    device(DeviceKind::Microphone, id, group, label)
}

fn speaker(id: &str) -> MediaDevice {
    device(DeviceKind::Speaker, id, "", id)
}

fn defaults(devices: &[MediaDevice]) -> Vec<&str> {
    devices.iter().filter(|it| it.is_default).map(|it| it.id.as_str()).collect()
}

#[test]
fn chromium_lists_a_device_twice_and_we_once() {
    let list = listed(&[
        speaker("s"),
        microphone("default", "g2", "Default - Headset"),
        microphone("communications", "g1", "Communications - Desk"),
        microphone("a", "g1", "Desk"),
        microphone("b", "g2", "Headset"),
        device(DeviceKind::Camera, "c", "", ""),
    ]);
    let ids: Vec<_> = list.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["c", "a", "b", "s"]);
    assert_eq!(defaults(&list), ["c", "b"]);
}

#[test]
fn of_one_group_the_longest_label_is_meant() {
    let entry = microphone("default", "g", "Default - USB Headset");
    let list = listed(&[
        entry.clone(),
        microphone("a", "g", "Headset"),
        microphone("b", "g", "USB Headset"),
    ]);
    assert_eq!(defaults(&list), ["b"]);
    let twins = listed(&[entry, microphone("a", "g", "Headset"), microphone("b", "g", "Headset")]);
    assert_eq!(defaults(&twins), ["default"]);
    assert_eq!(twins.len(), 3);
}

#[test]
fn an_entry_of_its_own_is_a_device() {
    let list = listed(&[microphone("default", "x", "Default"), microphone("a", "g", "Desk")]);
    assert_eq!(list.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["default", "a"]);
    assert_eq!(defaults(&list), ["default"]);
}

#[test]
fn of_speakers_only_the_one_without_an_id_is_known_to_be_the_default() {
    assert!(defaults(&listed(&[speaker("s"), speaker("t")])).is_empty());
    assert_eq!(defaults(&listed(&[speaker(""), speaker("t")])), [""]);
    assert_eq!(defaults(&listed(&[microphone("m", "", ""), microphone("n", "", "")])), ["m"]);
}

fn only(told: &[DeviceEvent]) -> (Vec<String>, Vec<String>) {
    let ids = |devices: &[MediaDevice]| devices.iter().map(|it| it.id.clone()).collect();
    match told {
        [DeviceEvent::DevicesChanged { added, removed, .. }, ..] => (ids(added), ids(removed)),
        _ => panic!("the list is another"),
    }
}

#[test]
fn what_was_plugged_in_and_out_is_told_and_order_is_nothing() {
    let before = listed(&[microphone("a", "", "A"), microphone("b", "", "B")]);
    let swapped: Vec<_> = before.iter().rev().cloned().collect();
    assert!(changes(&before, &swapped).is_empty());
    let after = listed(&[microphone("b", "", "B"), microphone("c", "", "C")]);
    let told = changes(&before, &after);
    assert!(told.contains(&DeviceEvent::DefaultChanged {
        kind: DeviceKind::Microphone,
        device: Some(after[0].clone())
    }));
    assert_eq!(only(&told), (vec!["c".to_owned()], vec!["a".to_owned()]));
    let told = changes(&after, &[]);
    let gone = DeviceEvent::DefaultChanged { kind: DeviceKind::Microphone, device: None };
    assert!(told.contains(&gone));
}

#[test]
fn permission_plugs_nothing_in() {
    let before = listed(&[microphone("", "", "")]);
    let after = listed(&[microphone("a", "g", "A"), microphone("b", "h", "B"), speaker("s")]);
    let told = changes(&before, &after);
    assert_eq!(told.len(), 1, "the default only came to be known");
    assert_eq!(only(&told), (vec![], vec![]));
    assert_eq!(only(&changes(&after, &before)), (vec![], vec![]));
}

#[test]
fn an_entry_of_its_own_may_lead_elsewhere() {
    let with = |label: &str| listed(&[microphone("default", "", label)]);
    let told = changes(&with("Default - A"), &with("Default - B"));
    assert!(told.iter().any(|it| matches!(it, DeviceEvent::DefaultChanged { .. })));
}
