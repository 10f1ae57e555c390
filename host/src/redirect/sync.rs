//! Plans what makes a service equal to a list of devices.

use super::device::RedirectDevice;
use super::provider::{Listed, Provider, Registration, ServiceError};
use super::record::{Record, Recorded, Sent};
use super::run::{Action, Task};
use crate::facts::DeviceAddress;
use std::collections::{HashMap, HashSet};

/// What a plan is made from.
pub struct Wanted<'a> {
    pub devices: &'a [RedirectDevice],
    /// Addresses that are not removed, although they are not among the devices.
    pub kept: &'a HashSet<String>,
    /// Whether phones that are not wanted are removed.
    pub removes: bool,
    /// Whether the service is asked about each phone, whatever the record says.
    pub asks: bool,
}

/// What has to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub tasks: Vec<Task>,
    /// Phones that are as they should be.
    pub unchanged: Vec<RedirectDevice>,
}

impl Plan {
    pub fn count(&self, action: Action) -> usize {
        self.tasks.iter().filter(|task| task.action == action).count()
    }
}

/// What the service has of a phone, as far as it is known.
enum There {
    Absent,
    With(String),
    /// Registered, and nobody knows with which URL.
    WithUnknownUrl,
}

/// Makes the plan. Only phones in doubt are asked about if the service lists its phones, or the record knows them.
///
/// # Errors
/// The service does not answer.
pub async fn plan(provider: &dyn Provider, record: &Record, wanted: &Wanted<'_>) -> Result<Plan, ServiceError> {
    let listed = provider.list().await?;
    let listed: Option<HashMap<String, Option<String>>> =
        listed.map(|all| all.into_iter().map(|Listed { address, url }| (address, url)).collect());
    let mut plan = Plan::default();
    for device in wanted.devices {
        let there = match &listed {
            Some(listed) => of_list(listed.get(device.address.as_str())),
            None => look(provider, record, device, wanted.asks).await?,
        };
        match there {
            There::With(url) if url == device.url => plan.unchanged.push(device.clone()),
            _ => plan.tasks.push(Task { action: Action::Register, device: device.clone() }),
        }
    }
    if wanted.removes {
        for task in removals(record, listed.as_ref(), wanted) {
            if listed.is_some() || !is_gone(provider, record, &task.device).await? {
                plan.tasks.push(task);
            }
        }
    }
    Ok(plan)
}

/// Plans the removal of devices: those that the service does not list, or that are recorded as removed, are unchanged.
///
/// # Errors
/// The service does not answer.
pub async fn plan_removal(
    provider: &dyn Provider,
    record: &Record,
    devices: &[RedirectDevice],
    asks: bool,
) -> Result<Plan, ServiceError> {
    let listed = provider.list().await?;
    let listed: Option<HashSet<String>> =
        listed.map(|all| all.into_iter().map(|Listed { address, .. }| address).collect());
    let mut plan = Plan::default();
    for device in devices {
        let address = device.address.as_str();
        let is_absent = match &listed {
            Some(listed) => !listed.contains(address),
            None if asks => false,
            None if record.of(address) == Some(&Recorded::Removed) => true,
            None => is_gone(provider, record, device).await?,
        };
        match is_absent {
            true => plan.unchanged.push(device.clone()),
            false => plan.tasks.push(Task { action: Action::Remove, device: device.clone() }),
        }
    }
    Ok(plan)
}

fn of_list(listed: Option<&Option<String>>) -> There {
    match listed {
        None => There::Absent,
        Some(Some(url)) => There::With(url.clone()),
        Some(None) => There::WithUnknownUrl,
    }
}

/// Asks the service about a phone, unless the record knows.
async fn look(
    provider: &dyn Provider,
    record: &Record,
    device: &RedirectDevice,
    asks: bool,
) -> Result<There, ServiceError> {
    let recorded = record.of(device.address.as_str());
    let sent = match recorded {
        Some(Recorded::Registered { url }) if !asks => return Ok(There::With(url.clone())),
        Some(Recorded::InDoubt { sent: Sent::Register { url }, before }) => Some((url, before.is_none())),
        Some(Recorded::InDoubt { .. }) => None,
        _ if !asks => return Ok(There::Absent),
        Some(Recorded::Registered { url }) => Some((url, true)),
        _ => None,
    };
    Ok(match (provider.status(device).await, sent) {
        (Ok(Registration::Here(Some(url))), _) => There::With(url),
        // The phone was absent before, so the registration is the one that was sent.
        (Ok(Registration::Here(None)), Some((url, true))) => There::With(url.clone()),
        (Ok(Registration::Here(None) | Registration::Unknown), _) => There::WithUnknownUrl,
        (Ok(Registration::Absent | Registration::Elsewhere), _) => There::Absent,
        (Err(error), _) if error.is_fatal() => return Err(error),
        // The registration says what is wrong with this phone.
        (Err(_), _) => There::Absent,
    })
}

/// Whether a removal that is in doubt was done.
async fn is_gone(provider: &dyn Provider, record: &Record, device: &RedirectDevice) -> Result<bool, ServiceError> {
    match record.of(device.address.as_str()) {
        Some(Recorded::InDoubt { sent: Sent::Remove, .. }) => {
            Ok(provider.status(device).await? == Registration::Absent)
        }
        _ => Ok(false),
    }
}

/// Phones that the service or the record has, and nobody wants.
fn removals(record: &Record, listed: Option<&HashMap<String, Option<String>>>, wanted: &Wanted<'_>) -> Vec<Task> {
    let is_registered = |recorded: &Recorded| !matches!(recorded, Recorded::Removed);
    let mut there: Vec<String> = match listed {
        Some(listed) => listed.keys().cloned().collect(),
        None => record.phones().filter(|(_, it)| is_registered(it)).map(|(address, _)| address.to_owned()).collect(),
    };
    there.sort_unstable();
    let devices: HashSet<&str> = wanted.devices.iter().map(|device| device.address.as_str()).collect();
    there.retain(|address| !devices.contains(address.as_str()) && !wanted.kept.contains(address));
    let task = |address: String| {
        let device = RedirectDevice::of(DeviceAddress::parse(&address).ok()?);
        Some(Task { action: Action::Remove, device })
    };
    there.into_iter().filter_map(task).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redirect::carry_out::carry_out;
    use crate::redirect::provider::Answer;
    use crate::redirect::record::RecordError;
    use crate::redirect::run::{Outcome, Report};
    use std::collections::BTreeMap;
    use std::future::pending;
    use std::sync::Mutex;

    /// A service in memory that counts what is sent to it.
    #[derive(Default)]
    struct Memory {
        phones: Mutex<BTreeMap<String, String>>,
        sent: Mutex<Vec<String>>,
        questions: Mutex<usize>,
        /// It takes the call of this number, and never answers.
        hangs_at: Option<usize>,
        lists: bool,
    }

    impl Memory {
        /// Waits until so many calls were taken.
        async fn taken(&self, count: usize) {
            while self.sent.lock().unwrap().len() < count {
                tokio::task::yield_now().await;
            }
        }

        async fn take(
            &self,
            what: String,
            change: impl FnOnce(&mut BTreeMap<String, String>),
        ) -> Result<(), ServiceError> {
            let count = {
                let mut sent = self.sent.lock().unwrap();
                sent.push(what);
                sent.len()
            };
            change(&mut self.phones.lock().unwrap());
            if self.hangs_at == Some(count) {
                pending::<()>().await;
            }
            Ok(())
        }
    }

    impl Provider for Memory {
        fn status<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, Registration> {
            *self.questions.lock().unwrap() += 1;
            let found = self.phones.lock().unwrap().get(device.address.as_str()).cloned();
            Box::pin(async { Ok(found.map_or(Registration::Absent, |url| Registration::Here(Some(url)))) })
        }

        fn register<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
            let (address, url) = (device.address.to_string(), device.url.clone());
            Box::pin(self.take(format!("register {address}"), move |phones| {
                phones.insert(address, url);
            }))
        }

        fn remove<'a>(&'a self, device: &'a RedirectDevice) -> Answer<'a, ()> {
            let address = device.address.to_string();
            Box::pin(self.take(format!("remove {address}"), move |phones| {
                phones.remove(&address);
            }))
        }

        fn list(&self) -> Answer<'_, Option<Vec<Listed>>> {
            let phones = self.phones.lock().unwrap().clone();
            let listed = phones.into_iter().map(|(address, url)| Listed { address, url: Some(url) }).collect();
            let listed = self.lists.then_some(listed);
            Box::pin(async { Ok(listed) })
        }
    }

    fn devices(range: std::ops::Range<u32>) -> Vec<RedirectDevice> {
        let device = |at| {
            let address = DeviceAddress::parse(&format!("001565{at:06x}")).unwrap();
            RedirectDevice { url: "https://a.example/".to_owned(), ..RedirectDevice::of(address) }
        };
        range.map(device).collect()
    }

    fn wanted<'a>(devices: &'a [RedirectDevice], kept: &'a HashSet<String>) -> Wanted<'a> {
        Wanted { devices, kept, removes: true, asks: false }
    }

    async fn run(memory: &Memory, record: &mut Record, devices: &[RedirectDevice]) -> Vec<Report> {
        let plan = plan(memory, record, &wanted(devices, &HashSet::new())).await.unwrap();
        carry_out(memory, record, plan.tasks, |_| {}).await.unwrap()
    }

    /// Interrupts a synchronisation at a call that the service took and did not answer, and runs it again.
    async fn interrupted(lists: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let mut memory = Memory { hangs_at: Some(5_000), lists, ..Memory::default() };
        memory.phones.get_mut().unwrap().insert("000413aabbcc".to_owned(), "https://old.example/".to_owned());
        let devices = devices(0..10_000);
        {
            let mut record = Record::open(path.clone()).unwrap();
            let running = run(&memory, &mut record, &devices);
            // The call never ends, so the command is dropped where it waits, as if it were killed there.
            tokio::select! {
                biased;
                _ = running => panic!("the service answered"),
                () = memory.taken(5_000) => {}
            }
        }
        assert_eq!(memory.sent.lock().unwrap().len(), 5_000);
        memory.hangs_at = None;
        let mut record = Record::open(path.clone()).unwrap();
        let reports = run(&memory, &mut record, &devices).await;
        let sent = memory.sent.lock().unwrap().clone();
        let distinct: HashSet<&String> = sent.iter().collect();
        assert_eq!((sent.len(), distinct.len()), (10_000 + usize::from(lists), 10_000 + usize::from(lists)));
        assert!(reports.iter().all(|report| report.outcome.is_good()));
        assert_eq!(memory.phones.lock().unwrap().contains_key("000413aabbcc"), !lists);
        assert_eq!(*memory.questions.lock().unwrap(), usize::from(!lists), "only the phone in doubt is asked about");
    }

    #[tokio::test]
    async fn interrupted_sync_of_10000_sends_nothing_twice() {
        interrupted(false).await;
    }

    #[tokio::test]
    async fn interrupted_sync_with_a_list_sends_nothing_twice() {
        interrupted(true).await;
    }

    #[tokio::test]
    async fn second_sync_sends_only_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path().join("record")).unwrap();
        let memory = Memory::default();
        let mut devices = devices(0..4);
        run(&memory, &mut record, &devices).await;
        devices.remove(0);
        devices[0].url = "https://b.example/".to_owned();
        memory.sent.lock().unwrap().clear();
        let plan = plan(&memory, &record, &wanted(&devices, &HashSet::new())).await.unwrap();
        assert_eq!((plan.count(Action::Register), plan.count(Action::Remove), plan.unchanged.len()), (1, 1, 2));
        carry_out(&memory, &mut record, plan.tasks, |_| {}).await.unwrap();
        assert_eq!(*memory.sent.lock().unwrap(), ["register 001565000001", "remove 001565000000"]);
        let kept = HashSet::from(["001565000001".to_owned()]);
        let none = super::plan(&memory, &record, &wanted(&[], &kept)).await.unwrap();
        assert_eq!(none.count(Action::Remove), 2, "one is kept, one was removed");
    }

    #[tokio::test]
    async fn second_removal_sends_nothing() {
        for lists in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let mut record = Record::open(folder.path().join("record")).unwrap();
            let memory = Memory { lists, ..Memory::default() };
            let devices = devices(0..3);
            run(&memory, &mut record, &devices).await;
            let first = plan_removal(&memory, &record, &devices[..2], false).await.unwrap();
            carry_out(&memory, &mut record, first.tasks, |_| {}).await.unwrap();
            let second = plan_removal(&memory, &record, &devices, false).await.unwrap();
            assert_eq!((second.count(Action::Remove), second.unchanged.len()), (1, 2));
            let asked = plan_removal(&memory, &record, &devices, true).await.unwrap();
            assert_eq!(asked.tasks.len(), if lists { 1 } else { 3 });
        }
    }

    #[tokio::test]
    async fn asking_finds_what_somebody_changed_at_the_portal() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::open(folder.path().join("record")).unwrap();
        let memory = Memory::default();
        let devices = devices(0..2);
        run(&memory, &mut record, &devices).await;
        memory.phones.lock().unwrap().remove("001565000000");
        let kept = HashSet::new();
        let believed = plan(&memory, &record, &wanted(&devices, &kept)).await.unwrap();
        let asked = plan(&memory, &record, &Wanted { asks: true, ..wanted(&devices, &kept) }).await.unwrap();
        assert_eq!((believed.tasks.len(), asked.tasks.len()), (0, 1));
    }

    #[test]
    fn record_survives_a_cut_line_and_refuses_a_wrong_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let task = Task { action: Action::Register, device: devices(1..2).remove(0) };
        let mut record = Record::open(path.clone()).unwrap();
        record.sent(&task).unwrap();
        record.finished(&task, &Outcome::Registered).unwrap();
        assert!(matches!(Record::open(path.clone()), Err(RecordError::Busy(_))));
        drop(record);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, whole.clone() + "{\"address\":\"00").unwrap();
        let record = Record::open(path.clone()).unwrap();
        assert_eq!(record.of("001565000001"), Some(&Recorded::Registered { url: "https://a.example/".to_owned() }));
        drop(record);
        std::fs::write(&path, "x\n".to_owned() + &whole).unwrap();
        assert!(matches!(Record::open(path), Err(RecordError::Line(_, 1))));
    }

    #[test]
    fn failed_call_leaves_what_held_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let mut task = Task { action: Action::Register, device: devices(1..2).remove(0) };
        let mut record = Record::open(path.clone()).unwrap();
        record.sent(&task).unwrap();
        record.finished(&task, &Outcome::Registered).unwrap();
        task.device.url = "https://b.example/".to_owned();
        record.sent(&task).unwrap();
        record.finished(&task, &Outcome::Failed(ServiceError::Elsewhere)).unwrap();
        let held = Some(Recorded::Registered { url: "https://a.example/".to_owned() });
        assert_eq!(record.of("001565000001").cloned(), held);
        record.sent(&task).unwrap();
        record.finished(&task, &Outcome::Failed(ServiceError::Faulty(502))).unwrap();
        assert!(matches!(record.of("001565000001"), Some(Recorded::InDoubt { .. })));
    }
}
