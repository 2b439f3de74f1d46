//! What the audio thread runs knows no locks. Calls that wait are caught while they run; a lock that nobody else holds just
//! then is not: it takes no call of the system.

use std::path::{Path, PathBuf};

/// Sources whose code may run on an audio thread, whole directories and single files.
const SOURCES: [&str; 23] = [
    "dsp-c/src",
    "plugin/src/bridge.rs",
    "plugin/src/carrier.rs",
    "plugin/src/clock.rs",
    "plugin/src/epoch.rs",
    "plugin/src/follower.rs",
    "plugin/src/loading.rs",
    "plugin/src/multiband.rs",
    "plugin/src/running.rs",
    "plugin/src/sync.rs",
    "plugin/src/vst3/arrivals.rs",
    "plugin/src/vst3/block.rs",
    "plugin/src/vst3/restarts.rs",
    "standalone/src/live/clock.rs",
    "standalone/src/live/drift.rs",
    "standalone/src/live/fade.rs",
    "standalone/src/live/feed.rs",
    "standalone/src/live/player.rs",
    "standalone/src/live/priority.rs",
    "standalone/src/live/spares.rs",
    "standalone/src/live/status.rs",
    "standalone/src/live/stream.rs",
    "standalone/src/live/tone.rs",
];

/// Words of locks, of what waits behind one, and of what is made on first use behind one.
const LOCKS: [&str; 9] =
    ["Mutex", "RwLock", "Condvar", "Barrier", "mpsc", "OnceLock", "LazyLock", "thread_local", ".lock()"];

fn rust_files(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a directory") {
            rust_files(&entry.expect("an entry").path(), into);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        into.push(path.to_owned());
    }
}

/// `file:line: word` of every lock in these sources, comments and tests aside.
fn locks(sources: &[&str]) -> Vec<String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for source in sources {
        let mut files = Vec::new();
        rust_files(&project.join(source), &mut files);
        assert!(!files.is_empty(), "{source} is no source any more");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            for (number, line) in text.lines().take_while(|line| *line != "mod tests {").enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                let words = LOCKS.iter().filter(|word| code.contains(*word));
                found.extend(words.map(|word| format!("{}:{}: {word}", file.display(), number + 1)));
            }
        }
    }
    found
}

#[test]
fn what_the_audio_thread_runs_knows_no_locks() {
    assert_eq!(locks(&SOURCES), Vec::<String>::new());
    // Canary: the desk of the session has one, and so has the analysis beside it.
    assert!(!locks(&["plugin/src/session.rs"]).is_empty() && !locks(&["plugin/src/analysis.rs"]).is_empty());
}
