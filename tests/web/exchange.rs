//! What people in a room say to each other beside media: two people in one page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use janus_wasm::engine::Millis;
use janus_wasm::exchange::{DataOptions, Exchange, ExchangeEvent, FileOptions, IncomingRequest};
use janus_wasm::protocol::Json;
use janus_wasm::room::{Failure, JoinOptions, Room, RoomEvent, RoomOptions};
use janus_wasm::web::{Uint8Array, sleep};
use janus_wasm::{Error, ErrorCode};
use wasm_bindgen_test::wasm_bindgen_test;

use super::people::{Person, begin, bytes_of, code, json, meet, noise, two, until, url};
use super::server::addresses;

/// Over both transports.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn chat_arrives_once_and_in_order_with_its_sender() {
    for url in addresses() {
        let (ada, bob) = (Person::join(url, "Ada").await, Person::join(url, "Bob").await);
        // Nobody hears this one the first time.
        let sent = ada.exchange.send_chat_message("<b>first</b>").await.unwrap();
        assert_eq!((sent.from.clone(), sent.sender), (ada.id.to_string(), None));
        let chat = |event| match event {
            ExchangeEvent::ChatMessage(message) => Some(message),
            _ => None,
        };
        let got = bob.heard(chat).await;
        assert_eq!((&got.id, &*got.text), (&sent.id, "<b>first</b>"), "{url}");
        assert_eq!((&got.from, &got.sender), (&sent.from, &Some(ada.id.clone())));
        let texts: Vec<_> = (0..50).map(|at| format!("{at} “ünïcode” \u{2028}")).collect();
        for text in &texts {
            ada.exchange.send_chat_message(text.clone()).await.unwrap();
        }
        for text in &texts {
            assert_eq!(bob.heard(chat).await.text, *text);
        }
        for text in ["", &"x".repeat(17_000)] {
            let refused = ada.exchange.send_chat_message(text).await;
            assert_eq!(code(refused), Some(ErrorCode::InvalidArgument));
        }
        ada.room.leave().await;
        bob.room.leave().await;
        let alone = ada.exchange.send_chat_message("hello?").await;
        assert_eq!(code(alone), Some(ErrorCode::InvalidState));
    }
}

/// Words about people hold, also for those who come later and listen alone.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn attributes_and_hands_are_seen_by_a_late_comer() {
    let ada = Person::join(url(), "Ada").await;
    ada.exchange.set_attributes([("role", Some("host")), ("language", Some("pt"))]).unwrap();
    ada.exchange.set_attributes([("role", Some("guest")), ("language", None)]).unwrap();
    ada.exchange.set_hand_raised(true).unwrap();
    let bob = Person::join(url(), "Bob").await;
    let raised = |event| match event {
        ExchangeEvent::HandRaised { id, raised } => Some((id, raised)),
        _ => None,
    };
    assert_eq!(ada.heard(raised).await, (None, true));
    assert_eq!(bob.heard(raised).await, (Some(ada.id.clone()), true));
    let seen = bob.exchange.attributes_of(&ada.id);
    assert_eq!(seen.get("role").map(String::as_str), Some("guest"));
    assert_eq!(seen.len(), 2);
    assert_eq!(seen, ada.exchange.attributes());
    assert_eq!(seen, ada.exchange.attributes_of(&ada.id));
    ada.exchange.set_hand_raised(false).unwrap();
    assert_eq!(bob.heard(raised).await, (Some(ada.id.clone()), false));
    assert!(!bob.exchange.is_hand_raised(&ada.id));
    let refused = ada.exchange.set_attributes([("a", Some("x".repeat(9_000)))]);
    assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidArgument);
    let refused = ada.exchange.set_metadata(json(r#"{"attributes":{}}"#)).await;
    assert_eq!(code(refused), Some(ErrorCode::InvalidArgument));
    let refused = ada.exchange.set_metadata(json(r#"{"seat":1}"#)).await;
    assert_eq!(code(refused), Some(ErrorCode::Unsupported), "Janus 1.1 passes none on");
    ada.room.leave().await;
    bob.room.leave().await;
    assert!(bob.exchange.attributes_of(&ada.id).is_empty());
    assert_eq!(ada.exchange.attributes().len(), 1);
}

/// One that is made in mid-call hears and is heard at once, whether there is a way for data or none yet.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn an_exchange_made_during_a_call_works_at_once() {
    let bob = Person::join(url(), "Bob").await;
    bob.exchange.set_attributes([("role", Some("host"))]).unwrap();
    for has_channel in [true, false] {
        let room = Room::new(RoomOptions::new([url()]));
        let mut told = room.events();
        let options = JoinOptions::new(1234).display("Ada");
        let opened = |options: JoinOptions| options.data_channel("reliable", "{}");
        room.join(if has_channel { opened(options) } else { options }).await.unwrap();
        // Bob's channel is not told once more.
        let is_bobs =
            |event: &RoomEvent| matches!(event, RoomEvent::DataChannel { ours: false, .. });
        super::room::until(&mut told, is_bobs).await;
        let exchange = Exchange::new(&room);
        let id = room.local_id().unwrap();
        let ada = Person { events: RefCell::new(exchange.events()), room, exchange, id };
        meet(&ada, &bob).await;
        bob.send("to a late listener").await;
        assert_eq!(ada.text().await, "to a late listener");
        ada.send("from a late listener").await;
        assert_eq!(bob.text().await, "from a late listener");
        ada.exchange.set_attributes([("late", Some("yes"))]).unwrap();
        let is_hers = |event| match event {
            ExchangeEvent::AttributesChanged { id, changed } if id == Some(ada.id.clone()) => {
                Some(changed)
            }
            _ => None,
        };
        assert_eq!(bob.heard(is_hers).await, ["late"]);
        let role = || ada.exchange.attributes_of(&bob.id).get("role").cloned();
        assert_eq!(until("what Bob says of himself", role).await, "host");
        ada.room.leave().await;
    }
    bob.room.leave().await;
}

/// One person is asked.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn requests_are_answered_refused_and_too_late() {
    let (ada, bob) = two(url()).await;
    let from = ada.id.clone();
    let echo = bob.exchange.on_request("echo", move |IncomingRequest { sender, payload }| {
        assert_eq!(sender, from);
        async move { Ok(payload) }
    });
    let broken = bob.exchange.on_request("broken", |_| async {
        Err(Error::new(ErrorCode::Protocol, "the secret is 42").into())
    });
    let huge = bob.exchange.on_request("huge", |_| async { Ok(Json::write(&"x".repeat(70_000))) });
    let never = bob.exchange.on_request("never", |_| std::future::pending());
    assert!(bob.exchange.on_request("echo", |_| async { Ok(json("1")) }).is_err());
    let ask =
        |method, payload, timeout| ada.exchange.request(&bob.id, method, payload, Millis(timeout));
    let payload = json(r#"{"list":[1,"zwei",null,{"deep":true}]}"#);
    assert_eq!(ask("echo", payload.clone(), 10_000).await.unwrap(), payload);
    assert_eq!(code(ask("nothing", json("1"), 10_000).await), Some(ErrorCode::Unsupported));
    let failed = ask("broken", json("1"), 10_000).await;
    assert!(!failed.as_ref().unwrap_err().to_string().contains("42"));
    assert_eq!(code(failed), Some(ErrorCode::RequestFailed));
    assert_eq!(code(ask("huge", json("1"), 10_000).await), Some(ErrorCode::RequestFailed));
    let late = ask("never", json("1"), 1_500).await;
    let Err(Failure::Janus(error)) = late else { panic!("it is never answered") };
    assert_eq!((error.code(), error.may_have_executed()), (ErrorCode::Timeout, true));
    let long = Json::write(&"x".repeat(80_000));
    assert_eq!(code(ask("echo", long, 10_000).await), Some(ErrorCode::InvalidArgument));
    assert_eq!(code(ask("", json("1"), 10_000).await), Some(ErrorCode::InvalidArgument));
    assert_eq!(code(ask("echo", json("1"), 0).await), Some(ErrorCode::InvalidArgument));
    drop(echo);
    assert_eq!(code(ask("echo", json("1"), 10_000).await), Some(ErrorCode::Unsupported));
    // Whoever goes answers no more.
    let (exchange, of) = (ada.exchange.clone(), bob.id.clone());
    let asked =
        begin(async move { exchange.request(&of, "never", json("1"), Millis(60_000)).await });
    bob.room.leave().await;
    let settled = until("an answer", || asked.take()).await;
    assert_eq!(code(settled), Some(ErrorCode::ParticipantLeft));
    assert_eq!(code(ask("echo", json("1"), 10_000).await), Some(ErrorCode::ParticipantLeft));
    ada.room.leave().await;
    drop((broken, huge, never));
}

/// A file arrives whole, with its progress on both sides.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn files_arrive_whole_with_progress() {
    let (ada, bob) = two(url()).await;
    let bytes = noise(1_500_000);
    let sent = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&sent);
    let options = FileOptions::new()
        .name("../../etc/pass\u{202e}wd")
        .media_type("application/x-noise")
        .on_progress(move |bytes, size| heard.borrow_mut().push((bytes, size)));
    let (exchange, content) = (ada.exchange.clone(), bytes.clone());
    let sending = begin(async move { exchange.send_file(&content[..], options).await });
    let file = bob.file().await;
    let (received, kept) = (Rc::new(RefCell::new(Vec::new())), file.clone());
    let progress = Rc::clone(&received);
    file.on_progress(move |bytes| {
        assert_eq!(kept.received(), bytes);
        progress.borrow_mut().push(bytes);
    });
    assert_eq!((file.name(), file.media_type()), (".._.._etc_pass_wd", "application/x-noise"));
    assert_eq!((file.size(), file.sender()), (1_500_000, &ada.id));
    assert_eq!(bytes_of(&file).await, bytes);
    until("the end", || sending.take()).await.unwrap();
    assert_eq!(sent.borrow().last(), Some(&(1_500_000, 1_500_000)));
    let received = received.borrow().clone();
    assert!(received.len() > 20 && received.is_sorted() && received.last() == Some(&1_500_000));
    // One without anything in it, and one that is called off without harm to the next.
    let empty = ada.exchange.send_file(&[][..], FileOptions::new().name("empty"));
    empty.await.unwrap();
    let file = bob.file().await;
    assert_eq!((file.name(), bytes_of(&file).await), ("empty", Vec::new()));
    let (begun, exchange) = (Rc::new(Cell::new(false)), ada.exchange.clone());
    let told = Rc::clone(&begun);
    let options = FileOptions::new().on_progress(move |_, _| told.set(true));
    let mut long =
        Box::pin(async move { exchange.send_file(&noise(5_000_000)[..], options).await });
    std::future::poll_fn(|context| {
        let is_over = long.as_mut().poll(context).is_ready();
        if begun.get() || is_over { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    drop(long);
    let file = bob.file().await;
    assert_eq!(code(file.blob().await), Some(ErrorCode::Aborted));
    ada.exchange.send_file(&noise(100_000)[..], FileOptions::new()).await.unwrap();
    let file = bob.file().await;
    assert_eq!((file.name(), bytes_of(&file).await), ("file", noise(100_000)));
    ada.room.leave().await;
    bob.room.leave().await;
}

/// Text and bytes of any size, in any way; and what looks like ours is theirs.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn data_of_any_size_arrives() {
    let (ada, bob) = two(url()).await;
    let text = "Grüße, 世界 ".repeat(70_000);
    assert!(text.len() > 1_000_000);
    ada.send("short").await;
    ada.send(text.clone()).await;
    assert_eq!(bob.text().await, "short");
    assert_eq!(bob.text().await, text);
    for length in [1, 59_999, 60_000, 60_001, 3_000_000] {
        ada.send(noise(length)).await;
        assert!(bob.data().await.to_vec() == noise(length), "{length} bytes");
    }
    for lookalike in [&b"JWX\x01{\"is\":\"hello\"}"[..], b"JWC\x01 0123456789 0123456789"] {
        ada.send(lookalike).await;
        assert_eq!(bob.data().await.to_vec(), lookalike);
    }
    // What waits is as it was when it was sent.
    let bytes = Uint8Array::from(&noise(3_000_000)[..]);
    let (exchange, given) = (ada.exchange.clone(), bytes.clone());
    let sending = begin(async move { exchange.send_data(given, DataOptions::default()).await });
    sleep(Millis(0)).await;
    bytes.fill(0, 0, 3_000_000);
    assert!(bob.data().await.to_vec() == noise(3_000_000));
    until("the end", || sending.take()).await.unwrap();
    let unordered = DataOptions { ordered: Some(false), ..DataOptions::default() };
    for options in [unordered, DataOptions::lossy()] {
        // Another channel, for which the others need no moment: Janus knows one way for data.
        ada.exchange.send_data(text.clone(), options).await.unwrap();
        if options.reliable {
            assert_eq!(bob.text().await, text);
        }
    }
    let refused = ada.exchange.send_data("", DataOptions::default()).await;
    assert_eq!(code(refused), Some(ErrorCode::InvalidArgument));
    ada.room.leave().await;
    let late = ada.exchange.send_data("late", DataOptions::default()).await;
    assert_eq!(code(late), Some(ErrorCode::InvalidState));
    bob.room.leave().await;
}

/// No more than a mebibyte waits in the browser, and what waits goes on over another connection. Of what was sent
/// before the other has subscribed again, nothing is kept.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn much_data_waits_here_and_survives_a_new_connection() {
    let (ada, bob) = (Person::join(url(), "Ada").await, Person::join(url(), "Bob").await);
    let channel = Rc::new(RefCell::new(None));
    let there = Rc::clone(&channel);
    let watching = ada.room.watch(move |event| {
        if let RoomEvent::DataChannel { channel, ours: true, .. } = event {
            there.replace(Some(channel.clone()));
        }
    });
    meet(&ada, &bob).await;
    let exchange = ada.exchange.clone();
    let sending =
        begin(async move { exchange.send_data(vec![7; 6_000_000], DataOptions::default()).await });
    sleep(Millis(0)).await;
    channel.replace(None);
    let [sender, _] = ada.room.connections();
    sender.expect("a connection").close();
    ada.room.restart_ice().unwrap();
    let mut most = 0;
    let result = until("all of it to be sent", || {
        let waits = channel.borrow().as_ref().map(janus_wasm::web::RtcDataChannel::buffered_amount);
        most = most.max(waits.unwrap_or_default());
        sending.take()
    });
    result.await.unwrap();
    assert!(channel.borrow().is_some(), "there is another");
    assert!(most > 500_000 && most <= 1_048_576, "{most} bytes waited in the browser");
    drop(watching);
    // As do words about people, and requests.
    ada.exchange.set_attributes([("back", Some("yes"))]).unwrap();
    bob.heard(|event| matches!(event, ExchangeEvent::AttributesChanged { .. }).then_some(())).await;
    meet(&ada, &bob).await;
    ada.room.leave().await;
    bob.room.leave().await;
}

/// Whatever waits ends when the room is left.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn leaving_settles_all_that_waits() {
    let (ada, bob) = two(url()).await;
    let never = bob.exchange.on_request("never", |_| std::future::pending());
    let (exchange, of) = (ada.exchange.clone(), bob.id.clone());
    let asked =
        begin(async move { exchange.request(&of, "never", json("1"), Millis(60_000)).await });
    let exchange = bob.exchange.clone();
    let file =
        begin(
            async move { exchange.send_file(&vec![7; 20_000_000][..], FileOptions::new()).await },
        );
    let arriving = ada.file().await;
    let arrived = begin(async move { arriving.blob().await });
    let exchange = ada.exchange.clone();
    let sending =
        begin(async move { exchange.send_data(vec![7; 20_000_000], DataOptions::default()).await });
    sleep(Millis(0)).await;
    ada.room.leave().await;
    assert_eq!(asked.take().and_then(code), Some(ErrorCode::Aborted));
    assert_eq!(sending.take().and_then(code), Some(ErrorCode::Aborted));
    assert_eq!(arrived.take().and_then(code), Some(ErrorCode::Aborted));
    bob.room.leave().await;
    until("the file's end", || file.take()).await.unwrap_err();
    // The room is as good as new.
    let options = || JoinOptions::new(1234).data_channel("reliable", "{}");
    ada.room.join(options()).await.unwrap();
    bob.room.join(options()).await.unwrap();
    ada.exchange.send_chat_message("again").await.unwrap();
    let again = bob.heard(|event| match event {
        ExchangeEvent::ChatMessage(message) => Some(message.text),
        _ => None,
    });
    assert_eq!(again.await, "again");
    drop(never);
    let mut events = bob.events.replace(bob.exchange.events());
    let Person { exchange, room, .. } = bob;
    drop((exchange, ada.exchange));
    // Nobody is left who tells.
    while events.next().await.is_some() {}
    room.leave().await;
    ada.room.leave().await;
}

/// Neither what waits for its turn, nor what waits for those who came a moment ago.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn what_is_said_in_one_room_goes_to_no_other() {
    let (ada, bob) = two(url()).await;
    let options = || JoinOptions::new(4321).pin("4321").data_channel("reliable", "{}");
    bob.room.leave().await;
    bob.room.join(options()).await.unwrap();
    // Somebody has just come: it is said again in a moment.
    let cleo = Person::join(url(), "Cleo").await;
    until("Cleo", || (ada.room.participants().len() == 1).then_some(())).await;
    let read = Rc::new(RefCell::new(Vec::new()));
    let reads = Rc::clone(&read);
    let watching = bob.exchange.watch(move |event| {
        if let ExchangeEvent::ChatMessage(message) = event {
            reads.borrow_mut().push(message.text.clone());
        }
    });
    let send = |name: &str| {
        let (exchange, options) = (ada.exchange.clone(), FileOptions::new().name(name));
        begin(async move { exchange.send_file(&b"x"[..], options).await })
    };
    let files: Vec<_> = (0..10).map(|_| send("there")).collect();
    sleep(Millis(0)).await;
    ada.exchange.send_chat_message("there").await.unwrap();
    ada.room.leave().await;
    ada.room.join(options()).await.unwrap();
    for file in files {
        let end = until("its end", || file.take()).await;
        assert_eq!(code(end), Some(ErrorCode::Aborted));
    }
    let here: Vec<_> = (0..12).map(|at| send(&at.to_string())).collect();
    for at in 0..12 {
        let file = bob.file().await;
        assert_eq!(file.name(), at.to_string());
        file.blob().await.unwrap();
    }
    for file in here {
        until("its end", || file.take()).await.unwrap();
    }
    ada.exchange.send_chat_message("here").await.unwrap();
    until("the message", || (!read.borrow().is_empty()).then_some(())).await;
    assert_eq!(*read.borrow(), ["here"]);
    drop(watching);
    cleo.room.leave().await;
    ada.room.leave().await;
    bob.room.leave().await;
}

/// Other clients say what they like.
#[cfg_attr(
    not(janus_server),
    ignore = "SKIPPED, it needs a Janus: set JANUS_WASM_TEST_WS and JANUS_WASM_TEST_HTTP to its addresses, or run npm test"
)]
#[wasm_bindgen_test]
async fn nonsense_of_others_does_no_harm() {
    let (ada, bob) = two(url()).await;
    let channel = Rc::new(RefCell::new(None));
    let there = Rc::clone(&channel);
    let watching = bob.room.watch(move |event| {
        if let RoomEvent::DataChannel { channel, label, .. } = event
            && label == "raw"
        {
            there.replace(Some(channel.clone()));
        }
    });
    bob.room.open_data_channel("raw", "{}").unwrap();
    let raw = until("a channel", || {
        channel.borrow().clone().filter(|channel| {
            channel.buffered_amount() == 0 && channel.send_with_str("open").is_ok()
        })
    });
    let raw = raw.await;
    for words in [
        "null",
        "{}",
        r#"{"is":7}"#,
        "[]",
        r#"{"is":"attributes","all":[1]}"#,
        r#"{"is":"attributes","all":{"hand":{}}}"#,
        r#"{"is":"file","number":1,"name":{},"size":-1}"#,
        r#"{"is":"file","number":1,"name":"a","type":"","size":1e300}"#,
        r#"{"is":"chat","number":1,"text":[]}"#,
        r#"{"is":"ask","number":1,"to":{}}"#,
        r#"{"is":"answer","number":1,"to":"x"}"#,
    ] {
        raw.send_with_u8_array(&[b"JWX\x01", words.as_bytes()].concat()).unwrap();
    }
    for start in [
        &b"JWX\x01\xff\xfe"[..],
        b"JWX\x02\x01",
        b"JWX\x07what comes later",
        b"JWX\x02",
        b"JWC\x01",
    ] {
        raw.send_with_u8_array(&[start, &[255; 40]].concat()).unwrap();
    }
    raw.send_with_str("plain words").unwrap();
    for text in ["open", "plain words"] {
        let event = ada.heard(Some).await;
        let ExchangeEvent::DataReceived { data, from, sender } = event else {
            panic!("something else was heard")
        };
        assert_eq!((data.text(), from), (Some(text), bob.id.to_string()));
        assert_eq!(sender, Some(bob.id.clone()));
    }
    drop(watching);
    ada.room.leave().await;
    bob.room.leave().await;
}
