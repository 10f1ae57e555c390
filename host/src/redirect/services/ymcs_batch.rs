//! YMCS's calls for up to a hundred phones. The answer names each phone that was refused; each gets its own outcome.

use super::ymcs::Ymcs;
use crate::facts::address_digits;
use crate::redirect::device::RedirectDevice;
use crate::redirect::provider::{Registration, ServiceError};
use serde_json::{Value, json};
use std::slice;

const ADD: &str = "/v2/rps/addDevicesByMac";
const DELETE: &str = "/v2/rps/delDevices";

type Done = Vec<Result<(), ServiceError>>;

impl Ymcs {
    /// Registers phones. Those with a serial number go one by one, because the call for several takes none.
    pub(super) async fn add_all(&self, devices: &[RedirectDevice]) -> Done {
        let together: Vec<_> = devices.iter().filter(|device| device.serial.is_empty()).cloned().collect();
        let mut added = self.add_by_address(&together).await.into_iter();
        let mut done: Done = Vec::new();
        for device in devices {
            let fatal = done.iter().rev().filter_map(|it| it.as_ref().err()).find(|error| error.is_fatal()).cloned();
            done.push(match (device.serial.is_empty(), fatal) {
                (true, _) => added.next().unwrap_or(Ok(())),
                (false, Some(error)) => Err(error),
                (false, None) => self.add_by_serial(device).await.map_err(|error| of(&error, device)),
            });
        }
        done
    }

    async fn add_by_address(&self, devices: &[RedirectDevice]) -> Done {
        let error = match self.replace(devices).await {
            Ok(done) => return done,
            Err(error) => error,
        };
        if devices.len() == 1 || error.is_fatal() || error == ServiceError::NoGrant {
            return devices.iter().map(|device| Err(of(&error, device))).collect();
        }
        // One phone's data can make the service refuse the whole call.
        let mut done = Vec::new();
        for device in devices {
            let outcome = self.replace(slice::from_ref(device)).await;
            done.push(outcome.and_then(|mut it| it.pop().unwrap_or(Ok(()))).map_err(|error| of(&error, device)));
        }
        done
    }

    /// Adds phones, and those of this account anew: the service changes no registration.
    async fn replace(&self, devices: &[RedirectDevice]) -> Result<Done, ServiceError> {
        if devices.is_empty() {
            return Ok(Vec::new());
        }
        let mut done = self.add(devices).await?;
        let is_present = |at: &usize| done[*at] == Err(ServiceError::Elsewhere);
        let present: Vec<usize> = (0..devices.len()).filter(is_present).collect();
        if present.is_empty() {
            return Ok(done);
        }
        let again: Vec<_> = present.iter().map(|at| devices[*at].clone()).collect();
        let readded = match self.call(DELETE, &of_macs(&again)).await {
            // A phone of another account was not removed, and is refused as before.
            Ok(_) => self.add(&again).await,
            Err(error) => Err(error),
        };
        let readded = readded.unwrap_or_else(|error| vec![Err(error); again.len()]);
        for (at, outcome) in present.into_iter().zip(readded) {
            done[at] = outcome;
        }
        Ok(done)
    }

    async fn add(&self, devices: &[RedirectDevice]) -> Result<Done, ServiceError> {
        let entry = |device: &RedirectDevice| json!({"mac": device.address.as_str(), "uniqueServerUrl": device.url});
        let answer = self.call(ADD, &devices.iter().map(entry).collect()).await?;
        let error = |device: &RedirectDevice| {
            let mut errors = answer["errors"].as_array().into_iter().flatten();
            errors.find(|error| error["mac"].as_str().is_some_and(|mac| address_digits(mac) == device.address.as_str()))
        };
        let mut done: Done = Vec::new();
        let named = devices.iter().filter(|device| error(device).is_some()).count();
        let is_whole = succeeded(&answer) == Some(devices.len() - named);
        for device in devices {
            done.push(match error(device) {
                Some(error) => Err(self.refused(error["errorInfo"].as_str().unwrap_or("it names no reason"))),
                None if is_whole => Ok(()),
                // The answer hides who was refused, so each phone is asked about.
                None => match self.find(device).await? {
                    Registration::Here(Some(url)) if url == device.url => Ok(()),
                    _ => Err(self.refused("it names no reason")),
                },
            });
        }
        Ok(done)
    }

    /// Removes phones. The answer does not say which were refused, so after a refusal each is asked about.
    pub(super) async fn delete_all(&self, devices: &[RedirectDevice]) -> Done {
        let answer = match self.call(DELETE, &of_macs(devices)).await {
            Ok(answer) => answer,
            Err(error) => return vec![Err(error); devices.len()],
        };
        let is_whole = succeeded(&answer) == Some(devices.len());
        let said = answer["errors"][0]["msg"].as_str().unwrap_or("it names no reason");
        let mut done: Done = Vec::new();
        for device in devices {
            done.push(match is_whole {
                true => Ok(()),
                false => match self.find(device).await {
                    Ok(Registration::Absent) => Ok(()),
                    Ok(_) => Err(self.refused(said)),
                    Err(error) => Err(error),
                },
            });
        }
        done
    }

    fn refused(&self, said: &str) -> ServiceError {
        Self::reason(said).unwrap_or_else(|| self.connection.account.refused(said))
    }
}

/// An error about a URL with the phone's.
fn of(error: &ServiceError, device: &RedirectDevice) -> ServiceError {
    match error {
        ServiceError::Url(_) => ServiceError::Url(device.url.clone()),
        other => other.clone(),
    }
}

fn succeeded(answer: &Value) -> Option<usize> {
    usize::try_from(answer["successCount"].as_u64()?).ok()
}

fn of_macs(devices: &[RedirectDevice]) -> Value {
    let macs: Vec<_> = devices.iter().map(|device| device.address.as_str()).collect();
    json!({"deviceIdType": "mac", "deviceIds": macs})
}
