//! The provider of a service, with the operator's account.

use super::account::Account;
use super::protocol::connection::Connection;
use super::protocol::xmlrpc::XmlRpc;
use super::provider::{CallPace, Provider};
use super::service::Service;
use super::services::{fanvil::Fanvil, gigaset::Gigaset, snom::Sraps, yealink::YealinkRps, ymcs::Ymcs};
use crate::download::Client;

/// `None` if the service has no programming interface.
pub fn open(service: &Service, client: Client, account: Account, pace: CallPace) -> Option<Box<dyn Provider>> {
    let connection = Connection::new(client, account, pace);
    Some(match service.name.as_str() {
        "yealink" => Box::new(YealinkRps(XmlRpc::new(connection))),
        "ymcs" => Box::new(Ymcs::new(connection)),
        "fanvil" => Box::new(Fanvil::new(connection)),
        "snom" => Box::new(Sraps::new(connection)),
        "gigaset" => Box::new(Gigaset(XmlRpc::new(connection))),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_with_an_interface_opens() {
        for service in Service::all() {
            let client = Client::new(None).unwrap();
            let environment =
                |name: &str| Some(if name.ends_with("_URL") { "https://127.0.0.1:1/" } else { "x" }.to_owned());
            let account = Account::read(service, None, &environment).unwrap_or_else(|error| panic!("{error}"));
            let provider = open(service, client, account, CallPace::per_second(1));
            assert_eq!(provider.is_some(), service.has_api(), "{}", service.name);
        }
    }
}
