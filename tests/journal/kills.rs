//! A thousand requests a second while the server is stopped, or killed.

use super::{PHONE, Stage, lines};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const THREADS: u32 = 8;
/// Requests a second, of all threads.
const RATE: u32 = 1_000;
const LOAD: Duration = Duration::from_secs(4);
/// Even a loaded machine gives so many answers.
const ANSWERS_MIN: usize = 100;
/// What a killed server may lose.
const LOSS: Duration = Duration::from_secs(1);
/// How often a thread sleeps to find out how late the machine wakes it.
const PULSE: Duration = Duration::from_millis(10);

/// An answer's request id, and when it was there.
type Answered = (String, Instant);

/// Sends requests until the server is gone, at a steady rate.
fn load(server: SocketAddr, stop: &AtomicBool) -> Vec<Answered> {
    let (mut answered, begin, pause) = (Vec::new(), Instant::now(), Duration::from_secs(1) * THREADS / RATE);
    let Ok(mut stream) = TcpStream::connect(server) else { return answered };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        thread::sleep((pause * number).saturating_sub(begin.elapsed()));
        let Some(id) = ask(&mut stream) else { break };
        answered.push((id, Instant::now()));
    }
    answered
}

/// Sends one request, and returns the id in its answer.
fn ask(stream: &mut TcpStream) -> Option<String> {
    stream.write_all(format!("GET {PHONE} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).ok()?;
    let (mut bytes, mut part) = (Vec::new(), [0; 65_536]);
    loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let value =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(|text| text.trim().to_owned());
        let length: usize = value("content-length:")?.parse().ok()?;
        if bytes.len() >= end + 4 + length {
            return value("x-request-id:");
        }
    }
}

/// Loads a server, ends it, and returns what was answered, and the ids in its journal.
fn ended_by(signal: &str) -> (Vec<Answered>, HashSet<String>) {
    let stage = Stage::new(&[]);
    stage.get(PHONE);
    let (address, stop) = (stage.server.address, Arc::new(AtomicBool::new(false)));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || load(address, &stop))
        })
        .collect();
    thread::sleep(LOAD);
    stage.server.signal(signal);
    let Stage { server, folder } = stage;
    if signal == "TERM" {
        assert_eq!(server.stop(), Some(0));
    } else {
        drop(server);
    }
    stop.store(true, Ordering::Relaxed);
    let answered: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    let ids = lines(folder.path(), &[]).iter().map(|line| line["request"].as_str().unwrap().to_owned()).collect();
    (answered, ids)
}

#[test]
fn stop_under_load_loses_no_line() {
    let (answered, ids) = ended_by("TERM");
    assert!(answered.len() > ANSWERS_MIN, "{} answers", answered.len());
    let lost = answered.iter().filter(|(id, _)| !ids.contains(id)).count();
    println!("{} answers, {} lines, {lost} lost", answered.len(), ids.len());
    assert_eq!(lost, 0);
}

/// A second before the last answer, lines are written. If other programs keep a thread from running for a while, they keep the
/// journal's from running, too; an idle machine adds milliseconds.
#[test]
fn kill_under_load_loses_at_most_the_last_second() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let pulse = thread::spawn(move || latest(&stopped));
    let (answered, ids) = ended_by("KILL");
    stop.store(true, Ordering::Relaxed);
    let late = pulse.join().unwrap();
    assert!(answered.len() > ANSWERS_MIN, "{} answers", answered.len());
    let end = answered.iter().map(|(_, at)| *at).max().unwrap();
    let lost: Vec<_> = answered.iter().filter(|(id, _)| !ids.contains(id)).collect();
    let oldest = lost.iter().map(|(_, at)| end - *at).max().unwrap_or_default();
    println!("{} answers, {} lost, the oldest {oldest:?} before the last; late {late:?}", answered.len(), lost.len());
    assert!(
        oldest <= LOSS + late,
        "a line of {oldest:?} before the last answer is lost; the machine was {late:?} late"
    );
}

/// How late a sleeping thread is woken at most, until it is stopped.
fn latest(stop: &AtomicBool) -> Duration {
    let mut latest = Duration::ZERO;
    while !stop.load(Ordering::Relaxed) {
        let asleep = Instant::now();
        thread::sleep(PULSE);
        latest = latest.max(asleep.elapsed().saturating_sub(PULSE));
    }
    latest
}
