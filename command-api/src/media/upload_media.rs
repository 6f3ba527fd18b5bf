//! POST /media: a file is uploaded.

use access::{Caller, in_time_anew};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::Media;
use domain::media::RegisterUpload;
use domain::values::MediaType;
use events::{Fold, MediaId, Role, StreamId, Timestamp};
use serde::{Deserialize, Serialize};
use service_kit::http::{ApiError, DataBody, ErrorBody};
use utoipa::ToSchema;

use super::receive::malformed;
use super::{Received, Receiver, Uploads, multipart};
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
    State(uploads): State<Uploads>,
    caller: Caller,
    context: CommandContext,
    request: Request,
) -> Result<Response, Refusal> {
    let origin = context.origin(Some(&caller));
    let (parts, body) = request.into_parts();
    let receiver = Receiver { store: &uploads.store, owner_id: caller.user_id, role: caller.role, takes };
    let received =
        if origin.is_repeated() { None } else { Some(file(&receiver, multipart(&parts.headers, body)?).await?) };
    let use_case = Upload { caller, command: received.map(|received| received.command) };
    let done = in_time_anew(commands.run(&origin, &use_case)).await;
    let done = match done {
        Ok(done) => done,
        Err(refusal) => {
            give_up(&uploads, use_case.command.as_ref()).await;
            return Err(refusal);
        }
    };
    let Uploaded { id, filename, content_type, size, created_at } = &done.outcome;
    // A repetition knows the name no more: it is the person's, and not kept with what was done.
    let filename = use_case.command.as_ref().map_or(filename.clone(), |command| command.filename.as_str().to_owned());
    let media = MediaView {
        id: *id,
        filename,
        content_type: content_type.clone(),
        size: *size,
        url: uploads.links.url(*id),
        created_at: *created_at,
    };
    Ok(done.answer(MediaAnswer { media }).created().into_response())
}

/// What is registered nowhere is removed at once; what can't be now is swept up later.
pub(crate) async fn give_up(uploads: &Uploads, command: Option<&RegisterUpload>) {
    if let Some(command) = command
        && let Err(error) = uploads.store.remove(command.media_id).await
    {
        tracing::warn!(%error, "a file that nobody knows could not be removed");
    }
}

/// What may be uploaded by whom, to be used later.
fn takes(media_type: MediaType, role: Role) -> bool {
    role != Role::Learner || media_type.is_image()
}

/// The file of the only part.
async fn file(receiver: &Receiver<'_>, mut parts: multer::Multipart<'static>) -> Result<Received, ApiError> {
    let Some(part) = parts.next_field().await.map_err(|_| malformed())? else {
        return Err(ApiError::invalid(PART, "required"));
    };
    if part.name() != Some(PART) {
        let name = part.name().unwrap_or_default().chars().take(100).collect::<String>();
        return Err(ApiError::bad_request("unknown_field").detail(name, "unknown"));
    }
    let received = receiver.receive(PART, part).await?;
    match parts.next_field().await {
        Ok(None) => Ok(received),
        Ok(Some(_)) | Err(_) => {
            if let Err(error) = receiver.store.remove(received.command.media_id).await {
                tracing::warn!(%error, "a file that nobody knows could not be removed");
            }
            Err(malformed())
        }
    }
}

/// What was done.
#[derive(Serialize, Deserialize)]
struct Uploaded {
    id: MediaId,
    /// Empty: it is the person's.
    filename: String,
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
        Ok(Uploaded { id, filename: String::new(), content_type, size, created_at: now })
    }

    fn names(&self) -> Option<StreamId> {
        self.command.as_ref().map(|command| Media::stream(command.media_id))
    }
}
