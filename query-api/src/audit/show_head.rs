//! GET /admin/audit/head: the end of the log, signed.

use access::{Caller, log_failure};
use axum::extract::State;
use event_log::HeadSigner;
use events::{Position, Timestamp};
use serde::Serialize;
use service_kit::clock::Clock;
use service_kit::http::{ApiError, DataBody, ErrorBody, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// The signed head under its name.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeadAnswer {
    head: HeadView,
}

/// The end of the log at some time, signed. Whoever keeps it can tell later whether the log was cut before it.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditHead)]
struct HeadView {
    /// Position of the last event.
    position: Position,
    /// Its hash.
    hash: String,
    /// When it was signed.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// Which key signed: the first 8 bytes of the SHA-256 of the public key, in hexadecimal.
    key_id: String,
    /// Ed25519 over the canonical JSON (RFC 8785) of the four fields above; base64.
    signature: String,
    /// The public key; hexadecimal.
    public_key: String,
}

/// Signs the end of the log as it is now.
#[utoipa::path(
    get,
    path = "/admin/audit/head",
    tag = "admin",
    security(("bearer" = [])),
    responses(
        (status = 200, body = DataBody<HeadAnswer>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn show_head(
    State(reads): State<Reads>,
    State(signer): State<HeadSigner>,
    State(clock): State<Clock>,
    caller: Caller,
    _context: RequestContext,
) -> Result<Success<HeadAnswer>, ApiError> {
    caller.must_be_admin()?;
    let head = reads.log().head().await.map_err(|error| log_failure(&error))?;
    let signed = signer.sign(&head, Timestamp::new(clock.now())).map_err(ApiError::internal)?;
    let public_key = signer.public_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let head = HeadView {
        position: signed.position,
        hash: signed.hash,
        time: signed.time,
        key_id: signed.key_id,
        signature: signed.signature,
        public_key,
    };
    let position = head.position;
    Ok(Success::data(HeadAnswer { head }).position(position))
}
