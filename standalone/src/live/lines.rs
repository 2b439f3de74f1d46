//! JSON lines on standard output, written by a thread of their own: whoever reads them may stop for a while, and the devices
//! are looked after all the same.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use serde_json::Value;

use super::status::Snapshot;
use crate::error::Failure;

/// Lines that wait for a slow reader, half a minute; later ones are lost.
const WAITING: usize = 300;
/// What waits at the end is written within this, or lost.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The writer. Dropped, it lets what waits be written.
pub struct Lines {
    /// None once it is over.
    lines: Option<SyncSender<Value>>,
    /// Tells how it ended, as soon as it has.
    ended: Receiver<Result<(), Failure>>,
    /// The picture that the next line will cover as well.
    first_half: Option<Snapshot>,
}

impl Lines {
    /// Starts the thread; what it writes to is standard output, or something else in tests.
    pub fn to(mut out: impl Write + Send + 'static) -> Result<Self, Failure> {
        let (lines, inbox) = sync_channel::<Value>(WAITING);
        let (end, ended) = sync_channel(1);
        let write = move || {
            let written = inbox.iter().try_for_each(|line| writeln!(out, "{line}").and_then(|()| out.flush()));
            let _ = end.send(written.map_err(|e| Failure::writing("standard output", &e)));
        };
        let thread = std::thread::Builder::new().name("octant lines".into()).spawn(write);
        thread.map_err(|e| Failure::processing(format!("--json: no thread for the lines: {e}")))?;
        Ok(Self { lines: Some(lines), ended, first_half: None })
    }

    /// Takes a picture. Twenty a second are for eyes; programs get ten lines, each of which covers two.
    pub fn show(&mut self, picture: &Snapshot) -> Result<(), Failure> {
        if let Ok(Err(failure)) = self.ended.try_recv() {
            return Err(failure);
        }
        match self.first_half.take() {
            None => self.first_half = Some(picture.clone()),
            Some(first) => self.print(picture.covering(&first).to_json()),
        }
        Ok(())
    }

    fn print(&self, line: Value) {
        // Nobody can wait for a reader here; and why the thread has ended it tells itself.
        let _ = self.lines.as_ref().map(|lines| lines.try_send(line));
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if let Some(last) = self.first_half.take() {
            self.print(last.to_json());
        }
        self.lines = None;
        let _ = self.ended.recv_timeout(LAST_WORDS);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc::{Sender, channel};
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use super::*;
    use crate::live::desk::Desk;
    use crate::live::status::{Link, Photographer, Status, Wiring};

    fn picture(message: usize) -> Snapshot {
        let wiring = Wiring {
            link: Link::Running,
            host: String::new(),
            input: String::new(),
            output: String::new(),
            sidechain: None,
            rate_hz: 48_000,
            channels: 1,
            corrected: false,
            resampler_frames: 0,
            reconnects: 0,
        };
        let (status, controls) = (Status::default(), Desk::default().controls());
        Photographer::default().shoot(Duration::ZERO, &status, wiring, controls, vec![message.to_string()])
    }

    /// Passes on what is written, when the gate is open; fails when nobody listens any more.
    struct Pipe(Arc<Mutex<()>>, Sender<Vec<u8>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.0.lock());
            self.1.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_sentence_is_in_a_line_and_the_last_one_too() {
        let (outbox, written) = channel();
        let mut lines = Lines::to(Pipe(Arc::default(), outbox)).expect("a thread");
        (0..5).for_each(|message| lines.show(&picture(message)).expect("is written"));
        drop(lines);
        let text: Vec<u8> = written.iter().flatten().collect();
        let messages: Vec<Value> = String::from_utf8(text)
            .expect("text")
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["messages"].take())
            .collect();
        assert_eq!(messages, [serde_json::json!(["0", "1"]), serde_json::json!(["2", "3"]), serde_json::json!(["4"])]);
    }

    #[test]
    fn a_reader_that_stops_holds_up_nobody_and_one_that_goes_is_told() {
        let (outbox, written) = channel();
        let gate = Arc::<Mutex<()>>::default();
        let mut lines = Lines::to(Pipe(Arc::clone(&gate), outbox)).expect("a thread");
        let shut = gate.lock().expect("nobody panics");
        (0..4 * WAITING).for_each(|message| lines.show(&picture(message)).expect("goes on"));
        drop(shut);
        written.recv().expect("it is written after all");
        drop(written);
        let until = Instant::now() + Duration::from_secs(20);
        let failure = loop {
            match lines.show(&picture(0)) {
                Err(failure) => break failure,
                Ok(()) => std::thread::sleep(Duration::from_millis(1)),
            }
            assert!(Instant::now() < until, "not told");
        };
        assert!(failure.sentence.contains("the program that reads the pipe has gone"), "{failure}");
    }
}
