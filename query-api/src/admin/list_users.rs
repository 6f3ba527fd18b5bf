//! GET /admin/users: finding accounts.

use access::{Caller, log_failure};
use axum::extract::State;
use domain::values::Email;
use events::Role;
use read_models::views::{self, UserFilter, UserView};
use read_models::{USERS_PROJECTION, UserStatus, VerificationStatus};
use serde::Serialize;
use service_kit::http::{ApiError, DataBody, ErrorBody, Page, Pagination, QueryParams, RequestContext, Success};
use utoipa::ToSchema;

use crate::Reads;

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserList {
    users: Vec<UserView>,
    pagination: Pagination,
}

/// The accounts that match, newest first. Page and total are of the same instant.
#[utoipa::path(
    get,
    path = "/admin/users",
    tag = "admin",
    security(("bearer" = [])),
    params(
        ("page" = Option<u32>, Query, minimum = 1, description = "1 by default"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "10 by default"),
        ("email" = Option<String>, Query, description = "the whole address"),
        ("role" = Option<String>, Query, description = "learner, instructor or admin"),
        ("status" = Option<String>, Query, description = "active, suspended or deleted"),
        ("verification_status" = Option<String>, Query, description = "unverified, pending, verified or rejected"),
        ("X-Min-Position" = Option<u64>, Header, description = "position that the answer must have reached"),
    ),
    responses(
        (status = 200, body = DataBody<UserList>, headers(
            ("X-Position" = u64, description = "position that the answer has reached"),
        )),
        (status = 400, description = "`validation_failed`: a parameter is not valid", body = ErrorBody),
        (status = 401, description = "`unauthorized`", body = ErrorBody),
        (status = 403, description = "`forbidden`, `user_suspended`", body = ErrorBody),
        (status = 503, description = "`read_model_behind`, `unavailable`", body = ErrorBody),
    )
)]
pub(crate) async fn list_users(
    State(reads): State<Reads>,
    caller: Caller,
    context: RequestContext,
    params: QueryParams,
) -> Result<Success<UserList>, ApiError> {
    caller.must_be_admin()?;
    let (filter, page) = parse(params)?;
    let position = reads.begin(&context, &[USERS_PROJECTION]).await?;
    let found = views::list_users(reads.database(), &filter, page.skip(), page.limit).await;
    let (users, total) = found.map_err(|error| log_failure(&error))?;
    let users = users.into_iter().map(UserView::from).collect();
    Ok(Success::data(UserList { users, pagination: Pagination::new(page, total) }).position(position))
}

fn parse(mut params: QueryParams) -> Result<(UserFilter, Page), ApiError> {
    let page = params.page();
    let filter = UserFilter {
        email: params.optional("email", |text| {
            Email::parse(text).map(|email| email.as_str().to_owned()).map_err(|error| error.code())
        }),
        role: params.optional("role", |text| Role::from_word(text).ok_or("invalid")),
        status: params.optional("status", |text| UserStatus::from_word(text).ok_or("invalid")),
        verification_status: params
            .optional("verification_status", |text| VerificationStatus::from_word(text).ok_or("invalid")),
    };
    params.finish()?;
    Ok((filter, page))
}
