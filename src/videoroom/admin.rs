//! Requests that any attached handle can make, without being in a room.

use std::rc::Rc;

use super::ask::{self, field, read, typed};
use crate::Error;
use crate::client::{AttachOptions, Handle, Session};
use crate::protocol::videoroom::PLUGIN;
use crate::protocol::videoroom::answers::{
    ParticipantInfo, PublisherForwarders, Remote, RemotePublisher, RoomChanged, RoomInfo,
    RtpForwarded,
};
use crate::protocol::videoroom::check::RoomRequest;
use crate::protocol::videoroom::relaying::{
    AddRemotePublisher, ListForwarders, ListRemotes, PublishRemotely, RemoveRemotePublisher,
    RtpForward, StopRtpForward, UnpublishRemotely, UpdateRemotePublisher,
};
use crate::protocol::videoroom::rooms::{
    Allowed, CreateRoom, DestroyRoom, EditRoom, EnableRecording, Exists, Kick, List, Moderate,
};
use crate::protocol::{Id, Json};

/// A handle on the `VideoRoom` plugin that stays out of rooms: it asks and is answered.
///
/// All requests can fail with `InvalidArgument` before they are sent, with `Unsupported` if the server is
/// too old for a field, and with what connections fail with. Those that name a room fail with
/// `RoomNotFound` (426), those that take its secret with `MissingElement` (429) without and
/// `Unauthorized` (433) with a wrong one.
#[derive(Clone, Debug)]
pub struct VideoRoom {
    handle: Handle,
    pub(super) session: Session,
    pub(super) version: u32,
}

impl VideoRoom {
    /// Attaches to the plugin, and asks for the server's version in the same flight.
    pub async fn attach(session: &Session) -> Result<Self, Error> {
        let told = session.info();
        let options = AttachOptions::default();
        let handle = session.attach(PLUGIN, options, Rc::new(|_event| {})).await?;
        let version = field("info", &told.await?, "version")?;
        Ok(Self { handle, session: session.clone(), version })
    }

    /// The handle under it, for anything that is not typed here.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The server's version as an integer: 1102 for 1.1.2.
    pub fn server_version(&self) -> u32 {
        self.version
    }

    async fn ask<R: RoomRequest>(&self, request: &R) -> Result<Json, Error> {
        typed(&self.handle, self.version, request, None).await.map(|answer| answer.data)
    }

    async fn change<R: RoomRequest>(&self, request: &R) -> Result<RoomChanged, Error> {
        read(R::NAME, &self.ask(request).await?)
    }

    /// Makes a room (`create`).
    ///
    /// # Errors
    /// `RoomExists` (427) if the id is taken, `Unauthorized` (433) without the server's admin key.
    pub async fn create(&self, room: &CreateRoom) -> Result<RoomChanged, Error> {
        self.change(room).await
    }

    /// Changes a room (`edit`). Nobody is told.
    pub async fn edit(&self, room: &EditRoom) -> Result<RoomChanged, Error> {
        self.change(room).await
    }

    /// Ends a room and sends everybody out (`destroy`).
    pub async fn destroy(&self, room: &DestroyRoom) -> Result<RoomChanged, Error> {
        self.change(room).await
    }

    /// Whether there is such a room, private ones included (`exists`).
    pub async fn exists(&self, room: &Id) -> Result<bool, Error> {
        let answer = self.ask(&Exists { room: room.clone() }).await?;
        field("exists", &answer, "exists")
    }

    /// The public rooms; with the server's admin key the private ones too (`list`).
    pub async fn list(&self, options: &List) -> Result<Vec<RoomInfo>, Error> {
        field("list", &self.ask(options).await?, "list")
    }

    /// Who is in a room (`listparticipants`).
    pub async fn list_participants(&self, room: &Id) -> Result<Vec<ParticipantInfo>, Error> {
        ask::participants(&self.handle, room).await
    }

    /// Changes who may join a room, and answers the tokens that may (`allowed`); with `disable` there are
    /// none.
    pub async fn allowed(&self, change: &Allowed) -> Result<Vec<String>, Error> {
        let answer = self.ask(change).await?;
        Ok(field::<Option<Vec<String>>>("allowed", &answer, "allowed")
            .ok()
            .flatten()
            .unwrap_or_default())
    }

    /// Sends somebody out (`kick`), who may come back.
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is nobody of that id.
    pub async fn kick(&self, whom: &Kick) -> Result<(), Error> {
        self.ask(whom).await.map(drop)
    }

    /// Mutes or unmutes a stream for everybody (`moderate`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such participant or stream.
    pub async fn moderate(&self, stream: &Moderate) -> Result<(), Error> {
        self.ask(stream).await.map(drop)
    }

    /// Begins or ends recording everybody (`enable_recording`).
    pub async fn enable_recording(&self, recording: &EnableRecording) -> Result<bool, Error> {
        field("enable_recording", &self.ask(recording).await?, "record")
    }

    /// Sends a publisher's media to an address as plain or secure RTP (`rtp_forward`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such publisher.
    pub async fn rtp_forward(&self, forward: &RtpForward) -> Result<RtpForwarded, Error> {
        read("rtp_forward", &self.ask(forward).await?)
    }

    /// Ends one forwarder (`stop_rtp_forward`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such publisher or forwarder.
    pub async fn stop_rtp_forward(&self, forwarder: &StopRtpForward) -> Result<(), Error> {
        self.ask(forwarder).await.map(drop)
    }

    /// The forwarders of a room (`listforwarders`).
    pub async fn list_forwarders(
        &self,
        room: &ListForwarders,
    ) -> Result<Vec<PublisherForwarders>, Error> {
        field("listforwarders", &self.ask(room).await?, "publishers")
    }

    /// Sends a publisher's media to another Janus (`publish_remotely`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such publisher, `IdTaken` (436) if the copy's name is taken.
    pub async fn publish_remotely(&self, copy: &PublishRemotely) -> Result<(), Error> {
        self.ask(copy).await.map(drop)
    }

    /// Ends that (`unpublish_remotely`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such publisher or copy.
    pub async fn unpublish_remotely(&self, copy: &UnpublishRemotely) -> Result<(), Error> {
        self.ask(copy).await.map(drop)
    }

    /// Where a publisher's media goes (`listremotes`).
    ///
    /// # Errors
    /// `FeedNotFound` (428) if there is no such publisher.
    pub async fn list_remotes(&self, publisher: &ListRemotes) -> Result<Vec<Remote>, Error> {
        field("listremotes", &self.ask(publisher).await?, "list")
    }

    /// Shows a publisher of another Janus in a room of this one (`add_remote_publisher`); the answer says
    /// where the media is awaited. The publisher stays until removed, whatever becomes of this handle. The
    /// server answers a moment before they are in the room: until `publishers` or `listparticipants` tells
    /// of them, subscribing to them or updating them may be refused with `FeedNotFound` (428).
    ///
    /// # Errors
    /// `IdTaken` (436).
    pub async fn add_remote_publisher(
        &self,
        publisher: &AddRemotePublisher,
    ) -> Result<RemotePublisher, Error> {
        read("add_remote_publisher", &self.ask(publisher).await?)
    }

    /// Changes what such a publisher sends (`update_remote_publisher`).
    ///
    /// # Errors
    /// `FeedNotFound` (428).
    pub async fn update_remote_publisher(
        &self,
        publisher: &UpdateRemotePublisher,
    ) -> Result<(), Error> {
        self.ask(publisher).await.map(drop)
    }

    /// Removes such a publisher (`remove_remote_publisher`).
    ///
    /// # Errors
    /// `FeedNotFound` (428).
    pub async fn remove_remote_publisher(
        &self,
        publisher: &RemoveRemotePublisher,
    ) -> Result<(), Error> {
        self.ask(publisher).await.map(drop)
    }

    /// Ends the handle.
    pub async fn detach(&self) -> Result<(), Error> {
        self.handle.detach().await
    }
}
