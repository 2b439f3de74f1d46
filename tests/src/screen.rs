//! An X server without a screen, and a host on it whose window shows the editor.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Xvfb; ends with the value.
pub struct Server {
    child: Child,
    /// What `DISPLAY` has to be.
    pub display: String,
}

impl Server {
    /// Starts one on a display that is free. `Err` says what is missing.
    pub fn start() -> Result<Self, String> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "2800x1700x24", "-nolisten", "tcp", "-noreset"]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb (Debian: xvfb) does not start: {error}"))?;
        let mut line = String::new();
        let told = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        match told {
            Some(Ok(1..)) => Ok(Self { child, display: format!(":{}", line.trim()) }),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                Err("Xvfb (Debian: xvfb) names no display".into())
            }
        }
    }

    /// Does with the mouse and the keyboard what xdotool's words say.
    pub fn do_it(&self, words: &str) {
        let mut command = Command::new("xdotool");
        command.args(words.split_whitespace()).env("DISPLAY", &self.display);
        let output = command.output().expect("xdotool (Debian: xdotool) starts");
        assert!(output.status.success(), "xdotool {words}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program `window_host`, in a home of its own.
pub struct Host {
    child: Child,
    commands: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    home: PathBuf,
}

/// What a host uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// Memory that is not shared with files, KiB.
    pub kib: u64,
    /// Open files.
    pub files: usize,
    /// Threads.
    pub threads: usize,
    /// Nanoseconds that threads of a name have worked.
    pub work_ns: Vec<(String, u64)>,
}

impl Usage {
    /// Nanoseconds of work since an earlier moment, of threads whose name fits.
    pub fn work_since(&self, earlier: &Self, fits: impl Fn(&str) -> bool) -> u64 {
        let sum = |usage: &Self| usage.work_ns.iter().filter(|(name, _)| fits(name)).map(|(_, ns)| ns).sum::<u64>();
        sum(self).saturating_sub(sum(earlier))
    }
}

impl Host {
    /// Starts the program on a display. `taste` is the file of preferences that the editor finds.
    pub fn start(program: &Path, server: &Server, taste: &str, environment: &[(&str, &str)]) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
        // Relaxed: only that no number comes twice.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("octant-window-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let home = std::env::temp_dir().join(name);
        let config = home.join(".config/octant");
        fs::create_dir_all(&config).expect("a home");
        fs::write(config.join("editor.json"), taste).expect("preferences");
        let mut command = Command::new(program);
        command.env("DISPLAY", &server.display).env("HOME", &home).env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME").env_remove("WAYLAND_DISPLAY");
        command.envs(environment.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the host starts");
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { commands: child.stdin.take(), child, answers, home }
    }

    /// Sends a command and gives the answer; panics if the host is gone.
    pub fn ask(&mut self, command: &str) -> String {
        let commands = self.commands.as_mut().expect("it was not ended");
        writeln!(commands, "{command}").and_then(|()| commands.flush()).expect("the host listens");
        match self.answers.next() {
            Some(Ok(answer)) => answer,
            _ => panic!("the host ended at {command:?}: {:?}", self.child.wait()),
        }
    }

    /// Sends `open`; gives the window's width and height and the milliseconds that it took.
    pub fn open(&mut self, how: &str) -> [f64; 3] {
        let answer = self.ask(&format!("open {how}"));
        let words: Vec<&str> = answer.split(' ').collect();
        let ["opened", _, width, height, ms] = words[..] else { panic!("{answer:?}") };
        [width, height, ms].map(|number| number.parse().expect("a number"))
    }

    /// A parameter's text as the host reads it.
    pub fn value(&mut self, name: &str) -> String {
        self.ask(&format!("value {name}")).trim_start_matches("value ").into()
    }

    /// How many gestures the host saw begin and end.
    pub fn gestures(&mut self) -> [u32; 2] {
        let answer = self.ask("gestures");
        let mut counts = answer.split(' ').skip(1).map(|number| number.parse().expect("a number"));
        [counts.next().expect("begun"), counts.next().expect("ended")]
    }

    /// What it uses now.
    pub fn usage(&mut self) -> Usage {
        let answer = self.ask("usage");
        let mut words = answer.split(' ').skip(1);
        let mut number = || words.next().and_then(|word| word.parse().ok()).expect("a number");
        let (kib, files, threads) = (number(), number() as usize, number() as usize);
        let thread = |word: &str| word.split_once('=').map(|(name, ns)| (name.into(), ns.parse().expect("ns")));
        Usage { kib, files, threads, work_ns: words.filter_map(thread).collect() }
    }

    /// The preferences as the editor left them.
    pub fn taste(&self) -> String {
        fs::read_to_string(self.home.join(".config/octant/editor.json")).expect("preferences")
    }

    /// Ends it; panics unless it ends by itself and well.
    pub fn quit(mut self) {
        self.commands = None;
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.home);
    }
}
