//! The whole measurement: the right answers, then rounds of both servers by turns.

use super::client::Client;
use super::connection::Origin;
use super::error::Error;
use super::expected::Expected;
use super::figures::Figures;
use super::learn::{Learned, learn};
use super::list::Request;
use super::plan::{Plan, Progress};
use super::processes::{Processes, Usage};
use super::report::{Report, ServerReport};
use super::round::{round, shuffled};

/// Measures the plan's server, or its two servers by turns: A B A B.
///
/// # Errors
/// A server cannot be reached, or no request gets its answer. Other failures are counted in the report.
pub fn measure(plan: &Plan, progress: Progress<'_>) -> Result<Report, Error> {
    let locals = plan.servers().map(|origin| local(plan, origin)).collect::<Result<Vec<_>, _>>()?;
    let learned = learn(plan, progress)?;
    let usable: Vec<_> =
        (0..plan.requests.len()).filter(|at| learned.expected.iter().all(|of| of[*at].is_some())).collect();
    if usable.is_empty() {
        return Err(Error::NothingToMeasure(first_failure(&learned)));
    }
    let mut rounds: Vec<Vec<Figures>> = plan.servers().map(|_| Vec::new()).collect();
    let own = Processes::own();
    let before = own.usage().processor;
    for _ in 0..plan.rounds {
        for (server, origin) in plan.servers().enumerate() {
            let order = order(&plan.requests, &learned.expected[server], &usable);
            let used = locals[server].as_ref().map(|local| local.usage().processor);
            let mut figures = round(plan, origin, &order, progress)?;
            let uses = locals[server].as_ref().map(|local| local.usage().processor);
            figures.processor = uses.zip(used).map(|(after, before)| after.saturating_sub(before));
            rounds[server].push(figures);
        }
    }
    let client = own.usage().processor.saturating_sub(before);
    let memory: Vec<_> = locals.iter().map(|local| local.as_ref().map(Processes::usage)).collect();
    Ok(report(plan, &learned, usable.len(), rounds, &memory, client))
}

/// The processes of a server on this machine, after one request that shows that it answers.
fn local(plan: &Plan, origin: &Origin) -> Result<Option<Processes>, Error> {
    let Some(request) = plan.requests.first() else { return Err(Error::EmptyList) };
    let mut client = Client::new(origin, plan.account.as_ref())?;
    match client.ask(request).map(|_| ()) {
        Err(failure) if failure.is_of_connection() => Err(Error::Unreachable { url: origin.url.clone(), failure }),
        _ if is_local(&client, origin) => Ok(Processes::listening(origin.address.port())),
        _ => Ok(None),
    }
}

fn is_local(client: &Client, origin: &Origin) -> bool {
    client.is_local() || origin.address.ip().is_loopback()
}

fn first_failure(learned: &Learned) -> String {
    let mut kinds = learned.failures.iter().flat_map(|failures| failures.kinds());
    kinds.next().map(|(kind, _, request)| format!("{request}: {kind}")).unwrap_or_default()
}

fn order<'a>(
    requests: &'a [Request],
    expected: &'a [Option<Expected>],
    usable: &[usize],
) -> Vec<(&'a Request, &'a Expected)> {
    let pair = |at: &usize| Some((&requests[*at], expected[*at].as_ref()?));
    let mut order: Vec<_> = usable.iter().filter_map(pair).collect();
    shuffled(&mut order);
    order
}

fn report(
    plan: &Plan,
    learned: &Learned,
    usable: usize,
    rounds: Vec<Vec<Figures>>,
    memory: &[Option<Usage>],
    client: std::time::Duration,
) -> Report {
    let server = |(server, (origin, rounds)): (usize, (&Origin, Vec<Figures>))| {
        let per_second = rounds.iter().map(Figures::per_second).collect();
        let mut all = rounds.into_iter().reduce(|mut all, round| {
            all.append(round);
            all
        });
        let mut figures = all.take().unwrap_or_default();
        figures.failures.append(learned.failures[server].clone());
        if server == 1 {
            figures.failures.append(learned.differences.clone());
        }
        ServerReport::new(&origin.url, per_second, &figures, memory[server])
    };
    let count = |wanted: fn(&Expected) -> bool| {
        learned.expected[0].iter().flatten().filter(|expected| wanted(expected)).count()
    };
    Report {
        requests: usable,
        connections: plan.connections,
        seconds: plan.seconds,
        rounds: plan.rounds,
        documents_with_time: count(|expected| matches!(expected, Expected::Timed { .. })),
        documents_compared_by_status: count(|expected| *expected == Expected::StatusOnly),
        servers: plan.servers().zip(rounds).enumerate().map(server).collect(),
        client_processor_seconds: client.as_secs_f64(),
    }
}
