//! A host that shows the editor of the CLAP that `OCTANT_CLAP` names (else of the linked plugin) in an X window, and plays
//! to it in real time. It does what standard input says, one command a line, and answers each with one line:
//!
//! `open` → `opened ID WIDTH HEIGHT MS`: the host's window, its size in pixels, milliseconds until something was seen in it.
//! `open blind` does not look. `size W H`, `close`, `destroy parent`, `play silence | noise`, `set NAME TEXT`, `value NAME`,
//! `gestures` → `gestures BEGUN ENDED`, `usage` → `usage KIB FDS THREADS NAME=NS …`, `quit`.

#[cfg(target_os = "linux")]
fn main() {
    octant_tests::window_host::run();
}

#[cfg(not(target_os = "linux"))]
fn main() {}
