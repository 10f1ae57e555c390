//! `dialplate bench`: measures a provisioning server, or two by turns, and checks every answer while it measures. It is a
//! client: nothing of the server's own rooms takes part in a measurement.

mod account;
mod answer;
mod client;
mod connection;
mod error;
mod expected;
mod failures;
mod figures;
mod learn;
mod list;
mod measure;
mod phones;
mod plan;
mod processes;
mod report;
mod requests;
mod round;

pub use account::{ACCOUNT_BYTES_MAX, Account};
pub use client::{Answer, Client};
pub use connection::Origin;
pub use error::Error;
pub use failures::{Failure, Failures};
pub use list::{Form, Request, parse, print};
pub use measure::measure;
pub use phones::{Model, Phone, of_vendor};
pub use plan::{CONNECTIONS_MAX, Plan, Progress, ROUNDS_MAX, SECONDS_MAX};
pub use processes::{Processes, Usage};
pub use report::{Report, ServerReport};
pub use requests::{Choice, requests};
