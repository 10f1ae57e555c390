//! Reads what FreeSWITCH prints for `sofia status` and `sofia status profile NAME reg`, see
//! <https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Configuration/Sofia-SIP-Stack/Sofia_6586667/>. The text
//! form is read rather than XML: each value is one line of it, so no phone's User-Agent or Call-ID can end a field early,
//! while FreeSWITCH does not escape all of them in XML.

/// More profiles than a FreeSWITCH has.
const PROFILES_MAX: usize = 200;

/// A registration as FreeSWITCH lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    pub profile: String,
    pub call_id: String,
    pub user: String,
    pub host: String,
    /// With its parameters, and the name before it.
    pub contact: String,
    pub agent: String,
    /// Where the REGISTER came from.
    pub ip: String,
    pub port: String,
    /// Seconds until it expires; negative if it has.
    pub expires_s: i64,
}

impl Registration {
    /// The URI of the contact without its parameters: `sip:101@192.0.2.7:5060`.
    pub fn uri(&self) -> &str {
        let inner = self.contact.split_once('<').map_or(self.contact.as_str(), |(_, rest)| rest);
        inner.split([';', '>']).next().unwrap_or_default().trim()
    }

    /// Host and port of the contact, without a user.
    pub fn contact_place(&self) -> &str {
        let uri = self.uri();
        let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
        rest.rsplit_once('@').map_or(rest, |(_, place)| place)
    }
}

/// The names of the running profiles in the answer to `sofia status`.
pub fn profiles(answer: &str) -> Vec<String> {
    let mut profiles: Vec<String> = Vec::new();
    for line in answer.lines() {
        let mut cells = line.split('\t').map(str::trim);
        let (Some(name), Some("profile")) = (cells.next(), cells.next()) else { continue };
        // A profile with TLS has two lines.
        if !name.is_empty() && !profiles.iter().any(|known| known == name) && profiles.len() < PROFILES_MAX {
            profiles.push(name.to_owned());
        }
    }
    profiles
}

/// The registrations in the answer to `sofia status profile NAME reg`. One without a Call-ID or a user is left out: no NOTIFY
/// could be sent to it alone.
pub fn registrations(profile: &str, answer: &str) -> Vec<Registration> {
    let mut all = Vec::new();
    let mut current = Registration::default();
    let mut finish = |registration: Registration| {
        if !registration.call_id.is_empty() && !registration.user.is_empty() {
            all.push(Registration { profile: profile.to_owned(), ..registration });
        }
    };
    for line in answer.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim() {
            "Call-ID" => finish(std::mem::replace(
                &mut current,
                Registration { call_id: value.to_owned(), ..Registration::default() },
            )),
            "User" => {
                let (user, host) = value.rsplit_once('@').unwrap_or((value, ""));
                (current.user, current.host) = (user.to_owned(), host.to_owned());
            }
            "Contact" => value.clone_into(&mut current.contact),
            "Agent" => value.clone_into(&mut current.agent),
            "Status" => current.expires_s = expires_s(value),
            "IP" => value.clone_into(&mut current.ip),
            "Port" => value.clone_into(&mut current.port),
            _ => {}
        }
    }
    finish(current);
    all
}

/// The number in `Registered(UDP)(unknown) EXP(2026-11-30 01:00:00) EXPSECS(77)`.
fn expires_s(status: &str) -> i64 {
    let number = status.rsplit_once("EXPSECS(").and_then(|(_, rest)| rest.strip_suffix(')'));
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = concat!(
        "                     Name\t   Type\t                                      Data\tState\n",
        "=================================================================================================\n",
        "              example.net\t  alias\t                                  internal\tALIASED\n",
        "                 internal\tprofile\t          sip:mod_sofia@192.0.2.1:5060\tRUNNING (2)\n",
        "                 internal\tprofile\t          sip:mod_sofia@192.0.2.1:5061\tRUNNING (2) (TLS)\n",
        "        external::carrier\tgateway\t                    sip:u@carrier.example\tREGED\n",
        "                 external\tprofile\t          sip:mod_sofia@192.0.2.1:5080\tRUNNING (0)\n",
        "=================================================================================================\n",
        "2 profiles 1 alias\n",
    );

    const LIST: &str = concat!(
        "\nRegistrations:\n",
        "=================================================================================================\n",
        "Call-ID:    \t0_1@192.0.2.7\n",
        "User:       \t101@tenant.example\n",
        "Contact:    \t\"101\" <sip:101@192.0.2.7:5062;transport=udp;fs_nat=yes>\n",
        "Agent:      \tYealink SIP-T46S 66.86.0.15\n",
        "Status:     \tRegistered(UDP)(unknown) EXP(2026-11-30 01:00:00) EXPSECS(77)\n",
        "Ping-Status:\tReachable\n",
        "Ping-Time:\t0.00\n",
        "Host:       \tpbx\n",
        "IP:         \t198.51.100.7\n",
        "Port:       \t5062\n",
        "Auth-User:  \t101\n",
        "Auth-Realm: \ttenant.example\n",
        "MWI-Account:\t101@tenant.example\n\n",
        "Call-ID:    \t</call-id><call-id>x\n",
        "User:       \t102@tenant.example\n",
        "Contact:    \t<sips:102@[2001:db8::7]:5061>\n",
        "Agent:      \tUser: 1@2\n",
        "Status:     \tRegistered(TLS)(unknown) EXP(2026-11-30 01:00:00) EXPSECS(-3)\n",
        "IP:         \t2001:db8::7\n",
        "Port:       \t5061\n\n",
        "Total items returned: 2\n",
    );

    #[test]
    fn profile_is_listed_once_and_no_alias_or_gateway() {
        assert_eq!(profiles(STATUS), ["internal", "external"]);
        assert!(profiles("").is_empty());
    }

    #[test]
    fn registrations_are_read_field_by_field() {
        let found = registrations("internal", LIST);
        assert_eq!(found.len(), 2);
        let first = &found[0];
        assert_eq!((first.profile.as_str(), first.call_id.as_str()), ("internal", "0_1@192.0.2.7"));
        assert_eq!((first.user.as_str(), first.host.as_str()), ("101", "tenant.example"));
        assert_eq!((first.ip.as_str(), first.port.as_str(), first.expires_s), ("198.51.100.7", "5062", 77));
        assert_eq!((first.uri(), first.contact_place()), ("sip:101@192.0.2.7:5062", "192.0.2.7:5062"));
        // What a phone sends stays in its own field.
        let second = &found[1];
        assert_eq!((second.call_id.as_str(), second.agent.as_str()), ("</call-id><call-id>x", "User: 1@2"));
        assert_eq!((second.user.as_str(), second.expires_s), ("102", -3));
        assert_eq!(second.contact_place(), "[2001:db8::7]:5061");
    }

    #[test]
    fn other_text_has_no_registrations() {
        for text in ["", "Invalid Profile!\n", "Call-ID: \t\nUser: \t1@a\n", "User: 1@a\n\n", "Call-ID: x\n"] {
            assert!(registrations("internal", text).is_empty(), "{text:?}");
        }
    }
}
