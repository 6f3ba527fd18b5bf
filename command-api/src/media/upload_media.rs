//! POST /media: a file is uploaded.

use access::Caller;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::Media;
use domain::media::{RegisterUpload, may_upload};
use event_log::with_deadline_anew;
use events::{Fold, MediaId, StreamId, Timestamp};
use media_store::Shelf;
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody};
use utoipa::ToSchema;

use super::{Parts, Received, Receiver, boundary, malformed, remove_refused};
use crate::Refusal;
use crate::commands::{CommandContext, Commands, UnitOfWork, UseCase};
use crate::courses::acting_role;

/// The one part of the body.
const PART: &str = "file";

/// The body of an upload: `multipart/form-data`.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is here to be documented")]
pub struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// An uploaded file.
#[derive(Serialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    /// The file.
    #[serde(rename = "_id")]
    #[schema(value_type = uuid::Uuid)]
    id: MediaId,
    /// What its owner calls it.
    filename: String,
    /// What it is, by its content.
    content_type: String,
    /// Bytes.
    size: u64,
    /// Where it is: absolute.
    url: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// An uploaded file under its name.
#[derive(Serialize, ToSchema)]
pub struct MediaAnswer {
    /// The file.
    media: MediaView,
}

/// Uploads a file. Instructors and admins upload films, images and documents; everybody an image, as their avatar.
#[utoipa::path(
    post, path = "/media", tag = "course", security(("bearer" = [])),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = DataBody<MediaAnswer>),
        (status = 400, description = "validation_failed, malformed_body", body = ErrorBody),
        (status = 401, body = ErrorBody),
        (status = 403, description = "user_suspended", body = ErrorBody),
        (status = 409, description = "conflict, idempotency_key_reused", body = ErrorBody),
        (status = 413, body = ErrorBody),
        (status = 415, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub async fn upload_media(
    State(commands): State<Commands>,
    State(shelf): State<Shelf>,
    caller: Caller,
    context: CommandContext,
    request: Request,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let (parts, body) = request.into_parts();
    let receiver = Receiver { store: &shelf.store, owner_id: caller.user_id, role: caller.role, takes: may_upload };
    let command = if origin.is_repeated() {
        None
    } else {
        let parts = Parts::new(boundary(&parts.headers).ok_or_else(malformed)?, body.into_data_stream());
        Some(file(&receiver, parts).await?.registering())
    };
    let use_case = Upload { caller, command };
    let done = match with_deadline_anew(commands.run(&origin, &use_case)).await {
        Ok(done) => done,
        Err(refusal) => {
            let file = use_case.command.as_ref().map(|command| command.media_id);
            remove_refused(&shelf.store, file, &refusal).await;
            return Err(refusal);
        }
    };
    let Uploaded { id, content_type, size, created_at } = &done.outcome;
    // A repetition knows the name no more: it is the person's, and not kept with what was done.
    let filename = use_case.command.as_ref().map(|command| command.filename.as_str().to_owned()).unwrap_or_default();
    let media = MediaView {
        id: *id,
        filename,
        content_type: content_type.clone(),
        size: *size,
        url: shelf.links.url(*id),
        created_at: *created_at,
    };
    Ok(done.answer(MediaAnswer { media }).created().into_response())
}

/// The file of the only part.
async fn file(receiver: &Receiver<'_>, mut parts: Parts) -> Result<Received, ApiError> {
    let Some(part) = parts.next().await? else { return Err(ApiError::invalid(PART, "required")) };
    if part.name() != Some(PART) {
        return Err(part.unknown());
    }
    let received = receiver.receive(PART, part).await?;
    if let Ok(None) = parts.next().await {
        return Ok(received);
    }
    received.give_up().await;
    Err(malformed())
}

/// What was done.
#[derive(Serialize, Deserialize)]
struct Uploaded {
    id: MediaId,
    content_type: String,
    size: u64,
    created_at: Timestamp,
}

struct Upload {
    caller: Caller,
    /// None for a request that has been carried out before.
    command: Option<RegisterUpload>,
}

impl UseCase for Upload {
    type Outcome = Uploaded;

    async fn decide(&self, work: &mut UnitOfWork<'_>, now: Timestamp) -> Result<Uploaded, Refusal> {
        // Only what has not been carried out is decided upon.
        let command = self.command.clone().ok_or_else(ApiError::conflict)?;
        let role = acting_role(work, &self.caller).await?;
        let mut media = work.load::<Media>(command.media_id).await?;
        let (id, content_type, size) = (command.media_id, command.media_type.as_str().to_owned(), command.size);
        media.decide(RegisterUpload { role, ..command }).await?;
        work.put(media);
        Ok(Uploaded { id, content_type, size, created_at: now })
    }

    fn names(&self) -> Option<StreamId> {
        self.command.as_ref().map(|command| Media::stream(command.media_id))
    }
}
