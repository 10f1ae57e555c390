//! The first page.

use super::layout::{self, OVERVIEW};
use super::visit::Visit;
use axum::response::Response;
use maud::html;

pub async fn get(visit: Visit) -> Response {
    let state = &visit.desk.state;
    let database = state.directory.ping().await;
    layout::page(
        &visit,
        OVERVIEW,
        &html! {
            section {
                h2 { "Database" }
                @match &database {
                    Ok(()) => p .good { "The database answers." },
                    Err(error) => p .error { (error) },
                }
            }
        },
    )
}
