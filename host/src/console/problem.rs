//! Pages that say why an operator does not get what was asked for.

use super::answer::Refusal;
use super::layout;
use super::visit::Visit;
use crate::operator::Problem;
use axum::http::StatusCode;
use axum::response::Response;

/// The page of a problem, for `map_err`.
pub fn refuse(visit: &Visit) -> impl Fn(Problem) -> Refusal {
    |problem| page(visit, &problem).into()
}

/// The page of a problem.
pub fn page(visit: &Visit, problem: &Problem) -> Response {
    let (status, title) = match problem {
        Problem::Forbidden(_) | Problem::EditsOff => (StatusCode::FORBIDDEN, "Not permitted"),
        Problem::Missing { .. } => (StatusCode::NOT_FOUND, "Not found"),
        Problem::Invalid { .. } => (StatusCode::BAD_REQUEST, "Invalid request"),
        Problem::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "No document"),
        Problem::Plugin { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Nothing changed"),
        Problem::Conflict(_) | Problem::Edit(_) => (StatusCode::CONFLICT, "Not possible"),
        Problem::Unavailable(_)
        | Problem::Directory(_)
        | Problem::Journal(_)
        | Problem::Access(_)
        | Problem::Token(_) => (StatusCode::SERVICE_UNAVAILABLE, "Not available"),
    };
    if status.is_server_error() {
        tracing::error!(error = %problem, "page of the console failed");
    }
    layout::refusal(visit, status, title, &problem.to_string())
}
