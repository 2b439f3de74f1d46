//! The control socket: other programs of this machine ask and steer in lines of JSON.
//!
//! Off unless `--control 127.0.0.1:PORT` asks for it, and only ever on the loopback. One request per line, one answer per line, in
//! order. A request is an object with the key `do`; `id`, if there is one, comes back with the answer:
//!
//! ```text
//! -> {"do": "set", "values": {"b1_above_thr": -30, "mix": "80 %"}, "id": 7}
//! <- {"id":7,"ok":{"b1_above_thr":"-30.0 dB","mix":"80 %"}}
//! -> {"do": "set", "values": {"b1_above_thr": 30}}
//! <- {"error":"b1_above_thr: 30 is outside -80 … 0"}
//! ```
//!
//! | `do` | further keys | answer |
//! |---|---|---|
//! | `get` | `param`: an id; without it all | ids and texts |
//! | `set` | `values`: ids with texts, numbers or switches; all are set or none | ids and new texts |
//! | `preset` | `name`: a file or a factory preset | its name |
//! | `step` | `by`: so many factory presets further | its name |
//! | `bypass`, `mute` | `on`: true or false; without it the other of the two | the new state |
//! | `solo` | `band`: from 1; `on` as above | the new state |
//! | `swap` | | the slot, A or B |
//! | `meters` | | what `octant live --json` prints |
//! | `clear` | | forgets peaks and counts |
//! | `learn` | `param`: the id that the next MIDI controller moves; null stops waiting | |
//! | `reload` | | reads preset and state file once more |
//! | `quit` | | ends with a fade |
//!
//! A line of more than 64 KiB is answered with an error, and the connection is closed; so is what speaks HTTP, because a web
//! page must not steer the sound. Other garbage is answered with an error. At most 16 clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use octant_dsp::params;
use serde_json::{Map, Value, json};

use super::command::{Command, Order, Switch};
use crate::error::{Failure, reason};

/// Longest line.
const MAX_LINE_BYTES: u64 = 64 << 10;
/// Most clients at a time.
const MAX_CLIENTS: usize = 16;
/// The main thread answers within a tick, unless a disk holds it up.
const ANSWER: Duration = Duration::from_secs(5);
/// A client that does not take its answer for so long is let go.
const TAKE: Duration = Duration::from_secs(2);

/// A listening socket with its clients. Dropped, it closes everything.
pub struct Socket {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Relaxed: whoever accepts looks at it after the connection that wakes it.
    closed: AtomicBool,
    /// One handle per client, so that they can be closed from here. A mutex: none of these threads plays sound.
    clients: Mutex<Vec<(u64, TcpStream)>>,
}

impl Shared {
    fn clients(&self) -> MutexGuard<'_, Vec<(u64, TcpStream)>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Socket {
    /// Listens on an address of the loopback; port 0 takes any free one.
    pub fn listen(address: SocketAddr, orders: Sender<Order>) -> Result<Self, Failure> {
        let refuse = |e: &std::io::Error| {
            let words = match e.kind() {
                std::io::ErrorKind::AddrInUse => "another program uses this port; choose another one".to_owned(),
                _ => reason(e),
            };
            Failure::device(format!("--control {address}: cannot be listened on: {words}"))
        };
        if !address.ip().is_loopback() {
            return Err(Failure::usage(format!(
                "--control {address}: only the loopback is allowed, such as 127.0.0.1"
            )));
        }
        let listener = TcpListener::bind(address).map_err(|e| refuse(&e))?;
        let address = listener.local_addr().map_err(|e| refuse(&e))?;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("octant control".into())
            .spawn(move || accept(&listener, &theirs, &orders))
            .map_err(|e| refuse(&e))?;
        Ok(Self { address, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
        for (_, client) in self.shared.clients().iter() {
            let _ = client.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, orders: &Sender<Order>) {
    for (number, stream) in (0u64..).zip(listener.incoming()) {
        if shared.closed.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else {
            // No more file handles, say: the clients that there are go on.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        let _ = stream.set_write_timeout(Some(TAKE));
        let _ = stream.set_nodelay(true);
        let Ok(handle) = stream.try_clone() else { continue };
        {
            let mut clients = shared.clients();
            if clients.len() >= MAX_CLIENTS {
                drop(clients);
                let _ =
                    tell(&stream, &json!({"error": format!("{MAX_CLIENTS} clients are served already; close one")}));
                continue;
            }
            clients.push((number, handle));
        }
        let (theirs, orders) = (Arc::clone(shared), orders.clone());
        let leave = move |shared: &Shared| shared.clients().retain(|(other, _)| *other != number);
        let started = thread::Builder::new().name("octant client".into()).spawn(move || {
            serve(&stream, &orders);
            let _ = stream.shutdown(Shutdown::Both);
            leave(&theirs);
        });
        if started.is_err() {
            leave(shared);
        }
    }
}

/// Serves one client until it goes, or until it must.
fn serve(stream: &TcpStream, orders: &Sender<Order>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.len() as u64 > MAX_LINE_BYTES {
            let words = format!("a line has {MAX_LINE_BYTES} bytes at most; the connection is closed");
            let _ = tell(stream, &json!({"error": words}));
            drain(reader.get_ref());
            return;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        if ["HTTP/1.", "HTTP/2", "HTTP/3"].iter().any(|version| text.contains(version)) {
            let _ = tell(stream, &json!({"error": "this is no web server; the connection is closed"}));
            drain(reader.get_ref());
            return;
        }
        if tell(stream, &answer(text, orders)).is_err() {
            return;
        }
    }
}

fn tell(mut stream: &TcpStream, answer: &Value) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\n").as_bytes())
}

/// Takes what is still coming, for a second: closed with something unread, a connection loses the answer as well.
fn drain(mut stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
    let until = Instant::now() + Duration::from_secs(1);
    let mut thrown_away = vec![0; 64 << 10];
    while Instant::now() < until && matches!(stream.read(&mut thrown_away), Ok(1..)) {}
}

/// What a line is answered.
fn answer(line: &str, orders: &Sender<Order>) -> Value {
    let request: Value = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(e) => return json!({"error": format!("not JSON: {e}; a line is an object such as {{\"do\": \"meters\"}}")}),
    };
    let Value::Object(mut request) = request else {
        return json!({"error": "a line is an object such as {\"do\": \"meters\"}"});
    };
    let id = request.remove("id");
    let outcome = command(&request).and_then(|command| carry_out(command, orders));
    let mut answer = Map::new();
    if let Some(id) = id {
        answer.insert("id".into(), id);
    }
    match outcome {
        Ok(value) => answer.insert("ok".into(), value),
        Err(sentence) => answer.insert("error".into(), sentence.into()),
    };
    Value::Object(answer)
}

fn carry_out(command: Command, orders: &Sender<Order>) -> Result<Value, String> {
    let ending = || "octant is ending".to_owned();
    let (outbox, inbox) = channel();
    orders.send(Order { command, answer: Some(outbox) }).map_err(|_| ending())?;
    let answer = inbox.recv_timeout(ANSWER).map_err(|e| match e {
        RecvTimeoutError::Timeout => "octant is busy and may still do it; ask again".to_owned(),
        RecvTimeoutError::Disconnected => ending(),
    });
    answer?.map_err(|failure| failure.sentence)
}

/// The wish that a request stands for, or a sentence.
fn command(request: &Map<String, Value>) -> Result<Command, String> {
    let word = match request.get("do") {
        Some(Value::String(word)) => word.as_str(),
        Some(other) => return Err(format!("do: expected a word such as meters, found {other}")),
        None => return Err("do: is missing; a line is an object such as {\"do\": \"meters\"}".to_owned()),
    };
    let keys: &[&str] = match word {
        "get" | "learn" => &["param"],
        "set" => &["values"],
        "preset" => &["name"],
        "step" => &["by"],
        "bypass" | "mute" => &["on"],
        "solo" => &["band", "on"],
        "swap" | "meters" | "clear" | "reload" | "quit" => &[],
        other => {
            let known = "get, set, preset, step, bypass, mute, solo, swap, meters, clear, learn, reload, quit";
            let other: String = other.chars().take(40).collect();
            return Err(format!("do: {other:?} is unknown; there are {known}"));
        }
    };
    if let Some(key) = request.keys().find(|key| *key != "do" && !keys.contains(&key.as_str())) {
        let key: String = key.chars().take(40).collect();
        let takes = if keys.is_empty() { "no further keys".to_owned() } else { keys.join(", ") };
        return Err(format!("{key:?}: {word} takes {takes}"));
    }
    let text = |key: &str| match request.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("{key}: expected a text, found {}", shown(other))),
    };
    let on = || match request.get("on") {
        None | Some(Value::Null) => Ok(Switch::Toggle),
        Some(Value::Bool(true)) => Ok(Switch::On),
        Some(Value::Bool(false)) => Ok(Switch::Off),
        Some(other) => Err(format!("on: expected true or false, found {}", shown(other))),
    };
    let whole = |key: &str, least: i64, most: i64| match request.get(key).map(Value::as_i64) {
        Some(Some(number)) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("{key}: a whole number from {least} to {most} is needed")),
    };
    Ok(match word {
        "get" => Command::Get(text("param")?),
        "set" => Command::Set(values(request.get("values"))?),
        "preset" => Command::Preset(text("name")?.ok_or("name: a file or the name of a factory preset is needed")?),
        "step" => Command::Step(whole("by", -100, 100)? as i32),
        "bypass" => Command::Bypass(on()?),
        "mute" => Command::Mute(on()?),
        "solo" => Command::Solo(whole("band", 1, 8)? as usize - 1, on()?),
        "swap" => Command::Swap,
        "meters" => Command::Meters,
        "clear" => Command::Clear,
        "learn" => Command::Learn(match text("param")? {
            Some(id) => Some(params::lookup(&id).map_err(|e| e.to_string())?),
            None => None,
        }),
        "reload" => Command::Reload,
        _ => Command::Quit,
    })
}

fn values(raw: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let Some(Value::Object(values)) = raw else {
        return Err("values: an object of ids and values is needed, such as {\"mix\": 50}".to_owned());
    };
    values
        .iter()
        .map(|(id, value)| match value {
            Value::String(text) => Ok((id.clone(), text.clone())),
            Value::Number(number) => Ok((id.clone(), number.to_string())),
            Value::Bool(on) => Ok((id.clone(), if *on { "on" } else { "off" }.to_owned())),
            other => Err(format!("{id}: expected a text, a number or a switch, found {}", shown(other))),
        })
        .collect()
}

fn shown(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::desk::Desk;

    /// A socket with a desk behind it, which answers until the socket is dropped.
    fn with_desk(test: impl FnOnce(SocketAddr)) {
        let (orders, inbox) = channel::<Order>();
        let socket = Socket::listen(SocketAddr::from(([127, 0, 0, 1], 0)), orders).expect("a free port");
        let desk = thread::spawn(move || {
            let mut desk = Desk::default();
            for order in inbox {
                let answer = match order.command {
                    Command::Get(id) => desk.get(id.as_deref()),
                    Command::Set(pairs) => desk.set(&pairs),
                    Command::Bypass(switch) => desk.bypass(switch),
                    Command::Solo(band, switch) => desk.solo(band, switch),
                    Command::Preset(name) => desk.preset(&name),
                    _ => Ok(Value::Null),
                };
                if let Some(to) = order.answer {
                    let _ = to.send(answer);
                }
            }
        });
        test(socket.address());
        drop(socket);
        desk.join().expect("all clients are gone, so nobody gives orders");
    }

    fn connect(address: SocketAddr) -> (TcpStream, BufReader<TcpStream>) {
        let stream = TcpStream::connect(address).expect("the socket listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        let reader = BufReader::new(stream.try_clone().expect("a second handle"));
        (stream, reader)
    }

    fn line(reader: &mut BufReader<TcpStream>) -> Value {
        let mut text = String::new();
        reader.read_line(&mut text).expect("an answer");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    fn ask(address: SocketAddr, request: &str) -> Value {
        let (mut stream, mut reader) = connect(address);
        stream.write_all(format!("{request}\n").as_bytes()).expect("a line");
        line(&mut reader)
    }

    #[test]
    fn requests_are_answered_in_order() {
        with_desk(|address| {
            let (mut stream, mut reader) = connect(address);
            let requests = concat!(
                r#"{"do": "set", "values": {"b1_above_thr": -30, "mix": "80", "b2_mute": true}, "id": 7}"#,
                "\n\r\n",
                r#"{"do": "get", "param": "b1_above_thr", "id": "x"}"#,
                "\n",
                r#"{"do": "bypass"}"#,
                "\n",
                r#"{"do": "preset", "name": "drum-bus"}"#,
                "\n"
            );
            // As slow as it comes.
            for byte in requests.as_bytes() {
                stream.write_all(&[*byte]).expect("a byte");
            }
            let set = line(&mut reader);
            assert_eq!((&set["id"], set["ok"].as_object().map(Map::len)), (&json!(7), Some(3)), "{set}");
            let get = line(&mut reader);
            assert_eq!(get["id"], "x");
            assert!(get["ok"]["b1_above_thr"].as_str().is_some_and(|text| text.contains("-30")), "{get}");
            assert_eq!(line(&mut reader), json!({"ok": {"bypass": true}}));
            assert!(line(&mut reader)["ok"]["preset"].is_string());
        });
    }

    #[test]
    fn what_is_wrong_is_told_in_a_sentence() {
        with_desk(|address| {
            for (request, words) in [
                ("hello", "not JSON"),
                ("[1]", "object"),
                ("{}", "do: is missing"),
                (r#"{"do": 5}"#, "do: expected a word"),
                (r#"{"do": "sett"}"#, "there are get, set"),
                (r#"{"do": "set"}"#, "values"),
                (r#"{"do": "set", "values": {"mix": [1]}}"#, "mix: expected"),
                (r#"{"do": "set", "values": {"mix": 1000}}"#, "0 … 100"),
                (r#"{"do": "set", "values": {"mxi": 1}}"#, "mix"),
                (r#"{"do": "get", "parm": "mix"}"#, "param"),
                (r#"{"do": "solo", "band": 0}"#, "from 1 to 8"),
                (r#"{"do": "solo", "band": 8}"#, "bands 1 … 4"),
                (r#"{"do": "bypass", "on": "yes"}"#, "true or false"),
                (r#"{"do": "learn", "param": "mxi"}"#, "mix"),
                (r#"{"do": "preset", "name": "nonesuch"}"#, "nonesuch"),
                ("\u{0}\u{1}\u{fffd}", "not JSON"),
            ] {
                let answer = ask(address, request);
                let error = answer["error"].as_str().unwrap_or_default();
                assert!(error.contains(words), "{request}: {answer}");
            }
            let deep = ask(address, &format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)));
            assert!(deep["error"].is_string(), "{deep}");
        });
    }

    #[test]
    fn a_hundred_megabytes_without_a_line_end_are_refused() {
        with_desk(|address| {
            let (mut stream, mut reader) = connect(address);
            stream.set_write_timeout(Some(Duration::from_secs(20))).expect("a time limit");
            let sender = thread::spawn(move || {
                let piece = vec![b'a'; 1 << 20];
                (0..100).take_while(|_| stream.write_all(&piece).is_ok()).count()
            });
            let answer = line(&mut reader);
            assert!(answer["error"].as_str().is_some_and(|error| error.contains("65536 bytes")), "{answer}");
            let mut rest = Vec::new();
            assert!(!matches!(reader.read_to_end(&mut rest), Ok(1..)), "closed after one line");
            let _ = sender.join();
            assert_eq!(
                ask(address, r#"{"do": "get", "param": "mix"}"#)["ok"]["mix"].as_str().map(str::is_empty),
                Some(false)
            );
        });
    }

    #[test]
    fn a_web_page_cannot_steer() {
        with_desk(|address| {
            let (mut stream, mut reader) = connect(address);
            let body = r#"{"do": "bypass", "on": true}"#;
            stream.write_all(format!("POST / HTTP/1.1\r\nHost: x\r\n\r\n{body}\n").as_bytes()).expect("a request");
            assert!(line(&mut reader)["error"].is_string());
            assert_eq!(line(&mut reader), Value::Null, "closed");
            let bypass = ask(address, r#"{"do": "get", "param": "bypass"}"#);
            assert_eq!(bypass["ok"]["bypass"], "off", "{bypass}");
        });
    }

    #[test]
    fn so_many_clients_and_no_more() {
        with_desk(|address| {
            let clients: Vec<_> = (0..MAX_CLIENTS).map(|_| connect(address)).collect();
            let (_, mut reader) = connect(address);
            assert!(line(&mut reader)["error"].as_str().is_some_and(|error| error.contains("16 clients")));
            drop(clients);
            // As soon as the others have gone, there is room again.
            let until = Instant::now() + Duration::from_secs(20);
            while ask(address, r#"{"do": "swap"}"#).get("ok").is_none() {
                assert!(Instant::now() < until, "no room");
                thread::sleep(Duration::from_millis(10));
            }
            for _ in 0..500 {
                drop(connect(address));
            }
        });
    }

    #[test]
    fn a_port_in_use_and_an_address_of_the_network_are_refused() {
        let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, _listener) = taken.expect("a free port");
        let (orders, _inbox) = channel();
        let sentence =
            Socket::listen(address, orders.clone()).err().map(|failure| failure.sentence).unwrap_or_default();
        assert!(sentence.contains(&address.to_string()) && sentence.contains("another program"), "{sentence}");
        assert!(Socket::listen(SocketAddr::from(([0, 0, 0, 0], 0)), orders).is_err());
    }
}
